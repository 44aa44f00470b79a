/* What every test of the simulator includes. */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frames.h"
#include "sim.h"

/* One turn of a link and some. */
#define MOMENT NS_PER_MS

static inline uint64_t drops_of(struct sim_node *node, enum drop_reason reason)
{
	return sim_network(node)->count.drops.count[reason];
}

/* Sends a short numbered datagram from one host to another. */
static inline void say(struct sim_port *port, struct host from, struct host to, uint32_t number)
{
	uint8_t frame[256];

	sim_give(port, frame, make_udp(frame, from, to, 1000, 64, number));
}

/* Exactly one frame reached the host, and it is this one. */
static inline void assert_hears(struct sim_port *port, uint32_t number)
{
	struct sim_packet *packet = sim_take(port);

	assert_non_null(packet);
	assert_int_equal(number_of(packet->at), number);
	sim_done(port->node->sim, packet);
	assert_null(sim_take(port));
}

#endif
