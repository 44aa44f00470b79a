/* Two tenants with the same addresses, partitions, and links that lose, double and reorder. */
#include "check.h"

enum { OTHER_VNI = 200, ALWAYS = 1000 };

/* A second network on every node of a mesh, with all others as its flood list. */
static void add_tenant(struct sim *sim)
{
	for (unsigned i = 0; i < sim->nodes; i++) {
		struct network *n = sim_add_network(sim->node[i], OTHER_VNI);

		n->flood = flood_list_hold(sim_network(sim->node[i])->flood);
		sim_add_port(sim->node[i], n, sim_takes_all);
	}
}

static void equal_addresses_never_meet(void **state)
{
	struct sim *sim = sim_mesh(20, 3, 4);
	struct sim_node *a = sim->node[0], *b = sim->node[1], *c = sim->node[2];
	struct host h1 = host_of(1), h2 = host_of(2);

	(void)state;
	add_tenant(sim);
	/* h2 is behind b for one tenant and behind c for the other; h1 behind a for both. */
	say(&b->port[0], h2, h1, 1);
	say(&c->port[1], h2, h1, 2);
	sim_run(sim, MOMENT);
	assert_hears(&a->port[0], 1);
	assert_hears(&a->port[1], 2);
	assert_hears(&c->port[0], 1);
	assert_hears(&b->port[1], 2);
	say(&a->port[0], h1, h2, 3);
	say(&a->port[1], h1, h2, 4);
	sim_run(sim, MOMENT);
	assert_hears(&b->port[0], 3);
	assert_null(sim_take(&b->port[1]));
	assert_hears(&c->port[1], 4);
	assert_null(sim_take(&c->port[0]));
	sim_free(sim);
}

static void an_unknown_vni_is_dropped_by_name(void **state)
{
	struct sim *sim = sim_mesh(21, 2, 1);
	struct network *n = sim_add_network(sim->node[0], OTHER_VNI);
	struct sim_port *port = sim_add_port(sim->node[0], n, sim_takes_all);

	(void)state;
	sim_set_flood(sim->node[0], n, &sim->node[1]->addr, 1);
	say(port, host_of(1), host_of(2), 1);
	sim_run(sim, MOMENT);
	assert_null(sim_take(&sim->node[1]->port[0]));
	assert_int_equal(sim->node[1]->tables->drops.count[DROP_VNI_NOT_FOUND], 1);
	sim_free(sim);
}

static void a_partition_heals(void **state)
{
	struct sim *sim = sim_mesh(22, 3, 4);
	struct sim_port *a = &sim->node[0]->port[0], *b = &sim->node[1]->port[0],
			*c = &sim->node[2]->port[0];
	struct host h1 = host_of(1), h2 = host_of(2), group = { .mac = everybody };

	(void)state;
	say(b, h2, h1, 1);
	sim_run(sim, MOMENT);
	sim_discard(a);
	sim_discard(c);
	sim_cut(sim, 0, 1, true);
	say(a, h1, h2, 2);
	say(a, h1, group, 3);
	sim_run(sim, MOMENT);
	assert_null(sim_take(b));
	assert_hears(c, 3); /* whoever is still there, still gets it; nobody passes it on */
	sim_cut(sim, 0, 1, false);
	say(a, h1, h2, 4);
	say(b, h2, h1, 5);
	sim_run(sim, MOMENT);
	assert_hears(b, 4);
	assert_hears(a, 5);
	sim_free(sim);
}

/* What came out of a bad link: a digest of the order of numbers, and how many. */
struct harvest {
	uint64_t digest;
	unsigned count;
	bool out_of_order;
};

static struct harvest harvest(struct sim_port *port)
{
	struct harvest h = { .digest = 1 };
	struct sim_packet *packet;
	uint32_t highest = 0;

	while ((packet = sim_take(port))) {
		uint32_t number = number_of(packet->at);

		assert_true(is_sound(packet->at, packet->len));
		h.digest = h.digest * 31 + number;
		h.out_of_order |= number < highest;
		highest = number > highest ? number : highest;
		h.count++;
		sim_done(port->node->sim, packet);
	}
	return h;
}

static struct harvest over_a_bad_link(uint64_t seed, struct sim_link link)
{
	struct sim *sim = sim_mesh(seed, 2, 4);
	struct harvest h;

	link.mtu = SIM_MTU;
	sim->link[0][1] = link;
	for (uint32_t i = 1; i <= 500; i++) {
		say(&sim->node[0]->port[0], host_of(1), host_of(2), i);
		sim_run(sim, 10 * NS_PER_US);
	}
	sim_run(sim, NS_PER_S);
	h = harvest(&sim->node[1]->port[0]);
	sim_free(sim);
	return h;
}

static void bad_links_are_repeatable(void **state)
{
	struct sim_link fine = { .delay = NS_PER_MS }, lossy = fine, twice = fine, wild = fine;
	struct harvest first;

	(void)state;
	lossy.loss = 100;
	twice.duplicate = ALWAYS;
	wild.jitter = NS_PER_MS;
	assert_int_equal(over_a_bad_link(1, fine).count, 500);
	assert_false(over_a_bad_link(1, fine).out_of_order);
	assert_in_range(over_a_bad_link(1, lossy).count, 420, 480);
	assert_int_equal(over_a_bad_link(1, twice).count, 1000);
	first = over_a_bad_link(7, wild);
	assert_int_equal(first.count, 500);
	assert_true(first.out_of_order);
	assert_int_equal(over_a_bad_link(7, wild).digest, first.digest);
	assert_int_not_equal(over_a_bad_link(9, wild).digest, first.digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_addresses_never_meet),
		cmocka_unit_test(an_unknown_vni_is_dropped_by_name),
		cmocka_unit_test(a_partition_heals),
		cmocka_unit_test(bad_links_are_repeatable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
