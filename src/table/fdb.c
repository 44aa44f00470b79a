#include "table/fdb.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fdb_table.h"
#include "pages.h"

/* Room for static entries grows in steps; the learned ones' is there from the start. */
enum { FIXED_ROOM = 16 };

static_assert(sizeof(struct fdb_entry) == 64, "one entry, one cache line");

static bool entries_reserve(struct fdb *fdb, uint32_t room)
{
	struct fdb_entry *entries = pages_new(room, sizeof(*entries));

	if (!entries)
		return false;
	if (fdb->entries)
		memcpy(entries, fdb->entries, fdb->pool.high * sizeof(*entries));
	pages_free(fdb->entries, fdb->room, sizeof(*entries));
	fdb->entries = entries;
	fdb->room = room;
	return true;
}

static bool ages_reserve(struct fdb *fdb, uint32_t room)
{
	struct slot_link *ages = reallocarray(fdb->ages, room, sizeof(*ages));

	if (!ages)
		return false;
	fdb->ages = ages;
	return true;
}

/* An array that grew before memory ran out is merely larger than it must be. */
static bool reserve(struct fdb *fdb, uint32_t room)
{
	return ages_reserve(fdb, room) && fdb_owners_reserve(&fdb->owners, room) &&
	       slot_index_reserve(&fdb->index, room) && entries_reserve(fdb, room);
}

struct fdb *fdb_new(uint32_t learned, uint32_t ageing, struct hash_secret secret)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (!fdb)
		return NULL;
	fdb->secret = secret;
	fdb->capacity = learned;
	fdb->ageing = ageing;
	fdb->pool = SLOT_POOL_FRESH;
	fdb->by_age = SLOT_LIST_EMPTY;
	if (learned < SLOT_INDEX_MAX && fdb_owners_init(&fdb->owners, learned, secret) &&
	    slot_index_init(&fdb->index, learned + FIXED_ROOM) &&
	    reserve(fdb, learned + FIXED_ROOM))
		return fdb;
	fdb_free(fdb);
	return NULL;
}

void fdb_free(struct fdb *fdb)
{
	if (!fdb)
		return;
	for (uint32_t slot = 0; slot < fdb->pool.high; slot++)
		if (fdb->entries[slot].kind != FDB_FREE)
			flood_list_put(fdb->entries[slot].list);
	slot_index_done(&fdb->index);
	fdb_owners_done(&fdb->owners);
	pages_free(fdb->entries, fdb->room, sizeof(*fdb->entries));
	free(fdb->ages);
	free(fdb->watched);
	free(fdb);
}

static uint32_t tag_of(const struct fdb *fdb, uint64_t key)
{
	return slot_tag(hash_word(fdb->secret, key));
}

/* Whatever stands in the table for the MAC with this @key, too old or not. */
static uint32_t look_up(const struct fdb *fdb, uint64_t key)
{
	uint32_t tag = tag_of(fdb, key), at = tag, slot;

	while ((slot = slot_index_next(&fdb->index, tag, &at)) != SLOT_NONE)
		if (mac_key(fdb->entries[slot].mac) == key)
			break;
	return slot;
}

static bool is_past_age(const struct fdb *fdb, const struct fdb_entry *entry, uint32_t tick)
{
	return entry->kind == FDB_LEARNED && fdb->ageing != 0 && tick - entry->tick >= fdb->ageing;
}

uint32_t fdb_find(const struct fdb *fdb, struct mac mac, uint64_t now)
{
	uint32_t slot = look_up(fdb, mac_key(mac));

	if (slot == SLOT_NONE || is_past_age(fdb, &fdb->entries[slot], clock_tick(now)))
		return FDB_NONE;
	return slot;
}

const struct fdb_entry *fdb_at(const struct fdb *fdb, uint32_t slot)
{
	assert(slot < fdb->pool.high);
	return &fdb->entries[slot];
}

/* Do the moves that @entry remembers still count at @tick? */
static bool in_move_span(const struct fdb_entry *entry, uint32_t tick)
{
	return entry->moves != 0 && tick - entry->moved_since < FDB_MOVE_SPAN;
}

static enum fdb_change judge_learned(const struct fdb_entry *entry, struct place place,
				     uint32_t tick)
{
	if (place_same(entry->place, place))
		return entry->tick == tick ? FDB_NOTHING : FDB_REFRESH;
	if (tick < entry->frozen_until)
		return FDB_FROZEN;
	if (in_move_span(entry, tick) && entry->moves >= FDB_MOVES)
		return FDB_FREEZE;
	return FDB_MOVE;
}

static enum fdb_change judge_entry(const struct fdb_entry *entry, struct place place, bool learn,
				   uint32_t tick)
{
	if (entry->kind == FDB_LEARNED)
		return learn ? judge_learned(entry, place, tick) : FDB_NOTHING;
	if (place_same(entry->place, place))
		return FDB_NOTHING;
	return entry->kind == FDB_OWN ? FDB_LOOP : FDB_CONFLICT;
}

struct fdb_judgement fdb_judge(const struct fdb *fdb, struct mac mac, struct place place,
			       bool learn, uint64_t now)
{
	uint32_t slot = fdb_find(fdb, mac, now);
	enum fdb_change change;

	if (slot == FDB_NONE)
		change = learn ? FDB_NEW : FDB_NOTHING;
	else
		change = judge_entry(&fdb->entries[slot], place, learn, clock_tick(now));
	return (struct fdb_judgement) { .change = change, .slot = slot };
}

uint32_t fdb_next(const struct fdb *fdb, uint32_t slot)
{
	for (; slot < fdb->pool.high; slot++)
		if (fdb->entries[slot].kind != FDB_FREE)
			return slot;
	return FDB_NONE;
}

uint32_t fdb_end(const struct fdb *fdb)
{
	return fdb->pool.high;
}

static void link_learned(struct fdb *fdb, uint32_t slot, uint32_t owner)
{
	slot_list_append(&fdb->by_age, fdb->ages, slot);
	fdb_owners_add(&fdb->owners, slot, owner);
	fdb->counts.learned++;
}

static void unlink_learned(struct fdb *fdb, uint32_t slot)
{
	slot_list_remove(&fdb->by_age, fdb->ages, slot);
	fdb_owners_remove(&fdb->owners, slot);
	fdb->counts.learned--;
}

/* A slot for @mac, known to the index and otherwise blank. */
static uint32_t take_slot(struct fdb *fdb, struct mac mac)
{
	uint32_t slot = slot_pool_take(&fdb->pool, fdb->ages);

	fdb->entries[slot] = (struct fdb_entry) { .mac = mac };
	slot_index_add(&fdb->index, tag_of(fdb, mac_key(mac)), slot);
	return slot;
}

static void give_slot(struct fdb *fdb, uint32_t slot)
{
	struct fdb_entry *entry = &fdb->entries[slot];

	slot_index_remove(&fdb->index, tag_of(fdb, mac_key(entry->mac)), slot);
	entry->kind = FDB_FREE;
	slot_pool_give(&fdb->pool, fdb->ages, slot);
}

static void remove_learned(struct fdb *fdb, uint32_t slot)
{
	unlink_learned(fdb, slot);
	give_slot(fdb, slot);
}

/* Makes room for @mac: takes away the entry of @mac that is past its age, or in a full table
 * another one that is, or else the one that @owner has to have evicted. */
static void make_way(struct fdb *fdb, struct mac mac, uint32_t owner, uint32_t tick)
{
	uint32_t slot = look_up(fdb, mac_key(mac));

	assert(slot == SLOT_NONE || is_past_age(fdb, &fdb->entries[slot], tick));
	if (slot == SLOT_NONE) {
		if (fdb->counts.learned < fdb->capacity)
			return;
		slot = fdb->by_age.first;
	}
	if (is_past_age(fdb, &fdb->entries[slot], tick)) {
		fdb->counts.aged++;
	} else {
		slot = fdb_owners_victim(&fdb->owners, owner);
		fdb->counts.evicted++;
	}
	fdb_note(fdb, slot, true);
	remove_learned(fdb, slot);
}

static uint32_t learn(struct fdb *fdb, struct mac mac, struct place place, uint32_t owner,
		      uint32_t tick)
{
	if (fdb->capacity == 0)
		return FDB_NONE;
	make_way(fdb, mac, owner, tick);

	uint32_t slot = take_slot(fdb, mac);
	struct fdb_entry *entry = &fdb->entries[slot];

	entry->kind = FDB_LEARNED;
	entry->place = place;
	entry->tick = tick;
	link_learned(fdb, slot, owner);
	fdb->counts.learns++;
	fdb_note(fdb, slot, false);
	return slot;
}

/* A stranger may have become a configured peer since, hence the look at the owner. */
static void refresh(struct fdb *fdb, uint32_t slot, uint32_t owner, uint32_t tick)
{
	fdb->entries[slot].tick = tick;
	if (fdb_owner_of(&fdb->owners, slot) != owner) {
		unlink_learned(fdb, slot);
		link_learned(fdb, slot, owner);
		return;
	}
	slot_list_remove(&fdb->by_age, fdb->ages, slot);
	slot_list_append(&fdb->by_age, fdb->ages, slot);
	fdb_owners_touch(&fdb->owners, slot);
}

static void move(struct fdb *fdb, uint32_t slot, struct place place, uint32_t owner, uint32_t tick)
{
	struct fdb_entry *entry = &fdb->entries[slot];

	if (in_move_span(entry, tick)) {
		entry->moves++;
	} else {
		entry->moves = 1;
		entry->moved_since = tick;
	}
	entry->frozen_until = 0;
	entry->place = place;
	refresh(fdb, slot, owner, tick);
	fdb->counts.moves++;
}

/* The moves that led here are paid for: counting begins anew after the thaw. */
static void freeze(struct fdb *fdb, uint32_t slot, uint32_t tick)
{
	struct fdb_entry *entry = &fdb->entries[slot];

	entry->frozen_until = tick + FDB_MOVE_SPAN;
	entry->moves = 0;
	fdb->counts.freezes++;
}

uint32_t fdb_apply(struct fdb *fdb, struct fdb_judgement judgement, struct mac mac,
		   struct place place, uint32_t owner, uint64_t now)
{
	uint32_t tick = clock_tick(now);

	switch (judgement.change) {
	case FDB_NEW:
		return learn(fdb, mac, place, owner, tick);
	case FDB_REFRESH:
		refresh(fdb, judgement.slot, owner, tick);
		break;
	case FDB_MOVE:
		move(fdb, judgement.slot, place, owner, tick);
		break;
	case FDB_FREEZE:
		freeze(fdb, judgement.slot, tick);
		break;
	case FDB_NOTHING:
	case FDB_FROZEN:
	case FDB_CONFLICT:
	case FDB_LOOP:
		break;
	}
	return judgement.slot;
}

uint32_t fdb_due(const struct fdb *fdb)
{
	if (fdb->by_age.first == SLOT_NONE || fdb->ageing == 0)
		return UINT32_MAX;
	return fdb->entries[fdb->by_age.first].tick + fdb->ageing;
}

uint32_t fdb_age(struct fdb *fdb, uint64_t now, uint32_t budget)
{
	uint32_t removed = 0;

	while (removed < budget) {
		uint32_t oldest = fdb->by_age.first;

		if (oldest == SLOT_NONE ||
		    !is_past_age(fdb, &fdb->entries[oldest], clock_tick(now)))
			break;
		fdb_note(fdb, oldest, true);
		remove_learned(fdb, oldest);
		removed++;
	}
	fdb->counts.aged += removed;
	return removed;
}

/* Each fixed entry has a slot of its own, so that the learned ones always keep theirs. */
bool fdb_reserve(struct fdb *fdb, uint32_t fixed)
{
	uint32_t needed = fdb->capacity + fdb->counts.fixed + fixed;

	return needed <= fdb->room || reserve(fdb, needed + fdb->counts.fixed + FIXED_ROOM);
}

/* The slot of @mac with whatever stood there gone; FDB_NONE when memory is short. */
static uint32_t clear_for_fixed(struct fdb *fdb, struct mac mac)
{
	uint32_t slot = look_up(fdb, mac_key(mac));

	if (slot != SLOT_NONE && fdb->entries[slot].kind != FDB_LEARNED) {
		flood_list_put(fdb->entries[slot].list);
		return slot;
	}
	if (!fdb_reserve(fdb, 1))
		return FDB_NONE;
	if (slot != SLOT_NONE)
		unlink_learned(fdb, slot);
	else
		slot = take_slot(fdb, mac);
	fdb->counts.fixed++;
	return slot;
}

static uint32_t put(struct fdb *fdb, struct fdb_entry entry)
{
	uint32_t slot = clear_for_fixed(fdb, entry.mac);

	if (slot != FDB_NONE)
		fdb->entries[slot] = entry;
	return slot;
}

uint32_t fdb_put(struct fdb *fdb, struct mac mac, enum fdb_kind kind, struct place place,
		 uint32_t origin)
{
	assert(kind == FDB_STATIC || kind == FDB_OWN);
	return put(fdb, (struct fdb_entry) {
				.mac = mac, .kind = kind, .place = place, .origin = origin });
}

uint32_t fdb_put_group(struct fdb *fdb, struct mac mac, struct flood_list *list, uint32_t origin)
{
	uint32_t slot =
		put(fdb, (struct fdb_entry) {
				 .mac = mac, .kind = FDB_STATIC, .list = list, .origin = origin });

	if (slot == FDB_NONE)
		flood_list_put(list);
	return slot;
}

void fdb_call_static(struct fdb *fdb, uint32_t slot)
{
	assert(slot < fdb->pool.high && fdb->entries[slot].kind == FDB_STATIC);
	fdb->entries[slot].said_static = true;
}

void fdb_remove(struct fdb *fdb, uint32_t slot)
{
	struct fdb_entry *entry = &fdb->entries[slot];

	assert(slot < fdb->pool.high && entry->kind != FDB_FREE);
	if (entry->kind == FDB_LEARNED) {
		remove_learned(fdb, slot);
		return;
	}
	flood_list_put(entry->list);
	give_slot(fdb, slot);
	fdb->counts.fixed--;
}

void fdb_flush_owner(struct fdb *fdb, uint32_t owner)
{
	uint32_t slot;

	while ((slot = fdb_owners_oldest(&fdb->owners, owner)) != SLOT_NONE)
		remove_learned(fdb, slot);
}

const struct fdb_counts *fdb_counts(const struct fdb *fdb)
{
	return &fdb->counts;
}

uint32_t fdb_capacity(const struct fdb *fdb)
{
	return fdb->capacity;
}

uint32_t fdb_ageing(const struct fdb *fdb)
{
	return fdb->ageing;
}

uint32_t fdb_held_by(const struct fdb *fdb, uint32_t owner)
{
	return fdb_owners_held(&fdb->owners, owner);
}
