/* Whatever one owner invents, the others keep their share, and nothing is allocated for it. */
#include "table/fdb.h"

#include "allocations.h"
#include "base/clock.h"
#include "craft.h"

enum {
	CAPACITY = 1000,
	VICTIMS = 9,
	SHARE = CAPACITY / (VICTIMS + 1),
	FLOODER = VICTIMS,
	FLOOD = 10000000,
};

static const struct hash_secret secret = { 3, 5 };

/* The @i-th MAC of @owner. */
static struct mac mac_of(uint32_t owner, uint32_t i)
{
	return (struct mac) { { 2, (uint8_t)owner, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct mac random_mac(uint64_t *state)
{
	uint64_t word = craft_random(state);
	struct mac mac = { { 6, (uint8_t)(word >> 32) } };

	put_be32(mac.octet + 2, (uint32_t)word);
	return mac;
}

static void hear(struct fdb *fdb, struct mac mac, uint32_t owner, uint64_t now)
{
	struct place place = place_peer((struct destination) { .peer = { .slot = owner } });

	fdb_apply(fdb, fdb_judge(fdb, mac, place, true, now), mac, place, FDB_OWNER_PEER(owner),
		  now);
}

static void settle(struct fdb *fdb, uint64_t now)
{
	for (uint32_t i = 0; i < SHARE; i++)
		for (uint32_t owner = 0; owner < VICTIMS; owner++)
			hear(fdb, mac_of(owner, i), owner, now);
}

/* A second goes by every 64K frames; nobody but the flooder is heard. */
static void flood(struct fdb *fdb, uint32_t frames)
{
	uint64_t state = 88172645463325252;

	for (uint32_t i = 0; i < frames; i++)
		hear(fdb, random_mac(&state), FLOODER, (1 + i / 65536) * NS_PER_S);
}

static void expect_all_settled(const struct fdb *fdb)
{
	for (uint32_t owner = 0; owner < VICTIMS; owner++) {
		assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(owner)), SHARE);
		for (uint32_t i = 0; i < SHARE; i++)
			assert_int_not_equal(fdb_find(fdb, mac_of(owner, i), 200 * NS_PER_S),
					     FDB_NONE);
	}
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(FLOODER)), CAPACITY - VICTIMS * SHARE);
	assert_int_equal(fdb_counts(fdb)->learned, CAPACITY);
}

static void a_flood_costs_only_the_flooder(void **state)
{
	struct fdb *fdb = fdb_new(CAPACITY, 300, secret);
	uint64_t before = allocations;

	(void)state;
	assert_true(before > 0);
	settle(fdb, NS_PER_S);
	flood(fdb, FLOOD);
	expect_all_settled(fdb);
	assert_true(fdb_counts(fdb)->evicted > FLOOD - 2 * CAPACITY);
	assert_int_equal(allocations, before);
	fdb_free(fdb);
}

/* Who comes late finds the flooder's entries in the way, and takes their room. */
static void latecomers_get_their_share(void **state)
{
	struct fdb *fdb = fdb_new(CAPACITY, 300, secret);

	(void)state;
	flood(fdb, 2 * CAPACITY);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(FLOODER)), CAPACITY);
	settle(fdb, NS_PER_S);
	flood(fdb, 2 * CAPACITY);
	expect_all_settled(fdb);
	fdb_free(fdb);
}

/* The case Open vSwitch tests: of a full table shared equally, the newcomer's owner pays. */
static void among_equals_the_newcomer_pays(void **state)
{
	struct fdb *fdb = fdb_new(6, 300, secret);

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		hear(fdb, mac_of(1, i), 1, NS_PER_S);
		hear(fdb, mac_of(2, i), 2, NS_PER_S);
	}
	hear(fdb, mac_of(2, 3), 2, NS_PER_S);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(1)), 3);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(2)), 3);
	assert_int_equal(fdb_find(fdb, mac_of(2, 0), NS_PER_S), FDB_NONE);
	assert_int_not_equal(fdb_find(fdb, mac_of(2, 1), NS_PER_S), FDB_NONE);
	fdb_free(fdb);
}

/* Of whoever holds most, the entry not heard for longest goes, not the one learned first. */
static void the_longest_silent_goes(void **state)
{
	struct fdb *fdb = fdb_new(4, 300, secret);

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		hear(fdb, mac_of(1, i), 1, NS_PER_S);
	hear(fdb, mac_of(1, 0), 1, 2 * NS_PER_S);
	hear(fdb, mac_of(2, 0), 2, 2 * NS_PER_S);
	assert_int_not_equal(fdb_find(fdb, mac_of(1, 0), 2 * NS_PER_S), FDB_NONE);
	assert_int_equal(fdb_find(fdb, mac_of(1, 1), 2 * NS_PER_S), FDB_NONE);
	fdb_free(fdb);
}

static void a_full_table_loses_first_what_is_past_its_age(void **state)
{
	struct fdb *fdb = fdb_new(4, 300, secret);

	(void)state;
	hear(fdb, mac_of(2, 0), 2, NS_PER_S);
	for (uint32_t i = 0; i < 3; i++)
		hear(fdb, mac_of(1, i), 1, 100 * NS_PER_S);
	hear(fdb, mac_of(1, 3), 1, 301 * NS_PER_S);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(1)), 4);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(2)), 0);
	assert_int_equal(fdb_counts(fdb)->aged, 1);
	assert_int_equal(fdb_counts(fdb)->evicted, 0);
	fdb_free(fdb);
}

static void ageing_and_flushing_allocate_nothing(void **state)
{
	struct fdb *fdb = fdb_new(CAPACITY, 300, secret);
	uint64_t before = allocations;

	(void)state;
	settle(fdb, NS_PER_S);
	fdb_flush_owner(fdb, FDB_OWNER_PEER(2));
	assert_int_equal(fdb_counts(fdb)->learned, (VICTIMS - 1) * SHARE);
	assert_int_equal(fdb_age(fdb, 301 * NS_PER_S, UINT32_MAX), (VICTIMS - 1) * SHARE);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(1)), 0);
	assert_int_equal(allocations, before);
	fdb_free(fdb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_costs_only_the_flooder),
		cmocka_unit_test(latecomers_get_their_share),
		cmocka_unit_test(among_equals_the_newcomer_pays),
		cmocka_unit_test(the_longest_silent_goes),
		cmocka_unit_test(a_full_table_loses_first_what_is_past_its_age),
		cmocka_unit_test(ageing_and_flushing_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
