/* Where a MAC lives: behind a local port, or behind a peer.
 *
 * A peer is named by a reference with a generation: slots of strangers are used again, and an entry
 * that still names the former holder must not follow the slot to the next. */
#ifndef TABLE_PLACE_H
#define TABLE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct peer_ref {
	uint32_t slot;       /* in the peer table */
	uint32_t generation; /* of that slot when the reference was made */
};

/* A peer and the UDP port it listens on: where a datagram goes. */
struct destination {
	struct peer_ref peer;
	uint16_t port; /* 0: where that peer takes the network's (network_port_at()) */
};

enum place_kind { PLACE_PORT, PLACE_PEER };

struct place {
	enum place_kind kind;
	uint32_t port;         /* PLACE_PORT: index among the network's ports */
	struct destination to; /* PLACE_PEER */
};

static inline struct place place_port(uint32_t port)
{
	return (struct place) { .kind = PLACE_PORT, .port = port };
}

static inline struct place place_peer(struct destination to)
{
	return (struct place) { .kind = PLACE_PEER, .to = to };
}

static inline bool peer_ref_equal(struct peer_ref a, struct peer_ref b)
{
	return a.slot == b.slot && a.generation == b.generation;
}

/* The same port or the same peer; the peer's UDP port does not count. */
static inline bool place_same(struct place a, struct place b)
{
	if (a.kind != b.kind)
		return false;
	return a.kind == PLACE_PORT ? a.port == b.port : peer_ref_equal(a.to.peer, b.to.peer);
}

#endif
