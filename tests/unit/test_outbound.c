/* Outbound, every row of SPEC §3: a frame that leaves a local port and the verdict it gets. */
#include "given.h"

#include "wire/ecn.h"
#include "wire/vxlan.h"

static struct verdict decide(const struct world *w, uint32_t port, const struct sketch *s)
{
	struct given g = given_frame(s);
	struct verdict v = outbound_decide(w->tables, w->blue, port, &g.frame, NOW);

	free(g.at);
	return v;
}

/* -- Each check by a frame that passes all checks before it. -- */

static void a_runt_is_dropped_whatever_its_port(void **state)
{
	struct world w = world_new();
	struct verdict v = outbound_decide(w.tables, w.blue, 77, NULL, NOW);

	(void)state;
	assert_drop(&v, DROP_TX_RUNT);
	world_free(&w);
}

/* Each row breaks one thing more than the next: the first check that finds something names it. */
static void checks_stand_in_order(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct verdict v;

	(void)state;
	w.blue->drop_vlan = true;
	w.blue->ports[1].up = false;
	s.from = BROADCAST;
	s.payload = INNER_MTU;
	s.vlans = 1;
	s.src = NODE1_V4;
	s.dport = VXLAN_PORT;

	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_PORT_DOWN);
	assert_int_equal(v.fdb_slot, FDB_NONE);
	w.blue->ports[1].up = true;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_MAC_INVALID_SOURCE);
	s.from = "00:00:00:00:00:00";
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_MAC_INVALID_SOURCE);
	s.from = TAP_MAC;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_OVERSIZE);
	s.payload = 20;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_INNER_VLAN);
	s.vlans = 0;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_TX_RECURSION);
	s.dport = 80;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_LOCAL_MAC);
	s.from = H1_MAC;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_SEND);
	world_free(&w);
}

static void ports_that_do_not_exist_are_down(void **state)
{
	static const uint32_t ports[] = { 3, NETWORK_PORTS, PORT_NONE };
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct verdict v = decide(&w, ports[i], &s);

		assert_drop(&v, DROP_PORT_DOWN);
	}
	world_free(&w);
}

/* Oversize counts behind Ethernet and tags, and a superframe by its segments. */
static void oversize_is_the_packet_beyond_the_mtu(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H3_MAC);
	struct given g;
	struct verdict v;

	(void)state;
	s.vlans = 2;
	s.payload = INNER_MTU - IPV4_LEN - UDP_LEN;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	s.payload++;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_OVERSIZE);

	s.unfinished = true;
	g = given_frame(&s);
	frame_find_unfinished(&g.frame);
	assert_true(frame_as_superframe(&g.frame, INNER_MTU, 1000));
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_DELIVER);
	w.blue->ports[2].mtu = IPV4_LEN + UDP_LEN + 1000;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_DELIVER);
	w.blue->ports[2].mtu--;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_drop(&v, DROP_OVERSIZE);
	w.blue->ports[1].mtu = w.blue->ports[2].mtu;
	w.blue->ports[2].mtu = INNER_MTU;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_drop(&v, DROP_OVERSIZE);
	free(g.at);
	world_free(&w);
}

static void tagged_frames_pass_unless_forbidden(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);

	(void)state;
	for (unsigned vlans = 0; vlans <= 3; vlans++) {
		struct verdict v;

		s.vlans = vlans;
		w.blue->drop_vlan = false;
		v = decide(&w, 1, &s);
		assert_int_equal(v.action, ACTION_SEND);
		w.blue->drop_vlan = true;
		v = decide(&w, 1, &s);
		if (vlans == 0)
			assert_int_equal(v.action, ACTION_SEND);
		else
			assert_drop(&v, DROP_INNER_VLAN);
	}
	world_free(&w);
}

static void recursion_is_our_address_and_our_port(void **state)
{
	static const struct {
		const char *src, *dst;
		uint8_t proto;
		uint16_t dport;
		bool ours;
	} rows[] = {
		{ NODE1_V4, NODE2, IP_UDP, VXLAN_PORT, true },
		{ NODE1_V6, NODE4, IP_UDP, VXLAN_PORT, true },
		{ NODE1_V4, NODE2, IP_UDP, 8472, false },
		{ NODE2, NODE1_V4, IP_UDP, VXLAN_PORT, false },
		{ NODE1_V4, NODE2, IP_TCP, VXLAN_PORT, false },
	};
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch s = udp_frame(H1_MAC, H2_MAC);
		struct verdict v;

		s.src = rows[i].src;
		s.dst = rows[i].dst;
		s.proto = rows[i].proto;
		s.dport = rows[i].dport;
		v = decide(&w, 1, &s);
		assert_int_equal(v.action == ACTION_DROP && v.reason == DROP_TX_RECURSION,
				 rows[i].ours);
	}
	world_free(&w);
}

/* A peer that listens on another port than we do gets datagrams that are ours all the same. */
static void recursion_is_known_by_what_is_inside(void **state)
{
	static const struct {
		uint32_t vni;
		uint8_t flags;
		bool ours;
	} rows[] = {
		{ BLUE_VNI, VXLAN_FLAG_I, true }, { GREEN_VNI, VXLAN_FLAG_I, true },
		{ 999, VXLAN_FLAG_I, false },     { BLUE_VNI, 0, false },
		{ BLUE_VNI, 0xff, false },
	};
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sketch s = udp_frame(H1_MAC, H2_MAC);
		struct given g;
		struct verdict v;

		s.src = NODE1_V4;
		s.dst = NODE2;
		s.dport = 4790;
		g = given_frame(&s);
		vxlan_write(g.at + g.frame.payload, rows[i].vni);
		g.at[g.frame.payload] = rows[i].flags;
		v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
		assert_int_equal(v.action == ACTION_DROP && v.reason == DROP_TX_RECURSION,
				 rows[i].ours);
		free(g.at);
	}
	world_free(&w);
}

/* -- The source. -- */

static void a_source_that_a_static_entry_puts_elsewhere_is_refused(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H3_MAC);
	struct verdict v;

	(void)state;
	s.from = H2_MAC; /* static: node2 */
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_ENTRY_EXISTS);
	assert_int_equal(v.effects.source.change, FDB_CONFLICT);
	assert_int_equal(v.fdb_slot, fdb_find(w.blue->fdb, mac_of(H2_MAC), NOW));
	assert_string_equal(origin_words(w.tables->origins, v.origin), "cluster.yaml:14");
	world_free(&w);
}

static void local_sources_are_learned_even_where_peers_are_not(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct verdict v;

	(void)state;
	w.blue->learning = false;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_SEND);
	assert_int_equal(v.effects.source.change, FDB_NEW);
	assert_int_equal(v.effects.owner, FDB_OWNER_PORT(1));
	assert_true(place_same(v.effects.place, place_port(1)));
	world_free(&w);
}

static void a_mac_that_moves_too_often_freezes(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct given g = given_frame(&s);
	struct verdict v;

	(void)state;
	for (uint32_t i = 0; i <= FDB_MOVES; i++) {
		v = outbound_decide(w.tables, w.blue, i % 2, &g.frame, NOW);
		assert_int_equal(v.action, ACTION_SEND);
		verdict_commit(w.tables, &v, &g.frame, NOW);
	}
	v = outbound_decide(w.tables, w.blue, 0, &g.frame, NOW);
	assert_drop(&v, DROP_MAC_FROZEN);
	assert_int_equal(v.effects.source.change, FDB_FREEZE);
	assert_int_equal(verdict_commit(w.tables, &v, &g.frame, NOW), NOTE_FROZEN);

	v = outbound_decide(w.tables, w.blue, 0, &g.frame, NOW);
	assert_drop(&v, DROP_MAC_FROZEN);
	assert_int_equal(v.effects.source.change, FDB_FROZEN);
	assert_int_equal(verdict_commit(w.tables, &v, &g.frame, NOW), NOTE_NONE);
	free(g.at);
	world_free(&w);
}

/* -- The way. -- */

static void a_known_port_gets_the_frame(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H3_MAC);
	struct verdict v = decide(&w, 1, &s);

	(void)state;
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_int_equal(v.port, 2);
	assert_int_equal(v.from_port, 1);
	assert_int_equal(v.fdb_slot, fdb_find(w.blue->fdb, mac_of(H3_MAC), NOW));

	v = decide(&w, 2, &s);
	assert_drop(&v, DROP_SAME_PORT);

	w.blue->ports[2].mtu = 40;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_OVERSIZE);
	w.blue->ports[2].up = false;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_PORT_DOWN);

	s.to = TAP_MAC;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_DELIVER);
	assert_int_equal(v.port, 0);
	world_free(&w);
}

static void a_known_peer_gets_the_frame(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct given g = given_frame(&s);
	struct verdict v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);

	(void)state;
	assert_int_equal(v.action, ACTION_SEND);
	assert_true(peer_ref_equal(v.to.peer, w.node2));
	assert_int_equal(v.to.port, VXLAN_PORT);
	assert_int_equal(v.flow, frame_flow(&g.frame));
	assert_int_equal(v.effects.copies, 0);

	w.blue->port = 8472;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.to.port, 8472);

	w.blue->port = VXLAN_PORT;
	s.to = H4_MAC;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_SEND);
	assert_true(peer_ref_equal(v.to.peer, w.node4));
	assert_int_equal(v.to.port, 8472); /* the entry's own */
	free(g.at);
	world_free(&w);
}

static void a_peer_of_a_family_we_do_not_speak_is_an_underlay_error(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H4_MAC);
	struct verdict v;

	(void)state;
	w.blue->endpoint_v6 = ENDPOINT_NONE;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_UNDERLAY_ERROR);
	w.blue->endpoint_v6 = w.tables->endpoint_count;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_UNDERLAY_ERROR);
	assert_true(peer_ref_equal(v.to.peer, w.node4));
	world_free(&w);
}

/* A single destination is never limited, flooding from port to port neither. */
static void the_flood_list_and_the_other_ports_take_the_rest(void **state)
{
	static const char *const unknown[] = { H9_MAC, BROADCAST, "33:33:00:00:00:01" };
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sketch s = udp_frame(H1_MAC, unknown[i]);
		struct verdict v = decide(&w, 1, &s);

		assert_int_equal(v.action, ACTION_FLOOD);
		assert_ptr_equal(v.list, w.blue->flood);
		assert_int_equal(v.effects.copies, 2);
		assert_int_equal(v.effects.miss, MISS_NONE);
		assert_int_equal(v.fdb_slot, FDB_NONE);
		assert_string_equal(origin_words(w.tables->origins, v.origin), "cluster.yaml:12");
	}
	world_free(&w);
}

static void a_group_may_have_its_own_destinations(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, GROUP_MAC);
	struct verdict v;

	(void)state;
	w.blue->bum = (struct budget) { .rate = 1, .tokens = 0, .filled = NOW };
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_ptr_not_equal(v.list, w.blue->flood);
	assert_int_equal(v.list->count, 1);
	assert_int_equal(v.effects.copies, 0);
	assert_string_equal(origin_words(w.tables->origins, v.origin), "cluster.yaml:16");
	world_free(&w);
}

static void drop_flood_list(struct network *n)
{
	flood_list_put(n->flood);
	n->flood = NULL;
}

static void without_anybody_it_is_a_miss(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H9_MAC);
	struct verdict v;

	(void)state;
	drop_flood_list(w.blue);
	w.blue->bum = (struct budget) { .rate = 1, .tokens = 0, .filled = NOW };
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_null(v.list);
	assert_int_equal(v.effects.miss, MISS_NONE);

	w.blue->ports[0].up = false;
	w.blue->ports[2].up = false;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_NO_REMOTE);
	assert_int_equal(v.effects.miss, MISS_L2);
	assert_int_equal(v.effects.source.change, FDB_NEW); /* heard it was, all the same */

	w.blue->flood = flood_list_new(NULL, 0);
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_NO_REMOTE);

	s.to = BROADCAST;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_NO_REMOTE);
	assert_int_equal(v.effects.miss, MISS_NONE);
	world_free(&w);
}

static void copies_beyond_the_limit_are_dropped(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, BROADCAST);
	struct given g = given_frame(&s);
	struct verdict v;

	(void)state;
	w.blue->bum = (struct budget) { .rate = 5, .tokens = 5, .filled = NOW };
	for (int i = 0; i < 2; i++) {
		v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
		assert_int_equal(v.action, ACTION_FLOOD);
		verdict_commit(w.tables, &v, &g.frame, NOW);
	}
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_drop(&v, DROP_BUM_LIMITED);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + SECOND / 5);
	assert_int_equal(v.action, ACTION_FLOOD);
	free(g.at);
	world_free(&w);
}

/* Cut, a superframe is many frames, and each is copied. */
static void a_flooded_superframe_counts_for_all_its_segments(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, BROADCAST);
	struct given g;
	struct verdict v;

	(void)state;
	s.payload = 1001;
	s.unfinished = true;
	g = given_frame(&s);
	frame_find_unfinished(&g.frame);
	assert_true(frame_as_superframe(&g.frame, INNER_MTU, 100));
	w.blue->bum = (struct budget) { .rate = 100, .tokens = 100, .filled = NOW };
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_int_equal(v.effects.copies, 11 * 2); /* two more than the first get each */
	w.blue->bum.tokens = 21;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_drop(&v, DROP_BUM_LIMITED);
	free(g.at);
	world_free(&w);
}

static void a_list_longer_than_the_limit_floods_once_a_second(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, BROADCAST);
	struct given g = given_frame(&s);
	struct verdict v;

	(void)state;
	w.blue->bum = (struct budget) { .rate = 1, .tokens = 1, .filled = NOW };
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_int_equal(v.effects.copies, 2);
	verdict_commit(w.tables, &v, &g.frame, NOW);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + SECOND - 1);
	assert_drop(&v, DROP_BUM_LIMITED);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + SECOND);
	assert_int_equal(v.action, ACTION_FLOOD);
	free(g.at);
	world_free(&w);
}

static void an_entry_of_a_forgotten_stranger_is_none(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H9_MAC);
	struct peer_ref gone = { .slot = w.node2.slot, .generation = w.node2.generation + 1 };
	struct verdict v;

	(void)state;
	fdb_put(w.blue->fdb, mac_of(H9_MAC), FDB_STATIC,
		place_peer((struct destination) { .peer = gone }), 0);
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_int_equal(v.fdb_slot, FDB_NONE);

	drop_flood_list(w.blue);
	w.blue->ports[0].up = false;
	w.blue->ports[2].up = false;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_NO_REMOTE);
	assert_int_equal(v.effects.miss, MISS_L2);
	world_free(&w);
}

/* -- The outer header. -- */

static void the_outer_tos_carries_the_inner_congestion(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);

	(void)state;
	for (unsigned v6 = 0; v6 < 2; v6++) {
		s.src = v6 ? "fd03::3" : "3.3.3.3";
		s.dst = v6 ? "fd03::4" : "3.3.3.4";
		for (unsigned tos = 0; tos < 256; tos++) {
			struct verdict v;

			s.tos = (uint8_t)tos;
			w.blue->tos = 0x48;
			w.blue->tos_inherit = false;
			v = decide(&w, 1, &s);
			assert_int_equal(v.outer_tos, 0x48 | (tos & ECN_MASK));
			w.blue->tos_inherit = true;
			v = decide(&w, 1, &s);
			assert_int_equal(v.outer_tos, tos);
		}
	}
	world_free(&w);
}

static void what_is_not_ip_has_no_congestion(void **state)
{
	struct world w = world_new();
	struct sketch s = { .from = H1_MAC, .to = BROADCAST, .type = 0x88b5, .payload = 46 };
	struct verdict v;

	(void)state;
	w.blue->tos = 0x48;
	v = decide(&w, 1, &s);
	assert_int_equal(v.action, ACTION_FLOOD);
	assert_int_equal(v.outer_tos, 0x48);
	w.blue->tos_inherit = true;
	v = decide(&w, 1, &s);
	assert_int_equal(v.outer_tos, 0);
	world_free(&w);
}

/* -- Too big for the path. -- */

/* The largest payload of a UDP packet over IPv4 that an outer MTU of 1500 carries to @family. */
static size_t fitting(enum addr_family family)
{
	return WORLD_MTU - vxlan_overhead(family) - IPV4_LEN - UDP_LEN;
}

static struct sketch big(const char *to, size_t payload)
{
	struct sketch s = udp_frame(H1_MAC, to);

	s.df = true;
	s.payload = payload;
	return s;
}

static void what_does_not_fit_is_answered(void **state)
{
	static const struct {
		const char *to;
		enum addr_family family;
		unsigned vlans;
	} rows[] = {
		{ H2_MAC, ADDR_V4, 0 }, { H2_MAC, ADDR_V4, 1 }, { H2_MAC, ADDR_V4, 2 },
		{ H4_MAC, ADDR_V6, 0 }, { H4_MAC, ADDR_V6, 1 },
	};
	struct world w = world_new();

	(void)state;
	w.blue->ports[1].mtu = 9000;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t tags = rows[i].vlans * VLAN_LEN;
		struct sketch s = big(rows[i].to, fitting(rows[i].family) - tags);
		struct verdict v;

		s.vlans = rows[i].vlans;
		v = decide(&w, 1, &s);
		assert_int_equal(v.action, ACTION_SEND);
		s.payload++;
		v = decide(&w, 1, &s);
		assert_int_equal(v.action, ACTION_REPLY);
		assert_int_equal(v.answer, ANSWER_TOO_BIG);
		assert_int_equal(v.reason, DROP_TX_TOO_BIG);
		assert_int_equal(v.port, 1);
		assert_int_equal(v.answer_mtu, WORLD_MTU - vxlan_overhead(rows[i].family) - tags);
	}
	world_free(&w);
}

static void who_cannot_be_told_is_dropped(void **state)
{
	struct world w = world_new();
	struct sketch s = big(H2_MAC, fitting(ADDR_V4) + 1);
	struct verdict v;

	(void)state;
	w.blue->ports[1].mtu = 9000;
	s.df = false;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_TX_TOO_BIG);

	s.df = true;
	w.blue->too_big = (struct budget) { .rate = 1, .tokens = 0, .filled = NOW };
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_TX_TOO_BIG);

	w.tables->endpoints[w.endpoint_v4].mtu = 49;
	w.blue->too_big.rate = 0;
	v = decide(&w, 1, &s);
	assert_drop(&v, DROP_TX_TOO_BIG);
	world_free(&w);
}

static void a_learned_path_mtu_counts_while_it_is_believed(void **state)
{
	struct world w = world_new();
	struct sketch s = big(H2_MAC, fitting(ADDR_V4));
	struct given g = given_frame(&s);
	struct verdict v;

	(void)state;
	w.blue->ports[1].mtu = 9000;
	peers_set_path_mtu(w.tables->peers, w.node2, 1400, NOW);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_REPLY);
	assert_int_equal(v.answer_mtu, 1350);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + (PEER_MTU_SPAN + 1) * SECOND);
	assert_int_equal(v.action, ACTION_SEND);
	free(g.at);
	world_free(&w);
}

static void a_lost_peer_gets_a_frame_a_second(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct given g = given_frame(&s);
	struct verdict v;

	(void)state;
	peers_lose(w.tables->peers, w.node2, NOW);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_drop(&v, DROP_UNDERLAY_ERROR);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + SECOND);
	assert_int_equal(v.action, ACTION_SEND);
	verdict_commit(w.tables, &v, &g.frame, NOW + SECOND);
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW + SECOND);
	assert_drop(&v, DROP_UNDERLAY_ERROR);
	free(g.at);
	world_free(&w);
}

static void of_a_superframe_a_segment_must_fit(void **state)
{
	struct world w = world_new();
	struct sketch s = big(H2_MAC, 1900);
	struct given g;
	struct verdict v;

	(void)state;
	w.blue->ports[1].mtu = 9000;
	s.unfinished = true;
	g = given_frame(&s);
	frame_find_unfinished(&g.frame);
	assert_true(frame_as_superframe(&g.frame, 9000, (uint16_t)fitting(ADDR_V4)));
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_SEND);
	g.frame.gso_size++;
	v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	assert_int_equal(v.action, ACTION_REPLY);
	assert_int_equal(v.answer, ANSWER_TOO_BIG);
	free(g.at);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_runt_is_dropped_whatever_its_port),
		cmocka_unit_test(checks_stand_in_order),
		cmocka_unit_test(ports_that_do_not_exist_are_down),
		cmocka_unit_test(oversize_is_the_packet_beyond_the_mtu),
		cmocka_unit_test(tagged_frames_pass_unless_forbidden),
		cmocka_unit_test(recursion_is_our_address_and_our_port),
		cmocka_unit_test(recursion_is_known_by_what_is_inside),
		cmocka_unit_test(a_source_that_a_static_entry_puts_elsewhere_is_refused),
		cmocka_unit_test(local_sources_are_learned_even_where_peers_are_not),
		cmocka_unit_test(a_mac_that_moves_too_often_freezes),
		cmocka_unit_test(a_known_port_gets_the_frame),
		cmocka_unit_test(a_known_peer_gets_the_frame),
		cmocka_unit_test(a_peer_of_a_family_we_do_not_speak_is_an_underlay_error),
		cmocka_unit_test(the_flood_list_and_the_other_ports_take_the_rest),
		cmocka_unit_test(a_group_may_have_its_own_destinations),
		cmocka_unit_test(without_anybody_it_is_a_miss),
		cmocka_unit_test(copies_beyond_the_limit_are_dropped),
		cmocka_unit_test(a_flooded_superframe_counts_for_all_its_segments),
		cmocka_unit_test(a_list_longer_than_the_limit_floods_once_a_second),
		cmocka_unit_test(an_entry_of_a_forgotten_stranger_is_none),
		cmocka_unit_test(the_outer_tos_carries_the_inner_congestion),
		cmocka_unit_test(what_is_not_ip_has_no_congestion),
		cmocka_unit_test(what_does_not_fit_is_answered),
		cmocka_unit_test(who_cannot_be_told_is_dropped),
		cmocka_unit_test(a_learned_path_mtu_counts_while_it_is_believed),
		cmocka_unit_test(a_lost_peer_gets_a_frame_a_second),
		cmocka_unit_test(of_a_superframe_a_segment_must_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
