#include "fdb_table.h"

static uint64_t mix(uint64_t digest, uint64_t word)
{
	return hash_word((struct hash_secret) { digest, UINT64_C(0x9e3779b97f4a7c15) }, word);
}

static uint64_t digest_place(uint64_t digest, struct place place)
{
	digest = mix(digest, (uint64_t)place.kind << 32 | place.port);
	digest = mix(digest, (uint64_t)place.to.peer.slot << 32 | place.to.peer.generation);
	return mix(digest, place.to.port);
}

static uint64_t digest_entry(uint64_t digest, const struct fdb_entry *entry)
{
	digest = mix(digest, mac_word(entry->mac) << 8 | entry->kind);
	digest = digest_place(digest, entry->place);
	digest = mix(digest, (uintptr_t)entry->list);
	digest = mix(digest, (uint64_t)entry->origin << 32 | entry->tick);
	digest = mix(digest, (uint64_t)entry->moves << 32 | entry->moved_since);
	return mix(digest, entry->frozen_until);
}

static uint64_t digest_counts(uint64_t digest, const struct fdb_counts *counts)
{
	digest = mix(digest, (uint64_t)counts->learned << 32 | counts->fixed);
	digest = mix(digest, counts->learns);
	digest = mix(digest, counts->moves);
	digest = mix(digest, counts->freezes);
	digest = mix(digest, counts->aged);
	return mix(digest, counts->evicted);
}

uint64_t fdb_digest(const struct fdb *fdb)
{
	uint64_t digest = digest_counts(0, &fdb->counts);

	for (uint32_t slot = fdb_next(fdb, 0); slot != FDB_NONE; slot = fdb_next(fdb, slot + 1))
		digest = digest_entry(mix(digest, slot), &fdb->entries[slot]);
	for (uint32_t slot = fdb->by_age.first; slot != SLOT_NONE; slot = fdb->ages[slot].next)
		digest = mix(mix(digest, slot), fdb_owner_of(&fdb->owners, slot));
	return digest;
}
