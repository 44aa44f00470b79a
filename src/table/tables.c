#include "table/tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "slot_index.h"
#include "table/bindings.h"
#include "tables_parts.h"
#include "wire/vxlan.h"

enum {
	LISTENERS_ROOM = 16, /* at first; doubles when full */
	MTU_DEFAULT = 1450,  /* what an Ethernet leaves over IPv4 */
};

/* One network that is listened for at one endpoint. */
struct listener {
	uint16_t endpoint;
	uint32_t vni;
	struct network *network;
};

struct network_index {
	struct slot_index index; /* (endpoint, VNI) → listener */
	struct listener *listeners;
	uint32_t count, room;
};

static bool index_reserve(struct network_index *index, uint32_t room)
{
	struct listener *listeners = reallocarray(index->listeners, room, sizeof(*listeners));

	if (!listeners)
		return false;
	index->listeners = listeners;
	if (!slot_index_reserve(&index->index, room))
		return false;
	index->room = room;
	return true;
}

void network_index_free(struct network_index *index)
{
	if (!index)
		return;
	slot_index_done(&index->index);
	free(index->listeners);
	free(index);
}

struct network_index *network_index_new(void)
{
	struct network_index *index = calloc(1, sizeof(*index));

	if (!index)
		return NULL;
	if (slot_index_init(&index->index, LISTENERS_ROOM) && index_reserve(index, LISTENERS_ROOM))
		return index;
	network_index_free(index);
	return NULL;
}

struct tables *tables_new(uint32_t strangers, struct hash_secret secret)
{
	struct tables *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->secret = secret;
	t->probe_answers =
		(struct budget) { .rate = TABLES_PROBE_ANSWERS, .tokens = TABLES_PROBE_ANSWERS };
	t->peers = peers_new(strangers, secret);
	t->origins = origins_new();
	t->index = network_index_new();
	t->agenda = agenda_new();
	if (t->peers && t->origins && t->index && t->agenda)
		return t;
	tables_free(t);
	return NULL;
}

void network_free(struct network *n)
{
	if (!n)
		return;
	fdb_free(n->fdb);
	neigh_free(n->neigh);
	flood_list_put(n->flood);
	peer_set_put(n->members);
	bindings_free(n->bindings);
	free(n);
}

void tables_free(struct tables *t)
{
	if (!t)
		return;
	for (uint32_t id = 0; id < t->network_count; id++)
		network_free(t->networks[id]);
	free(t->networks);
	free(t->endpoints);
	network_index_free(t->index);
	agenda_free(t->agenda);
	origins_free(t->origins);
	peers_free(t->peers);
	free(t);
}

static uint16_t free_endpoint(const struct tables *t)
{
	uint16_t number = 0;

	while (number < t->endpoint_count && t->endpoints[number].addr.family != ADDR_NONE)
		number++;
	return number;
}

static bool grow_endpoints(struct tables *t, uint16_t number)
{
	struct endpoint *endpoints;

	if (number < t->endpoint_count)
		return true;
	if (number == ENDPOINT_NONE)
		return false;
	endpoints = reallocarray(t->endpoints, number + UINT32_C(1), sizeof(*endpoints));
	if (!endpoints)
		return false;
	t->endpoints = endpoints;
	while (t->endpoint_count <= number)
		endpoints[t->endpoint_count++] = (struct endpoint) { .mtu = 0 };
	return true;
}

bool tables_put_endpoint(struct tables *t, uint16_t number, struct endpoint endpoint)
{
	if (!grow_endpoints(t, number))
		return false;
	assert(t->endpoints[number].addr.family == ADDR_NONE);
	t->endpoints[number] = endpoint;
	return true;
}

uint16_t tables_add_endpoint(struct tables *t, struct endpoint endpoint)
{
	uint16_t number = free_endpoint(t);

	for (uint16_t i = 0; i < t->endpoint_count; i++)
		if (addr_equal(t->endpoints[i].addr, endpoint.addr) &&
		    t->endpoints[i].port == endpoint.port)
			return i;
	return tables_put_endpoint(t, number, endpoint) ? number : ENDPOINT_NONE;
}

static struct network *network_new(struct hash_secret secret, uint32_t max_fdb, uint32_t ageing)
{
	struct network *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->fdb = fdb_new(max_fdb, ageing, secret);
	n->neigh = neigh_new(secret);
	if (n->fdb && n->neigh)
		return n;
	network_free(n);
	return NULL;
}

static uint32_t free_place(const struct tables *t)
{
	uint32_t id = 0;

	while (id < t->network_count && t->networks[id])
		id++;
	return id;
}

static bool put_network(struct tables *t, uint32_t id, struct network *n)
{
	if (id >= t->network_count) {
		struct network **networks =
			reallocarray(t->networks, id + (size_t)1, sizeof(struct network *));

		if (!networks)
			return false;
		t->networks = networks;
		while (t->network_count <= id)
			networks[t->network_count++] = NULL;
	}
	if (!agenda_reserve(t->agenda, t->network_count))
		return false;
	assert(!t->networks[id]);
	n->id = id;
	t->networks[id] = n;
	return true;
}

static struct network *add_at(struct tables *t, uint32_t id, const char *name, uint32_t vni,
			      uint32_t max_fdb, uint32_t ageing)
{
	struct network *n = network_new(t->secret, max_fdb, ageing);

	if (!n)
		return NULL;
	if (!put_network(t, id, n)) {
		network_free(n);
		return NULL;
	}
	strncpy(n->name, name, sizeof(n->name) - 1);
	n->vni = vni;
	n->port = VXLAN_PORT;
	n->endpoint_v4 = ENDPOINT_NONE;
	n->endpoint_v6 = ENDPOINT_NONE;
	n->mtu = MTU_DEFAULT;
	n->learning = true;
	n->l2miss = true;
	n->l3miss = true;
	n->arp = ARP_SUPPRESS;
	n->offload = true;
	n->too_big = (struct budget) { .rate = NETWORK_ANSWERS, .tokens = NETWORK_ANSWERS };
	return n;
}

struct network *tables_add_network(struct tables *t, const char *name, uint32_t vni,
				   uint32_t max_fdb, uint32_t ageing)
{
	return add_at(t, free_place(t), name, vni, max_fdb, ageing);
}

struct network *tables_succeed_network(struct tables *beside, const struct network *old,
				       const char *name, uint32_t vni, uint32_t max_fdb,
				       uint32_t ageing)
{
	bool keeps = max_fdb == fdb_capacity(old->fdb) && ageing == fdb_ageing(old->fdb);
	struct network *n = add_at(beside, old->id, name, vni, keeps ? 0 : max_fdb, ageing);

	if (!n)
		return NULL;
	n->keeps_tables = keeps;
	memcpy(n->ports, old->ports, sizeof(n->ports));
	n->ports_end = old->ports_end;
	n->count = old->count;
	return n;
}

static uint32_t tag_of(const struct tables *t, uint16_t endpoint, uint32_t vni)
{
	return slot_tag(hash_word(t->secret, (uint64_t)endpoint << 32 | vni));
}

const struct network *tables_find(const struct tables *t, uint16_t endpoint, uint32_t vni)
{
	uint32_t tag = tag_of(t, endpoint, vni), at = tag, slot;

	while ((slot = slot_index_next(&t->index->index, tag, &at)) != SLOT_NONE) {
		const struct listener *listener = &t->index->listeners[slot];

		if (listener->endpoint == endpoint && listener->vni == vni)
			return listener->network;
	}
	return NULL;
}

bool tables_listen(struct tables *t, struct network *n, uint16_t endpoint)
{
	struct network_index *index = t->index;

	if (tables_find(t, endpoint, n->vni))
		return false;
	if (index->count == index->room && !index_reserve(index, index->room * 2))
		return false;
	index->listeners[index->count] =
		(struct listener) { .endpoint = endpoint, .vni = n->vni, .network = n };
	slot_index_add(&index->index, tag_of(t, endpoint, n->vni), index->count);
	index->count++;
	return true;
}

bool tables_share_network(struct tables *beside, struct network *n)
{
	return put_network(beside, n->id, n) &&
	       (n->endpoint_v4 == ENDPOINT_NONE || tables_listen(beside, n, n->endpoint_v4)) &&
	       (n->endpoint_v6 == ENDPOINT_NONE || tables_listen(beside, n, n->endpoint_v6));
}

bool tables_is_self(const struct tables *t, struct addr addr)
{
	for (uint16_t i = 0; i < t->endpoint_count; i++)
		if (addr_equal(t->endpoints[i].addr, addr))
			return true;
	return false;
}

uint16_t tables_port_word(const struct tables *t, const struct network *n, struct addr to,
			  uint16_t port)
{
	struct peer_ref ref;
	bool known = peers_find(t->peers, to, &ref);

	return port == (known ? network_port_at(n, peers_at(t->peers, ref)) : n->port) ? 0 : port;
}

uint16_t tables_port_of(const struct tables *t, const struct network *n, struct destination to)
{
	const struct peer *peer = peers_at(t->peers, to.peer);

	if (to.port != 0)
		return to.port;
	return peer ? network_port_at(n, peer) : n->port;
}

const char *tables_interface_of(const struct tables *t, const struct network *n,
				struct destination to)
{
	const struct peer *peer = peers_at(t->peers, to.peer);
	uint16_t endpoint;

	if (!peer || !addr_is_multicast(peer->addr))
		return NULL;
	endpoint = network_endpoint(n, (enum addr_family)peer->addr.family);
	if (endpoint >= t->endpoint_count || !t->endpoints[endpoint].interface[0])
		return NULL;
	return t->endpoints[endpoint].interface;
}

/* A group may lead anywhere. */
static bool list_leads_to(const struct tables *t, const struct flood_list *list,
			  struct peer_ref ref)
{
	for (uint32_t i = 0; list && i < list->count; i++) {
		const struct peer *peer = peers_at(t->peers, list->to[i].peer);

		if (peer_ref_equal(list->to[i].peer, ref) || i == TABLES_LOOKED ||
		    (peer && addr_is_multicast(peer->addr)))
			return true;
	}
	return false;
}

bool tables_lead_to(const struct tables *t, const struct network *n, struct peer_ref peer)
{
	uint32_t end = fdb_end(n->fdb);

	if (n->learning || list_leads_to(t, n->flood, peer) || end > TABLES_LOOKED)
		return true;
	for (uint32_t slot = 0; slot < end; slot++) {
		const struct fdb_entry *entry = fdb_at(n->fdb, slot);

		if (entry->kind != FDB_FREE && !entry->list && entry->place.kind == PLACE_PEER &&
		    peer_ref_equal(entry->place.to.peer, peer))
			return true;
	}
	return false;
}
