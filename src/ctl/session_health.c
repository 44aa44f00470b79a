/* What a diagnosis goes by (ctl/doctor.h): each network and its members, each endpoint, each stray. */
#include <string.h>

#include "base/clock.h"
#include "item.h"
#include "session_parts.h"

enum { LOOKED = 1 };

static json_t *begin_item(const char *kind)
{
	json_t *item = json_object();

	json_object_set_new(item, "kind", json_string(kind));
	return item;
}

static json_t *seconds_since(uint32_t tick, uint64_t now)
{
	return tick ? json_integer(clock_tick(now) - tick) : json_null();
}

/* -- A network -- */

static uint32_t first_port(const struct network *n)
{
	for (uint32_t i = 0; i < n->ports_end; i++)
		if (n->ports[i].used)
			return i;
	return PORT_NONE;
}

/* Entries that lead elsewhere and were put there by hand: all that are fixed but our devices' own. */
static uint32_t static_entries(const struct network *n)
{
	uint32_t own = 0;

	for (uint32_t i = 0; i < n->ports_end; i++)
		own += n->ports[i].used && n->ports[i].speaks;
	return fdb_counts(n->fdb)->fixed > own ? fdb_counts(n->fdb)->fixed - own : 0;
}

/* The name that the file gives its device; NULL: none. */
static const char *wanted_device(const struct switch_view *view, const struct network *n)
{
	uint32_t hint = 0;
	const struct plan_network *wanted =
		view->plan ? plan_find_network(view->plan, n->name, &hint) : NULL;

	return wanted ? wanted->config->device : NULL;
}

/* A device that is gone has left its port: then only the file still has its name. */
static void set_device(json_t *item, const struct switch_view *view, const struct network *n)
{
	uint32_t port = first_port(n);
	const char *wanted = wanted_device(view, n);
	struct link_view link;
	bool has = port != PORT_NONE, known = has && view->link(view->context, n->id, port, &link);

	json_object_set_new(item, "device", json_text(has ? n->ports[port].name : wanted));
	json_object_set_new(item, "gone", json_boolean(has ? !n->ports[port].up : wanted != NULL));
	json_object_set_new(item, "down", json_boolean(known && !link.up));
}

/* The group among the destinations of the flood list. */
static json_t *group_of(const struct tables *t, const struct network *n)
{
	char ip[ADDR_TEXT];

	for (uint32_t i = 0; n->flood && i < n->flood->count; i++) {
		const struct peer *peer = peers_at(t->peers, n->flood->to[i].peer);

		if (peer && addr_is_multicast(peer->addr))
			return json_string(addr_text(peer->addr, ip));
	}
	return json_null();
}

static json_t *item_of_network(const struct switch_view *view, const struct network *n,
			       uint64_t now)
{
	const struct drops *drops = &n->count.drops;
	json_t *item = begin_item("network");

	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "vni", json_integer(n->vni));
	json_object_set_new(item, "port", json_integer(n->port));
	json_object_set_new(item, "mtu", json_integer(n->mtu));
	json_object_set_new(item, "group", group_of(view->tables, n));
	set_device(item, view, n);
	json_object_set_new(item, "learning", json_boolean(n->learning));
	json_object_set_new(item, "flood", json_integer(n->flood ? n->flood->count : 0));
	json_object_set_new(item, "static", json_integer(static_entries(n)));
	json_object_set_new(item, "received", json_integer((json_int_t)n->count.rx_frames));
	json_object_set_new(item, "bad_checksums",
			    json_integer((json_int_t)n->count.bad_checksums));
	json_object_set_new(item, "port_down",
			    json_integer((json_int_t)drops->count[DROP_PORT_DOWN]));
	json_object_set_new(item, "no_remote",
			    json_integer((json_int_t)drops->count[DROP_NO_REMOTE]));
	json_object_set_new(item, "repeated", seconds_since(clock_tick(n->repeats.found), now));
	return item;
}

/* -- A member -- */

static void set_peer(json_t *item, const struct switch_view *view, struct addr addr, uint64_t now)
{
	const struct peer *peer = NULL;
	struct peer_ref ref;
	const char *error = NULL;

	if (peers_find(view->tables->peers, addr, &ref))
		peer = peers_at(view->tables->peers, ref);
	if (peer && peer->count.errors)
		error = strerrorname_np(peer->count.last_error);
	json_object_set_new(item, "heard", seconds_since(peer ? peer->heard : 0, now));
	json_object_set_new(item, "errors",
			    json_integer(peer ? (json_int_t)peer->count.errors : 0));
	json_object_set_new(item, "last_error", json_text(error));
	json_object_set_new(item, "lost", json_boolean(peer && peer_is_lost(peer, now)));
}

static bool put_member(const struct switch_view *view, const struct network *n, uint32_t node,
		       uint64_t now, struct text *out)
{
	uint32_t hint = 0;
	const struct plan_network *wanted = plan_find_network(view->plan, n->name, &hint);
	struct plan_reach reach;
	char ip[ADDR_TEXT];
	json_t *item;

	if (!wanted || !plan_reach(view->plan, wanted, node, &reach))
		return false;
	item = begin_item("member");
	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "node", json_text(view->plan->cluster->nodes[node].name));
	json_object_set_new(item, "address", json_string(addr_text(reach.addr, ip)));
	json_object_set_new(item, "port", json_integer(reach.port ? reach.port : n->port));
	set_peer(item, view, reach.addr, now);
	item_put(out, item);
	return true;
}

unsigned health_unit(struct session *s, const struct switch_view *view, const struct network *n,
		     uint64_t now, struct text *out)
{
	uint32_t slot = s->slot++;

	if (slot == 0) {
		item_put(out, item_of_network(view, n, now));
		return SESSION_LINK;
	}
	if (!view->plan || slot > view->plan->cluster->node_count)
		return 0;
	return put_member(view, n, slot - 1, now, out) ? SESSION_ITEM : LOOKED;
}

/* -- What is no network's -- */

static unsigned endpoint_unit(const struct switch_view *view, uint16_t number, struct text *out)
{
	const struct endpoint *e = &view->tables->endpoints[number];
	struct endpoint_view seen = { 0 };
	char ip[ADDR_TEXT];
	json_t *item;

	if (!view->endpoint || !view->endpoint(view->context, number, &seen))
		return LOOKED;
	item = begin_item("endpoint");
	json_object_set_new(item, "address", json_string(addr_text(e->addr, ip)));
	json_object_set_new(item, "port", json_integer(e->port));
	json_object_set_new(item, "interface", json_text(seen.interface));
	json_object_set_new(item, "no_address", json_boolean(seen.no_address));
	json_object_set_new(item, "no_interface", json_boolean(seen.no_interface));
	item_put(out, item);
	return SESSION_ITEM;
}

static unsigned stray_unit(const struct switch_view *view, const struct stray *stray, uint64_t now,
			   struct text *out)
{
	uint32_t node;
	char ip[ADDR_TEXT];
	json_t *item;

	if (stray->from.family == ADDR_NONE)
		return LOOKED;
	node = view->plan ? plan_node_at(view->plan, stray->from) : NODE_NONE;
	item = begin_item("stray");
	json_object_set_new(item, "address", json_string(addr_text(stray->from, ip)));
	json_object_set_new(
		item, "node",
		json_text(node == NODE_NONE ? NULL : view->plan->cluster->nodes[node].name));
	json_object_set_new(item, "vni", json_integer(stray->vni));
	json_object_set_new(item, "port", json_integer(stray->port));
	json_object_set_new(item, "reason", json_string(drop_name(stray->reason)));
	json_object_set_new(item, "count", json_integer((json_int_t)stray->count));
	json_object_set_new(item, "ago", seconds_since(stray->tick, now));
	item_put(out, item);
	return SESSION_ITEM;
}

static unsigned etcd_unit(const struct etcd_view *etcd, struct text *out)
{
	json_t *item = begin_item("etcd");

	json_object_set_new(item, "leased", json_boolean(etcd->held));
	json_object_set_new(item, "nodes", json_integer((json_int_t)etcd->nodes));
	json_object_set_new(item, "trouble", json_text(*etcd->trouble ? etcd->trouble : NULL));
	item_put(out, item);
	return SESSION_ITEM;
}

unsigned health_rest(struct session *s, const struct switch_view *view, uint64_t now,
		     struct text *out)
{
	uint32_t endpoints = view->tables->endpoint_count, slot = s->slot++;

	if (slot < endpoints)
		return endpoint_unit(view, (uint16_t)slot, out);
	if (slot < endpoints + STRAYS)
		return stray_unit(view, &view->tables->strays.of[slot - endpoints], now, out);
	return slot == endpoints + STRAYS && view->etcd ? etcd_unit(view->etcd, out) : 0;
}
