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
	uint32_t aged_to; /* slot at which neigh_age() goes on */
	uint32_t due;     /* no entry's time is over before this tick */
	uint32_t next;    /* the same of the entries that the round has passed */
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
	neigh->due = neigh->next = UINT32_MAX;
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

/* A round that is under way may have passed its slot already. */
static void expect(struct neigh *neigh, const struct neigh_entry *entry)
{
	if (entry->until == 0)
		return;
	if (entry->until < neigh->due)
		neigh->due = entry->until;
	if (neigh->aged_to > 0 && entry->until < neigh->next)
		neigh->next = entry->until;
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
	}
	neigh->entries[slot] = entry;
	expect(neigh, &entry);
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
	neigh->entries[slot].ip.family = ADDR_NONE;
	slot_pool_give(&neigh->pool, neigh->links, slot);
	neigh->count--;
	return true;
}

uint32_t neigh_due(const struct neigh *neigh)
{
	return neigh->due;
}

/* All slots were looked at since the last time: what is left says when to begin again. */
static void end_round(struct neigh *neigh)
{
	neigh->aged_to = 0;
	neigh->due = neigh->next;
	neigh->next = UINT32_MAX;
}

/* Forgets the entry when its time is over, and else remembers when it will be. */
static void age(struct neigh *neigh, const struct neigh_entry *entry, uint32_t tick)
{
	if (entry->ip.family == ADDR_NONE || entry->until == 0)
		return;
	if (tick >= entry->until)
		neigh_remove(neigh, entry->ip);
	else if (entry->until < neigh->next)
		neigh->next = entry->until;
}

uint32_t neigh_age(struct neigh *neigh, uint64_t now, uint32_t budget)
{
	uint32_t looked = 0, tick = clock_tick(now);

	for (; looked < budget && neigh->due <= tick; looked++) {
		age(neigh, &neigh->entries[neigh->aged_to++], tick);
		if (neigh->aged_to == neigh->pool.high)
			end_round(neigh);
	}
	return looked;
}
