/* What tenants and peers do who mean no good: it costs them, nobody else, and never the process. */
#include "check.h"

enum { FLOODS = 2 * ENGINE_FLOOD_SLOTS };

static uint8_t frame[FRAMES_ROOM];

/* Two nodes that know h1 behind the first and h2 behind the second. */
static struct sim *two_friends(uint64_t seed)
{
	struct sim *sim = sim_mesh(seed, 2, 1);

	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
	sim_run(sim, MOMENT);
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 0);
	sim_run(sim, MOMENT);
	sim_discard(&sim->node[0]->port[0]);
	sim_discard(&sim->node[1]->port[0]);
	return sim;
}

/* All of a superframe's payload came, in order and with right checksums. */
static void assert_stream(struct sim_port *port, size_t payload)
{
	struct sim_packet *packet;
	size_t done = 0;

	while ((packet = sim_take(port))) {
		struct frame f;

		assert_true(is_sound(packet->at, packet->len));
		assert_true(frame_parse(&f, packet->at, packet->len));
		for (size_t i = f.payload; i < f.len; i++, done++)
			assert_int_equal(packet->at[i], (uint8_t)(done * 7 + done / 251));
		sim_done(port->node->sim, packet);
	}
	assert_int_equal(done, payload);
}

/* A peer that wants the smallest segments there are: 64 KB of TCP are more than a thousand. */
static void the_smallest_segments_are_carried(void **state)
{
	struct sim *sim = two_friends(60);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, 65535 - 40, 48);

	(void)state;
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_stream(&sim->node[1]->port[0], 65535 - 40);

	a->wire.room = 5; /* and through an underlay that takes a little at a time */
	sim_give_frame(&a->port[0], &f);
	for (unsigned i = 0; i < 30; i++) {
		sim_run(sim, MOMENT);
		a->wire.room = RUN_DATAGRAMS;
	}
	assert_stream(&sim->node[1]->port[0], 65535 - 40);

	f = make_superframe(frame, host_of(1), host_of(77), FRAME_TCP, 65535 - 40, 48);
	a->wire.room = SIM_PLENTY;
	sim_give_frame(&a->port[0], &f); /* to everybody */
	sim_run(sim, MOMENT);
	assert_stream(&sim->node[1]->port[0], 65535 - 40);
	assert_int_equal(drops_of(a, DROP_OVERSIZE), 0);
	sim_free(sim);
}

/* Such superframes are as much work as many frames: others must not wait for it. */
static void a_turn_is_as_long_as_its_messages(void **state)
{
	enum { MESSAGES = (65535 - 40 + 48 * RUN_DATAGRAMS - 1) / (48 * RUN_DATAGRAMS) };
	struct sim *sim = two_friends(61);
	struct sim_node *a = sim->node[0];
	uint64_t before = a->wire.runs;

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct frame f = make_superframe(frame, host_of(1), host_of(i % 2 ? 2 : 77),
						 FRAME_TCP, 65535 - 40, 48);

		sim_give_frame(&a->port[0], &f);
	}
	sim_turn(a);
	assert_in_range(a->wire.runs - before, ENGINE_BUDGET,
			ENGINE_BUDGET + ENGINE_FLOOD_MESSAGES + 2 * MESSAGES);
	sim_free(sim);
}

/* Segments of one byte: nobody cuts that, and refusing it is no work that others must wait for. */
static void what_is_refused_costs_no_turn(void **state)
{
	struct sim *sim = two_friends(65);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, 60000, 1);

	(void)state;
	for (unsigned i = 0; i < ENGINE_BUDGET - 1; i++)
		sim_give_frame(&a->port[0], &f);
	say(&a->port[0], host_of(1), host_of(2), 7);
	sim_turn(a);
	assert_int_equal(drops_of(a, DROP_OVERSIZE), (ENGINE_BUDGET - 1) * 60000);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 7);
	sim_free(sim);
}

/* A segment may fit the largest IP packet and yet no datagram of ours. */
static void segments_beyond_a_datagram_are_refused(void **state)
{
	struct sim *sim = two_friends(62);
	struct sim_node *a = sim->node[0];
	struct frame f;

	(void)state;
	a->tables->endpoints[0].mtu = 65535;
	sim_network(a)->ports[0].mtu = UINT16_MAX;
	sim->link[0][1].mtu = 65535;
	for (uint16_t gso = 65380; gso < 65445; gso++) {
		f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, gso + 1U, gso);
		sim_give_frame(&a->port[0], &f);
		sim_turn(a);
	}
	assert_true(drops_of(a, DROP_TX_TOO_BIG) > 0);
	sim_free(sim);
}

/* One network floods without end: another one's ARP request still finds room in the queue. */
static void a_flooding_network_leaves_room_for_others(void **state)
{
	struct sim *sim = sim_mesh(63, 2, 1);
	struct sim_node *a = sim->node[0];
	struct network *second = sim_add_network(a, SIM_VNI + 1);
	struct sim_port *port = sim_add_port(a, second, sim_takes_all);
	static struct addr many[1000];

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		many[i] = (struct addr) { .family = ADDR_V4,
					  .octet = { 172, 16, (uint8_t)(i >> 8), (uint8_t)i } };
	sim_set_flood(a, sim_network(a), many, 1000);
	sim_set_flood(a, second, &sim->node[1]->addr, 1);
	for (unsigned i = 0; i < FLOODS; i++)
		say(&a->port[0], host_of(1), host_of(77), i);
	for (unsigned i = 0; i < 2 * FLOODS / ENGINE_BUDGET; i++)
		sim_turn(a);
	assert_true(drops_of(a, DROP_UNDERLAY_FULL) > 0);
	say(port, host_of(1), host_of(77), 2);
	sim_turn(a);
	assert_int_equal(second->count.drops.count[DROP_UNDERLAY_FULL], 0);
	sim_free(sim);
}

static void receive_frame(struct sim_node *to, struct addr from, uint32_t vni, size_t len)
{
	struct sim_packet *packet = sim_packet(to->sim);

	vxlan_write(packet->at, vni);
	memcpy(packet->at + VXLAN_LEN, frame, len);
	packet->len = VXLAN_LEN + len;
	packet->from = from;
	packet->tos = 0;
	sim_push(&to->wire.received, packet);
}

/* A tenant's frame claims the length of everything that the socket merged it with: the bytes of its
 * neighbours in other networks must not become its payload. */
static void nobody_claims_a_neighbours_bytes(void **state)
{
	enum { OTHERS = 5, PAYLOAD = 1000 };
	struct sim *sim = sim_mesh(64, 2, 1);
	struct sim_node *a = sim->node[0];
	struct sim_port *second = sim_add_port(a, sim_add_network(a, SIM_VNI + 1), sim_takes_all);
	size_t len = FRAME_UDP_HEADERS + PAYLOAD;
	size_t claimed = len + OTHERS * (VXLAN_LEN + len);

	(void)state;
	a->wire.gro = true;
	make_superframe(frame, host_of(2), host_of(1), FRAME_UDP, claimed - FRAME_UDP_HEADERS, 0);
	receive_frame(a, sim->node[1]->addr, SIM_VNI, len);
	make_udp(frame, host_of(4), host_of(3), 9, PAYLOAD, 1);
	for (unsigned i = 0; i < OTHERS; i++)
		receive_frame(a, sim->node[1]->addr, SIM_VNI + 1, len);
	sim_run(sim, MOMENT);
	assert_null(sim_take(&a->port[0]));
	assert_null(sim_take(second));
	assert_int_equal(drops_of(a, DROP_TRUNCATED) + a->tables->drops.count[DROP_TRUNCATED],
			 1 + OTHERS);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_segments_are_carried),
		cmocka_unit_test(a_turn_is_as_long_as_its_messages),
		cmocka_unit_test(what_is_refused_costs_no_turn),
		cmocka_unit_test(segments_beyond_a_datagram_are_refused),
		cmocka_unit_test(a_flooding_network_leaves_room_for_others),
		cmocka_unit_test(nobody_claims_a_neighbours_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
