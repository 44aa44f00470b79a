/* The engine's doors put on real things: TAPs and UDP endpoints. */
#ifndef APP_OPS_H
#define APP_OPS_H

#include "engine/ops.h"
#include "port/tap.h"
#include "port/udp.h"

/* A local port: a TAP, and where it belongs. */
struct tap_port {
	struct tap tap;
	uint32_t network, index;
};

/* An endpoint: its sockets, and what was heard on them.  `heard` leaves out our own datagrams,
 * which a multicast group brings back to us. */
struct underlay_wire {
	struct udp *udp;
	uint16_t endpoint;
	struct addr self;
	uint64_t received;                  /* on all sockets */
	uint64_t errors;                    /* fetched from the error queues of all sockets */
	uint64_t heard[1 + UDP_GROUPS_MAX]; /* by receiving socket, from others */
};

extern const struct port_ops tap_port_ops;      /* on struct tap_port */
extern const struct wire_ops underlay_wire_ops; /* on struct underlay_wire */

#endif
