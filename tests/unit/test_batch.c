/* Files of commands: where a command ends, and what its words are. */
#include "ctl/batch.h"

#include <stdio.h>
#include <string.h>

#include "craft.h"

static void where_a_command_ends(void **state)
{
	static const struct {
		const char *text;
		bool last;
		ssize_t len;
	} rows[] = {
		{ "", false, -1 },         { "", true, 0 },
		{ "fdb", false, -1 },      { "fdb", true, 3 },
		{ "\n", false, 0 },        { "fdb\nneigh\n", false, 3 },
		{ "fdb \\\n", false, -1 }, { "fdb \\\n", true, 6 },
		{ "a\\\nb\nc", false, 4 }, { "a\\\n\\\nb\n", false, 6 },
		{ "\\\n", false, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(batch_line(rows[i].text, strlen(rows[i].text), rows[i].last),
				 rows[i].len);
}

/* The words of @line, with '|' between them; "!" and the reason when there are none. */
static const char *words_of(const char *line)
{
	static char out[1024];
	char copy[512], *words[BATCH_WORDS], why[COMMAND_WHY];
	int count;

	snprintf(copy, sizeof(copy), "%s", line);
	count = batch_words(copy, words, why);
	if (count < 0) {
		snprintf(out, sizeof(out), "!%s", why);
		return out;
	}
	*out = '\0';
	for (int i = 0; i < count; i++)
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", i ? "|" : "",
			 words[i]);
	return out;
}

static void what_the_words_are(void **state)
{
	char many[4 * BATCH_WORDS] = "";

	(void)state;
	assert_string_equal(words_of(""), "");
	assert_string_equal(words_of(" \t\r"), "");
	assert_string_equal(words_of("# fdb show"), "");
	assert_string_equal(words_of("fdb  show\tdev vx0\r"), "fdb|show|dev|vx0");
	assert_string_equal(words_of("fdb show # all"), "fdb|show");
	assert_string_equal(words_of("fdb sh#ow"), "fdb|sh#ow");
	assert_string_equal(words_of("a 'b c' \"d # 'e\" ''"), "a|b c|d # 'e|");
	assert_string_equal(words_of("fdb \\\n show"), "fdb|show");
	assert_string_equal(words_of("a \"b"), "!a quote is opened and not closed");
	for (int i = 0; i < BATCH_WORDS; i++)
		strcat(many, "a ");
	assert_int_equal(strlen(words_of(many)), 2 * BATCH_WORDS - 1);
	strcat(many, "a");
	assert_string_equal(words_of(many), "!more than 64 words");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_a_command_ends),
		cmocka_unit_test(what_the_words_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
