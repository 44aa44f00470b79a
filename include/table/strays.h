/* Strays: datagrams that arrived and belong to no network here, by sender and VNI.
 *
 * A counter says that there are some; this says whose.  It is what tells a node that has another VNI, or
 * sends from another address than the file gives, from one that is silent.  A fixed number of places:
 * who was heard longest ago makes room, so strangers who invent addresses can push each other out, and
 * nothing more.  Known peers and unknown senders have places of their own. */
#ifndef TABLE_STRAYS_H
#define TABLE_STRAYS_H

#include "table/drops.h"
#include "wire/addr.h"

enum {
	STRAYS_KNOWN = 32,   /* of peers: a VNI that is not here */
	STRAYS_UNKNOWN = 16, /* of senders who are no member */
	STRAYS = STRAYS_KNOWN + STRAYS_UNKNOWN,
};

struct stray {
	struct addr from; /* ADDR_NONE: a free place */
	uint32_t vni;
	uint16_t port; /* on which it arrived */
	enum drop_reason reason;
	uint64_t count;
	uint32_t tick; /* of the last one */
};

struct strays {
	struct stray of[STRAYS];
};

/* Another datagram like @like (count and tick aside) came.  @known: from a peer. */
void strays_note(struct strays *strays, const struct stray *like, bool known, uint64_t now);

#endif
