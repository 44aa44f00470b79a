/* The engine's doors put on real things: TAPs and UDP endpoints. */
#ifndef APP_OPS_H
#define APP_OPS_H

#include "app/routes.h"
#include "base/backoff.h"
#include "base/log.h"
#include "engine/ops.h"
#include "plan/plan.h"
#include "port/tap.h"
#include "port/udp.h"

/* A local port: a TAP, and where it belongs. */
struct tap_port {
	struct tap tap;
	uint32_t network, index;
	const struct plan_network *wanted; /* in the plan that runs */
	struct backoff backoff;            /* app/revive.h: while its device is lost */
	bool refused;                      /* and it was said why it does not come back */
	struct routes_known known;         /* app/routed.h: what the kernel routes to it */
};

/* What is known to be wrong with an endpoint. */
struct wire_state {
	bool no_address, said_no_address;
	bool no_interface; /* and that was said */
	bool lost;         /* its interface went, and was not followed yet */
	struct log_limit address, interface;
};

/* An endpoint: its sockets, and what was heard on them.  `heard` leaves out our own datagrams,
 * which a multicast group brings back to us. */
struct underlay_wire {
	struct udp *udp;
	uint16_t endpoint;
	struct addr self;
	const struct plan_endpoint *wanted; /* in the plan that runs */
	uint64_t received;                  /* on all sockets */
	uint64_t errors;                    /* fetched from the error queues of all sockets */
	uint64_t heard[1 + UDP_GROUPS_MAX]; /* by receiving socket, from others */
	struct wire_state state;            /* app/recheck.h */
};

extern const struct port_ops tap_port_ops;      /* on struct tap_port */
extern const struct wire_ops underlay_wire_ops; /* on struct underlay_wire */

#endif
