/* Ageing of all networks' tables: a matter of what is due.
 *
 * A network is on the agenda while it has an entry that ages, for a tick that is not later than when
 * the earliest of them may go.  Entries are refreshed without a word to the agenda: that only makes
 * the tick too early, and the visit finds out when to come again.  Whoever is visited comes again a
 * second later at the earliest, so that one with more than its share does not keep others waiting. */
#include "base/clock.h"
#include "tables_parts.h"

static uint32_t earlier(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* When something of @n may be past its age. */
static uint32_t due_of(const struct network *n)
{
	return earlier(fdb_due(n->fdb), neigh_due(n->neigh));
}

void tables_expect(struct tables *t, const struct network *n)
{
	uint32_t due = due_of(n);

	if (due < agenda_due(t->agenda, n->id))
		agenda_put(t->agenda, n->id, due);
}

void tables_expect_all(struct tables *t)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id])
			tables_expect(t, t->networks[id]);
}

/* Returns the steps it took: one, and one for every slot that was looked at. */
static uint32_t visit(struct tables *t, struct network *n, uint64_t now)
{
	uint32_t steps =
		1 + fdb_age(n->fdb, now, TABLES_AGED) + neigh_age(n->neigh, now, TABLES_AGED);
	uint32_t due = due_of(n);

	if (due != AGENDA_NEVER)
		due = later(due, clock_tick(now) + 1);
	agenda_put(t->agenda, n->id, due);
	return steps;
}

uint32_t tables_age(struct tables *t, uint64_t now, uint32_t budget)
{
	uint32_t steps = 0, id;

	while (steps < budget && agenda_first(t->agenda, &id) &&
	       agenda_due(t->agenda, id) <= clock_tick(now))
		steps += visit(t, t->networks[id], now);
	return steps;
}
