/* The five steps as people read them. */
#include "given.h"

#include "path/trace.h"
#include "wire/ecn.h"

/* The story of the frame in @g from @port of blue. */
static void assert_out(struct world *w, uint32_t port, struct given g, const char *expected)
{
	char buffer[TRACE_ROOM];
	struct text text = text_in(buffer, sizeof(buffer));
	struct verdict v = outbound_decide(w->tables, w->blue, port, &g.frame, NOW);

	trace_outbound(&text, w->tables, &v, &g.frame, NOW);
	assert_string_equal(buffer, expected);
	free(g.at);
}

static void assert_in(struct world *w, struct arrival a, const char *expected)
{
	char buffer[TRACE_ROOM];
	struct text text = text_in(buffer, sizeof(buffer));
	struct frame inner;
	struct verdict v = inbound_decide(w->tables, &a, &inner, NOW);

	trace_inbound(&text, w->tables, &v, &a, &inner, NOW);
	assert_string_equal(buffer, expected);
	free(a.at);
}

static struct sketch ping(const char *from, const char *to)
{
	struct sketch s = udp_frame(from, to);

	s.proto = IP_ICMP;
	s.payload = 56;
	return s;
}

#define PARSED_PING                                                                                \
	"            2 parse    aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4" \
	" ICMP, 98 bytes; "

static void a_ping_on_its_way_out(void **state)
{
	struct world w = world_new();
	struct sketch s = ping(H1_MAC, H2_MAC);

	(void)state;
	assert_out(&w, 0, given_frame(&s),
		   "blue ▸ out  1 arrive   port 0: VNI 100\n" PARSED_PING
		   "source new, learned here\n"
		   "            3 look up  32:39:e3:57:89:e7 dst 10.206.67.15 self permanent"
		   "  (cluster.yaml:14)\n"
		   "            4 change   + VXLAN header, VNI 100; outer TOS 0x00, source port"
		   " picked by flow 0x047c84bf\n"
		   "            5 leave    SEND to 10.206.67.15:4789\n");
	world_free(&w);
}

static void and_at_the_other_end(void **state)
{
	struct world w = world_new();
	struct sketch s = ping(H2_MAC, TAP_MAC);

	(void)state;
	assert_in(&w, arrival_frame(&w, NODE2, BLUE_VNI, &s),
		  "blue ◂ in   1 arrive   106 bytes from 10.206.67.15 to 10.206.67.96 port 4789,"
		  " outer TOS 0x00\n"
		  "            2 parse    VXLAN header: VNI 100\n"
		  "            3 look up  network blue; 10.206.67.15 may speak; source known:"
		  " 32:39:e3:57:89:e7 dst 10.206.67.15 self permanent  (cluster.yaml:14)\n"
		  "            4 change   − VXLAN header: 32:39:e3:57:89:e7 → 02:00:00:00:00:01,"
		  " IPv4 3.3.3.3 → 3.3.3.4 ICMP, 98 bytes\n"
		  "            5 leave    DELIVER to port 0: 02:00:00:00:00:01 dev port 0 master"
		  " permanent  (the network's own device)\n");
	world_free(&w);
}

static void a_question_for_everyone(void **state)
{
	struct arp_sketch ask = { BROADCAST, 1, H9_MAC, "3.3.3.9", "3.3.3.4", 1 };
	struct world w = world_new();
	uint8_t room[128];

	(void)state;
	w.blue->arp = ARP_FLOOD;
	assert_out(&w, 1, given_of(room, build_arp(room_of(room, sizeof(room)), &ask)),
		   "blue ▸ out  1 arrive   port 1: VNI 100\n"
		   "            2 parse    52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, VLAN 5, ARP who"
		   " has 3.3.3.4? tell 3.3.3.9, 46 bytes; source new, learned here\n"
		   "            3 look up  ff:ff:ff:ff:ff:ff is a group, hence the flood list"
		   "  (cluster.yaml:12)\n"
		   "            4 change   + VXLAN header, VNI 100; outer TOS 0x00, source port"
		   " picked by flow 0x373de692\n"
		   "            5 leave    FLOOD to 10.206.67.15:4789, 10.206.67.16:4789,"
		   " [fd00::17]:4789 and every other local port\n");

	w.blue->arp = ARP_PROXY;
	assert_out(&w, 1, given_of(room, build_arp(room_of(room, sizeof(room)), &ask)),
		   "blue ▸ out  1 arrive   port 1: VNI 100\n"
		   "            2 parse    52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, VLAN 5, ARP who"
		   " has 3.3.3.4? tell 3.3.3.9, 46 bytes; source new, learned here\n"
		   "            3 look up  3.3.3.4 lladdr 32:39:e3:57:89:e7 PERMANENT"
		   "  (cluster.yaml:14)\n"
		   "            4 change   the question becomes its answer\n"
		   "            5 leave    REPLY on port 1: ARP 3.3.3.4 is at 32:39:e3:57:89:e7\n");

	ask.target_ip = "3.3.3.8";
	ask.vlans = 0;
	assert_out(
		&w, 1, given_of(room, build_arp(room_of(room, sizeof(room)), &ask)),
		"blue ▸ out  1 arrive   port 1: VNI 100\n"
		"            2 parse    52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, ARP who has"
		" 3.3.3.8? tell 3.3.3.9, 42 bytes; source new, learned here\n"
		"            3 look up  no neighbour 3.3.3.8; DROP neigh-unknown: arp: proxy, and"
		" nobody is known at the asked address\n");
	world_free(&w);
}

static void a_client_that_looks_for_a_server(void **state)
{
	const struct dhcp_terms terms = { .pool = { .addr = addr_of("3.3.3.0"), .length = 24 },
					  .gateway = { addr_of("3.3.3.1"), 24 },
					  .mac = mac_of("02:00:00:00:00:99") };
	struct sketch s = { .from = H9_MAC,
			    .to = BROADCAST,
			    .src = "0.0.0.0",
			    .dst = "255.255.255.255",
			    .proto = IP_UDP,
			    .sport = DHCP_CLIENT_PORT,
			    .dport = DHCP_SERVER_PORT,
			    .payload = 300 };
	struct arp_sketch ask = { BROADCAST, 1, H9_MAC, "3.3.3.9", "3.3.3.1", 0 };
	struct world w = world_new();
	uint8_t room[128];

	(void)state;
	w.blue->bindings = bindings_new(&terms, NULL, 0, w.tables->secret);
	assert_non_null(w.blue->bindings);
	assert_out(&w, 1, given_frame(&s),
		   "blue ▸ out  1 arrive   port 1: VNI 100\n"
		   "            2 parse    52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, IPv4 0.0.0.0 →"
		   " 255.255.255.255 UDP 68 → 67, 342 bytes; source new, learned here\n"
		   "            3 look up  DHCP ends here: dhcp is on, and 3.3.3.1 answers\n"
		   "            4 change   nothing: it stays on this node\n"
		   "            5 leave    PUNT: DHCP, answered on port 1\n");
	assert_out(
		&w, 1, given_of(room, build_arp(room_of(room, sizeof(room)), &ask)),
		"blue ▸ out  1 arrive   port 1: VNI 100\n"
		"            2 parse    52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, ARP who has 3.3.3.1?"
		" tell 3.3.3.9, 42 bytes; source new, learned here\n"
		"            3 look up  3.3.3.1 lladdr 02:00:00:00:00:99 gateway\n"
		"            4 change   the question becomes its answer\n"
		"            5 leave    REPLY on port 1: ARP 3.3.3.1 is at 02:00:00:00:00:99\n");
	world_free(&w);
}

static void a_frame_that_a_static_entry_contradicts(void **state)
{
	struct world w = world_new();
	struct sketch s = ping(H2_MAC, TAP_MAC);

	(void)state;
	assert_in(&w, arrival_frame(&w, NODE3, BLUE_VNI, &s),
		  "blue ◂ in   1 arrive   106 bytes from 10.206.67.16 to 10.206.67.96 port 4789,"
		  " outer TOS 0x00\n"
		  "            2 parse    VXLAN header: VNI 100\n"
		  "            3 look up  network blue; 10.206.67.16 may speak; source belongs to"
		  " 32:39:e3:57:89:e7 dst 10.206.67.15 self permanent  (cluster.yaml:14);"
		  " DROP entry-exists: a static entry says that this source MAC lives elsewhere\n");
	world_free(&w);
}

static void a_datagram_for_nobody(void **state)
{
	struct world w = world_new();
	struct sketch s = ping(H2_MAC, TAP_MAC);

	(void)state;
	assert_in(&w, arrival_frame(&w, NODE4, 999, &s),
		  "? ◂ in   1 arrive   106 bytes from fd00::17 to fd00::96 port 4789, outer TOS"
		  " 0x00\n"
		  "         2 parse    VXLAN header: VNI 999\n"
		  "         3 look up  DROP vni-not-found: no network here has this VNI on this"
		  " endpoint\n");
	world_free(&w);
}

static void congestion_on_the_way(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, BROADCAST);
	struct arrival a;

	(void)state;
	s.tos = ECN_ECT0;
	a = arrival_frame(&w, NODE3, BLUE_VNI, &s);
	a.tos = ECN_CE;
	a.at[7] = 1;
	assert_in(
		&w, a,
		"blue ◂ in   1 arrive   70 bytes from 10.206.67.16 to 10.206.67.96 port 4789,"
		" outer TOS 0x03\n"
		"            2 parse    VXLAN header: VNI 100, reserved bits set\n"
		"            3 look up  network blue; 10.206.67.16 may speak; source new, learned"
		" here\n"
		"            4 change   − VXLAN header: 52:54:00:00:00:09 → ff:ff:ff:ff:ff:ff, IPv4"
		" 3.3.3.3 → 3.3.3.4 UDP 4000 → 80, 62 bytes; ECN becomes CE\n"
		"            5 leave    DELIVER ALL: ff:ff:ff:ff:ff:ff is a group; every local "
		"port,"
		" never another peer\n");
	world_free(&w);
}

static void a_packet_that_is_too_big(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);

	(void)state;
	s.df = true;
	s.payload = 1500;
	w.blue->ports[1].mtu = 9000;
	assert_out(&w, 1, given_frame(&s),
		   "blue ▸ out  1 arrive   port 1: VNI 100\n"
		   "            2 parse    aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 →"
		   " 3.3.3.4 UDP 4000 → 80, 1542 bytes; source new, learned here\n"
		   "            3 look up  32:39:e3:57:89:e7 dst 10.206.67.15 self permanent"
		   "  (cluster.yaml:14)\n"
		   "            4 change   to 10.206.67.15 it is too long with the outer headers\n"
		   "            5 leave    REPLY on port 1: ICMP too big, packets up to 1450 bytes "
		   "fit;"
		   " counted as tx-too-big\n");
	world_free(&w);
}

static void a_runt(void **state)
{
	struct world w = world_new();
	struct verdict v = outbound_decide(w.tables, w.blue, 1, NULL, NOW);
	char buffer[TRACE_ROOM];
	struct text text = text_in(buffer, sizeof(buffer));

	(void)state;
	trace_outbound(&text, w.tables, &v, NULL, NOW);
	assert_string_equal(buffer,
			    "blue ▸ out  1 arrive   port 1: VNI 100\n"
			    "            2 parse    DROP tx-runt: a frame from a local port is"
			    " shorter than an Ethernet header\n");
	world_free(&w);
}

/* What becomes of the source, in the words of the second step. */
static void what_is_said_about_the_source(void **state)
{
	struct world w = world_new();
	struct sketch s = ping(H1_MAC, H2_MAC);
	struct given g = given_frame(&s);
	static const char *const words[] = {
		"source new, learned here\n",
		"source moves here, it was aa:bf:b9:29:63:12 dev port 1 master  (learned from port "
		"1, last heard 1 s ago)\n",
		"source known: aa:bf:b9:29:63:12 dev port 0 master  (learned from port 0, last "
		"heard 1 s ago)\n",
	};
	static const uint32_t ports[] = { 1, 0, 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char buffer[TRACE_ROOM];
		struct text text = text_in(buffer, sizeof(buffer));
		struct verdict v =
			outbound_decide(w.tables, w.blue, ports[i], &g.frame, NOW + i * SECOND);

		trace_outbound(&text, w.tables, &v, &g.frame, NOW + i * SECOND);
		assert_non_null(strstr(buffer, words[i]));
		verdict_commit(w.tables, &v, &g.frame, NOW + i * SECOND);
	}
	free(g.at);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ping_on_its_way_out),
		cmocka_unit_test(and_at_the_other_end),
		cmocka_unit_test(a_question_for_everyone),
		cmocka_unit_test(a_client_that_looks_for_a_server),
		cmocka_unit_test(a_frame_that_a_static_entry_contradicts),
		cmocka_unit_test(a_datagram_for_nobody),
		cmocka_unit_test(congestion_on_the_way),
		cmocka_unit_test(a_packet_that_is_too_big),
		cmocka_unit_test(a_runt),
		cmocka_unit_test(what_is_said_about_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
