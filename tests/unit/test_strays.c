/* Who sent for no network here: remembered by sender and VNI, in a fixed number of places. */
#include "table/strays.h"

#include "craft.h"

#define SECOND UINT64_C(1000000000)

static struct stray like(uint8_t host, uint32_t vni)
{
	return (struct stray) { .from = addr_v4((const uint8_t[]) { 10, 0, 0, host }),
				.vni = vni,
				.port = 4789,
				.reason = DROP_VNI_NOT_FOUND };
}

static uint64_t count_of(const struct strays *strays, const struct stray *wanted)
{
	for (unsigned i = 0; i < STRAYS; i++)
		if (addr_equal(strays->of[i].from, wanted->from) &&
		    strays->of[i].vni == wanted->vni)
			return strays->of[i].count;
	return 0;
}

static void the_same_are_counted(void **state)
{
	struct strays strays = { 0 };
	struct stray a = like(1, 5), b = like(1, 6);

	(void)state;
	strays_note(&strays, &a, true, SECOND);
	strays_note(&strays, &a, true, 2 * SECOND);
	strays_note(&strays, &b, true, 2 * SECOND);
	assert_int_equal(count_of(&strays, &a), 2);
	assert_int_equal(count_of(&strays, &b), 1);
}

static void who_was_heard_longest_ago_makes_room(void **state)
{
	struct strays strays = { 0 };
	struct stray first = like(0, 1), second = like(1, 1), new = like(200, 1);

	(void)state;
	for (uint8_t i = 0; i < STRAYS_KNOWN; i++) {
		struct stray s = like(i, 1);

		strays_note(&strays, &s, true, (i + 1) * SECOND);
	}
	strays_note(&strays, &first, true, 100 * SECOND);
	strays_note(&strays, &new, true, 101 * SECOND);
	assert_int_equal(count_of(&strays, &first), 2);
	assert_int_equal(count_of(&strays, &second), 0);
	assert_int_equal(count_of(&strays, &new), 1);
}

static void strangers_do_not_push_peers_out(void **state)
{
	struct strays strays = { 0 };
	struct stray peer = like(1, 1);

	(void)state;
	strays_note(&strays, &peer, true, SECOND);
	for (uint32_t i = 0; i < 1000; i++) {
		struct stray s = like((uint8_t)i, i);

		strays_note(&strays, &s, false, (2 + i) * SECOND);
	}
	assert_int_equal(count_of(&strays, &peer), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_are_counted),
		cmocka_unit_test(who_was_heard_longest_ago_makes_room),
		cmocka_unit_test(strangers_do_not_push_peers_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
