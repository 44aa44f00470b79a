/* Errors for programs: JSON that a parser reads back, and GitHub's commands with nothing in them
 * that would end one early. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/report.h"

/* What is written about @e; frees @e. */
static char *reported(enum report_format format, struct errors *e, const char *file)
{
	static const char source[] = "a: b\n";
	char *said = NULL;
	size_t len;
	FILE *to = open_memstream(&said, &len);

	assert_non_null(to);
	report_errors(to, format, e, file, source, strlen(source));
	fclose(to);
	errors_free(e);
	return said;
}

static json_t *reported_json(struct errors *e, const char *file)
{
	char *said = reported(REPORT_JSON, e, file);
	json_t *array = json_loads(said, 0, NULL);

	assert_true(json_is_array(array));
	free(said);
	return array;
}

static const char *string_at(const json_t *array, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(array, i), key));
}

static json_int_t number_at(const json_t *array, size_t i, const char *key)
{
	return json_integer_value(json_object_get(json_array_get(array, i), key));
}

static bool is_null_at(const json_t *array, size_t i, const char *key)
{
	return json_is_null(json_object_get(json_array_get(array, i), key));
}

static void formats(void **state)
{
	enum report_format format;

	(void)state;
	assert_true(report_format_parse("text", &format) && format == REPORT_TEXT);
	assert_true(report_format_parse("json", &format) && format == REPORT_JSON);
	assert_true(report_format_parse("github", &format) && format == REPORT_GITHUB);
	assert_false(report_format_parse("", &format));
	assert_false(report_format_parse("JSON", &format));
}

static void json_of_nothing(void **state)
{
	struct errors e = { 0 };
	json_t *array = reported_json(&e, "f");

	(void)state;
	assert_int_equal(json_array_size(array), 0);
	json_decref(array);
}

static void json_of_some(void **state)
{
	struct errors e = { 0 };
	json_t *array;

	(void)state;
	errors_add(&e, SEVERITY_WARNING, 203, (struct position) { 2, 5, 3 }, "help: do", "\"w\"\n");
	errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 4, 1 }, "expected: c", "m\\");
	errors_add(&e, SEVERITY_ERROR, 108, (struct position) { 0 }, NULL, "nowhere");
	array = reported_json(&e, "a \xff \xe6\x97\xa5");
	assert_int_equal(json_array_size(array), 3);
	assert_string_equal(string_at(array, 0, "file"), "a ? \xe6\x97\xa5");
	assert_true(is_null_at(array, 0, "line"));
	assert_true(is_null_at(array, 0, "column"));
	assert_true(is_null_at(array, 0, "end_column"));
	assert_true(is_null_at(array, 0, "help"));
	assert_true(is_null_at(array, 0, "expected"));
	assert_string_equal(string_at(array, 0, "code"), "E108");
	assert_string_equal(string_at(array, 1, "message"), "m\\");
	assert_string_equal(string_at(array, 1, "severity"), "error");
	assert_string_equal(string_at(array, 1, "expected"), "c");
	assert_true(is_null_at(array, 1, "help"));
	assert_int_equal(number_at(array, 1, "line"), 1);
	assert_int_equal(number_at(array, 1, "column"), 4);
	assert_int_equal(number_at(array, 1, "end_column"), 5);
	assert_string_equal(string_at(array, 2, "severity"), "warning");
	assert_string_equal(string_at(array, 2, "code"), "W203");
	assert_string_equal(string_at(array, 2, "message"), "\"w\"\n");
	assert_string_equal(string_at(array, 2, "help"), "do");
	json_decref(array);
}

static void json_of_many(void **state)
{
	struct errors e = { 0 };
	json_t *array;

	(void)state;
	for (int i = 0; i < ERRORS_KEPT + 7; i++)
		errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 1, 1 }, NULL, "m");
	array = reported_json(&e, "f");
	assert_int_equal(json_array_size(array), ERRORS_KEPT + 1);
	assert_string_equal(string_at(array, ERRORS_KEPT, "message"), "7 more errors");
	assert_true(is_null_at(array, ERRORS_KEPT, "code"));
	json_decref(array);
}

static void check_github(struct errors *e, const char *file, const char *expected)
{
	char *said = reported(REPORT_GITHUB, e, file);

	assert_string_equal(said, expected);
	free(said);
}

static void github(void **state)
{
	struct errors e = { 0 };

	(void)state;
	check_github(&e, "f", "");
	errors_add(&e, SEVERITY_WARNING, 203, (struct position) { 2, 5, 3 }, NULL, "w");
	errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 4, 1 }, "expected: 0..9",
		   "50%% ::a,b:\r\n");
	errors_add(&e, SEVERITY_ERROR, 108, (struct position) { 0 }, NULL, "nowhere");
	check_github(
		&e, "a,b:c%\n.yaml",
		"::error file=a%2Cb%3Ac%25%0A.yaml,title=E108::nowhere\n"
		"::error file=a%2Cb%3Ac%25%0A.yaml,line=1,col=4,endColumn=5,title=E112::"
		"50%25 ::a,b:%0D%0A%0Aexpected: 0..9\n"
		"::warning file=a%2Cb%3Ac%25%0A.yaml,line=2,col=5,endColumn=8,title=W203::w\n");
}

static void github_is_capped(void **state)
{
	struct errors e = { 0 };
	size_t lines = 0;
	char *said;

	(void)state;
	for (int i = 0; i < ERRORS_SHOWN + 2; i++)
		errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 1, 1 }, NULL, "m");
	said = reported(REPORT_GITHUB, &e, "f");
	for (const char *c = said; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, ERRORS_SHOWN + 1);
	assert_non_null(strstr(said, "\n::notice file=f::... and 2 more errors\n"));
	free(said);
}

static void text(void **state)
{
	struct errors e = { 0 };
	char *said;

	(void)state;
	errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 4, 1 }, NULL, "m");
	said = reported(REPORT_TEXT, &e, "f");
	assert_string_equal(said, "f:1:4: error: m [E112]\n"
				  "    1 | a: b\n"
				  "      |    ^\n"
				  "1 error.\n");
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),      cmocka_unit_test(json_of_nothing),
		cmocka_unit_test(json_of_some), cmocka_unit_test(json_of_many),
		cmocka_unit_test(github),       cmocka_unit_test(github_is_capped),
		cmocka_unit_test(text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
