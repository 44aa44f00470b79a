/* Agenda: whose tables are to be looked at when.
 *
 * Numbers (networks' ids) ordered by the tick at which something of theirs may be past its age: a
 * binary heap, and for each number its place in it.  Who has nothing that ages is not in it, and
 * costs nothing.  Memory is asked for with agenda_reserve() only. */
#ifndef TABLE_AGENDA_H
#define TABLE_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#define AGENDA_NEVER UINT32_MAX /* a tick that does not come */

struct agenda;

struct agenda *agenda_new(void); /* NULL when memory is short */
void agenda_free(struct agenda *agenda);

/* Has room for the numbers below @numbers; false when memory is short. */
bool agenda_reserve(struct agenda *agenda, uint32_t numbers);

/* The tick at which @number is due, AGENDA_NEVER when it is not on the agenda. */
uint32_t agenda_due(const struct agenda *agenda, uint32_t number);

/* @number is due at @tick, whenever it was due before; with AGENDA_NEVER it leaves. */
void agenda_put(struct agenda *agenda, uint32_t number, uint32_t tick);

/* One that is due first, in *@number; false when nothing is on the agenda. */
bool agenda_first(const struct agenda *agenda, uint32_t *number);

#endif
