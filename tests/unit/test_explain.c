/* Every code is explained, and its example is true: what it calls wrong has this code and no other,
 * what it calls right has nothing to be said against. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/explain.h"
#include "plan/plan.h"

/* What a part of a cluster file leaves out. */
static const struct {
	const char *key, *text;
} frame[] = {
	{ "version:", "version: 1\n" },
	{ "name:", "name: demo\n" },
	{ "nodes:", "nodes:\n  node1: { address: 192.0.2.1 }\n  node2: { address: 192.0.2.2 }\n" },
	{ "networks:", "networks:\n  blue: { vni: 100 }\n" },
};

/* Is @key, with its colon, at the beginning of a line of @part? */
static bool has_key(const char *part, const char *key)
{
	for (; part; part = strchr(part, '\n')) {
		part += *part == '\n';
		if (strncmp(part, key, strlen(key)) == 0)
			return true;
		if (*part == '\0')
			break;
	}
	return false;
}

static char *framed(const char *part)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	for (size_t i = 0; i < sizeof(frame) / sizeof(frame[0]); i++)
		if (!has_key(part, frame[i].key))
			fputs(frame[i].text, to);
	fputs(part, to);
	fclose(to);
	return text;
}

static uint32_t mtu_1500(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

/* What is said about @part, on a machine whose interfaces have an MTU of 1500. */
static struct errors judged(const char *part)
{
	const struct plan_machine machine = { .mtu = mtu_1500 };
	struct errors errors = { 0 };
	char *text = framed(part);
	struct cluster *cluster = cluster_read("f", text, strlen(text), &errors);

	assert_non_null(cluster);
	cluster_check(cluster, &errors);
	if (errors.error_count == 0)
		subnets_free(subnets_allocate(cluster, NULL, &errors));
	if (errors.error_count == 0)
		plan_free(plan_make(cluster, 0, &machine, &errors));
	cluster_free(cluster);
	free(text);
	return errors;
}

static void check_example(const struct explanation *e)
{
	struct errors errors = judged(e->wrong);
	char code[ERROR_CODE];

	if (errors.count == 0)
		fail_msg("%s: nothing is wrong with\n%s", e->code, e->wrong);
	for (size_t i = 0; i < errors.count; i++)
		if (strcmp(error_code(&errors.list[i], code), e->code) != 0)
			fail_msg("%s: the example says %s, \"%s\"", e->code, code,
				 errors.list[i].message);
	errors_free(&errors);
	errors = judged(e->right);
	if (errors.count > 0)
		fail_msg("%s: the right example says \"%s\"", e->code, errors.list[0].message);
	errors_free(&errors);
}

/* 16 MiB, no memory, another machine. */
static bool needs_more_than_a_file(const char *code)
{
	return !strcmp(code, "E108") || !strcmp(code, "E199") || !strcmp(code, "E240");
}

static bool is_sentence(const char *text)
{
	return text && strlen(text) > 10 && text[strlen(text) - 1] == '.';
}

static void every_code(void **state)
{
	struct explanation e;
	size_t count = 0;

	(void)state;
	for (; explain_at(count, &e); count++) {
		if (!is_sentence(e.title) || !is_sentence(e.meaning) || !is_sentence(e.why) ||
		    !is_sentence(e.mend))
			fail_msg("%s is not explained", e.code);
		if (needs_more_than_a_file(e.code)) {
			assert_null(e.wrong);
			assert_null(e.right);
			continue;
		}
		if (!e.wrong || !e.right)
			fail_msg("%s has no example", e.code);
		check_example(&e);
	}
	assert_true(count > 40);
}

/* Numbers are given once, and in order within each letter. */
static void codes_are_unique(void **state)
{
	struct explanation e, before;

	(void)state;
	for (size_t i = 1; explain_at(i, &e); i++) {
		assert_true(explain_at(i - 1, &before));
		if (strcmp(before.code, e.code) >= 0)
			fail_msg("%s comes before %s", before.code, e.code);
	}
}

static void finding(void **state)
{
	static const struct {
		const char *word, *found, *nearest;
	} rows[] = {
		{ "E112", "E112", NULL },     { "e112", "E112", NULL },  { "[E112]", "E112", NULL },
		{ "W203", "W203", NULL },     { "E203", "E203", NULL },  { "112", NULL, "E112" },
		{ "E1122", NULL, "E112" },    { "F112", NULL, "E112" },  { "", NULL, NULL },
		{ "[]", NULL, NULL },         { "[E112", NULL, "E112" }, { "E112]", NULL, "E112" },
		{ "frobnicate", NULL, NULL }, { "E12", NULL, "E102" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explanation e;
		char nearest[8];
		bool found = explain_find(rows[i].word, &e);
		const char *near = explain_nearest(rows[i].word, nearest);

		if (found != !!rows[i].found || (found && strcmp(e.code, rows[i].found) != 0))
			fail_msg("\"%s\" finds %s", rows[i].word, found ? e.code : "nothing");
		if (!found &&
		    (!near != !rows[i].nearest || (near && strcmp(near, rows[i].nearest) != 0)))
			fail_msg("\"%s\" is near %s", rows[i].word, near ? near : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code),
		cmocka_unit_test(codes_are_unique),
		cmocka_unit_test(finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
