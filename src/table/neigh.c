#include "table/neigh.h"

#include <assert.h>
#include <stdlib.h>

#include "addr_tag.h"
#include "base/clock.h"

enum { NEIGH_ROOM = 16 }; /* at first; doubles when full */

struct neigh {
	struct hash_secret secret;
	struct slot_index index;     /* address → slot */
	struct neigh_entry *entries; /* a free slot's address is ADDR_NONE */
	struct slot_link *links;
	struct slot_pool pool;
	uint32_t room;
	uint32_t count;
	uint32_t passing; /* entries that are not permanent */
	uint32_t aged_to; /* slot at which neigh_age() goes on */
};

static bool reserve(struct neigh *neigh, uint32_t room)
{
	struct neigh_entry *entries = reallocarray(neigh->entries, room, sizeof(*entries));

	if (!entries)
		return false;
	neigh->entries = entries;

	struct slot_link *links = reallocarray(neigh->links, room, sizeof(*links));

	if (!links)
		return false;
	neigh->links = links;
	if (!slot_index_reserve(&neigh->index, room))
		return false;
	neigh->room = room;
	return true;
}

struct neigh *neigh_new(struct hash_secret secret)
{
	struct neigh *neigh = calloc(1, sizeof(*neigh));

	if (!neigh)
		return NULL;
	neigh->secret = secret;
	neigh->pool = SLOT_POOL_FRESH;
	if (slot_index_init(&neigh->index, NEIGH_ROOM) && reserve(neigh, NEIGH_ROOM))
		return neigh;
	neigh_free(neigh);
	return NULL;
}

void neigh_free(struct neigh *neigh)
{
	if (!neigh)
		return;
	slot_index_done(&neigh->index);
	free(neigh->entries);
	free(neigh->links);
	free(neigh);
}

uint32_t neigh_find(const struct neigh *neigh, struct addr ip)
{
	uint32_t tag = addr_tag(neigh->secret, ip), at = tag, slot;

	while ((slot = slot_index_next(&neigh->index, tag, &at)) != SLOT_NONE)
		if (addr_equal(neigh->entries[slot].ip, ip))
			break;
	return slot;
}

const struct neigh_entry *neigh_at(const struct neigh *neigh, uint32_t slot)
{
	assert(slot < neigh->pool.high);
	return &neigh->entries[slot];
}

uint32_t neigh_count(const struct neigh *neigh)
{
	return neigh->count;
}

uint32_t neigh_next(const struct neigh *neigh, uint32_t slot)
{
	for (; slot < neigh->pool.high; slot++)
		if (neigh->entries[slot].ip.family != ADDR_NONE)
			return slot;
	return NEIGH_NONE;
}

uint32_t neigh_end(const struct neigh *neigh)
{
	return neigh->pool.high;
}

bool neigh_put(struct neigh *neigh, struct neigh_entry entry)
{
	uint32_t slot = neigh_find(neigh, entry.ip);

	assert(entry.ip.family != ADDR_NONE);
	if (slot == NEIGH_NONE) {
		if (neigh->count == neigh->room && !reserve(neigh, neigh->room * 2))
			return false;
		slot = slot_pool_take(&neigh->pool, neigh->links);
		slot_index_add(&neigh->index, addr_tag(neigh->secret, entry.ip), slot);
		neigh->count++;
	} else {
		neigh->passing -= neigh->entries[slot].until != 0;
	}
	neigh->passing += entry.until != 0;
	neigh->entries[slot] = entry;
	return true;
}

bool neigh_reserve(struct neigh *neigh, uint32_t more)
{
	uint32_t needed = neigh->count + more;

	return needed <= neigh->room || reserve(neigh, needed);
}

bool neigh_remove(struct neigh *neigh, struct addr ip)
{
	uint32_t slot = neigh_find(neigh, ip);

	if (slot == NEIGH_NONE)
		return false;
	slot_index_remove(&neigh->index, addr_tag(neigh->secret, ip), slot);
	neigh->passing -= neigh->entries[slot].until != 0;
	neigh->entries[slot].ip.family = ADDR_NONE;
	slot_pool_give(&neigh->pool, neigh->links, slot);
	neigh->count--;
	return true;
}

void neigh_age(struct neigh *neigh, uint64_t now, uint32_t budget)
{
	for (; neigh->passing && budget && neigh->pool.high; budget--) {
		uint32_t slot = neigh->aged_to % neigh->pool.high;
		const struct neigh_entry *entry = &neigh->entries[slot];

		neigh->aged_to = slot + 1;
		if (entry->ip.family != ADDR_NONE && entry->until &&
		    clock_tick(now) >= entry->until)
			neigh_remove(neigh, entry->ip);
	}
}
