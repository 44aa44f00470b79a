/* The FDB against a table so simple that it is plainly right: one record per MAC of a small world,
 * every question answered by looking at all of them. */
#include "table/fdb.h"

#include "base/clock.h"
#include "craft.h"

enum { MACS = 512, PORTS = 4, PEERS = 6, OWNERS = PORTS + PEERS + 1, FAR_PEER = 4 };

struct record {
	enum fdb_kind kind;
	struct place place;
	struct flood_list *list;
	uint32_t owner, origin;
	uint32_t tick, moves, moved_since, frozen_until;
	uint64_t touched; /* order of the last touch among all records */
};

struct world {
	struct fdb *fdb;
	uint32_t macs, capacity, ageing;
	bool adopted; /* FAR_PEER counts as a peer of its own, no longer as a stranger */
	uint64_t now, touches, random;
	struct fdb_counts counts;
	struct record record[MACS];
};

static uint32_t draw(struct world *w, uint32_t below)
{
	return (uint32_t)((craft_random(&w->random) >> 32) * below >> 32);
}

static struct mac mac_of(uint32_t i)
{
	return (struct mac) { { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct mac group_of(uint32_t i)
{
	return (struct mac) { { 1, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct place draw_place(struct world *w)
{
	uint32_t i = draw(w, PORTS + PEERS + 1);
	struct destination to = { .peer = { .slot = i - PORTS, .generation = 1 } };

	if (i < PORTS)
		return place_port(i);
	if (i == PORTS + PEERS) /* a slot that was given to somebody else since */
		to.peer = (struct peer_ref) { .slot = PEERS - 1, .generation = 2 };
	return place_peer(to);
}

static uint32_t owner_of(const struct world *w, struct place place)
{
	if (place.kind == PLACE_PORT)
		return FDB_OWNER_PORT(place.port);
	if (place.to.peer.slot < FAR_PEER || (place.to.peer.slot == FAR_PEER && w->adopted))
		return FDB_OWNER_PEER(place.to.peer.slot);
	return FDB_OWNER_STRANGERS;
}

static uint32_t nth_owner(uint32_t i)
{
	return i < PORTS           ? FDB_OWNER_PORT(i)
	       : i < PORTS + PEERS ? FDB_OWNER_PEER(i - PORTS)
				   : FDB_OWNER_STRANGERS;
}

static bool past_age(const struct world *w, const struct record *r)
{
	return r->kind == FDB_LEARNED && w->ageing != 0 &&
	       clock_tick(w->now) - r->tick >= w->ageing;
}

static uint32_t held_by(const struct world *w, uint32_t owner)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < w->macs; i++)
		held += w->record[i].kind == FDB_LEARNED && w->record[i].owner == owner;
	return held;
}

/* The longest untouched learned record of @owner, or of anybody when @anybody. */
static struct record *oldest_of(struct world *w, uint32_t owner, bool anybody)
{
	struct record *oldest = NULL;

	for (uint32_t i = 0; i < w->macs; i++) {
		struct record *r = &w->record[i];

		if (r->kind == FDB_LEARNED && (anybody || r->owner == owner) &&
		    (!oldest || r->touched < oldest->touched))
			oldest = r;
	}
	return oldest;
}

static enum fdb_change expect_learned(const struct world *w, const struct record *r,
				      struct place place)
{
	uint32_t tick = clock_tick(w->now);

	if (place_same(r->place, place))
		return r->tick == tick ? FDB_NOTHING : FDB_REFRESH;
	if (r->frozen_until > tick)
		return FDB_FROZEN;
	return r->moves == 5 && tick - r->moved_since < 180 ? FDB_FREEZE : FDB_MOVE;
}

static enum fdb_change expect(const struct world *w, const struct record *r, struct place place,
			      bool learn)
{
	if (r->kind == FDB_FREE || past_age(w, r))
		return learn ? FDB_NEW : FDB_NOTHING;
	if (r->kind == FDB_LEARNED)
		return learn ? expect_learned(w, r, place) : FDB_NOTHING;
	if (place_same(r->place, place))
		return FDB_NOTHING;
	return r->kind == FDB_OWN ? FDB_LOOP : FDB_CONFLICT;
}

static void forget(struct world *w, struct record *r)
{
	if (r->kind == FDB_LEARNED)
		w->counts.learned--;
	else if (r->kind != FDB_FREE)
		w->counts.fixed--;
	*r = (struct record) { .kind = FDB_FREE };
}

/* Several owners may hold most: the table may choose among them, so it is asked whom it chose. */
static struct record *evicted_by_table(struct world *w)
{
	struct record *evicted = NULL;
	uint32_t most = 0;

	for (uint32_t o = 0; o < OWNERS; o++)
		if (held_by(w, nth_owner(o)) > most)
			most = held_by(w, nth_owner(o));
	for (uint32_t o = 0; o < OWNERS; o++) {
		struct record *r = oldest_of(w, nth_owner(o), false);
		uint32_t i = r ? (uint32_t)(r - w->record) : 0;

		if (r && held_by(w, r->owner) == most &&
		    fdb_find(w->fdb, mac_of(i), w->now) == FDB_NONE) {
			assert_null(evicted);
			evicted = r;
		}
	}
	assert_non_null(evicted);
	return evicted;
}

static struct record *evicted_for(struct world *w, uint32_t owner)
{
	for (uint32_t o = 0; o < OWNERS; o++)
		if (held_by(w, nth_owner(o)) > held_by(w, owner))
			return evicted_by_table(w);
	return oldest_of(w, owner, false);
}

static void make_way(struct world *w, struct record *r, uint32_t owner)
{
	struct record *oldest = oldest_of(w, 0, true);

	if (r->kind == FDB_LEARNED) {
		forget(w, r);
		w->counts.aged++;
	} else if (w->counts.learned == w->capacity && past_age(w, oldest)) {
		forget(w, oldest);
		w->counts.aged++;
	} else if (w->counts.learned == w->capacity) {
		forget(w, evicted_for(w, owner));
		w->counts.evicted++;
	}
}

static void touch(struct world *w, struct record *r, uint32_t owner)
{
	r->owner = owner;
	r->tick = clock_tick(w->now);
	r->touched = ++w->touches;
}

static void learn(struct world *w, struct record *r, struct place place)
{
	make_way(w, r, owner_of(w, place));
	*r = (struct record) { .kind = FDB_LEARNED, .place = place };
	touch(w, r, owner_of(w, place));
	w->counts.learned++;
	w->counts.learns++;
}

static void move(struct world *w, struct record *r, struct place place)
{
	if (r->moves == 0 || clock_tick(w->now) - r->moved_since >= 180) {
		r->moves = 0;
		r->moved_since = clock_tick(w->now);
	}
	r->moves++;
	r->frozen_until = 0;
	r->place = place;
	touch(w, r, owner_of(w, place));
	w->counts.moves++;
}

static void follow(struct world *w, struct record *r, enum fdb_change change, struct place place)
{
	if (change == FDB_NEW) {
		learn(w, r, place);
	} else if (change == FDB_REFRESH) {
		touch(w, r, owner_of(w, place));
	} else if (change == FDB_MOVE) {
		move(w, r, place);
	} else if (change == FDB_FREEZE) {
		r->frozen_until = clock_tick(w->now) + 180;
		r->moves = 0;
		w->counts.freezes++;
	}
}

static void hear(struct world *w, uint32_t i)
{
	struct place place = draw_place(w);
	bool learning = draw(w, 8) != 0;
	struct fdb_judgement judgement = fdb_judge(w->fdb, mac_of(i), place, learning, w->now);
	uint32_t found = fdb_find(w->fdb, mac_of(i), w->now);

	assert_int_equal(judgement.change, expect(w, &w->record[i], place, learning));
	assert_int_equal(judgement.slot, found);

	uint32_t slot = fdb_apply(w->fdb, judgement, mac_of(i), place, owner_of(w, place), w->now);

	if (judgement.change != FDB_NEW)
		assert_int_equal(slot, found);
	follow(w, &w->record[i], judgement.change, place);
}

static void check(struct world *w, uint32_t i)
{
	const struct record *r = &w->record[i];
	bool there = r->kind != FDB_FREE && !past_age(w, r);
	struct mac mac = r->list ? group_of(i) : mac_of(i);
	uint32_t slot = fdb_find(w->fdb, mac, w->now);

	assert_int_equal(slot != FDB_NONE, there);
	if (!there)
		return;

	const struct fdb_entry *entry = fdb_at(w->fdb, slot);

	assert_true(mac_equal(entry->mac, mac));
	assert_int_equal(entry->kind, r->kind);
	assert_int_equal(entry->origin, r->origin);
	assert_ptr_equal(entry->list, r->list);
	assert_true(place_same(entry->place, r->place));
	assert_int_equal(entry->tick, r->tick);
	assert_int_equal(entry->moves, r->moves);
	assert_int_equal(entry->frozen_until, r->frozen_until);
}

static void check_all(struct world *w)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < w->macs; i++)
		check(w, i);
	for (uint32_t o = 0; o < OWNERS; o++)
		assert_int_equal(fdb_held_by(w->fdb, nth_owner(o)), held_by(w, nth_owner(o)));
	for (uint32_t s = fdb_next(w->fdb, 0); s != FDB_NONE; s = fdb_next(w->fdb, s + 1))
		used++;
	assert_int_equal(used, w->counts.learned + w->counts.fixed);
	assert_memory_equal(fdb_counts(w->fdb), &w->counts, sizeof(w->counts));
}

static void age(struct world *w)
{
	uint32_t budget = draw(w, 6), aged = fdb_age(w->fdb, w->now, budget);

	for (uint32_t i = 0; i < aged; i++) {
		struct record *r = oldest_of(w, 0, true);

		assert_true(past_age(w, r));
		forget(w, r);
		w->counts.aged++;
	}
	if (aged < budget && w->counts.learned != 0)
		assert_false(past_age(w, oldest_of(w, 0, true)));
}

/* A record is a station or, while it has a list, the group of the same number. */
static void fix(struct world *w, uint32_t i)
{
	struct record *r = &w->record[i];
	struct record fixed = { .kind = draw(w, 2) ? FDB_STATIC : FDB_OWN,
				.place = draw_place(w),
				.origin = draw(w, 9) };

	if (r->list)
		return;
	assert_int_not_equal(fdb_put(w->fdb, mac_of(i), fixed.kind, fixed.place, fixed.origin),
			     FDB_NONE);
	forget(w, r);
	*r = fixed;
	w->counts.fixed++;
}

static void fix_group(struct world *w, uint32_t i)
{
	struct record *r = &w->record[i];
	struct destination to = { .port = (uint16_t)i };

	if (r->kind != FDB_FREE && !r->list)
		return;
	forget(w, r);
	r->kind = FDB_STATIC;
	r->origin = draw(w, 9);
	r->list = flood_list_new(&to, 1);
	assert_int_not_equal(fdb_put_group(w->fdb, group_of(i), r->list, r->origin), FDB_NONE);
	w->counts.fixed++;
}

static void unfix(struct world *w, uint32_t i)
{
	struct record *r = &w->record[i];
	struct mac mac = r->list ? group_of(i) : mac_of(i);

	if (r->kind == FDB_FREE || past_age(w, r))
		return;
	fdb_remove(w->fdb, fdb_find(w->fdb, mac, w->now));
	forget(w, r);
}

static void flush(struct world *w)
{
	uint32_t owner = nth_owner(draw(w, OWNERS));

	fdb_flush_owner(w->fdb, owner);
	for (uint32_t i = 0; i < w->macs; i++)
		if (w->record[i].kind == FDB_LEARNED && w->record[i].owner == owner)
			forget(w, &w->record[i]);
}

/* Something that happens once in a few hundred operations. */
static void rare(struct world *w, uint32_t i)
{
	uint32_t which = draw(w, 64);

	if (which < 12)
		fix(w, i);
	else if (which < 16)
		fix_group(w, i);
	else if (which < 40)
		unfix(w, i);
	else if (which < 41)
		flush(w);
	else if (which < 44)
		w->now += draw(w, 200) * NS_PER_S;
	else if (which < 46)
		w->adopted = !w->adopted;
	else if (which < 48)
		check_all(w);
	else
		age(w);
}

static void step(struct world *w)
{
	uint32_t i = draw(w, w->macs), which = draw(w, 256);

	if (which < 180 && !w->record[i].list)
		hear(w, i);
	else if (which < 240)
		check(w, i);
	else if (which < 250)
		w->now += draw(w, 1000) * NS_PER_MS;
	else
		rare(w, i);
}

static void agree(uint32_t macs, uint32_t capacity, uint32_t ageing, uint32_t steps)
{
	struct hash_secret secret = { macs, capacity };
	struct world *w = calloc(1, sizeof(*w));

	*w = (struct world) { .fdb = fdb_new(capacity, ageing, secret),
			      .macs = macs,
			      .capacity = capacity,
			      .ageing = ageing,
			      .random = 88172645463325252 };
	for (uint32_t i = 0; i < steps; i++)
		step(w);
	check_all(w);
	assert_true(w->counts.moves > 0 && w->counts.freezes > 0);
	assert_true(w->counts.evicted > 0 || macs <= capacity);
	assert_true(w->counts.aged > 0 || ageing == 0);
	fdb_free(w->fdb);
	free(w);
}

enum { STEPS = 2500000 }; /* of each, ten million in all */

static void agrees_with_room_for_all(void **state)
{
	(void)state;
	agree(64, 80, 300, STEPS);
}

static void agrees_when_crowded(void **state)
{
	(void)state;
	agree(128, 32, 60, STEPS);
}

static void agrees_when_nothing_ages(void **state)
{
	(void)state;
	agree(300, 200, 0, STEPS);
}

static void agrees_when_all_is_short_lived(void **state)
{
	(void)state;
	agree(MACS, 200, 7, STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_room_for_all),
		cmocka_unit_test(agrees_when_crowded),
		cmocka_unit_test(agrees_when_nothing_ages),
		cmocka_unit_test(agrees_when_all_is_short_lived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
