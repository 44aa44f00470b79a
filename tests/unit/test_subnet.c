/* Who gets which subnet, and what the lease file says: from texts, as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/hops.h"
#include "plan/subnet_changes.h"
#include "table/bindings.h"

struct made {
	struct cluster *cluster;
	struct leases *leases;
	struct subnets *subnets;
	struct errors errors, lease_errors;
};

/* @leases may be NULL: there is no file. */
static struct made make(const char *text, const char *leases)
{
	struct made m = { .cluster = cluster_read("c.yaml", text, strlen(text), &m.errors) };

	assert_non_null(m.cluster);
	cluster_check(m.cluster, &m.errors);
	if (m.errors.error_count)
		fail_msg("%s", m.errors.list[0].message);
	if (leases) {
		m.leases = leases_read("l.yaml", leases, strlen(leases), &m.lease_errors);
		assert_non_null(m.leases);
		leases_check(m.leases, m.cluster, &m.lease_errors);
	}
	m.subnets = subnets_allocate(m.cluster, m.leases, &m.errors);
	assert_non_null(m.subnets);
	return m;
}

static void drop(struct made *m)
{
	subnets_free(m->subnets);
	leases_free(m->leases);
	cluster_free(m->cluster);
	errors_free(&m->errors);
	errors_free(&m->lease_errors);
}

/* "a 10.42.1.0/24 pinned, b ..." of all networks and families. */
static char *shares(const struct made *m)
{
	char *text = NULL, prefix[PREFIX_TEXT];
	size_t len;
	FILE *to = open_memstream(&text, &len);
	const char *between = "";

	assert_non_null(to);
	for (uint32_t i = 0; i < m->cluster->network_count; i++) {
		const struct network_subnets *n = &m->subnets->networks[i];

		for (uint32_t k = 0; k < n->count; k++) {
			const struct subnet of[] = { n->of[k].v4, n->of[k].v6 };
			uint32_t node = network_member(&m->cluster->networks[i], k);

			for (int f = 0; f < 2; f++) {
				if (of[f].source == SUBNET_NONE)
					continue;
				fprintf(to, "%s%s %s %s", between, m->cluster->nodes[node].name,
					prefix_text(of[f].prefix, prefix),
					subnet_source_name(of[f].source));
				between = ", ";
			}
		}
	}
	fclose(to);
	return text;
}

#define ABC                                                                                       \
	"version: 1\nname: demo\nnodes:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.2 " \
	"}\n  c: { address: 192.0.2.3 }\nnetworks:\n  net: { vni: 1, "
#define V4 "cidr: 10.42.0.0/16, subnet-length: 24"
#define L  "version: 1\nnetworks:\n  net:\n"

static const struct row {
	const char *network, *leases, *shares;
} rows[] = {
	{ V4, NULL, "a 10.42.1.0/24 computed, b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	{ V4 ", subnet-min: 10.42.0.0", NULL,
	  "a 10.42.0.0/24 computed, b 10.42.1.0/24 computed, c 10.42.2.0/24 computed" },
	{ "cidr: 10.42.0.0/28, subnet-length: auto", NULL,
	  "a 10.42.0.4/30 computed, b 10.42.0.8/30 computed, c 10.42.0.12/30 computed" },
	{ "cidr: 10.42.0.0/22, subnet-length: auto", NULL,
	  "a 10.42.1.0/24 computed, b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	{ "cidr: 10.42.0.0/23, subnet-length: auto", NULL,
	  "a 10.42.0.128/25 computed, b 10.42.1.0/25 computed, c 10.42.1.128/25 computed" },
	/* The highest there is: the walk ends at the end of all addresses. */
	{ "cidr: 240.0.0.0/4, subnet-length: 6", NULL,
	  "a 244.0.0.0/6 computed, b 248.0.0.0/6 computed, c 252.0.0.0/6 computed" },
	{ "cidr6: \"fd00::/8\", subnet-length6: auto", NULL,
	  "a fd00:0:0:1::/64 computed, b fd00:0:0:2::/64 computed, c fd00:0:0:3::/64 computed" },
	{ "cidr6: \"fd00::/124\", subnet-length6: auto, nodes: [c, a]", NULL,
	  "c fd00::4/126 computed, a fd00::8/126 computed" },
	{ "cidr6: \"fd00::/63\", subnet-length6: auto, nodes: [a]", NULL,
	  "a fd00::8000:0:0:0/65 computed" },
	{ V4 ", cidr6: \"fd00::/56\", subnet-length6: 64, nodes: [b, a]", NULL,
	  "b 10.42.1.0/24 computed, b fd00:0:0:1::/64 computed, a 10.42.2.0/24 computed, "
	  "a fd00:0:0:2::/64 computed" },
	{ V4 ", subnets: { c: 10.42.1.0/24 }", NULL,
	  "a 10.42.2.0/24 computed, b 10.42.3.0/24 computed, c 10.42.1.0/24 pinned" },
	{ V4 ", cidr6: \"fd00::/56\", subnet-length6: 64, nodes: [a, b], "
	     "subnets: { b: [\"fd00:0:0:1::/64\", 10.42.9.0/24] }",
	  NULL,
	  "a 10.42.1.0/24 computed, a fd00:0:0:2::/64 computed, b 10.42.9.0/24 pinned, "
	  "b fd00:0:0:1::/64 pinned" },
	{ V4, L "    b: { address: 192.0.2.2, subnet: 10.42.1.0/24 }\n",
	  "a 10.42.2.0/24 computed, b 10.42.1.0/24 lease, c 10.42.3.0/24 computed" },
	/* A lease needs no address; and one of a node that is not there holds its subnet. */
	{ V4, L "    b: { subnet: 10.42.1.0/24 }\n    x: { subnet: 10.42.2.0/24 }\n",
	  "a 10.42.3.0/24 computed, b 10.42.1.0/24 lease, c 10.42.4.0/24 computed" },
	/* x was renamed to a. */
	{ V4,
	  L "    x: { address: 192.0.2.1, subnet: 10.42.7.0/24 }\n"
	    "    b: { subnet: 10.42.1.0/24 }\n",
	  "a 10.42.7.0/24 lease, b 10.42.1.0/24 lease, c 10.42.2.0/24 computed" },
	/* The name counts before the address. */
	{ V4,
	  L "    x: { address: 192.0.2.1, subnet: 10.42.7.0/24 }\n"
	    "    a: { address: 192.0.2.9, subnet: 10.42.1.0/24 }\n",
	  "a 10.42.1.0/24 lease, b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	/* Of two former names the first is taken up, the other held. */
	{ V4,
	  L "    x: { address: 192.0.2.1, subnet: 10.42.1.0/24 }\n"
	    "    y: { address: 192.0.2.1, subnet: 10.42.2.0/24 }\n",
	  "a 10.42.1.0/24 lease, b 10.42.3.0/24 computed, c 10.42.4.0/24 computed" },
	/* A node that is no member holds its lease, and nobody has it. */
	{ V4 ", nodes: [b, c]", L "    a: { address: 192.0.2.1, subnet: 10.42.1.0/24 }\n",
	  "b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	/* A pin beats its own node's lease, which is free then, and one that nobody took up. */
	{ V4 ", subnets: { b: 10.42.9.0/24 }", L "    b: { subnet: 10.42.1.0/24 }\n",
	  "a 10.42.1.0/24 computed, b 10.42.9.0/24 pinned, c 10.42.2.0/24 computed" },
	{ V4 ", subnets: { b: 10.42.9.0/24 }", L "    x: { subnet: 10.42.9.0/24 }\n",
	  "a 10.42.1.0/24 computed, b 10.42.9.0/24 pinned, c 10.42.2.0/24 computed" },
	/* Two exchange their subnets by pins. */
	{ V4 ", subnets: { a: 10.42.2.0/24, b: 10.42.1.0/24 }",
	  L "    a: { subnet: 10.42.1.0/24 }\n    b: { subnet: 10.42.2.0/24 }\n",
	  "a 10.42.2.0/24 pinned, b 10.42.1.0/24 pinned, c 10.42.3.0/24 computed" },
	/* Other networks' leases say nothing here. */
	{ V4, "version: 1\nnetworks: { other: { a: { subnet: 10.42.1.0/24 } } }\n",
	  "a 10.42.1.0/24 computed, b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	{ V4, "version: 1\n",
	  "a 10.42.1.0/24 computed, b 10.42.2.0/24 computed, c 10.42.3.0/24 computed" },
	{ "cidr: 10.42.0.0/16", L "    a: { subnet: 10.43.0.0/24 }\n", "" },
};

static void allocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text, *said;
		struct made m;

		assert_true(asprintf(&text, ABC "%s }\n", rows[i].network) > 0);
		m = make(text, rows[i].leases);
		assert_int_equal(m.errors.error_count + m.lease_errors.error_count, 0);
		said = shares(&m);
		assert_string_equal(said, rows[i].shares);
		free(said);
		free(text);
		drop(&m);
	}
}

/* What is wrong with both files together. */
static void conflicts(void **state)
{
	static const struct {
		const char *network, *leases, *error, *lease_error;
	} wrong[] = {
		{ V4 ", subnets: { b: 10.42.1.0/24 }", L "    a: { subnet: 10.42.1.0/24 }\n",
		  "subnet 10.42.1.0/24 is leased to node \"a\"", NULL },
		{ "cidr: 10.42.0.0/28, subnet-length: auto",
		  L "    x: { subnet: 10.42.0.4/30 }\n    y: { subnet: 10.42.0.8/30 }\n",
		  "2 of the 3 nodes of network \"net\" get no subnet: all from 10.42.0.4/30 to "
		  "10.42.0.12/30 are held",
		  NULL },
		{ V4, L "    a: { subnet: 10.43.1.0/24 }\n", NULL,
		  "10.43.1.0/24, leased to node \"a\", is none of the subnets of length 24 into "
		  "which 10.42.0.0/16 of network \"net\" is divided" },
		{ V4, L "    a: { subnet: 10.42.1.0/25 }\n", NULL,
		  "10.42.1.0/25, leased to node \"a\", is none of the subnets of length 24 into "
		  "which 10.42.0.0/16 of network \"net\" is divided" },
		{ V4, L "    a: { subnet: 10.42.1.0/24 }\n    x: { subnet: 10.42.1.0/24 }\n", NULL,
		  "subnet 10.42.1.0 is leased to node \"a\" already (line 4)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *text;
		struct made m;

		assert_true(asprintf(&text, ABC "%s }\n", wrong[i].network) > 0);
		m = make(text, wrong[i].leases);
		assert_int_equal(m.errors.error_count, wrong[i].error ? 1 : 0);
		assert_int_equal(m.lease_errors.error_count, wrong[i].lease_error ? 1 : 0);
		if (wrong[i].error)
			assert_string_equal(m.errors.list[0].message, wrong[i].error);
		if (wrong[i].lease_error)
			assert_string_equal(m.lease_errors.list[0].message, wrong[i].lease_error);
		free(text);
		drop(&m);
	}
}

/* What cannot be a lease file: "line:column message". */
static void lease_files(void **state)
{
	static const struct {
		const char *text, *said;
	} wrong[] = {
		{ "", "0:0 the file is empty" },
		{ "networks: {}\n", "1:1 the lease file has no \"version\"" },
		{ "version: 2\n", "1:10 version is \"2\"" },
		{ "version: 1\nleases: {}\n", "2:1 unknown key \"leases\" in the lease file" },
		{ "[]\n", "1:1 the lease file is an empty list" },
		{ "version: 1\nnetworks: [a]\n", "2:11 networks is a list" },
		{ "version: 1\nnetworks: { net: [a] }\n", "2:18 networks.net is a list" },
		{ "version: 1\nnetworks: { net: { a: 1 } }\n",
		  "2:23 networks.net.a is a single value" },
		{ L "    a: {}\n", "4:5 networks.net.a has neither \"subnet\" nor \"subnet6\"" },
		{ L "    a: { subnet: 10.42.1.1/24 }\n", "4:18 subnet is \"10.42.1.1/24\"" },
		{ L "    a: { subnet: \"fd00::/64\" }\n",
		  "4:18 subnet fd00::/64 is an IPv6 prefix" },
		{ L "    a: { subnet6: 10.42.1.0/24 }\n",
		  "4:19 subnet6 10.42.1.0/24 is an IPv4 prefix" },
		{ L "    a: { subnet: 10.42.1.0/24, address: a }\n", "4:41 address is \"a\"" },
		{ L "    a: { subnet: 10.42.1.0/24, mac: a }\n",
		  "4:32 unknown key \"mac\" in networks.net.a" },
		{ L "    \"a b\": { subnet: 10.42.1.0/24 }\n", "4:5 \"a b\" cannot be a node" },
		{ L "    a: { subnet: 10.42.1.0/24 }\n    a: { subnet: 10.42.2.0/24 }\n",
		  "5:5 key \"a\" is given twice" },
		{ L "    a: &x { subnet: 10.42.1.0/24 }\n", "4:8 anchors (&) are not taken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct errors errors = { 0 };
		struct leases *leases =
			leases_read("l", wrong[i].text, strlen(wrong[i].text), &errors);
		char *said;

		assert_non_null(leases);
		if (errors.error_count < 1)
			fail_msg("nothing is wrong with\n%s", wrong[i].text);
		assert_true(asprintf(&said, "%u:%u %s", errors.list[0].at.line,
				     errors.list[0].at.column, errors.list[0].message) > 0);
		if (strncmp(said, wrong[i].said, strlen(wrong[i].said)) != 0)
			fail_msg("\"%s\" instead of \"%s\"", said, wrong[i].said);
		free(said);
		leases_free(leases);
		errors_free(&errors);
	}
}

static char *renewed(const struct made *m)
{
	struct leases *leases = leases_renew(m->leases, m->subnets);
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(leases);
	assert_true(leases_write(to, leases));
	fclose(to);
	leases_free(leases);
	return text;
}

/* What allocate writes; and that it writes the same again when it has read it. */
static void writing(void **state)
{
	static const char *const files[][3] = {
		{ V4, NULL,
		  L "    a: { address: 192.0.2.1, subnet: 10.42.1.0/24 }\n"
		    "    b: { address: 192.0.2.2, subnet: 10.42.2.0/24 }\n"
		    "    c: { address: 192.0.2.3, subnet: 10.42.3.0/24 }\n" },
		{ V4 ", cidr6: \"fd00::/56\", subnet-length6: 64, nodes: [c]", NULL,
		  L "    c: { address: 192.0.2.3, subnet: 10.42.1.0/24, "
		    "subnet6: \"fd00:0:0:1::/64\" }\n" },
		/* Who is not there is kept, and so is a family, a network that is not divided now. */
		{ V4 ", nodes: [b]",
		  L "    b: { subnet: 10.42.5.0/24, subnet6: \"fd00::/64\" }\n"
		    "    zz: { address: \"2001:db8::1\", subnet: 10.42.6.0/24 }\n"
		    "  a: { n: { subnet6: \"fd00::/64\" } }\n",
		  "version: 1\nnetworks:\n  a:\n    n: { subnet6: \"fd00::/64\" }\n  net:\n"
		  "    b: { address: 192.0.2.2, subnet: 10.42.5.0/24, subnet6: \"fd00::/64\" }\n"
		  "    zz: { address: \"2001:db8::1\", subnet: 10.42.6.0/24 }\n" },
		/* Who was renamed leaves the old name behind. */
		{ V4 ", nodes: [b]", L "    zz: { address: 192.0.2.2, subnet: 10.42.6.0/24 }\n",
		  L "    b: { address: 192.0.2.2, subnet: 10.42.6.0/24 }\n" },
		/* A pin takes the subnet of one that left. */
		{ V4 ", nodes: [b], subnets: { b: 10.42.6.0/24 }",
		  L "    zz: { subnet: 10.42.6.0/24 }\n    b: { subnet: 10.42.7.0/24 }\n",
		  L "    b: { address: 192.0.2.2, subnet: 10.42.6.0/24 }\n" },
		{ "cidr: 10.42.0.0/16", NULL, "version: 1\nnetworks: {}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *text, *written, *again;
		struct made m;

		assert_true(asprintf(&text, ABC "%s }\n", files[i][0]) > 0);
		m = make(text, files[i][1]);
		written = renewed(&m);
		assert_non_null(strstr(written, "version: 1\n"));
		assert_string_equal(strstr(written, "version: 1\n"), files[i][2]);
		drop(&m);
		m = make(text, written);
		assert_int_equal(m.errors.error_count + m.lease_errors.error_count, 0);
		again = renewed(&m);
		assert_string_equal(written, again);
		free(text);
		free(written);
		free(again);
		drop(&m);
	}
}

/* -- What a node makes of it -- */

static uint32_t mtu_1500(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static void gateways(void **state)
{
	static const struct {
		const char *network, *gateway, *gateway6;
	} list[] = {
		{ V4, "10.42.2.1/16", "-/0" },
		{ V4 ", gateway: first", "10.42.2.1/16", "-/0" },
		{ V4 ", gateway: none", "-/0", "-/0" },
		{ V4 ", gateway: 10.42.9.254", "10.42.2.254/16", "-/0" },
		{ V4 ", cidr6: \"fd00::/48\", subnet-length6: auto", "10.42.2.1/16",
		  "fd00:0:0:2::1/48" },
		{ V4 ", cidr6: \"fd00::/48\", subnet-length6: auto, gateway: \"fd00::a:b\"",
		  "10.42.2.1/16", "fd00::2:0:0:a:b/48" },
		{ V4 ", routing: routed", "10.42.2.1/24", "-/0" },
		{ V4 ", routing: direct, gateway: 10.42.9.254", "10.42.2.254/24", "-/0" },
		{ "cidr: 10.42.0.0/16", "-/0", "-/0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char *text, out[PREFIX_TEXT];
		struct made m;
		struct plan *plan;

		assert_true(asprintf(&text, ABC "%s }\n", list[i].network) > 0);
		m = make(text, NULL);
		plan = plan_make(m.cluster, 1,
				 &(struct plan_machine) { .mtu = mtu_1500, .subnets = m.subnets },
				 &m.errors);
		assert_non_null(plan);
		assert_string_equal(ifaddress_text(plan->networks[0].gateway, out),
				    list[i].gateway);
		assert_string_equal(ifaddress_text(plan->networks[0].gateway6, out),
				    list[i].gateway6);
		plan_free(plan);
		free(text);
		drop(&m);
	}
}

/* -- What it gives to DHCP clients -- */

#define DHCP_KEYS                                                                               \
	V4 ", subnets: { b: 10.42.2.0/24 }, dhcp: { lease: 2h, servers: [10.42.0.53], domain: " \
	   "x.y, "                                                                              \
	   "routes: [{ to: 10.99.0.0/16 }, { to: 10.98.0.0/16, via: 10.42.0.9 }] }"

static struct tables *applied(struct made *m, struct plan **plan)
{
	struct tables *t = tables_new(0, (struct hash_secret) { 1, 2 });

	*plan = plan_make(m->cluster, 1,
			  &(struct plan_machine) { .mtu = mtu_1500, .subnets = m->subnets },
			  &m->errors);
	assert_non_null(*plan);
	assert_non_null(t);
	assert_true(plan_apply(*plan, t));
	return t;
}

static struct dhcp_client client_of(uint8_t last)
{
	return (struct dhcp_client) { .len = 2, .octet = { 9, last } };
}

static bool may_have(const struct bindings *b, const char *ip, uint8_t client)
{
	const struct dhcp_client id = client_of(client);
	const struct mac mac = { { 0x52, 0x54, 0, 0, 0, client } };
	struct addr addr;
	uint32_t slot;

	assert_true(addr_parse(ip, &addr));
	slot = bindings_find(b, addr);
	return slot != BINDING_NONE && bindings_may(b, slot, &id, mac, 1);
}

static void dhcp_terms_of_a_node(void **state)
{
	struct made m = make(ABC DHCP_KEYS " }\n", NULL);
	const struct dhcp_terms *terms;
	const struct network *n;
	struct plan *plan;
	struct tables *t = applied(&m, &plan);
	char text[PREFIX_TEXT];

	(void)state;
	n = t->networks[0];
	assert_non_null(n->bindings);
	terms = bindings_terms(n->bindings);
	assert_string_equal(prefix_text(terms->pool, text), "10.42.2.0/24");
	assert_string_equal(ifaddress_text(terms->gateway, text), "10.42.2.1/16");
	assert_false(mac_equal(terms->mac, n->vtep));
	assert_int_equal(terms->duration, 7200);
	assert_int_equal(terms->mtu, 1450);
	assert_int_equal(terms->server_count, 1);
	assert_string_equal(terms->domain, "x.y");
	assert_int_equal(terms->route_count, 2);
	assert_string_equal(addr_text(terms->routes[0].via, text), "10.42.2.1");
	assert_string_equal(addr_text(terms->routes[1].via, text), "10.42.0.9");
	tables_free(t);
	plan_free(plan);
	drop(&m);
}

static void dhcp_keeps_to_what_is_the_nodes(void **state)
{
	struct made m =
		make(ABC DHCP_KEYS
		     ", hosts: { own: { node: b, ip: 10.42.2.9, mac: \"52:54:00:00:00:09\" },"
		     " other: { node: a, ip: 10.42.0.8, mac: \"52:54:00:00:00:08\" } },"
		     " neigh: [{ ip: 10.42.2.7, mac: \"52:54:00:00:00:07\" }] }\n",
		     NULL);
	struct plan *plan;
	struct tables *t = applied(&m, &plan);
	const struct bindings *b = t->networks[0]->bindings;

	(void)state;
	assert_true(may_have(b, "10.42.2.2", 1));
	assert_false(may_have(b, "10.42.2.0", 1));
	assert_false(may_have(b, "10.42.2.1", 1));
	assert_false(may_have(b, "10.42.2.255", 1));
	assert_false(may_have(b, "10.42.2.7", 7));
	assert_false(may_have(b, "10.42.2.9", 1));
	assert_true(may_have(b, "10.42.2.9", 9));
	assert_false(may_have(b, "10.42.2.2", 9));
	assert_false(may_have(b, "10.42.0.8", 8));
	assert_false(may_have(b, "10.42.3.2", 1));
	tables_free(t);
	plan_free(plan);
	drop(&m);
}

/* A changed file leaves clients what they have where it is still theirs. */
static void leases_outlive_a_reload(void **state)
{
	static const struct {
		const char *text;
		bool keeps;
	} next[] = {
		{ ABC DHCP_KEYS ", arp: flood }\n", true },
		{ ABC V4 ", subnets: { b: 10.42.2.0/24 }, dhcp: true }\n", true },
		{ ABC V4 ", subnets: { b: 10.42.3.0/24 }, dhcp: true }\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		struct made m = make(ABC DHCP_KEYS " }\n", NULL), w = make(next[i].text, NULL);
		const struct dhcp_client id = client_of(1);
		struct plan *plan, *wanted;
		struct tables *t = applied(&m, &plan), *beside;
		struct bindings *b = t->networks[0]->bindings;

		bindings_lease(b, 5, &id, (struct mac) { { 2 } }, 100);
		wanted = plan_make(w.cluster, 1,
				   &(struct plan_machine) { .mtu = mtu_1500, .subnets = w.subnets },
				   &w.errors);
		assert_non_null(wanted);
		beside = plan_apply_beside(wanted, plan, t);
		assert_non_null(beside);
		plan_replace(wanted, t, beside);
		b = t->networks[0]->bindings;
		assert_int_equal(bindings_of(b, &id), next[i].keeps ? 5 : BINDING_NONE);
		assert_int_equal(bindings_leased(b, 5, 99), next[i].keeps);
		tables_free(t);
		plan_free(plan);
		plan_free(wanted);
		drop(&m);
		drop(&w);
	}
}

static void peers(void **state)
{
	struct made m = make(ABC V4 ", subnets: { c: 10.42.9.0/24 } }\n", NULL);
	struct plan *plan = plan_make(
		m.cluster, 0, &(struct plan_machine) { .mtu = mtu_1500, .subnets = m.subnets },
		&m.errors);
	const struct plan_network *n;
	struct plan_subnet_peer peer;
	char text[PREFIX_TEXT];

	(void)state;
	assert_non_null(plan);
	n = &plan->networks[0];
	assert_string_equal(prefix_text(n->subnet.prefix, text), "10.42.1.0/24");
	assert_int_equal(n->subnet6.source, SUBNET_NONE);
	assert_int_equal(n->subnets->count, 3);
	assert_false(plan_subnet_peer(plan, n, 0, &peer)); /* ourselves */
	assert_true(plan_subnet_peer(plan, n, 2, &peer));
	assert_string_equal(peer.node, "c");
	assert_string_equal(addr_text(peer.reach.addr, text), "192.0.2.3");
	assert_string_equal(prefix_text(peer.subnet.prefix, text), "10.42.9.0/24");
	assert_int_equal(peer.subnet.source, SUBNET_PINNED);
	assert_true(mac_equal(peer.reach.vtep, plan_vtep_mac("demo", 1, "c")));
	plan_free(plan);
	drop(&m);
}

/* "10.42.2.0/24 via 10.42.2.0 direct 192.0.2.2, ..." for each other member. */
static char *hops_of(const struct plan *plan)
{
	const struct plan_network *n = &plan->networks[0];
	char *text = NULL, to[PREFIX_TEXT], via[ADDR_TEXT], direct[ADDR_TEXT];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	for (uint32_t i = 0; i < n->subnets->count; i++) {
		struct plan_hop hops[HOPS_FAMILIES];
		unsigned count = plan_hops(plan, n, i, hops);

		for (unsigned k = 0; k < count; k++) {
			const char *name = plan->cluster->nodes[network_member(n->config, i)].name;

			assert_true(mac_equal(hops[k].mac, plan_vtep_mac("demo", 1, name)));
			fprintf(out, "%s %s via %s", name, prefix_text(hops[k].to, to),
				addr_text(hops[k].via, via));
			if (hops[k].direct.family)
				fprintf(out, " direct %s", addr_text(hops[k].direct, direct));
			fputc('\n', out);
		}
	}
	fclose(out);
	return text;
}

static void hops(void **state)
{
	static const struct {
		const char *network, *hops;
	} list[] = {
		{ V4 ", routing: routed",
		  "b 10.42.2.0/24 via 10.42.2.0\nc 10.42.3.0/24 via 10.42.3.0\n" },
		{ V4 ", routing: direct, nodes: [c, a]",
		  "c 10.42.1.0/24 via 10.42.1.0 direct 192.0.2.3\n" },
		{ V4 ", nodes: [a, b], routing: direct, cidr6: \"fd00::/48\", subnet-length6: 64",
		  "b 10.42.2.0/24 via 10.42.2.0 direct 192.0.2.2\n"
		  "b fd00:0:0:2::/64 via fd00:0:0:2::\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char *text, *made;
		struct made m;
		struct plan *plan;

		assert_true(asprintf(&text, ABC "%s }\n", list[i].network) > 0);
		m = make(text, NULL);
		plan = plan_make(m.cluster, 0,
				 &(struct plan_machine) { .mtu = mtu_1500, .subnets = m.subnets },
				 &m.errors);
		assert_non_null(plan);
		made = hops_of(plan);
		assert_string_equal(made, list[i].hops);
		free(made);
		plan_free(plan);
		free(text);
		drop(&m);
	}
}

/* A routed network floods nothing, and knows where the VTEP of each node is that has a subnet. */
static void vteps(void **state)
{
	struct made m = make(ABC V4 ", routing: routed }\n", NULL);
	struct plan *plan = plan_make(
		m.cluster, 0, &(struct plan_machine) { .mtu = mtu_1500, .subnets = m.subnets },
		&m.errors);
	struct tables *tables = tables_new(0, (struct hash_secret) { 3, 4 });
	const struct network *n;
	uint32_t slot;

	(void)state;
	assert_non_null(plan);
	assert_non_null(tables);
	assert_true(plan_apply(plan, tables));
	n = tables->networks[0];
	assert_null(n->flood);
	assert_false(n->learning);
	assert_int_equal(fdb_counts(n->fdb)->fixed, 2);
	slot = fdb_find(n->fdb, plan_vtep_mac("demo", 1, "c"), 0);
	assert_int_not_equal(slot, FDB_NONE);
	assert_int_equal(fdb_at(n->fdb, slot)->kind, FDB_STATIC);
	assert_string_equal(origin_words(tables->origins, fdb_at(n->fdb, slot)->origin),
			    "c.yaml:6");
	tables_free(tables);
	plan_free(plan);
	drop(&m);
}

static void owners(void **state)
{
	static const struct {
		const char *ip;
		uint32_t owner;
	} list[] = {
		{ "10.42.1.0", 0 },           { "10.42.1.255", 0 },
		{ "10.42.2.9", 1 },           { "10.42.3.9", 2 },
		{ "10.42.4.0", MEMBER_NONE }, /* leased to nobody that is here */
		{ "10.42.5.0", MEMBER_NONE }, { "10.42.0.255", MEMBER_NONE },
		{ "192.0.2.1", MEMBER_NONE }, { "fd00::1", MEMBER_NONE },
	};
	struct made m = make(ABC V4 " }\n", L "    x: { subnet: 10.42.4.0/24 }\n");

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct addr ip;

		assert_true(addr_parse(list[i].ip, &ip));
		assert_int_equal(subnet_owner(&m.subnets->networks[0], &m.cluster->networks[0], ip),
				 list[i].owner);
	}
	drop(&m);
}

/* -- What becomes of them -- */

static void note(void *context, const struct subnet_happening *what)
{
	char subnet[PREFIX_TEXT], was[PREFIX_TEXT] = "", ip[ADDR_TEXT], was_at[ADDR_TEXT] = "";

	if (what->was.addr.family)
		prefix_text(what->was, was);
	if (what->was_at.family)
		addr_text(what->was_at, was_at);
	fprintf(context, "%s %s %s %s %s|%s|%s\n", subnet_change_name(what->change),
		what->network->name, what->node->name, prefix_text(what->subnet.prefix, subnet),
		addr_text(subnet_vtep(what->node), ip), was, was_at);
}

/* What is told of @before and @after; NULL: nobody has anything. */
static void assert_told(const char *before, const char *after, const char *wanted)
{
	struct made old = { 0 }, new = { 0 };
	char *told = NULL;
	size_t len;
	FILE *to = open_memstream(&told, &len);

	if (before)
		old = make(before, NULL);
	if (after)
		new = make(after, NULL);
	assert_true(subnets_compare(old.subnets, new.subnets, note, to));
	fclose(to);
	assert_string_equal(told, wanted);
	free(told);
	drop(&old);
	drop(&new);
}

#define TWO(a, b, pins)                                                                       \
	"version: 1\nname: demo\nnodes: { a: { address: " a " }, b: { address: " b " } }\n"   \
	"networks:\n  green: { vni: 2, cidr: 10.42.0.0/16, subnet-length: 24, subnets: " pins \
	" }\n"
#define PINS "{ a: 10.42.1.0/24, b: 10.42.2.0/24 }"
#define ONE                                                                                       \
	"version: 1\nname: demo\nnodes: { c: { address: 10.0.0.3 }, a: { address: 10.0.0.1 } }\n" \
	"networks:\n  green: { vni: 2, nodes: [a], cidr: 10.42.0.0/16, subnet-length: 24, "       \
	"subnets: { a: 10.42.1.0/24 } }\n"
#define OTHER                                                                                  \
	"version: 1\nname: demo\nnodes: { a: { address6: \"2001:db8::1\" } }\n"                \
	"networks:\n  blue: { vni: 9 }\n"                                                      \
	"  red: { vni: 3, cidr: 10.42.0.0/16, cidr6: \"2001:db8:1::/48\", subnet-length: 24, " \
	"subnet-length6: 64 }\n"

static void what_becomes_of_them_is_told(void **state)
{
	(void)state;
	assert_told(TWO("10.0.0.1", "10.0.0.2", PINS), TWO("10.0.0.1", "10.0.0.2", PINS), "");
	assert_told(ONE, TWO("10.0.0.1", "10.0.0.2", PINS),
		    "joined green b 10.42.2.0/24 10.0.0.2||\n");
	assert_told(TWO("10.0.0.1", "10.0.0.2", PINS), ONE,
		    "left green b 10.42.2.0/24 10.0.0.2||\n");
	assert_told(TWO("10.0.0.1", "10.0.0.2", PINS),
		    TWO("10.0.0.7", "10.0.0.2", "{ a: 10.42.1.0/24, b: 10.42.9.0/24 }"),
		    "changed green a 10.42.1.0/24 10.0.0.7||10.0.0.1\n"
		    "changed green b 10.42.9.0/24 10.0.0.2|10.42.2.0/24|\n");
}

static void networks_come_and_go_with_all_they_have(void **state)
{
	(void)state;
	assert_told(ONE, OTHER,
		    "left green a 10.42.1.0/24 10.0.0.1||\n"
		    "joined red a 10.42.1.0/24 2001:db8::1||\n"
		    "joined red a 2001:db8:1:1::/64 2001:db8::1||\n");
	assert_told(NULL, ONE, "joined green a 10.42.1.0/24 10.0.0.1||\n");
	assert_told(ONE, NULL, "left green a 10.42.1.0/24 10.0.0.1||\n");
	assert_string_equal(subnet_change_name(SUBNET_RENEWED), "renewed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_them_is_told),
		cmocka_unit_test(networks_come_and_go_with_all_they_have),
		cmocka_unit_test(allocation),
		cmocka_unit_test(conflicts),
		cmocka_unit_test(lease_files),
		cmocka_unit_test(writing),
		cmocka_unit_test(gateways),
		cmocka_unit_test(dhcp_terms_of_a_node),
		cmocka_unit_test(dhcp_keeps_to_what_is_the_nodes),
		cmocka_unit_test(leases_outlive_a_reload),
		cmocka_unit_test(peers),
		cmocka_unit_test(owners),
		cmocka_unit_test(hops),
		cmocka_unit_test(vteps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
