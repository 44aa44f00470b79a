#include "ctl/happening.h"

#include "item.h"

/* Hands over @item, which is given up. */
static void tell(const struct switch_view *view, enum about about, const struct network *n,
		 const char *event, json_t *item)
{
	json_object_set_new(item, "event", json_string(event));
	item_tell(view, about, n->id, item);
}

static void set_names(json_t *item, const struct network *n, const char *key)
{
	json_object_set_new(item, key, json_text(network_label(n)));
	json_object_set_new(item, "network", json_text(n->name));
}

static void set_port(json_t *item, const struct tables *t, const struct network *n,
		     const struct command *c)
{
	struct destination to = { .port = c->port };
	uint16_t port;

	peers_find(t->peers, c->dst, &to.peer);
	port = tables_port_of(t, n, to);
	if (port != n->port)
		json_object_set_new(item, "port", json_integer(port));
}

void happening_fdb(const struct switch_view *view, const struct network *n, const struct command *c)
{
	static const char *const states[] = {
		[STATE_PERMANENT] = "permanent", [STATE_STATIC] = "static", [STATE_DYNAMIC] = ""
	};
	bool deleted = c->verb->id == VERB_FDB_DEL;
	json_t *item = json_object();
	char text[ADDR_TEXT];

	json_object_set_new(item, "mac", json_string(mac_text(c->mac, text)));
	set_names(item, n, "ifname");
	if (c->dst.family) {
		json_object_set_new(item, "dst", json_string(addr_text(c->dst, text)));
		set_port(item, view->tables, n, c);
	}
	json_object_set_new(item, "flags", json_pack("[s]", "self"));
	json_object_set_new(item, "state", json_string(deleted ? "" : states[c->choice]));
	json_object_set_new(item, "deleted", json_boolean(deleted));
	tell(view, ABOUT_FDB, n, "fdb", item);
}

void happening_neigh(const struct switch_view *view, const struct network *n,
		     const struct neigh_entry *entry, bool deleted)
{
	json_t *item = item_of_neigh(view->tables, n, entry);

	if (deleted && mac_is_zero(entry->mac))
		json_object_del(item, "lladdr");
	json_object_set_new(item, "deleted", json_boolean(deleted));
	tell(view, ABOUT_NEIGH, n, "neigh", item);
}

void happening_moved(const struct switch_view *view, const struct network *n, struct mac mac,
		     const char *event, uint64_t now)
{
	uint32_t slot = fdb_find(n->fdb, mac, now);

	if (slot != FDB_NONE && !fdb_at(n->fdb, slot)->list)
		tell(view, ABOUT_FDB, n, event,
		     item_of_entry(view->tables, n, fdb_at(n->fdb, slot), now));
}

void happening_l3_miss(const struct switch_view *view, const struct network *n, struct addr ip)
{
	json_t *item = json_object();
	char text[ADDR_TEXT];

	json_object_set_new(item, "dst", json_string(addr_text(ip, text)));
	set_names(item, n, "dev");
	tell(view, ABOUT_MISS, n, "miss", item);
}

void happening_l2_miss(const struct switch_view *view, const struct network *n, struct mac mac)
{
	json_t *item = json_object();
	char text[MAC_TEXT];

	set_names(item, n, "dev");
	json_object_set_new(item, "lladdr", json_string(mac_text(mac, text)));
	tell(view, ABOUT_MISS, n, "miss", item);
}
