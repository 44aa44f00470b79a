/* What the underlay and the ports refuse, and what that may cost. */
#include <errno.h>

#include "friends.h"

enum { STORM = 6 };

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

/* A reload takes the endpoint away while it is full, and puts it back. */
static void a_wire_that_goes_takes_what_waits_along(void **state)
{
	struct sim *sim = two_friends(35, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->wire.room = 0;
	say(&a->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	assert_true(engine_paused(a->engine));
	engine_detach_wire(a->engine, 0);
	assert_false(engine_paused(a->engine));
	assert_int_equal(sim_network(a)->count.drops.count[DROP_UNDERLAY_ERROR], 1);
	assert_true(engine_reserve_wire(a->engine, 0));
	assert_true(engine_attach_wire(a->engine, 0, &sim_wire_ops, &a->wire, 1));
	a->wire.room = SIM_PLENTY;
	say(&a->port[0], host_of(1), host_of(2), 2);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 2);
	sim_free(sim);
}

/* What waits was sent by a network that is gone: its place may be another's now. */
static void nothing_is_counted_for_a_network_that_is_gone(void **state)
{
	struct sim *sim = two_friends(36, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->wire.room = 0;
	say(&a->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	engine_forget_network(a->engine, 0);
	engine_detach_wire(a->engine, 0);
	assert_int_equal(sim_network(a)->count.drops.count[DROP_UNDERLAY_ERROR], 0);
	assert_int_equal(a->tables->drops.count[DROP_UNDERLAY_ERROR], 1);
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

/* An error may be read off the queue before the socket is told of it: nothing is left then that says whose
 * it was, and still it was nobody's here. */
static void errors_told_too_late_cost_nobody_a_packet(void **state)
{
	struct sim *sim = two_friends(46, 1);
	struct sim_wire *wire = &sim->node[0]->wire;

	(void)state;
	wire->pending = ECONNREFUSED;
	wire->late = 3;
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[1]->port[0], 1);
	assert_int_equal(all_drops(sim->node[0]), 0);

	wire->pending = ECONNREFUSED;
	wire->late = UINT32_MAX; /* without end, the turn must end all the same */
	say(&sim->node[0]->port[0], host_of(1), host_of(2), 2);
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
		cmocka_unit_test(a_wire_that_goes_takes_what_waits_along),
		cmocka_unit_test(nothing_is_counted_for_a_network_that_is_gone),
		cmocka_unit_test(inbound_goes_on_while_blocked),
		cmocka_unit_test(a_dead_peer_costs_nobody_else_a_packet),
		cmocka_unit_test(a_storm_of_errors_costs_nobody_a_packet),
		cmocka_unit_test(errors_told_too_late_cost_nobody_a_packet),
		cmocka_unit_test(refused_runs_are_counted_and_do_not_spin),
		cmocka_unit_test(a_changing_tos_keeps_the_order),
		cmocka_unit_test(runs_carry_many),
		cmocka_unit_test(ports_that_refuse),
		cmocka_unit_test(ports_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
