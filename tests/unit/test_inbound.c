/* Inbound, every row of SPEC §3: a datagram that reaches an endpoint and the verdict it gets. */
#include "given.h"

#include "wire/ecn.h"
#include "wire/vxlan.h"

static struct verdict decide(const struct world *w, const struct arrival *a)
{
	struct frame inner;

	return inbound_decide(w->tables, a, &inner, NOW);
}

/* The verdict over a frame from @source in blue. */
static struct verdict decide_frame(const struct world *w, const char *source,
				   const struct sketch *s)
{
	struct arrival a = arrival_frame(w, source, BLUE_VNI, s);
	struct verdict v = decide(w, &a);

	free(a.at);
	return v;
}

static void set_ports(struct network *n, bool up)
{
	for (uint32_t port = 0; port < n->ports_end; port++)
		n->ports[port].up = up;
}

/* A frame that every check from the source MAC on refuses. */
static struct sketch worst_frame(void)
{
	struct sketch s = udp_frame(BROADCAST, TAP_MAC);

	s.vlans = 1;
	s.payload = INNER_MTU;
	return s;
}

/* -- The order of the checks: each datagram is wrong for all that come later as well. -- */

static void the_header_is_checked_first(void **state)
{
	struct world w = world_new();
	struct arrival a = arrival_of(&w, NODE1_V4, 999, span_of("", 0));
	struct verdict v;

	(void)state;
	memset(a.at, 0xff, 8);
	a.at[0] = 0xf7; /* all but I */
	a.len = 7;
	a.truncated = true;
	v = decide(&w, &a);
	assert_drop(&v, DROP_TRUNCATED);
	a.truncated = false;
	v = decide(&w, &a);
	assert_drop(&v, DROP_RX_SHORT);
	a.len = 8;
	v = decide(&w, &a);
	assert_drop(&v, DROP_INVALID_HDR);
	a.at[0] = 0xff;
	v = decide(&w, &a);
	assert_drop(&v, DROP_GPE);
	a.at[0] = 0xfb; /* no P: the fourth byte is merely reserved */
	v = decide(&w, &a);
	assert_drop(&v, DROP_VNI_NOT_FOUND);
	assert_int_equal(v.network, NETWORK_NONE);
	assert_false(v.effects.reserved_bits);
	free(a.at);
	world_free(&w);
}

static void then_network_and_sender(void **state)
{
	struct world w = world_new();
	struct arrival a = arrival_of(&w, NODE1_V4, BLUE_VNI, span_of("a runt", 6));
	struct verdict v;

	(void)state;
	w.blue->strict_reserved = true;
	a.at[0] = 0xff;
	v = decide(&w, &a);
	assert_drop(&v, DROP_RX_SELF);
	assert_int_equal(v.network, w.blue->id);
	assert_false(v.effects.reserved_bits);
	a.source = addr_of(STRANGER);
	v = decide(&w, &a);
	assert_drop(&v, DROP_UNKNOWN_PEER);
	a.source = addr_of(NODE2);
	v = decide(&w, &a);
	assert_drop(&v, DROP_RESERVED_BITS);
	assert_true(v.effects.reserved_bits);
	a.at[0] = VXLAN_FLAG_I;
	v = decide(&w, &a);
	assert_drop(&v, DROP_INNER_RUNT);
	free(a.at);
	world_free(&w);
}

static void then_the_frame(void **state)
{
	struct world w = world_new();
	struct sketch s = worst_frame();
	struct arrival a;
	struct verdict v;

	(void)state;
	w.blue->drop_vlan = true;
	set_ports(w.blue, false);
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_MAC_INVALID_SOURCE);
	s.from = "00:00:00:00:00:00";
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_MAC_INVALID_SOURCE);
	s.from = TAP_MAC;
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_INNER_VLAN);
	s.vlans = 0;
	a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
	a.tos = ECN_CE;
	v = decide(&w, &a);
	assert_drop(&v, DROP_IP_TUNNEL_ECN);
	a.tos = 0;
	v = decide(&w, &a);
	assert_drop(&v, DROP_LOCAL_MAC);
	free(a.at);
	s.from = H3_MAC; /* static: port 2 */
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_ENTRY_EXISTS);
	s.from = H9_MAC;
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_PORT_DOWN);
	set_ports(w.blue, true);
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_OVERSIZE);
	s.payload = 20;
	v = decide_frame(&w, NODE2, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	world_free(&w);
}

/* -- Header bits. -- */

/* The 64 header bits less I and the VNI: 39. */
static bool is_reserved(unsigned bit)
{
	return bit != 4 && (bit < 32 || bit >= 56);
}

static void reserved_bits_count_and_cost_a_strict_network_the_frame(void **state)
{
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	unsigned reserved = 0;

	(void)state;
	for (unsigned bit = 0; bit < 128; bit++) {
		struct world w = world_new();
		struct arrival a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
		struct frame inner;
		struct verdict v;

		if (!is_reserved(bit % 64)) {
			free(a.at);
			world_free(&w);
			continue;
		}
		reserved++;
		w.blue->strict_reserved = bit >= 64;
		a.at[bit % 64 / 8] ^= (uint8_t)(0x80 >> bit % 8);
		v = inbound_decide(w.tables, &a, &inner, NOW);
		verdict_commit(w.tables, &v, inner.at ? &inner : NULL, NOW);
		if (w.blue->strict_reserved)
			assert_drop(&v, DROP_RESERVED_BITS);
		else
			assert_int_equal(v.action, ACTION_DELIVER);
		assert_int_equal(w.blue->count.reserved_bits, 1);
		free(a.at);
		world_free(&w);
	}
	assert_int_equal(reserved, 2 * 39);
}

static void clean_headers_are_not_counted(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct verdict v;

	(void)state;
	w.blue->strict_reserved = true;
	v = decide_frame(&w, NODE2, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_false(v.effects.reserved_bits);
	world_free(&w);
}

static void gpe_passes_as_far_as_it_is_ethernet(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct arrival a = arrival_frame(&w, NODE2, BLUE_VNI, &s);

	(void)state;
	a.at[0] = VXLAN_FLAG_I | VXLAN_FLAG_P;
	for (unsigned protocol = 0; protocol < 256; protocol++) {
		struct verdict v;

		a.at[3] = (uint8_t)protocol;
		v = decide(&w, &a);
		if (protocol == 0 || protocol == 3)
			assert_int_equal(v.action, ACTION_DELIVER);
		else
			assert_drop(&v, DROP_GPE);
	}
	free(a.at);
	world_free(&w);
}

/* -- Who may speak. -- */

static void networks_are_told_apart_by_endpoint_and_vni(void **state)
{
	static const struct {
		const char *source;
		uint32_t vni;
		bool known_endpoint;
		int reason; /* −1: delivered */
	} rows[] = {
		{ NODE2, BLUE_VNI, true, -1 },
		{ NODE2, GREEN_VNI, true, -1 },
		{ NODE3, BLUE_VNI, true, -1 },
		{ NODE3, GREEN_VNI, true, DROP_UNKNOWN_PEER },
		{ NODE4, BLUE_VNI, true, -1 },
		{ NODE2, BLUE_VNI + 1, true, DROP_VNI_NOT_FOUND },
		{ NODE2, BLUE_VNI, false, DROP_VNI_NOT_FOUND },
		{ NODE1_V6, BLUE_VNI, true, DROP_RX_SELF },
	};
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arrival a = arrival_frame(&w, rows[i].source, rows[i].vni, &s);
		struct verdict v;

		if (!rows[i].known_endpoint)
			a.endpoint = 7;
		v = decide(&w, &a);
		if (rows[i].reason < 0)
			assert_int_equal(v.action, ACTION_DELIVER);
		else
			assert_drop(&v, (enum drop_reason)rows[i].reason);
		free(a.at);
	}
	world_free(&w);
}

static void let_anyone_in(struct network *n)
{
	peer_set_put(n->members);
	n->members = NULL;
}

static void strangers_speak_where_anyone_may(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct arrival a = arrival_frame(&w, STRANGER, BLUE_VNI, &s);
	struct frame inner;
	struct peer_ref ref;
	struct verdict v;

	(void)state;
	let_anyone_in(w.blue);
	v = inbound_decide(w.tables, &a, &inner, NOW);
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_true(v.effects.admit);
	assert_int_equal(v.effects.owner, FDB_OWNER_STRANGERS);
	assert_int_equal(v.effects.source.change, FDB_NEW);
	assert_false(peers_find(w.tables->peers, a.source, &ref));
	verdict_commit(w.tables, &v, inner.at ? &inner : NULL, NOW);

	assert_true(peers_find(w.tables->peers, a.source, &ref));
	assert_int_equal(peers_at(w.tables->peers, ref)->count.rx_frames, 1);
	assert_true(peer_ref_equal(
		fdb_at(w.blue->fdb, fdb_find(w.blue->fdb, mac_of(H9_MAC), NOW))->place.to.peer,
		ref));

	v = inbound_decide(w.tables, &a, &inner, NOW);
	assert_false(v.effects.admit);
	assert_int_equal(v.effects.owner, FDB_OWNER_STRANGERS);
	assert_int_equal(v.effects.source.change, FDB_NOTHING);

	v = decide_frame(&w, NODE2, &s); /* not a stranger, even where anyone may speak */
	assert_int_equal(v.effects.owner, FDB_OWNER_PEER(w.node2.slot));
	assert_int_equal(v.effects.source.change, FDB_MOVE);
	free(a.at);
	world_free(&w);
}

static void a_refused_stranger_is_not_remembered(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H3_MAC, TAP_MAC);
	struct verdict v;

	(void)state;
	let_anyone_in(w.blue);
	v = decide_frame(&w, STRANGER, &s);
	assert_drop(&v, DROP_ENTRY_EXISTS);
	assert_false(v.effects.admit);
	world_free(&w);
}

/* Strangers that are forgotten again and again, by whoever invents many, come back as somebody else
 * every time: their MAC seems to move, and must not freeze where nobody is. */
static void a_mac_does_not_freeze_behind_a_forgotten_stranger(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct arrival a = arrival_frame(&w, STRANGER, BLUE_VNI, &s);
	struct peer_ref ref;
	struct addr other = addr_of("192.0.2.100");
	struct frame inner;

	(void)state;
	let_anyone_in(w.blue);
	for (unsigned i = 0; i < 3 * FDB_MOVES; i++) {
		struct verdict v = inbound_decide(w.tables, &a, &inner, NOW);

		assert_int_equal(v.action, ACTION_DELIVER);
		verdict_commit(w.tables, &v, inner.at ? &inner : NULL, NOW);
		for (unsigned j = 0; j < WORLD_STRANGERS; j++) {
			other.octet[3]++;
			assert_true(peers_admit(w.tables->peers, other, NOW, &ref));
		}
		assert_false(peers_find(w.tables->peers, a.source, &ref));
	}
	free(a.at);
	world_free(&w);
}

/* -- The source. -- */

static void the_sender_is_where_the_source_lives(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H2_MAC, TAP_MAC);
	struct verdict v = decide_frame(&w, NODE2, &s);

	(void)state;
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_int_equal(v.effects.source.change, FDB_NOTHING);
	v = decide_frame(&w, NODE3, &s);
	assert_drop(&v, DROP_ENTRY_EXISTS);
	assert_string_equal(origin_words(w.tables->origins, v.origin), "cluster.yaml:14");

	s.from = H9_MAC;
	v = decide_frame(&w, NODE3, &s);
	assert_int_equal(v.effects.source.change, FDB_NEW);
	assert_true(peer_ref_equal(v.effects.place.to.peer, w.node3));
	assert_int_equal(v.effects.owner, FDB_OWNER_PEER(w.node3.slot));

	w.blue->learning = false;
	v = decide_frame(&w, NODE3, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_int_equal(v.effects.source.change, FDB_NOTHING);
	world_free(&w);
}

static void a_frozen_mac_speaks_from_its_place_only(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct verdict v;

	(void)state;
	for (int i = 0; i <= FDB_MOVES + 1; i++) {
		struct arrival a = arrival_frame(&w, i % 2 ? NODE3 : NODE2, BLUE_VNI, &s);
		struct frame inner;

		v = inbound_decide(w.tables, &a, &inner, NOW);
		verdict_commit(w.tables, &v, inner.at ? &inner : NULL, NOW);
		free(a.at);
	}
	assert_drop(&v, DROP_MAC_FROZEN);
	assert_int_equal(v.effects.source.change, FDB_FREEZE);
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_MAC_FROZEN);
	assert_int_equal(v.effects.source.change, FDB_FROZEN);
	v = decide_frame(&w, NODE3, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	world_free(&w);
}

/* -- Congestion. -- */

static void congestion_comes_out_as_rfc_6040_has_it(void **state)
{
	/* [inner][outer], −1: dropped; the numbers are those of the two bits. */
	static const int table[4][4] = {
		[ECN_NOT_ECT] = { 0, 0, 0, -1 },
		[ECN_ECT1] = { 1, 1, 1, 3 },
		[ECN_ECT0] = { 2, 1, 2, 3 },
		[ECN_CE] = { 3, 3, 3, 3 },
	};
	struct world w = world_new();

	(void)state;
	for (unsigned i = 0; i < 2 * 16; i++) {
		unsigned inner_ecn = i / 4 % 4, outer_ecn = i % 4;
		int expected = table[inner_ecn][outer_ecn];
		struct sketch s = udp_frame(H9_MAC, TAP_MAC);
		struct arrival a;
		struct verdict v;

		s.src = i < 16 ? "3.3.3.3" : "fd03::3";
		s.dst = i < 16 ? "3.3.3.4" : "fd03::4";
		s.tos = (uint8_t)(0xb8 | inner_ecn);
		a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
		a.tos = (uint8_t)(0x48 | outer_ecn);
		v = decide(&w, &a);
		if (expected < 0) {
			assert_drop(&v, DROP_IP_TUNNEL_ECN);
		} else {
			assert_int_equal(v.action, ACTION_DELIVER);
			assert_int_equal(v.ecn, expected);
			assert_int_equal(v.set_ecn, (unsigned)expected != inner_ecn);
		}
		free(a.at);
	}
	world_free(&w);
}

static void what_is_not_ip_cannot_be_congested(void **state)
{
	struct world w = world_new();
	struct sketch s = { .from = H9_MAC, .to = TAP_MAC, .type = 0x88b5, .payload = 46 };
	struct arrival a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
	struct verdict v;

	(void)state;
	a.tos = ECN_CE;
	v = decide(&w, &a);
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_false(v.set_ecn);
	free(a.at);
	world_free(&w);
}

/* -- Delivery. -- */

static void a_stale_entry_never_drops_a_frame(void **state)
{
	static const struct {
		const char *to;
		bool port2_up;
		uint32_t port; /* PORT_NONE: all */
	} rows[] = {
		{ TAP_MAC, true, 0 },           { H3_MAC, true, 2 },
		{ H3_MAC, false, PORT_NONE }, /* known, but its port is down */
		{ H4_MAC, true, PORT_NONE },  /* known at a peer: never on to it */
		{ H9_MAC, true, PORT_NONE },    { BROADCAST, true, PORT_NONE },
		{ GROUP_MAC, true, PORT_NONE },
	};
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch s = udp_frame(H2_MAC, rows[i].to);
		struct verdict v;

		w.blue->ports[2].up = rows[i].port2_up;
		v = decide_frame(&w, NODE2, &s);
		assert_int_equal(v.action,
				 rows[i].port == PORT_NONE ? ACTION_DELIVER_ALL : ACTION_DELIVER);
		assert_int_equal(v.port, rows[i].port);
		assert_int_equal(v.from_port, PORT_NONE);
	}
	world_free(&w);
}

static void a_plain_frame_fits_the_port_or_is_dropped(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, H3_MAC);
	struct verdict v;

	(void)state;
	s.payload = INNER_MTU - IPV4_LEN - UDP_LEN;
	v = decide_frame(&w, NODE2, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	w.blue->ports[2].mtu = INNER_MTU - 1;
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_OVERSIZE);
	s.to = BROADCAST; /* one port that takes it is enough */
	v = decide_frame(&w, NODE2, &s);
	assert_int_equal(v.action, ACTION_DELIVER_ALL);
	s.payload++;
	v = decide_frame(&w, NODE2, &s);
	assert_drop(&v, DROP_OVERSIZE);
	world_free(&w);
}

static void the_inner_frame_is_described(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct arrival a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
	struct frame inner;

	(void)state;
	inbound_decide(w.tables, &a, &inner, NOW);
	assert_ptr_equal(inner.at, a.at + VXLAN_LEN);
	assert_int_equal(inner.len, a.len - VXLAN_LEN);
	assert_false(inner.unfinished);
	assert_int_equal(inner.dport, 80);
	free(a.at);
	world_free(&w);
}

/* What a kernel sender on the same machine leaves to hardware that is not there. */
static void uncut_superframes_are_recognised(void **state)
{
	static const struct {
		uint8_t proto;
		size_t payload;
		bool unfinished;
		uint16_t gso_size;
		int kind; /* −1: oversize */
		uint16_t segment;
	} rows[] = {
		{ IP_TCP, 100, true, 0, FRAME_PLAIN, 0 },
		{ IP_TCP, 1800, true, 0, FRAME_TCP, INNER_MTU - IPV4_LEN - TCP_LEN },
		{ IP_TCP, 1800, false, 0, -1, 0 },
		{ IP_UDP, 1800, true, 1000, FRAME_UDP, 1000 },
		{ IP_UDP, 900, true, 300, FRAME_UDP, 300 },
		{ IP_UDP, 1800, true, 0, -1, 0 },
		{ IP_UDP, 1800, true, INNER_MTU - IPV4_LEN - UDP_LEN, FRAME_UDP,
		  INNER_MTU - IPV4_LEN - UDP_LEN },
		{ IP_UDP, 1800, true, INNER_MTU - IPV4_LEN - UDP_LEN + 1, -1, 0 },
		{ IP_UDP, 1800, true, UINT16_MAX, -1, 0 },
		{ IP_UDP, 1800, false, 1000, -1, 0 },
		{ IP_UDP, 900, false, 300, FRAME_PLAIN, 0 },
		{ IP_ICMP, 1800, false, 0, -1, 0 },
	};
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch s = udp_frame(H9_MAC, TAP_MAC);
		struct arrival a;
		struct frame inner;
		struct verdict v;

		s.proto = rows[i].proto;
		s.payload = rows[i].payload;
		s.unfinished = rows[i].unfinished;
		a = arrival_frame(&w, NODE2, BLUE_VNI, &s);
		a.gso_size = rows[i].gso_size;
		v = inbound_decide(w.tables, &a, &inner, NOW);
		if (rows[i].kind < 0) {
			assert_drop(&v, DROP_OVERSIZE);
		} else {
			assert_int_equal(v.action, ACTION_DELIVER);
			assert_int_equal(inner.kind, rows[i].kind);
			assert_int_equal(inner.gso_size, rows[i].segment);
			assert_int_equal(inner.unfinished, rows[i].unfinished);
		}
		free(a.at);
	}
	world_free(&w);
}

/* Cut anywhere, a datagram is dropped or delivered; nothing is read behind its end. */
static void every_prefix_gets_a_verdict(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct arrival whole;

	(void)state;
	s.vlans = 2;
	whole = arrival_frame(&w, NODE2, BLUE_VNI, &s);
	for (size_t len = 0; len <= whole.len; len++) {
		struct arrival a = whole;
		struct verdict v;

		a.at = craft_exact(whole.at, len);
		a.len = len;
		v = decide(&w, &a);
		if (len < VXLAN_LEN)
			assert_drop(&v, DROP_RX_SHORT);
		else if (len < VXLAN_LEN + ETH_LEN + 2 * VLAN_LEN)
			assert_drop(&v, DROP_INNER_RUNT);
		else
			assert_int_equal(v.action, ACTION_DELIVER);
		free(a.at);
	}
	free(whole.at);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_checked_first),
		cmocka_unit_test(then_network_and_sender),
		cmocka_unit_test(then_the_frame),
		cmocka_unit_test(reserved_bits_count_and_cost_a_strict_network_the_frame),
		cmocka_unit_test(clean_headers_are_not_counted),
		cmocka_unit_test(gpe_passes_as_far_as_it_is_ethernet),
		cmocka_unit_test(networks_are_told_apart_by_endpoint_and_vni),
		cmocka_unit_test(strangers_speak_where_anyone_may),
		cmocka_unit_test(a_refused_stranger_is_not_remembered),
		cmocka_unit_test(a_mac_does_not_freeze_behind_a_forgotten_stranger),
		cmocka_unit_test(the_sender_is_where_the_source_lives),
		cmocka_unit_test(a_frozen_mac_speaks_from_its_place_only),
		cmocka_unit_test(congestion_comes_out_as_rfc_6040_has_it),
		cmocka_unit_test(what_is_not_ip_cannot_be_congested),
		cmocka_unit_test(a_stale_entry_never_drops_a_frame),
		cmocka_unit_test(a_plain_frame_fits_the_port_or_is_dropped),
		cmocka_unit_test(the_inner_frame_is_described),
		cmocka_unit_test(uncut_superframes_are_recognised),
		cmocka_unit_test(every_prefix_gets_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
