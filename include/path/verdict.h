/* What happens to a frame: one verdict each.
 *
 * Deciding changes nothing.  outbound_decide() and inbound_decide() look at the tables, the frame
 * and `now`, and answer with a verdict: what is to be done, which table line decided it and where
 * that line came from, and the effects it asks for.  verdict_commit() alone carries the effects
 * into tables and counters; the engine alone moves bytes.  So the trace of a frame is the live
 * answer by construction, and a test can ask a million times and find the tables byte for byte the
 * same.
 *
 *   DROP(reason)       counted under its name
 *   REPLY(port)        the switch itself answers on the port the frame came from
 *   DELIVER(port)      to one local port
 *   DELIVER_ALL        inbound: to every local port, never to another peer (split horizon)
 *   SEND(peer)         outbound: to one peer
 *   FLOOD(list, ports) outbound: to every destination of the list and every other local port
 *   PUNT(service)      it is for the switch itself, and nobody else sees it */
#ifndef PATH_VERDICT_H
#define PATH_VERDICT_H

#include "table/bindings.h"
#include "table/tables.h"
#include "wire/frame.h"

enum action {
	ACTION_DROP,
	ACTION_REPLY,
	ACTION_DELIVER,
	ACTION_DELIVER_ALL,
	ACTION_SEND,
	ACTION_FLOOD,
	ACTION_PUNT,
};

/* Who takes what was punted. */
enum service {
	SERVICE_NONE,
	SERVICE_PROBE_REQUEST, /* to be answered to the peer it came from */
	SERVICE_PROBE_ANSWER,  /* to a probe of ours, named in the effects */
	SERVICE_DHCP,          /* outbound: a client's, to be answered on the port it came from */
};

/* What a REPLY says. */
enum answer {
	ANSWER_NONE,
	ANSWER_ARP,     /* ARP reply from the neighbour table */
	ANSWER_ND,      /* neighbour advertisement from the neighbour table */
	ANSWER_BINDING, /* ARP reply: the gateway that DHCP speaks for, or who leases the address */
	ANSWER_TOO_BIG, /* ICMP: the frame does not fit the path; also counted as tx-too-big */
};

/* Which question the tables could not answer (kernel's words: l2 = MAC, l3 = neighbour). */
enum miss { MISS_NONE, MISS_L2, MISS_L3 };

/* What commit shall do besides counting. */
struct effects {
	struct fdb_judgement source; /* what the source address means for the FDB */
	struct place place; /* where it was seen; port 0 of a destination: the network's own */
	uint32_t owner;     /* whom a new entry counts against */
	bool admit;         /* inbound: the sender is a stranger to be remembered first */
	bool reserved_bits; /* inbound: reserved bits were set (and ignored) */
	uint64_t copies;    /* outbound: extra copies charged to bum-limit */
	enum miss miss;
	struct addr miss_ip; /* MISS_L3 */
	uint32_t probe;      /* SERVICE_PROBE_ANSWER: slot of the probe that it answers ... */
	bool no_network;     /* ... by saying that there is no such network */
	bool one_way;        /* ... or that nothing leads back */
};

struct verdict {
	enum action action;
	enum drop_reason reason; /* ACTION_DROP; also ANSWER_TOO_BIG */
	uint32_t network;        /* id; NETWORK_NONE: dropped before it was known */
	uint32_t vni;            /* inbound, once the VXLAN header was read */

	uint32_t from_port;    /* outbound: where the frame came from; inbound PORT_NONE */
	struct addr from_peer; /* inbound: outer source; outbound family ADDR_NONE */

	uint32_t port;           /* DELIVER, REPLY: the local port */
	struct destination to;   /* SEND; port filled in, never 0 */
	struct flood_list *list; /* FLOOD; NULL: local ports only */

	enum answer answer;    /* REPLY */
	uint32_t answer_mtu;   /* ANSWER_TOO_BIG: inner bytes that fit */
	struct addr answer_ip; /* ANSWER_BINDING: who was asked for ... */
	struct mac answer_mac; /* ... and is there */

	enum service service; /* PUNT */

	uint32_t fdb_slot;   /* the entry that decided the way; FDB_NONE */
	uint32_t neigh_slot; /* the neighbour that answered; NEIGH_NONE */
	uint32_t origin;     /* where the deciding line came from */

	uint8_t outer_tos; /* SEND, FLOOD */
	uint32_t flow;     /* SEND, FLOOD: hash that picks the source port */
	bool set_ecn;      /* inbound: write `ecn` into the inner header */
	uint8_t ecn;

	struct effects effects;
};

/* What commit did that somebody may want to hear of. */
enum note {
	NOTE_NONE,
	NOTE_MOVED,    /* the source lives elsewhere now */
	NOTE_FROZEN,   /* it moved too often */
	NOTE_REPEATED, /* a local port floods the same frame again and again: a loop */
};

/* Carries the effects of @v, decided on the unchanged @t, into tables and counters: learning,
 * moves, strangers, budgets, misses, frames and drops.  What the underlay or a port refuses later
 * is counted by the engine.  @f is the frame @v was decided for; NULL when it did not even parse.
 */
enum note verdict_commit(struct tables *t, const struct verdict *v, const struct frame *f,
			 uint64_t now);

/* Counts a drop that happened after the verdict; @network may be NETWORK_NONE. */
void tables_count_drop(struct tables *t, uint32_t network, enum drop_reason reason,
		       uint64_t frames);

/* "DROP", "SEND" ... */
const char *action_name(enum action action);

#endif
