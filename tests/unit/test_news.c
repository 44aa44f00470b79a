/* What is told once a second, however the keys fall into places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ctl/news.h"

enum { PLACE = 5 };

/* Key @number of those that share a place. */
static uint64_t sharing(unsigned number)
{
	return PLACE + (uint64_t)number * NEWS_PLACES;
}

static void once_a_second(void **state)
{
	static struct news news;

	(void)state;
	assert_true(news_is_new(&news, 0, 0));
	assert_false(news_is_new(&news, 0, 0));
	assert_true(news_is_new(&news, 7, 100));
	assert_false(news_is_new(&news, 7, 100));
	assert_true(news_is_new(&news, 8, 100));
	assert_true(news_is_new(&news, 7, 101));
	assert_false(news_is_new(&news, 7, 101));
}

static void those_that_share_a_place_are_told_once_each(void **state)
{
	static struct news news;

	(void)state;
	for (uint32_t tick = 1; tick < 4; tick++) {
		unsigned told[NEWS_WAYS] = { 0 };

		for (unsigned i = 0; i < 100 * NEWS_WAYS; i++)
			told[i % NEWS_WAYS] += news_is_new(&news, sharing(i % NEWS_WAYS), tick);
		for (unsigned i = 0; i < NEWS_WAYS; i++)
			assert_int_equal(told[i], 1);
	}
}

static void the_one_heard_of_least_recently_makes_room(void **state)
{
	static struct news news;

	(void)state;
	for (unsigned i = 0; i < NEWS_WAYS; i++)
		assert_true(news_is_new(&news, sharing(i), 1));
	assert_false(news_is_new(&news, sharing(0), 1));
	assert_true(news_is_new(&news, sharing(NEWS_WAYS), 1));
	assert_false(news_is_new(&news, sharing(0), 1));
	assert_true(news_is_new(&news, sharing(1), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_a_second),
		cmocka_unit_test(those_that_share_a_place_are_told_once_each),
		cmocka_unit_test(the_one_heard_of_least_recently_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
