#include "base/backoff.h"

#include "craft.h"

static void nothing_is_never_due(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	assert_true(backoff_due(&b) == UINT64_MAX);
}

static void the_first_try_comes_soon(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	backoff_start(&b, 7 * NS_PER_S);
	assert_true(backoff_due(&b) == 7 * NS_PER_S + BACKOFF_FIRST);
}

/* An hour of failures: the tries become seldom and never stop. */
static void the_wait_doubles_up_to_its_limit(void **state)
{
	uint64_t now = NS_PER_S, wait = BACKOFF_FIRST;
	struct backoff b = { 0 };
	unsigned tries = 0;

	(void)state;
	backoff_start(&b, now);
	for (; now < 3600 * NS_PER_S; tries++) {
		assert_true(backoff_due(&b) == now + wait);
		now = backoff_due(&b);
		backoff_failed(&b, now);
		wait = 2 * wait < BACKOFF_MOST ? 2 * wait : BACKOFF_MOST;
	}
	assert_in_range(tries, 3600 / 30, 3600 / 30 + 10);
}

/* A late try puts the next one off as well: there is no catching up. */
static void the_wait_begins_with_the_try(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	backoff_start(&b, 0);
	backoff_failed(&b, 100 * NS_PER_S);
	assert_true(backoff_due(&b) == 100 * NS_PER_S + 2 * BACKOFF_FIRST);
}

static void success_forgets(void **state)
{
	struct backoff b = { 0 };

	(void)state;
	backoff_start(&b, 0);
	for (int i = 0; i < 20; i++)
		backoff_failed(&b, 0);
	backoff_end(&b);
	assert_true(backoff_due(&b) == UINT64_MAX);
	backoff_start(&b, NS_PER_S);
	assert_true(backoff_due(&b) == NS_PER_S + BACKOFF_FIRST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_never_due),
		cmocka_unit_test(the_first_try_comes_soon),
		cmocka_unit_test(the_wait_doubles_up_to_its_limit),
		cmocka_unit_test(the_wait_begins_with_the_try),
		cmocka_unit_test(success_forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
