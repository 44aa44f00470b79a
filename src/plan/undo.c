#include "plan/undo.h"

#include <stdlib.h>

void undo_remember_fdb(struct undo *u, const struct network *n, struct mac mac, uint64_t now)
{
	uint32_t slot = mac_is_zero(mac) ? FDB_NONE : fdb_find(n->fdb, mac, now);

	*u = (struct undo) { .network = n->id, .vni = n->vni, .mac = mac };
	if (slot != FDB_NONE) {
		u->fdb = *fdb_at(n->fdb, slot);
		u->was_there = true;
	} else if (mac_is_zero(mac)) {
		u->fdb = (struct fdb_entry) { .kind = FDB_STATIC,
					      .list = n->flood,
					      .origin = n->flood_origin };
		u->was_there = n->flood;
	}
	u->fdb.list = flood_list_hold(u->fdb.list);
}

void undo_remember_neigh(struct undo *u, const struct network *n, struct addr ip)
{
	uint32_t slot = neigh_find(n->neigh, ip);

	*u = (struct undo) { .network = n->id,
			     .vni = n->vni,
			     .is_neigh = true,
			     .was_there = slot != NEIGH_NONE,
			     .neigh.ip = ip };
	if (slot != NEIGH_NONE)
		u->neigh = *neigh_at(n->neigh, slot);
}

bool undo_remember_link(struct undo *u, const struct made *link, bool was_there)
{
	*u = (struct undo) { .network = NETWORK_NONE,
			     .was_there = was_there,
			     .link = malloc(sizeof(*link)) };
	if (u->link)
		*u->link = *link;
	return u->link;
}

bool undo_was_fixed(const struct undo *u)
{
	if (u->is_neigh)
		return u->was_there && u->neigh.until == 0;
	return u->was_there && u->fdb.kind != FDB_LEARNED;
}

void undo_forget(struct undo *u)
{
	flood_list_put(u->fdb.list);
	free(u->link);
	*u = (struct undo) { .network = NETWORK_NONE };
}

/* -- Putting back -- */

static void put_flood_back(const struct undo *u, struct network *n)
{
	flood_list_put(n->flood);
	n->flood = flood_list_hold(u->fdb.list);
	n->flood_origin = u->fdb.origin;
}

static uint32_t owner_of(const struct tables *t, struct place place)
{
	const struct peer *peer;

	if (place.kind == PLACE_PORT)
		return FDB_OWNER_PORT(place.port);
	peer = peers_at(t->peers, place.to.peer);
	return peer && !peer->stranger ? FDB_OWNER_PEER(place.to.peer.slot) : FDB_OWNER_STRANGERS;
}

/* Its place was free a moment ago: memory is asked for nothing. */
static void put_fdb_back(const struct undo *u, const struct tables *t, struct network *n,
			 uint64_t now)
{
	static const struct fdb_judgement is_new = { .change = FDB_NEW, .slot = FDB_NONE };
	const struct fdb_entry *old = &u->fdb;
	uint32_t slot = fdb_find(n->fdb, u->mac, now);

	if (slot != FDB_NONE)
		fdb_remove(n->fdb, slot);
	if (!u->was_there)
		return;
	if (old->kind == FDB_LEARNED) {
		fdb_apply(n->fdb, is_new, u->mac, old->place, owner_of(t, old->place), now);
	} else if (old->list) {
		fdb_put_group(n->fdb, u->mac, flood_list_hold(old->list), old->origin);
	} else {
		slot = fdb_put(n->fdb, u->mac, old->kind, old->place, old->origin);
		if (slot != FDB_NONE && old->said_static)
			fdb_call_static(n->fdb, slot);
	}
}

static void put_neigh_back(const struct undo *u, struct network *n)
{
	if (u->was_there)
		neigh_put(n->neigh, u->neigh);
	else
		neigh_remove(n->neigh, u->neigh.ip);
}

static struct network *network_of(const struct undo *u, const struct tables *t)
{
	struct network *n = u->network < t->network_count ? t->networks[u->network] : NULL;

	return n && n->vni == u->vni ? n : NULL;
}

void undo_take_back(struct undo *u, struct tables *t, uint64_t now)
{
	struct network *n = network_of(u, t);

	if (n && u->is_neigh)
		put_neigh_back(u, n);
	else if (n && mac_is_zero(u->mac))
		put_flood_back(u, n);
	else if (n)
		put_fdb_back(u, t, n, now);
	if (n)
		tables_expect(t, n);
	undo_forget(u);
}
