#include "table/tables.h"

#include <stdlib.h>
#include <string.h>

#include "slot_index.h"
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

static void index_free(struct network_index *index)
{
	if (!index)
		return;
	slot_index_done(&index->index);
	free(index->listeners);
	free(index);
}

static struct network_index *index_new(void)
{
	struct network_index *index = calloc(1, sizeof(*index));

	if (!index)
		return NULL;
	if (slot_index_init(&index->index, LISTENERS_ROOM) && index_reserve(index, LISTENERS_ROOM))
		return index;
	index_free(index);
	return NULL;
}

struct tables *tables_new(uint32_t strangers, struct hash_secret secret)
{
	struct tables *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->secret = secret;
	t->peers = peers_new(strangers, secret);
	t->origins = origins_new();
	t->index = index_new();
	if (t->peers && t->origins && t->index)
		return t;
	tables_free(t);
	return NULL;
}

static void network_free(struct network *n)
{
	if (!n)
		return;
	fdb_free(n->fdb);
	neigh_free(n->neigh);
	flood_list_put(n->flood);
	peer_set_put(n->members);
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
	index_free(t->index);
	origins_free(t->origins);
	peers_free(t->peers);
	free(t);
}

uint16_t tables_add_endpoint(struct tables *t, struct endpoint endpoint)
{
	for (uint16_t i = 0; i < t->endpoint_count; i++)
		if (addr_equal(t->endpoints[i].addr, endpoint.addr) &&
		    t->endpoints[i].port == endpoint.port)
			return i;
	if (t->endpoint_count == ENDPOINT_NONE)
		return ENDPOINT_NONE;

	struct endpoint *endpoints =
		reallocarray(t->endpoints, t->endpoint_count + UINT32_C(1), sizeof(*endpoints));

	if (!endpoints)
		return ENDPOINT_NONE;
	t->endpoints = endpoints;
	endpoints[t->endpoint_count] = endpoint;
	return t->endpoint_count++;
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

static bool append_network(struct tables *t, struct network *n)
{
	struct network **networks =
		reallocarray(t->networks, t->network_count + (size_t)1, sizeof(struct network *));

	if (!networks)
		return false;
	t->networks = networks;
	n->id = t->network_count;
	networks[t->network_count++] = n;
	return true;
}

struct network *tables_add_network(struct tables *t, const char *name, uint32_t vni,
				   uint32_t max_fdb, uint32_t ageing)
{
	struct network *n = network_new(t->secret, max_fdb, ageing);

	if (!n)
		return NULL;
	if (!append_network(t, n)) {
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
	n->arp = ARP_SUPPRESS;
	n->offload = true;
	n->too_big = (struct budget) { .rate = NETWORK_ANSWERS, .tokens = NETWORK_ANSWERS };
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

bool tables_is_self(const struct tables *t, struct addr addr)
{
	for (uint16_t i = 0; i < t->endpoint_count; i++)
		if (addr_equal(t->endpoints[i].addr, addr))
			return true;
	return false;
}
