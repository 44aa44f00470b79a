/* The FDB's rules one by one: moves and freezing, ageing to the second, what asking may not do. */
#include "table/fdb.h"

#include "base/clock.h"
#include "craft.h"

static const struct hash_secret secret = { 7, 11 };

static struct mac mac_of(uint32_t i)
{
	return (struct mac) { { 2, 0, (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
				(uint8_t)i } };
}

static struct place peer(uint32_t slot)
{
	struct destination to = { .peer = { .slot = slot, .generation = 1 } };

	return place_peer(to);
}

static uint32_t owner_of(struct place place)
{
	return place.kind == PLACE_PORT ? FDB_OWNER_PORT(place.port)
					: FDB_OWNER_PEER(place.to.peer.slot);
}

/* A frame from @mac at @place, judged and applied. */
static enum fdb_change hear(struct fdb *fdb, struct mac mac, struct place place, uint64_t second)
{
	uint64_t now = second * NS_PER_S;
	struct fdb_judgement judgement = fdb_judge(fdb, mac, place, true, now);

	fdb_apply(fdb, judgement, mac, place, owner_of(place), now);
	return judgement.change;
}

static bool knows(const struct fdb *fdb, struct mac mac, uint64_t second)
{
	return fdb_find(fdb, mac, second * NS_PER_S) != FDB_NONE;
}

/* One MAC heard at two places, 'a' and 'b', at given seconds. */
struct move_row {
	const char *name;
	struct {
		uint32_t second;
		char at;
		enum fdb_change expected;
	} frames[16];
};

static const struct move_row move_rows[] = {
	{ "five moves are fine",
	  { { 1, 'a', FDB_NEW },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'a', FDB_MOVE },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'a', FDB_MOVE },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'b', FDB_NOTHING },
	    { 2, 'b', FDB_REFRESH } } },
	{ "the sixth freezes, for 180 seconds",
	  { { 1, 'a', FDB_NEW },
	    { 1, 'b', FDB_MOVE },
	    { 2, 'a', FDB_MOVE },
	    { 3, 'b', FDB_MOVE },
	    { 4, 'a', FDB_MOVE },
	    { 5, 'b', FDB_MOVE },
	    { 10, 'a', FDB_FREEZE },
	    { 10, 'a', FDB_FROZEN },
	    { 11, 'b', FDB_REFRESH },
	    { 11, 'b', FDB_NOTHING },
	    { 189, 'a', FDB_FROZEN },
	    { 190, 'a', FDB_MOVE },
	    { 190, 'b', FDB_MOVE } } },
	{ "after the thaw five more",
	  { { 1, 'a', FDB_NEW },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'a', FDB_MOVE },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'a', FDB_MOVE },
	    { 1, 'b', FDB_MOVE },
	    { 1, 'a', FDB_FREEZE },
	    { 181, 'a', FDB_MOVE },
	    { 181, 'b', FDB_MOVE },
	    { 181, 'a', FDB_MOVE },
	    { 181, 'b', FDB_MOVE },
	    { 181, 'a', FDB_MOVE },
	    { 182, 'b', FDB_FREEZE } } },
	{ "the span ends 180 seconds after its first move",
	  { { 1, 'a', FDB_NEW },
	    { 10, 'b', FDB_MOVE },
	    { 11, 'a', FDB_MOVE },
	    { 12, 'b', FDB_MOVE },
	    { 13, 'a', FDB_MOVE },
	    { 14, 'b', FDB_MOVE },
	    { 190, 'a', FDB_MOVE },
	    { 190, 'b', FDB_MOVE } } },
	{ "one second less is within it",
	  { { 1, 'a', FDB_NEW },
	    { 10, 'b', FDB_MOVE },
	    { 11, 'a', FDB_MOVE },
	    { 12, 'b', FDB_MOVE },
	    { 13, 'a', FDB_MOVE },
	    { 14, 'b', FDB_MOVE },
	    { 189, 'a', FDB_FREEZE } } },
};

static void moves_and_freezes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(move_rows) / sizeof(*move_rows); i++) {
		const struct move_row *row = &move_rows[i];
		struct fdb *fdb = fdb_new(8, 0, secret);

		for (size_t f = 0; f < 16 && row->frames[f].at; f++) {
			struct place place = row->frames[f].at == 'a' ? peer(1) : place_port(0);

			if (hear(fdb, mac_of(1), place, row->frames[f].second) !=
			    row->frames[f].expected)
				fail_msg("%s: frame %zu", row->name, f);
		}
		fdb_free(fdb);
	}
}

static void a_frozen_entry_stays_where_it_was(void **state)
{
	struct fdb *fdb = fdb_new(8, 300, secret);
	const struct fdb_entry *entry;

	(void)state;
	for (uint32_t i = 0; i < 7; i++)
		hear(fdb, mac_of(1), peer(i % 2), 1);
	entry = fdb_at(fdb, fdb_find(fdb, mac_of(1), NS_PER_S));
	assert_true(place_same(entry->place, peer(1)));
	assert_int_equal(entry->frozen_until, 181);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(1)), 1);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(0)), 0);
	assert_int_equal(fdb_counts(fdb)->moves, 5);
	assert_int_equal(fdb_counts(fdb)->freezes, 1);
	fdb_free(fdb);
}

/* The slot of a stranger was given to somebody else: the same slot is another place. */
static void a_stale_peer_is_another_place(void **state)
{
	struct fdb *fdb = fdb_new(8, 300, secret);
	struct place later = peer(1);

	(void)state;
	later.to.peer.generation = 2;
	hear(fdb, mac_of(1), peer(1), 1);
	assert_int_equal(hear(fdb, mac_of(1), later, 1), FDB_MOVE);
	later.to.port = 8472;
	assert_int_equal(hear(fdb, mac_of(1), later, 1), FDB_NOTHING);
	fdb_free(fdb);
}

struct fixed_row {
	const char *name;
	enum fdb_kind kind; /* of an entry at peer(1) */
	bool elsewhere, learn;
	enum fdb_change expected;
};

static const struct fixed_row fixed_rows[] = {
	{ "unknown, learning", FDB_FREE, false, true, FDB_NEW },
	{ "unknown, not learning", FDB_FREE, false, false, FDB_NOTHING },
	{ "learned, not learning", FDB_LEARNED, false, false, FDB_NOTHING },
	{ "learned, refreshed", FDB_LEARNED, false, true, FDB_REFRESH },
	{ "learned elsewhere, not learning", FDB_LEARNED, true, false, FDB_NOTHING },
	{ "learned elsewhere", FDB_LEARNED, true, true, FDB_MOVE },
	{ "static, at its place", FDB_STATIC, false, true, FDB_NOTHING },
	{ "static, at its place, not learning", FDB_STATIC, false, false, FDB_NOTHING },
	{ "static, elsewhere", FDB_STATIC, true, true, FDB_CONFLICT },
	{ "static, elsewhere, not learning", FDB_STATIC, true, false, FDB_CONFLICT },
	{ "own, at its place", FDB_OWN, false, true, FDB_NOTHING },
	{ "own, elsewhere", FDB_OWN, true, true, FDB_LOOP },
	{ "own, elsewhere, not learning", FDB_OWN, true, false, FDB_LOOP },
};

static void judges_fixed_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fixed_rows) / sizeof(*fixed_rows); i++) {
		const struct fixed_row *row = &fixed_rows[i];
		struct fdb *fdb = fdb_new(8, 300, secret);
		struct place at = row->elsewhere ? peer(2) : peer(1);
		struct fdb_judgement judgement;

		if (row->kind == FDB_LEARNED)
			hear(fdb, mac_of(1), peer(1), 1);
		else if (row->kind != FDB_FREE)
			fdb_put(fdb, mac_of(1), row->kind, peer(1), 5);
		judgement = fdb_judge(fdb, mac_of(1), at, row->learn, 2 * NS_PER_S);
		assert_row(row->name, judgement.change == row->expected);
		assert_row(row->name, (judgement.slot == FDB_NONE) == (row->kind == FDB_FREE));
		fdb_free(fdb);
	}
}

static void ages_exactly(void **state)
{
	struct fdb *fdb = fdb_new(8, 300, secret);

	(void)state;
	hear(fdb, mac_of(1), peer(1), 1000);
	assert_true(knows(fdb, mac_of(1), 1299));
	assert_int_equal(fdb_age(fdb, 1299 * NS_PER_S, 8), 0);
	assert_false(knows(fdb, mac_of(1), 1300));
	assert_int_equal(fdb_age(fdb, 1300 * NS_PER_S, 8), 1);
	assert_int_equal(fdb_counts(fdb)->learned, 0);
	assert_int_equal(fdb_counts(fdb)->aged, 1);
	assert_int_equal(fdb_next(fdb, 0), FDB_NONE);
	fdb_free(fdb);
}

static void an_entry_past_its_age_is_news_elsewhere(void **state)
{
	struct fdb *fdb = fdb_new(1, 300, secret);

	(void)state;
	hear(fdb, mac_of(1), peer(1), 1);
	assert_int_equal(hear(fdb, mac_of(1), peer(2), 301), FDB_NEW);
	assert_int_equal(fdb_counts(fdb)->learned, 1);
	assert_int_equal(fdb_counts(fdb)->moves, 0);
	assert_int_equal(fdb_counts(fdb)->evicted, 0);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(1)), 0);
	assert_int_equal(fdb_held_by(fdb, FDB_OWNER_PEER(2)), 1);
	fdb_free(fdb);
}

/* Sending to a MAC is no sign of its life. */
static void looking_up_does_not_refresh(void **state)
{
	struct fdb *fdb = fdb_new(8, 300, secret);

	(void)state;
	hear(fdb, mac_of(1), peer(1), 1);
	hear(fdb, mac_of(2), peer(1), 1);
	for (uint64_t second = 1; second < 301; second++) {
		assert_true(knows(fdb, mac_of(1), second));
		hear(fdb, mac_of(2), peer(1), second);
	}
	assert_false(knows(fdb, mac_of(1), 301));
	assert_true(knows(fdb, mac_of(2), 301));
	fdb_free(fdb);
}

static void ageing_keeps_to_its_budget_oldest_first(void **state)
{
	struct fdb *fdb = fdb_new(100, 300, secret);

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		hear(fdb, mac_of(i), peer(i % 3), i);
	assert_int_equal(fdb_age(fdb, 350 * NS_PER_S, 20), 20);
	assert_false(knows(fdb, mac_of(19), 20));
	assert_true(knows(fdb, mac_of(20), 20));
	assert_int_equal(fdb_age(fdb, 350 * NS_PER_S, 100), 31);
	assert_int_equal(fdb_counts(fdb)->learned, 49);
	fdb_free(fdb);
}

static void fixed_and_ageless_entries_stay(void **state)
{
	struct fdb *ageing = fdb_new(8, 300, secret), *ageless = fdb_new(8, 0, secret);

	(void)state;
	fdb_put(ageing, mac_of(1), FDB_STATIC, peer(1), 1);
	hear(ageless, mac_of(1), peer(1), 1);
	assert_int_equal(fdb_age(ageing, 1000000 * NS_PER_S, 8), 0);
	assert_int_equal(fdb_age(ageless, 1000000 * NS_PER_S, 8), 0);
	assert_true(knows(ageing, mac_of(1), 1000000));
	assert_true(knows(ageless, mac_of(1), 1000000));
	fdb_free(ageing);
	fdb_free(ageless);
}

/* Static entries come on top of the room for learned ones and never move a slot. */
static void static_entries_grow_the_table_under_stable_slots(void **state)
{
	struct fdb *fdb = fdb_new(100, 300, secret);
	uint32_t slots[100];

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		hear(fdb, mac_of(i), peer(1), 1);
		slots[i] = fdb_find(fdb, mac_of(i), NS_PER_S);
	}
	for (uint32_t i = 1000; i < 11000; i++)
		assert_int_not_equal(fdb_put(fdb, mac_of(i), FDB_STATIC, peer(i), i), FDB_NONE);
	assert_int_equal(fdb_counts(fdb)->learned, 100);
	assert_int_equal(fdb_counts(fdb)->fixed, 10000);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(fdb_find(fdb, mac_of(i), NS_PER_S), slots[i]);
	for (uint32_t i = 1000; i < 11000; i++)
		assert_int_equal(fdb_at(fdb, fdb_find(fdb, mac_of(i), 0))->origin, i);
	fdb_free(fdb);
}

static void asking_changes_nothing(void **state)
{
	struct fdb *fdb = fdb_new(64, 300, secret);
	uint64_t digest;

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		hear(fdb, mac_of(i), peer(i % 5), i);
	fdb_put(fdb, mac_of(70), FDB_STATIC, peer(1), 1);
	digest = fdb_digest(fdb);
	for (uint32_t i = 0; i < 100; i++) {
		for (uint32_t p = 0; p < 6; p++)
			fdb_judge(fdb, mac_of(i), peer(p), p != 0, (i * 7) * NS_PER_S);
		fdb_find(fdb, mac_of(i), (i * 7) * NS_PER_S);
	}
	assert_true(fdb_digest(fdb) == digest);
	hear(fdb, mac_of(3), peer(3), 100);
	assert_true(fdb_digest(fdb) != digest);
	fdb_free(fdb);
}

static void a_group_entry_holds_its_list(void **state)
{
	struct destination to[2] = { { .port = 1 }, { .port = 2 } };
	struct flood_list *list = flood_list_new(to, 2), *other = flood_list_new(to, 1);
	struct fdb *fdb = fdb_new(8, 300, secret);
	struct mac group = { { 1, 0, 0x5e, 1, 2, 3 } };
	uint32_t slot;

	(void)state;
	slot = fdb_put_group(fdb, group, flood_list_hold(list), 4);
	assert_ptr_equal(fdb_at(fdb, slot)->list, list);
	assert_int_equal(list->users, 2);
	assert_int_equal(fdb_put_group(fdb, group, flood_list_hold(other), 4), slot);
	assert_int_equal(list->users, 1);
	fdb_remove(fdb, slot);
	assert_int_equal(other->users, 1);
	fdb_put_group(fdb, group, flood_list_hold(list), 4);
	fdb_free(fdb);
	assert_int_equal(list->users, 1);
	flood_list_put(list);
	flood_list_put(other);
}

static void without_room_nothing_is_learned(void **state)
{
	struct fdb *fdb = fdb_new(0, 300, secret);

	(void)state;
	hear(fdb, mac_of(1), peer(1), 1);
	assert_false(knows(fdb, mac_of(1), 1));
	fdb_put(fdb, mac_of(1), FDB_STATIC, peer(1), 1);
	assert_true(knows(fdb, mac_of(1), 1));
	fdb_free(fdb);
}

static struct fdb_news next_news(struct fdb *fdb)
{
	struct fdb_news news;

	assert_true(fdb_next_news(fdb, &news));
	return news;
}

static void who_watches_hears_what_traffic_changes(void **state)
{
	struct fdb *fdb = fdb_new(100, 300, secret);
	struct fdb_news news;

	(void)state;
	hear(fdb, mac_of(1), peer(1), 10);
	assert_false(fdb_next_news(fdb, &news));
	assert_true(fdb_watch(fdb, true));
	assert_true(fdb_watch(fdb, true));
	hear(fdb, mac_of(1), peer(1), 11);
	hear(fdb, mac_of(2), peer(2), 12);
	news = next_news(fdb);
	assert_true(!news.gone && mac_equal(news.entry.mac, mac_of(2)));
	assert_int_equal(news.entry.place.to.peer.slot, 2);
	assert_int_equal(fdb_age(fdb, 311 * NS_PER_S, 10), 1);
	news = next_news(fdb);
	assert_true(news.gone && mac_equal(news.entry.mac, mac_of(1)));
	hear(fdb, mac_of(2), peer(2), 400);
	assert_true(next_news(fdb).gone);
	assert_false(next_news(fdb).gone);
	assert_false(fdb_next_news(fdb, &news));
	assert_int_equal(fdb_left_out(fdb), 0);
	fdb_free(fdb);
}

static void a_flood_of_them_is_counted(void **state)
{
	struct fdb *fdb = fdb_new(100, 300, secret);
	struct fdb_news news;

	(void)state;
	assert_true(fdb_watch(fdb, true));
	for (uint32_t i = 0; i < 150; i++)
		hear(fdb, mac_of(i), peer(1), 10);
	for (uint32_t i = 0; i < FDB_NEWS; i++)
		assert_true(mac_equal(next_news(fdb).entry.mac, mac_of(i)));
	assert_false(fdb_next_news(fdb, &news));
	assert_int_equal(fdb_left_out(fdb), 150 + 50 - FDB_NEWS);
	assert_int_equal(fdb_left_out(fdb), 0);
	hear(fdb, mac_of(1000), peer(1), 10);
	assert_true(next_news(fdb).gone);
	assert_true(mac_equal(next_news(fdb).entry.mac, mac_of(1000)));
	assert_true(fdb_watch(fdb, false));
	hear(fdb, mac_of(1001), peer(1), 10);
	assert_false(fdb_next_news(fdb, &news));
	fdb_free(fdb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_watches_hears_what_traffic_changes),
		cmocka_unit_test(a_flood_of_them_is_counted),
		cmocka_unit_test(moves_and_freezes),
		cmocka_unit_test(a_frozen_entry_stays_where_it_was),
		cmocka_unit_test(a_stale_peer_is_another_place),
		cmocka_unit_test(judges_fixed_entries),
		cmocka_unit_test(ages_exactly),
		cmocka_unit_test(an_entry_past_its_age_is_news_elsewhere),
		cmocka_unit_test(looking_up_does_not_refresh),
		cmocka_unit_test(ageing_keeps_to_its_budget_oldest_first),
		cmocka_unit_test(fixed_and_ageless_entries_stay),
		cmocka_unit_test(static_entries_grow_the_table_under_stable_slots),
		cmocka_unit_test(asking_changes_nothing),
		cmocka_unit_test(a_group_entry_holds_its_list),
		cmocka_unit_test(without_room_nothing_is_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
