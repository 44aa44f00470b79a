#include <string.h>

#include "base/clock.h"
#include "item.h"

const char *network_label(const struct network *n)
{
	for (uint32_t i = 0; i < n->ports_end; i++)
		if (n->ports[i].used)
			return n->ports[i].name;
	return n->name;
}

/* -- FDB -- */

static json_t *begin_fdb(const struct network *n, struct mac mac, const char *ifname)
{
	json_t *item = json_object();
	char text[MAC_TEXT];

	json_object_set_new(item, "mac", json_string(mac_text(mac, text)));
	json_object_set_new(item, "ifname", json_text(ifname));
	json_object_set_new(item, "network", json_text(n->name));
	return item;
}

static void set_destination(json_t *item, const struct tables *t, const struct network *n,
			    struct destination to)
{
	const struct peer *peer = peers_at(t->peers, to.peer);
	char ip[ADDR_TEXT];

	if (peer)
		json_object_set_new(item, "dst", json_string(addr_text(peer->addr, ip)));
	if (tables_port_of(t, n, to) != n->port)
		json_object_set_new(item, "port", json_integer(tables_port_of(t, n, to)));
	if (tables_interface_of(t, n, to))
		json_object_set_new(item, "viaIf", json_text(tables_interface_of(t, n, to)));
}

static void end_fdb(json_t *item, const struct tables *t, bool self, const char *state,
		    uint32_t origin)
{
	json_t *flags = json_array();

	if (self)
		json_array_append_new(flags, json_string("self"));
	json_object_set_new(item, "flags", flags);
	json_object_set_new(item, "state", json_string(state));
	json_object_set_new(item, "origin", json_text(origin_words(t->origins, origin)));
}

json_t *item_of_list(const struct tables *t, const struct network *n, struct mac mac,
		     struct destination to, uint32_t origin)
{
	json_t *item = begin_fdb(n, mac, network_label(n));

	set_destination(item, t, n, to);
	end_fdb(item, t, true, "permanent", origin);
	return item;
}

static const char *state_of(const struct fdb_entry *entry)
{
	if (entry->kind == FDB_LEARNED)
		return "";
	return entry->said_static ? "static" : "permanent";
}

json_t *item_of_entry(const struct tables *t, const struct network *n,
		      const struct fdb_entry *entry, uint64_t now)
{
	bool local = entry->place.kind == PLACE_PORT;
	json_t *item = begin_fdb(n, entry->mac,
				 local ? n->ports[entry->place.port].name : network_label(n));

	if (local)
		json_object_set_new(item, "master", json_text(n->name));
	else
		set_destination(item, t, n, entry->place.to);
	if (entry->kind == FDB_LEARNED) {
		json_object_set_new(item, "used", json_integer(clock_tick(now) - entry->tick));
		json_object_set_new(item, "updated", json_integer(clock_tick(now) - entry->tick));
	}
	end_fdb(item, t, !local, state_of(entry), entry->origin);
	return item;
}

/* -- Neighbours -- */

json_t *item_of_neigh(const struct tables *t, const struct network *n,
		      const struct neigh_entry *entry)
{
	json_t *item = json_object();
	json_t *states = json_array();
	char text[ADDR_TEXT];

	json_array_append_new(states, json_string(entry->until ? "REACHABLE" : "PERMANENT"));
	json_object_set_new(item, "dst", json_string(addr_text(entry->ip, text)));
	json_object_set_new(item, "dev", json_text(network_label(n)));
	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "lladdr", json_string(mac_text(entry->mac, text)));
	if (entry->router)
		json_object_set_new(item, "router", json_null());
	json_object_set_new(item, "state", states);
	json_object_set_new(item, "origin", json_text(origin_words(t->origins, entry->origin)));
	return item;
}

/* -- Bindings -- */

static json_t *client_id(const struct dhcp_client *client)
{
	char hex[2 * DHCP_ID + 1] = "";
	struct text text = text_in(hex, sizeof(hex));

	for (unsigned i = 0; i < client->len; i++)
		text_add(&text, "%02x", client->octet[i]);
	return client->len ? json_string(hex) : json_null();
}

json_t *item_of_binding(const struct network *n, uint32_t slot, uint64_t now)
{
	static const char *const states[] = { [BINDING_OFFERED] = "OFFERED",
					      [BINDING_LEASED] = "LEASED",
					      [BINDING_DECLINED] = "DECLINED" };
	const struct binding *binding = bindings_at(n->bindings, slot);
	const char *name = bindings_name(n->bindings, slot);
	json_t *item = json_object();
	char text[ADDR_TEXT];
	uint8_t octet[4];

	put_be32(octet, binding->ip);
	json_object_set_new(item, "dst", json_string(addr_text(addr_v4(octet), text)));
	json_object_set_new(item, "dev", json_text(network_label(n)));
	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "lladdr", json_string(mac_text(binding->mac, text)));
	json_object_set_new(item, "client", client_id(&binding->client));
	json_object_set_new(item, "name", *name ? json_text(name) : json_null());
	json_object_set_new(item, "state", json_string(states[binding->state]));
	json_object_set_new(item, "left", json_integer(binding->until - clock_tick(now)));
	return item;
}

/* -- Peers -- */

static json_t *traffic(uint64_t frames, uint64_t bytes)
{
	return json_pack("{s:I, s:I}", "frames", (json_int_t)frames, "bytes", (json_int_t)bytes);
}

json_t *item_of_peer(const struct peer *peer, uint64_t now)
{
	const struct peer_counters *c = &peer->count;
	uint32_t tick = clock_tick(now);
	bool knows_mtu = peer->path_mtu && tick < peer->path_mtu_until;
	json_t *item = json_object();
	char ip[ADDR_TEXT];

	json_object_set_new(item, "address", json_string(addr_text(peer->addr, ip)));
	json_object_set_new(item, "rx", traffic(c->rx_frames, c->rx_bytes));
	json_object_set_new(item, "tx", traffic(c->tx_frames, c->tx_bytes));
	json_object_set_new(item, "errors", json_integer((json_int_t)c->errors));
	json_object_set_new(item, "heard",
			    peer->heard ? json_integer(tick - peer->heard) : json_null());
	json_object_set_new(item, "path_mtu",
			    knows_mtu ? json_integer(peer->path_mtu) : json_null());
	json_object_set_new(item, "lost", json_boolean(peer_is_lost(peer, now)));
	json_object_set_new(item, "stranger", json_boolean(peer->stranger));
	return item;
}

/* -- Lines -- */

void item_put(struct text *out, json_t *item)
{
	size_t room, len;

	text_add(out, "{\"v\":%d,\"item\":", PROTOCOL_VERSION);
	room = out->size - out->len;
	len = json_dumpb(item, out->at + out->len, room, JSON_COMPACT);
	if (len < room)
		out->len += len;
	else
		out->cut = true;
	out->at[out->len] = '\0';
	text_add(out, "}\n");
	json_decref(item);
}

void item_tell(const struct switch_view *view, enum about about, uint32_t network, json_t *item)
{
	char line[ITEM_EVENT];
	struct text text = text_in(line, sizeof(line));

	item_put(&text, item);
	if (!text.cut)
		view->tell(view->context, about, network, text.at, text.len);
}
