/* Answers of etcd out of JSON. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "store/etcd.h"

/* -- Values of members -- */

/* 64-bit numbers are text; what is not there is 0.  An id of a cluster uses all 64 bits. */
static uint64_t number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);

	if (json_is_integer(value))
		return (uint64_t)json_integer_value(value);
	return text ? strtoull(text, NULL, 10) : 0;
}

static int64_t signed_number(const json_t *object, const char *name)
{
	return (int64_t)number(object, name);
}

/* Base64 as bytes with a NUL behind, to be freed; "" where it is not there.  NULL: not understood. */
static char *bytes(const json_t *object, const char *name, size_t *len)
{
	const json_t *value = json_object_get(object, name);
	size_t coded = value ? json_string_length(value) : 0;
	char *out = malloc(coded / 4 * 3 + 1);

	*len = 0;
	if (!out || (value && !json_is_string(value)) ||
	    (coded && !base64_read(json_string_value(value), coded, out, len))) {
		free(out);
		return NULL;
	}
	out[*len] = '\0';
	return out;
}

/* -- Records -- */

static void free_record(struct etcd_record *record)
{
	free(record->key);
	free(record->value);
}

static bool read_record(const json_t *kv, struct etcd_record *out)
{
	size_t key_len = 0;

	*out = (struct etcd_record) {
		.create_revision = signed_number(kv, "create_revision"),
		.mod_revision = signed_number(kv, "mod_revision"),
		.lease = signed_number(kv, "lease"),
	};
	out->key = bytes(kv, "key", &key_len);
	out->value = bytes(kv, "value", &out->value_len);
	return out->key && out->value && key_len && strlen(out->key) == key_len;
}

/* A record that can not be understood is left out: it is nobody else's trouble. */
static void add_record(struct etcd_answer *out, const json_t *kv, bool deleted)
{
	struct etcd_record record;

	if (read_record(kv, &record)) {
		record.deleted = deleted;
		out->records[out->count++] = record;
	} else {
		free_record(&record);
	}
}

static bool make_room(struct etcd_answer *out, const json_t *list)
{
	out->records = calloc(json_array_size(list) + 1, sizeof(*out->records));
	return out->records;
}

static bool read_kvs(const json_t *kvs, struct etcd_answer *out)
{
	if (!make_room(out, kvs))
		return false;
	for (size_t i = 0; i < json_array_size(kvs); i++)
		add_record(out, json_array_get(kvs, i), false);
	return true;
}

static bool read_events(const json_t *events, struct etcd_answer *out)
{
	if (!make_room(out, events))
		return false;
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *event = json_array_get(events, i);
		const char *type = json_string_value(json_object_get(event, "type"));

		add_record(out, json_object_get(event, "kv"), type && strcmp(type, "DELETE") == 0);
	}
	return true;
}

/* -- Whole answers -- */

struct etcd_answer etcd_no_answer(const char *why)
{
	struct etcd_answer answer = { .outcome = ETCD_SILENT };

	snprintf(answer.why, sizeof(answer.why), "%s", why);
	text_tame(answer.why);
	return answer;
}

static void read_token(const json_t *body, struct etcd_answer *out)
{
	const char *token = json_string_value(json_object_get(body, "token"));

	out->token = token ? strdup(token) : NULL;
}

static void read_reason(const json_t *body, struct etcd_answer *out)
{
	const char *reason = json_string_value(json_object_get(body, "cancel_reason"));

	snprintf(out->why, sizeof(out->why), "%s", reason ? reason : "");
	text_tame(out->why);
}

static void read_body(enum etcd_verb verb, const json_t *body, struct etcd_answer *out)
{
	const json_t *header = json_object_get(body, "header");
	bool room = true;

	out->cluster = number(header, "cluster_id");
	out->revision = signed_number(header, "revision");
	out->more = json_is_true(json_object_get(body, "more"));
	out->succeeded = json_is_true(json_object_get(body, "succeeded"));
	out->lease = signed_number(body, "ID");
	out->ttl = signed_number(body, "TTL");
	out->canceled = json_is_true(json_object_get(body, "canceled"));
	out->compacted = signed_number(body, "compact_revision");
	if (verb == ETCD_RANGE)
		room = read_kvs(json_object_get(body, "kvs"), out);
	else if (verb == ETCD_WATCH)
		room = read_events(json_object_get(body, "events"), out);
	else if (verb == ETCD_LOG_IN)
		read_token(body, out);
	if (out->canceled)
		read_reason(body, out);
	if (!room)
		*out = etcd_no_answer(strerror(ENOMEM));
}

/* {"error": "…", "code": 3, "message": "…"}; within a stream, {"error": {"message": "…"}}. */
static bool read_error(const json_t *answer, struct etcd_answer *out)
{
	const json_t *error = json_object_get(answer, "error");
	const json_t *inner = json_is_object(error) ? error : answer;
	const char *text = json_string_value(json_object_get(inner, "message"));

	if (!error)
		return false;
	text = text ? text : json_string_value(error);
	*out = etcd_no_answer(text ? text : "an error without words");
	out->outcome = ETCD_REFUSED;
	return true;
}

static bool is_stream(enum etcd_verb verb)
{
	return verb == ETCD_WATCH || verb == ETCD_KEEP_ALIVE;
}

void etcd_answer_read(enum etcd_verb verb, const char *text, size_t len, struct etcd_answer *out)
{
	json_error_t error;
	json_t *answer = json_loadb(text, len, 0, &error);
	const json_t *body = is_stream(verb) ? json_object_get(answer, "result") : answer;

	*out = (struct etcd_answer) { .outcome = ETCD_DONE };
	if (!json_is_object(answer))
		*out = etcd_no_answer("what came is no JSON object");
	else if (read_error(answer, out))
		;
	else if (!json_is_object(body) || !json_object_get(body, "header"))
		*out = etcd_no_answer("what came is no answer of etcd's");
	else
		read_body(verb, body, out);
	json_decref(answer);
}

void etcd_answer_free(struct etcd_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		free_record(&answer->records[i]);
	free(answer->records);
	free(answer->token);
	*answer = (struct etcd_answer) { 0 };
}
