/* Walking the tables. */
#include <errno.h>

#include "base/clock.h"
#include "item.h"
#include "session_parts.h"

enum { LOOKED = 1 }; /* the cost of a slot that had nothing */

/* -- FDB: the flood list, then the slots, of which some have lists -- */

static bool list_unit(struct session *s, const struct switch_view *view, const struct network *n,
		      struct mac mac, const struct flood_list *list, uint32_t origin,
		      struct text *out)
{
	if (!list || s->item >= list->count) {
		s->item = 0;
		return false;
	}
	item_put(out, item_of_list(view->tables, n, mac, list->to[s->item++], origin));
	return true;
}

static unsigned fdb_slot_unit(struct session *s, const struct switch_view *view,
			      const struct network *n, uint64_t now, struct text *out)
{
	const struct fdb_entry *entry = fdb_at(n->fdb, s->slot);

	if (entry->kind != FDB_FREE && entry->list &&
	    list_unit(s, view, n, entry->mac, entry->list, entry->origin, out))
		return SESSION_ITEM;
	s->slot++;
	if (entry->kind == FDB_FREE || entry->list)
		return LOOKED;
	item_put(out, item_of_entry(view->tables, n, entry, now));
	return SESSION_ITEM;
}

static unsigned fdb_unit(struct session *s, const struct switch_view *view, const struct network *n,
			 uint64_t now, struct text *out)
{
	if (!s->lists_done) {
		if (list_unit(s, view, n, (struct mac) { { 0 } }, n->flood, n->flood_origin, out))
			return SESSION_ITEM;
		s->lists_done = true;
	}
	return s->slot < fdb_end(n->fdb) ? fdb_slot_unit(s, view, n, now, out) : 0;
}

/* -- The others -- */

static unsigned neigh_unit(struct session *s, const struct switch_view *view,
			   const struct network *n, struct text *out)
{
	const struct neigh_entry *entry;

	if (s->slot >= neigh_end(n->neigh))
		return 0;
	entry = neigh_at(n->neigh, s->slot++);
	if (entry->ip.family == ADDR_NONE)
		return LOOKED;
	item_put(out, item_of_neigh(view->tables, n, entry));
	return SESSION_ITEM;
}

static unsigned dhcp_unit(struct session *s, const struct network *n, uint64_t now,
			  struct text *out)
{
	const struct bindings *b = n->bindings;

	if (!b || s->slot >= bindings_end(b))
		return 0;
	if (!bindings_in_use(b, s->slot, clock_tick(now))) {
		s->slot++;
		return LOOKED;
	}
	item_put(out, item_of_binding(n, s->slot++, now));
	return SESSION_ITEM;
}

static unsigned link_unit(struct session *s, const struct switch_view *view,
			  const struct network *n, struct text *out)
{
	while (s->slot < n->ports_end && !n->ports[s->slot].used)
		s->slot++;
	if (s->slot >= n->ports_end && n->ports_end > 0)
		return 0;
	if (n->ports_end == 0 && s->slot > 0)
		return 0;
	item_put(out, item_of_link(view, n, n->ports_end ? s->slot : PORT_NONE));
	s->slot++;
	return SESSION_LINK;
}

static unsigned stats_unit(struct session *s, const struct network *n, struct text *out)
{
	if (s->slot++ > 0)
		return 0;
	item_put(out, item_of_stats(n, command_has(&s->command, PART_DROPS)));
	return 4 * SESSION_ITEM;
}

unsigned show_unit(struct session *s, const struct switch_view *view, struct network *n,
		   uint64_t now, struct text *out)
{
	switch (s->command.verb->id) {
	case VERB_FDB_SHOW:
		return fdb_unit(s, view, n, now, out);
	case VERB_NEIGH_SHOW:
		return neigh_unit(s, view, n, out);
	case VERB_DHCP_SHOW:
		return dhcp_unit(s, n, now, out);
	case VERB_LINK_SHOW:
		return link_unit(s, view, n, out);
	case VERB_STATS:
		return stats_unit(s, n, out);
	case VERB_HEALTH:
		return health_unit(s, view, n, now, out);
	default:
		return 0;
	}
}

/* -- What is no network's -- */

static unsigned peer_unit(struct session *s, const struct switch_view *view, uint64_t now,
			  struct text *out)
{
	const struct peers *peers = view->tables->peers;
	struct peer_ref ref;

	if (!peers_next(peers, s->slot, &ref))
		return 0;
	s->slot = ref.slot + 1;
	item_put(out, item_of_peer(peers_at(peers, ref), now));
	return SESSION_ITEM;
}

static unsigned once(struct session *s, json_t *(*make)(const struct switch_view *view),
		     const struct switch_view *view, struct text *out)
{
	if (s->found)
		return 0;
	s->found = true;
	item_put(out, make(view));
	return SESSION_ITEM;
}

static json_t *make_stray(const struct switch_view *view)
{
	return item_of_stray(view->tables);
}

unsigned show_rest(struct session *s, const struct switch_view *view, uint64_t now,
		   struct text *out)
{
	switch (s->command.verb->id) {
	case VERB_PEER_SHOW:
		return peer_unit(s, view, now, out);
	case VERB_STATS:
		return command_has(&s->command, PART_DEV) ? 0 : once(s, make_stray, view, out);
	case VERB_STATUS:
		return once(s, item_of_status, view, out);
	case VERB_HEALTH:
		return health_rest(s, view, now, out);
	default:
		return 0;
	}
}

/* -- One entry -- */

static int get_fdb(const struct command *c, const struct switch_view *view, const struct network *n,
		   uint64_t now, struct text *out)
{
	const struct tables *t = view->tables;
	uint32_t slot = fdb_find(n->fdb, c->mac, now);
	const struct fdb_entry *entry;

	if (mac_is_zero(c->mac) && n->flood) {
		item_put(out, item_of_list(t, n, c->mac, n->flood->to[0], n->flood_origin));
		return 0;
	}
	if (mac_is_zero(c->mac) || slot == FDB_NONE)
		return -ENOENT;
	entry = fdb_at(n->fdb, slot);
	item_put(out, entry->list ? item_of_list(t, n, c->mac, entry->list->to[0], entry->origin)
				  : item_of_entry(t, n, entry, now));
	return 0;
}

/* As the kernel does, a list is answered with the first of its destinations. */
int get(const struct command *c, const struct switch_view *view, const struct network *n,
	uint64_t now, struct text *out, char why[COMMAND_WHY])
{
	bool fdb = c->verb->id == VERB_FDB_GET;
	uint32_t slot = fdb ? NEIGH_NONE : neigh_find(n->neigh, c->ip);

	if (fdb && get_fdb(c, view, n, now, out) == 0)
		return 0;
	snprintf(why, COMMAND_WHY, fdb ? "Fdb entry not found." : "Neighbour entry not found.");
	if (slot == NEIGH_NONE)
		return -ENOENT;
	item_put(out, item_of_neigh(view->tables, n, neigh_at(n->neigh, slot)));
	return 0;
}
