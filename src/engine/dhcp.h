/* DHCP served to clients on local ports (RFC 2131 §4.3), from the bindings of their network.
 *
 *   DISCOVER  OFFER, at once: a hint
 *   REQUEST   ACK, once the lease is durable; NAK for an address that is not the client's.  Silence
 *             when it took another server's offer, and to who renews what another node has given: that
 *             is its own until it ends
 *   DECLINE   nobody gets that address for a while
 *   RELEASE   nobody has it now
 *   INFORM    ACK without an address
 *
 * What is to be durable waits in a queue of ENGINE_LEASES, the ACK with it; when that is full, clients are
 * not heard, and ask again. */
#ifndef ENGINE_DHCP_H
#define ENGINE_DHCP_H

#include "engine/engine.h"

enum {
	DHCP_FRAME = ETH_LEN + 2 * VLAN_LEN + DHCP_ROOM, /* longest answer */
};

/* A change that is not durable yet. */
struct dhcp_held {
	struct lease_change change;
	uint32_t vni, port;
	bool is_new;  /* nobody had the address before */
	uint16_t len; /* of the answer; 0: there is none */
	uint8_t answer[DHCP_FRAME];
};

struct dhcp_queue {
	struct dhcp_held held[ENGINE_LEASES]; /* by ticket */
	uint64_t added, taken, done;          /* tickets: the first is 1 */
};

/* Serves the message in @f, punted by @v. */
void dhcp_serve(struct engine *e, struct network *n, const struct verdict *v, const struct frame *f,
		uint64_t now);

#endif
