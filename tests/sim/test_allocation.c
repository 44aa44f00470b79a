/* Nothing is allocated per packet: the linker counts. */
#include <stdlib.h>

#include "check.h"
#include "client.h"

static unsigned allocations;

void *__real_malloc(size_t len);
void *__real_calloc(size_t n, size_t len);
void *__real_realloc(void *at, size_t len);
void *__real_reallocarray(void *at, size_t n, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t len);
void *__wrap_realloc(void *at, size_t len);
void *__wrap_reallocarray(void *at, size_t n, size_t len);

void *__wrap_malloc(size_t len)
{
	allocations++;
	return __real_malloc(len);
}

void *__wrap_calloc(size_t n, size_t len)
{
	allocations++;
	return __real_calloc(n, len);
}

void *__wrap_realloc(void *at, size_t len)
{
	allocations++;
	return __real_realloc(at, len);
}

void *__wrap_reallocarray(void *at, size_t n, size_t len)
{
	allocations++;
	return __real_reallocarray(at, n, len);
}

/* Everything a switch does: unicast, floods, superframes, strangers, new MACs, drops, moves. */
static void busy_moment(struct sim *sim, struct sim_port *second, unsigned round)
{
	static uint8_t bytes[FRAMES_ROOM];
	struct host h1 = host_of(1), h2 = host_of(2);
	struct frame f = make_superframe(bytes, h1, h2, FRAME_TCP, 30000, 1400);

	sim_give_frame(&sim->node[0]->port[0], &f);
	for (unsigned i = 0; i < 20; i++) {
		say(&sim->node[0]->port[0], h1, h2, i);
		say(second, host_of(1000 + round * 20 + i), h1, i);
		say(&sim->node[1]->port[0], h2, host_of(5000 + i), i);
	}
	say(&sim->node[round % 3]->port[0], host_of(77), h1, 0);
	sim_give(&sim->node[2]->port[0], bytes, 9);
	sim_run(sim, MOMENT);
	for (unsigned i = 0; i < 3; i++)
		sim_discard(&sim->node[i]->port[0]);
	sim_discard(second);
}

static void nothing_per_packet(void **state)
{
	struct sim *sim = sim_mesh(50, 3, 4);
	struct sim_port *second =
		sim_add_port(sim->node[0], sim_network(sim->node[0]), sim_takes_nothing);
	unsigned before;

	(void)state;
	assert_true(allocations > 0); /* we do see them */
	for (unsigned round = 0; round < 10; round++)
		busy_moment(sim, second, round);
	before = allocations;
	for (unsigned round = 10; round < 500; round++)
		busy_moment(sim, second, round);
	assert_int_equal(allocations, before);
	sim_free(sim);
}

/* Clients that nobody knows, and more than there are addresses. */
static void busy_clients(struct sim *sim, unsigned round)
{
	static const enum dhcp_type types[] = { DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE,
						DHCP_RELEASE, DHCP_INFORM };
	struct sim_port *port = &sim->node[0]->port[0];
	struct lease_change change = { .ticket = 0 };

	for (unsigned i = 0; i < 20; i++)
		client_tell(port, &(struct client_words) {
					  .type = types[(round + i) % 5],
					  .client = 7 * round + i,
					  .ciaddr = i % 4 ? (struct addr) { .family = ADDR_NONE }
							  : client_ip(1, (uint8_t)(round % 20)),
					  .requested = client_ip(1, (uint8_t)(i % 20)) });
	while (engine_next_lease(sim->node[0]->engine, &change))
		;
	engine_leases_durable(sim->node[0]->engine, change.ticket);
	sim_discard(port);
	sim_run(sim, NS_PER_S);
}

static void nothing_per_client(void **state)
{
	struct sim *sim = sim_mesh(51, 2, 1);
	unsigned before;

	(void)state;
	client_give_out(sim->node[0], 1);
	for (unsigned round = 0; round < 10; round++)
		busy_clients(sim, round);
	before = allocations;
	for (unsigned round = 10; round < 1000; round++)
		busy_clients(sim, round);
	assert_int_equal(allocations, before);
	assert_true(sim_network(sim->node[0])->count.dhcp_answered > 1000);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_per_packet),
		cmocka_unit_test(nothing_per_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
