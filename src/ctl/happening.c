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
	json_t *item = json_object();
	char text[ADDR_TEXT];

	json_object_set_new(item, "mac", json_string(mac_text(c->mac, text)));
	set_names(item, n, "ifname");
	if (c->dst.family) {
		json_object_set_new(item, "dst", json_string(addr_text(c->dst, text)));
		set_port(item, view->tables, n, c);
	}
	json_object_set_new(item, "flags", json_pack("[s]", "self"));
	json_object_set_new(item, "state", json_string(states[c->choice]));
	json_object_set_new(item, "deleted", json_false());
	tell(view, ABOUT_FDB, n, "fdb", item);
}

static json_t *lines_of(const struct tables *t, const struct network *n, struct mac mac,
			const struct flood_list *list, uint32_t origin)
{
	json_t *lines = json_array();

	for (uint32_t i = 0; list && i < list->count; i++)
		json_array_append_new(lines, item_of_list(t, n, mac, list->to[i], origin));
	return lines;
}

static json_t *entries_at(const struct tables *t, const struct network *n, struct mac mac,
			  uint64_t now)
{
	uint32_t slot = mac_is_zero(mac) ? FDB_NONE : fdb_find(n->fdb, mac, now);
	const struct fdb_entry *entry = slot == FDB_NONE ? NULL : fdb_at(n->fdb, slot);

	if (mac_is_zero(mac))
		return lines_of(t, n, mac, n->flood, n->flood_origin);
	if (!entry || entry->list)
		return lines_of(t, n, mac, entry ? entry->list : NULL, entry ? entry->origin : 0);
	return json_pack("[o]", item_of_entry(t, n, entry, now));
}

json_t *happening_before(const struct switch_view *view, const struct network *n, struct mac mac,
			 uint64_t now)
{
	return view->tell ? entries_at(view->tables, n, mac, now) : NULL;
}

static bool holds(const json_t *lines, const json_t *line)
{
	for (size_t i = 0; i < json_array_size(lines); i++)
		if (json_equal(json_array_get(lines, i), line))
			return true;
	return false;
}

void happening_gone(const struct switch_view *view, const struct network *n, struct mac mac,
		    json_t *before, uint64_t now)
{
	json_t *after = before ? entries_at(view->tables, n, mac, now) : NULL;

	for (size_t i = 0; i < json_array_size(before); i++) {
		json_t *line = json_array_get(before, i);

		if (holds(after, line))
			continue;
		json_object_set_new(line, "deleted", json_true());
		tell(view, ABOUT_FDB, n, "fdb", json_incref(line));
	}
	json_decref(after);
	json_decref(before);
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
