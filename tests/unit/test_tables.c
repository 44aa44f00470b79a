#include "table/tables.h"

#include "craft.h"

static const struct hash_secret secret = { 8, 1 };

static struct endpoint endpoint_of(const char *addr, uint16_t port)
{
	struct endpoint endpoint = { .port = port, .mtu = 1500 };

	assert_true(addr_parse(addr, &endpoint.addr));
	return endpoint;
}

static struct addr addr_of(const char *text)
{
	return endpoint_of(text, 0).addr;
}

static void endpoints_are_numbered_once(void **state)
{
	struct tables *t = tables_new(0, secret);

	(void)state;
	assert_int_equal(tables_add_endpoint(t, endpoint_of("10.0.0.1", 4789)), 0);
	assert_int_equal(tables_add_endpoint(t, endpoint_of("10.0.0.1", 8472)), 1);
	assert_int_equal(tables_add_endpoint(t, endpoint_of("2001:db8::1", 4789)), 2);
	assert_int_equal(tables_add_endpoint(t, endpoint_of("10.0.0.1", 8472)), 1);
	assert_int_equal(t->endpoint_count, 3);
	assert_true(tables_is_self(t, addr_of("10.0.0.1")));
	assert_true(tables_is_self(t, addr_of("2001:db8::1")));
	assert_false(tables_is_self(t, addr_of("10.0.0.2")));
	tables_free(t);
}

static void a_new_network_is_as_promised(void **state)
{
	struct tables *t = tables_new(0, secret);
	char name[2 * NETWORK_NAME];
	struct network *n;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	n = tables_add_network(t, name, 7, 32, 300);
	assert_int_equal(strlen(n->name), NETWORK_NAME - 1);
	assert_int_equal(n->id, 0);
	assert_ptr_equal(t->networks[0], n);
	assert_int_equal(n->vni, 7);
	assert_true(n->learning);
	assert_int_equal(n->arp, ARP_SUPPRESS);
	assert_true(budget_at(&n->bum, 0) == UINT64_MAX);
	assert_int_equal(budget_at(&n->too_big, 0), NETWORK_ANSWERS);
	assert_int_equal(network_endpoint(n, ADDR_V4), ENDPOINT_NONE);
	assert_int_equal(network_endpoint(n, ADDR_V6), ENDPOINT_NONE);
	assert_int_equal(fdb_capacity(n->fdb), 32);
	assert_int_equal(neigh_count(n->neigh), 0);
	assert_int_equal(tables_add_network(t, "next", 8, 32, 300)->id, 1);
	tables_free(t);
}

/* A thousand networks on each of three endpoints, half of them also on a fourth. */
static void finds_each_network_where_it_listens(void **state)
{
	enum { NETWORKS = 1000 };
	struct tables *t = tables_new(0, secret);

	(void)state;
	for (uint32_t i = 0; i < 3 * NETWORKS; i++) {
		struct network *n = tables_add_network(t, "n", i / 3, 4, 0);

		assert_true(tables_listen(t, n, (uint16_t)(i % 3)));
		if (i % 6 == 0)
			assert_true(tables_listen(t, n, 3));
	}
	for (uint32_t vni = 0; vni < NETWORKS; vni++) {
		for (uint16_t e = 0; e < 3; e++)
			assert_ptr_equal(tables_find(t, e, vni), t->networks[3 * vni + e]);
		assert_ptr_equal(tables_find(t, 3, vni), vni % 2 ? NULL : t->networks[3 * vni]);
	}
	assert_null(tables_find(t, 0, NETWORKS));
	assert_null(tables_find(t, 4, 0));
	assert_null(tables_find(t, ENDPOINT_NONE, 0));
	tables_free(t);
}

static void a_taken_pair_is_refused(void **state)
{
	struct tables *t = tables_new(0, secret);
	struct network *blue = tables_add_network(t, "blue", 100, 4, 0);
	struct network *green = tables_add_network(t, "green", 100, 4, 0);

	(void)state;
	assert_true(tables_listen(t, blue, 0));
	assert_false(tables_listen(t, green, 0));
	assert_false(tables_listen(t, blue, 0));
	assert_ptr_equal(tables_find(t, 0, 100), blue);
	assert_true(tables_listen(t, green, 1));
	assert_ptr_equal(tables_find(t, 1, 100), green);
	tables_free(t);
}

/* Lists and sets given to a network are released with the tables; a sanitizer sees it otherwise. */
static void frees_what_networks_hold(void **state)
{
	struct tables *t = tables_new(4, secret);
	struct network *n = tables_add_network(t, "blue", 100, 4, 0);
	struct flood_list *list = flood_list_new(NULL, 0);

	(void)state;
	n->flood = flood_list_hold(list);
	n->members = peer_set_new(NULL, 0);
	origins_add(t->origins, "a command");
	tables_free(t);
	assert_int_equal(list->users, 1);
	flood_list_put(list);
	tables_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_numbered_once),
		cmocka_unit_test(a_new_network_is_as_promised),
		cmocka_unit_test(finds_each_network_where_it_listens),
		cmocka_unit_test(a_taken_pair_is_refused),
		cmocka_unit_test(frees_what_networks_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
