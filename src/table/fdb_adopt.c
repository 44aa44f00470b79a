/* A table takes over what another has learned: so a network is made anew beside the running one, with
 * other static entries, another size or another ageing time, and loses nothing. */
#include <assert.h>

#include "base/clock.h"
#include "fdb_table.h"

static bool is_taken(const struct fdb *fdb, struct mac mac)
{
	uint32_t slot = fdb_find(fdb, mac, 0);

	return slot != FDB_NONE && fdb_at(fdb, slot)->kind != FDB_LEARNED;
}

/* Oldest first, so that lists by age are what they were. */
static void adopt_learned(struct fdb *fdb, const struct fdb *from, uint32_t slot)
{
	static const struct fdb_judgement is_new = { .change = FDB_NEW, .slot = FDB_NONE };
	const struct fdb_entry *old = &from->entries[slot];
	uint32_t at = fdb_apply(fdb, is_new, old->mac, old->place,
				fdb_owner_of(&from->owners, slot), old->tick * NS_PER_S);

	if (at != FDB_NONE)
		fdb->entries[at] = *old;
}

static bool put_fixed(struct fdb *fdb, const struct fdb_entry *old)
{
	if (old->list)
		return fdb_put_group(fdb, old->mac, flood_list_hold(old->list), old->origin) !=
		       FDB_NONE;
	return fdb_put(fdb, old->mac, old->kind, old->place, old->origin) != FDB_NONE;
}

/* What happened to the entries on the way counts as what happens to entries. */
static void adopt_counts(struct fdb_counts *counts, const struct fdb_counts *from)
{
	counts->learns = from->learns;
	counts->moves = from->moves;
	counts->freezes = from->freezes;
	counts->aged += from->aged;
	counts->evicted += from->evicted;
}

bool fdb_adopt(struct fdb *fdb, const struct fdb *from, fdb_keeps *keeps, const void *context)
{
	for (uint32_t slot = fdb_next(from, 0); slot != FDB_NONE; slot = fdb_next(from, slot + 1)) {
		const struct fdb_entry *entry = &from->entries[slot];

		if (entry->kind == FDB_LEARNED || !keeps(context, entry, FDB_NONE) ||
		    is_taken(fdb, entry->mac))
			continue;
		if (!put_fixed(fdb, entry))
			return false;
	}
	for (uint32_t slot = from->by_age.first; slot != SLOT_NONE; slot = from->ages[slot].next) {
		const struct fdb_entry *entry = &from->entries[slot];

		if (keeps(context, entry, fdb_owner_of(&from->owners, slot)) &&
		    !is_taken(fdb, entry->mac))
			adopt_learned(fdb, from, slot);
	}
	adopt_counts(&fdb->counts, &from->counts);
	return true;
}

static uint32_t owner_in(const struct fdb *fdb, uint32_t slot)
{
	return fdb->entries[slot].kind == FDB_LEARNED ? fdb_owner_of(&fdb->owners, slot) : FDB_NONE;
}

void fdb_restate(struct fdb *fdb, const struct fdb *fixed, fdb_keeps *keeps, const void *context)
{
	for (uint32_t slot = fdb_next(fdb, 0); slot != FDB_NONE; slot = fdb_next(fdb, slot + 1))
		if (!keeps(context, &fdb->entries[slot], owner_in(fdb, slot)))
			fdb_remove(fdb, slot);
	for (uint32_t slot = fdb_next(fixed, 0); slot != FDB_NONE;
	     slot = fdb_next(fixed, slot + 1)) {
		bool put = put_fixed(fdb, &fixed->entries[slot]);

		assert(put);
	}
}
