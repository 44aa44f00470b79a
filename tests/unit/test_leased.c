/* What leases in etcd make of a cluster; and that no record, whatever is in it, makes a cluster that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/diff.h"
#include "plan/hops.h"
#include "plan/leased.h"
#include "plan/plan.h"

#define HEAD                                                                                       \
	"version: 1\nname: demo\nnodes:\n  a: { address: 192.0.2.1, address6: \"2001:db8::1\" }\n" \
	"  b: { address: 192.0.2.2 }\nnetworks:\n  blue: { vni: 9, port: 4790 }\n"
#define TAIL "leases: { store: etcd, etcd: { endpoints: [http://192.0.2.9:2379] } }\n"
#define GREEN                                                                           \
	"  green: { vni: 1, port: 8472, cidr: 10.42.0.0/16, subnet-length: 24, cidr6: " \
	"\"fd42::/48\", subnet-length6: 64, routing: routed }\n"
#define IN_ETCD "  green: { config: etcd }\n"

struct made {
	struct cluster *cluster;
	struct subnets *subnets;
	struct plan *plan;
	struct errors errors;
};

static uint32_t no_mtu(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static struct made make(const char *text, const struct leased *leased)
{
	struct made m = { .cluster = cluster_read("c.yaml", text, strlen(text), &m.errors) };
	struct plan_machine machine = { .mtu = no_mtu };

	assert_non_null(m.cluster);
	cluster_check(m.cluster, &m.errors);
	if (m.errors.error_count)
		fail_msg("%s", m.errors.list[0].message);
	assert_true(cluster_lease(m.cluster, leased));
	m.subnets = subnets_allocate(m.cluster, NULL, &m.errors);
	assert_non_null(m.subnets);
	machine.subnets = m.subnets;
	m.plan = plan_make(m.cluster, 0, &machine, &m.errors);
	if (m.errors.error_count)
		fail_msg("%s", m.errors.list[0].message);
	assert_non_null(m.plan);
	return m;
}

static void drop(struct made *m)
{
	plan_free(m->plan);
	subnets_free(m->subnets);
	cluster_free(m->cluster);
	errors_free(&m->errors);
}

static struct prefix prefix(const char *text, uint8_t length)
{
	struct prefix p = { .length = length };

	assert_true(addr_parse(text, &p.addr));
	return p;
}

static struct leased_owner owner(const char *address, const char *subnet, uint8_t last)
{
	struct leased_owner o = { .lease = { .v4 = prefix(subnet, 24),
					     .vtep = { { 2, 0, 0, 0, 0, last } } } };

	assert_true(addr_parse(address, &o.address));
	return o;
}

static const struct plan_network *network(const struct made *m, const char *name)
{
	uint32_t hint = 0;

	return plan_find_network(m->plan, name, &hint);
}

/* "a 10.42.1.0/24, ..." of a network. */
static void shares(const struct made *m, const char *name, char out[512])
{
	const struct plan_network *n = network(m, name);
	char text[PREFIX_TEXT];
	size_t len = 0;

	out[0] = '\0';
	for (uint32_t i = 0; n && n->subnets && i < n->subnets->count; i++)
		len += (size_t)snprintf(out + len, 512 - len, "%s%s %s", i ? ", " : "",
					m->cluster->nodes[network_member(n->config, i)].name,
					prefix_text(n->subnets->of[i].v4.prefix, text));
}

static void owners_are_the_members(void **state)
{
	struct leased_owner owners[] = { owner("192.0.2.1", "10.42.7.0", 1),
					 owner("198.51.100.7", "10.42.3.0", 7),
					 owner("192.0.2.2", "10.42.5.0", 2) };
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 3 };
	struct made m = make(HEAD GREEN TAIL, &leased);
	const struct plan_network *n = network(&m, "green");
	struct plan_subnet_peer peer;
	char text[512];

	(void)state;
	shares(&m, "green", text);
	assert_string_equal(text, "a 10.42.7.0/24, b 10.42.5.0/24, 198.51.100.7 10.42.3.0/24");
	assert_int_equal(n->subnet.source, SUBNET_ETCD);
	assert_true(mac_equal(n->mac, owners[0].lease.vtep));
	assert_true(plan_subnet_peer(m.plan, n, 2, &peer));
	assert_true(mac_equal(peer.reach.vtep, owners[1].lease.vtep));
	assert_true(addr_equal(peer.reach.addr, owners[1].address));
	/* Who has a lease is a member there, and nowhere else. */
	assert_int_equal(network_member_count(m.cluster, network(&m, "blue")->config), 2);
	assert_int_equal(m.cluster->node_count, 3);
	assert_int_equal(cluster_node(m.cluster, "198.51.100.7"), 2);
	assert_int_equal(cluster_node(m.cluster, "b"), 1);
	drop(&m);
}

static void without_a_lease_of_ours_there_is_no_network(void **state)
{
	struct leased_owner owners[] = { owner("192.0.2.2", "10.42.5.0", 2) };
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 1 };
	struct made m = make(HEAD GREEN TAIL, &leased);

	(void)state;
	assert_null(network(&m, "green"));
	assert_non_null(network(&m, "blue"));
	drop(&m);
	m = make(HEAD GREEN TAIL, NULL);
	assert_null(network(&m, "green"));
	assert_int_equal(network(&m, "blue")->config->member_count, 2);
	drop(&m);
}

static void the_configuration_is_filled_in(void **state)
{
	struct leased_owner owners[] = { owner("192.0.2.1", "10.50.7.0", 1),
					 owner("192.0.2.2", "10.50.8.0", 2) };
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 2 };
	struct made m = make(HEAD IN_ETCD TAIL, NULL);
	const struct plan_network *n;

	(void)state;
	assert_null(network(&m, "green"));
	drop(&m);
	leased.vni = 77;
	leased.port = 8472;
	leased.routing = ROUTING_DIRECT;
	leased.cidr = prefix("10.50.0.0", 16);
	leased.division = (struct division) { .length = 24,
					      .min = prefix("10.50.1.0", 24).addr,
					      .max = prefix("10.50.255.0", 24).addr };
	m = make(HEAD IN_ETCD TAIL, &leased);
	n = network(&m, "green");
	assert_non_null(n);
	assert_int_equal(n->config->vni, 77);
	assert_int_equal(n->port, 8472);
	assert_int_equal(n->config->routing, ROUTING_DIRECT);
	assert_string_equal(n->config->device, "vx77");
	assert_int_equal(subnet_owner(n->subnets, n->config, prefix("10.50.8.9", 32).addr), 1);
	drop(&m);
}

/* What can be nobody's affects nobody else; of two leases of one node the younger counts. */
static void owners_that_cannot_be(void **state)
{
	struct leased_owner owners[] = {
		owner("192.0.2.1", "10.42.7.0", 1),   owner("0.0.0.0", "10.42.1.0", 3),
		owner("224.0.0.9", "10.42.2.0", 4),   owner("255.255.255.255", "10.42.3.0", 5),
		owner("127.0.0.1", "10.42.4.0", 6),   owner("10.42.9.9", "10.42.9.0", 7),
		owner("192.0.2.8", "10.42.10.0", 8),  owner("192.0.2.8", "10.42.11.0", 9),
		owner("192.0.2.8", "10.42.12.0", 10),
	};
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 9 };
	struct made m;
	char text[512];

	(void)state;
	owners[6].lease.revision = 5;
	owners[7].lease.revision = 9;
	owners[8].lease.revision = 7;
	owners[6].address6 = prefix("2001:db8::1", 128).addr; /* is another's */
	owners[7].address6 = owners[6].address6;
	m = make(HEAD GREEN TAIL, &leased);
	shares(&m, "green", text);
	if (strstr(text, "127.0.0.1"))
		assert_string_equal(
			text, "127.0.0.1 10.42.4.0/24, a 10.42.7.0/24, 192.0.2.8 10.42.11.0/24");
	else
		assert_string_equal(text, "a 10.42.7.0/24, 192.0.2.8 10.42.11.0/24");
	assert_int_equal(m.cluster->nodes[cluster_node(m.cluster, "192.0.2.8")].address6.family,
			 ADDR_NONE);
	drop(&m);
}

/* flannel's nodes have a VTEP for each family. */
static void two_vteps(void **state)
{
	struct leased_owner owners[] = { owner("192.0.2.1", "10.42.7.0", 1),
					 owner("192.0.2.3", "10.42.3.0", 3) };
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 2 };
	struct plan_hop hops[HOPS_FAMILIES];
	struct plan_subnet_peer peer;
	struct made m;

	(void)state;
	owners[1].address6 = prefix("2001:db8::3", 128).addr;
	owners[1].lease.v6 = prefix("fd42:0:0:3::", 64);
	owners[1].lease.vtep6 = (struct mac) { { 2, 0, 0, 0, 6, 3 } };
	m = make(HEAD GREEN TAIL, &leased);
	assert_true(plan_subnet_peer(m.plan, network(&m, "green"), 1, &peer));
	assert_true(addr_equal(peer.reach.addr6, owners[1].address6));
	assert_int_equal(plan_hops(m.plan, network(&m, "green"), 1, hops), 2);
	assert_true(mac_equal(hops[0].mac, owners[1].lease.vtep));
	assert_true(mac_equal(hops[1].mac, owners[1].lease.vtep6));
	drop(&m);
}

/* A node that was set up anew has another MAC, and nothing else is different. */
static void another_vtep_is_a_change(void **state)
{
	struct leased_owner owners[] = { owner("192.0.2.1", "10.42.7.0", 1),
					 owner("192.0.2.3", "10.42.3.0", 3) };
	struct leased leased = { .vni = VNI_NONE, .owners = owners, .count = 2 };
	struct made before = make(HEAD GREEN TAIL, &leased), same, after;
	struct diff diff;

	(void)state;
	same = make(HEAD GREEN TAIL, &leased);
	diff = plan_diff(before.plan, same.plan);
	assert_int_equal(diff.count, 0);
	diff_free(&diff);
	owners[1].lease.vtep.octet[5] = 4;
	after = make(HEAD GREEN TAIL, &leased);
	diff = plan_diff(before.plan, after.plan);
	assert_int_equal(diff.count, 1);
	assert_non_null(strstr(diff.list[0].words, "vtep 02:00:00:00:00:04"));
	diff_free(&diff);
	drop(&before);
	drop(&same);
	drop(&after);
}

static void a_node_of_the_command_line(void **state)
{
	static const char text[] = HEAD GREEN TAIL;
	struct errors errors = { 0 };
	struct cluster *c = cluster_read("c.yaml", text, strlen(text), &errors);
	struct node_given given = { .name = "Z",
				    .bind = prefix("10.0.0.5", 32).addr,
				    .address = prefix("203.0.113.5", 32).addr };
	const struct node *node;

	(void)state;
	assert_true(cluster_add_node(c, &given));
	assert_int_equal(cluster_node(c, "Z"), 2);
	assert_int_equal(cluster_node(c, "a"), 0);
	node = &c->nodes[2];
	assert_true(addr_equal(node->bind, given.bind));
	assert_true(addr_equal(node->address, given.address));
	cluster_free(c);
	errors_free(&errors);
}

static uint32_t next(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

static struct addr any_addr(uint32_t *random)
{
	static const char *const usual[] = { "192.0.2.1", "192.0.2.2", "10.42.1.1", "0.0.0.0",
					     "224.1.2.3", "fe80::1",   "ff02::1",   "2001:db8::1" };
	struct addr addr = { .family = next(random) % 2 ? ADDR_V4 : ADDR_V6 };

	if (next(random) % 2)
		return prefix(usual[next(random) % 8], 0).addr;
	for (size_t i = 0; i < 4; i++)
		addr.octet[i] = (uint8_t)next(random);
	return addr;
}

static struct prefix any_prefix(uint32_t *random, enum addr_family family)
{
	struct addr addr = { .family = (uint8_t)family, .octet = { 10, 42 } };

	for (size_t i = next(random) % 3; i < (family == ADDR_V4 ? 4 : 8); i++)
		addr.octet[i] = (uint8_t)next(random);
	return prefix_of(addr, (uint8_t)(2 + next(random) % (family == ADDR_V4 ? 29 : 125)));
}

/* Errors fail make(). */
static void no_record_spoils_the_rest(void **state)
{
	static struct leased_owner owners[40];
	struct leased leased = { .vni = VNI_NONE, .owners = owners };
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct made m;

		leased.count = 1 + next(&random) % 39;
		owners[0] = owner("192.0.2.1", "10.42.7.0", 1);
		for (size_t i = 1; i < leased.count; i++) {
			owners[i] = (struct leased_owner) { .address = any_addr(&random),
							    .address6 = any_addr(&random) };
			owners[i].lease.v4 = any_prefix(&random, ADDR_V4);
			if (next(&random) % 2)
				owners[i].lease.v6 = any_prefix(&random, ADDR_V6);
			for (size_t k = 0; k < 6; k++)
				owners[i].lease.vtep.octet[k] = (uint8_t)next(&random);
		}
		m = make(HEAD GREEN TAIL, &leased);
		assert_non_null(network(&m, "green"));
		drop(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_are_the_members),
		cmocka_unit_test(without_a_lease_of_ours_there_is_no_network),
		cmocka_unit_test(the_configuration_is_filled_in),
		cmocka_unit_test(owners_that_cannot_be),
		cmocka_unit_test(two_vteps),
		cmocka_unit_test(another_vtep_is_a_change),
		cmocka_unit_test(a_node_of_the_command_line),
		cmocka_unit_test(no_record_spoils_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
