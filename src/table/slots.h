/* Slots: numbered places in an array that never move, lists through them, and the pool of free
 * ones.
 *
 * Every table of this layer is an array of records with links beside it, one per slot.  A list
 * holds slot numbers instead of pointers, so an array may grow under it.  A pool hands out slots
 * given back before slots never used: memory beyond its high mark has never been touched, and a
 * large table that holds little costs little. */
#ifndef TABLE_SLOTS_H
#define TABLE_SLOTS_H

#include <stdint.h>

#define SLOT_NONE UINT32_MAX

struct slot_link {
	uint32_t prev, next; /* SLOT_NONE at the ends */
};

struct slot_list {
	uint32_t first, last; /* SLOT_NONE when empty */
};

#define SLOT_LIST_EMPTY ((struct slot_list) { SLOT_NONE, SLOT_NONE })

static inline void slot_list_append(struct slot_list *list, struct slot_link *links, uint32_t slot)
{
	links[slot] = (struct slot_link) { .prev = list->last, .next = SLOT_NONE };
	if (list->last == SLOT_NONE)
		list->first = slot;
	else
		links[list->last].next = slot;
	list->last = slot;
}

static inline void slot_list_remove(struct slot_list *list, struct slot_link *links, uint32_t slot)
{
	struct slot_link link = links[slot];

	if (link.prev == SLOT_NONE)
		list->first = link.next;
	else
		links[link.prev].next = link.next;
	if (link.next == SLOT_NONE)
		list->last = link.prev;
	else
		links[link.next].prev = link.prev;
}

/* A slot that is in no list is either in use or chained here through its link. */
struct slot_pool {
	uint32_t free; /* the one given back last */
	uint32_t high; /* slots from here on were never used */
};

#define SLOT_POOL_FRESH ((struct slot_pool) { .free = SLOT_NONE })

/* The caller knows that a slot is left. */
static inline uint32_t slot_pool_take(struct slot_pool *pool, const struct slot_link *links)
{
	uint32_t slot = pool->free;

	if (slot == SLOT_NONE)
		return pool->high++;
	pool->free = links[slot].next;
	return slot;
}

static inline void slot_pool_give(struct slot_pool *pool, struct slot_link *links, uint32_t slot)
{
	links[slot].next = pool->free;
	pool->free = slot;
}

#endif
