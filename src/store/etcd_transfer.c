#include "etcd_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEAD_MOST = 64 << 10, /* bytes of headers, and of what is sent between */
	KEEPALIVE_AFTER = 10, /* s of silence until the first of Linux's nine probes */
	KEEPALIVE_EVERY = 3,  /* s */
};

/* -- What comes -- */

/* What was told makes room. */
static void forget_told(struct etcd_transfer *t)
{
	if (t->from == 0)
		return;
	memmove(t->at, t->at + t->from, t->len - t->from);
	t->len -= t->from;
	t->line -= t->from;
	t->from = 0;
}

static bool make_room(struct etcd_transfer *t, size_t len)
{
	size_t room = t->room ? t->room : 4096;
	char *more;

	forget_told(t);
	while (room - t->len < len)
		room *= 2;
	if (room == t->room)
		return true;
	more = realloc(t->at, room);
	if (!more)
		return false;
	t->at = more;
	t->room = room;
	return true;
}

static bool append(struct etcd_transfer *t, const char *at, size_t len)
{
	if (t->len + len - t->line > t->site->most) {
		t->fault = ETCD_TOO_LONG;
		return false;
	}
	if (!make_room(t, len)) {
		t->fault = ETCD_NO_MEMORY;
		return false;
	}
	memcpy(t->at + t->len, at, len);
	t->len += len;
	return true;
}

/* Bytes up to and with the first line feed; all where there is none. */
static size_t until_line_feed(const char *at, size_t len, bool *found)
{
	const char *end = memchr(at, '\n', len);

	*found = end;
	return end ? (size_t)(end - at) + 1 : len;
}

/* A stream has begun: from now on it may be silent for as long as it likes. */
static void has_begun(struct etcd_transfer *t)
{
	if (t->extent == ETCD_LINES)
		t->site->curl->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, 0L);
}

/* curl's: whatever is not @count is an error that ends the transfer. */
static size_t take(char *at, size_t size, size_t count, void *context)
{
	struct etcd_transfer *t = context;

	(void)size; /* 1, says curl */
	if (t->extent == ETCD_WHOLE)
		return append(t, at, count) ? count : 0;
	for (size_t done = 0; done < count;) {
		bool ends;
		size_t part = until_line_feed(at + done, count - done, &ends);

		if (!append(t, at + done, part))
			return 0;
		done += part;
		if (!ends)
			break;
		if (t->extent == ETCD_LINE) {
			t->whole = true;
			return 0;
		}
		t->line = t->len;
		has_begun(t);
	}
	return count;
}

static size_t take_header(const char *at, size_t size, size_t count, void *context)
{
	struct etcd_transfer *t = context;

	(void)at;
	t->head += size * count;
	if (t->head <= HEAD_MOST)
		return size * count;
	t->fault = ETCD_HEAD_TOO_LONG;
	return 0;
}

bool etcd_transfer_line(struct etcd_transfer *t, const char **line, size_t *len)
{
	bool found;

	if (t->from == t->line)
		return false;
	*line = t->at + t->from;
	*len = until_line_feed(*line, t->line - t->from, &found);
	t->from += *len;
	return true;
}

void etcd_transfer_rest(struct etcd_transfer *t)
{
	t->from = t->line;
	forget_told(t);
}

/* -- What is sent -- */

static bool add_header(struct etcd_transfer *t, const char *text)
{
	struct curl_slist *more = t->site->curl->slist_append(t->headers, text);

	t->headers = more ? more : t->headers;
	return more;
}

/* "hasleader": a member without a leader says so, instead of being silent; also in the midst of a watch. */
static bool add_headers(struct etcd_transfer *t, const char *token)
{
	char *text = NULL;
	bool fine = add_header(t, "Content-Type: application/json") && add_header(t, "Expect:") &&
		    add_header(t, "Grpc-Metadata-hasleader: true");

	if (!fine || !token)
		return fine;
	fine = asprintf(&text, "Authorization: %s", token) >= 0 && add_header(t, text);
	free(text);
	return fine;
}

static bool set_tls(CURL *easy, const struct etcd_site *site)
{
	struct curl_blob ca = site->ca, cert = site->cert, key = site->key;

	return site->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
	       site->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
	       site->curl->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK &&
	       (!ca.data || site->curl->easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca) == CURLE_OK) &&
	       (!cert.data ||
		site->curl->easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &cert) == CURLE_OK) &&
	       (!key.data || site->curl->easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK);
}

/* What nobody but the one endpoint has a say in, and how its silence is noticed. */
static void set_manners(CURL *easy, const struct etcd_site *site)
{
	site->curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	site->curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	site->curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	site->curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* nobody waits for a look-up */
	site->curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, site->connect_ms);
	site->curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, site->answer_ms);
	site->curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	site->curl->easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_AFTER);
	site->curl->easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_EVERY);
	site->curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, etcd_socket_opens);
	site->curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, site->sockets);
	site->curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, etcd_socket_closes);
	site->curl->easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, site->sockets);
}

static void set_callbacks(struct etcd_transfer *t)
{
	t->site->curl->easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	t->site->curl->easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take);
	t->site->curl->easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	t->site->curl->easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	t->site->curl->easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	t->site->curl->easy_setopt(t->easy, CURLOPT_PRIVATE, t);
}

static bool set_url(const struct etcd_transfer *t, const char *path)
{
	char *url = NULL;
	bool fine = asprintf(&url, "%s%s", t->endpoint, path) >= 0 &&
		    t->site->curl->easy_setopt(t->easy, CURLOPT_URL, url) == CURLE_OK &&
		    t->site->curl->easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https") ==
			    CURLE_OK &&
		    t->site->curl->easy_setopt(t->easy, CURLOPT_PROXY, "") == CURLE_OK &&
		    t->site->curl->easy_setopt(t->easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
		    t->site->curl->easy_setopt(t->easy, CURLOPT_USERAGENT, "vxs") == CURLE_OK;

	free(url);
	return fine;
}

static bool set_request(struct etcd_transfer *t, const char *path, const char *body,
			const char *token)
{
	set_manners(t->easy, t->site);
	set_callbacks(t);
	return set_tls(t->easy, t->site) && set_url(t, path) && add_headers(t, token) &&
	       t->site->curl->easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
	       t->site->curl->easy_setopt(t->easy, CURLOPT_POSTFIELDS, body) == CURLE_OK;
}

/* -- Life -- */

bool etcd_transfer_start(struct etcd_transfer *t, const struct etcd_site *site,
			 const char *endpoint, const char *path, const char *body,
			 const char *token, enum etcd_extent extent)
{
	*t = (struct etcd_transfer) { .site = site, .endpoint = endpoint, .extent = extent };
	t->easy = site->curl->easy_init();
	if (t->easy && set_request(t, path, body, token) &&
	    site->curl->multi_add_handle(site->multi, t->easy) == CURLM_OK)
		return true;
	etcd_transfer_end(t);
	return false;
}

void etcd_transfer_end(struct etcd_transfer *t)
{
	if (t->easy) {
		etcd_sockets_forget_transfer(t->site->sockets, t->easy);
		t->site->curl->multi_remove_handle(t->site->multi, t->easy);
		t->site->curl->easy_cleanup(t->easy);
	}
	if (t->site)
		t->site->curl->slist_free_all(t->headers);
	free(t->at);
	*t = (struct etcd_transfer) { 0 };
}

bool etcd_transfer_succeeded(const struct etcd_transfer *t, CURLcode result)
{
	return (result == CURLE_OK || t->whole) && t->fault == ETCD_SOUND;
}

long etcd_transfer_status(const struct etcd_transfer *t)
{
	long status = 0;

	t->site->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* -- Why not -- */

static bool mentions(const struct etcd_transfer *t, const char *words)
{
	return strstr(t->error, words);
}

/* What the system said last; NULL: nothing. */
static const char *system_words(const struct etcd_transfer *t)
{
	long error = 0;

	t->site->curl->easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &error);
	return error ? strerror((int)error) : NULL;
}

static void tell_timeout(const struct etcd_transfer *t, char *out, size_t size)
{
	curl_off_t sent = 0;
	long limit = t->site->connect_ms;

	t->site->curl->easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
	if (sent)
		limit = t->site->answer_ms;
	snprintf(out, size, "no %s within %ld.%ld s", sent ? "answer" : "connection", limit / 1000,
		 limit % 1000 / 100);
}

/* The certificate of the endpoint; the numbers are X.509's of OpenSSL (x509_vfy.h). */
static void tell_certificate(const struct etcd_transfer *t, char *out, size_t size)
{
	enum { NOT_YET_VALID = 9, EXPIRED = 10, SELF_SIGNED = 18, UNKNOWN_LEAF = 21, UNKNOWN = 2 };
	long verdict = 0;

	t->site->curl->easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	if ((verdict >= SELF_SIGNED && verdict <= UNKNOWN_LEAF) || verdict == UNKNOWN)
		snprintf(out, size, "its certificate is not signed by %s",
			 t->site->ca_path ? t->site->ca_path : "anybody this machine trusts");
	else if (verdict == EXPIRED || verdict == NOT_YET_VALID)
		snprintf(out, size, "its certificate %s",
			 verdict == EXPIRED ? "has expired" : "is not valid yet");
	else
		snprintf(out, size, "its certificate is not accepted: %s", t->error);
}

static void tell_break(const struct etcd_transfer *t, char *out, size_t size)
{
	const char *system = system_words(t);

	if (mentions(t, "certificate required") || mentions(t, "handshake failure"))
		snprintf(out, size, "it demands a certificate of ours");
	else if (mentions(t, "bad certificate") || mentions(t, "unknown ca"))
		snprintf(out, size, "it does not accept our certificate");
	else if (mentions(t, "wrong version number"))
		snprintf(out, size, "what answers there does not speak TLS");
	else if (mentions(t, "SSL_connect: SSL_ERROR_SYSCALL"))
		snprintf(out, size, "it closed the connection instead of speaking TLS");
	else
		snprintf(out, size, "the connection broke: %s", system ? system : t->error);
}

static void tell_connect(const struct etcd_transfer *t, char *out, size_t size)
{
	const char *system = system_words(t);

	snprintf(out, size, "no connection: %s", system ? system : t->error);
}

static bool tell_fault(const struct etcd_transfer *t, char *out, size_t size)
{
	if (t->fault == ETCD_TOO_LONG)
		snprintf(out, size, "the answer is longer than %zu bytes", t->site->most);
	else if (t->fault == ETCD_HEAD_TOO_LONG)
		snprintf(out, size, "the headers of the answer are longer than %d bytes",
			 HEAD_MOST);
	else if (t->fault == ETCD_NO_MEMORY)
		snprintf(out, size, "no memory for the answer");
	return t->fault != ETCD_SOUND;
}

void etcd_transfer_why(const struct etcd_transfer *t, CURLcode result, char *out, size_t size)
{
	if (tell_fault(t, out, size))
		return;
	switch (result) {
	case CURLE_OPERATION_TIMEDOUT:
		tell_timeout(t, out, size);
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
		snprintf(out, size, "nobody knows a host of this name");
		break;
	case CURLE_COULDNT_CONNECT:
		tell_connect(t, out, size);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		tell_certificate(t, out, size);
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		tell_break(t, out, size);
		break;
	case CURLE_GOT_NOTHING:
		snprintf(out, size, "it closed the connection without an answer");
		break;
	case CURLE_PARTIAL_FILE:
		snprintf(out, size, "its answer broke off");
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		snprintf(out, size, "what answers there does not speak HTTP");
		break;
	default:
		snprintf(out, size, "%s",
			 *t->error ? t->error : t->site->curl->easy_strerror(result));
	}
}
