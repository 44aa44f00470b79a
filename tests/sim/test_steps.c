/* One ping, told by both nodes: the notes' five steps, by name. */
#include "check.h"

static uint8_t frame[FRAMES_ROOM];

/* The five steps stand in the trace in their order, and the frame left by @way. */
static void assert_steps(struct sim_node *node, const char *arrow, const char *way)
{
	static const char *const steps[] = { "1 arrive", "2 parse", "3 look up", "4 change",
					     "5 leave" };
	const char *at = strstr(node->trace, arrow);

	assert_non_null(at);
	for (unsigned i = 0; i < 5; i++) {
		at = strstr(at, steps[i]);
		assert_non_null(at);
	}
	assert_non_null(strstr(at, way));
}

static void ping_in_five_steps(void **state)
{
	struct sim *sim = sim_mesh(1, 2, 4);
	struct sim_node *a = sim->node[0], *b = sim->node[1];
	struct host h1 = host_of(1), h2 = host_of(2);

	(void)state;
	sim_trace(a, 1);
	sim_trace(b, 1);
	sim_give(&a->port[0], frame, make_arp_request(frame, h1, h2));
	sim_run(sim, NS_PER_MS);
	assert_steps(a, "▸ out", "FLOOD to 10.0.0.2");
	assert_steps(b, "◂ in", "DELIVER ALL");
	assert_int_equal(sim_discard(&b->port[0]), 1);

	sim_trace(a, 1);
	sim_trace(b, 1);
	sim_give(&b->port[0], frame, make_arp_reply(frame, h2, h1));
	sim_run(sim, NS_PER_MS);
	assert_steps(b, "▸ out", "SEND to 10.0.0.1");
	assert_steps(a, "◂ in", "DELIVER to port 0");
	assert_int_equal(sim_discard(&a->port[0]), 1);

	sim_trace(a, 1);
	sim_trace(b, 1);
	sim_give(&a->port[0], frame, make_echo(frame, h1, h2, false));
	sim_run(sim, NS_PER_MS);
	assert_steps(a, "▸ out", "SEND to 10.0.0.2");
	assert_steps(b, "◂ in", "DELIVER to port 0");
	assert_int_equal(sim_discard(&b->port[0]), 1);

	sim_trace(a, 1);
	sim_trace(b, 1);
	sim_give(&b->port[0], frame, make_echo(frame, h2, h1, true));
	sim_run(sim, NS_PER_MS);
	assert_steps(b, "▸ out", "SEND to 10.0.0.1");
	assert_steps(a, "◂ in", "DELIVER to port 0");
	assert_int_equal(sim_discard(&a->port[0]), 1);
	sim_free(sim);
}

static void dropped_frames_are_told_too(void **state)
{
	struct sim *sim = sim_mesh(1, 2, 1);
	struct sim_node *a = sim->node[0];

	(void)state;
	sim_trace(a, 1);
	sim_give(&a->port[0], frame, 9); /* no Ethernet header */
	sim_run(sim, NS_PER_MS);
	assert_non_null(strstr(a->trace, "DROP tx-runt"));
	assert_null(strstr(a->trace, "3 look up"));
	assert_int_equal(sim_network(a)->count.drops.count[DROP_TX_RUNT], 1);
	sim_free(sim);
}

/* Many datagrams that were put together are one frame with one story. */
static void a_superframe_has_one_story(void **state)
{
	struct sim *sim = sim_mesh(3, 2, 4);
	struct sim_node *b = sim->node[1];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, 14000, 1400);

	(void)state;
	sim_trace(b, 2);
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, NS_PER_MS);
	assert_steps(b, "◂ in", "DELIVER ALL");
	assert_non_null(strstr(b->trace, "10 datagrams of one flow, put together, from 10.0.0.1"));
	assert_null(strstr(strstr(b->trace, "arrive") + 1, "arrive"));
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ping_in_five_steps),
		cmocka_unit_test(a_superframe_has_one_story),
		cmocka_unit_test(dropped_frames_are_told_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
