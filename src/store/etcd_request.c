/* Requests to etcd as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "store/etcd.h"

/* -- JSON under construction: a member that can not be made spoils the whole -- */

/* @object with one member more; takes both over. */
static json_t *with(json_t *object, const char *name, json_t *value)
{
	if (object && json_object_set_new(object, name, value) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *number(int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	return json_string(text);
}

static json_t *bytes(const char *text)
{
	size_t len = strlen(text);
	char *coded = malloc(BASE64_LEN(len) + 1);
	json_t *value = NULL;

	if (coded) {
		base64_write(coded, text, len);
		value = json_string(coded);
	}
	free(coded);
	return value;
}

/* -- Requests -- */

static json_t *keys(const struct etcd_request *r)
{
	json_t *body = json_pack("{so}", "key", bytes(r->key));

	return r->range_end ? with(body, "range_end", bytes(r->range_end)) : body;
}

static json_t *range(const struct etcd_request *r)
{
	json_t *body = keys(r);

	if (r->revision)
		body = with(body, "revision", number(r->revision));
	if (r->limit)
		body = with(body, "limit", number(r->limit));
	return body;
}

/* When the change is to happen. */
static json_t *guard(const struct etcd_request *r)
{
	json_t *compare = json_pack("{ssso}", "result", "EQUAL", "key", bytes(r->key));

	if (r->mod_revision)
		return with(with(compare, "target", json_string("MOD")), "mod_revision",
			    number(r->mod_revision));
	compare = with(with(compare, "target", json_string("VERSION")), "version", number(0));
	return r->absent_end ? with(compare, "range_end", bytes(r->absent_end)) : compare;
}

static json_t *put(const struct etcd_request *r)
{
	json_t *body = json_pack("{soso}", "key", bytes(r->key), "value", bytes(r->value));

	return r->lease ? with(body, "lease", number(r->lease)) : body;
}

static json_t *change(const struct etcd_request *r)
{
	if (r->value)
		return json_pack("{s[o]s[{so}]}", "compare", guard(r), "success", "request_put",
				 put(r));
	return json_pack("{s[o]s[{so}]}", "compare", guard(r), "success", "request_delete_range",
			 keys(r));
}

static json_t *watch(const struct etcd_request *r)
{
	json_t *create = keys(r);

	if (r->revision)
		create = with(create, "start_revision", number(r->revision));
	return json_pack("{so}", "create_request", create);
}

static json_t *body_of(const struct etcd_request *r)
{
	switch (r->verb) {
	case ETCD_RANGE:
		return range(r);
	case ETCD_CHANGE:
		return change(r);
	case ETCD_GRANT:
		return json_pack("{so}", "TTL", number(r->ttl));
	case ETCD_KEEP_ALIVE:
		return json_pack("{so}", "ID", number(r->lease));
	case ETCD_WATCH:
		return watch(r);
	case ETCD_LOG_IN:
		return json_pack("{ssss}", "name", r->name, "password", r->password);
	}
	return NULL;
}

char *etcd_request_text(const struct etcd_request *request)
{
	json_t *body = body_of(request);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	return text;
}

const char *etcd_path(enum etcd_verb verb)
{
	static const char *const paths[] = {
		[ETCD_RANGE] = "/v3/kv/range",    [ETCD_CHANGE] = "/v3/kv/txn",
		[ETCD_GRANT] = "/v3/lease/grant", [ETCD_KEEP_ALIVE] = "/v3/lease/keepalive",
		[ETCD_WATCH] = "/v3/watch",       [ETCD_LOG_IN] = "/v3/auth/authenticate",
	};

	return paths[verb];
}

void etcd_prefix_end(const char *prefix, char *out)
{
	size_t len = strlen(prefix);

	memcpy(out, prefix, len + 1);
	while (len > 0 && (unsigned char)out[len - 1] == 0xff)
		out[--len] = '\0';
	if (len > 0)
		out[len - 1] = (char)((unsigned char)out[len - 1] + 1);
}
