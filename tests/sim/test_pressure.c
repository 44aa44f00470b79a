/* What the underlay and the ports refuse, and what that may cost. */
#include <errno.h>

#include "check.h"

enum { FRAMES = 500, FLOWS = 7, STORM = 6 };

/* Two nodes that know h1 behind the first and h2 behind the second. */
static struct sim *two_friends(uint64_t seed, uint16_t sources)
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

static uint64_t all_drops(struct sim_node *node)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		sum += sim_network(node)->count.drops.count[i] + node->tables->drops.count[i];
	return sum;
}

/* Frame @i of FRAMES belongs to flow i % FLOWS; sizes vary so that runs break. */
static void say_many(struct sim_port *port, struct host from, struct host to)
{
	uint8_t frame[512];

	for (uint32_t i = 0; i < FRAMES; i++) {
		uint16_t sport = (uint16_t)(1000 + i % FLOWS);

		sim_give(port, frame, make_udp(frame, from, to, sport, 64 + i * 13 % 200, i));
	}
}

/* All of them came, each flow in its order. */
static void assert_all_in_order(struct sim_port *port)
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

static void a_full_underlay_loses_nothing(void **state)
{
	struct sim *sim = two_friends(30, 4);
	struct sim_node *a = sim->node[0];
	uint64_t reads;

	(void)state;
	a->wire.room = 5;
	say_many(&a->port[0], host_of(1), host_of(2));
	sim_run(sim, MOMENT);
	assert_true(engine_paused(a->engine));
	assert_true(engine_blocked(a->engine, 0));
	assert_in_range(engine_blocked_source(a->engine, 0), 0, 3);
	reads = a->port[0].reads;
	assert_true(a->port[0].out.count > 0);
	sim_run(sim, MOMENT);
	assert_int_equal(engine_port_readable(a->engine, 0, 0, sim->now), 0);
	assert_int_equal(a->port[0].reads, reads); /* the tenant's queue holds the rest */
	for (unsigned i = 0; i < 20; i++) {
		a->wire.room = RUN_DATAGRAMS;
		sim_run(sim, MOMENT);
	}
	assert_false(engine_paused(a->engine));
	assert_all_in_order(&sim->node[1]->port[0]);
	assert_int_equal(all_drops(a), 0);
	assert_true(engine_counters(a->engine)->blocked > 1);
	sim_free(sim);
}

/* Nobody takes what a full socket holds: it stops nobody for long, and its own runs are counted. */
static void a_socket_that_stays_full_is_given_up(void **state)
{
	struct sim *sim = two_friends(34, 1);
	struct sim_node *a = sim->node[0];
	uint64_t *lost = &sim_network(a)->count.drops.count[DROP_UNDERLAY_FULL];

	(void)state;
	a->wire.room = 0;
	say(&a->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, ENGINE_PATIENCE - MOMENT);
	sim_run(sim, 0);
	assert_true(engine_paused(a->engine));
	assert_int_equal(*lost, 0);
	sim_run(sim, MOMENT);
	sim_run(sim, 0);
	assert_false(engine_paused(a->engine));
	assert_int_equal(*lost, 1);
	say(&a->port[0], host_of(1), host_of(2), 2);
	sim_run(sim, MOMENT);
	assert_false(engine_paused(a->engine));
	assert_int_equal(*lost, 2);

	a->wire.room = SIM_PLENTY;
	say(&a->port[0], host_of(1), host_of(2), 3);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 3);
	a->wire.room = 0; /* patience begins anew */
	say(&a->port[0], host_of(1), host_of(2), 4);
	sim_run(sim, MOMENT);
	assert_true(engine_paused(a->engine));
	assert_int_equal(*lost, 2);
	sim_free(sim);
}

static void inbound_goes_on_while_blocked(void **state)
{
	struct sim *sim = two_friends(31, 1);

	(void)state;
	sim->node[0]->wire.room = 0;
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 1);
	say(&sim->node[1]->port[0], host_of(2), host_of(1), 2);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[0]->port[0], 2);
	assert_null(sim_take(&sim->node[1]->port[0]));
	sim_free(sim);
}

static void a_dead_peer_costs_nobody_else_a_packet(void **state)
{
	struct sim *sim = two_friends(32, 1);
	struct sim_node *a = sim->node[0];
	struct network *n = sim_network(a);
	struct host dead = host_of(66);
	struct destination grave = { .port = 0 };
	uint8_t frame[512];

	(void)state;
	assert_true(addr_parse("10.9.9.9", &a->wire.dead[0]));
	a->wire.deads = 1;
	assert_true(peers_add(a->tables->peers, a->wire.dead[0], &grave.peer));
	fdb_put(n->fdb, dead.mac, FDB_STATIC, place_peer(grave), 0);
	/* Growing sizes: every frame is a run of its own, so errors wait for living peers. */
	for (uint32_t i = 0; i < 200; i++) {
		struct host to = i % 2 ? host_of(2) : dead;

		sim_give(&a->port[0], frame, make_udp(frame, host_of(1), to, 9, 64 + i, i));
	}
	sim_run(sim, MOMENT);
	assert_int_equal(sim_discard(&sim->node[1]->port[0]), 100);
	assert_int_equal(all_drops(a), 0);
	assert_int_equal(peers_at(a->tables->peers, grave.peer)->count.errors, 100);
	sim_free(sim);
}

/* ICMP that comes faster than it is fetched, and a full socket in between, still cost nobody. */
static void a_storm_of_errors_costs_nobody_a_packet(void **state)
{
	struct sim *sim = two_friends(45, 1);
	struct sim_wire *wire = &sim->node[0]->wire;

	(void)state;
	assert_true(addr_parse("10.9.9.9", &wire->dead[0]));
	wire->storm = STORM;
	wire->pending = ECONNREFUSED;
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 1);

	wire->room = 0;
	wire->pending = ECONNREFUSED;
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 2);
	sim_run(sim, MOMENT);
	assert_true(engine_paused(sim->node[0]->engine));
	wire->room = SIM_PLENTY;
	wire->pending = ECONNREFUSED;
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 2);

	wire->storm = UINT32_MAX; /* without end, the turn must end all the same */
	wire->pending = ECONNREFUSED;
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 3);
	sim_turn(sim->node[0]);
	assert_int_equal(drops_of(sim->node[0], DROP_UNDERLAY_ERROR), 1);
	sim_free(sim);
}

static void refused_runs_are_counted_and_do_not_spin(void **state)
{
	static const int errors[] = { ENETUNREACH, EHOSTUNREACH, ENETDOWN, EPERM,
				      EACCES,      ENOBUFS,      ENODEV };
	struct sim *sim = two_friends(33, 4);
	struct sim_node *a = sim->node[0];
	uint64_t calls;

	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		calls = a->wire.calls;
		a->wire.error = errors[i];
		say(&a->port[0], host_of(1), host_of(2), i);
		say(&a->port[0], host_of(1), host_of(2), i);
		sim_run(sim, MOMENT);
		assert_int_equal(drops_of(a, DROP_UNDERLAY_ERROR), 2 * (i + 1));
		assert_int_equal(a->wire.calls - calls, 2); /* tried, and once more */
		assert_int_equal(engine_wire_readable(a->engine, 0, 0, sim->now), 0);
	}
	a->wire.error = 0;
	say(&a->port[0], host_of(1), host_of(2), 99);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 99);
	a->wire.error = EBADF; /* nothing that a healthy socket says */
	say(&a->port[0], host_of(1), host_of(2), 1);
	sim_turn(a);
	assert_int_equal(engine_wire_readable(a->engine, 0, 0, sim->now), -EBADF);
	sim_free(sim);
}

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
	uint8_t frame[2048];
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

/* ECN changes within a flow; the flow must not overtake itself. */
static void a_changing_tos_keeps_the_order(void **state)
{
	struct sim *sim = two_friends(36, 1);
	struct sim_packet *packet;
	uint8_t frame[512];
	struct frame f;

	(void)state;
	for (uint32_t i = 0; i < 50; i++) {
		size_t len = make_udp(frame, host_of(1), host_of(2), 9, 64, i);

		assert_true(frame_parse(&f, frame, len));
		frame_set_ecn(&f, i % 3 ? 2 : 0);
		sim_give(&sim->node[0]->port[0], frame, len);
	}
	sim_run(sim, MOMENT);
	for (uint32_t i = 0; i < 50; i++) {
		packet = sim_take(&sim->node[1]->port[0]);
		assert_non_null(packet);
		assert_int_equal(number_of(packet->at), i);
		sim_done(sim, packet);
	}
	sim_free(sim);
}

static void runs_carry_many(void **state)
{
	struct sim *sim = two_friends(37, 1);
	struct sim_wire *wire = &sim->node[0]->wire;
	uint64_t runs = wire->runs, calls = wire->calls;

	(void)state;
	for (uint32_t i = 0; i < ENGINE_BUDGET; i++)
		say(&sim->node[0]->port[0], host_of(1), host_of(2), i);
	sim_run(sim, MOMENT);
	assert_int_equal(wire->runs - runs, 1); /* 64 frames of one size: one message */
	assert_int_equal(wire->calls - calls, 1);
	assert_int_equal(sim_discard(&sim->node[1]->port[0]), ENGINE_BUDGET);
	sim_free(sim);
}

static void ports_that_refuse(void **state)
{
	struct sim *sim = two_friends(38, 1);
	struct sim_node *b = sim->node[1];
	struct sim_port *from = &sim->node[0]->port[0], *port = &b->port[0];
	static const struct {
		int error;
		enum drop_reason reason;
		int closes;
	} rows[] = {
		{ -EAGAIN, DROP_PORT_FULL, 0 },       { -ENOBUFS, DROP_PORT_FULL, 0 },
		{ -ENOMEM, DROP_PORT_FULL, 0 },       { -EIO, DROP_PORT_DOWN, 0 },
		{ -EBADFD, DROP_PORT_DOWN, -EBADFD },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t before = drops_of(b, rows[i].reason);

		port->write_error = rows[i].error;
		say(from, host_of(1), host_of(2), i);
		sim_run(sim, MOMENT);
		assert_int_equal(drops_of(b, rows[i].reason), before + 1);
		assert_int_equal(engine_port_readable(b->engine, 0, 0, sim->now), rows[i].closes);
	}
	engine_detach_port(b->engine, 0, 0);
	say(from, host_of(1), host_of(2), 9);
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(b, DROP_PORT_DOWN), 3);
	sim_free(sim);
}

static void ports_that_cannot_be_read(void **state)
{
	struct sim *sim = two_friends(39, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->port[0].read_error = -EIO; /* down, not gone */
	assert_int_equal(engine_port_readable(a->engine, 0, 0, sim->now), 0);
	a->port[0].read_error = -EBADFD;
	assert_int_equal(engine_port_readable(a->engine, 0, 0, sim->now), -EBADFD);
	a->port[0].read_error = -ENOTRECOVERABLE; /* no name for it: this port, not the process */
	assert_int_equal(engine_port_readable(a->engine, 0, 0, sim->now), -ENOTRECOVERABLE);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_underlay_loses_nothing),
		cmocka_unit_test(a_socket_that_stays_full_is_given_up),
		cmocka_unit_test(inbound_goes_on_while_blocked),
		cmocka_unit_test(a_dead_peer_costs_nobody_else_a_packet),
		cmocka_unit_test(a_storm_of_errors_costs_nobody_a_packet),
		cmocka_unit_test(refused_runs_are_counted_and_do_not_spin),
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
		cmocka_unit_test(a_changing_tos_keeps_the_order),
		cmocka_unit_test(runs_carry_many),
		cmocka_unit_test(ports_that_refuse),
		cmocka_unit_test(ports_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
