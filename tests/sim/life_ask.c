#include "check.h"
#include "life.h"
#include "offload/checksum.h"
#include "offload/segment.h"
#include "path/inbound.h"
#include "path/outbound.h"
#include "path/proxy.h"

static void expect_segments(struct life *l, const struct network *n, struct door *d, uint64_t about,
			    const struct frame *f)
{
	uint8_t bytes[INPUT_ROOM];
	struct segmenter s;
	struct segment segment;

	if (!segment_begin(&s, f)) {
		tables_count_drop(l->world.tables, n->id, DROP_OVERSIZE, frame_segments(f));
		return;
	}
	while (segment_next(&s, bytes, &segment)) {
		memcpy(bytes + segment.header_len, segment.payload, segment.payload_len);
		door_leaves(d, about, bytes, segment.header_len + segment.payload_len);
	}
}

static void expect_port(struct life *l, const struct network *n, uint32_t port, struct frame *f)
{
	struct door *d = &l->door[n == l->world.blue ? port : LIFE_PORTS - 1];
	bool whole = n->offload && d->takes_all;

	if (f->kind != FRAME_PLAIN && !whole) {
		expect_segments(l, n, d, 0, f);
		return;
	}
	if (f->unfinished && !whole)
		frame_finish_checksum(f);
	door_leaves(d, door_about_frame(f), f->at, f->len);
}

static void expect_ports(struct life *l, const struct network *n, uint32_t except, struct frame *f)
{
	for (uint32_t port = 0; port < n->ports_end; port++) {
		if (port == except || !n->ports[port].up)
			continue;
		if (frame_packet_len(f) > n->ports[port].mtu)
			tables_count_drop(l->world.tables, n->id, DROP_OVERSIZE, frame_segments(f));
		else
			expect_port(l, n, port, f);
	}
}

static void expect_peer(struct life *l, const struct network *n, const struct verdict *v,
			struct destination to, struct frame *f)
{
	const struct peer *peer = peers_at(l->world.tables->peers, to.peer);
	uint16_t endpoint = network_endpoint(n, peer->addr.family);
	uint16_t source = (uint16_t)(v->flow % (endpoint == 0 ? LIFE_SOURCES : 1));
	uint64_t about = door_about_run(peer->addr, to.port ? to.port : n->port, v->outer_tos,
					source, n->vni);
	struct door *d = &l->door[LIFE_PORTS + endpoint];

	if (f->kind != FRAME_PLAIN) {
		expect_segments(l, n, d, about, f);
		return;
	}
	if (f->unfinished)
		frame_finish_checksum(f);
	door_leaves(d, about, f->at, f->len);
}

static bool fits(const struct life *l, struct destination to, const struct frame *f, uint64_t now)
{
	const struct peer *peer = peers_at(l->world.tables->peers, to.peer);

	return vxlan_outer_len(peer->addr.family) + f->l3 + frame_packet_len(f) <=
	       peer_path_mtu(peer, WORLD_MTU, now);
}

/* The copies count when they leave. */
static void expect_list(struct life *l, const struct network *n, const struct verdict *v,
			struct frame *f, uint64_t now)
{
	for (uint32_t i = 0; v->list && i < v->list->count; i++) {
		struct destination to = v->list->to[i];

		if (fits(l, to, f, now)) {
			expect_peer(l, n, v, to, f);
			peers_sent(l->world.tables->peers, to.peer, frame_segments(f),
				   frame_segments_len(f), now);
		} else {
			tables_count_drop(l->world.tables, n->id, DROP_TX_TOO_BIG,
					  frame_segments(f));
		}
	}
}

static void expect_answer(struct life *l, const struct network *n, const struct verdict *v,
			  const struct frame *f)
{
	size_t len = reply_write(room_of(l->answer, sizeof(l->answer)), n, v, f);
	struct frame answer;

	if (len > 0 && frame_parse(&answer, l->answer, len))
		expect_port(l, n, v->port, &answer);
}

static void expect(struct life *l, const struct verdict *v, struct frame *f, uint64_t now)
{
	const struct network *n = l->world.tables->networks[v->network];

	if (v->set_ecn)
		frame_set_ecn(f, v->ecn);
	switch (v->action) {
	case ACTION_DROP:
		break;
	case ACTION_REPLY:
		expect_answer(l, n, v, f);
		break;
	case ACTION_DELIVER:
		expect_port(l, n, v->port, f);
		break;
	case ACTION_DELIVER_ALL:
		expect_ports(l, n, PORT_NONE, f);
		break;
	case ACTION_SEND:
		expect_peer(l, n, v, v->to, f);
		break;
	case ACTION_FLOOD:
		expect_ports(l, n, v->from_port, f);
		expect_list(l, n, v, f, now);
		break;
	case ACTION_PUNT:
		break; /* this world has no probes */
	}
}

static void commit(struct life *l, const struct verdict *v, struct frame *f, uint64_t now)
{
	enum note note = verdict_commit(l->world.tables, v, f, now);

	l->last = *v;
	l->did[v->action]++;
	if (!f || v->network == NETWORK_NONE)
		return;
	l->told[EVENT_MOVED] += note == NOTE_MOVED;
	l->told[EVENT_FROZEN] += note == NOTE_FROZEN;
	l->told[EVENT_L2_MISS] += v->effects.miss == MISS_L2;
	l->told[EVENT_L3_MISS] += v->effects.miss == MISS_L3;
	if (v->action != ACTION_DROP)
		expect(l, v, f, now);
}

static void ask_outbound(struct life *l, const struct input *in)
{
	struct network *n = life_network(l, in->door);
	uint32_t port = life_port(in->door);
	struct frame frame, *f = input_describe(in, l->bytes, &frame) ? &frame : NULL;
	struct verdict v = outbound_decide(l->world.tables, n, port, f, in->now);

	commit(l, &v, f, in->now);
}

static void ask_inbound(struct life *l, const struct input *in)
{
	struct arrival a = { .endpoint = (uint16_t)(in->door - LIFE_PORTS),
			     .source = in->source,
			     .tos = in->tos,
			     .truncated = in->truncated,
			     .at = memcpy(l->bytes, in->at, in->len),
			     .len = in->len };
	struct frame inner;
	struct verdict v = inbound_decide(l->world.tables, &a, &inner, in->now);

	commit(l, &v, inner.at ? &inner : NULL, in->now);
}

void life_ask(struct life *l, const struct input *in)
{
	if (in->door < LIFE_PORTS)
		ask_outbound(l, in);
	else
		ask_inbound(l, in);
}
