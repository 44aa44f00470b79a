/* One frame that stands for many must reach every sink as the same bytes, whole or cut. */
#include <errno.h>

#include "check.h"

enum { PAYLOAD = 20000, GSO = 1200, SEGMENTS = (PAYLOAD + GSO - 1) / GSO, STREAM = 65536 };

static uint8_t frame[FRAMES_ROOM];

/* What a host got: its frames, one behind the other, and how many. */
struct catch
{
	uint8_t at[2 * STREAM];
	size_t len;
	unsigned count;
};

/* Takes everything, which must be finished plain frames. */
static void catch_cut(struct sim_port *port, struct catch *c)
{
	static const uint8_t plain[VNET_LEN];
	struct sim_packet *packet;

	c->len = 0;
	for (c->count = 0; (packet = sim_take(port)); c->count++) {
		assert_memory_equal(packet->vnet, plain, 2);
		assert_true(is_sound(packet->at, packet->len));
		assert_in_range(packet->len, ETH_LEN, sizeof(c->at) - c->len);
		memcpy(c->at + c->len, packet->at, packet->len);
		c->len += packet->len;
		sim_done(port->node->sim, packet);
	}
}

/* The payload of every frame in turn is the pattern of make_superframe(). */
static void assert_payload(const struct catch *c, size_t payload)
{
	const uint8_t *at = c->at;
	size_t done = 0;

	while (at < c->at + c->len) {
		struct frame f;
		size_t len = ETH_LEN + get_be16(at + ETH_LEN + 2);

		assert_true(frame_parse(&f, (void *)(uintptr_t)at, len));
		for (size_t i = f.payload; i < len; i++, done++)
			assert_int_equal(at[i], (uint8_t)(done * 7 + done / 251));
		at += len;
	}
	assert_int_equal(done, payload);
}

/* A port that takes everything gets the superframe as it was given. */
static void assert_whole(struct sim_port *port, const struct frame *f)
{
	struct sim_packet *packet = sim_take(port);
	uint8_t vnet[VNET_LEN];

	assert_non_null(packet);
	vnet_write(vnet, f);
	assert_memory_equal(packet->vnet, vnet, VNET_LEN);
	assert_int_equal(packet->len, f->len);
	assert_memory_equal(packet->at, f->at, f->len);
	sim_done(port->node->sim, packet);
	assert_null(sim_take(port));
}

/* Two more local ports on the first node, one that takes all and one that takes nothing. */
static struct sim *with_sinks(uint64_t seed, struct sim_port **all, struct sim_port **nothing)
{
	struct sim *sim = sim_mesh(seed, 2, 4);
	struct sim_node *a = sim->node[0];

	*all = sim_add_port(a, sim_network(a), sim_takes_all);
	(*all)->whole = true;
	*nothing = sim_add_port(a, sim_network(a), sim_takes_nothing);
	return sim;
}

static void same_bytes_everywhere(enum frame_kind kind, bool gro)
{
	static struct catch remote, local;
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(40, &all, &nothing);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), kind, PAYLOAD, GSO);

	sim->node[1]->wire.gro = gro;
	sim_give_frame(&sim->node[0]->port[0], &f); /* to an unknown MAC: everywhere */
	sim_run(sim, MOMENT);
	assert_whole(all, &f);
	catch_cut(nothing, &local);
	catch_cut(&sim->node[1]->port[0], &remote);
	assert_int_equal(local.count, SEGMENTS);
	assert_int_equal(remote.count, SEGMENTS);
	assert_payload(&local, PAYLOAD);
	assert_int_equal(local.len, remote.len);
	assert_memory_equal(local.at, remote.at, local.len);

	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0); /* now to one peer */
	sim_run(sim, MOMENT);
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_null(sim_take(nothing));
	catch_cut(&sim->node[1]->port[0], &remote);
	assert_int_equal(remote.len, local.len);
	assert_memory_equal(local.at, remote.at, local.len);
	sim_free(sim);
}

static void tcp_same_bytes_everywhere(void **state)
{
	(void)state;
	same_bytes_everywhere(FRAME_TCP, false);
	same_bytes_everywhere(FRAME_TCP, true);
}

static void udp_same_bytes_everywhere(void **state)
{
	(void)state;
	same_bytes_everywhere(FRAME_UDP, false);
	same_bytes_everywhere(FRAME_UDP, true);
}

/* What was cut for the underlay is one again behind it, however it was received: the decision, the
 * write and the host's work are made once.  Both ends count the frames that were on the wire. */
static void segments_become_one_again(enum frame_kind kind, bool gro)
{
	struct sim *sim = sim_mesh(46, 2, 4);
	struct sim_port *from = &sim->node[0]->port[0], *to = &sim->node[1]->port[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), kind, PAYLOAD, GSO);
	const struct network_counters *sent = &sim_network(sim->node[0])->count;
	const struct network_counters *got = &sim_network(sim->node[1])->count;

	to->whole = true;
	sim->node[1]->wire.gro = gro;
	sim_give_frame(from, &f);
	sim_run(sim, MOMENT);
	assert_whole(to, &f);
	assert_int_equal(sent->tx_frames, SEGMENTS);
	assert_int_equal(got->rx_frames, SEGMENTS);
	assert_int_equal(sent->tx_bytes, PAYLOAD + (size_t)SEGMENTS * f.payload);
	assert_int_equal(got->rx_bytes, sent->tx_bytes);
	sim_free(sim);
}

static void superframes_come_out_whole(void **state)
{
	(void)state;
	segments_become_one_again(FRAME_TCP, false);
	segments_become_one_again(FRAME_TCP, true);
	segments_become_one_again(FRAME_UDP, false);
	segments_become_one_again(FRAME_UDP, true);
}

static void a_superframe_leaves_in_few_messages(void **state)
{
	struct sim *sim = sim_mesh(41, 2, 4);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, 64000, 1400);
	struct sim_wire *wire = &sim->node[0]->wire;
	uint64_t runs;

	(void)state;
	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
	sim_run(sim, MOMENT);
	runs = wire->runs;
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(wire->runs - runs, 2);
	assert_int_equal(sim_discard(&sim->node[1]->port[0]), (64000 + 1399) / 1400);
	sim_free(sim);
}

/* A plain frame with an unfinished checksum: as it is for those who take it, finished for others.
 */
static void unfinished_checksums_are_finished(void **state)
{
	static struct catch got;
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(42, &all, &nothing);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, 500, 0);

	(void)state;
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_whole(all, &f);
	catch_cut(nothing, &got);
	assert_int_equal(got.count, 1);
	assert_payload(&got, 500);
	catch_cut(&sim->node[1]->port[0], &got);
	assert_int_equal(got.count, 1);
	assert_payload(&got, 500);
	sim_free(sim);
}

/* What a kernel's VXLAN device on the same machine sends: the superframe in one datagram. */
static void uncut_datagrams_are_made_right(void **state)
{
	static struct catch got;
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(43, &all, &nothing);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(2), host_of(1), FRAME_TCP, PAYLOAD, GSO);
	struct sim_packet *packet = sim_packet(sim);

	(void)state;
	a->port[0].whole = true;
	vxlan_write(packet->at, SIM_VNI);
	memcpy(packet->at + VXLAN_LEN, f.at, f.len);
	packet->len = VXLAN_LEN + f.len;
	packet->from = sim->node[1]->addr;
	packet->tos = 0;
	sim_push(&a->wire.received, packet);
	sim_run(sim, MOMENT);
	catch_cut(nothing, &got);
	assert_payload(&got, PAYLOAD);
	f.gso_size = SIM_INNER_MTU - IPV4_LEN - TCP_LEN; /* nobody says how long segments were */
	assert_whole(all, &f);
	assert_whole(&a->port[0], &f);
	sim_free(sim);
}

static void without_offload_everything_is_cut(void **state)
{
	static struct catch got;
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(44, &all, &nothing);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_UDP, PAYLOAD, GSO);

	(void)state;
	sim_network(sim->node[0])->offload = false;
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	catch_cut(all, &got);
	assert_int_equal(got.count, SEGMENTS);
	assert_payload(&got, PAYLOAD);
	sim_free(sim);
}

/* Ports of one network may differ: each takes what fits it, and a superframe is as long as its
 * segments. */
static void a_narrow_port_takes_what_fits(void **state)
{
	static const enum frame_kind kinds[] = { FRAME_TCP, FRAME_UDP };
	struct sim_port *wide, *narrow;
	struct sim *sim = with_sinks(45, &wide, &narrow);
	struct sim_node *a = sim->node[0];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		size_t l4_len = kinds[i] == FRAME_TCP ? TCP_LEN : UDP_LEN;
		uint16_t mtu = (uint16_t)(IPV4_LEN + l4_len + GSO);
		struct frame f =
			make_superframe(frame, host_of(1), host_of(2), kinds[i], PAYLOAD, GSO);

		sim_network(a)->ports[narrow->index].mtu = mtu;
		sim_give_frame(&a->port[0], &f);
		sim_run(sim, MOMENT);
		assert_whole(wide, &f);
		assert_int_equal(sim_discard(narrow), SEGMENTS);
		sim_network(a)->ports[narrow->index].mtu = (uint16_t)(mtu - 1);
		sim_give_frame(&a->port[0], &f);
		sim_run(sim, MOMENT);
		assert_whole(wide, &f);
		assert_null(sim_take(narrow));
		assert_int_equal(drops_of(a, DROP_OVERSIZE), (i + 1) * SEGMENTS);
	}
	sim_free(sim);
}

/* A superframe whose segments turn out too big for the path: one frame, one answer, and the shorter
 * last segment leaves. */
static void a_wide_superframe_is_answered_once(void **state)
{
	static const enum frame_kind kinds[] = { FRAME_TCP, FRAME_UDP };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct sim *sim = sim_mesh(46, 2, 4);
		struct sim_port *port = &sim->node[0]->port[0];
		struct frame f =
			make_superframe(frame, host_of(1), host_of(2), kinds[i], 30100, 1400);
		struct sim_packet *answer;
		const uint8_t *quoted;

		say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
		sim_run(sim, MOMENT);
		sim_discard(port);
		sim->link[0][1].mtu = 1400;
		sim_give_frame(port, &f);
		sim_run(sim, MOMENT);
		assert_int_equal(drops_of(sim->node[0], DROP_TX_TOO_BIG), 21);
		assert_int_equal(sim_discard(&sim->node[1]->port[0]), 1);
		answer = sim_take(port);
		assert_non_null(answer);
		assert_true(is_sound(answer->at, answer->len));
		assert_int_equal(get_be16(answer->at + ETH_LEN + IPV4_LEN), 0x0304);
		/* It quotes the first segment: its length, its port, its payload. */
		quoted = answer->at + ETH_LEN + IPV4_LEN + 8;
		assert_int_equal(get_be16(quoted + 2), f.payload - ETH_LEN + 1400);
		assert_int_equal(get_be16(quoted + IPV4_LEN), 40000);
		assert_memory_equal(quoted + f.payload - ETH_LEN, f.at + f.payload, 400);
		sim_done(sim, answer);
		assert_null(sim_take(port));
		sim_free(sim);
	}
}

/* The host gives @port's network @f, and the port, like every plain one, gets it cut. */
static void assert_cut(struct sim_port *from, struct sim_port *port, const struct frame *f)
{
	static struct catch got;

	sim_give_frame(from, f);
	sim_run(from->node->sim, MOMENT);
	catch_cut(port, &got);
	assert_int_equal(got.count, frame_segments(f));
	assert_payload(&got, f->len - f->payload);
}

static unsigned notes_of_refusals(struct sim_node *node, const struct sim_port *port,
				  enum frame_kind kind)
{
	struct event event;
	unsigned notes = 0;

	while (engine_next_event(node->engine, &event)) {
		if (event.kind != EVENT_NO_SUPERFRAMES)
			continue;
		assert_int_equal(event.network, port->network);
		assert_int_equal(event.place.port, port->index);
		assert_int_equal(event.superframe, kind);
		assert_int_equal(event.error, EINVAL);
		notes++;
	}
	return notes;
}

/* A port that promised to take superframes and refuses them loses nothing, and is asked once per
 * kind.  Ports beside it go on as before. */
static void a_port_that_refuses_superframes_gets_them_cut(void **state)
{
	static const enum frame_kind kinds[] = { FRAME_TCP, FRAME_UDP };
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(47, &all, &nothing);
	struct sim_node *a = sim->node[0];
	struct sim_port *refuser = sim_add_port(a, sim_network(a), sim_takes_all);

	(void)state;
	refuser->refuses = -EINVAL;
	for (unsigned i = 0; i < 2; i++) {
		struct frame f =
			make_superframe(frame, host_of(1), host_of(2), kinds[i], PAYLOAD, GSO);

		for (unsigned k = 0; k < 3; k++) {
			assert_cut(&a->port[0], refuser, &f);
			assert_whole(all, &f);
			sim_discard(nothing);
		}
		assert_int_equal(refuser->refused, i + 1);
		assert_int_equal(notes_of_refusals(a, refuser, kinds[i]), 1);
		assert_int_equal(engine_counters(a->engine)->no_superframes, i + 1);
	}
	assert_int_equal(drops_of(a, DROP_PORT_FULL), 0);
	sim_free(sim);
}

/* A full port is no refusal: that superframe is lost, the next is offered whole. */
static void a_full_port_keeps_its_superframes(void **state)
{
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(48, &all, &nothing);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, GSO);

	(void)state;
	all->refuses = -EAGAIN;
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(drops_of(a, DROP_PORT_FULL), SEGMENTS);
	all->refuses = 0;
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_whole(all, &f);
	assert_int_equal(engine_counters(a->engine)->no_superframes, 0);
	sim_free(sim);
}

/* What not every kernel takes is never offered, so it proves nothing against a port. */
static void uncommon_superframes_are_cut_from_the_start(void **state)
{
	struct sim_port *all, *nothing;
	struct sim *sim = with_sinks(49, &all, &nothing);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_UDP, 64 * 100, 100);

	(void)state;
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_whole(all, &f);
	f = make_superframe(frame, host_of(1), host_of(2), FRAME_UDP, 64 * 100 + 1, 100);
	all->refuses = -EINVAL;
	assert_cut(&a->port[0], all, &f); /* a segment more than old kernels take */
	f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, GSO);
	f.len += 4; /* padding, which a kernel would take for payload */
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(sim_discard(all), SEGMENTS);
	assert_int_equal(all->refused, 0);
	assert_int_equal(engine_counters(a->engine)->no_superframes, 0);
	sim_free(sim);
}

static void set_reserved_bit(void *context, const struct run *run, const uint8_t *datagram,
			     size_t len)
{
	(void)context;
	(void)run;
	(void)len;
	((uint8_t *)(uintptr_t)datagram)[1] = 1;
}

/* Counters say what was on the wire, also of frames that were put together. */
static void reserved_bits_count_for_each(void **state)
{
	struct sim *sim = sim_mesh(46, 2, 4);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, GSO);

	(void)state;
	sim->node[0]->wire.sent = set_reserved_bit;
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(sim_network(sim->node[1])->count.rx_frames, SEGMENTS);
	assert_int_equal(sim_network(sim->node[1])->count.reserved_bits, SEGMENTS);
	sim_free(sim);
}

static void break_last_byte(void *context, const struct run *run, const uint8_t *datagram,
			    size_t len)
{
	(void)context;
	(void)run;
	((uint8_t *)(uintptr_t)datagram)[len - 1] ^= 1;
}

/* They stay alone, so each is looked at but the last: nothing wants to join that. */
static void wrong_checksums_are_counted(void **state)
{
	struct sim *sim = sim_mesh(48, 2, 4);
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, GSO);
	const struct network_counters *count = &sim_network(sim->node[1])->count;

	(void)state;
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(count->rx_frames, SEGMENTS);
	assert_int_equal(count->bad_checksums, 0);
	sim->node[0]->wire.sent = break_last_byte;
	f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, GSO);
	sim_give_frame(&sim->node[0]->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(count->rx_frames, 2 * SEGMENTS);
	assert_int_equal(count->bad_checksums, SEGMENTS - 1);
	sim_free(sim);
}

/* What counted as sent counts as dropped, too. */
static void refused_segments_count_for_each(void **state)
{
	struct sim *sim = sim_mesh(46, 2, 4);
	struct sim_node *a = sim->node[0];
	struct frame f = make_superframe(frame, host_of(1), host_of(2), FRAME_TCP, PAYLOAD, 8);

	(void)state;
	say(&sim->node[1]->port[0], host_of(2), host_of(1), 0);
	sim_run(sim, MOMENT);
	sim_give_frame(&a->port[0], &f);
	sim_run(sim, MOMENT);
	assert_int_equal(sim_network(a)->count.tx_frames, PAYLOAD / 8);
	assert_int_equal(drops_of(a, DROP_OVERSIZE), PAYLOAD / 8);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reserved_bits_count_for_each),
		cmocka_unit_test(wrong_checksums_are_counted),
		cmocka_unit_test(refused_segments_count_for_each),
		cmocka_unit_test(tcp_same_bytes_everywhere),
		cmocka_unit_test(udp_same_bytes_everywhere),
		cmocka_unit_test(superframes_come_out_whole),
		cmocka_unit_test(a_superframe_leaves_in_few_messages),
		cmocka_unit_test(unfinished_checksums_are_finished),
		cmocka_unit_test(uncut_datagrams_are_made_right),
		cmocka_unit_test(without_offload_everything_is_cut),
		cmocka_unit_test(a_narrow_port_takes_what_fits),
		cmocka_unit_test(a_wide_superframe_is_answered_once),
		cmocka_unit_test(a_port_that_refuses_superframes_gets_them_cut),
		cmocka_unit_test(a_full_port_keeps_its_superframes),
		cmocka_unit_test(uncommon_superframes_are_cut_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
