/* Requests and answers of etcd's JSON gateway, and base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "store/etcd.h"

static void base64_is_rfc_4648s(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	static const char *const nonsense[] = { "Z",    "Zg",       "Zg=",      "Z===", "Zh==",
						"Zm9=", "Zm9v*m8=", "Zg==Zg==", "====" };
	char coded[16], plain[16];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		base64_write(coded, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(coded, rows[i][1]);
		assert_true(base64_read(coded, strlen(coded), plain, &len));
		assert_int_equal(len, strlen(rows[i][0]));
		assert_memory_equal(plain, rows[i][0], len);
	}
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		if (base64_read(nonsense[i], strlen(nonsense[i]), plain, &len))
			fail_msg("\"%s\" was read", nonsense[i]);
}

static void requests_are_written(void **state)
{
	static const struct row {
		struct etcd_request request;
		const char *path, *body;
	} rows[] = {
		{ { .verb = ETCD_RANGE, .key = "a" }, "/v3/kv/range", "{\"key\":\"YQ==\"}" },
		{ { .verb = ETCD_RANGE, .key = "a", .range_end = "b", .revision = 7, .limit = 500 },
		  "/v3/kv/range",
		  "{\"key\":\"YQ==\",\"range_end\":\"Yg==\",\"revision\":\"7\",\"limit\":"
		  "\"500\"}" },
		{ { .verb = ETCD_CHANGE, .key = "a", .value = "v", .lease = 9 },
		  "/v3/kv/txn",
		  "{\"compare\":[{\"result\":\"EQUAL\",\"key\":\"YQ==\",\"target\":\"VERSION\","
		  "\"version\":\"0\"}],\"success\":[{\"request_put\":{\"key\":\"YQ==\",\"value\":"
		  "\"dg==\",\"lease\":\"9\"}}]}" },
		{ { .verb = ETCD_CHANGE, .key = "a", .absent_end = "b", .value = "v" },
		  "/v3/kv/txn",
		  "{\"compare\":[{\"result\":\"EQUAL\",\"key\":\"YQ==\",\"target\":\"VERSION\","
		  "\"version\":\"0\",\"range_end\":\"Yg==\"}],\"success\":[{\"request_put\":{"
		  "\"key\":\"YQ==\",\"value\":\"dg==\"}}]}" },
		{ { .verb = ETCD_CHANGE, .key = "a", .mod_revision = 5 },
		  "/v3/kv/txn",
		  "{\"compare\":[{\"result\":\"EQUAL\",\"key\":\"YQ==\",\"target\":\"MOD\","
		  "\"mod_revision\":\"5\"}],\"success\":[{\"request_delete_range\":{\"key\":"
		  "\"YQ==\"}}]}" },
		{ { .verb = ETCD_GRANT, .ttl = 86400 }, "/v3/lease/grant", "{\"TTL\":\"86400\"}" },
		{ { .verb = ETCD_KEEP_ALIVE, .lease = INT64_MAX },
		  "/v3/lease/keepalive",
		  "{\"ID\":\"9223372036854775807\"}" },
		{ { .verb = ETCD_WATCH, .key = "a", .range_end = "b", .revision = 8 },
		  "/v3/watch",
		  "{\"create_request\":{\"key\":\"YQ==\",\"range_end\":\"Yg==\","
		  "\"start_revision\":\"8\"}}" },
		{ { .verb = ETCD_LOG_IN, .name = "n", .password = "p\"" },
		  "/v3/auth/authenticate",
		  "{\"name\":\"n\",\"password\":\"p\\\"\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *body = etcd_request_text(&rows[i].request);

		assert_string_equal(body, rows[i].body);
		assert_string_equal(etcd_path(rows[i].request.verb), rows[i].path);
		free(body);
	}
}

static struct etcd_answer read_answer(enum etcd_verb verb, const char *text)
{
	struct etcd_answer answer;

	etcd_answer_read(verb, text, strlen(text), &answer);
	return answer;
}

/* As etcd 3.4 says it. */
#define HEADER                                                                                \
	"\"header\":{\"cluster_id\":\"14841639068965178418\",\"member_id\":\"1027665\",\"rev" \
	"ision\":\"7\",\"raft_term\":\"2\"}"

static void a_listing_is_read(void **state)
{
	struct etcd_answer a = read_answer(
		ETCD_RANGE,
		"{" HEADER ",\"kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_"
		"revision\":\"5\",\"version\":\"3\",\"value\":\"dmFs\",\"lease\":\"42\"},{"
		"\"key\":\"Yg==\"},{\"key\":\"*\"},{\"key\":\"AAAA\"},7],\"more\":true,"
		"\"count\":\"9\"}");

	(void)state;
	assert_int_equal(a.outcome, ETCD_DONE);
	assert_true(a.cluster == UINT64_C(14841639068965178418));
	assert_int_equal(a.revision, 7);
	assert_true(a.more);
	assert_int_equal(a.count, 2); /* the others make no sense */
	assert_string_equal(a.records[0].key, "a");
	assert_string_equal(a.records[0].value, "val");
	assert_int_equal(a.records[0].create_revision, 2);
	assert_int_equal(a.records[0].mod_revision, 5);
	assert_int_equal(a.records[0].lease, 42);
	assert_string_equal(a.records[1].value, "");
	etcd_answer_free(&a);
}

static void small_answers_are_read(void **state)
{
	struct etcd_answer a = read_answer(ETCD_CHANGE, "{" HEADER ",\"succeeded\":true}");

	(void)state;
	assert_true(a.succeeded);
	a = read_answer(ETCD_CHANGE, "{" HEADER "}");
	assert_int_equal(a.outcome, ETCD_DONE);
	assert_false(a.succeeded);
	a = read_answer(ETCD_GRANT, "{" HEADER ",\"ID\":\"7587\",\"TTL\":\"86400\"}");
	assert_int_equal(a.lease, 7587);
	assert_int_equal(a.ttl, 86400);
	a = read_answer(ETCD_KEEP_ALIVE, "{\"result\":{" HEADER ",\"ID\":\"7587\"}}");
	assert_int_equal(a.outcome, ETCD_DONE);
	assert_int_equal(a.ttl, 0);
	a = read_answer(ETCD_LOG_IN, "{" HEADER ",\"token\":\"abc.1\"}");
	assert_string_equal(a.token, "abc.1");
	etcd_answer_free(&a);
}

static void events_are_read(void **state)
{
	struct etcd_answer a = read_answer(
		ETCD_WATCH,
		"{\"result\":{" HEADER ",\"events\":[{\"kv\":{\"key\":\"YQ==\",\"value\":"
		"\"dmFs\",\"mod_revision\":\"6\"}},{\"type\":\"DELETE\",\"kv\":{\"key\":"
		"\"Yg==\",\"mod_revision\":\"7\"}}]}}");

	(void)state;
	assert_int_equal(a.count, 2);
	assert_false(a.records[0].deleted);
	assert_true(a.records[1].deleted);
	assert_int_equal(a.records[1].mod_revision, 7);
	etcd_answer_free(&a);
	a = read_answer(ETCD_WATCH, "{\"result\":{" HEADER ",\"created\":true}}");
	assert_int_equal(a.outcome, ETCD_DONE);
	assert_false(a.canceled);
	etcd_answer_free(&a);
	a = read_answer(ETCD_WATCH,
			"{\"result\":{" HEADER ",\"canceled\":true,\"compact_revision\":\"90\"}}");
	assert_true(a.canceled);
	assert_int_equal(a.compacted, 90);
	etcd_answer_free(&a);
}

static void errors_and_nonsense_are_told(void **state)
{
	static const struct row {
		const char *text;
		enum etcd_outcome outcome;
		const char *why;
	} rows[] = {
		{ "{\"error\":\"etcdserver: user name is "
		  "empty\",\"code\":3,\"message\":\"etcdserver: "
		  "user name is empty\"}",
		  ETCD_REFUSED, "etcdserver: user name is empty" },
		{ "{\"error\":{\"grpc_code\":14,\"message\":\"no leader\"}}", ETCD_REFUSED,
		  "no leader" },
		{ "{\"error\":\"bad\\nline\"}", ETCD_REFUSED, "bad?line" },
		{ "{\"error\":7}", ETCD_REFUSED, "an error without words" },
		{ "", ETCD_SILENT, "what came is no JSON object" },
		{ "<html>", ETCD_SILENT, "what came is no JSON object" },
		{ "[]", ETCD_SILENT, "what came is no JSON object" },
		{ "{}", ETCD_SILENT, "what came is no answer of etcd's" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct etcd_answer a = read_answer(ETCD_RANGE, rows[i].text);

		assert_int_equal(a.outcome, rows[i].outcome);
		assert_string_equal(a.why, rows[i].why);
		etcd_answer_free(&a);
	}
}

static void a_prefix_ends_behind_all_that_begin_with_it(void **state)
{
	char end[8];

	(void)state;
	etcd_prefix_end("ab", end);
	assert_string_equal(end, "ac");
	etcd_prefix_end("a\xff", end);
	assert_string_equal(end, "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_rfc_4648s),
		cmocka_unit_test(requests_are_written),
		cmocka_unit_test(a_listing_is_read),
		cmocka_unit_test(small_answers_are_read),
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(errors_and_nonsense_are_told),
		cmocka_unit_test(a_prefix_ends_behind_all_that_begin_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
