/* Flooded frames that wait to be copied to every destination of their list.
 *
 * An entry owns a copy of the frame and a use of the list, so neither the port's slot nor the
 * network's next reload matters to it.  Networks take turns, one copy each; within a network frames
 * leave in order.  Destinations whose peer is gone are passed over.
 *
 * The queue has twice ENGINE_FLOOD_SLOTS, and a network may have no more frames waiting than are
 * free: one that floods without end gets half of it, and whoever comes then still finds room. */
#ifndef ENGINE_FLOOD_H
#define ENGINE_FLOOD_H

#include "encap.h"

struct engine;
struct floods;

struct floods *floods_new(void); /* NULL when memory is short */
void floods_free(struct floods *fl);

/* Makes sure that frames of @network can wait; false when memory is short. */
bool floods_reserve(struct floods *fl, uint32_t network);

/* Queues a copy of the frame for the destinations of @list.  False when the queue is full, or
 * full for this network. */
bool floods_add(struct floods *fl, const struct outgoing *o, struct flood_list *list);

/* Forgets what waits for @network. */
void floods_cancel(struct floods *fl, uint32_t network);

bool floods_waiting(const struct floods *fl);

/* Puts at most ENGINE_FLOOD_MESSAGES copies into runs. */
void floods_leave(struct engine *e, uint64_t now);

#endif
