/* Two nodes between whom much is said, for tests of what the underlay and the ports refuse. */
#ifndef SIM_FRIENDS_H
#define SIM_FRIENDS_H

#include "check.h"

enum { FRAMES = 500, FLOWS = 7 };

/* Two nodes that know h1 behind the first and h2 behind the second. */
static inline struct sim *two_friends(uint64_t seed, uint16_t sources)
{
	struct sim *sim = sim_mesh(seed, 2, sources);

	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
	sim_run(sim, MOMENT);
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 0);
	sim_run(sim, MOMENT);
	sim_discard(&sim->node[0]->port[0]);
	sim_discard(&sim->node[1]->port[0]);
	return sim;
}

static inline uint64_t all_drops(struct sim_node *node)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		sum += sim_network(node)->count.drops.count[i] + node->tables->drops.count[i];
	return sum;
}

/* Frame @i of FRAMES belongs to flow i % FLOWS; sizes vary so that runs break. */
static inline void say_many(struct sim_port *port, struct host from, struct host to)
{
	uint8_t frame[512];

	for (uint32_t i = 0; i < FRAMES; i++) {
		uint16_t sport = (uint16_t)(1000 + i % FLOWS);

		sim_give(port, frame, make_udp(frame, from, to, sport, 64 + i * 13 % 200, i));
	}
}

/* All of them came, each flow in its order. */
static inline void assert_all_in_order(struct sim_port *port)
{
	uint32_t next[FLOWS];
	struct sim_packet *packet;
	unsigned count = 0;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		next[flow] = flow;
	while ((packet = sim_take(port))) {
		uint32_t number = number_of(packet->at);

		assert_int_equal(number, next[number % FLOWS]);
		next[number % FLOWS] += FLOWS;
		assert_true(is_sound(packet->at, packet->len));
		sim_done(port->node->sim, packet);
		count++;
	}
	assert_int_equal(count, FRAMES);
}

#endif
