#include "agenda.h"

#include <assert.h>
#include <stdlib.h>

#define NOWHERE UINT32_MAX /* place of a number that is not in the heap */

struct item {
	uint32_t tick, number;
};

/* heap[i] is due no later than heap[2i + 1] and heap[2i + 2]. */
struct agenda {
	struct item *heap;
	uint32_t count;
	uint32_t *place; /* by number: where in the heap */
	uint32_t room;   /* numbers */
};

struct agenda *agenda_new(void)
{
	return calloc(1, sizeof(struct agenda));
}

void agenda_free(struct agenda *agenda)
{
	if (!agenda)
		return;
	free(agenda->heap);
	free(agenda->place);
	free(agenda);
}

bool agenda_reserve(struct agenda *agenda, uint32_t numbers)
{
	struct item *heap;
	uint32_t *place;

	if (numbers <= agenda->room)
		return true;
	heap = reallocarray(agenda->heap, numbers, sizeof(*heap));
	if (!heap)
		return false;
	agenda->heap = heap;
	place = reallocarray(agenda->place, numbers, sizeof(*place));
	if (!place)
		return false;
	agenda->place = place;
	while (agenda->room < numbers)
		place[agenda->room++] = NOWHERE;
	return true;
}

static void set(struct agenda *agenda, uint32_t at, struct item item)
{
	agenda->heap[at] = item;
	agenda->place[item.number] = at;
}

/* @item belongs at @at or nearer to the front. */
static void rise(struct agenda *agenda, uint32_t at, struct item item)
{
	for (uint32_t parent; at > 0; at = parent) {
		parent = (at - 1) / 2;
		if (agenda->heap[parent].tick <= item.tick)
			break;
		set(agenda, at, agenda->heap[parent]);
	}
	set(agenda, at, item);
}

/* @item belongs at @at or farther from the front. */
static void sink(struct agenda *agenda, uint32_t at, struct item item)
{
	for (uint32_t child; (child = 2 * at + 1) < agenda->count; at = child) {
		if (child + 1 < agenda->count &&
		    agenda->heap[child + 1].tick < agenda->heap[child].tick)
			child++;
		if (item.tick <= agenda->heap[child].tick)
			break;
		set(agenda, at, agenda->heap[child]);
	}
	set(agenda, at, item);
}

/* The place at @at is for @item, wherever it then belongs. */
static void settle(struct agenda *agenda, uint32_t at, struct item item)
{
	if (at > 0 && item.tick < agenda->heap[(at - 1) / 2].tick)
		rise(agenda, at, item);
	else
		sink(agenda, at, item);
}

static void leave(struct agenda *agenda, uint32_t number)
{
	uint32_t at = agenda->place[number];
	struct item last;

	if (at == NOWHERE)
		return;
	agenda->place[number] = NOWHERE;
	last = agenda->heap[--agenda->count];
	if (last.number != number)
		settle(agenda, at, last);
}

uint32_t agenda_due(const struct agenda *agenda, uint32_t number)
{
	assert(number < agenda->room);
	if (agenda->place[number] == NOWHERE)
		return AGENDA_NEVER;
	return agenda->heap[agenda->place[number]].tick;
}

void agenda_put(struct agenda *agenda, uint32_t number, uint32_t tick)
{
	assert(number < agenda->room);
	if (tick == AGENDA_NEVER)
		leave(agenda, number);
	else if (agenda->place[number] != NOWHERE)
		settle(agenda, agenda->place[number], (struct item) { tick, number });
	else
		rise(agenda, agenda->count++, (struct item) { tick, number });
}

bool agenda_first(const struct agenda *agenda, uint32_t *number)
{
	if (agenda->count == 0)
		return false;
	*number = agenda->heap[0].number;
	return true;
}
