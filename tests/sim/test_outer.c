/* What leaves on the wire: source sockets, destination ports, congestion marks, checksums. */
#include "check.h"
#include "wire/ecn.h"

enum { SOURCES = 8, FLOWS = 64, SEEN = 256 };

/* Every datagram that left. */
struct seen {
	unsigned count;
	struct {
		uint16_t source, port;
		uint8_t tos;
		uint32_t number;
		bool sound;
	} at[SEEN];
};

static void see(void *context, const struct run *run, const uint8_t *datagram, size_t len)
{
	struct seen *seen = context;
	unsigned i = seen->count++;

	assert_in_range(i, 0, SEEN - 1);
	assert_int_equal(get_be32(datagram + 4), SIM_VNI << 8);
	seen->at[i].source = run->source;
	seen->at[i].port = run->port;
	seen->at[i].tos = run->tos;
	seen->at[i].number = number_of(datagram + VXLAN_LEN);
	seen->at[i].sound = is_sound(datagram + VXLAN_LEN, len - VXLAN_LEN);
}

/* Two nodes; h2 is known behind the second; what the first sends is seen. */
static struct sim *watched(uint64_t seed, struct seen *seen)
{
	struct sim *sim = sim_mesh(seed, 2, SOURCES);

	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
	sim_run(sim, MOMENT);
	sim_discard(&sim->node[0]->port[0]);
	*seen = (struct seen) { .count = 0 };
	sim->node[0]->wire.sent = see;
	sim->node[0]->wire.context = seen;
	return sim;
}

static void a_flow_keeps_its_source_and_flows_spread(void **state)
{
	static struct seen seen;
	struct sim *sim = watched(60, &seen);
	uint16_t source[FLOWS];
	unsigned used = 0;
	uint8_t frame[256];

	(void)state;
	for (uint32_t i = 0; i < 3 * FLOWS; i++)
		sim_give(&sim->node[0]->port[0], frame,
			 make_udp(frame, host_of(1), host_of(2), (uint16_t)(2000 + i % FLOWS), 64,
				  i));
	sim_run(sim, MOMENT);
	assert_int_equal(seen.count, 3 * FLOWS);
	for (unsigned i = 0; i < seen.count; i++) {
		uint32_t flow = seen.at[i].number % FLOWS;

		if (seen.at[i].number < FLOWS)
			source[flow] = seen.at[i].source;
		assert_int_equal(seen.at[i].source, source[flow]);
		used |= 1U << seen.at[i].source;
	}
	assert_in_range(__builtin_popcount(used), SOURCES * 3 / 4, SOURCES);
	sim_free(sim);
}

static void a_destination_may_have_its_own_port(void **state)
{
	static struct seen seen;
	struct sim *sim = watched(61, &seen);
	struct sim_node *a = sim->node[0];
	struct network *n = sim_network(a);
	struct destination to = { .port = 8472 };
	struct host old = host_of(50);

	(void)state;
	assert_true(peers_find(a->tables->peers, sim->node[1]->addr, &to.peer));
	fdb_put(n->fdb, old.mac, FDB_STATIC, place_peer(to), 0);
	say(&a->port[0], host_of(1), old, 1);
	say(&a->port[0], host_of(1), host_of(2), 2);
	say(&a->port[0], host_of(1), host_of(99), 3); /* flooded, as the list says */
	sim_run(sim, MOMENT);
	assert_int_equal(seen.count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(seen.at[i].port, seen.at[i].number == 1 ? 8472 : VXLAN_PORT);
	flood_list_put(n->flood);
	n->flood = flood_list_new(&to, 1);
	say(&a->port[0], host_of(1), host_of(99), 4);
	sim_run(sim, MOMENT);
	assert_int_equal(seen.at[3].port, 8472);
	sim_free(sim);
}

static void congestion_goes_there_and_back(void **state)
{
	static struct seen seen;
	struct sim *sim = watched(62, &seen);
	struct sim_packet *packet;
	uint8_t frame[256];
	struct frame f;
	size_t len = make_udp(frame, host_of(1), host_of(2), 9, 64, 1);

	(void)state;
	assert_true(frame_parse(&f, frame, len));
	frame_set_ecn(&f, ECN_ECT0);
	sim_give(&sim->node[0]->port[0], frame, len);
	sim_turn(sim->node[0]);
	assert_int_equal(seen.at[0].tos, ECN_ECT0);
	sim->under_way.first->tos = ECN_CE; /* a router on the way was congested */
	sim_run(sim, MOMENT);
	packet = sim_take(&sim->node[1]->port[0]);
	assert_non_null(packet);
	assert_int_equal(packet->at[ETH_LEN + 1], ECN_CE);
	assert_true(is_sound(packet->at, packet->len));
	sim_done(sim, packet);
	sim_free(sim);
}

static void no_unfinished_checksum_leaves(void **state)
{
	static struct seen seen;
	static uint8_t bytes[FRAMES_ROOM];
	struct sim *sim = watched(63, &seen);
	struct frame f = make_superframe(bytes, host_of(1), host_of(2), FRAME_TCP, 500, 0);

	(void)state;
	sim_give_frame(&sim->node[0]->port[0], &f);
	f = make_superframe(bytes, host_of(1), host_of(99), FRAME_UDP, 500, 0); /* flooded */
	sim_give_frame(&sim->node[0]->port[0], &f);
	f = make_superframe(bytes, host_of(1), host_of(2), FRAME_UDP, 5000, 900);
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(seen.count, 2 + 6);
	for (unsigned i = 0; i < seen.count; i++)
		assert_true(seen.at[i].sound);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_keeps_its_source_and_flows_spread),
		cmocka_unit_test(a_destination_may_have_its_own_port),
		cmocka_unit_test(congestion_goes_there_and_back),
		cmocka_unit_test(no_unfinished_checksum_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
