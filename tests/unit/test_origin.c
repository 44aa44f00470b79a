#include "table/origin.h"

#include <stdio.h>

#include "craft.h"

static void remembers_words(void **state)
{
	struct origins *origins = origins_new();
	uint32_t numbers[500];
	char words[32];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(words, sizeof(words), "cluster.yaml:%d", i);
		numbers[i] = origins_add(origins, words);
		assert_int_not_equal(numbers[i], 0);
	}
	for (int i = 0; i < 500; i++) {
		snprintf(words, sizeof(words), "cluster.yaml:%d", i);
		assert_string_equal(origin_words(origins, numbers[i]), words);
		assert_int_equal(origins_add(origins, words), numbers[i]);
	}
	origins_free(origins);
}

static void unknown_numbers_are_learned(void **state)
{
	struct origins *origins = origins_new();
	uint32_t number = origins_add(origins, "a command");

	(void)state;
	assert_string_equal(origin_words(origins, 0), "learned");
	assert_string_equal(origin_words(origins, number + 1), "learned");
	assert_string_equal(origin_words(origins, UINT32_MAX), "learned");
	origins_free(origins);
}

static void lines_of_the_file_are_known(void **state)
{
	struct origins *origins = origins_new();
	uint32_t command = origins_add(origins, "a command");
	uint32_t line = origins_add_line(origins, "cluster.yaml:7");

	(void)state;
	assert_int_equal(origins_add_line(origins, "cluster.yaml:7"), line);
	assert_true(origin_is_line(origins, line));
	assert_false(origin_is_line(origins, command));
	assert_false(origin_is_line(origins, 0));
	origins_free(origins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers_words),
		cmocka_unit_test(unknown_numbers_are_learned),
		cmocka_unit_test(lines_of_the_file_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
