#include <stdio.h>

#include "item.h"

static json_t *flags_of(const struct link_view *link)
{
	json_t *flags = json_array();

	json_array_append_new(flags, json_string("BROADCAST"));
	if (link->multicast)
		json_array_append_new(flags, json_string("MULTICAST"));
	if (link->up)
		json_array_append_new(flags, json_string("UP"));
	if (link->running)
		json_array_append_new(flags, json_string("LOWER_UP"));
	return flags;
}

static json_t *counts_of(const uint64_t counts[LINK_VIEW_COUNTS], const char *over,
			 const char *special)
{
	const char *const keys[LINK_VIEW_COUNTS] = { "bytes",   "packets", "errors",
						     "dropped", over,      special };
	json_t *object = json_object();

	for (size_t i = 0; i < LINK_VIEW_COUNTS; i++)
		json_object_set_new(object, keys[i], json_integer((json_int_t)counts[i]));
	return object;
}

static json_t *stats_of(const struct link_view *link)
{
	return json_pack("{s:o, s:o}", "rx", counts_of(link->rx, "over_errors", "multicast"), "tx",
			 counts_of(link->tx, "carrier_errors", "collisions"));
}

static void set_device(json_t *item, const struct switch_view *view, const struct network *n,
		       uint32_t port)
{
	struct link_view link = { 0 };
	bool known = view->link(view->context, n->id, port, &link);
	char mac[MAC_TEXT];

	json_object_set_new(item, "ifindex", known ? json_integer(link.index) : json_null());
	json_object_set_new(item, "ifname", json_text(n->ports[port].name));
	json_object_set_new(item, "flags", known ? flags_of(&link) : json_array());
	json_object_set_new(item, "mtu", json_integer(n->ports[port].mtu));
	json_object_set_new(item, "operstate",
			    json_string(!known                    ? "UNKNOWN"
					: link.up && link.running ? "UP"
								  : "DOWN"));
	json_object_set_new(item, "link_type", json_string("ether"));
	json_object_set_new(item, "address", json_string(mac_text(n->ports[port].mac, mac)));
	json_object_set_new(item, "broadcast", json_string("ff:ff:ff:ff:ff:ff"));
	json_object_set_new(item, "stats64", known ? stats_of(&link) : json_null());
}

/* As iproute2 writes it: 1, which no DSCP is, is "inherit". */
static json_t *tos_of(const struct network *n)
{
	char text[sizeof("0xff")];

	snprintf(text, sizeof(text), "%#x", n->tos_inherit ? 1 : n->tos);
	return json_string(text);
}

/* Where frames without a known place go: the group, or the one destination that was given for them.  NULL: to others. */
static const struct peer *remote_of(const struct tables *t, const struct network *n,
				    const struct plan_network *wanted)
{
	const struct peer *peer = NULL;
	uint32_t count = n->flood ? n->flood->count : 0;

	for (uint32_t i = 0; i < count; i++) {
		peer = peers_at(t->peers, n->flood->to[i].peer);
		if (peer && addr_is_multicast(peer->addr))
			return peer;
	}
	return count == 1 && wanted && wanted->config->flood == FLOOD_LIST ? peer : NULL;
}

static void set_remote(json_t *data, const struct tables *t, const struct network *n,
		       const struct plan_network *wanted)
{
	static const char *const keys[2][2] = { { "remote", "remote6" }, { "group", "group6" } };
	const struct peer *peer = remote_of(t, n, wanted);
	bool group = peer && addr_is_multicast(peer->addr), six;
	uint16_t from;
	char ip[ADDR_TEXT];

	if (!peer)
		return;
	six = peer->addr.family == ADDR_V6;
	from = six ? n->endpoint_v6 : n->endpoint_v4;
	json_object_set_new(data, keys[group][six], json_string(addr_text(peer->addr, ip)));
	if (group && from != ENDPOINT_NONE && *t->endpoints[from].interface)
		json_object_set_new(data, "link", json_text(t->endpoints[from].interface));
}

/* Those of the whole node.  Nobody said a TTL: then it is 64, and 1 for multicast, which is iproute2's "auto". */
static void set_underlay(json_t *data, const struct underlay *underlay)
{
	json_object_set_new(data, "ttl", json_integer(underlay->ttl_given ? underlay->ttl : 0));
	json_object_set_new(data, "udp_csum", json_boolean(underlay->checksum));
	json_object_set_new(data, "udp_zero_csum6_tx", json_false());
	json_object_set_new(data, "udp_zero_csum6_rx", json_false());
}

static void set_rules(json_t *data, const struct network *n)
{
	json_object_set_new(data, "learning", json_boolean(n->learning));
	json_object_set_new(data, "proxy", json_boolean(n->arp == ARP_PROXY));
	json_object_set_new(data, "l2miss", json_boolean(n->l2miss));
	json_object_set_new(data, "l3miss", json_boolean(n->l3miss));
	if (n->tos || n->tos_inherit)
		json_object_set_new(data, "tos", tos_of(n));
	json_object_set_new(data, "ageing", json_integer(fdb_ageing(n->fdb)));
	json_object_set_new(data, "limit", json_integer(fdb_capacity(n->fdb)));
}

static json_t *info_of(const struct switch_view *view, const struct network *n)
{
	const struct tables *t = view->tables;
	uint32_t hint = n->id;
	const struct plan_network *wanted =
		view->plan ? plan_find_network(view->plan, n->name, &hint) : NULL;
	json_t *data = json_pack("{s:I, s:i}", "id", (json_int_t)n->vni, "port", (int)n->port);
	const uint16_t from[] = { n->endpoint_v4, n->endpoint_v6 };
	char ip[ADDR_TEXT];

	for (size_t i = 0; i < 2; i++)
		if (from[i] != ENDPOINT_NONE)
			json_object_set_new(data, i == 0 ? "local" : "local6",
					    json_string(addr_text(t->endpoints[from[i]].addr, ip)));
	set_remote(data, t, n, wanted);
	set_rules(data, n);
	if (view->plan)
		set_underlay(data, &view->plan->cluster->underlay);
	return json_pack("{s:s, s:o}", "info_kind", "vxlan", "info_data", data);
}

json_t *item_of_link(const struct switch_view *view, const struct network *n, uint32_t port)
{
	json_t *item = json_object();

	if (port != PORT_NONE) {
		set_device(item, view, n, port);
	} else {
		json_object_set_new(item, "ifname", json_null());
		json_object_set_new(item, "mtu", json_integer(n->mtu));
	}
	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "linkinfo", info_of(view, n));
	return item;
}
