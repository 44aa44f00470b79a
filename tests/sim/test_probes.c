/* Probes between switches: who is answered, how often, how long; what of it the tenants see. */
#include <errno.h>

#include "check.h"
#include "wire/probe.h"

static const struct mac vteps[] = { { { 2, 0, 0, 0, 1, 1 } }, { { 2, 0, 0, 0, 1, 2 } } };

/* Two nodes whose VTEPs have MACs; each is a configured peer of the other. */
static struct sim *two_nodes(uint64_t seed)
{
	struct sim *sim = sim_mesh(seed, 2, 4);

	for (unsigned i = 0; i < 2; i++)
		sim_network(sim->node[i])->vtep = vteps[i];
	return sim;
}

/* Node a asks node b with @len bytes of frame; returns the sequence. */
static uint32_t ask(struct sim *sim, unsigned a, unsigned b, uint16_t len)
{
	struct probe_order order = { .mac = vteps[b], .len = len, .patience = NS_PER_S };
	uint32_t sequence;

	assert_true(peers_find(sim->node[a]->tables->peers, sim->node[b]->addr, &order.to.peer));
	assert_int_equal(engine_probe(sim->node[a]->engine, &order, sim->now, &sequence), 0);
	return sequence;
}

static bool was_answered(struct sim *sim, uint32_t sequence)
{
	const struct probe_waiting *p = probes_at(&sim->node[0]->tables->probes, sequence);

	return p && p->answered;
}

static const struct network_counters *count_of(struct sim *sim, unsigned i)
{
	return &sim_network(sim->node[i])->count;
}

/* All that a node sent: how much, and how long the longest was. */
struct ear {
	unsigned datagrams;
	size_t longest;
};

static void hear(void *context, const struct run *run, const uint8_t *datagram, size_t len)
{
	struct ear *ear = context;

	(void)run;
	(void)datagram;
	ear->datagrams++;
	ear->longest = len > ear->longest ? len : ear->longest;
}

static struct ear *listen_to(struct sim_node *node)
{
	static struct ear ear;

	ear = (struct ear) { 0 };
	node->wire.sent = hear;
	node->wire.context = &ear;
	return &ear;
}

static void assert_no_tenant_saw_it(struct sim *sim)
{
	for (unsigned i = 0; i < sim->nodes; i++) {
		assert_null(sim_take(&sim->node[i]->port[0]));
		assert_int_equal(fdb_counts(sim_network(sim->node[i])->fdb)->learned, 0);
	}
}

static void a_peer_answers(void **state)
{
	struct sim *sim = two_nodes(80);
	uint32_t sequence = ask(sim, 0, 1, PROBE_FRAME_MIN);
	const struct probe_waiting *p;

	(void)state;
	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence));
	p = probes_at(&sim->node[0]->tables->probes, sequence);
	assert_int_equal(p->answered - p->sent, 200 * NS_PER_US);
	assert_int_equal(count_of(sim, 0)->probes_sent, 1);
	assert_int_equal(count_of(sim, 0)->probes_heard, 1);
	assert_int_equal(count_of(sim, 1)->probes_answered, 1);
	assert_int_equal(count_of(sim, 1)->rx_frames, 0); /* they are no tenant's */
	assert_no_tenant_saw_it(sim);
	sim_free(sim);
}

static void an_answer_is_never_longer(void **state)
{
	struct sim *sim = two_nodes(81);
	struct ear *ear = listen_to(sim->node[1]);

	(void)state;
	for (uint16_t len = PROBE_FRAME_MIN; len <= SIM_INNER_MTU + ETH_LEN; len += 13) {
		ear->longest = 0;
		assert_true(was_answered(sim, ask(sim, 0, 1, len)) == false);
		sim_run(sim, MOMENT);
		assert_int_equal(ear->longest, VXLAN_LEN + len);
		sim_run(sim, NS_PER_S / 50);
	}
	sim_free(sim);
}

static void send_in(struct sim_node *to, struct addr from, uint32_t vni, const uint8_t *frame,
		    size_t len)
{
	struct sim_packet *packet = sim_packet(to->sim);

	vxlan_write(packet->at, vni);
	memcpy(packet->at + VXLAN_LEN, frame, len);
	packet->len = VXLAN_LEN + len;
	packet->from = from;
	packet->tos = 0;
	sim_push(&to->wire.received, packet);
}

/* A probe that a peer made by hand. */
static void forge(struct sim_node *to, struct addr from, const uint8_t *frame, size_t len)
{
	send_in(to, from, SIM_VNI, frame, len);
}

static size_t make_probe(uint8_t *out, enum probe_kind kind, uint32_t sequence, uint32_t token)
{
	const struct probe probe = { .kind = kind, .sequence = sequence, .token = token };

	return probe_request_write(room_of(out, FRAMES_ROOM), PROBE_FRAME_MIN, vteps[0], vteps[1],
				   &probe);
}

static void a_hundred_a_second_from_one_peer(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(82);
	struct ear *ear = listen_to(sim->node[0]);

	(void)state;
	for (uint32_t i = 0; i < 3 * PEER_PROBES; i++)
		forge(sim->node[0], sim->node[1]->addr, frame,
		      make_probe(frame, PROBE_REQUEST, i, i));
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, PEER_PROBES);
	assert_int_equal(drops_of(sim->node[0], DROP_PROBE_REFUSED), 2 * PEER_PROBES);
	sim_run(sim, NS_PER_S);
	forge(sim->node[0], sim->node[1]->addr, frame, make_probe(frame, PROBE_REQUEST, 7, 7));
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, PEER_PROBES + 1);
	assert_no_tenant_saw_it(sim);
	sim_free(sim);
}

static struct addr stranger(unsigned i)
{
	return (struct addr) { .family = ADDR_V4, .octet = { 192, 0, 2, (uint8_t)i } };
}

/* Under `accept: any` they may speak, and some are remembered; yet they are nobody's peers. */
static void strangers_get_no_answer(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(83);
	struct ear *ear = listen_to(sim->node[0]);
	size_t len = make_udp(frame, host_of(2), host_of(1), 9, 64, 1);

	(void)state;
	forge(sim->node[0], stranger(1), frame, len);
	sim_run(sim, MOMENT);
	assert_hears(&sim->node[0]->port[0], 1);
	len = make_probe(frame, PROBE_REQUEST, 1, 1);
	forge(sim->node[0], stranger(1), frame, len);
	forge(sim->node[0], stranger(2), frame, len);
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, 0);
	assert_int_equal(drops_of(sim->node[0], DROP_PROBE_REFUSED), 2);
	assert_null(sim_take(&sim->node[0]->port[0]));
	sim_free(sim);
}

/* Where only members may speak, others do not even come so far. */
static void who_is_no_member_gets_no_answer(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(84);
	struct ear *ear = listen_to(sim->node[0]);
	struct network *n = sim_network(sim->node[0]);
	struct peer_ref other;

	(void)state;
	assert_true(peers_add(sim->node[0]->tables->peers, stranger(1), &other));
	n->members = peer_set_new(&other, 1);
	forge(sim->node[0], sim->node[1]->addr, frame, make_probe(frame, PROBE_REQUEST, 1, 1));
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, 0);
	assert_int_equal(drops_of(sim->node[0], DROP_UNKNOWN_PEER), 1);
	forge(sim->node[0], stranger(1), frame, make_probe(frame, PROBE_REQUEST, 1, 1));
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, 1);
	sim_free(sim);
}

static void all_peers_together_are_bounded(void **state)
{
	enum { PEERS = 20 };
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(85);
	struct ear *ear = listen_to(sim->node[0]);
	struct peer_ref ref;

	(void)state;
	for (unsigned i = 0; i < PEERS; i++)
		assert_true(peers_add(sim->node[0]->tables->peers, stranger(i), &ref));
	for (unsigned i = 0; i < PEERS * PEER_PROBES; i++)
		forge(sim->node[0], stranger(i % PEERS), frame,
		      make_probe(frame, PROBE_REQUEST, i, i));
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, TABLES_PROBE_ANSWERS);
	sim_free(sim);
}

/* Nobody can make us believe that a probe was answered. */
static void only_the_awaited_answer_counts(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(86);
	uint32_t sequence, token;
	struct peer_ref ref;

	(void)state;
	sim_cut(sim, 0, 1, true);
	sequence = ask(sim, 0, 1, PROBE_FRAME_MIN);
	token = probes_at(&sim->node[0]->tables->probes, sequence)->token;
	assert_true(peers_add(sim->node[0]->tables->peers, stranger(1), &ref));
	forge(sim->node[0], sim->node[1]->addr, frame,
	      make_probe(frame, PROBE_ANSWER, sequence, token + 1));
	forge(sim->node[0], sim->node[1]->addr, frame,
	      make_probe(frame, PROBE_ANSWER, sequence + PROBES_MAX, token));
	forge(sim->node[0], stranger(1), frame, make_probe(frame, PROBE_ANSWER, sequence, token));
	sim_run(sim, MOMENT);
	assert_false(was_answered(sim, sequence));
	assert_int_equal(drops_of(sim->node[0], DROP_PROBE_UNASKED), 3);
	forge(sim->node[0], sim->node[1]->addr, frame,
	      make_probe(frame, PROBE_ANSWER, sequence, token));
	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence));
	forge(sim->node[0], sim->node[1]->addr, frame,
	      make_probe(frame, PROBE_ANSWER, sequence, token)); /* once */
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(sim->node[0], DROP_PROBE_UNASKED), 4);
	sequence = ask(sim, 0, 1, PROBE_FRAME_MIN);
	token = probes_at(&sim->node[0]->tables->probes, sequence)->token;
	sim_run(sim, NS_PER_S); /* too late */
	forge(sim->node[0], sim->node[1]->addr, frame,
	      make_probe(frame, PROBE_ANSWER, sequence, token));
	sim_run(sim, MOMENT);
	assert_false(was_answered(sim, sequence));
	assert_no_tenant_saw_it(sim);
	sim_free(sim);
}

/* For another MAC or under a tag it is a frame as any other, the tenants' own affair. */
static void what_is_not_for_our_vtep_passes(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(87);
	size_t len = make_probe(frame, PROBE_REQUEST, 1, 1);
	struct sim_packet *got;

	(void)state;
	frame[5] ^= 0x40;
	forge(sim->node[0], sim->node[1]->addr, frame, len);
	sim_run(sim, MOMENT);
	got = sim_take(&sim->node[0]->port[0]);
	assert_non_null(got);
	sim_done(sim, got);
	frame[5] ^= 0x40;
	memmove(frame + 16, frame + 12, len - 12);
	memcpy(frame + 12, "\x81\x00\x00\x05", 4);
	forge(sim->node[0], sim->node[1]->addr, frame, len + 4);
	sim_run(sim, MOMENT);
	got = sim_take(&sim->node[0]->port[0]);
	assert_non_null(got);
	sim_done(sim, got);
	assert_int_equal(count_of(sim, 0)->probes_answered, 0);
	sim_free(sim);
}

/* A node that has no such network says so, to its peers alone; the tenants' frames drop in silence. */
static void who_has_no_such_network_says_so(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(90);
	struct sim_node *b = sim->node[1];
	struct network *lonely = sim_add_network(sim->node[0], SIM_VNI + 1);
	struct probe_order order = {
		.network = lonely->id, .mac = vteps[1], .len = 200, .patience = NS_PER_S
	};
	struct ear *ear = listen_to(b);
	const struct probe_waiting *p;
	uint32_t sequence;
	size_t len;

	(void)state;
	lonely->vtep = vteps[0];
	assert_true(peers_find(sim->node[0]->tables->peers, b->addr, &order.to.peer));
	assert_int_equal(engine_probe(sim->node[0]->engine, &order, sim->now, &sequence), 0);
	sim_run(sim, MOMENT);
	p = probes_at(&sim->node[0]->tables->probes, sequence);
	assert_true(p->answered && p->no_network);
	assert_int_equal(ear->longest, VXLAN_LEN + 200);
	assert_int_equal(b->tables->drops.count[DROP_VNI_NOT_FOUND], 1);
	len = make_udp(frame, host_of(2), host_of(1), 9, 64, 1);
	send_in(b, sim->node[0]->addr, SIM_VNI + 1, frame, len);
	len = make_probe(frame, PROBE_REQUEST, 1, 1);
	send_in(b, stranger(1), SIM_VNI + 1, frame, len);
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, 1);
	for (unsigned i = 0; i < 3 * PEER_PROBES; i++)
		send_in(b, sim->node[0]->addr, SIM_VNI + 1, frame, len);
	sim_run(sim, MOMENT);
	assert_int_equal(ear->datagrams, PEER_PROBES);
	sim_free(sim);
}

/* Answers go to where the asking node listens, not to where the answering one does. */
static void an_answer_finds_its_port(void **state)
{
	struct sim *sim = two_nodes(91);
	struct sim_node *a = sim->node[0], *b = sim->node[1];
	struct probe_order order = { .mac = vteps[1], .len = 200, .patience = NS_PER_S };
	struct network *lonely = sim_add_network(a, SIM_VNI + 1);
	struct peer_ref ref;
	uint32_t sequence;

	(void)state;
	lonely->vtep = vteps[0];
	order.network = lonely->id;
	a->tables->endpoints[0].port = lonely->port = sim_network(a)->port = 4790;
	assert_true(peers_find(b->tables->peers, a->addr, &ref));
	peers_set_port(b->tables->peers, ref, 4790);
	assert_true(peers_find(a->tables->peers, b->addr, &order.to.peer));
	peers_set_port(a->tables->peers, order.to.peer, VXLAN_PORT);
	sequence = ask(sim, 0, 1, PROBE_FRAME_MIN);
	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence));
	assert_int_equal(engine_probe(a->engine, &order, sim->now, &sequence), 0);
	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence)); /* there is no such network */
	sim_free(sim);
}

static bool is_one_way(struct sim *sim)
{
	uint32_t sequence = ask(sim, 0, 1, PROBE_FRAME_MIN);

	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence));
	return probes_at(&sim->node[0]->tables->probes, sequence)->one_way;
}

/* Who learns nothing and has nothing that leads to the asker says so. */
static void a_dead_end_says_so(void **state)
{
	struct sim *sim = two_nodes(92);
	struct sim_node *b = sim->node[1];
	struct network *n = sim_network(b);
	struct destination to = { .port = 0 };
	struct addr other = stranger(1);

	(void)state;
	n->learning = false;
	assert_false(is_one_way(sim)); /* it floods to the asker */
	sim_set_flood(b, n, &other, 1);
	assert_true(is_one_way(sim));
	n->learning = true;
	assert_false(is_one_way(sim));
	n->learning = false;
	assert_true(peers_find(b->tables->peers, sim->node[0]->addr, &to.peer));
	assert_int_not_equal(fdb_put(n->fdb, host_of(1).mac, FDB_STATIC, place_peer(to), 0),
			     FDB_NONE);
	assert_false(is_one_way(sim));
	fdb_remove(n->fdb, fdb_find(n->fdb, host_of(1).mac, sim->now));
	assert_true(is_one_way(sim));
	other = addr_v4((const uint8_t[]) { 239, 1, 1, 1 });
	sim_set_flood(b, n, &other, 1);
	assert_false(is_one_way(sim)); /* who knows where a group leads? */
	sim_free(sim);
}

/* A probe by way of a group is answered by the node whose MAC it has, from that node's own address. */
static void a_group_can_be_asked(void **state)
{
	struct sim *sim = two_nodes(93);
	struct sim_node *a = sim->node[0], *b = sim->node[1];
	struct probe_order order = {
		.from = b->addr, .mac = vteps[1], .len = 60, .patience = NS_PER_S
	};
	struct addr group = addr_v4((const uint8_t[]) { 239, 1, 1, 1 });
	uint32_t sequence;

	(void)state;
	assert_true(peers_add(a->tables->peers, group, &order.to.peer));
	assert_int_equal(engine_probe(a->engine, &order, sim->now, &sequence), 0);
	sim_run(sim, MOMENT);
	assert_false(was_answered(sim, sequence)); /* it has not joined */
	b->wire.group = group;
	assert_int_equal(engine_probe(a->engine, &order, sim->now, &sequence), 0);
	sim_run(sim, MOMENT);
	assert_true(was_answered(sim, sequence));
	sim_free(sim);
}

static void so_many_may_wait(void **state)
{
	struct sim *sim = two_nodes(88);
	struct probe_order order = { .mac = vteps[1], .len = 60, .patience = NS_PER_S };
	uint32_t sequence;

	(void)state;
	assert_true(peers_find(sim->node[0]->tables->peers, sim->node[1]->addr, &order.to.peer));
	sim_cut(sim, 0, 1, true);
	for (unsigned i = 0; i < PROBES_MAX; i++)
		ask(sim, 0, 1, PROBE_FRAME_MIN);
	assert_int_equal(engine_probe(sim->node[0]->engine, &order, sim->now, &sequence), -EBUSY);
	sim_run(sim, NS_PER_S);
	assert_int_equal(engine_probe(sim->node[0]->engine, &order, sim->now, &sequence), 0);
	order.len = UINT16_MAX;
	assert_int_equal(engine_probe(sim->node[0]->engine, &order, sim->now, &sequence),
			 -EMSGSIZE);
	order.network = 7;
	assert_int_equal(engine_probe(sim->node[0]->engine, &order, sim->now, &sequence), -ENODEV);
	sim_free(sim);
}

static void a_full_underlay_costs_the_answer_only(void **state)
{
	static uint8_t frame[FRAMES_ROOM];
	struct sim *sim = two_nodes(89);
	struct sim_node *a = sim->node[0];

	(void)state;
	a->wire.room = 0;
	for (unsigned i = 0; i < 50; i++)
		say(&a->port[0], host_of(1), host_of(2), i);
	sim_turn(a);
	assert_true(engine_paused(a->engine));
	forge(a, sim->node[1]->addr, frame, make_probe(frame, PROBE_REQUEST, 1, 1));
	sim_turn(a);
	assert_int_equal(drops_of(a, DROP_UNDERLAY_FULL), 1);
	a->wire.room = SIM_PLENTY;
	sim_run(sim, MOMENT);
	assert_true(count_of(sim, 1)->rx_frames > 0);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_answers),
		cmocka_unit_test(an_answer_is_never_longer),
		cmocka_unit_test(a_hundred_a_second_from_one_peer),
		cmocka_unit_test(strangers_get_no_answer),
		cmocka_unit_test(who_is_no_member_gets_no_answer),
		cmocka_unit_test(all_peers_together_are_bounded),
		cmocka_unit_test(only_the_awaited_answer_counts),
		cmocka_unit_test(what_is_not_for_our_vtep_passes),
		cmocka_unit_test(who_has_no_such_network_says_so),
		cmocka_unit_test(an_answer_finds_its_port),
		cmocka_unit_test(a_dead_end_says_so),
		cmocka_unit_test(a_group_can_be_asked),
		cmocka_unit_test(so_many_may_wait),
		cmocka_unit_test(a_full_underlay_costs_the_answer_only),
	};

	return cmocka_run_group_tests_name("probes", tests, NULL, NULL);
}
