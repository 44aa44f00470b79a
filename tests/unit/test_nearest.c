#include "base/nearest.h"

#include <stdio.h>

#include "craft.h"

static void finds_what_was_meant(void **state)
{
	static const char *const words[] = { "run",       "check",    "mtu", "max-fdb",
					     "max-peers", "learning", "ip",  "underlay" };
	static const struct {
		const char *typed, *meant;
	} rows[] = {
		{ "run", "run" },
		{ "rnu", "run" }, /* swapped */
		{ "ru", "run" },
		{ "runn", "run" },
		{ "rum", "run" },
		{ "RUN", "run" },
		{ "chekc", "check" },
		{ "chk", NULL }, /* two slips in five letters */
		{ "max_fdb", "max-fdb" },
		{ "maxfdb", "max-fdb" },
		{ "maxpeer", "max-peers" },
		{ "lerning", "learning" },
		{ "leanrign", "learning" },
		{ "lerming", "learning" },
		{ "ldarmimg", NULL }, /* three in eight */
		{ "i", NULL },        /* no slip can be seen in two letters */
		{ "iq", NULL },
		{ "IP", "ip" },
		{ "", NULL },
		{ "frobnicate", NULL },
		/* Longer than any word, however it begins. */
		{ "underlayunderlayunderlayunderlayu", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nearest n = nearest_to(rows[i].typed);

		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			nearest_offer(&n, words[w]);
		if (rows[i].meant)
			assert_row(rows[i].typed, n.found && !strcmp(n.found, rows[i].meant));
		else
			assert_row(rows[i].typed, !n.found);
	}
}

static void the_nearer_one_wins_and_the_first_of_equals(void **state)
{
	struct nearest n = nearest_to("subnet-ma");

	(void)state;
	nearest_offer(&n, "subnet-len");
	assert_string_equal(n.found, "subnet-len");
	assert_int_equal(n.slips, 3);
	nearest_offer(&n, "subnet-max");
	assert_string_equal(n.found, "subnet-max");
	nearest_offer(&n, "subnet-man");
	assert_string_equal(n.found, "subnet-max");
	assert_int_equal(n.slips, 1);
}

/* Thirty-two bytes fit the rows, one more is not even looked at. */
static void length_is_bounded(void **state)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyzabcdef";
	struct nearest n = nearest_to(word), longer = nearest_to("short");
	char more[sizeof(word) + 1];

	(void)state;
	snprintf(more, sizeof(more), "%sg", word);
	nearest_offer(&n, more);
	assert_null(n.found);
	nearest_offer(&n, word);
	assert_ptr_equal(n.found, word);
	assert_int_equal(n.slips, 0);
	nearest_offer(&longer, more);
	assert_null(longer.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_meant),
		cmocka_unit_test(the_nearer_one_wins_and_the_first_of_equals),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
