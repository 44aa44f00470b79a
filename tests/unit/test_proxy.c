/* The ARP and ND proxy: every cell of SPEC §3's table, over IPv4 and IPv6. */
#include "given.h"

#include "path/proxy.h"
#include "wire/arp.h"
#include "wire/checksum.h"
#include "wire/nd.h"

#define ANYONE_V6 "33:33:ff:00:00:04"

enum family { V4, V6, FAMILIES };
enum cell { FORWARD, ANSWER, UNKNOWN, HERE };

/* One thing that h9 says on port 1. */
struct row {
	const char *name;
	const char *to[FAMILIES];
	bool reply;
	const char *sender[FAMILIES], *target[FAMILIES]; /* sender NULL: ND has no such thing */
	enum cell cells[3];                              /* by enum arp_mode */
	bool miss;                                       /* under proxy */
};

/* 3.3.3.4 is known at h2, 3.3.3.3 at h1, 3.3.3.9 is not. */
static const struct row rows[] = {
	{ "request, known",
	  { BROADCAST, ANYONE_V6 },
	  false,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.4", "fd03::4" },
	  { FORWARD, ANSWER, ANSWER },
	  false },
	{ "request, unknown",
	  { BROADCAST, ANYONE_V6 },
	  false,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.8", "fd03::8" },
	  { FORWARD, FORWARD, UNKNOWN },
	  true },
	{ "request, known on the asking port",
	  { BROADCAST, ANYONE_V6 },
	  false,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.3", "fd03::3" },
	  { FORWARD, FORWARD, HERE },
	  false },
	{ "probe, known",
	  { BROADCAST, ANYONE_V6 },
	  false,
	  { "0.0.0.0", "::" },
	  { "3.3.3.4", "fd03::4" },
	  { FORWARD, FORWARD, ANSWER },
	  false },
	{ "probe, unknown",
	  { BROADCAST, ANYONE_V6 },
	  false,
	  { "0.0.0.0", "::" },
	  { "3.3.3.8", "fd03::8" },
	  { FORWARD, FORWARD, UNKNOWN },
	  true },
	{ "gratuitous, known at another",
	  { BROADCAST, NULL },
	  false,
	  { "3.3.3.4", NULL },
	  { "3.3.3.4", NULL },
	  { FORWARD, FORWARD, ANSWER },
	  false },
	{ "gratuitous, unknown",
	  { BROADCAST, NULL },
	  false,
	  { "3.3.3.9", NULL },
	  { "3.3.3.9", NULL },
	  { FORWARD, FORWARD, UNKNOWN },
	  true },
	{ "unicast request, known",
	  { H2_MAC, H2_MAC },
	  false,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.4", "fd03::4" },
	  { FORWARD, FORWARD, ANSWER },
	  false },
	{ "unicast request, unknown",
	  { H2_MAC, H2_MAC },
	  false,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.8", "fd03::8" },
	  { FORWARD, FORWARD, UNKNOWN },
	  true },
	{ "reply",
	  { H2_MAC, H2_MAC },
	  true,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.4", "fd03::4" },
	  { FORWARD, FORWARD, UNKNOWN },
	  false },
	{ "reply to everyone",
	  { BROADCAST, ANYONE_V6 },
	  true,
	  { "3.3.3.9", "fd03::9" },
	  { "3.3.3.9", "fd03::9" },
	  { FORWARD, FORWARD, UNKNOWN },
	  false },
};

static size_t say(struct room out, const struct row *row, enum family family, const char *from)
{
	if (family == V4)
		return build_arp(out, &(struct arp_sketch) {
					      .to = row->to[V4],
					      .op = row->reply ? ARP_REPLY : ARP_REQUEST,
					      .sender_mac = from,
					      .sender_ip = row->sender[V4],
					      .target_ip = row->target[V4],
				      });
	return build_nd(out, &(struct nd_sketch) {
				     .to = row->to[V6],
				     .from = from,
				     .type = row->reply ? ND_ADVERT : ND_SOLICIT,
				     .src = row->sender[V6],
				     .target = row->target[V6],
			     });
}

/* A world in which h1 has been heard on port 1. */
static struct world world_with_h1(void)
{
	struct world w = world_new();
	struct fdb_judgement new = { .change = FDB_NEW, .slot = FDB_NONE };

	fdb_apply(w.blue->fdb, new, mac_of(H1_MAC), place_port(1), FDB_OWNER_PORT(1), NOW);
	return w;
}

static void assert_cell(const struct row *row, enum cell cell, const struct verdict *v)
{
	switch (cell) {
	case FORWARD:
		assert_row(row->name, v->action == ACTION_FLOOD || v->action == ACTION_SEND);
		break;
	case ANSWER:
		assert_row(row->name, v->action == ACTION_REPLY && v->port == 1);
		assert_row(row->name, v->neigh_slot != NEIGH_NONE);
		break;
	case UNKNOWN:
		assert_row(row->name, v->action == ACTION_DROP);
		assert_row(row->name, v->reason == DROP_NEIGH_UNKNOWN);
		break;
	case HERE:
		assert_row(row->name, v->action == ACTION_DROP);
		assert_row(row->name, v->reason == DROP_SAME_PORT);
		break;
	}
}

static void check_cell(struct world *w, const struct row *row, enum family family,
		       enum arp_mode mode)
{
	uint8_t room[FRAME_ROOM];
	struct given g = given_of(room, say(room_of(room, sizeof(room)), row, family, H9_MAC));
	struct verdict v;
	bool miss;

	w->blue->arp = mode;
	v = outbound_decide(w->tables, w->blue, 1, &g.frame, NOW);
	assert_cell(row, row->cells[mode], &v);
	miss = mode == ARP_PROXY && row->miss;
	assert_row(row->name, v.effects.miss == (miss ? MISS_L3 : MISS_NONE));
	if (miss)
		assert_row(row->name, addr_equal(v.effects.miss_ip, addr_of(row->target[family])));
	assert_row(row->name, v.effects.source.change == FDB_NEW); /* learned from all the same */
	free(g.at);
}

static void every_cell_of_the_table(void **state)
{
	struct world w = world_with_h1();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (enum family family = V4; family < FAMILIES; family++)
			for (unsigned mode = ARP_FLOOD; mode <= ARP_PROXY; mode++)
				if (rows[i].sender[family])
					check_cell(&w, &rows[i], family, (enum arp_mode)mode);
	world_free(&w);
}

/* -- What an answer says. -- */

static struct frame answer_to(const struct world *w, struct room out, const struct frame *f)
{
	struct verdict v = outbound_decide(w->tables, w->blue, 1, f, NOW);
	size_t len = reply_write(out, w->blue, &v, f);
	struct frame reply;

	assert_int_equal(v.action, ACTION_REPLY);
	assert_string_equal(origin_words(w->tables->origins, v.origin), "cluster.yaml:14");
	assert_true(frame_parse(&reply, out.at, len));
	assert_int_equal(reply_write(room_of(out.at, len - 1), w->blue, &v, f), 0);
	return reply;
}

static void an_arp_answer_names_the_mac(void **state)
{
	struct world w = world_new();
	struct arp_sketch ask = { BROADCAST, ARP_REQUEST, H9_MAC, "3.3.3.9", "3.3.3.4", 1 };
	uint8_t room[256], out[256];
	struct given g = given_of(room, build_arp(room_of(room, sizeof(room)), &ask));
	struct frame reply = answer_to(&w, room_of(out, sizeof(out)), &g.frame);
	struct arp arp;

	(void)state;
	assert_true(arp_read(&reply, &arp));
	assert_int_equal(arp.op, ARP_REPLY);
	assert_true(mac_equal(arp.sender_mac, mac_of(H2_MAC)));
	assert_true(addr_equal(arp.sender_ip, addr_of("3.3.3.4")));
	assert_true(mac_equal(arp.target_mac, mac_of(H9_MAC)));
	assert_true(mac_equal(reply.eth.src, mac_of(H2_MAC)));
	assert_true(mac_equal(reply.eth.dst, mac_of(H9_MAC)));
	assert_int_equal(reply.eth.vlans, 1);
	assert_int_equal(reply.eth.vid, g.frame.eth.vid);
	free(g.at);
	world_free(&w);
}

static void an_nd_answer_says_who_routes(void **state)
{
	static const struct {
		const char *target, *mac;
		uint8_t flags; /* router, solicited, override */
	} cases[] = { { "fd03::4", H2_MAC, 0xe0 }, { "fd03::3", H1_MAC, 0x60 } };
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct nd_sketch ask = { ANYONE_V6, H9_MAC,          ND_SOLICIT,
					 "fd03::9", cases[i].target, 0 };
		uint8_t room[256], out[256];
		struct given g = given_of(room, build_nd(room_of(room, sizeof(room)), &ask));
		struct frame reply = answer_to(&w, room_of(out, sizeof(out)), &g.frame);
		struct nd nd;

		assert_true(nd_read(&reply, &nd));
		assert_int_equal(nd.kind, ND_IS_ADVERT);
		assert_true(addr_equal(nd.target, addr_of(cases[i].target)));
		assert_true(mac_equal(nd.mac, mac_of(cases[i].mac)));
		assert_true(mac_equal(reply.eth.dst, mac_of(H9_MAC)));
		assert_int_equal(reply.at[reply.l4 + 4], cases[i].flags);
		free(g.at);
	}
	world_free(&w);
}

static void nothing_is_written_without_a_promise(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, H2_MAC);
	struct given g = given_frame(&s);
	struct verdict v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);
	uint8_t out[256];

	(void)state;
	assert_int_equal(v.action, ACTION_SEND);
	assert_int_equal(reply_write(room_of(out, sizeof(out)), w.blue, &v, &g.frame), 0);
	free(g.at);
	world_free(&w);
}

static void the_sender_of_what_is_too_big_reads_how_much_fits(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, H2_MAC);
	struct given g;
	uint8_t out[1024];
	struct frame reply;

	(void)state;
	s.df = true;
	s.payload = 1500;
	w.blue->ports[1].mtu = 9000;
	g = given_frame(&s);
	reply = answer_to(&w, room_of(out, sizeof(out)), &g.frame);
	assert_int_equal(reply.ip.proto, IP_ICMP);
	assert_int_equal(reply.at[reply.l4], 3);
	assert_int_equal(reply.at[reply.l4 + 1], 4);
	assert_int_equal(get_be16(reply.at + reply.l4 + 6), 1450);
	free(g.at);
	world_free(&w);
}

/* -- Where the target lives. -- */

static struct proxy ask_for_h1(struct world *w, const char *from, uint32_t port)
{
	static const struct row row = { .to = { BROADCAST },
					.sender = { "3.3.3.9" },
					.target = { "3.3.3.3" } };
	uint8_t room[256];
	struct given g = given_of(room, say(room_of(room, sizeof(room)), &row, V4, from));
	struct proxy p = proxy_decide(w->blue, port, &g.frame, NOW);

	free(g.at);
	return p;
}

static void only_the_asking_port_answers_for_itself(void **state)
{
	struct world w = world_with_h1();

	(void)state;
	w.blue->arp = ARP_SUPPRESS;
	assert_int_equal(ask_for_h1(&w, H9_MAC, 1).outcome, PROXY_NOT_OURS);
	assert_int_equal(ask_for_h1(&w, H9_MAC, 2).outcome, PROXY_ANSWER);
	w.blue->arp = ARP_PROXY;
	assert_int_equal(ask_for_h1(&w, H9_MAC, 1).reason, DROP_SAME_PORT);
	assert_int_equal(ask_for_h1(&w, H9_MAC, 2).outcome, PROXY_ANSWER);
	world_free(&w);
}

/* Its very first frame must not be told that its own address is taken. */
static void a_host_is_never_answered_about_itself(void **state)
{
	struct world w = world_new();

	(void)state;
	w.blue->arp = ARP_SUPPRESS;
	assert_int_equal(ask_for_h1(&w, H1_MAC, 1).outcome, PROXY_NOT_OURS);
	w.blue->arp = ARP_PROXY;
	assert_int_equal(ask_for_h1(&w, H1_MAC, 1).outcome, PROXY_DROP);
	assert_int_equal(ask_for_h1(&w, H1_MAC, 1).reason, DROP_SAME_PORT);
	world_free(&w);
}

/* -- What is not ARP or ND, or not sound, goes its way in every mode. -- */

/* An offset from the Ethernet header, a byte to put there, and the length to cut to (0: whole). */
struct damage {
	const char *what;
	size_t offset;
	uint8_t byte;
	size_t len;
};

static void assert_forwarded(struct world *w, const struct damage *d, const uint8_t *sound,
			     size_t len)
{
	uint8_t *at = craft_exact(sound, d->len ? d->len : len);
	struct frame f;

	if (d->offset)
		at[d->offset] = d->byte;
	assert_true(frame_parse(&f, at, d->len ? d->len : len));
	for (unsigned mode = ARP_FLOOD; mode <= ARP_PROXY; mode++) {
		w->blue->arp = (enum arp_mode)mode;
		assert_row(d->what, proxy_decide(w->blue, 1, &f, NOW).outcome == PROXY_NOT_OURS);
	}
	free(at);
}

static void broken_arp_is_forwarded(void **state)
{
	static const struct damage damages[] = {
		{ "hardware type", 15, 2, 0 },       { "protocol type", 16, 0x86, 0 },
		{ "hardware length", 18, 8, 0 },     { "protocol length", 19, 16, 0 },
		{ "operation 0", 21, 0, 0 },         { "operation 3", 21, 3, 0 },
		{ "asked by a group", 22, 0xff, 0 }, { "cut short", 0, 0, ETH_LEN + ARP_LEN - 1 },
		{ "header only", 0, 0, ETH_LEN },    { "another EtherType", 13, 0x07, 0 },
	};
	struct world w = world_new();
	uint8_t room[256];
	size_t len = say(room_of(room, sizeof(room)), &rows[0], V4, H9_MAC);

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++)
		assert_forwarded(&w, &damages[i], room, len);
	world_free(&w);
}

/* Makes the ICMPv6 checksum right again, so that it is not what betrays the damage. */
static void mend(uint8_t *frame, size_t len)
{
	enum { FIELD = ETH_LEN + IPV6_LEN + 2 };
	size_t message = len - ETH_LEN - IPV6_LEN;
	struct ip ip = { .src = addr_v6(frame + 22), .dst = addr_v6(frame + 38) };
	uint64_t sum = ip_pseudo_sum(&ip, IP_ICMPV6, (uint32_t)message);

	put_be16(frame + FIELD, 0);
	sum = checksum_add(sum, span_of(frame + ETH_LEN + IPV6_LEN, message));
	put_be16(frame + FIELD, checksum_finish(sum));
}

static void broken_nd_is_forwarded(void **state)
{
	enum { ICMP = ETH_LEN + IPV6_LEN };
	static const struct damage damages[] = {
		{ "hop limit", ETH_LEN + 7, 254, 0 },
		{ "checksum", ICMP + 2, 0x77, 0 },
		{ "code", ICMP + 1, 1, 0 },
		{ "target multicast", ICMP + 8, 0xff, 0 },
		{ "option of no length", ICMP + 25, 0, 0 },
		{ "option beyond the end", ICMP + 25, 2, 0 },
		{ "cut short", 0, 0, ICMP + 23 },
		{ "header only", 0, 0, ICMP },
		{ "another protocol", ETH_LEN + 6, IP_UDP, 0 },
	};
	struct world w = world_new();
	uint8_t room[256];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		len = say(room_of(room, sizeof(room)), &rows[0], V6, H9_MAC);
		if (damages[i].offset != 0)
			room[damages[i].offset] = damages[i].byte;
		if (damages[i].offset != ICMP + 2)
			mend(room, len);
		assert_forwarded(&w, &damages[i], room, len);
	}
	world_free(&w);
}

/* Router discovery, redirects, echoes, group membership: not even under `proxy`. */
static void other_icmpv6_is_never_touched(void **state)
{
	static const uint8_t types[] = { 1, 2, 128, 129, 130, 131, 132, 133, 134, 137, 143 };
	struct world w = world_new();

	(void)state;
	w.blue->arp = ARP_PROXY;
	for (size_t i = 0; i < sizeof(types); i++) {
		struct nd_sketch s = { ANYONE_V6, H9_MAC, types[i], "fd03::9", "fd03::4", 0 };
		uint8_t room[256];
		struct given g = given_of(room, build_nd(room_of(room, sizeof(room)), &s));

		assert_int_equal(proxy_decide(w.blue, 1, &g.frame, NOW).outcome, PROXY_NOT_OURS);
		free(g.at);
	}
	world_free(&w);
}

static void what_came_from_a_peer_is_never_answered(void **state)
{
	struct world w = world_new();

	(void)state;
	for (unsigned mode = ARP_FLOOD; mode <= ARP_PROXY; mode++) {
		for (enum family family = V4; family < FAMILIES; family++) {
			uint8_t room[256];
			size_t len = say(room_of(room, sizeof(room)), &rows[0], family, H9_MAC);
			struct arrival a = arrival_of(&w, NODE3, BLUE_VNI, span_of(room, len));
			struct frame inner;

			w.blue->arp = (enum arp_mode)mode;
			assert_int_equal(inbound_decide(w.tables, &a, &inner, NOW).action,
					 ACTION_DELIVER_ALL);
			free(a.at);
		}
	}
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_of_the_table),
		cmocka_unit_test(an_arp_answer_names_the_mac),
		cmocka_unit_test(an_nd_answer_says_who_routes),
		cmocka_unit_test(nothing_is_written_without_a_promise),
		cmocka_unit_test(the_sender_of_what_is_too_big_reads_how_much_fits),
		cmocka_unit_test(only_the_asking_port_answers_for_itself),
		cmocka_unit_test(a_host_is_never_answered_about_itself),
		cmocka_unit_test(broken_arp_is_forwarded),
		cmocka_unit_test(broken_nd_is_forwarded),
		cmocka_unit_test(other_icmpv6_is_never_touched),
		cmocka_unit_test(what_came_from_a_peer_is_never_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
