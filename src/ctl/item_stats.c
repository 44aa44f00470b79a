#include "item.h"

static json_t *number(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *traffic(uint64_t frames, uint64_t bytes)
{
	return json_pack("{s:I, s:I}", "frames", (json_int_t)frames, "bytes", (json_int_t)bytes);
}

static json_t *drops_of(const struct drops *drops)
{
	json_t *object = json_object();

	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
		if (drops->count[reason])
			json_object_set_new(object, drop_name(reason),
					    number(drops->count[reason]));
	return object;
}

static json_t *fdb_of(const struct fdb *fdb)
{
	const struct fdb_counts *c = fdb_counts(fdb);
	json_t *object = json_object();

	json_object_set_new(object, "learned", number(c->learned));
	json_object_set_new(object, "capacity", number(fdb_capacity(fdb)));
	json_object_set_new(object, "fixed", number(c->fixed));
	json_object_set_new(object, "moved", number(c->moves));
	json_object_set_new(object, "frozen", number(c->freezes));
	json_object_set_new(object, "aged", number(c->aged));
	json_object_set_new(object, "evicted", number(c->evicted));
	return object;
}

static void set_counters(json_t *item, const struct network *n)
{
	const struct network_counters *c = &n->count;

	json_object_set_new(item, "rx", traffic(c->rx_frames, c->rx_bytes));
	json_object_set_new(item, "tx", traffic(c->tx_frames, c->tx_bytes));
	json_object_set_new(item, "local_frames", number(c->local_frames));
	json_object_set_new(item, "flooded", number(c->floods));
	json_object_set_new(item, "answered", number(c->answered));
	json_object_set_new(item, "dhcp_heard", number(c->dhcp_heard));
	json_object_set_new(item, "dhcp_answered", number(c->dhcp_answered));
	json_object_set_new(item, "l2_misses", number(c->l2_misses));
	json_object_set_new(item, "l3_misses", number(c->l3_misses));
	json_object_set_new(item, "reserved_bits", number(c->reserved_bits));
	json_object_set_new(item, "bad_checksums", number(c->bad_checksums));
	json_object_set_new(item, "fdb", fdb_of(n->fdb));
}

json_t *item_of_stats(const struct network *n, bool drops_only)
{
	json_t *item = json_object();

	json_object_set_new(item, "network", json_text(n->name));
	json_object_set_new(item, "ifname", json_text(network_label(n)));
	json_object_set_new(item, "vni", json_integer(n->vni));
	if (!drops_only)
		set_counters(item, n);
	json_object_set_new(item, "drops", drops_of(&n->count.drops));
	return item;
}

json_t *item_of_stray(const struct tables *t)
{
	json_t *item = json_object();

	json_object_set_new(item, "network", json_null());
	json_object_set_new(item, "drops", drops_of(&t->drops));
	return item;
}

/* An answer is a bounded line. */
enum { ENDPOINTS_SHOWN = 64 };

static json_t *endpoints_of(const struct tables *t)
{
	json_t *array = json_array();
	char ip[ADDR_TEXT];

	for (uint16_t i = 0; i < t->endpoint_count && i < ENDPOINTS_SHOWN; i++)
		json_array_append_new(array, json_pack("{s:s, s:i}", "address",
						       addr_text(t->endpoints[i].addr, ip), "port",
						       (int)t->endpoints[i].port));
	return array;
}

static json_t *state_of(const struct switch_view *view)
{
	json_t *object;

	if (!view->keep)
		return json_null();
	object = json_object();
	json_object_set_new(object, "directory", json_text(view->state));
	json_object_set_new(object, "entries", number(view->records));
	json_object_set_new(object, "trouble", json_text(*view->trouble ? view->trouble : NULL));
	return object;
}

static json_t *etcd_of(const struct etcd_view *etcd)
{
	json_t *object;

	if (!etcd)
		return json_null();
	object = json_object();
	json_object_set_new(object, "leased", json_boolean(etcd->held));
	json_object_set_new(object, "nodes", number(etcd->nodes));
	json_object_set_new(object, "trouble", json_text(*etcd->trouble ? etcd->trouble : NULL));
	return object;
}

json_t *item_of_status(const struct switch_view *view)
{
	const struct tables *t = view->tables;
	uint64_t networks = 0, learned = 0, fixed = 0, neighbours = 0;
	json_t *item = json_object();

	for (uint32_t id = 0; id < t->network_count; id++) {
		const struct network *n = t->networks[id];

		if (!n)
			continue;
		networks++;
		learned += fdb_counts(n->fdb)->learned;
		fixed += fdb_counts(n->fdb)->fixed;
		neighbours += neigh_count(n->neigh);
	}
	json_object_set_new(item, "node", json_text(view->node));
	json_object_set_new(item, "cluster", json_text(view->cluster));
	json_object_set_new(item, "version", json_text(view->version));
	json_object_set_new(item, "endpoints", endpoints_of(t));
	json_object_set_new(item, "networks", number(networks));
	json_object_set_new(item, "learned", number(learned));
	json_object_set_new(item, "fixed", number(fixed));
	json_object_set_new(item, "neighbours", number(neighbours));
	json_object_set_new(item, "state", state_of(view));
	json_object_set_new(item, "etcd", etcd_of(view->etcd));
	return item;
}
