/* Peers: the other VTEPs, one table for the whole process, known by their outer source address.
 *
 * Configured peers (members, flood destinations, multicast groups, fdb destinations) are added by
 * `plan` and stay until no network names them any more (tables_forget_peers()).  Under `accept: any` strangers are remembered as well, in a fixed number of
 * slots made at start; when those are full, the stranger silent for longest makes room, its slot
 * gets a new generation, and entries that name the old one are found to be stale.
 *
 * A node of the cluster file listens on a UDP port of its own, unless a network has one for all its
 * nodes: the peer has it, and where it is said nobody else need say it.  Peers of which the file says
 * so stay, too.
 *
 * A peer carries its counters and the path MTU to it, which is forgotten after PEER_MTU_SPAN.
 *
 * A peer on our own link that answers neither ARP nor ND costs the others: for three seconds at a
 * time the kernel keeps what we send to it, in the buffer of our socket.  So when our own machine
 * reports that it cannot find a peer, that one is *lost*: it gets one datagram a second, to see
 * whether it is back, until it is heard from or PEER_LOST_SPAN has passed without another report. */
#ifndef TABLE_PEERS_H
#define TABLE_PEERS_H

#include "base/hash.h"
#include "table/place.h"
#include "wire/addr.h"

enum {
	PEER_MTU_SPAN = 600,       /* seconds a learned path MTU is believed (RFC 1191 §6.3) */
	PEER_INNER_MTU_MIN = 1280, /* a path MTU that leaves less for inner packets is a lie */
	PEER_LOST_SPAN = 5,        /* seconds; a search takes the kernel three */
	PEER_PROBES = 100,         /* of one peer answered in a second */
};

struct peer_counters {
	uint64_t rx_frames, rx_bytes; /* inner frames delivered to the path */
	uint64_t tx_frames, tx_bytes; /* inner frames sent */
	uint64_t errors;              /* reported by the underlay: ICMP and the like ... */
	int last_error;               /* ... and the errno of the last one */
};

/* Probes answered in one second. */
struct probe_count {
	uint32_t tick;
	uint32_t count;
};

struct peer {
	struct addr addr; /* ADDR_NONE: a free slot */
	uint32_t generation;
	bool stranger;             /* not from the cluster file or a command */
	uint16_t port;             /* where it listens; 0: on the port on which this node does */
	uint32_t heard;            /* tick of the last datagram; 0 = never */
	uint32_t path_mtu;         /* outer bytes; 0 = only the interface's own limit is known */
	uint32_t path_mtu_until;   /* tick */
	uint32_t lost_until;       /* tick; 0 = it can be found */
	uint32_t tried;            /* tick of the last datagram to it while it was lost */
	struct probe_count probed; /* its probes that were answered */
	struct peer_counters count;
};

struct peers;

/* A table with room for @strangers strangers; NULL when memory is short. */
struct peers *peers_new(uint32_t strangers, struct hash_secret secret);
void peers_free(struct peers *peers);

/* Adds a configured peer (a stranger of this address becomes one); the same again gives the same
 * reference.  False when memory is short.  Control side. */
bool peers_add(struct peers *peers, struct addr addr, struct peer_ref *out);

/* The configured peer @ref is one no more: its slot may be another's next, under a new generation. */
void peers_remove(struct peers *peers, struct peer_ref ref);

/* Where @ref listens, as in struct peer; and that of nobody anything is known.  A stale reference does
 * nothing.  Control side. */
void peers_set_port(struct peers *peers, struct peer_ref ref, uint16_t port);
void peers_forget_ports(struct peers *peers);

/* Where @peer takes the datagrams of a network that is on UDP port @port here, and there, too, if the
 * port is the network's @own. */
static inline uint16_t peer_port(const struct peer *peer, uint16_t port, bool own)
{
	return own || peer->port == 0 ? port : peer->port;
}

/* Makes room for @strangers; false when memory is short.  After that, no more of them are
 * remembered: those silent for longest go, if need be. */
bool peers_reserve(struct peers *peers, uint32_t strangers);
void peers_allow(struct peers *peers, uint32_t strangers);

/* One above the highest slot ever used. */
uint32_t peers_end(const struct peers *peers);

/* The peer with this address; false when unknown. */
bool peers_find(const struct peers *peers, struct addr addr, struct peer_ref *out);

/* NULL when the reference is stale. */
const struct peer *peers_at(const struct peers *peers, struct peer_ref ref);

/* Remembers @addr as a stranger, at the cost of the one silent for longest.  False when the table
 * has no room for strangers at all, or @addr is multicast or unspecified. */
bool peers_admit(struct peers *peers, struct addr addr, uint64_t now, struct peer_ref *out);

/* A datagram with a frame of @bytes came from / goes to this peer.  Stale references do nothing. */
void peers_heard(struct peers *peers, struct peer_ref ref, uint64_t frames, uint64_t bytes,
		 uint64_t now);
void peers_sent(struct peers *peers, struct peer_ref ref, uint64_t frames, uint64_t bytes,
		uint64_t now);

/* The underlay reports @error (an errno) about a datagram to it. */
void peers_failed(struct peers *peers, struct peer_ref ref, int error);

/* Our own machine says that it cannot find this peer. */
void peers_lose(struct peers *peers, struct peer_ref ref, uint64_t now);

/* Was it reported lost, and not heard from since? */
bool peer_is_lost(const struct peer *peer, uint64_t now);

/* Is the peer lost, and has had its datagram of this second? */
bool peer_is_held_back(const struct peer *peer, uint64_t now);

/* May a probe of this peer be answered?  One was. */
bool peer_may_probe(const struct peer *peer, uint64_t now);
void peers_probed(struct peers *peers, struct peer_ref ref, uint64_t now);

/* The underlay says that outer packets above @mtu do not reach this peer.  Values that would leave
 * inner packets less than PEER_INNER_MTU_MIN are raised to that; while a smaller value is believed,
 * a larger one changes nothing. */
void peers_set_path_mtu(struct peers *peers, struct peer_ref ref, uint32_t mtu, uint64_t now);

/* Believed path MTU in outer bytes, at most @limit (the interface's). */
uint32_t peer_path_mtu(const struct peer *peer, uint32_t limit, uint64_t now);

/* Walks used slots: the first at or after @slot, false at the end; for showing. */
bool peers_next(const struct peers *peers, uint32_t slot, struct peer_ref *out);

#endif
