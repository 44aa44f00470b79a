/* How errors look: order, carets under tabs and wide characters, caps and counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/utf8.h"

/* What is printed for @e about @source; frees @e. */
static char *printed(struct errors *e, const char *source, const char *consequence)
{
	size_t len = strlen(source), said_len;
	char *exact = malloc(len ? len : 1), *said = NULL;
	FILE *to = open_memstream(&said, &said_len);

	assert_non_null(exact);
	assert_non_null(to);
	memcpy(exact, source, len);
	errors_print(to, e, "f", exact, len, consequence);
	fclose(to);
	free(exact);
	errors_free(e);
	return said;
}

static void check(struct errors *e, const char *source, const char *consequence,
		  const char *expected)
{
	char *said = printed(e, source, consequence);

	assert_string_equal(said, expected);
	free(said);
}

static void nothing(void **state)
{
	struct errors e = { 0 };

	(void)state;
	check(&e, "a: b\n", "Nothing was changed.", "");
}

static void in_order(void **state)
{
	struct errors e = { 0 };

	(void)state;
	errors_add(&e, SEVERITY_WARNING, 203, (struct position) { 3, 1, 2 }, NULL, "third");
	errors_add(&e, SEVERITY_ERROR, 112, (struct position) { 1, 4, 1 }, "expected: c",
		   "second %d", 2);
	errors_add(&e, SEVERITY_ERROR, 103, (struct position) { 1, 1, 1 }, NULL, "first");
	errors_add(&e, SEVERITY_ERROR, 108, (struct position) { 0 }, NULL, "nowhere");
	check(&e, "a: b\n\ncc: d\n", "Nothing was changed.",
	      "f: error: nowhere [E108]\n"
	      "f:1:1: error: first [E103]\n"
	      "    1 | a: b\n"
	      "      | ^\n"
	      "f:1:4: error: second 2 [E112]\n"
	      "    1 | a: b\n"
	      "      |    ^\n"
	      "  expected: c\n"
	      "f:3:1: warning: third [W203]\n"
	      "    3 | cc: d\n"
	      "      | ^~\n"
	      "3 errors, 1 warning. Nothing was changed.\n");
}

static void counts(void **state)
{
	struct errors e = { 0 };

	(void)state;
	errors_add(&e, SEVERITY_WARNING, 1, (struct position) { 0 }, NULL, "a");
	check(&e, "", NULL, "f: warning: a [W1]\n1 warning.\n");
	errors_add(&e, SEVERITY_ERROR, 1, (struct position) { 0 }, NULL, "a");
	check(&e, "", NULL, "f: error: a [E1]\n1 error.\n");
	errors_add(&e, SEVERITY_WARNING, 1, (struct position) { 0 }, NULL, "a");
	errors_add(&e, SEVERITY_WARNING, 2, (struct position) { 0 }, NULL, "b");
	check(&e, "", NULL, "f: warning: a [W1]\nf: warning: b [W2]\n2 warnings.\n");
}

struct row {
	const char *source;
	struct position at;
	const char *shown; /* line, caret */
};

static void carets(void **state)
{
	static const struct row rows[] = {
		{ "\ta: b", { 1, 5, 1 }, "    1 | \ta: b\n      | \t   ^\n" },
		{ "\xc3\xa9: bcd", { 1, 4, 3 }, "    1 | \xc3\xa9: bcd\n      |    ^~~\n" },
		{ "\xe6\x97\xa5: b", { 1, 4, 1 }, "    1 | \xe6\x97\xa5: b\n      |     ^\n" },
		{ "\xe6\x97\xa5\xe6\x9c\xac",
		  { 1, 1, 2 },
		  "    1 | \xe6\x97\xa5\xe6\x9c\xac\n      | ^~~~\n" },
		{ "e\xcc\x81: b", { 1, 5, 1 }, "    1 | e\xcc\x81: b\n      |    ^\n" },
		{ "ab", { 1, 3, 0 }, "    1 | ab\n      |   ^\n" },
		{ "ab", { 1, 9, 9 }, "    1 | ab\n      |   ^\n" },
		{ "a\r\nb\r\n", { 2, 1, 1 }, "    2 | b\n      | ^\n" },
		/* zero width, which shows: joiner, direction override */
		{ "a\xe2\x80\x8d"
		  "b: c",
		  { 1, 6, 1 },
		  "    1 | a?b: c\n      |      ^\n" },
		{ "a\xe2\x80\xae"
		  "b",
		  { 1, 3, 1 },
		  "    1 | a?b\n      |   ^\n" },
		/* a variation selector and combining letters take no room */
		{ "\xe2\x9a\xa0\xef\xb8\x8f: b",
		  { 1, 5, 1 },
		  "    1 | \xe2\x9a\xa0\xef\xb8\x8f: b\n      |    ^\n" },
		{ "e\xcc\x81"
		  "f",
		  { 1, 1, 3 },
		  "    1 | e\xcc\x81"
		  "f\n      | ^~\n" },
		{ "\xf0\x9f\x98\x80: b",
		  { 1, 4, 1 },
		  "    1 | \xf0\x9f\x98\x80: b\n      |     ^\n" },
		/* a tab ends at a multiple of eight, the margin counted in */
		{ "ab\tc", { 1, 1, 4 }, "    1 | ab\tc\n      | ^~~~~~~~~\n" },
		{ "\xe6\x97\xa5\tc", { 1, 1, 2 }, "    1 | \xe6\x97\xa5\tc\n      | ^~~~~~~~\n" },
		{ "a", { 2, 1, 1 }, "" },
		{ "", { 1, 1, 1 }, "    1 | \n      | ^\n" },
		{ "a\x1b[2Jb", { 1, 6, 1 }, "    1 | a?[2Jb\n      |      ^\n" },
		{ "a\xff"
		  "b",
		  { 1, 3, 1 },
		  "    1 | a?b\n      |   ^\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errors e = { 0 };
		char expected[256];

		errors_add(&e, SEVERITY_ERROR, 1, rows[i].at, NULL, "m");
		snprintf(expected, sizeof(expected), "f:%u:%u: error: m [E1]\n%s1 error.\n",
			 rows[i].at.line, rows[i].at.column, rows[i].shown);
		check(&e, rows[i].source, NULL, expected);
	}
}

/* A line of a million characters shows the part around the place, and no more. */
static void long_lines(void **state)
{
	enum { COUNT = 1000000 };
	struct errors e = { 0 };
	char *source = malloc(COUNT + 1), *said;

	(void)state;
	assert_non_null(source);
	memset(source, 'x', COUNT);
	source[COUNT] = '\0';
	source[COUNT / 2] = 'y';
	errors_add(&e, SEVERITY_ERROR, 1, (struct position) { 1, COUNT / 2 + 1, COUNT }, NULL, "m");
	said = printed(&e, source, NULL);
	assert_true(strlen(said) < 600);
	assert_true(strchr(said, 'y') - strstr(said, "| ") ==
		    strchr(said, '^') - strrchr(said, '|'));
	assert_non_null(strstr(said, " | ...xxx"));
	assert_non_null(strstr(said, "xxx...\n"));
	free(said);
	free(source);
}

/* Several places of one long line, each with its surroundings. */
static void places_in_a_long_line(void **state)
{
	struct errors e = { 0 };
	char source[1001], expected[128];
	char *said;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		source[i] = (char)('a' + i % 26);
	source[1000] = '\0';
	errors_add(&e, SEVERITY_ERROR, 3, (struct position) { 1, 998, 9 }, NULL, "m");
	errors_add(&e, SEVERITY_ERROR, 2, (struct position) { 1, 998, 1 }, NULL, "m");
	errors_add(&e, SEVERITY_ERROR, 1, (struct position) { 1, 5, 1 }, NULL, "m");
	said = printed(&e, source, NULL);
	snprintf(expected, sizeof(expected), "\n      |    %60s^~~\n3 errors.\n", "");
	assert_non_null(strstr(said, expected));
	snprintf(expected, sizeof(expected), "\n      |    %60s^\n", "");
	assert_non_null(strstr(said, expected));
	assert_non_null(strstr(said, "    1 | abcdef"));
	assert_non_null(strstr(said, "\n      |     ^\n"));
	free(said);
}

static void caps(void **state)
{
	enum { COUNT = ERRORS_KEPT + 500 };
	struct errors e = { 0 };
	size_t lines = 0;
	char *said;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		errors_add(&e, SEVERITY_ERROR, 1, (struct position) { 0 }, NULL, "m");
	assert_int_equal(e.error_count, COUNT);
	assert_int_equal(e.count, ERRORS_KEPT);
	said = printed(&e, "", NULL);
	for (const char *at = said; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, ERRORS_SHOWN + 2);
	assert_non_null(strstr(said, "\n... and 1480 more errors\n1500 errors.\n"));
	free(said);
}

static void many(struct errors *e, enum severity severity, int count)
{
	for (int i = 0; i < count; i++)
		errors_add(e, severity, 1, (struct position) { 0 }, NULL, "m");
}

/* However many warnings come first, an error is shown. */
static void errors_before_warnings(void **state)
{
	static const struct {
		int warnings, errors;
		const char *rest;
	} rows[] = {
		{ 1, 0, "" },
		{ 20, 0, "" },
		{ 21, 0, "... and 1 more warning\n" },
		{ 20, 1, "... and 1 more warning\n" },
		{ 1, 20, "... and 1 more warning\n" },
		{ 1, 21, "... and 1 more error, 1 more warning\n" },
		{ ERRORS_KEPT, 0, "... and 980 more warnings\n" },
		{ ERRORS_KEPT, 2, "... and 982 more warnings\n" },
		{ 2 * ERRORS_KEPT, ERRORS_KEPT, "... and 980 more errors, 2000 more warnings\n" },
		{ 3, 2 * ERRORS_KEPT, "... and 1980 more errors, 3 more warnings\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct errors e = { 0 };
		char *said, *rest;

		many(&e, SEVERITY_WARNING, rows[i].warnings);
		many(&e, SEVERITY_ERROR, rows[i].errors);
		assert_int_equal(errors_are_full(&e), rows[i].errors >= ERRORS_KEPT);
		said = printed(&e, "", NULL);
		rest = strstr(said, "... and");
		if (*rows[i].rest ? !rest || strncmp(rest, rows[i].rest, strlen(rows[i].rest))
				  : !!rest)
			fail_msg("row %zu says \"%s\"", i, rest ? rest : "");
		assert_true(rows[i].errors == 0 || strstr(said, "f: error: "));
		free(said);
	}
}

/* The margin grows with the number of the line. */
static void line_numbers(void **state)
{
	enum { LINES = 1234567 };
	struct errors e = { 0 };
	char *source = malloc(LINES + 2);

	(void)state;
	assert_non_null(source);
	memset(source, '\n', LINES - 1);
	memcpy(source + LINES - 1, "ab", 3);
	errors_add(&e, SEVERITY_ERROR, 1, (struct position) { LINES, 2, 1 }, NULL, "m");
	check(&e, source, NULL,
	      "f:1234567:2: error: m [E1]\n"
	      "1234567 | ab\n"
	      "        |  ^\n"
	      "1 error.\n");
	free(source);
}

static void utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, read;
		uint32_t character;
	} rows[] = {
		{ "a", 1, 1, 'a' },
		{ "\0", 1, 1, 0 },
		{ "", 0, 0, 0 },
		{ "\xc3\xa9", 2, 2, 0xe9 },
		{ "\xc3", 1, 0, 0 },
		{ "\xc3"
		  "a",
		  2, 0, 0 },
		{ "\x80", 1, 0, 0 },
		{ "\xc0\x80", 2, 0, 0 },
		{ "\xc1\xbf", 2, 0, 0 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\x9f\xbf", 3, 0, 0 },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xed\xa0\x80", 3, 0, 0 },
		{ "\xed\xbf\xbf", 3, 0, 0 },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 3, 0xffff },
		{ "\xf0\x8f\xbf\xbf", 4, 0, 0 },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf0\x90\x80", 3, 0, 0 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\xf4\x90\x80\x80", 4, 0, 0 },
		{ "\xf5\x80\x80\x80", 4, 0, 0 },
		{ "\xff", 1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *exact = malloc(rows[i].len ? rows[i].len : 1);
		uint32_t character = 0;

		assert_non_null(exact);
		memcpy(exact, rows[i].bytes, rows[i].len);
		if (utf8_read(exact, rows[i].len, &character) != rows[i].read ||
		    character != rows[i].character)
			fail_msg("row %zu: U+%04X", i, character);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(in_order),
		cmocka_unit_test(counts),
		cmocka_unit_test(carets),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(caps),
		cmocka_unit_test(places_in_a_long_line),
		cmocka_unit_test(line_numbers),
		cmocka_unit_test(errors_before_warnings),
		cmocka_unit_test(utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
