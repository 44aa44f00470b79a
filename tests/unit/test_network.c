#include "table/tables.h"

#include "base/clock.h"
#include "craft.h"

static const struct hash_secret secret = { 4, 6 };

struct network_rig {
	struct tables *tables;
	struct network *network;
};

static struct network_rig rig(void)
{
	struct tables *t = tables_new(0, secret);

	return (struct network_rig) { t, tables_add_network(t, "blue", 100, 64, 300) };
}

static struct mac mac_of(uint8_t last)
{
	return (struct mac) { { 2, 0, 0, 0, 0, last } };
}

struct budget_row {
	const char *name;
	struct budget budget;
	uint64_t now, expected;
};

static const struct budget_row budget_rows[] = {
	{ "no limit", { 0, 0, 0 }, 5, UINT64_MAX },
	{ "as it was filled", { 1000, 10, 50 }, 50, 10 },
	{ "a token a millisecond", { 1000, 10, 0 }, 5 * NS_PER_MS, 15 },
	{ "a part of one does not count", { 1000, 10, 0 }, 5 * NS_PER_MS - 1, 14 },
	{ "never more than a second's worth", { 1000, 10, 0 }, 999 * NS_PER_MS, 1000 },
	{ "full after a second", { 1000, 0, 0 }, NS_PER_S, 1000 },
	{ "full for ever", { 1000, 0, 0 }, UINT64_MAX, 1000 },
	{ "a rate beyond any product", { UINT64_MAX, 0, 0 }, NS_PER_S / 2, UINT64_MAX / 2 },
	{ "a rate that was lowered", { 10, 1000, 0 }, 0, 10 },
};

static void budgets_fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(budget_rows) / sizeof(*budget_rows); i++) {
		const struct budget_row *row = &budget_rows[i];

		assert_row(row->name, budget_at(&row->budget, row->now) == row->expected);
	}
}

static void spending_stops_at_nothing(void **state)
{
	struct budget b = { .rate = 100, .tokens = 100 }, unlimited = { .rate = 0 };

	(void)state;
	budget_spend(&b, 60, NS_PER_S);
	assert_int_equal(budget_at(&b, NS_PER_S), 40);
	budget_spend(&b, 60, NS_PER_S);
	assert_int_equal(budget_at(&b, NS_PER_S), 0);
	assert_int_equal(budget_at(&b, NS_PER_S + NS_PER_S / 2), 50);
	budget_spend(&unlimited, 60, NS_PER_S);
	assert_true(budget_at(&unlimited, NS_PER_S) == UINT64_MAX);
}

/* Asked every 7 microseconds, when less than half a token has dropped, a bucket of 64000 a second
 * still gives 64000 in the second after the first, not none and not more. */
static void small_spendings_neither_starve_nor_cheat(void **state)
{
	struct budget b = { .rate = 64000, .tokens = 64000 };
	uint64_t spent = 0;

	(void)state;
	budget_spend(&b, 64000, 0);
	for (uint64_t now = 0; now <= NS_PER_S; now += 7 * NS_PER_US) {
		if (budget_at(&b, now) > 0) {
			spent++;
			budget_spend(&b, 1, now);
		} else {
			budget_spend(&b, 0, now);
		}
	}
	assert_in_range(spent, 63900, 64000);
}

static void ports_take_the_first_free_place(void **state)
{
	struct network_rig r = rig();

	(void)state;
	for (uint32_t i = 0; i < NETWORK_PORTS; i++)
		assert_int_equal(network_add_port(r.network, mac_of((uint8_t)i), 1450, i % 2, 1),
				 i);
	assert_int_equal(network_add_port(r.network, mac_of(200), 1450, true, 1), PORT_NONE);
	assert_int_equal(fdb_counts(r.network->fdb)->fixed, NETWORK_PORTS / 2);
	assert_int_equal(r.network->ports_end, NETWORK_PORTS);
	network_remove_port(r.network, 5);
	assert_int_equal(r.network->ports_end, NETWORK_PORTS);
	assert_int_equal(network_add_port(r.network, mac_of(200), 1450, false, 1), 5);
	network_remove_port(r.network, NETWORK_PORTS - 2);
	network_remove_port(r.network, NETWORK_PORTS - 1);
	assert_int_equal(r.network->ports_end, NETWORK_PORTS - 2);
	tables_free(r.tables);
}

static void a_port_that_speaks_is_our_own(void **state)
{
	struct network_rig r = rig();
	const struct fdb_entry *entry;
	uint32_t port = network_add_port(r.network, mac_of(1), 1400, true, 3);

	(void)state;
	assert_true(r.network->ports[port].used && r.network->ports[port].up);
	assert_int_equal(r.network->ports[port].mtu, 1400);
	entry = fdb_at(r.network->fdb, fdb_find(r.network->fdb, mac_of(1), 0));
	assert_int_equal(entry->kind, FDB_OWN);
	assert_int_equal(entry->origin, 3);
	assert_true(place_same(entry->place, place_port(port)));
	tables_free(r.tables);
}

/* What was learned from it goes with it; what was learned from its neighbour stays. */
static void a_removed_port_is_forgotten(void **state)
{
	struct network_rig r = rig();
	struct fdb *fdb = r.network->fdb;

	(void)state;
	network_add_port(r.network, mac_of(1), 1450, true, 1);
	network_add_port(r.network, mac_of(2), 1450, true, 1);
	for (uint8_t i = 10; i < 20; i++) {
		struct place place = place_port(i % 2);

		fdb_apply(fdb, fdb_judge(fdb, mac_of(i), place, true, NS_PER_S), mac_of(i), place,
			  FDB_OWNER_PORT(place.port), NS_PER_S);
	}
	network_remove_port(r.network, 1);
	assert_int_equal(fdb_find(fdb, mac_of(2), NS_PER_S), FDB_NONE);
	assert_int_not_equal(fdb_find(fdb, mac_of(1), NS_PER_S), FDB_NONE);
	assert_int_equal(fdb_counts(fdb)->learned, 5);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PORT(0)), 5);
	assert_false(r.network->ports[1].used);
	assert_int_equal(r.network->ports_end, 1);
	tables_free(r.tables);
}

static void static_entries_go_with_their_port(void **state)
{
	struct network_rig r = rig();
	struct fdb *fdb = r.network->fdb;

	(void)state;
	network_add_port(r.network, mac_of(1), 1450, false, 1);
	network_add_port(r.network, mac_of(2), 1450, false, 1);
	fdb_put(fdb, mac_of(11), FDB_STATIC, place_port(0), 1);
	fdb_put(fdb, mac_of(12), FDB_STATIC, place_port(1), 1);
	network_remove_port(r.network, 1);
	assert_int_equal(fdb_find(fdb, mac_of(12), 0), FDB_NONE);
	assert_int_not_equal(fdb_find(fdb, mac_of(11), 0), FDB_NONE);
	assert_int_equal(fdb_counts(fdb)->fixed, 1);
	tables_free(r.tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budgets_fill),
		cmocka_unit_test(spending_stops_at_nothing),
		cmocka_unit_test(small_spendings_neither_starve_nor_cheat),
		cmocka_unit_test(ports_take_the_first_free_place),
		cmocka_unit_test(a_port_that_speaks_is_our_own),
		cmocka_unit_test(a_removed_port_is_forgotten),
		cmocka_unit_test(static_entries_go_with_their_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
