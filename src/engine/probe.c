#include "probe.h"

#include <errno.h>

#include "state.h"

/* -- What both directions need: a packet, put into runs -- */

static struct sender nobody_of(const struct network *n)
{
	return (struct sender) { .network = n->id, .port = PORT_NONE };
}

/* The @len bytes of @packet, on their way in @n. */
static bool begin(struct engine *e, const struct network *n, struct packet *packet, size_t len,
		  struct outgoing *out)
{
	*out = (struct outgoing) { .packet = packet,
				   .pool = e->pool,
				   .sender = nobody_of(n),
				   .vni = n->vni,
				   .port = n->port,
				   .own_port = n->own_port,
				   .endpoint_v4 = n->endpoint_v4,
				   .endpoint_v6 = n->endpoint_v6,
				   .tos = n->tos };
	if (len == 0 || !frame_parse(&out->frame, packet->at, len))
		return false;
	out->flow = frame_flow(&out->frame);
	return true;
}

/* -- Answers -- */

static void send_answer(struct engine *e, const struct outgoing *o, struct destination to,
			uint64_t now)
{
	if (!encap_fits(e, o, to, now))
		tables_count_drop(e->tables, o->sender.network, DROP_TX_TOO_BIG, 1);
	else
		encap_send(e, o, to);
}

void probe_answer(struct engine *e, const struct network *n, const struct verdict *v,
		  const struct frame *f, uint64_t now)
{
	struct destination to = { 0 };
	struct packet *packet;
	struct outgoing o;

	if (engine_paused(e) || !engine_make_room(e, now) ||
	    !peers_find(e->tables->peers, v->from_peer, &to.peer)) {
		tables_count_drop(e->tables, n->id, DROP_UNDERLAY_FULL, 1);
		return;
	}
	packet = packet_get(e->pool);
	if (begin(e, n, packet,
		  probe_answer_write(room_of(packet->at, PACKET_ROOM), f, PROBE_ANSWER,
				     !tables_lead_to(e->tables, n, to.peer)),
		  &o))
		send_answer(e, &o, to, now);
	packet_put(e->pool, packet);
}

/* -- Where there is no network -- */

/* The peer that asks, if it may be answered. */
static bool may_ask(const struct engine *e, const struct arrival *a, struct peer_ref *peer,
		    uint64_t now)
{
	return peers_find(e->tables->peers, a->source, peer) &&
	       peer_may_probe(peers_at(e->tables->peers, *peer), now) &&
	       budget_at(&e->tables->probe_answers, now) > 0;
}

static bool is_request(const struct arrival *a, struct frame *f)
{
	struct probe probe;

	return a->len > VXLAN_LEN && frame_parse(f, a->at + VXLAN_LEN, a->len - VXLAN_LEN) &&
	       f->eth.type == ETHERTYPE_PROBE && f->eth.vlans == 0 && probe_read(f, &probe) &&
	       probe.kind == PROBE_REQUEST && mac_is_station(f->eth.src);
}

static struct outgoing without_network(const struct engine *e, const struct arrival *a,
				       uint32_t vni, struct packet *packet)
{
	return (struct outgoing) {
		.packet = packet,
		.pool = e->pool,
		.sender = { .network = NETWORK_NONE, .port = PORT_NONE },
		.vni = vni,
		.port = e->tables->endpoints[a->endpoint].port,
		.own_port = e->tables->endpoints[a->endpoint].own_port,
		.endpoint_v4 = a->endpoint,
		.endpoint_v6 = a->endpoint,
	};
}

void probe_no_network(struct engine *e, const struct verdict *v, const struct arrival *a,
		      uint64_t now)
{
	struct destination to = { 0 };
	struct packet *packet;
	struct outgoing o;
	struct frame f;
	size_t len;

	if (!is_request(a, &f) || !may_ask(e, a, &to.peer, now) || engine_paused(e) ||
	    !engine_make_room(e, now))
		return;
	peers_probed(e->tables->peers, to.peer, now);
	budget_spend(&e->tables->probe_answers, 1, now);
	packet = packet_get(e->pool);
	o = without_network(e, a, v->vni, packet);
	len = probe_answer_write(room_of(packet->at, PACKET_ROOM), &f, PROBE_NO_NETWORK, false);
	if (len > 0 && frame_parse(&o.frame, packet->at, len))
		send_answer(e, &o, to, now);
	packet_put(e->pool, packet);
}

/* -- Our own -- */

static struct network *network_of(const struct engine *e, uint32_t id)
{
	return id < e->tables->network_count ? e->tables->networks[id] : NULL;
}

static struct underlay *way_to(const struct engine *e, const struct network *n, struct addr to)
{
	return engine_underlay(e, network_endpoint(n, (enum addr_family)to.family));
}

/* 0, *@n and who is to answer; or −errno. */
static int find_way(const struct engine *e, const struct probe_order *order, struct network **n,
		    struct addr *to)
{
	const struct peer *peer = peers_at(e->tables->peers, order->to.peer);

	*n = network_of(e, order->network);
	if (!*n || !peer || mac_is_zero((*n)->vtep) || !way_to(e, *n, peer->addr))
		return -ENODEV;
	*to = order->from.family ? order->from : peer->addr;
	return order->len > RUN_BYTES - VXLAN_LEN ? -EMSGSIZE : 0;
}

static size_t write_request(const struct network *n, const struct probe_order *order,
			    const struct probe_waiting *p, struct packet *packet)
{
	const struct probe probe = { .kind = PROBE_REQUEST,
				     .sequence = p->sequence,
				     .token = p->token };

	return probe_request_write(room_of(packet->at, PACKET_ROOM), order->len, order->mac,
				   n->vtep, &probe);
}

static void send_request(struct engine *e, struct network *n, const struct probe_order *order,
			 const struct probe_waiting *p)
{
	struct packet *packet = packet_get(e->pool);
	struct outgoing o;

	if (begin(e, n, packet, write_request(n, order, p, packet), &o)) {
		encap_send(e, &o, order->to);
		n->count.probes_sent++;
	}
	packet_put(e->pool, packet);
}

int engine_probe(struct engine *e, const struct probe_order *order, uint64_t now,
		 uint32_t *sequence)
{
	const struct probe_waiting *p;
	struct network *n;
	struct addr to;
	int rc = find_way(e, order, &n, &to);

	if (rc < 0)
		return rc;
	if (engine_paused(e) || !engine_make_room(e, now))
		return -ENOBUFS;
	p = probes_begin(&e->tables->probes, e->tables->secret, n->id, to, now,
			 now + order->patience);
	if (!p)
		return -EBUSY;
	*sequence = p->sequence;
	send_request(e, n, order, p);
	return 0;
}

uint32_t engine_route_mtu(const struct engine *e, uint32_t network, struct addr to)
{
	const struct network *n = network_of(e, network);
	const struct underlay *u = n ? way_to(e, n, to) : NULL;

	return u ? u->ops->path_mtu(u->wire, to) : 0;
}
