/* A frame that is flooded again and again is found; what is said once, or seldom, never is. */
#include "table/repeats.h"

#include "base/hash.h"
#include "craft.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

/* How often it is found, of @times floods, one each @apart. */
static unsigned found(struct repeats *r, uint64_t digest, unsigned times, uint64_t apart)
{
	unsigned found = 0;

	for (unsigned i = 0; i < times; i++)
		found += repeats_seen(r, digest, SECOND + i * apart);
	return found;
}

static void one_frame_that_goes_round(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	assert_int_equal(found(&r, 7, REPEATS_MANY - 1, MS), 0);
	assert_int_equal(r.found, 0);
	assert_true(repeats_seen(&r, 7, SECOND + 500 * MS));
	assert_int_equal(r.found, SECOND + 500 * MS);
	assert_int_equal(found(&r, 7, 10 * REPEATS_MANY, MS / 10), 10);
}

static void one_that_comes_seldom(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	assert_int_equal(found(&r, 7, 10 * REPEATS_MANY, SECOND / (REPEATS_MANY - 2)), 0);
}

static void many_that_come_once(void **state)
{
	struct repeats r = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000000; i++)
		assert_false(
			repeats_seen(&r, hash_fold(i + 1, UINT64_C(0x9e3779b97f4a7c15)), SECOND));
}

/* It comes as often as all others of its place and a few times more. */
static void one_among_many(void **state)
{
	struct repeats r = { 0 };
	bool found = false;

	(void)state;
	for (uint64_t i = 0; i < 4 * REPEATS_MANY; i++) {
		found |= repeats_seen(&r, 7, SECOND);
		if (i % 2)
			assert_false(repeats_seen(&r, 7 + REPEATS_PLACES * (i + 1), SECOND));
	}
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_frame_that_goes_round),
		cmocka_unit_test(one_that_comes_seldom),
		cmocka_unit_test(many_that_come_once),
		cmocka_unit_test(one_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
