#include "decide.h"

struct verdict verdict_start(uint32_t network)
{
	return (struct verdict) {
		.action = ACTION_DROP,
		.network = network,
		.from_port = PORT_NONE,
		.port = PORT_NONE,
		.fdb_slot = FDB_NONE,
		.neigh_slot = NEIGH_NONE,
		.effects.source = { .change = FDB_NOTHING, .slot = FDB_NONE },
	};
}

bool verdict_drop(struct verdict *v, enum drop_reason reason)
{
	v->action = ACTION_DROP;
	v->reason = reason;
	return false;
}

const struct fdb_entry *verdict_entry(struct verdict *v, const struct network *n, uint32_t slot)
{
	const struct fdb_entry *entry = fdb_at(n->fdb, slot);

	v->fdb_slot = slot;
	v->origin = entry->origin;
	return entry;
}

static bool refuse(struct verdict *v, const struct network *n, enum drop_reason reason)
{
	verdict_entry(v, n, v->effects.source.slot);
	return verdict_drop(v, reason);
}

/* The place of an entry may be a stranger that was forgotten since: nobody can be there. */
static bool is_nowhere(const struct tables *t, const struct network *n, uint32_t slot)
{
	const struct place *place = &fdb_at(n->fdb, slot)->place;

	return place->kind == PLACE_PEER && !peers_at(t->peers, place->to.peer);
}

bool source_belongs(struct verdict *v, const struct tables *t, const struct network *n,
		    struct mac mac, bool learn, uint64_t now)
{
	struct fdb_judgement *source = &v->effects.source;

	*source = fdb_judge(n->fdb, mac, v->effects.place, learn, now);
	/* A frozen entry would hold the MAC where it is not, against whoever has it. */
	if ((source->change == FDB_FREEZE || source->change == FDB_FROZEN) &&
	    is_nowhere(t, n, source->slot))
		source->change = FDB_MOVE;

	switch (v->effects.source.change) {
	case FDB_NOTHING:
	case FDB_REFRESH:
	case FDB_NEW:
	case FDB_MOVE:
		return true;
	case FDB_FREEZE:
	case FDB_FROZEN:
		return refuse(v, n, DROP_MAC_FROZEN);
	case FDB_CONFLICT:
		return refuse(v, n, DROP_ENTRY_EXISTS);
	case FDB_LOOP:
		return refuse(v, n, DROP_LOCAL_MAC);
	}
	return true;
}

bool port_open(const struct network *n, uint32_t port)
{
	return port < n->ports_end && n->ports[port].used && n->ports[port].up;
}

bool other_port_open(const struct network *n, uint32_t except)
{
	for (uint32_t port = 0; port < n->ports_end; port++)
		if (port != except && port_open(n, port))
			return true;
	return false;
}
