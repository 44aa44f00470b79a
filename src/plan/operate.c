#include "plan/operate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Writes the sentence and returns @rc. */
static int __attribute__((format(printf, 3, 4)))
refuse(int rc, char why[OPERATE_WHY], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, OPERATE_WHY, format, args);
	va_end(args);
	return rc;
}

static int no_memory(char why[OPERATE_WHY])
{
	return refuse(-ENOMEM, why, "memory is short");
}

static int not_there(char why[OPERATE_WHY])
{
	return refuse(-ENOENT, why, "No such file or directory: there is no such entry");
}

static uint32_t origin_command(struct tables *t)
{
	return origins_add(t->origins, "command");
}

/* -- Destinations -- */

static int check_dst(const struct tables *t, const struct network *n, struct addr dst,
		     char why[OPERATE_WHY])
{
	char ip[ADDR_TEXT];

	if (!dst.family)
		return refuse(-EINVAL, why, "Invalid argument: which destination? (dst ADDRESS)");
	addr_text(dst, ip);
	if (addr_is_unspecified(dst))
		return refuse(-EINVAL, why, "Invalid argument: nobody is at %s", ip);
	if (tables_is_self(t, dst))
		return refuse(-EINVAL, why, "Invalid argument: %s is this node itself", ip);
	if (network_endpoint(n, dst.family) == ENDPOINT_NONE)
		return refuse(-EADDRNOTAVAIL, why,
			      "this node has no IPv%u address to reach %s from", dst.family, ip);
	return 0;
}

/* The peer at @order's destination, added, and allowed to speak. */
static bool make_destination(struct tables *t, struct network *n, const struct fdb_order *order,
			     struct destination *out)
{
	struct peer_set *members;

	if (!peers_add(t->peers, order->dst, &out->peer))
		return false;
	out->port = tables_port_word(t, n, order->dst, order->port);
	if (!n->members || addr_is_multicast(order->dst) || peer_set_has(n->members, out->peer))
		return true;
	members = peer_set_with(n->members, out->peer);
	if (!members)
		return false;
	peer_set_put(n->members);
	n->members = members;
	return true;
}

static bool same_destination(struct destination a, struct destination b)
{
	return peer_ref_equal(a.peer, b.peer) && a.port == b.port;
}

/* Where @order's destination stands in @list; its count when it does not. */
static uint32_t find_in_list(const struct tables *t, const struct network *n,
			     const struct flood_list *list, const struct fdb_order *order)
{
	struct destination to = { .port = tables_port_word(t, n, order->dst, order->port) };
	uint32_t i = 0;

	if (!peers_find(t->peers, order->dst, &to.peer))
		return list->count;
	while (i < list->count && !same_destination(list->to[i], to))
		i++;
	return i;
}

/* -- Lists: of the all-zero MAC, which is the network's flood list, and of group MACs -- */

static struct flood_list *list_of(const struct network *n, struct mac mac, uint64_t now)
{
	uint32_t slot;

	if (mac_is_zero(mac))
		return n->flood;
	slot = fdb_find(n->fdb, mac, now);
	return slot == FDB_NONE ? NULL : fdb_at(n->fdb, slot)->list;
}

/* Takes over @list, NULL for none. */
static bool set_list(struct tables *t, struct network *n, struct mac mac, struct flood_list *list,
		     uint64_t now)
{
	uint32_t origin = origin_command(t);

	if (mac_is_zero(mac)) {
		flood_list_put(n->flood);
		n->flood = list;
		n->flood_origin = origin;
	} else if (list) {
		return fdb_put_group(n->fdb, mac, list, origin) != FDB_NONE;
	} else {
		fdb_remove(n->fdb, fdb_find(n->fdb, mac, now));
	}
	return true;
}

/* Lists are shared and never change: a new one is made. */
static struct flood_list *list_with(const struct flood_list *old, struct destination to)
{
	uint32_t count = old ? old->count : 0;
	struct flood_list *list = flood_list_sized(count + 1);

	if (!list)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		list->to[i] = old->to[i];
	list->to[count] = to;
	return list;
}

static struct flood_list *list_without(const struct flood_list *old, uint32_t at)
{
	struct flood_list *list = flood_list_sized(old->count - 1);

	if (!list)
		return NULL;
	for (uint32_t i = 0, kept = 0; i < old->count; i++)
		if (i != at)
			list->to[kept++] = old->to[i];
	return list;
}

bool operate_fdb_has(const struct tables *t, const struct network *n, const struct fdb_order *order,
		     uint64_t now)
{
	const struct flood_list *list = list_of(n, order->mac, now);

	return list && find_in_list(t, n, list, order) < list->count;
}

static int list_append(struct tables *t, struct network *n, const struct fdb_order *order,
		       uint64_t now, char why[OPERATE_WHY])
{
	const struct flood_list *old = list_of(n, order->mac, now);
	struct flood_list *list;
	struct destination to;

	if (order->lasting != FDB_LASTS_PERMANENT)
		return refuse(-EOPNOTSUPP, why, "what goes to several destinations is permanent");
	if (operate_fdb_has(t, n, order, now))
		return 0;
	if (!make_destination(t, n, order, &to))
		return no_memory(why);
	list = list_with(old, to);
	return list && set_list(t, n, order->mac, list, now) ? 0 : no_memory(why);
}

static int list_del(struct tables *t, struct network *n, const struct fdb_order *order,
		    uint64_t now, char why[OPERATE_WHY])
{
	const struct flood_list *old = list_of(n, order->mac, now);
	struct flood_list *list = NULL;
	uint32_t at;

	if (!old)
		return not_there(why);
	if (order->dst.family) {
		at = find_in_list(t, n, old, order);
		if (at == old->count)
			return not_there(why);
		list = old->count > 1 ? list_without(old, at) : NULL;
		if (!list && old->count > 1)
			return no_memory(why);
	}
	return set_list(t, n, order->mac, list, now) ? 0 : no_memory(why);
}

/* -- Stations -- */

static int put_dynamic(struct tables *t, struct network *n, struct mac mac, struct destination to,
		       uint64_t now, char why[OPERATE_WHY])
{
	const struct fdb_judgement news = { .change = FDB_NEW, .slot = FDB_NONE };
	uint32_t slot = fdb_find(n->fdb, mac, now);

	if (!fdb_capacity(n->fdb))
		return refuse(-ENOSPC, why, "the network keeps no dynamic entries (max-fdb 0)");
	if (slot != FDB_NONE)
		fdb_remove(n->fdb, slot);
	fdb_apply(n->fdb, news, mac, place_peer(to), FDB_OWNER_PEER(to.peer.slot), now);
	tables_expect(t, n);
	return 0;
}

static int put_station(struct tables *t, struct network *n, const struct fdb_order *order,
		       uint64_t now, char why[OPERATE_WHY])
{
	struct destination to;
	uint32_t slot;

	if (!make_destination(t, n, order, &to))
		return no_memory(why);
	if (order->lasting == FDB_LASTS_DYNAMIC)
		return put_dynamic(t, n, order->mac, to, now, why);
	slot = fdb_put(n->fdb, order->mac, FDB_STATIC, place_peer(to), origin_command(t));
	if (slot == FDB_NONE)
		return no_memory(why);
	if (order->lasting == FDB_LASTS_STATIC)
		fdb_call_static(n->fdb, slot);
	return 0;
}

static int own_device(struct mac mac, char why[OPERATE_WHY])
{
	char text[MAC_TEXT];

	return refuse(-EPERM, why, "Operation not permitted: %s is the network's own device",
		      mac_text(mac, text));
}

static bool is_own(const struct network *n, uint32_t slot)
{
	return slot != FDB_NONE && fdb_at(n->fdb, slot)->kind == FDB_OWN;
}

static bool is_at(const struct tables *t, const struct network *n, const struct fdb_entry *entry,
		  const struct fdb_order *order)
{
	struct destination to = { .port = tables_port_word(t, n, order->dst, order->port) };

	return entry->place.kind == PLACE_PEER && peers_find(t->peers, order->dst, &to.peer) &&
	       same_destination(entry->place.to, to);
}

/* "learned behind 10.0.0.2", "behind port vx100 (cluster.yaml:14)" */
static int exists(const struct tables *t, const struct network *n, const struct fdb_entry *entry,
		  char why[OPERATE_WHY])
{
	const struct peer *peer = NULL;
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	mac_text(entry->mac, mac);
	if (entry->list)
		return refuse(-EEXIST, why, "File exists: %s has %u destination%s (%s)", mac,
			      entry->list->count, entry->list->count == 1 ? "" : "s",
			      origin_words(t->origins, entry->origin));
	if (entry->place.kind == PLACE_PEER)
		peer = peers_at(t->peers, entry->place.to.peer);
	return refuse(-EEXIST, why, "File exists: %s is at %s (%s)", mac,
		      peer                              ? addr_text(peer->addr, ip)
		      : entry->place.kind == PLACE_PORT ? n->ports[entry->place.port].name
							: "a peer that is gone",
		      origin_words(t->origins, entry->origin));
}

/* The kernel keeps the old destination and says nothing. */
static int has_another(const struct tables *t, const struct network *n,
		       const struct fdb_entry *entry, char why[OPERATE_WHY])
{
	char there[OPERATE_WHY];

	exists(t, n, entry, there);
	return refuse(-EEXIST, why, "%.150s; a station has one destination: `replace` changes it",
		      there);
}

/* -- The four verbs -- */

int operate_fdb_add(struct tables *t, struct network *n, const struct fdb_order *order,
		    uint64_t now, char why[OPERATE_WHY])
{
	int rc = check_dst(t, n, order->dst, why);
	uint32_t slot;

	if (rc < 0)
		return rc;
	if (mac_is_zero(order->mac) && n->flood)
		return refuse(-EEXIST, why,
			      "File exists: 00:00:00:00:00:00 has %u destination%s (%s); "
			      "`append` adds one",
			      n->flood->count, n->flood->count == 1 ? "" : "s",
			      origin_words(t->origins, n->flood_origin));
	slot = mac_is_zero(order->mac) ? FDB_NONE : fdb_find(n->fdb, order->mac, now);
	if (slot != FDB_NONE)
		return exists(t, n, fdb_at(n->fdb, slot), why);
	return mac_is_station(order->mac) ? put_station(t, n, order, now, why)
					  : list_append(t, n, order, now, why);
}

int operate_fdb_append(struct tables *t, struct network *n, const struct fdb_order *order,
		       uint64_t now, char why[OPERATE_WHY])
{
	int rc = check_dst(t, n, order->dst, why);
	const struct fdb_entry *entry;
	uint32_t slot;

	if (rc < 0)
		return rc;
	if (!mac_is_station(order->mac))
		return list_append(t, n, order, now, why);
	slot = fdb_find(n->fdb, order->mac, now);
	if (is_own(n, slot))
		return own_device(order->mac, why);
	entry = slot == FDB_NONE ? NULL : fdb_at(n->fdb, slot);
	if (entry && entry->kind == FDB_STATIC && !is_at(t, n, entry, order))
		return has_another(t, n, entry, why);
	return put_station(t, n, order, now, why);
}

int operate_fdb_replace(struct tables *t, struct network *n, const struct fdb_order *order,
			uint64_t now, char why[OPERATE_WHY])
{
	int rc = check_dst(t, n, order->dst, why);

	if (rc < 0)
		return rc;
	if (!mac_is_station(order->mac))
		return refuse(-EOPNOTSUPP, why,
			      "Cannot replace non-unicast fdb entries: use `append` and `del`");
	if (is_own(n, fdb_find(n->fdb, order->mac, now)))
		return own_device(order->mac, why);
	return put_station(t, n, order, now, why);
}

int operate_fdb_del(struct tables *t, struct network *n, const struct fdb_order *order,
		    uint64_t now, char why[OPERATE_WHY])
{
	uint32_t slot;

	if (!mac_is_station(order->mac))
		return list_del(t, n, order, now, why);
	slot = fdb_find(n->fdb, order->mac, now);
	if (slot == FDB_NONE)
		return not_there(why);
	if (is_own(n, slot))
		return own_device(order->mac, why);
	if (order->dst.family && !is_at(t, n, fdb_at(n->fdb, slot), order))
		return not_there(why);
	fdb_remove(n->fdb, slot);
	return 0;
}

/* -- Flushing -- */

static bool is_to(const struct tables *t, struct destination to, const struct fdb_filter *filter)
{
	const struct peer *peer = peers_at(t->peers, to.peer);

	return !filter->dst.family || (peer && addr_equal(peer->addr, filter->dst));
}

/* Memory running short keeps the list as it was. */
static void flush_list(struct tables *t, struct network *n, struct mac mac,
		       const struct flood_list *old, const struct fdb_filter *filter)
{
	struct flood_list *list = flood_list_sized(old->count);
	uint32_t kept = 0;

	if (!list)
		return;
	for (uint32_t i = 0; i < old->count; i++)
		if (!is_to(t, old->to[i], filter))
			list->to[kept++] = old->to[i];
	list->count = kept;
	if (kept == old->count || kept == 0) {
		flood_list_put(list);
		list = NULL;
	}
	if (kept != old->count)
		set_list(t, n, mac, list, 0);
}

void operate_flush_flood(struct tables *t, struct network *n, const struct fdb_filter *filter)
{
	if (n->flood && !filter->keep_permanent)
		flush_list(t, n, (struct mac) { { 0 } }, n->flood, filter);
}

static bool is_kept(const struct fdb_entry *entry, const struct fdb_filter *filter)
{
	if (entry->kind == FDB_LEARNED)
		return filter->keep_dynamic;
	return entry->kind == FDB_OWN ||
	       (entry->said_static ? filter->keep_static : filter->keep_permanent);
}

bool operate_is_flushed(const struct tables *t, const struct fdb_entry *entry,
			const struct fdb_filter *filter)
{
	if (is_kept(entry, filter))
		return false;
	return entry->list || !filter->dst.family ||
	       (entry->place.kind == PLACE_PEER && is_to(t, entry->place.to, filter));
}

void operate_flush_slot(struct tables *t, struct network *n, uint32_t slot,
			const struct fdb_filter *filter)
{
	const struct fdb_entry *entry = fdb_at(n->fdb, slot);

	if (!operate_is_flushed(t, entry, filter))
		return;
	if (entry->list)
		flush_list(t, n, entry->mac, entry->list, filter);
	else
		fdb_remove(n->fdb, slot);
}

/* -- Neighbours -- */

static int check_neighbour(const struct neigh_entry *entry, char why[OPERATE_WHY])
{
	char text[ADDR_TEXT];

	if (addr_is_nobodys(entry->ip))
		return refuse(-EINVAL, why, "Invalid argument: %s is nobody's address",
			      addr_text(entry->ip, text));
	if (!mac_is_station(entry->mac))
		return refuse(-EINVAL, why, "Invalid argument: %s is not a station's MAC",
			      mac_text(entry->mac, text));
	return 0;
}

int operate_neigh_replace(struct tables *t, struct network *n, struct neigh_entry entry,
			  char why[OPERATE_WHY])
{
	int rc = check_neighbour(&entry, why);

	if (rc < 0)
		return rc;
	entry.origin = origin_command(t);
	if (!neigh_put(n->neigh, entry))
		return no_memory(why);
	tables_expect(t, n);
	return 0;
}

int operate_neigh_add(struct tables *t, struct network *n, struct neigh_entry entry,
		      char why[OPERATE_WHY])
{
	uint32_t slot = neigh_find(n->neigh, entry.ip);
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	if (slot == NEIGH_NONE)
		return operate_neigh_replace(t, n, entry, why);
	return refuse(-EEXIST, why, "File exists: %s is %s (%s)", addr_text(entry.ip, ip),
		      mac_text(neigh_at(n->neigh, slot)->mac, mac),
		      origin_words(t->origins, neigh_at(n->neigh, slot)->origin));
}

int operate_neigh_del(struct network *n, struct addr ip, char why[OPERATE_WHY])
{
	return neigh_remove(n->neigh, ip) ? 0 : not_there(why);
}
