/* Deciding changes nothing; committing changes what the verdict says and nothing else. */
#include "given.h"

#include <stdio.h>

#include "base/clock.h"
#include "path/trace.h"

/* Decides over @s from port 1 of blue, commits, and returns what was decided. */
static struct verdict pass_out(struct world *w, const struct sketch *s, enum note *note)
{
	struct given g = given_frame(s);
	struct verdict v = outbound_decide(w->tables, w->blue, 1, &g.frame, NOW);

	*note = verdict_commit(w->tables, &v, &g.frame, NOW);
	free(g.at);
	return v;
}

static struct verdict pass_in(struct world *w, const char *source, const struct sketch *s,
			      enum note *note)
{
	struct arrival a = arrival_frame(w, source, BLUE_VNI, s);
	struct frame inner;
	struct verdict v = inbound_decide(w->tables, &a, &inner, NOW);

	*note = verdict_commit(w->tables, &v, inner.at ? &inner : NULL, NOW);
	free(a.at);
	return v;
}

/* Everything a network counts, as one row: what is not named must be zero. */
static void assert_counts(const struct network *n, struct network_counters expected)
{
	assert_memory_equal(&n->count, &expected, sizeof(expected));
}

enum { UDP_FRAME = ETH_LEN + IPV4_LEN + UDP_LEN + 20 };

/* -- Counting. -- */

static void what_is_sent_counts_for_network_and_peer(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	const struct peer *node2 = peers_at(w.tables->peers, w.node2);
	enum note note;

	(void)state;
	pass_out(&w, &s, &note);
	assert_counts(w.blue, (struct network_counters) { .tx_frames = 1, .tx_bytes = UDP_FRAME });
	assert_int_equal(node2->count.tx_frames, 1);
	assert_int_equal(node2->count.tx_bytes, UDP_FRAME);
	assert_int_equal(node2->heard, 0);
	world_free(&w);
}

static void what_is_received_counts_for_network_and_peer(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	const struct peer *node3 = peers_at(w.tables->peers, w.node3);
	enum note note;

	(void)state;
	pass_in(&w, NODE3, &s, &note);
	s.to = BROADCAST;
	pass_in(&w, NODE3, &s, &note);
	assert_counts(w.blue,
		      (struct network_counters) { .rx_frames = 2, .rx_bytes = 2 * UDP_FRAME });
	assert_int_equal(node3->count.rx_frames, 2);
	assert_int_equal(node3->count.rx_bytes, 2 * UDP_FRAME);
	assert_int_equal(node3->heard, clock_tick(NOW));
	world_free(&w);
}

static void what_stays_here_counts_as_local(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H3_MAC);
	enum note note;

	(void)state;
	pass_out(&w, &s, &note);
	assert_counts(w.blue, (struct network_counters) { .local_frames = 1 });
	world_free(&w);
}

/* What each peer got of a flood is counted by the engine, when it has left. */
static void a_flood_counts_once_and_pays_for_its_copies(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, BROADCAST);
	struct network_counters expected;
	enum note note;

	(void)state;
	w.blue->bum = (struct budget) { .rate = 10, .tokens = 10, .filled = NOW };
	pass_out(&w, &s, &note);
	expected = (struct network_counters) {
		.floods = 1, .local_frames = 1, .tx_frames = 1, .tx_bytes = UDP_FRAME
	};
	assert_counts(w.blue, expected);
	assert_int_equal(budget_at(&w.blue->bum, NOW), 8);
	assert_int_equal(peers_at(w.tables->peers, w.node2)->count.tx_frames, 0);

	w.blue->ports[0].up = false;
	w.blue->ports[2].up = false;
	pass_out(&w, &s, &note);
	expected = (struct network_counters) {
		.floods = 2, .local_frames = 1, .tx_frames = 2, .tx_bytes = 2 * UDP_FRAME
	};
	assert_counts(w.blue, expected);

	flood_list_put(w.blue->flood);
	w.blue->flood = NULL;
	w.blue->ports[0].up = true;
	pass_out(&w, &s, &note);
	expected.local_frames = 2;
	assert_counts(w.blue, expected);
	world_free(&w);
}

static void answers_and_misses_count(void **state)
{
	struct world w = world_new();
	struct arp_sketch ask = { BROADCAST, 1, H9_MAC, "3.3.3.9", "3.3.3.4", 0 };
	struct network_counters expected = { .answered = 1, .l3_misses = 1 };
	uint8_t room[128];

	(void)state;
	w.blue->arp = ARP_PROXY;
	for (int i = 0; i < 2; i++) {
		struct given g = given_of(room, build_arp(room_of(room, sizeof(room)), &ask));
		struct verdict v = outbound_decide(w.tables, w.blue, 1, &g.frame, NOW);

		verdict_commit(w.tables, &v, &g.frame, NOW);
		free(g.at);
		ask.target_ip = "3.3.3.8";
	}
	expected.drops.count[DROP_NEIGH_UNKNOWN] = 1;
	assert_counts(w.blue, expected);
	world_free(&w);
}

static void what_is_too_big_counts_as_a_drop_even_when_answered(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H2_MAC);
	struct network_counters expected = { 0 };
	enum note note;

	(void)state;
	s.df = true;
	s.payload = 1500;
	w.blue->ports[1].mtu = 9000;
	w.blue->too_big = (struct budget) { .rate = 2, .tokens = 2, .filled = NOW };
	assert_int_equal(pass_out(&w, &s, &note).action, ACTION_REPLY);
	assert_int_equal(pass_out(&w, &s, &note).action, ACTION_REPLY);
	assert_int_equal(pass_out(&w, &s, &note).action, ACTION_DROP);
	expected.drops.count[DROP_TX_TOO_BIG] = 3;
	assert_counts(w.blue, expected);
	world_free(&w);
}

static void drops_count_where_they_belong(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(BROADCAST, H2_MAC);
	struct arrival a = arrival_frame(&w, NODE2, 999, &s);
	struct network_counters expected = { 0 };
	struct frame inner;
	struct verdict v = inbound_decide(w.tables, &a, &inner, NOW);
	enum note note;

	(void)state;
	verdict_commit(w.tables, &v, NULL, NOW);
	assert_int_equal(w.tables->drops.count[DROP_VNI_NOT_FOUND], 1);

	pass_out(&w, &s, &note);
	pass_in(&w, NODE2, &s, &note);
	v = outbound_decide(w.tables, w.blue, 1, NULL, NOW);
	verdict_commit(w.tables, &v, NULL, NOW);
	tables_count_drop(w.tables, w.blue->id, DROP_PORT_FULL, 7);
	tables_count_drop(w.tables, NETWORK_NONE, DROP_PORT_FULL, 2);
	tables_count_drop(w.tables, w.tables->network_count, DROP_PORT_FULL, 1);
	expected.drops.count[DROP_MAC_INVALID_SOURCE] = 2;
	expected.drops.count[DROP_TX_RUNT] = 1;
	expected.drops.count[DROP_PORT_FULL] = 7;
	assert_counts(w.blue, expected);
	assert_int_equal(w.tables->drops.count[DROP_PORT_FULL], 3);
	assert_int_equal(peers_at(w.tables->peers, w.node2)->count.rx_frames, 0);
	free(a.at);
	world_free(&w);
}

static void a_miss_counts_once(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H1_MAC, H9_MAC);
	struct network_counters expected = { .l2_misses = 1 };
	enum note note;

	(void)state;
	flood_list_put(w.blue->flood);
	w.blue->flood = NULL;
	w.blue->ports[0].up = false;
	w.blue->ports[2].up = false;
	pass_out(&w, &s, &note);
	expected.drops.count[DROP_NO_REMOTE] = 1;
	assert_counts(w.blue, expected);
	world_free(&w);
}

/* -- Learning. -- */

static void the_newest_place_wins_and_is_told(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	const struct fdb_entry *entry;
	enum note note;

	(void)state;
	pass_in(&w, NODE3, &s, &note);
	assert_int_equal(note, NOTE_NONE);
	entry = fdb_at(w.blue->fdb, fdb_find(w.blue->fdb, mac_of(H9_MAC), NOW));
	assert_true(peer_ref_equal(entry->place.to.peer, w.node3));

	pass_out(&w, &s, &note);
	assert_int_equal(note, NOTE_MOVED);
	assert_true(place_same(entry->place, place_port(1)));
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_PORT(1)), 1);
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_PEER(w.node3.slot)), 0);
	assert_int_equal(fdb_find(w.green->fdb, mac_of(H9_MAC), NOW), FDB_NONE);
	world_free(&w);
}

static void what_was_learned_is_forgotten(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	uint32_t ageing = fdb_ageing(w.blue->fdb);
	enum note note;

	(void)state;
	pass_in(&w, NODE3, &s, &note);
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_PEER(w.node3.slot)), 1);
	tables_age(w.tables, NOW + ageing * NS_PER_S, UINT32_MAX);
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_PEER(w.node3.slot)), 0);
	world_free(&w);
}

/* Delivered, but neither remembered nor learned from. */
static void strangers_without_room_are_only_delivered(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame(H9_MAC, TAP_MAC);
	struct addr stranger = addr_of(STRANGER);
	struct peer_ref ref;
	enum note note;

	(void)state;
	peer_set_put(w.blue->members);
	w.blue->members = NULL;
	peers_free(w.tables->peers);
	w.tables->peers = peers_new(0, w.tables->secret);
	assert_int_equal(pass_in(&w, STRANGER, &s, &note).action, ACTION_DELIVER);
	assert_false(peers_find(w.tables->peers, stranger, &ref));
	assert_int_equal(fdb_find(w.blue->fdb, mac_of(H9_MAC), NOW), FDB_NONE);
	assert_int_equal(w.blue->count.rx_frames, 1);
	world_free(&w);
}

static struct addr random_v4(uint64_t *random)
{
	uint8_t octet[4] = { 198, 18 };

	put_be16(octet + 2, (uint16_t)(build_random(random) >> 40));
	return addr_v4(octet);
}

/* However many strangers invent however many MACs: whoever holds no more than his share keeps it.
 */
static void strangers_take_nothing_from_members(void **state)
{
	struct world w = world_new();
	struct sketch s = udp_frame("02:bb:00:00:00:00", TAP_MAC);
	struct sketch member = udp_frame("02:cc:00:00:00:00", TAP_MAC);
	uint64_t random = 7;
	enum note note;

	(void)state;
	peer_set_put(w.blue->members);
	w.blue->members = NULL;
	for (unsigned i = 0; i < WORLD_FDB / 2; i++) {
		char mac[MAC_TEXT];

		snprintf(mac, sizeof(mac), "02:cc:00:00:00:%02x", i);
		member.from = mac;
		pass_in(&w, NODE2, &member, &note);
	}
	for (unsigned i = 0; i < 20000; i++) {
		struct arrival a = arrival_frame(&w, STRANGER, BLUE_VNI, &s);
		struct frame inner;
		struct verdict v;

		put_be32(a.at + 8 + 8, (uint32_t)(build_random(&random) >> 20));
		a.source = random_v4(&random);
		v = inbound_decide(w.tables, &a, &inner, NOW);
		verdict_commit(w.tables, &v, inner.at ? &inner : NULL, NOW);
		free(a.at);
	}
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_PEER(w.node2.slot)), WORLD_FDB / 2);
	assert_int_equal(fdb_held_by(w.blue->fdb, FDB_OWNER_STRANGERS), WORLD_FDB / 2);
	world_free(&w);
}

/* -- Any frame in any state of the tables. -- */

/* One thing that happens in a random world. */
struct happening {
	bool inbound;
	uint32_t network, port;
	uint64_t now;
	struct arrival arrival;
	uint8_t *at; /* the frame or datagram, exactly sized */
	size_t len;
};

static struct addr random_source(uint64_t *random)
{
	static const char *const known[] = { NODE2, NODE3, NODE4, NODE1_V4, STRANGER, NODE2 };
	uint64_t drawn = build_random(random) >> 33;

	return drawn % 7 == 6 ? random_v4(random) : addr_of(known[drawn % 7]);
}

static void random_arrival(struct happening *h, struct span inner, uint64_t *random)
{
	static const uint32_t vnis[] = { BLUE_VNI, BLUE_VNI, GREEN_VNI, 999 };
	uint64_t drawn = build_random(random) >> 8;

	if ((drawn >> 40 & 63) == 0) {
		h->at = craft_exact("", 0); /* too short for anything */
		h->len = 0;
	} else {
		h->len = VXLAN_LEN + inner.len;
		h->at = malloc(h->len);
		assert_non_null(h->at);
		build_datagram(room_of(h->at, h->len), vnis[drawn % 4], inner);
		h->at[drawn >> 5 & 7] ^= (uint8_t)((drawn >> 4 & 1) << (drawn >> 8 & 7));
		h->at[3] ^= h->at[0] & VXLAN_FLAG_P; /* then it is not Ethernet */
	}
	h->arrival = (struct arrival) {
		.endpoint = drawn >> 11 & 1,
		.source = random_source(random),
		.tos = (uint8_t)(drawn >> 12),
		.truncated = (drawn >> 20 & 31) == 0,
		.gso_size = drawn >> 25 & 3 ? 0 : (uint16_t)(drawn >> 28 & 1023),
		.at = h->at,
		.len = h->len,
	};
}

static struct happening random_happening(uint64_t *random, uint64_t now)
{
	uint8_t room[FRAME_ROOM];
	size_t len = build_random_frame(room_of(room, sizeof(room)), random);
	uint64_t drawn = build_random(random) >> 32;
	struct happening h = {
		.inbound = drawn & 1,
		.network = drawn >> 1 & 1,
		.port = (uint32_t)(drawn >> 2 & 3),
		.now = now,
		.len = len,
	};

	if (h.inbound && (drawn >> 4 & 15) == 0)
		len = build_probe(room_of(room, sizeof(room)), drawn >> 8 & 1, drawn >> 9 & 63, 80);
	h.len = len;
	if (h.inbound)
		random_arrival(&h, span_of(room, len), random);
	else
		h.at = craft_exact(room, len);
	return h;
}

/* The verdict over @h; @inner is filled either way, and *@f is NULL when it did not parse. */
static struct verdict decide(const struct world *w, const struct happening *h, struct frame *inner,
			     struct frame **f)
{
	*f = inner;
	if (h->inbound) {
		struct verdict v = inbound_decide(w->tables, &h->arrival, inner, h->now);

		*f = inner->at ? inner : NULL;
		return v;
	}
	if (!frame_parse(inner, h->at, h->len))
		*f = NULL;
	return outbound_decide(w->tables, w->tables->networks[h->network], h->port, *f, h->now);
}

static void tell(const struct world *w, const struct happening *h, const struct verdict *v,
		 const struct frame *f)
{
	char buffer[2048];
	struct text text = text_in(buffer, sizeof(buffer));

	if (h->inbound)
		trace_inbound(&text, w->tables, v, &h->arrival, f, NOW);
	else
		trace_outbound(&text, w->tables, v, f, NOW);
	assert_false(text.cut);
	assert_int_equal(buffer[text.len - 1], '\n');
	if (v->action == ACTION_DROP)
		assert_non_null(strstr(buffer, drop_explanation(v->reason)));
	else
		assert_non_null(strstr(buffer, "5 leave    "));
}

static void assert_same_verdict(const struct verdict *a, const struct verdict *b)
{
	assert_int_equal(a->action, b->action);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->network, b->network);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->answer, b->answer);
	assert_int_equal(a->service, b->service);
	assert_int_equal(a->effects.probe, b->effects.probe);
	assert_int_equal(a->fdb_slot, b->fdb_slot);
	assert_int_equal(a->outer_tos, b->outer_tos);
	assert_int_equal(a->flow, b->flow);
	assert_int_equal(a->ecn, b->ecn);
	assert_int_equal(a->effects.source.change, b->effects.source.change);
	assert_int_equal(a->effects.source.slot, b->effects.source.slot);
	assert_int_equal(a->effects.copies, b->effects.copies);
}

/* A random world: anyone may speak in blue, budgets and MTU are small, a port may be down. */
static struct world random_world(enum arp_mode arp)
{
	struct world w = world_new();

	peer_set_put(w.blue->members);
	w.blue->members = NULL;
	w.blue->arp = arp;
	w.blue->bum = (struct budget) { .rate = 3, .tokens = 3, .filled = NOW };
	w.blue->too_big = (struct budget) { .rate = 1, .tokens = 1, .filled = NOW };
	w.tables->endpoints[w.endpoint_v4].mtu = 1300;
	w.blue->ports[2].up = arp != ARP_SUPPRESS;
	w.green->strict_reserved = true;
	w.green->drop_vlan = true;
	w.green->arp = arp;
	for (uint32_t i = 1; i < PROBES_MAX; i++) /* those that build_probe() answers */
		w.tables->probes.slot[i] = (struct probe_waiting) { .sequence = i,
								    .token = ~i,
								    .network = w.blue->id,
								    .to = addr_of(NODE2),
								    .until = UINT64_MAX };
	return w;
}

struct digests {
	uint64_t world, blue, green;
};

static struct digests digests_of(const struct world *w)
{
	return (struct digests) {
		.world = world_digest(w),
		.blue = fdb_digest(w->blue->fdb),
		.green = fdb_digest(w->green->fdb),
	};
}

enum { HAPPENINGS = 40000 }; /* in each of the three modes */

/* Decide, tell, decide again: not a bit of the tables changes, and the answer is the same. */
static void deciding_changes_nothing(void **state)
{
	(void)state;
	for (unsigned arp = ARP_FLOOD; arp <= ARP_PROXY; arp++) {
		struct world w = random_world((enum arp_mode)arp);
		uint64_t random = 42 + arp, now = NOW;

		for (unsigned i = 0; i < HAPPENINGS; i++) {
			struct happening h = random_happening(&random, now);
			struct digests before = digests_of(&w);
			struct digests after;
			struct frame inner, *f;
			struct verdict v = decide(&w, &h, &inner, &f), again;

			tell(&w, &h, &v, f);
			again = decide(&w, &h, &inner, &f);
			after = digests_of(&w);
			assert_memory_equal(&before, &after, sizeof(before));
			assert_same_verdict(&v, &again);
			verdict_commit(w.tables, &v, f, now);
			now += (build_random(&random) >> 40) * 64; /* about half a second */
			free(h.at);
		}
		world_free(&w);
	}
}

/* A world in which every frame is decided and committed at once, and its copy in which other
 * questions are asked in between, stay equal. */
static void questions_leave_no_trace(void **state)
{
	struct world live = random_world(ARP_PROXY), asked = random_world(ARP_PROXY);
	uint64_t random = 99, other = 1234, now = NOW;

	(void)state;
	for (unsigned i = 0; i < HAPPENINGS; i++) {
		struct happening h = random_happening(&random, now);
		struct happening dry = random_happening(&other, now);
		struct frame inner, *f;
		struct verdict v = decide(&live, &h, &inner, &f);

		verdict_commit(live.tables, &v, f, now);
		decide(&asked, &dry, &inner, &f);
		v = decide(&asked, &h, &inner, &f);
		verdict_commit(asked.tables, &v, f, now);
		assert_int_equal(world_digest(&live), world_digest(&asked));
		now += (build_random(&random) >> 40) * 64;
		free(h.at);
		free(dry.at);
	}
	world_free(&live);
	world_free(&asked);
}

/* What the random frames met: every action, and every reason that the path itself can give. */
static void random_frames_meet_everything(void **state)
{
	static const enum drop_reason rare[] = { DROP_PORT_FULL, DROP_UNDERLAY_FULL,
						 DROP_UNDERLAY_ERROR, DROP_DHCP_INVALID,
						 DROP_DHCP_LIMITED };
	uint64_t actions[ACTION_PUNT + 1] = { 0 }, reasons[DROP_REASON_COUNT] = { 0 };
	uint64_t random = 5, now = NOW;

	(void)state;
	for (unsigned arp = ARP_FLOOD; arp <= ARP_PROXY; arp++) {
		struct world w = random_world((enum arp_mode)arp);

		for (unsigned i = 0; i < HAPPENINGS; i++) {
			struct happening h = random_happening(&random, now);
			struct frame inner, *f;
			struct verdict v = decide(&w, &h, &inner, &f);

			actions[v.action]++;
			reasons[v.reason] += v.action == ACTION_DROP;
			verdict_commit(w.tables, &v, f, now);
			now += (build_random(&random) >> 40) * 64;
			free(h.at);
		}
		world_free(&w);
	}
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		reasons[rare[i]] = 1; /* the engine's, or a matter of configuration */
	for (unsigned action = 0; action <= ACTION_PUNT; action++)
		assert_row(action_name((enum action)action), actions[action] > 0);
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++)
		assert_row(drop_name((enum drop_reason)reason), reasons[reason] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_counts_for_network_and_peer),
		cmocka_unit_test(what_is_received_counts_for_network_and_peer),
		cmocka_unit_test(what_stays_here_counts_as_local),
		cmocka_unit_test(a_flood_counts_once_and_pays_for_its_copies),
		cmocka_unit_test(answers_and_misses_count),
		cmocka_unit_test(what_is_too_big_counts_as_a_drop_even_when_answered),
		cmocka_unit_test(drops_count_where_they_belong),
		cmocka_unit_test(a_miss_counts_once),
		cmocka_unit_test(the_newest_place_wins_and_is_told),
		cmocka_unit_test(what_was_learned_is_forgotten),
		cmocka_unit_test(strangers_without_room_are_only_delivered),
		cmocka_unit_test(strangers_take_nothing_from_members),
		cmocka_unit_test(deciding_changes_nothing),
		cmocka_unit_test(questions_leave_no_trace),
		cmocka_unit_test(random_frames_meet_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
