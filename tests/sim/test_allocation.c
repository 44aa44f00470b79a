/* Nothing is allocated per packet: the linker counts. */
#include <stdlib.h>

#include "check.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_per_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
