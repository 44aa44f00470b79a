/* Learning, ageing, moving and freezing, seen from the hosts. */
#include "check.h"

/* @to's answer teaches everybody where it lives. */
static void teach(struct sim_port *port, struct host who, struct host whom)
{
	say(port, who, whom, 0);
	sim_run(port->node->sim, MOMENT);
}

static void discard_all(struct sim *sim)
{
	for (unsigned i = 0; i < sim->nodes; i++)
		sim_discard(&sim->node[i]->port[0]);
}

static void floods_until_learned(void **state)
{
	struct sim *sim = sim_mesh(2, 3, 1);
	struct sim_port *a = &sim->node[0]->port[0], *b = &sim->node[1]->port[0],
			*c = &sim->node[2]->port[0];
	struct host h1 = host_of(1), h2 = host_of(2);

	(void)state;
	say(a, h1, h2, 10); /* nobody knows h2 */
	sim_run(sim, MOMENT);
	assert_hears(b, 10);
	assert_hears(c, 10);
	say(b, h2, h1, 11); /* b knows h1 from that frame; a learns h2 */
	sim_run(sim, MOMENT);
	assert_hears(a, 11);
	assert_null(sim_take(c));
	say(a, h1, h2, 12);
	sim_run(sim, MOMENT);
	assert_hears(b, 12);
	assert_null(sim_take(c));
	sim_free(sim);
}

static void forgets_what_is_silent(void **state)
{
	struct sim *sim = sim_mesh(3, 3, 1);
	struct sim_port *a = &sim->node[0]->port[0], *b = &sim->node[1]->port[0],
			*c = &sim->node[2]->port[0];
	struct host h1 = host_of(1), h2 = host_of(2);
	const struct fdb_counts *counts = fdb_counts(sim_network(sim->node[0])->fdb);

	(void)state;
	teach(b, h2, h1);
	discard_all(sim);
	sim_run(sim, 299 * NS_PER_S);
	say(a, h1, h2, 20);
	sim_run(sim, MOMENT);
	assert_hears(b, 20);
	assert_null(sim_take(c));
	sim_run(sim, 2 * NS_PER_S); /* sending to h2 did not refresh it */
	say(a, h1, h2, 21);
	sim_run(sim, MOMENT);
	assert_hears(b, 21);
	assert_hears(c, 21);
	assert_int_equal(counts->aged, 1);
	sim_run(sim, 302 * NS_PER_S);
	assert_int_equal(counts->learned, 0);
	sim_free(sim);
}

static unsigned events_of(struct sim_node *node, enum event_kind kind)
{
	struct event event;
	unsigned count = 0;

	while (engine_next_event(node->engine, &event))
		count += event.kind == kind;
	return count;
}

static void follows_a_move_and_freezes_a_juggler(void **state)
{
	struct sim *sim = sim_mesh(4, 3, 1);
	struct sim_port *a = &sim->node[0]->port[0], *b = &sim->node[1]->port[0],
			*c = &sim->node[2]->port[0];
	struct host h1 = host_of(1), h2 = host_of(2);

	(void)state;
	teach(a, h1, h2); /* b and c know h1 */
	teach(b, h2, h1);
	events_of(sim->node[0], EVENT_MOVED);
	teach(c, h2, h1); /* moved: the newest place wins */
	assert_int_equal(events_of(sim->node[0], EVENT_MOVED), 1);
	discard_all(sim);
	say(a, h1, h2, 30);
	sim_run(sim, MOMENT);
	assert_hears(c, 30);
	assert_null(sim_take(b));

	for (unsigned i = 0; i < FDB_MOVES; i++)
		teach(i % 2 ? c : b, h2, h1);
	assert_int_equal(events_of(sim->node[0], EVENT_FROZEN), 1);
	assert_int_equal(drops_of(sim->node[0], DROP_MAC_FROZEN), 1);
	sim_run(sim, (FDB_MOVE_SPAN + 1) * NS_PER_S);
	teach(b, h2, h1);
	discard_all(sim);
	say(a, h1, h2, 31);
	sim_run(sim, MOMENT);
	assert_hears(b, 31);
	sim_free(sim);
}

static void a_loop_is_refused(void **state)
{
	struct sim *sim = sim_mesh(5, 2, 1);
	struct network *n = sim_network(sim->node[1]);
	struct host h1 = host_of(1), h2 = host_of(2);

	(void)state;
	assert_int_not_equal(network_add_port(n, h1.mac, SIM_INNER_MTU, true, 0), PORT_NONE);
	say(&sim->node[0]->port[0], h1, h2, 1);
	sim_run(sim, MOMENT);
	assert_null(sim_take(&sim->node[1]->port[0]));
	assert_int_equal(drops_of(sim->node[1], DROP_LOCAL_MAC), 1);
	sim_free(sim);
}

static void misses_are_noted(void **state)
{
	struct sim *sim = sim_mesh(6, 2, 1);
	struct sim_node *a = sim->node[0];
	struct network *n = sim_network(a);
	struct event event;
	uint8_t frame[256];

	(void)state;
	flood_list_put(n->flood);
	n->flood = NULL;
	n->arp = ARP_PROXY;
	say(&a->port[0], host_of(1), host_of(2), 1);
	sim_give(&a->port[0], frame, make_arp_request(frame, host_of(1), host_of(3)));
	sim_run(sim, MOMENT);
	assert_true(engine_next_event(a->engine, &event));
	assert_int_equal(event.kind, EVENT_L2_MISS);
	assert_true(mac_equal(event.mac, host_of(2).mac));
	assert_true(engine_next_event(a->engine, &event));
	assert_int_equal(event.kind, EVENT_L3_MISS);
	assert_memory_equal(event.ip.octet, host_of(3).ip, 4);
	assert_false(engine_next_event(a->engine, &event));
	for (unsigned i = 0; i < EVENT_RING + 10; i++)
		say(&a->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	assert_int_equal(engine_lost_events(a->engine), 10);
	sim_free(sim);
}

/* `nol2miss`, `nol3miss`: nobody is told, each by itself, and counted it is all the same. */
static void misses_can_be_silenced(void **state)
{
	(void)state;
	for (unsigned told = 0; told < 4; told++) {
		struct sim *sim = sim_mesh(7, 2, 1);
		struct sim_node *a = sim->node[0];
		struct network *n = sim_network(a);
		unsigned seen = 0;
		struct event event;
		uint8_t frame[256];

		flood_list_put(n->flood);
		n->flood = NULL;
		n->arp = ARP_PROXY;
		n->l2miss = told & 1;
		n->l3miss = told & 2;
		say(&a->port[0], host_of(1), host_of(2), 1);
		sim_give(&a->port[0], frame, make_arp_request(frame, host_of(1), host_of(3)));
		sim_run(sim, MOMENT);
		while (engine_next_event(a->engine, &event))
			seen |= event.kind == EVENT_L2_MISS ? 1 : 2;
		assert_int_equal(seen, told);
		assert_int_equal(n->count.l2_misses, 1);
		assert_int_equal(n->count.l3_misses, 1);
		sim_free(sim);
	}
}

static void a_known_neighbour_is_answered_for(void **state)
{
	struct sim *sim = sim_mesh(7, 2, 1);
	struct sim_node *a = sim->node[0];
	struct host h2 = host_of(2);
	struct neigh_entry entry = { .ip = addr_v4(h2.ip), .mac = h2.mac };
	struct sim_packet *packet;
	uint8_t frame[256];

	(void)state;
	sim_network(a)->arp = ARP_SUPPRESS;
	assert_true(neigh_put(sim_network(a)->neigh, entry));
	sim_give(&a->port[0], frame, make_arp_request(frame, host_of(1), h2));
	sim_run(sim, MOMENT);
	packet = sim_take(&a->port[0]);
	assert_non_null(packet);
	make_arp_reply(frame, h2, host_of(1));
	assert_memory_equal(packet->at, frame, ETH_LEN + 28);
	sim_done(sim, packet);
	assert_null(sim_take(&sim->node[1]->port[0]));
	assert_int_equal(a->wire.datagrams, 0);
	sim_free(sim);
}

static void set_port_of(struct sim_node *node, const struct sim_node *of, uint16_t port)
{
	struct peer_ref ref;

	assert_true(peers_find(node->tables->peers, of->addr, &ref));
	peers_set_port(node->tables->peers, ref, port);
}

static void goes_there_and_back(struct sim *sim, uint32_t number)
{
	struct sim_port *a = &sim->node[0]->port[0], *b = &sim->node[1]->port[0];

	say(b, host_of(2), host_of(1), number); /* flooded, or by what was learned */
	sim_run(sim, MOMENT);
	assert_hears(a, number);
	say(a, host_of(1), host_of(2), number + 1); /* learned from it */
	sim_run(sim, MOMENT);
	assert_hears(b, number + 1);
}

/* What is learned from a node goes to where that node listens, also when that changes. */
static void a_node_has_a_port_of_its_own(void **state)
{
	struct sim *sim = sim_mesh(8, 2, 1);
	struct endpoint *there = &sim->node[1]->tables->endpoints[0];

	(void)state;
	sim_network(sim->node[1])->port = there->port = 4790;
	set_port_of(sim->node[0], sim->node[1], 4790);
	set_port_of(sim->node[1], sim->node[0], VXLAN_PORT);
	goes_there_and_back(sim, 10);
	sim_network(sim->node[1])->port = there->port = 4791;
	set_port_of(sim->node[0], sim->node[1], 4791);
	goes_there_and_back(sim, 20);
	/* The network's own port beats the node's. */
	sim_network(sim->node[1])->port = there->port = VXLAN_PORT;
	sim_network(sim->node[0])->own_port = sim_network(sim->node[1])->own_port = true;
	goes_there_and_back(sim, 30);
	sim_free(sim);
}

/* What the outside of datagrams decides is decided once for a batch; but who a stranger is changes
 * with his first frame, and the others must not seem to come from elsewhere. */
static void a_stranger_speaks_at_length(void **state)
{
	struct sim *sim = sim_new(17);
	struct sim_node *a = sim_add_node(sim, "10.0.0.1", 1);
	struct sim_node *b = sim_add_node(sim, "10.0.0.2", 1);
	struct network *of_a = sim_add_network(a, SIM_VNI), *of_b = sim_add_network(b, SIM_VNI);
	struct sim_port *from = sim_add_port(b, of_b, sim_takes_all);
	struct sim_port *to = sim_add_port(a, of_a, sim_takes_all);
	uint8_t frame[256];

	(void)state;
	sim_set_flood(b, of_b, &a->addr, 1); /* a knows nothing of b */
	for (uint16_t i = 0; i < 8; i++)     /* eight flows, so that nothing is put together */
		sim_give(from, frame,
			 make_udp(frame, host_of(2 + i % 2), host_of(1), 1000 + i, 64, i));
	sim_run(sim, MOMENT);
	assert_int_equal(sim_discard(to), 8);
	assert_int_equal(fdb_counts(of_a->fdb)->learned, 2);
	assert_int_equal(fdb_counts(of_a->fdb)->moves, 0);
	assert_int_equal(fdb_held_by(of_a->fdb, FDB_OWNER_STRANGERS), 2);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(floods_until_learned),
		cmocka_unit_test(forgets_what_is_silent),
		cmocka_unit_test(follows_a_move_and_freezes_a_juggler),
		cmocka_unit_test(a_loop_is_refused),
		cmocka_unit_test(a_node_has_a_port_of_its_own),
		cmocka_unit_test(a_stranger_speaks_at_length),
		cmocka_unit_test(misses_are_noted),
		cmocka_unit_test(misses_can_be_silenced),
		cmocka_unit_test(a_known_neighbour_is_answered_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
