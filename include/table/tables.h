/* Everything the switch remembers, in one place: the networks, the peers, our own endpoints, and
 * the index that finds a network by (endpoint, VNI). */
#ifndef TABLE_TABLES_H
#define TABLE_TABLES_H

#include "table/network.h"
#include "table/origin.h"
#include "table/peers.h"

#define ENDPOINT_NONE UINT16_MAX

/* A local address and UDP port we receive on. */
struct endpoint {
	struct addr addr;
	uint16_t port;
	uint32_t mtu; /* largest outer packet its interface takes */
};

/* (endpoint, VNI) → network: open addressing, filled by the control side only. */
struct network_index;

struct tables {
	struct peers *peers;
	struct origins *origins;
	struct hash_secret secret;

	struct network **networks; /* by id; NULL where one was removed */
	uint32_t network_count;

	struct endpoint *endpoints; /* by number */
	uint16_t endpoint_count;

	struct network_index *index;

	struct drops drops; /* of datagrams before their network was known */
};

/* Empty tables with room for @strangers strangers; NULL when memory is short. */
struct tables *tables_new(uint32_t strangers, struct hash_secret secret);
void tables_free(struct tables *t);

/* The number of the endpoint, the old one if it exists; ENDPOINT_NONE when memory is short. */
uint16_t tables_add_endpoint(struct tables *t, struct endpoint endpoint);

/* A network with empty tables, no ports, no endpoints, learning on, `arp: suppress`, offload on,
 * the standard port, an inner MTU of 1450, no limit but that on "too big" messages, and an FDB for
 * @max_fdb learned entries that age after @ageing seconds.  NULL when memory is short. */
struct network *tables_add_network(struct tables *t, const char *name, uint32_t vni,
				   uint32_t max_fdb, uint32_t ageing);

/* Datagrams for @vni at @endpoint belong to @n.  False when memory is short or the pair is taken.
 */
bool tables_listen(struct tables *t, struct network *n, uint16_t endpoint);

/* NULL when there is none. */
const struct network *tables_find(const struct tables *t, uint16_t endpoint, uint32_t vni);

/* Is this one of our endpoints' addresses? */
bool tables_is_self(const struct tables *t, struct addr addr);

/* The endpoint's number from which @n sends to peers of @family, or ENDPOINT_NONE. */
static inline uint16_t network_endpoint(const struct network *n, enum addr_family family)
{
	return family == ADDR_V6 ? n->endpoint_v6 : n->endpoint_v4;
}

#endif
