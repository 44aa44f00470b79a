/* What a network that changes has from the one it was. */
#include <assert.h>
#include <string.h>

#include "table/bindings.h"
#include "tables_parts.h"

struct keeping {
	const struct origins *origins;
	const struct network *n, *old;
};

static bool is_same_port(const struct network_port *a, const struct network_port *b)
{
	return a->used && b->used && a->speaks == b->speaks && mac_equal(a->mac, b->mac) &&
	       strcmp(a->name, b->name) == 0;
}

/* Strangers may speak where anybody may. */
static bool may_still_speak(const struct network *n, const struct fdb_entry *entry, uint32_t owner)
{
	return !n->members ||
	       (owner != FDB_OWNER_STRANGERS && peer_set_has(n->members, entry->place.to.peer));
}

static bool keeps(const void *context, const struct fdb_entry *entry, uint32_t owner)
{
	const struct keeping *k = context;
	uint32_t port = entry->place.port;

	if (entry->kind != FDB_LEARNED && origin_is_line(k->origins, entry->origin))
		return false;
	if (!entry->list && entry->place.kind == PLACE_PORT)
		return is_same_port(&k->n->ports[port], &k->old->ports[port]);
	return entry->kind != FDB_LEARNED || may_still_speak(k->n, entry, owner);
}

static bool inherit_neighbours(const struct keeping *k, struct network *n)
{
	const struct neigh *from = k->old->neigh;

	for (uint32_t slot = neigh_next(from, 0); slot != NEIGH_NONE;
	     slot = neigh_next(from, slot + 1)) {
		const struct neigh_entry *entry = neigh_at(from, slot);

		if (!origin_is_line(k->origins, entry->origin) &&
		    neigh_find(n->neigh, entry->ip) == NEIGH_NONE && !neigh_put(n->neigh, *entry))
			return false;
	}
	return true;
}

/* Clients keep what they have, wherever the network still gives out addresses. */
static void inherit_bindings(struct network *n, const struct network *old)
{
	if (n->bindings && old->bindings)
		bindings_adopt(n->bindings, old->bindings);
}

/* Room in the running tables is nothing that can be seen.  One more for the own entry of a port. */
bool tables_inherit(const struct tables *beside, struct network *n, const struct network *old)
{
	struct keeping k = { .origins = beside->origins, .n = n, .old = old };

	inherit_bindings(n, old);
	if (n->keeps_tables)
		return fdb_reserve(old->fdb, fdb_counts(n->fdb)->fixed + 1) &&
		       neigh_reserve(old->neigh, neigh_count(n->neigh));
	return fdb_adopt(n->fdb, old->fdb, keeps, &k) && inherit_neighbours(&k, n);
}

static void restate_neighbours(const struct tables *t, struct neigh *neigh,
			       const struct neigh *from)
{
	for (uint32_t slot = neigh_next(neigh, 0); slot != NEIGH_NONE;
	     slot = neigh_next(neigh, slot + 1)) {
		const struct neigh_entry *entry = neigh_at(neigh, slot);

		if (origin_is_line(t->origins, entry->origin))
			neigh_remove(neigh, entry->ip);
	}
	for (uint32_t slot = neigh_next(from, 0); slot != NEIGH_NONE;
	     slot = neigh_next(from, slot + 1)) {
		bool put = neigh_put(neigh, *neigh_at(from, slot));

		assert(put);
	}
}

/* The running tables become what is wanted, and @old is left with what @n needed until now. */
void network_take_tables(const struct tables *t, struct network *n, struct network *old)
{
	struct keeping k = { .origins = t->origins, .n = n, .old = old };
	struct fdb *fdb = old->fdb;
	struct neigh *neigh = old->neigh;

	fdb_restate(fdb, n->fdb, keeps, &k);
	restate_neighbours(t, neigh, n->neigh);
	old->fdb = n->fdb;
	old->neigh = n->neigh;
	n->fdb = fdb;
	n->neigh = neigh;
	n->keeps_tables = false;
}
