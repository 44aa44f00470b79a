#include "encap.h"

#include "state.h"

/* Nobody is told about a copy of a flooded frame: the other copies may well have fitted. */
static struct sender sender_of(const struct network *n, const struct verdict *v)
{
	return (struct sender) {
		.network = n->id,
		.port = v->action == ACTION_FLOOD ? PORT_NONE : v->from_port,
	};
}

struct outgoing outgoing_of(const struct network *n, const struct verdict *v, const struct frame *f,
			    struct packet *packet, struct packet_pool *pool)
{
	return (struct outgoing) { .frame = *f,
				   .packet = packet,
				   .pool = pool,
				   .sender = sender_of(n, v),
				   .vni = n->vni,
				   .port = n->port,
				   .own_port = n->own_port,
				   .endpoint_v4 = n->endpoint_v4,
				   .endpoint_v6 = n->endpoint_v6,
				   .tos = v->outer_tos,
				   .flow = v->flow };
}

unsigned encap_messages(const struct frame *f)
{
	size_t segments = frame_segments(f);

	if (segments > SEGMENTS_MAX)
		return 1; /* it will be dropped */
	return (unsigned)((segments + RUN_DATAGRAMS - 1) / RUN_DATAGRAMS);
}

static uint16_t outgoing_endpoint(const struct outgoing *o, struct addr to)
{
	return to.family == ADDR_V6 ? o->endpoint_v6 : o->endpoint_v4;
}

static void send_plain(struct engine *e, struct underlay *u, const struct outgoing *o,
		       const struct departure *d)
{
	uint8_t *at = o->frame.at - VXLAN_LEN;
	struct iovec part = { .iov_base = at, .iov_len = VXLAN_LEN + o->frame.len };

	if (part.iov_len > RUN_BYTES) {
		tables_count_drop(e->tables, o->sender.network, DROP_TX_TOO_BIG, 1);
		return;
	}
	vxlan_write(at, o->vni);
	underlay_add(e, u, d, &part, 1);
}

/* The first segment speaks for the frame: one frame gets one answer. */
static void send_segments(struct engine *e, struct underlay *u, const struct outgoing *o,
			  struct departure d)
{
	struct segmenter s;
	struct segment segment;
	uint8_t *block = runs_block(e->runs);

	if (VXLAN_LEN + o->frame.l3 + frame_packet_len(&o->frame) > RUN_BYTES) {
		tables_count_drop(e->tables, o->sender.network, DROP_TX_TOO_BIG,
				  frame_segments(&o->frame));
		return;
	}
	if (!segment_begin(&s, &o->frame)) {
		tables_count_drop(e->tables, o->sender.network, DROP_OVERSIZE,
				  frame_segments(&o->frame));
		return;
	}
	while (segment_next(&s, block + VXLAN_LEN, &segment)) {
		struct iovec parts[2] = {
			{ .iov_base = block, .iov_len = VXLAN_LEN + segment.header_len },
			{ .iov_base = (void *)(uintptr_t)segment.payload,
			  .iov_len = segment.payload_len },
		};

		vxlan_write(block, o->vni);
		underlay_add(e, u, &d, parts, 2);
		d.sender.port = PORT_NONE;
		block = runs_block(e->runs);
	}
}

bool encap_send(struct engine *e, const struct outgoing *o, struct destination to)
{
	const struct peer *peer = peers_at(e->tables->peers, to.peer);
	struct departure d = { .peer = to.peer,
			       .tos = o->tos,
			       .flow = o->flow,
			       .sender = o->sender,
			       .packet = o->packet,
			       .pool = o->pool };
	struct underlay *u;

	if (!peer)
		return false;
	d.to = peer->addr;
	d.port = to.port ? to.port : peer_port(peer, o->port, o->own_port);
	d.endpoint = outgoing_endpoint(o, peer->addr);
	u = engine_underlay(e, d.endpoint);
	if (!u) {
		tables_count_drop(e->tables, o->sender.network, DROP_UNDERLAY_ERROR,
				  frame_segments(&o->frame));
		return true;
	}
	d.source = (uint16_t)(o->flow % u->sources);
	if (o->frame.kind == FRAME_PLAIN)
		send_plain(e, u, o, &d);
	else
		send_segments(e, u, o, d);
	return true;
}

bool encap_fits(const struct engine *e, const struct outgoing *o, struct destination to,
		uint64_t now)
{
	const struct peer *peer = peers_at(e->tables->peers, to.peer);
	size_t len = o->frame.l3 + frame_packet_len(&o->frame);
	uint16_t endpoint;
	uint32_t mtu, outer;

	if (!peer)
		return true;
	endpoint = outgoing_endpoint(o, peer->addr);
	if (endpoint >= e->tables->endpoint_count)
		return true;
	mtu = peer_path_mtu(peer, e->tables->endpoints[endpoint].mtu, now);
	outer = vxlan_outer_len(peer->addr.family);
	return mtu >= outer && len <= mtu - outer;
}
