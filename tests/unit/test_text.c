#include "base/text.h"

#include "craft.h"

static void appends(void **state)
{
	char buffer[32];
	struct text t = text_in(buffer, sizeof(buffer));

	(void)state;
	assert_string_equal(t.at, "");
	text_add(&t, "vni %d", 100);
	text_add(&t, " to %s", "node2");
	assert_string_equal(t.at, "vni 100 to node2");
	assert_int_equal(t.len, 16);
	assert_false(t.cut);
}

/* A buffer of n holds n - 1 characters; the row says what "abc" becomes in it. */
static void cuts_at_the_end(void **state)
{
	static const struct {
		size_t size;
		const char *text;
		bool cut;
	} rows[] = { { 1, "", true }, { 3, "ab", true }, { 4, "abc", false }, { 5, "abc", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *exact = malloc(rows[i].size);
		struct text t = text_in(exact, rows[i].size);

		text_add(&t, "%s", "abc");
		assert_string_equal(t.at, rows[i].text);
		assert_int_equal(t.len, strlen(rows[i].text));
		assert_int_equal(t.cut, rows[i].cut);
		free(exact);
	}
}

static void stays_cut(void **state)
{
	char buffer[4];
	struct text t = text_in(buffer, sizeof(buffer));

	(void)state;
	text_add(&t, "abcdef");
	text_add(&t, "%s", "");
	text_add(&t, "x");
	assert_true(t.cut);
	assert_string_equal(t.at, "abc");
}

static void tames_what_a_terminal_would_obey(void **state)
{
	char words[] = "a\x1b[31mb\nc\td\x7f e\xc3\xa9~";

	(void)state;
	text_tame(words);
	assert_string_equal(words, "a?[31mb?c?d? e\xc3\xa9~");
}

static void a_noun_agrees_with_its_number(void **state)
{
	(void)state;
	assert_string_equal(text_plural(0), "s");
	assert_string_equal(text_plural(1), "");
	assert_string_equal(text_plural(2), "s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(cuts_at_the_end),
		cmocka_unit_test(stays_cut),
		cmocka_unit_test(tames_what_a_terminal_would_obey),
		cmocka_unit_test(a_noun_agrees_with_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
