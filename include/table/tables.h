/* Everything the switch remembers, in one place: the networks, the peers, our own endpoints, and
 * the index that finds a network by (endpoint, VNI). */
#ifndef TABLE_TABLES_H
#define TABLE_TABLES_H

#include "table/network.h"
#include "table/origin.h"
#include "table/peers.h"
#include "table/probes.h"
#include "table/strays.h"

#define ENDPOINT_NONE UINT16_MAX

enum {
	ENDPOINT_INTERFACE = 16,
	TABLES_PROBE_ANSWERS = 1000, /* a second, to all peers together; to one: PEER_PROBES */
	TABLES_LOOKED = 1024,        /* entries or destinations, by tables_lead_to() */
	TABLES_AGED = 4096,          /* entries of one network removed in one visit */
};

/* A local address and UDP port we receive on. */
struct endpoint {
	struct addr addr;
	uint16_t port;
	bool own_port; /* it is some network's: peers have that network there, too */
	uint32_t mtu;  /* largest outer packet its interface takes */
	char interface[ENDPOINT_INTERFACE]; /* where multicast leaves; "": nobody said */
};

/* (endpoint, VNI) → network: open addressing, filled by the control side only. */
struct network_index;

/* Which networks have something to age, and when. */
struct agenda;

struct tables {
	struct peers *peers;
	struct origins *origins;
	struct hash_secret secret;

	struct network **networks; /* by id; NULL where one was removed */
	uint32_t network_count;

	struct endpoint *endpoints; /* by number; address family ADDR_NONE where one was removed */
	uint16_t endpoint_count;

	struct network_index *index;
	struct agenda *agenda;

	struct drops drops; /* of datagrams before their network was known */

	struct probes probes;        /* of our own that wait */
	struct budget probe_answers; /* to all peers together */

	struct strays strays; /* what came for no network, and from whom */
};

/* Empty tables with room for @strangers strangers; NULL when memory is short. */
struct tables *tables_new(uint32_t strangers, struct hash_secret secret);
void tables_free(struct tables *t);

/* The number of the endpoint, the old one if it exists, else the lowest free; ENDPOINT_NONE when
 * memory is short. */
uint16_t tables_add_endpoint(struct tables *t, struct endpoint endpoint);

/* A network in the lowest free place, with empty tables, no ports, no endpoints, learning on, `arp: suppress`, offload on,
 * the standard port, an inner MTU of 1450, no limit but that on "too big" messages, and an FDB for
 * @max_fdb learned entries that age after @ageing seconds.  NULL when memory is short. */
struct network *tables_add_network(struct tables *t, const char *name, uint32_t vni,
				   uint32_t max_fdb, uint32_t ageing);

/* Datagrams for @vni at @endpoint belong to @n.  False when memory is short or the pair is taken.
 */
bool tables_listen(struct tables *t, struct network *n, uint16_t endpoint);

/* -- Ageing -- */

/* Whoever put something that ages into the tables of @n, one of @t's networks, says so. */
void tables_expect(struct tables *t, const struct network *n);

/* Removes what is past its age, of the networks where something may be, the longest due first; at
 * least once a second.  Ends after @budget steps, or few more: 2 × TABLES_AGED at most; a step is a
 * network visited, an entry of its FDB removed, or one of its neighbours looked at.  Returns them. */
uint32_t tables_age(struct tables *t, uint64_t now, uint32_t budget);

/* -- Changing everything at once --
 *
 * A reload makes the tables that are wanted beside the running ones, whole, and puts them in their
 * place in one step: whatever fails before changes nothing.  The two share peers, origins, and
 * every network that stays what it is. */

/* Empty tables that share @t's peers and origins; NULL when memory is short. */
struct tables *tables_beside(struct tables *t);

/* The endpoint as number @number, which is free.  False when memory is short. */
bool tables_put_endpoint(struct tables *beside, uint16_t number, struct endpoint endpoint);

/* Network @n of the running tables, as it is and where it is, listened for as before: its endpoints
 * keep their numbers.  False when memory is short. */
bool tables_share_network(struct tables *beside, struct network *n);

/* A network as tables_add_network() makes it, in place of the running one @old, with its ports and
 * counters, and no entries yet. */
struct network *tables_succeed_network(struct tables *beside, const struct network *old,
				       const char *name, uint32_t vni, uint32_t max_fdb,
				       uint32_t ageing);

/* Now that all is put into @n, the successor of @old: it will have, besides, what traffic taught @old
 * (not what came from a peer that may not speak in @n, nor from a port that is another now), and
 * entries that no line of the file has made.  Where size and ageing are the same, @n takes over the
 * tables themselves when it takes its place.  False when memory is short. */
bool tables_inherit(const struct tables *beside, struct network *n, const struct network *old);

/* @t becomes what @beside is, which is freed with everything that the two do not share. */
void tables_replace(struct tables *t, struct tables *beside);

/* @beside was not meant: the running tables @t are what counts. */
void tables_abandon(struct tables *t, struct tables *beside);

/* Removes the configured peers that no network names any more, and what was learned from them. Does
 * nothing when memory is short: it can be done later. */
void tables_forget_peers(struct tables *t);

/* NULL when there is none. */
const struct network *tables_find(const struct tables *t, uint16_t endpoint, uint32_t vni);

/* Is this one of our endpoints' addresses? */
bool tables_is_self(const struct tables *t, struct addr addr);

/* The endpoint's number from which @n sends to peers of @family, or ENDPOINT_NONE. */
static inline uint16_t network_endpoint(const struct network *n, enum addr_family family)
{
	return family == ADDR_V6 ? n->endpoint_v6 : n->endpoint_v4;
}

/* Where @peer takes @n's datagrams, if no entry says otherwise. */
static inline uint16_t network_port_at(const struct network *n, const struct peer *peer)
{
	return peer_port(peer, n->port, n->own_port);
}

/* @port, 0 where none is given, as the destination at @to has it: 0 for where that peer takes @n's
 * datagrams anyway. */
uint16_t tables_port_word(const struct tables *t, const struct network *n, struct addr to,
			  uint16_t port);

/* The UDP port of @to in @n; the network's for a forgotten peer. */
uint16_t tables_port_of(const struct tables *t, const struct network *n, struct destination to);

/* Does anything in @n lead tenants' frames to @peer: what it learns, its flood list, an entry?  Asked by
 * probes: of what is long only the beginning is looked at, and the rest is believed to. */
bool tables_lead_to(const struct tables *t, const struct network *n, struct peer_ref peer);

/* The interface on which datagrams to @to leave, where that is said: for multicast; else NULL. */
const char *tables_interface_of(const struct tables *t, const struct network *n,
				struct destination to);

#endif
