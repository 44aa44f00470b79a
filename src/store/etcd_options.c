#include "etcd_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "files.h"

/* Keeps NULL as it is; false: no memory. */
static bool copy(char **out, const char *text)
{
	*out = text ? strdup(text) : NULL;
	return !text || *out;
}

/* -- Endpoints -- */

static bool has(const struct etcd_curl *curl, CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool found = curl->url_get(url, part, &text, 0) == CURLUE_OK;

	curl->free(text);
	return found;
}

static bool is(const struct etcd_curl *curl, CURLU *url, CURLUPart part, const char *wanted)
{
	char *text = NULL;
	bool same = curl->url_get(url, part, &text, 0) == CURLUE_OK && strcmp(text, wanted) == 0;

	curl->free(text);
	return same;
}

/* A scheme, a host, perhaps a port: what is more would be passed over, or told to somebody. */
static bool is_endpoint(const struct etcd_curl *curl, CURLU *url, const char *text)
{
	return strstr(text, "://") && curl->url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	       (is(curl, url, CURLUPART_SCHEME, "http") ||
		is(curl, url, CURLUPART_SCHEME, "https")) &&
	       is(curl, url, CURLUPART_PATH, "/") && !has(curl, url, CURLUPART_USER) &&
	       !has(curl, url, CURLUPART_PASSWORD) && !has(curl, url, CURLUPART_QUERY) &&
	       !has(curl, url, CURLUPART_FRAGMENT);
}

/* What stands before an "@" may be a password, and is not repeated. */
static void refuse_endpoint(const char *text, char why[ETCD_WHY])
{
	const char *at = strrchr(text, '@');

	snprintf(why, ETCD_WHY,
		 "endpoint \"%.60s\": expected http:// or https://, a host and a port, no more",
		 at ? at : text);
	text_tame(why);
}

static bool read_endpoint(struct etcd_options *out, const struct etcd_curl *curl, const char *text,
			  char why[ETCD_WHY])
{
	CURLU *url = curl->url();
	bool fine = url && is_endpoint(curl, url, text);
	char *copied = NULL, *slash;

	if (url && !fine)
		refuse_endpoint(text, why);
	curl->url_cleanup(url);
	if (!fine || !copy(&copied, text))
		return false;
	slash = strchr(strstr(copied, "://") + 3, '/');
	if (slash)
		*slash = '\0';
	out->endpoints[out->endpoint_count++] = copied;
	return true;
}

static bool read_endpoints(struct etcd_options *out, const struct etcd_curl *curl,
			   const struct etcd_client_options *from, char why[ETCD_WHY])
{
	if (from->endpoint_count < 1 || from->endpoint_count > ETCD_ENDPOINTS) {
		snprintf(why, ETCD_WHY, "%zu endpoints: expected 1 to %d", from->endpoint_count,
			 ETCD_ENDPOINTS);
		return false;
	}
	for (size_t i = 0; i < from->endpoint_count; i++)
		if (!read_endpoint(out, curl, from->endpoints[i], why))
			return false;
	return true;
}

/* -- Files -- */

static bool refuse_file(const char *path, const char *what, char why[ETCD_WHY])
{
	snprintf(why, ETCD_WHY, "%.100s: %s", path, what);
	text_tame(why);
	return false;
}

static bool read_file(struct curl_blob *out, const char *path, char why[ETCD_WHY])
{
	char *at = NULL;
	int rc;

	if (!path)
		return true;
	rc = files_read_path(path, ETCD_FILE_MOST, &at, &out->len);
	if (rc < 0)
		return refuse_file(path, strerror(-rc), why);
	out->data = at;
	out->flags = CURL_BLOB_NOCOPY;
	if (!memmem(at, out->len, "-----BEGIN ", strlen("-----BEGIN ")))
		return refuse_file(path, "this is no PEM file", why);
	return true;
}

static bool read_files(struct etcd_options *out, const struct etcd_client_options *from,
		       char why[ETCD_WHY])
{
	if (!from->cert != !from->key)
		return refuse_file(from->cert ? from->cert : from->key,
				   "a certificate and its key come together", why);
	return read_file(&out->ca, from->ca, why) && read_file(&out->cert, from->cert, why) &&
	       read_file(&out->key, from->key, why);
}

static void free_file(struct curl_blob *file)
{
	if (file->data)
		explicit_bzero(file->data, file->len);
	free(file->data);
}

/* -- All of it -- */

static bool copy_texts(struct etcd_options *out, const struct etcd_client_options *from)
{
	bool user = from->username;

	return copy(&out->username, from->username) &&
	       copy(&out->password, user && !from->password ? "" : from->password) &&
	       copy(&out->ca_path, from->ca);
}

bool etcd_options_read(struct etcd_options *out, const struct etcd_curl *curl,
		       const struct etcd_client_options *from, char why[ETCD_WHY])
{
	out->seed = from->seed;
	out->connect_ms = from->connect_ms ? from->connect_ms : ETCD_CONNECT_MS;
	out->answer_ms = from->answer_ms ? from->answer_ms : ETCD_ANSWER_MS;
	out->most = from->most ? from->most : ETCD_BODY;
	return copy_texts(out, from) && read_endpoints(out, curl, from, why) &&
	       read_files(out, from, why);
}

void etcd_options_free(struct etcd_options *options)
{
	for (size_t i = 0; i < options->endpoint_count; i++)
		free(options->endpoints[i]);
	if (options->password)
		explicit_bzero(options->password, strlen(options->password));
	free(options->username);
	free(options->password);
	free(options->ca_path);
	free_file(&options->ca);
	free_file(&options->cert);
	free_file(&options->key);
}
