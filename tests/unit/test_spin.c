/* Who may stay awake: the table of what happened and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/spin.h"

enum { SOON = 20 }; /* µs */

static uint64_t now = 1000 * NS_PER_S;

/* A turn @after µs after the one before. */
static bool turn(struct spin *s, uint64_t in, uint64_t out, uint64_t after)
{
	now += after * NS_PER_US;
	return spin_on(s, in, out, now);
}

/* Requests that come and answers that go, until staying awake is earned. */
static void earn(struct spin *s)
{
	for (unsigned i = 0; i < SPIN_EARNED; i++)
		assert_false(turn(s, i % 2, 1 - i % 2, SOON));
	assert_true(turn(s, SPIN_EARNED % 2, 1 - SPIN_EARNED % 2, SOON));
}

static void to_and_fro_earns_it(void **state)
{
	struct spin s = { 0 };

	(void)state;
	earn(&s);
	assert_true(turn(&s, 0, 0, SOON));
	assert_true(turn(&s, 1, 0, SOON));
}

static void it_ends(void **state)
{
	struct spin s = { 0 };

	(void)state;
	earn(&s);
	assert_true(turn(&s, 0, 0, SPIN_NS / NS_PER_US - 1));
	assert_false(turn(&s, 0, 0, 1));
	assert_false(turn(&s, 0, 0, 1000000));
}

static void without_traffic_never(void **state)
{
	struct spin s = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_false(turn(&s, 0, 0, SOON));
}

static void slow_answers_do_not(void **state)
{
	struct spin s = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_false(turn(&s, i % 2, 1 - i % 2, SPIN_ANSWER / NS_PER_US));
}

static void one_direction_does_not(void **state)
{
	struct spin s = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_false(turn(&s, 0, 1, SOON));
	for (unsigned i = 0; i < 100; i++)
		assert_false(turn(&s, 1, 0, SOON));
}

static void bulk_does_not(void **state)
{
	struct spin s = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_false(turn(&s, i % 2, i % 2 ? 0 : SPIN_MESSAGES + 1, SOON));
}

/* Both in one turn is an exchange, too. */
static void both_at_once_do(void **state)
{
	struct spin s = { 0 };
	unsigned turns = 1;

	(void)state;
	while (!turn(&s, 1, 1, SOON))
		turns++;
	assert_in_range(turns, SPIN_EARNED, SPIN_EARNED + 1);
}

static void who_lost_the_processor_leaves_it(void **state)
{
	struct spin s = { 0 };

	(void)state;
	earn(&s);
	assert_true(turn(&s, 0, 0, SOON));
	assert_false(turn(&s, 1, 0, SPIN_LONG / NS_PER_US + 1));
	for (uint64_t left = SPIN_BARRED / NS_PER_US - 1; left > SOON; left -= SOON)
		assert_false(turn(&s, left / SOON % 2, 1 - left / SOON % 2, SOON));
	for (unsigned i = 0; i < 2; i++)
		turn(&s, i, 1 - i, SOON);
	assert_true(turn(&s, 0, 0, SOON));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_and_fro_earns_it),
		cmocka_unit_test(it_ends),
		cmocka_unit_test(without_traffic_never),
		cmocka_unit_test(slow_answers_do_not),
		cmocka_unit_test(one_direction_does_not),
		cmocka_unit_test(bulk_does_not),
		cmocka_unit_test(both_at_once_do),
		cmocka_unit_test(who_lost_the_processor_leaves_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
