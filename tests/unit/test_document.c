/* YAML as a tree: what is refused, where, and how little work hostile nesting causes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include <cmocka.h>

#include "../../src/plan/document.h"
#include "plan/codes.h"

/* Every call of libyaml's parser comes by here (--wrap). */
static size_t events_parsed, characters_scanned;

int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);

int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
	int result = __real_yaml_parser_parse(parser, event);

	events_parsed++;
	characters_scanned = parser->mark.index;
	return result;
}

static struct item *read_text(const char *text, size_t len, struct errors *errors)
{
	char *exact = malloc(len ? len : 1);
	struct item *root;

	assert_non_null(exact);
	memcpy(exact, text, len);
	events_parsed = characters_scanned = 0;
	assert_true(document_read(exact, len, errors, &root));
	free(exact);
	return root;
}

static void tree(void **state)
{
	static const char text[] = "a: 1\nb: { c: [x, \"y\"], d: }\n";
	struct errors errors = { 0 };
	struct item *root = read_text(text, strlen(text), &errors);
	const struct item *b, *c;

	(void)state;
	assert_non_null(root);
	assert_int_equal(errors.error_count, 0);
	assert_int_equal(root->kind, ITEM_MAP);
	assert_int_equal(root->count, 2);
	assert_string_equal(item_find(root, "a")->text, "1");
	assert_null(item_find(root, "c"));
	b = item_find(root, "b");
	c = item_find(b, "c");
	assert_int_equal(c->kind, ITEM_LIST);
	assert_int_equal(c->count, 2);
	assert_true(c->first->plain);
	assert_false(c->last->plain);
	assert_string_equal(c->last->text, "y");
	assert_int_equal(c->last->at.line, 2);
	assert_int_equal(c->last->at.column, 13);
	assert_int_equal(c->last->at.length, 3);
	assert_int_equal(c->key->at.column, 6);
	assert_true(item_is_empty(item_find(b, "d")));
	item_free(root);
	errors_free(&errors);
}

struct row {
	const char *text;
	uint16_t code; /* 0: fine */
	uint32_t line, column;
};

/* A text of @times times @unit; the caller frees it. */
static char *repeated(const char *unit, size_t times, size_t *len)
{
	size_t size = strlen(unit);
	char *text = malloc(size * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * size, unit, size);
	*len = size * times;
	text[*len] = '\0';
	return text;
}

static void structure(void **state)
{
	static const struct row rows[] = {
		{ "a: b", 0, 0, 0 },
		{ "--- \na: b\n...\n", 0, 0, 0 },
		{ "\xef\xbb\xbf"
		  "a: b",
		  0, 0, 0 },
		{ "a: b\r\nc: d\r\n", 0, 0, 0 },
		{ "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", 0, 0, 0 },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", PLAN_E_DEPTH, 1, 17 },
		{ "- - - - - - - - - - - - - - - - - 1", PLAN_E_DEPTH, 1, 33 },
		{ "a: &x b", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "a: &x [b]", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "a: &x { b: c }", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "&x a: b", PLAN_E_YAML_FEATURE, 1, 1 },
		{ "a: *x", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "*x : a", PLAN_E_YAML_FEATURE, 1, 1 },
		{ "a: !!str b", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "a: ! b", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "a: !local [b]", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "a: !!map { b: c }", PLAN_E_YAML_FEATURE, 1, 4 },
		{ "%YAML 1.1\n---\na: b", PLAN_E_YAML_FEATURE, 1, 1 },
		{ "%TAG ! tag:example.com,2000:\n---\na: b", PLAN_E_YAML_FEATURE, 1, 1 },
		{ "# x\n\n  # y\n%TAG ! tag:example.com,2000:\n---\na: b", PLAN_E_YAML_FEATURE, 4,
		  1 },
		{ "a: b\n...\n# x\n%YAML 1.1\n---\nc: d", PLAN_E_YAML_FEATURE, 4, 1 },
		{ "a: |\n %a\n%b", PLAN_E_SYNTAX, 3, 3 },
		{ "a: b\n---\nc: d", PLAN_E_YAML_FEATURE, 2, 1 },
		{ "a: b\n...\n---\nc: d", PLAN_E_YAML_FEATURE, 3, 1 },
		{ "a: b\na: c", PLAN_E_DUPLICATE_KEY, 2, 1 },
		{ "a: b\n\"a\": c", PLAN_E_DUPLICATE_KEY, 2, 1 },
		{ "x: { a: b, c: d, a: e }", PLAN_E_DUPLICATE_KEY, 1, 18 },
		{ "? [a]\n: b", PLAN_E_KIND, 1, 3 },
		{ "{ a: b }: c", PLAN_E_KIND, 1, 1 },
		{ "a: \"\\0\"", PLAN_E_TEXT, 1, 4 },
		{ "a: \xff", PLAN_E_TEXT, 1, 4 },
		{ "\xc3\xa9: \xed\xa0\x80", PLAN_E_TEXT, 1, 4 },
		{ "a: \xf4\x90\x80\x80", PLAN_E_TEXT, 1, 4 },
		{ "a: \xe2\x82", PLAN_E_TEXT, 1, 4 },
		{ "a: \x7f", PLAN_E_TEXT, 1, 4 },
		{ "a: b\rc: d", PLAN_E_TEXT, 1, 5 },
		{ "a: b\xc2\x85"
		  "c: d",
		  PLAN_E_TEXT, 1, 5 },
		{ "a: b\xe2\x80\xa9"
		  "c: d",
		  PLAN_E_TEXT, 1, 5 },
		{ "a: \xef\xbb\xbf"
		  "b",
		  PLAN_E_TEXT, 1, 4 },
		{ "a: [b", PLAN_E_SYNTAX, 2, 1 },
		{ "a: b: c", PLAN_E_SYNTAX, 1, 5 },
		{ "a: \"b", PLAN_E_SYNTAX, 1, 6 },
		{ "a: @b", PLAN_E_SYNTAX, 1, 4 },
		{ "\ta: b", PLAN_E_SYNTAX, 1, 1 },
		{ "a: \"\\q\"", PLAN_E_SYNTAX, 1, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct errors errors = { 0 };
		struct item *root = read_text(row->text, strlen(row->text), &errors);
		const struct error *error = errors.count ? &errors.list[0] : NULL;

		if (!row->code ? error || !root
			       : errors.count != 1 || error->code != row->code ||
					 error->at.line != row->line ||
					 error->at.column != row->column)
			fail_msg("row %zu \"%s\": %zu errors, the first %u at %u:%u", i, row->text,
				 errors.count, error ? error->code : 0, error ? error->at.line : 0,
				 error ? error->at.column : 0);
		item_free(root);
		errors_free(&errors);
	}
}

/* libyaml's scanner is quadratic in nesting: it must not see more than a little of it. */
static void nesting_is_refused_early(void **state)
{
	static const char *const units[] = { "[",        "{",    "[{a: ", "- ",     "? ", "[{",
					     "{a: {b: ", "a: {", "[\n",   "{a: \n", "{? " };

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct errors errors = { 0 };
		size_t len;
		char *text = repeated(units[i], 160000, &len);
		struct item *root = read_text(text, len, &errors);

		assert_null(root);
		assert_int_equal(errors.error_count, 1);
		if (events_parsed > 64 || characters_scanned > 4096)
			fail_msg("\"%s\": %zu events, %zu characters", units[i], events_parsed,
				 characters_scanned);
		errors_free(&errors);
		free(text);
	}
}

/* It also compares each directive with each. */
static void directives_are_refused_unread(void **state)
{
	static const char *const heads[] = { "", "# x\n", "a: b\n...\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct errors errors = { 0 };
		char *text = NULL;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		assert_non_null(to);
		fputs(heads[i], to);
		for (int j = 0; j < 10000; j++)
			fprintf(to, "%%TAG !%d! x\n", j);
		fclose(to);
		assert_null(read_text(text, len, &errors));
		assert_int_equal(errors.error_count, 1);
		assert_int_equal(errors.list[0].code, PLAN_E_YAML_FEATURE);
		assert_int_equal(events_parsed, 0);
		errors_free(&errors);
		free(text);
	}
}

/* As many events as the text has items, and one error for each of its doubles. */
static void many_keys(void **state)
{
	enum { COUNT = 100000 };
	struct errors errors = { 0 };
	size_t len;
	char *text = repeated("a: b\n", COUNT, &len);
	struct item *root = read_text(text, len, &errors);

	(void)state;
	assert_non_null(root);
	assert_int_equal(root->count, COUNT);
	assert_int_equal(errors.error_count, COUNT - 1);
	assert_int_equal(errors.count, ERRORS_KEPT);
	assert_int_equal(events_parsed, 2 * COUNT + 6);
	item_free(root);
	errors_free(&errors);
	free(text);
}

static void size_limit(void **state)
{
	struct errors errors = { 0 };
	size_t len;
	char *text = repeated("#", DOCUMENT_SIZE + 1, &len);
	struct item *root = read_text(text, len, &errors);

	(void)state;
	assert_null(root);
	assert_int_equal(errors.error_count, 1);
	assert_int_equal(errors.list[0].code, PLAN_E_SIZE);
	assert_int_equal(events_parsed, 0);
	errors_free(&errors);

	root = read_text(text, DOCUMENT_SIZE, &errors);
	assert_null(root);
	assert_int_equal(errors.error_count, 0);
	free(text);
}

static void shown_text(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "abc", "abc" },
		{ "a\x1b[31mb", "a?[31mb" },
		{ "a\nb", "a?b" },
		{ "\xc2\x9b", "?" },
		{ "\xff\xfe", "??" },
		{ "\xe6\x97\xa5", "\xe6\x97\xa5" },
		{ "123456789012345678901234567890123456789012345678901234567890",
		  "123456789012345678901234567890123456789012345678901234567890" },
		{ "1234567890123456789012345678901234567890123456789012345678901",
		  "123456789012345678901234567890123456789012345678901234567890..." },
	};
	char out[SHOWN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(text_shown(rows[i].text, out), rows[i].shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree),
		cmocka_unit_test(structure),
		cmocka_unit_test(nesting_is_refused_early),
		cmocka_unit_test(directives_are_refused_unread),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(size_limit),
		cmocka_unit_test(shown_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
