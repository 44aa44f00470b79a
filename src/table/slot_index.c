#include "slot_index.h"

#include <assert.h>

#include "pages.h"

static size_t cells_for(uint32_t slots)
{
	size_t cells = 16;

	while (cells / 2 < slots)
		cells *= 2;
	return cells;
}

bool slot_index_init(struct slot_index *index, uint32_t slots)
{
	size_t cells = cells_for(slots);

	index->cells = slots <= SLOT_INDEX_MAX ? pages_new(cells, sizeof(*index->cells)) : NULL;
	index->mask = (uint32_t)(cells - 1);
	return index->cells != NULL;
}

void slot_index_done(struct slot_index *index)
{
	pages_free(index->cells, (size_t)index->mask + 1, sizeof(*index->cells));
}

bool slot_index_reserve(struct slot_index *index, uint32_t slots)
{
	struct slot_index larger;

	if (cells_for(slots) <= (size_t)index->mask + 1)
		return true;
	if (!slot_index_init(&larger, slots))
		return false;
	for (size_t i = 0; i <= index->mask; i++) {
		uint64_t cell = index->cells[i];

		if (cell != 0)
			slot_index_add(&larger, (uint32_t)(cell >> 32), (uint32_t)cell - 1);
	}
	slot_index_done(index);
	*index = larger;
	return true;
}

static uint64_t cell_of(uint32_t tag, uint32_t slot)
{
	return (uint64_t)tag << 32 | (slot + 1);
}

void slot_index_add(struct slot_index *index, uint32_t tag, uint32_t slot)
{
	uint32_t at = tag & index->mask;

	while (index->cells[at] != 0)
		at = (at + 1) & index->mask;
	index->cells[at] = cell_of(tag, slot);
}

/* Fills the gap at @gap: a later cell of the run moves up when its home is not behind the gap,
 * which leaves a new gap where it stood. */
static void close_gap(struct slot_index *index, uint32_t gap)
{
	uint32_t at = gap;
	uint64_t cell;

	for (;;) {
		at = (at + 1) & index->mask;
		cell = index->cells[at];
		if (cell == 0)
			break;

		uint32_t from_home = (at - (uint32_t)(cell >> 32)) & index->mask;
		uint32_t from_gap = (at - gap) & index->mask;

		if (from_home >= from_gap) {
			index->cells[gap] = cell;
			gap = at;
		}
	}
	index->cells[gap] = 0;
}

void slot_index_remove(struct slot_index *index, uint32_t tag, uint32_t slot)
{
	uint64_t cell = cell_of(tag, slot);
	uint32_t at = tag & index->mask;

	while (index->cells[at] != cell) {
		assert(index->cells[at] != 0);
		at = (at + 1) & index->mask;
	}
	close_gap(index, at);
}
