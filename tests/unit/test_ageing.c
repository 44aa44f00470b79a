/* Ageing is a matter of what is due: steps are counted, and networks where nothing is due cost none. */
#include "plan/operate.h"
#include "plan/undo.h"

#include "base/clock.h"
#include "craft.h"

enum { NETWORKS = 1000, AGEING = 300, CROWD = 3 * TABLES_AGED };

#define START     UINT64_C(1000)
#define AT(tick)  ((tick)*NS_PER_S)
#define UNLIMITED UINT32_MAX

static struct mac mac_number(uint32_t number)
{
	return (struct mac) { { 2, 0, 0, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
				(uint8_t)number } };
}

static struct tables *tables_of(uint32_t networks, uint32_t max_fdb)
{
	struct tables *t = tables_new(0, (struct hash_secret) { 8, 1 });

	for (uint32_t i = 0; i < networks; i++)
		assert_non_null(tables_add_network(t, "net", 100 + i, max_fdb, AGEING));
	return t;
}

static void hear(struct tables *t, uint32_t network, uint32_t number, uint64_t tick)
{
	struct network *n = t->networks[network];
	struct mac mac = mac_number(number);
	struct place place = place_port(0);
	struct fdb_judgement judgement = fdb_judge(n->fdb, mac, place, true, AT(tick));

	fdb_apply(n->fdb, judgement, mac, place, FDB_OWNER_PORT(0), AT(tick));
	tables_expect(t, n);
}

static uint32_t learned(const struct tables *t, uint32_t network)
{
	return fdb_counts(t->networks[network]->fdb)->learned;
}

static struct neigh_entry neighbour(uint8_t last, uint32_t until)
{
	return (struct neigh_entry) { .ip = { .family = ADDR_V4, .octet = { 10, 9, 0, last } },
				      .mac = mac_number(last),
				      .until = until };
}

static void idle_networks_cost_no_visits(void **state)
{
	struct tables *t = tables_of(NETWORKS, 4);
	uint32_t busy = NETWORKS / 2;

	(void)state;
	assert_int_equal(tables_age(t, AT(START), UNLIMITED), 0);
	hear(t, busy, 1, START);
	for (uint64_t tick = START; tick < START + AGEING; tick++)
		assert_int_equal(tables_age(t, AT(tick), UNLIMITED), 0);
	assert_int_equal(learned(t, busy), 1);
	assert_int_equal(tables_age(t, AT(START + AGEING), UNLIMITED), 2);
	assert_int_equal(learned(t, busy), 0);
	assert_int_equal(tables_age(t, AT(START + 2 * AGEING), UNLIMITED), 0);
	tables_free(t);
}

/* A refresh says nothing to the agenda: one visit too early, and the entry goes when it must. */
static void who_is_heard_again_stays(void **state)
{
	struct tables *t = tables_of(2, 4);

	(void)state;
	hear(t, 1, 1, START);
	hear(t, 1, 1, START + 100);
	assert_int_equal(tables_age(t, AT(START + AGEING), UNLIMITED), 1);
	assert_int_equal(tables_age(t, AT(START + AGEING + 99), UNLIMITED), 0);
	assert_int_equal(learned(t, 1), 1);
	assert_int_equal(tables_age(t, AT(START + AGEING + 100), UNLIMITED), 2);
	assert_int_equal(learned(t, 1), 0);
	tables_free(t);
}

/* Dues come in any order of networks; whoever is due goes, whoever is not is not looked at. */
static void each_goes_at_its_time(void **state)
{
	struct tables *t = tables_of(NETWORKS, 4);

	(void)state;
	for (uint32_t i = 0; i < NETWORKS; i++)
		hear(t, i, i, START + i * 7 % 100);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(tables_age(t, AT(START + AGEING + i), UNLIMITED),
				 2 * NETWORKS / 100);
		for (uint32_t id = 0; id < NETWORKS; id++)
			assert_int_equal(learned(t, id), id * 7 % 100 > i);
	}
	tables_free(t);
}

/* A turn is bounded, and a crowd that is late does not keep the others waiting. */
static void a_crowd_keeps_nobody_waiting(void **state)
{
	struct tables *t = tables_of(2, CROWD);
	uint64_t due = START + AGEING;

	(void)state;
	for (uint32_t i = 0; i < CROWD; i++)
		hear(t, 0, i, START);
	hear(t, 1, 1, START);
	hear(t, 1, 2, START + 1);
	assert_int_equal(tables_age(t, AT(due), TABLES_AGED), TABLES_AGED + 1);
	assert_int_equal(learned(t, 0), CROWD - TABLES_AGED);
	assert_int_equal(tables_age(t, AT(due), TABLES_AGED), 2);
	assert_int_equal(learned(t, 1), 1);
	tables_age(t, AT(due + 1), UNLIMITED);
	assert_int_equal(learned(t, 0), CROWD - 2 * TABLES_AGED);
	assert_int_equal(learned(t, 1), 0);
	tables_age(t, AT(due + 2), UNLIMITED);
	assert_int_equal(learned(t, 0), 0);
	assert_int_equal(tables_age(t, AT(due + 3), UNLIMITED), 0);
	tables_free(t);
}

/* Those that pass go at their time, in whatever order they came; permanent ones cost nothing. */
static void neighbours_are_looked_at_when_one_may_go(void **state)
{
	struct tables *t = tables_of(2, 4);
	struct network *n = t->networks[1];

	(void)state;
	for (uint8_t i = 0; i < 10; i++)
		assert_true(neigh_put(n->neigh, neighbour(i, 0)));
	tables_expect(t, n);
	assert_int_equal(tables_age(t, AT(START), UNLIMITED), 0);
	assert_true(neigh_put(n->neigh, neighbour(20, START + 30)));
	assert_true(neigh_put(n->neigh, neighbour(21, START + 10)));
	tables_expect(t, n);
	assert_int_equal(tables_age(t, AT(START + 9), UNLIMITED), 0);
	assert_int_equal(tables_age(t, AT(START + 10), UNLIMITED), 1 + 12);
	assert_int_equal(neigh_count(n->neigh), 11);
	assert_int_equal(tables_age(t, AT(START + 29), UNLIMITED), 0);
	assert_int_equal(tables_age(t, AT(START + 30), UNLIMITED), 1 + 12);
	assert_int_equal(neigh_count(n->neigh), 10);
	assert_int_equal(tables_age(t, AT(START + 100), UNLIMITED), 0);
	tables_free(t);
}

/* A round takes several visits, and meets what comes meanwhile. */
static void a_round_may_be_interrupted(void **state)
{
	struct neigh *neigh = neigh_new((struct hash_secret) { 8, 1 });

	(void)state;
	for (uint8_t i = 0; i < 10; i++)
		assert_true(neigh_put(neigh, neighbour(i, i == 9 ? START : 0)));
	assert_int_equal(neigh_age(neigh, AT(START), 4), 4);
	assert_true(neigh_put(neigh, neighbour(1, START + 5)));
	assert_int_equal(neigh_age(neigh, AT(START), 9), 6);
	assert_int_equal(neigh_count(neigh), 9);
	assert_int_equal(neigh_due(neigh), START + 5);
	assert_int_equal(neigh_age(neigh, AT(START + 5), 20), 10);
	assert_int_equal(neigh_count(neigh), 8);
	assert_int_equal(neigh_due(neigh), UINT32_MAX);
	neigh_free(neigh);
}

static void a_reload_forgets_no_due(void **state)
{
	struct tables *t = tables_of(3, 4), *beside;

	(void)state;
	hear(t, 1, 1, START);
	hear(t, 2, 1, START);
	beside = tables_beside(t);
	assert_true(tables_share_network(beside, t->networks[1]));
	tables_replace(t, beside);
	assert_int_equal(tables_age(t, AT(START + AGEING - 1), UNLIMITED), 0);
	assert_int_equal(tables_age(t, AT(START + AGEING), UNLIMITED), 2);
	assert_int_equal(learned(t, 1), 0);
	tables_free(t);
}

/* What a command has put there, and what is put back when it can not be kept, ages as well. */
static void commands_and_their_undoing_are_expected(void **state)
{
	struct tables *t = tables_of(2, 4);
	struct network *n = t->networks[1];
	char why[OPERATE_WHY];
	struct undo undo;

	(void)state;
	assert_int_equal(operate_neigh_add(t, n, neighbour(1, START + 5), why), 0);
	undo_remember_neigh(&undo, n, neighbour(1, 0).ip);
	assert_int_equal(operate_neigh_del(n, neighbour(1, 0).ip, why), 0);
	tables_age(t, AT(START + 5), UNLIMITED); /* finds nothing: off the agenda */
	undo_take_back(&undo, t, AT(START + 5));
	assert_int_equal(neigh_count(n->neigh), 1);
	tables_age(t, AT(START + 6), UNLIMITED);
	assert_int_equal(neigh_count(n->neigh), 0);

	hear(t, 1, 1, START);
	undo_remember_fdb(&undo, n, mac_number(1), AT(START));
	fdb_remove(n->fdb, fdb_find(n->fdb, mac_number(1), AT(START)));
	assert_int_equal(tables_age(t, AT(START + AGEING), UNLIMITED), 1);
	undo_take_back(&undo, t, AT(START + AGEING));
	assert_int_equal(learned(t, 1), 1);
	assert_int_equal(tables_age(t, AT(START + 2 * AGEING - 1), UNLIMITED), 0);
	assert_int_equal(tables_age(t, AT(START + 2 * AGEING), UNLIMITED), 2);
	assert_int_equal(learned(t, 1), 0);
	tables_free(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_networks_cost_no_visits),
		cmocka_unit_test(who_is_heard_again_stays),
		cmocka_unit_test(each_goes_at_its_time),
		cmocka_unit_test(a_crowd_keeps_nobody_waiting),
		cmocka_unit_test(neighbours_are_looked_at_when_one_may_go),
		cmocka_unit_test(a_round_may_be_interrupted),
		cmocka_unit_test(a_reload_forgets_no_due),
		cmocka_unit_test(commands_and_their_undoing_are_expected),
	};

	return cmocka_run_group_tests_name("ageing", tests, NULL, NULL);
}
