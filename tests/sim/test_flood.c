/* Copies: exactly one for everybody, never back, and never in the way of anybody else. */
#include "check.h"

enum { MANY = 1000 };

static const struct peer *peer_of(struct sim_node *node, struct addr addr)
{
	struct peer_ref ref;

	assert_true(peers_find(node->tables->peers, addr, &ref));
	return peers_at(node->tables->peers, ref);
}

static void everybody_once(void **state)
{
	struct sim *sim = sim_mesh(6, 3, 4);
	struct host h[3] = { host_of(1), host_of(2), host_of(3) };
	struct host group = { .mac = everybody, .ip = { 255, 255, 255, 255 } };

	(void)state;
	for (unsigned from = 0; from < 3; from++) {
		say(&sim->node[from]->port[0], h[from], group, 100 + from);
		sim_run(sim, MOMENT);
		for (unsigned to = 0; to < 3; to++) {
			if (to == from)
				assert_null(sim_take(&sim->node[to]->port[0]));
			else
				assert_hears(&sim->node[to]->port[0], 100 + from);
		}
	}
	assert_int_equal(engine_counters(sim->node[0]->engine)->flood_messages, 2);
	for (unsigned i = 1; i < 3; i++) {
		const struct peer *peer = peer_of(sim->node[0], sim->node[i]->addr);

		assert_int_equal(peer->count.tx_frames, 1);
		assert_int_equal(peer->count.rx_frames, 1);
	}
	sim_free(sim);
}

static void every_local_port_once(void **state)
{
	struct sim *sim = sim_mesh(7, 2, 1);
	struct sim_node *a = sim->node[0];
	struct sim_port *second = sim_add_port(a, sim_network(a), sim_takes_nothing);
	struct sim_port *third = sim_add_port(a, sim_network(a), sim_takes_all);
	struct host h1 = host_of(1), h2 = host_of(2), group = { .mac = everybody };

	(void)state;
	say(&a->port[0], h1, group, 1);
	sim_run(sim, MOMENT);
	assert_null(sim_take(&a->port[0]));
	assert_hears(second, 1);
	assert_hears(third, 1);
	assert_hears(&sim->node[1]->port[0], 1);
	say(second, h2, h1, 2); /* port to port: nothing on the wire */
	sim_run(sim, MOMENT);
	assert_hears(&a->port[0], 2);
	assert_null(sim_take(third));
	assert_null(sim_take(&sim->node[1]->port[0]));
	assert_int_equal(sim_network(a)->count.local_frames, 2);
	say(third, host_of(3), host_of(1), 3);
	sim_run(sim, MOMENT);
	say(second, h2, host_of(3), 4);
	sim_run(sim, MOMENT);
	assert_hears(&a->port[0], 3);
	assert_hears(third, 4);
	sim_free(sim);
}

static void a_multicast_group_reaches_its_members(void **state)
{
	struct sim *sim = sim_mesh(8, 3, 1);
	struct addr group;

	(void)state;
	assert_true(addr_parse("239.1.1.1", &group));
	for (unsigned i = 0; i < 3; i++) {
		sim->node[i]->wire.group = group;
		sim_set_flood(sim->node[i], sim_network(sim->node[i]), &group, 1);
	}
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 5);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 5);
	assert_hears(&sim->node[2]->port[0], 5);
	assert_null(sim_take(&sim->node[0]->port[0]));
	assert_int_equal(sim->node[0]->wire.datagrams, 1);
	assert_int_equal(drops_of(sim->node[0], DROP_RX_SELF), 1); /* its own copy, looped */
	say(&sim->node[1]->port[0], host_of(2), host_of(1), 6);    /* the answer goes to one */
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[0]->port[0], 6);
	assert_null(sim_take(&sim->node[2]->port[0]));
	sim_free(sim);
}

/* Tells floods from unicast by the peer they go to. */
struct watch {
	struct addr one;
	unsigned floods, unicast;
	unsigned unicast_after_floods; /* unicast datagrams that came behind a flood in one turn */
};

static void watch_datagram(void *context, const struct run *run, const uint8_t *datagram,
			   size_t len)
{
	struct watch *watch = context;

	(void)datagram;
	(void)len;
	if (!addr_equal(run->to, watch->one)) {
		watch->floods++;
		return;
	}
	watch->unicast++;
	watch->unicast_after_floods += watch->floods > 0;
}

static void flood_to_many(struct sim_node *node)
{
	static struct addr to[MANY];

	for (unsigned i = 0; i < MANY; i++)
		to[i] = (struct addr) { .family = ADDR_V4,
					.octet = { 172, 16, (uint8_t)(i >> 8), (uint8_t)i } };
	sim_set_flood(node, sim_network(node), to, MANY);
}

static void a_thousand_peers_do_not_delay_unicast(void **state)
{
	struct sim *sim = sim_mesh(9, 2, 1);
	struct sim_node *a = sim->node[0];
	struct host h1 = host_of(1), h2 = host_of(2);
	struct watch total = { .one = sim->node[1]->addr };
	unsigned turns = 0;

	(void)state;
	say(&sim->node[1]->port[0], h2, h1, 0);
	sim_run(sim, MOMENT);
	flood_to_many(a);
	say(&a->port[0], h1, host_of(77), 1);
	a->wire.sent = watch_datagram;
	for (bool more = true; more; turns++) {
		struct watch turn = { .one = total.one };

		a->wire.context = &turn;
		say(&a->port[0], h1, h2, 2 + turns);
		more = sim_turn(a) && total.floods + turn.floods < MANY;
		assert_int_equal(turn.unicast, 1);
		assert_int_equal(turn.unicast_after_floods, 0);
		assert_true(turn.floods <= ENGINE_FLOOD_MESSAGES);
		total.floods += turn.floods;
	}
	assert_int_equal(total.floods, MANY);
	assert_int_equal(turns, (MANY + ENGINE_FLOOD_MESSAGES - 1) / ENGINE_FLOOD_MESSAGES);
	assert_int_equal(engine_counters(a->engine)->flood_messages, MANY);
	a->wire.sent = NULL;
	sim_free(sim);
}

static void networks_take_turns(void **state)
{
	struct sim *sim = sim_mesh(10, 2, 1);
	struct sim_node *a = sim->node[0];
	struct network *second = sim_add_network(a, SIM_VNI + 1);
	struct sim_port *port = sim_add_port(a, second, sim_takes_all);
	struct addr same[ENGINE_FLOOD_MESSAGES];

	(void)state;
	for (unsigned i = 0; i < ENGINE_FLOOD_MESSAGES; i++)
		same[i] = sim->node[1]->addr;
	sim_set_flood(a, second, same, ENGINE_FLOOD_MESSAGES);
	flood_to_many(a);
	say(&a->port[0], host_of(1), host_of(77), 1);
	say(port, host_of(1), host_of(77), 2);
	sim_turn(a);
	assert_int_equal(engine_counters(a->engine)->flood_messages, ENGINE_FLOOD_MESSAGES);
	assert_int_equal(sim->under_way.count, ENGINE_FLOOD_MESSAGES / 2); /* the many are nobody */
	sim_free(sim);
}

static void the_queue_is_bounded(void **state)
{
	struct sim *sim = sim_mesh(11, 2, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	flood_to_many(a);
	for (unsigned i = 0; i < ENGINE_FLOOD_SLOTS + 50; i++)
		say(&a->port[0], host_of(1), host_of(77), i);
	for (unsigned i = 0; i < 6; i++)
		sim_turn(a);
	assert_int_equal(drops_of(a, DROP_UNDERLAY_FULL), 50);
	engine_detach_port(a->engine, 0, 0); /* the network's last: what waits is forgotten */
	sim_turn(a);
	assert_false(sim_turn(a));
	sim_free(sim);
}

static void copies_that_do_not_fit_are_counted(void **state)
{
	struct sim *sim = sim_mesh(12, 3, 1);
	struct sim_node *a = sim->node[0];
	struct peer_ref peer;
	uint8_t frame[2048];

	(void)state;
	assert_true(peers_find(a->tables->peers, sim->node[1]->addr, &peer));
	peers_set_path_mtu(a->tables->peers, peer, 1400, sim->now);
	sim_give(&a->port[0], frame, make_udp(frame, host_of(1), host_of(77), 9, 1400, 1));
	sim_run(sim, MOMENT);
	assert_null(sim_take(&sim->node[1]->port[0]));
	assert_hears(&sim->node[2]->port[0], 1);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 1);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_once),
		cmocka_unit_test(every_local_port_once),
		cmocka_unit_test(a_multicast_group_reaches_its_members),
		cmocka_unit_test(a_thousand_peers_do_not_delay_unicast),
		cmocka_unit_test(networks_take_turns),
		cmocka_unit_test(the_queue_is_bounded),
		cmocka_unit_test(copies_that_do_not_fit_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
