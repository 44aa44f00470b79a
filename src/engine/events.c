#include "engine/events.h"

void event_push(struct event_ring *ring, const struct event *event)
{
	if (ring->count == EVENT_RING) {
		ring->lost++;
		return;
	}
	ring->slot[(ring->first + ring->count) % EVENT_RING] = *event;
	ring->count++;
}

bool event_pop(struct event_ring *ring, struct event *out)
{
	if (ring->count == 0)
		return false;
	*out = ring->slot[ring->first];
	ring->first = (ring->first + 1) % EVENT_RING;
	ring->count--;
	return true;
}
