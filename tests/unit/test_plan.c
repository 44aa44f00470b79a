/* What a node of a cluster gets: endpoints, groups, MTUs, and tables filled with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/plan.h"

#define HEAD "version: 1\nname: demo\n"
#define NODES                                                                       \
	"nodes:\n"                                                                  \
	"  a: { address: 192.0.2.1, address6: \"2001:db8::1\", interface: eth0 }\n" \
	"  b: { address: 192.0.2.2, interface: eth0 }\n"                            \
	"  c: { address: 192.0.2.3, address6: \"2001:db8::3\", port: 4790, interface: eth0 }\n"

/* One node's plan, and tables filled from it. */
struct made {
	struct errors errors;
	struct cluster *cluster;
	struct plan *plan;
	struct tables *tables;
};

static uint32_t mtu_of(void *context, struct addr addr, const char *interface)
{
	(void)addr;
	(void)interface;
	return *(uint32_t *)context;
}

static struct made make(const char *text, const char *node, uint32_t mtu)
{
	const struct plan_machine machine = { .context = &mtu, .mtu = mtu_of };
	struct made m = { 0 };

	m.cluster = cluster_read("f.yaml", text, strlen(text), &m.errors);
	assert_non_null(m.cluster);
	cluster_check(m.cluster, &m.errors);
	if (m.errors.error_count > 0)
		errors_print(stderr, &m.errors, "f.yaml", text, strlen(text), NULL);
	assert_int_equal(m.errors.error_count, 0);
	m.plan = plan_make(m.cluster, cluster_node(m.cluster, node), &machine, &m.errors);
	if (!m.plan)
		return m;
	m.tables = tables_new(0, (struct hash_secret) { 3, 4 });
	assert_non_null(m.tables);
	assert_true(plan_apply(m.plan, m.tables));
	return m;
}

static void unmake(struct made *m)
{
	plan_free(m->plan);
	tables_free(m->tables);
	cluster_free(m->cluster);
	errors_free(&m->errors);
}

static struct addr ip(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static struct mac mac(const char *text)
{
	struct mac m;

	assert_true(mac_parse(text, &m));
	return m;
}

static bool is_peer(const struct made *m, struct peer_ref ref, const char *addr)
{
	return addr_equal(peers_at(m->tables->peers, ref)->addr, ip(addr));
}

static bool may_speak(const struct made *m, const struct network *n, const char *addr)
{
	struct peer_ref ref;

	return peers_find(m->tables->peers, ip(addr), &ref) && peer_set_has(n->members, ref);
}

static int port_at(const struct made *m, const struct network *n, struct destination to)
{
	uint16_t port = tables_port_of(m->tables, n, to);

	return port == n->port ? 0 : port;
}

/* The UDP port at which @list sends to @addr, 0: the network's own; -1 when it does not. */
static int port_to(const struct made *m, const struct network *n, const struct flood_list *list,
		   const char *addr)
{
	for (uint32_t i = 0; list && i < list->count; i++)
		if (is_peer(m, list->to[i].peer, addr))
			return port_at(m, n, list->to[i]);
	return -1;
}

static const char *origin(const struct made *m, uint32_t number)
{
	return origin_words(m->tables->origins, number);
}

/* -- Endpoints -- */

static void endpoints(void **state)
{
	struct made m = make(HEAD NODES "networks:\n"
					"  blue: { vni: 1 }\n"
					"  red: { vni: 2, port: 8472 }\n"
					"  pink: { vni: 3 }\n"
					"  other: { vni: 4, nodes: [b, c] }\n",
			     "a", 1500);

	(void)state;
	assert_int_equal(m.plan->network_count, 3);
	assert_int_equal(m.plan->endpoint_count, 4);
	assert_int_equal(m.tables->endpoint_count, 4);
	for (uint16_t i = 0; i < 4; i++) {
		assert_int_equal(m.plan->endpoints[i].port, i < 2 ? 4789 : 8472);
		assert_true(addr_equal(m.plan->endpoints[i].bind,
				       ip(i % 2 ? "2001:db8::1" : "192.0.2.1")));
		assert_int_equal(m.tables->endpoints[i].port, m.plan->endpoints[i].port);
		assert_int_equal(m.tables->endpoints[i].mtu, 1500);
	}
	assert_int_equal(m.plan->networks[0].endpoint_v4, 0);
	assert_int_equal(m.plan->networks[1].endpoint_v4, 2);
	assert_int_equal(m.plan->networks[2].endpoint_v6, 1);
	assert_ptr_equal(tables_find(m.tables, 0, 1), m.tables->networks[0]);
	assert_ptr_equal(tables_find(m.tables, 1, 3), m.tables->networks[2]);
	assert_ptr_equal(tables_find(m.tables, 3, 2), m.tables->networks[1]);
	assert_null(tables_find(m.tables, 0, 2));
	assert_null(tables_find(m.tables, 0, 4));
	unmake(&m);
}

static void bind_is_where_we_listen(void **state)
{
	struct made m =
		make(HEAD "nodes:\n"
			  "  a: { address: 192.0.2.1, bind: 10.0.0.1 }\n"
			  "  b: { address: 192.0.2.2, bind: 10.0.0.2 }\n"
			  "networks: { blue: { vni: 1, flood: [a, 192.0.2.1, 10.0.0.1, b] } }\n",
		     "a", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(m.plan->endpoint_count, 1);
	assert_true(addr_equal(m.plan->endpoints[0].bind, ip("10.0.0.1")));
	assert_int_equal(blue->endpoint_v6, ENDPOINT_NONE);
	assert_int_equal(blue->flood->count, 1);
	assert_int_equal(port_to(&m, blue, blue->flood, "192.0.2.2"), 0);
	unmake(&m);
}

static void bind6_is_where_we_listen(void **state)
{
	struct made m = make(HEAD "nodes:\n"
				  "  a: { address6: \"2001:db8::1\", bind6: \"fd00::1\" }\n"
				  "  b: { address6: \"2001:db8::2\", bind6: \"fd00::2\" }\n"
				  "networks:\n"
				  "  blue: { vni: 1, flood: [\"2001:db8::1\", \"fd00::1\", b] }\n",
			     "a", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(m.plan->endpoint_count, 1);
	assert_true(addr_equal(m.plan->endpoints[0].bind, ip("fd00::1")));
	assert_int_equal(blue->endpoint_v4, ENDPOINT_NONE);
	assert_int_equal(blue->flood->count, 1);
	assert_int_equal(port_to(&m, blue, blue->flood, "2001:db8::2"), 0);
	unmake(&m);
}

static void groups(void **state)
{
	struct made m = make(HEAD NODES "networks:\n"
					"  blue: { vni: 1, flood: 239.1.1.1 }\n"
					"  red: { vni: 2, flood: 239.1.1.1 }\n"
					"  pink: { vni: 3, flood: 239.1.1.1, port: 8472 }\n"
					"  mauve: { vni: 4, flood: 239.1.1.2 }\n"
					"  six: { vni: 5, flood: \"ff05::1\", nodes: [a, c] }\n",
			     "a", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(m.plan->group_count, 4);
	assert_int_equal(m.plan->groups[0].endpoint, 0);
	assert_string_equal(m.plan->groups[0].interface, "eth0");
	assert_int_equal(m.plan->groups[1].endpoint, 2);
	assert_true(addr_equal(m.plan->groups[2].group, ip("239.1.1.2")));
	assert_int_equal(m.plan->groups[3].endpoint, 1);
	assert_int_equal(blue->flood->count, 1);
	assert_int_equal(port_to(&m, blue, blue->flood, "239.1.1.1"), 0);
	assert_string_equal(tables_interface_of(m.tables, blue, blue->flood->to[0]), "eth0");
	assert_ptr_equal(blue->flood, m.tables->networks[2]->flood);
	/* Members speak from their own addresses, never from the group's. */
	assert_true(may_speak(&m, blue, "192.0.2.2"));
	assert_false(may_speak(&m, blue, "239.1.1.1"));
	assert_int_equal(m.plan->networks[4].mtu, 1430);
	unmake(&m);
}

/* -- MTU -- */

static void inner_mtu(void **state)
{
	static const struct {
		const char *underlay, *nodes, *network;
		uint32_t machine;
		uint16_t inner; /* 0: refused */
	} rows[] = {
		{ "{}", "[a, b, c]", "{}", 1500, 1450 }, /* all share IPv4 */
		{ "{}", "[a, b, c]", "{}", 9000, 8950 },
		{ "{}", "[a, b, c]", "{}", 65536, 65465 },
		{ "{}", "[a, b, c]", "{}", 0, 1450 },
		{ "{ mtu: 1400 }", "[a, b, c]", "{}", 1500, 1350 },
		{ "{ mtu: 1400 }", "[a, b, c]", "{}", 0, 1350 },
		{ "{ mtu: 1600 }", "[a, b, c]", "{}", 1500, 0 },
		{ "{}", "[a, d]", "{}", 1500, 1430 }, /* a and d share IPv6 only */
		{ "{}", "[a, c]", "{}", 1500, 1450 },
		{ "{}", "[a, c, d]", "{}", 1500, 1430 }, /* both in use: the smaller */
		{ "{}", "[a]", "{}", 1500, 1430 },       /* nobody: room for either family */
		{ "{}", "[a, c]", "{ mtu: 1400 }", 1500, 1400 },
		{ "{}", "[a, c]", "{ mtu: 1450 }", 1500, 1450 },
		{ "{}", "[a, c]", "{ mtu: 1451 }", 1500, 0 },
		{ "{}", "[a, d]", "{ mtu: 1431 }", 1500, 0 },
		{ "{}", "[a, c]", "{}", 100, 0 },
		{ "{}", "[a, c]", "{}", 20, 0 },
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *body = rows[i].network;
		struct made m;

		snprintf(text, sizeof(text),
			 HEAD "underlay: %s\n" NODES "  d: { address6: \"2001:db8::4\" }\n"
			      "networks: { blue: { vni: 1, nodes: %s%s%s }\n",
			 rows[i].underlay, rows[i].nodes, body[1] == '}' ? "" : ",", body + 1);
		m = make(text, "a", rows[i].machine);
		if (rows[i].inner ? !m.plan || m.plan->networks[0].mtu != rows[i].inner
				  : m.plan || m.errors.error_count == 0)
			fail_msg("row %zu: %u", i, m.plan ? m.plan->networks[0].mtu : 0);
		unmake(&m);
	}
}

/* -- MACs -- */

static void vtep_macs(void **state)
{
	static const struct {
		const char *cluster, *node, *mac;
		uint32_t vni;
	} rows[] = {
		{ "demo", "node1", "f2:a9:83:5d:54:a9", 100 },
		{ "demo", "node2", "52:b2:74:d0:42:42", 100 },
		{ "demo", "node1", "32:0d:c4:43:bd:a0", 101 },
		{ "other", "node1", "3a:06:d1:4a:41:6c", 100 },
	};
	char text[MAC_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mac m = plan_vtep_mac(rows[i].cluster, rows[i].vni, rows[i].node);

		assert_string_equal(mac_text(m, text), rows[i].mac);
	}
	/* Where one name ends and the other begins counts. */
	assert_false(mac_equal(plan_vtep_mac("ab", 1, "c"), plan_vtep_mac("a", 1, "bc")));
}

static void vtep_macs_differ(void **state)
{
	enum { COUNT = 4096 };
	static struct mac seen[COUNT];
	char node[16];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		snprintf(node, sizeof(node), "node%u", i % 64);
		seen[i] = plan_vtep_mac("demo", i / 64, node);
		assert_int_equal(seen[i].octet[0] & 3, 2);
		for (uint32_t j = 0; j < i; j++)
			assert_false(mac_equal(seen[i], seen[j]));
	}
}

/* -- Tables -- */

static void rules(void **state)
{
	struct made m = make(HEAD "underlay: { tos: 8 }\n" NODES "networks:\n"
				  "  blue:\n"
				  "    { vni: 7, learning: false, arp: proxy, flood: none,\n"
				  "      offload: off, inner-vlan: drop, reserved-bits: strict,\n"
				  "      l2miss: false, bum-limit: 5/s, max-fdb: 16 }\n"
				  "  red: { vni: 8 }\n",
			     "b", 1500);
	const struct network *blue = m.tables->networks[0], *red = m.tables->networks[1];

	(void)state;
	assert_string_equal(blue->name, "blue");
	assert_int_equal(blue->id, 0);
	assert_int_equal(blue->vni, 7);
	assert_int_equal(blue->port, 4789);
	assert_int_equal(blue->mtu, 1450);
	assert_false(blue->learning);
	assert_false(blue->l2miss);
	assert_true(blue->l3miss);
	assert_int_equal(blue->arp, ARP_PROXY);
	assert_null(blue->flood);
	assert_false(blue->offload);
	assert_true(blue->drop_vlan);
	assert_true(blue->strict_reserved);
	assert_int_equal(blue->bum.rate, 5);
	assert_int_equal(blue->bum.tokens, 5);
	assert_int_equal(blue->too_big.rate, NETWORK_ANSWERS);
	assert_int_equal(blue->tos, 8);
	assert_int_equal(fdb_capacity(blue->fdb), 16);
	assert_true(red->learning);
	assert_true(red->l2miss && red->l3miss);
	assert_int_equal(red->arp, ARP_SUPPRESS);
	assert_true(red->offload);
	assert_false(red->drop_vlan || red->strict_reserved);
	assert_int_equal(red->bum.rate, 64000);
	assert_int_equal(fdb_capacity(red->fdb), 8192);
	unmake(&m);
}

static void flood_to_peers(void **state)
{
	struct made m = make(HEAD NODES "networks:\n"
					"  blue: { vni: 1 }\n"
					"  red: { vni: 2, port: 8472 }\n"
					"  pair: { vni: 3, nodes: [a, b] }\n",
			     "a", 1500);
	const struct network *blue = m.tables->networks[0], *red = m.tables->networks[1];
	const struct network *pair = m.tables->networks[2];

	(void)state;
	assert_int_equal(blue->flood->count, 2);
	assert_null(tables_interface_of(m.tables, blue, blue->flood->to[0]));
	assert_int_equal(port_to(&m, blue, blue->flood, "192.0.2.2"), 0);
	/* c listens on a port of its own, unless the network says otherwise. */
	assert_int_equal(port_to(&m, blue, blue->flood, "192.0.2.3"), 4790);
	assert_int_equal(port_to(&m, red, red->flood, "192.0.2.3"), 0);
	assert_int_equal(red->port, 8472);
	assert_int_equal(pair->flood->count, 1);
	assert_true(may_speak(&m, blue, "2001:db8::3"));
	assert_false(may_speak(&m, blue, "192.0.2.1"));
	assert_false(may_speak(&m, pair, "192.0.2.3"));
	assert_string_equal(origin(&m, blue->flood_origin), "f.yaml:8");
	unmake(&m);
}

static void port_of_our_own(void **state)
{
	struct made m = make(HEAD NODES "networks: { blue: { vni: 1 } }\n", "c", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(blue->port, 4790);
	assert_int_equal(port_to(&m, blue, blue->flood, "192.0.2.1"), 4789);
	unmake(&m);
}

/* Where a node listens is known of the node, wherever the word is: what is learned from it goes there. */
static void ports_of_nodes(void **state)
{
	struct made m = make(HEAD NODES
			     "  d: { address: 192.0.2.4, port: 4790 }\n"
			     "networks:\n"
			     "  blue:\n"
			     "    vni: 1\n"
			     "    nodes: [a, b, c]\n"
			     "    fdb:\n"
			     "      - { mac: \"52:54:00:00:00:01\", dst: 192.0.2.3 }\n"
			     "      - { mac: \"52:54:00:00:00:02\", dst: 192.0.2.3, port: 4790 }\n"
			     "      - { mac: \"52:54:00:00:00:03\", dst: 192.0.2.3, port: 4789 }\n"
			     "  red: { vni: 2, port: 8472 }\n",
			     "a", 1500);
	static const int words[] = { 0, 0, 4789 };
	const struct network *blue = m.tables->networks[0], *red = m.tables->networks[1];
	struct destination learned = { 0 };

	(void)state;
	assert_true(peers_find(m.tables->peers, ip("2001:db8::3"), &learned.peer));
	assert_int_equal(tables_port_of(m.tables, blue, learned), 4790);
	assert_int_equal(tables_port_of(m.tables, red, learned), 8472);
	assert_true(peers_find(m.tables->peers, ip("192.0.2.4"), &learned.peer));
	assert_int_equal(tables_port_of(m.tables, blue, learned), 4790);
	for (int i = 0; i < 3; i++) {
		struct mac station = { { 0x52, 0x54, 0, 0, 0, (uint8_t)(1 + i) } };
		uint32_t slot = fdb_find(blue->fdb, station, 0);

		assert_int_equal(fdb_at(blue->fdb, slot)->place.to.port, words[i]);
	}
	assert_int_equal(tables_port_word(m.tables, blue, ip("192.0.2.3"), 4790), 0);
	assert_int_equal(tables_port_word(m.tables, blue, ip("192.0.2.3"), 4789), 4789);
	assert_int_equal(tables_port_word(m.tables, red, ip("192.0.2.3"), 8472), 0);
	assert_int_equal(tables_port_word(m.tables, blue, ip("198.51.100.7"), 4789), 0);
	assert_false(m.tables->endpoints[0].own_port);
	assert_true(m.tables->endpoints[red->endpoint_v4].own_port);
	unmake(&m);
}

/* A node with one family dials the others by it, whatever else they have. */
static void one_family(void **state)
{
	struct made m = make(HEAD NODES "  d: { address6: \"2001:db8::4\" }\n"
					"networks: { blue: { vni: 1, nodes: [a, c, d] } }\n",
			     "d", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(m.plan->endpoint_count, 1);
	assert_int_equal(blue->endpoint_v4, ENDPOINT_NONE);
	assert_int_equal(blue->flood->count, 2);
	assert_int_equal(port_to(&m, blue, blue->flood, "2001:db8::1"), 0);
	assert_int_equal(port_to(&m, blue, blue->flood, "2001:db8::3"), 4790);
	unmake(&m);
}

static void self_is_passed_over(void **state)
{
	struct made m = make(HEAD NODES "networks:\n"
					"  blue:\n"
					"    vni: 1\n"
					"    nodes: [a, c]\n"
					"    flood: [a, 192.0.2.1, \"2001:db8::1\", c]\n",
			     "a", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	assert_int_equal(blue->flood->count, 1);
	assert_int_equal(port_to(&m, blue, blue->flood, "192.0.2.3"), 4790);
	assert_false(may_speak(&m, blue, "2001:db8::1"));
	unmake(&m);
}

/* An address is its node's, and takes that node's port. */
static void addresses_find_their_nodes(void **state)
{
	enum { COUNT = 40 };
	char *text = NULL, addr[16], station[MAC_TEXT];
	size_t len;
	FILE *to = open_memstream(&text, &len);
	struct made m;

	(void)state;
	fprintf(to, HEAD "nodes:\n  us: { address: 10.0.0.1 }\n");
	for (int i = 2; i < COUNT; i++)
		fprintf(to, "  n%d: { address: 10.0.0.%d, port: %d }\n", i, i, 5000 + i);
	fprintf(to, "networks:\n  blue:\n    vni: 1\n    fdb:\n");
	for (int i = 2; i < COUNT; i++)
		fprintf(to, "      - { mac: \"52:54:00:00:00:%02x\", dst: 10.0.0.%d }\n", i, i);
	fclose(to);
	m = make(text, "us", 1500);
	for (int i = 2; i < COUNT; i++) {
		const struct network *blue = m.tables->networks[0];
		uint32_t slot;

		snprintf(addr, sizeof(addr), "10.0.0.%d", i);
		snprintf(station, sizeof(station), "52:54:00:00:00:%02x", i);
		slot = fdb_find(blue->fdb, mac(station), 0);
		assert_int_not_equal(slot, FDB_NONE);
		assert_true(is_peer(&m, fdb_at(blue->fdb, slot)->place.to.peer, addr));
		assert_int_equal(port_at(&m, blue, fdb_at(blue->fdb, slot)->place.to), 5000 + i);
	}
	unmake(&m);
	free(text);
}

static void equal_lists_are_shared(void **state)
{
	struct made m = make(HEAD NODES "networks:\n"
					"  one: { vni: 1 }\n"
					"  two: { vni: 2 }\n"
					"  three: { vni: 3, nodes: [c, b, a] }\n"
					"  four: { vni: 4, nodes: [a, b] }\n"
					"  five: { vni: 5, flood: [b, c, b] }\n",
			     "a", 1500);
	struct network **n = m.tables->networks;

	(void)state;
	assert_ptr_equal(n[0]->flood, n[1]->flood);
	assert_ptr_equal(n[0]->flood, n[2]->flood);
	assert_ptr_equal(n[0]->flood, n[4]->flood);
	assert_ptr_not_equal(n[0]->flood, n[3]->flood);
	assert_int_equal(n[0]->flood->users, 4);
	assert_ptr_equal(n[0]->members, n[2]->members);
	assert_ptr_not_equal(n[0]->members, n[3]->members);
	unmake(&m);
}

static void strangers_may_speak(void **state)
{
	struct made m =
		make(HEAD "underlay: { accept: any }\n" NODES "networks: { blue: { vni: 1 } }\n",
		     "a", 1500);

	(void)state;
	assert_null(m.tables->networks[0]->members);
	unmake(&m);
}

static void check_static(const struct made *m, const char *address, const char *peer, int port,
			 const char *from)
{
	const struct network *n = m->tables->networks[0];
	uint32_t slot = fdb_find(n->fdb, mac(address), 0);
	const struct fdb_entry *entry;

	assert_int_not_equal(slot, FDB_NONE);
	entry = fdb_at(n->fdb, slot);
	assert_int_equal(entry->kind, FDB_STATIC);
	assert_int_equal(entry->place.kind, PLACE_PEER);
	assert_true(is_peer(m, entry->place.to.peer, peer));
	assert_int_equal(port_at(m, n, entry->place.to), port);
	assert_string_equal(origin(m, entry->origin), from);
}

static void check_neighbour(const struct made *m, const char *address, const char *at, bool router,
			    const char *from)
{
	const struct network *n = m->tables->networks[0];
	uint32_t slot = neigh_find(n->neigh, ip(address));
	const struct neigh_entry *entry;

	assert_int_not_equal(slot, NEIGH_NONE);
	entry = neigh_at(n->neigh, slot);
	assert_true(mac_equal(entry->mac, mac(at)));
	assert_int_equal(entry->router, router);
	assert_string_equal(origin(m, entry->origin), from);
}

static void entries(void **state)
{
	struct made m = make(HEAD NODES
			     "networks:\n"
			     "  blue:\n"
			     "    vni: 1\n"
			     "    hosts:\n"
			     "      h1: { node: a, ip: 3.3.3.3, mac: \"aa:bf:b9:29:63:12\" }\n"
			     "      h2:\n"
			     "        node: c\n"
			     "        ip: [3.3.3.4, \"fd00::4\"]\n"
			     "        mac: \"32:39:e3:57:89:e7\"\n"
			     "    fdb:\n"
			     "      - { mac: \"52:54:00:00:00:01\", dst: 192.0.2.2 }\n"
			     "      - { mac: \"52:54:00:00:00:02\", dst: 192.0.2.2, port: 99 }\n"
			     "      - { mac: \"52:54:00:00:00:03\", dst: 192.0.2.1 }\n"
			     "      - { mac: \"52:54:00:00:00:04\", dst: 198.51.100.7 }\n"
			     "    neigh:\n"
			     "      - { ip: 3.3.3.9, mac: \"52:54:00:00:00:09\", router: true }\n",
			     "a", 1500);
	const struct network *blue = m.tables->networks[0];

	(void)state;
	check_static(&m, "32:39:e3:57:89:e7", "192.0.2.3", 4790, "f.yaml:12");
	check_static(&m, "52:54:00:00:00:01", "192.0.2.2", 0, "f.yaml:17");
	check_static(&m, "52:54:00:00:00:02", "192.0.2.2", 99, "f.yaml:18");
	check_static(&m, "52:54:00:00:00:04", "198.51.100.7", 0, "f.yaml:20");
	/* Our own host is learned from its frames; a line that names us is passed over. */
	assert_int_equal(fdb_find(blue->fdb, mac("aa:bf:b9:29:63:12"), 0), FDB_NONE);
	assert_int_equal(fdb_find(blue->fdb, mac("52:54:00:00:00:03"), 0), FDB_NONE);
	check_neighbour(&m, "3.3.3.3", "aa:bf:b9:29:63:12", false, "f.yaml:11");
	check_neighbour(&m, "3.3.3.4", "32:39:e3:57:89:e7", false, "f.yaml:12");
	check_neighbour(&m, "fd00::4", "32:39:e3:57:89:e7", false, "f.yaml:12");
	check_neighbour(&m, "3.3.3.9", "52:54:00:00:00:09", true, "f.yaml:22");
	assert_int_equal(neigh_count(blue->neigh), 4);
	assert_true(may_speak(&m, blue, "198.51.100.7"));
	unmake(&m);
}

static void group_macs(void **state)
{
	struct made m =
		make(HEAD NODES "networks:\n"
				"  blue:\n"
				"    vni: 1\n"
				"    flood: none\n"
				"    fdb:\n"
				"      - { mac: \"01:00:5e:00:00:05\", dst: 192.0.2.2 }\n"
				"      - { mac: \"00:00:00:00:00:00\", dst: 198.51.100.7 }\n"
				"      - { mac: \"01:00:5e:00:00:05\", dst: 192.0.2.3, port: 5 }\n"
				"      - { mac: \"01:00:5e:00:00:06\", dst: 192.0.2.1 }\n"
				"      - { mac: \"00:00:00:00:00:00\", dst: 198.51.100.7 }\n",
		     "a", 1500);
	const struct network *blue = m.tables->networks[0];
	uint32_t slot = fdb_find(blue->fdb, mac("01:00:5e:00:00:05"), 0);
	const struct fdb_entry *entry;

	(void)state;
	assert_int_not_equal(slot, FDB_NONE);
	entry = fdb_at(blue->fdb, slot);
	assert_non_null(entry->list);
	assert_int_equal(entry->list->count, 2);
	assert_int_equal(port_to(&m, blue, entry->list, "192.0.2.2"), 0);
	assert_int_equal(port_to(&m, blue, entry->list, "192.0.2.3"), 5);
	assert_string_equal(origin(&m, entry->origin), "f.yaml:12");
	assert_int_equal(fdb_find(blue->fdb, mac("01:00:5e:00:00:06"), 0), FDB_NONE);
	/* The all-zero lines are the flood list, the same destination once. */
	assert_int_equal(blue->flood->count, 1);
	assert_int_equal(port_to(&m, blue, blue->flood, "198.51.100.7"), 0);
	unmake(&m);
}

/* A thousand networks with the same thousand members hold one list and one set. */
static void many_nodes_one_list(void **state)
{
	enum { COUNT = 1000 };
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);
	struct made m;

	(void)state;
	fprintf(to, HEAD "nodes:\n");
	for (int i = 0; i < COUNT; i++)
		fprintf(to, "  n%d: { address: 10.0.%d.%d }\n", i, i / 250, i % 250 + 1);
	fprintf(to, "networks:\n");
	for (int i = 0; i < COUNT; i++)
		fprintf(to, "  w%d: { vni: %d, max-fdb: 1 }\n", i, i + 1);
	fclose(to);
	m = make(text, "n500", 1500);
	assert_int_equal(m.tables->networks[0]->flood->count, COUNT - 1);
	assert_int_equal(m.tables->networks[0]->flood->users, COUNT);
	assert_ptr_equal(m.tables->networks[0]->members, m.tables->networks[COUNT - 1]->members);
	unmake(&m);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints),
		cmocka_unit_test(bind_is_where_we_listen),
		cmocka_unit_test(bind6_is_where_we_listen),
		cmocka_unit_test(groups),
		cmocka_unit_test(inner_mtu),
		cmocka_unit_test(vtep_macs),
		cmocka_unit_test(vtep_macs_differ),
		cmocka_unit_test(rules),
		cmocka_unit_test(flood_to_peers),
		cmocka_unit_test(port_of_our_own),
		cmocka_unit_test(ports_of_nodes),
		cmocka_unit_test(one_family),
		cmocka_unit_test(self_is_passed_over),
		cmocka_unit_test(addresses_find_their_nodes),
		cmocka_unit_test(equal_lists_are_shared),
		cmocka_unit_test(strangers_may_speak),
		cmocka_unit_test(entries),
		cmocka_unit_test(group_macs),
		cmocka_unit_test(many_nodes_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
