/* Paths that turn out too narrow, and sockets that cannot do runs: what still fits leaves, and who can
 * be told is told. */
#include <errno.h>

#include "friends.h"

enum { NARROW = 1400, WIDE_PAYLOAD = 1400, INNER = NARROW - 50 };

/* The host is told that @mtu bytes fit, in answer to its frame; nothing follows. */
static void assert_told(struct sim_port *port, uint16_t mtu)
{
	struct sim_packet *answer = sim_take(port);
	struct frame f;

	assert_non_null(answer);
	assert_true(is_sound(answer->at, answer->len));
	assert_true(frame_parse(&f, answer->at, answer->len));
	assert_int_equal(f.ip.proto, IP_ICMP);
	assert_int_equal(get_be16(answer->at + f.l4), 0x0304); /* fragmentation needed */
	assert_int_equal(get_be16(answer->at + f.l4 + 6), mtu);
	assert_memory_equal(answer->at + f.l4 + 8 + 12, host_of(1).ip, 4); /* who had sent it */
	sim_done(port->node->sim, answer);
}

/* Two friends whose path is narrower than they know. */
static struct sim *narrow_friends(uint64_t seed, bool einval)
{
	struct sim *sim = two_friends(seed, 1);

	sim->link[0][1].mtu = NARROW;
	sim->node[0]->wire.einval = einval;
	return sim;
}

static void say_wide(struct sim_port *port, uint32_t number)
{
	uint8_t frame[2048];

	sim_give(port, frame, make_udp(frame, host_of(1), host_of(2), 9, WIDE_PAYLOAD, number));
}

/* Already the first frame, which finds out, is answered, and what fits leaves; the second is
 * answered by the path itself. */
static void a_narrow_path_is_learned_and_told(void **state)
{
	struct sim *sim = narrow_friends(34, false);
	struct sim_node *a = sim->node[0];

	(void)state;
	for (uint32_t i = 1; i <= 2; i++) {
		say_wide(&a->port[0], 0);
		say(&a->port[0], host_of(1), host_of(2), i);
		sim_run(sim, MOMENT);
		assert_hears(&sim->node[1]->port[0], i);
		assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), i);
		assert_told(&a->port[0], INNER);
		assert_null(sim_take(&a->port[0]));
	}
	sim_free(sim);
}

/* Frames of a run, all but the last too big: each is answered, the last leaves, and the socket,
 * whatever its kernel says, keeps its runs. */
static void each_frame_of_a_wide_run_is_answered(void **state)
{
	(void)state;
	for (unsigned einval = 0; einval < 2; einval++) {
		struct sim *sim = narrow_friends(49, einval);
		struct sim_node *a = sim->node[0];

		for (uint32_t i = 0; i < 3; i++)
			say_wide(&a->port[0], i);
		say(&a->port[0], host_of(1), host_of(2), 3);
		sim_run(sim, MOMENT);
		assert_hears(&sim->node[1]->port[0], 3);
		for (uint32_t i = 0; i < 3; i++)
			assert_told(&a->port[0], INNER);
		assert_null(sim_take(&a->port[0]));
		assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 3);
		assert_int_equal(all_drops(a), 3);
		assert_int_equal(engine_counters(a->engine)->no_runs, 0);
		sim_free(sim);
	}
}

/* The same where datagrams leave singly. */
static void a_wide_frame_sent_singly_is_answered(void **state)
{
	struct sim *sim = narrow_friends(50, false);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->wire.no_runs = EIO;
	say(&a->port[0], host_of(1), host_of(2), 1);
	say(&a->port[0], host_of(1), host_of(2), 2);
	sim_run(sim, MOMENT);
	assert_int_equal(sim_discard(&sim->node[1]->port[0]), 2);
	say_wide(&a->port[0], 3);
	say_wide(&a->port[0], 4);
	sim_run(sim, MOMENT);
	assert_told(&a->port[0], INNER);
	assert_told(&a->port[0], INNER);
	assert_null(sim_take(&a->port[0]));
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 2);
	sim_free(sim);
}

static void answers_keep_to_the_limit(void **state)
{
	struct sim *sim = narrow_friends(51, false);
	struct sim_node *a = sim->node[0];

	(void)state;
	sim_network(a)->too_big = (struct budget) { .rate = 2, .tokens = 2, .filled = sim->now };
	for (uint32_t i = 0; i < 5; i++)
		say_wide(&a->port[0], i);
	sim_run(sim, 0);
	assert_told(&a->port[0], INNER);
	assert_told(&a->port[0], INNER);
	assert_null(sim_take(&a->port[0]));
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 5);
	sim_free(sim);
}

/* Who may fragment, who flooded, and whose port is down by now is not told. */
static void not_everybody_is_told(void **state)
{
	struct sim *sim = narrow_friends(52, false);
	struct sim_node *a = sim->node[0];
	static uint8_t frame[2048];
	size_t len = make_udp(frame, host_of(1), host_of(2), 9, WIDE_PAYLOAD, 1);

	(void)state;
	put_be16(frame + ETH_LEN + 6, 0); /* no DF */
	put_be16(frame + ETH_LEN + 10, get_be16(frame + ETH_LEN + 10) + 0x4000);
	sim_give(&a->port[0], frame, len);
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 1);
	assert_null(sim_take(&a->port[0]));
	sim_free(sim);

	sim = narrow_friends(53, false); /* a flooded copy, even if its way is known by now */
	a = sim->node[0];
	a->wire.room = 0;
	sim->link[0][1].mtu = SIM_MTU;
	sim_give(&a->port[0], frame, make_udp(frame, host_of(1), host_of(77), 9, WIDE_PAYLOAD, 1));
	sim_run(sim, MOMENT);
	assert_true(engine_paused(a->engine));
	say(&sim->node[1]->port[0], host_of(77), host_of(1), 2);
	sim_run(sim, MOMENT);
	assert_hears(&a->port[0], 2);
	sim->link[0][1].mtu = NARROW;
	a->wire.room = SIM_PLENTY;
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 1);
	assert_null(sim_take(&a->port[0]));
	sim_free(sim);

	sim = narrow_friends(54, false);
	a = sim->node[0];
	a->wire.room = 0;
	sim->link[0][1].mtu = SIM_MTU;
	say_wide(&a->port[0], 1);
	sim_run(sim, MOMENT);
	assert_true(engine_paused(a->engine));
	sim->link[0][1].mtu = NARROW;
	sim_network(a)->ports[0].up = false;
	a->wire.room = SIM_PLENTY;
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 1);
	assert_int_equal(all_drops(a), 1);
	assert_null(sim_take(&a->port[0]));
	sim_free(sim);
}

/* A path that leaves less than everybody may expect is not believed: nothing is said, and nothing
 * spins. */
static void a_path_too_narrow_to_believe(void **state)
{
	struct sim *sim = two_friends(55, 1);
	struct sim_node *a = sim->node[0];
	uint8_t frame[2048];

	(void)state;
	sim->link[0][1].mtu = 1200;
	sim_give(&a->port[0], frame, make_udp(frame, host_of(1), host_of(2), 9, 1230, 1));
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 1);
	assert_null(sim_take(&a->port[0]));
	sim_free(sim);
}

/* How often the engine said that a source could not do runs; @error is why. */
static unsigned notes_of_no_runs(struct sim_node *node, int error, uint16_t source)
{
	struct event event;
	unsigned notes = 0;

	while (engine_next_event(node->engine, &event)) {
		if (event.kind != EVENT_NO_RUNS)
			continue;
		assert_int_equal(event.error, error);
		assert_int_equal(event.endpoint, 0);
		assert_int_equal(event.source, source);
		notes++;
	}
	return notes;
}

static void without_runs(int error)
{
	struct sim *sim = two_friends(35, 1);
	struct sim_node *a = sim->node[0];

	a->wire.no_runs = error;
	say_many(&a->port[0], host_of(1), host_of(2));
	sim_run(sim, MOMENT);
	assert_all_in_order(&sim->node[1]->port[0]);
	assert_int_equal(all_drops(a), 0);
	assert_true(engine_counters(a->engine)->runs_cut > 1);
	assert_int_equal(engine_counters(a->engine)->no_runs, 1);
	assert_int_equal(notes_of_no_runs(a, error, 0), 1);
	a->wire.room = 3; /* and a full underlay in the middle of a run loses nothing either */
	say_many(&a->port[0], host_of(1), host_of(2));
	for (unsigned i = 0; i < 20; i++) {
		sim_run(sim, MOMENT);
		a->wire.room = RUN_DATAGRAMS;
	}
	assert_all_in_order(&sim->node[1]->port[0]);
	assert_int_equal(all_drops(a), 0);
	assert_int_equal(engine_counters(a->engine)->no_runs, 1);
	sim_free(sim);
}

static void a_socket_without_runs_sends_singly(void **state)
{
	(void)state;
	without_runs(EIO);
	without_runs(EINVAL);
}

/* A run to a peer that cannot be reached is refused like one that the socket cannot do. */
static void a_refusal_that_is_not_the_runs_fault(void **state)
{
	static const int errors[] = { EIO, EINVAL };
	struct sim *sim = two_friends(46, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		a->wire.error = errors[i];
		for (uint32_t k = 0; k < 3; k++)
			say(&a->port[0], host_of(1), host_of(2), k);
		sim_run(sim, MOMENT);
		assert_int_equal(drops_of(a, DROP_UNDERLAY_ERROR), 3 * (i + 1));
		a->wire.error = 0;
		for (uint32_t k = 0; k < ENGINE_BUDGET; k++)
			say(&a->port[0], host_of(1), host_of(2), k);
		a->wire.runs = 0;
		sim_run(sim, MOMENT);
		assert_int_equal(a->wire.runs, 1); /* the socket still does runs */
		assert_int_equal(sim_discard(&sim->node[1]->port[0]), ENGINE_BUDGET);
	}
	assert_int_equal(engine_counters(a->engine)->no_runs, 0);
	assert_int_equal(notes_of_no_runs(a, 0, 0), 0);
	sim_free(sim);
}

/* Whatever a peer's ICMP makes the next send say, it is gone when the run is tried again; and one
 * datagram that is refused says nothing about runs. */
static void errors_of_others_cost_no_runs(void **state)
{
	static const int errors[] = { EIO, EINVAL };
	struct sim *sim = two_friends(47, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		a->wire.pending = errors[i];
		say(&a->port[0], host_of(1), host_of(2), 1);
		say(&a->port[0], host_of(1), host_of(2), 2);
		sim_run(sim, MOMENT);
		assert_int_equal(sim_discard(&sim->node[1]->port[0]), 2);
		a->wire.error = errors[i];
		say(&a->port[0], host_of(1), host_of(2), 3);
		sim_run(sim, MOMENT);
		assert_int_equal(drops_of(a, DROP_UNDERLAY_ERROR), i + 1);
		a->wire.error = 0;
	}
	assert_int_equal(engine_counters(a->engine)->no_runs, 0);
	sim_free(sim);
}

/* One socket's lot is not another's, and a full underlay in between changes nothing. */
static void each_socket_is_judged_alone(void **state)
{
	struct sim *sim = two_friends(48, 4);
	struct sim_node *a = sim->node[0];
	uint8_t frame[512];

	(void)state;
	a->wire.no_runs = EINVAL;
	a->wire.room = 0;
	for (uint32_t i = 0; i < 2; i++)
		sim_give(&a->port[0], frame, make_udp(frame, host_of(1), host_of(2), 1000, 64, i));
	sim_run(sim, MOMENT);
	a->wire.room = SIM_PLENTY;
	engine_wire_writable(a->engine, 0, sim->now);
	assert_int_equal(engine_counters(a->engine)->no_runs, 1);
	a->wire.no_runs = 0;
	a->wire.runs = 0;
	say_many(&a->port[0], host_of(1), host_of(2));
	sim_run(sim, MOMENT);
	assert_in_range(a->wire.runs, 1, FRAMES - 1); /* the other sockets' */
	assert_int_equal(all_drops(a), 0);
	sim_free(sim);
}

/* The kernel may be asked about another way than the run took (several next hops): what looked like
 * the run's fault was its size, and that the short one leaves proves nothing against runs. */
static void another_paths_mtu_costs_no_runs(void **state)
{
	struct sim *sim = narrow_friends(61, true);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->wire.other_path = true;
	for (uint32_t i = 0; i < 3; i++)
		say_wide(&a->port[0], i);
	say(&a->port[0], host_of(1), host_of(2), 3);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 3);
	assert_int_equal(drops_of(a, DROP_TX_TOO_BIG), 3);
	assert_int_equal(engine_counters(a->engine)->no_runs, 0);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_paths_mtu_costs_no_runs),
		cmocka_unit_test(a_narrow_path_is_learned_and_told),
		cmocka_unit_test(each_frame_of_a_wide_run_is_answered),
		cmocka_unit_test(a_wide_frame_sent_singly_is_answered),
		cmocka_unit_test(answers_keep_to_the_limit),
		cmocka_unit_test(not_everybody_is_told),
		cmocka_unit_test(a_path_too_narrow_to_believe),
		cmocka_unit_test(a_socket_without_runs_sends_singly),
		cmocka_unit_test(a_refusal_that_is_not_the_runs_fault),
		cmocka_unit_test(errors_of_others_cost_no_runs),
		cmocka_unit_test(each_socket_is_judged_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
