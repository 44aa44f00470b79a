/* Slot index: finds slot numbers by hash.
 *
 * Open addressing with linear probing, a power of two of cells, never more than half of them used.
 * A cell is one word: 32 bits of the key's hash, the tag, above the slot number plus one; an empty
 * cell is zero, so untouched memory is an empty index.  The tag is also the home position: a miss
 * mostly ends without looking at any record, and the index can grow or close the gap behind a
 * removed cell without knowing the keys.  There are no tombstones: an index that has seen a million
 * keys come and go is as short as a new one.
 *
 * The index compares tags only; whoever asks compares keys. */
#ifndef TABLE_SLOT_INDEX_H
#define TABLE_SLOT_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "slots.h"

enum { SLOT_INDEX_MAX = 1 << 30 }; /* slots in one index */

struct slot_index {
	uint64_t *cells;
	uint32_t mask; /* cells − 1 */
};

/* The part of a 64-bit hash that an index uses. */
static inline uint32_t slot_tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* An empty index for at most @slots entries; false when memory is short. */
bool slot_index_init(struct slot_index *index, uint32_t slots);
void slot_index_done(struct slot_index *index);

/* Makes the index large enough for @slots; false, and nothing changed, when memory is short. */
bool slot_index_reserve(struct slot_index *index, uint32_t slots);

void slot_index_add(struct slot_index *index, uint32_t tag, uint32_t slot);

/* The pair must be there. */
void slot_index_remove(struct slot_index *index, uint32_t tag, uint32_t slot);

/* The next slot with this tag, SLOT_NONE at the end.  A search begins with *@at = @tag. */
static inline uint32_t slot_index_next(const struct slot_index *index, uint32_t tag, uint32_t *at)
{
	uint64_t cell;

	while ((cell = index->cells[*at & index->mask]) != 0) {
		*at += 1;
		if (cell >> 32 == tag)
			return (uint32_t)cell - 1;
	}
	return SLOT_NONE;
}

#endif
