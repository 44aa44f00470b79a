#include "path/outbound.h"

#include "decide.h"
#include "path/proxy.h"
#include "service.h"
#include "wire/ecn.h"
#include "wire/icmp.h"
#include "wire/vxlan.h"

/* A frame and everything it is decided on. */
struct question {
	const struct tables *tables;
	const struct network *network;
	uint32_t port;
	const struct frame *frame;
	uint64_t now;
};

/* Does @f, a UDP datagram, carry VXLAN of one of our networks at @endpoint? */
static bool carries_network(const struct tables *t, const struct frame *f, uint16_t endpoint)
{
	struct span payload = span_from(frame_bytes(f), f->payload);
	struct vxlan header;

	return vxlan_read(&payload, &header) == VXLAN_FINE && !header.reserved &&
	       tables_find(t, endpoint, header.vni);
}

/* Is this one of the datagrams that we sent ourselves, routed back into a tenant's port?  The
 * destination may listen on another port than we do: then what is inside tells. */
static bool is_our_own(const struct tables *t, const struct frame *f)
{
	if (f->payload == 0 || f->ip.proto != IP_UDP)
		return false;
	for (uint16_t i = 0; i < t->endpoint_count; i++)
		if (addr_equal(t->endpoints[i].addr, f->ip.src) &&
		    (t->endpoints[i].port == f->dport || carries_network(t, f, i)))
			return true;
	return false;
}

/* A superframe is as long as its segments: whoever takes it whole may pass them on. */
static bool is_oversize(const struct frame *f, uint16_t mtu)
{
	return frame_packet_len(f) > mtu;
}

/* Steps 1 and 2: does the frame make sense, and does its source belong to this port? */
static bool arrives_sound(const struct question *q, struct verdict *v)
{
	const struct network *n = q->network;
	const struct frame *f = q->frame;

	if (!f)
		return verdict_drop(v, DROP_TX_RUNT);
	if (!port_open(n, q->port))
		return verdict_drop(v, DROP_PORT_DOWN);
	if (!mac_is_station(f->eth.src))
		return verdict_drop(v, DROP_MAC_INVALID_SOURCE);
	if (is_oversize(f, n->ports[q->port].mtu))
		return verdict_drop(v, DROP_OVERSIZE);
	if (n->drop_vlan && f->eth.vlans > 0)
		return verdict_drop(v, DROP_INNER_VLAN);
	if (is_our_own(q->tables, f))
		return verdict_drop(v, DROP_TX_RECURSION);
	return source_belongs(v, q->tables, n, f->eth.src, true, q->now);
}

/* Step 3, first half: DHCP, ARP and ND that end at the switch itself.  True when the frame did. */
static bool ends_here(const struct question *q, struct verdict *v)
{
	const struct network *n = q->network;
	struct proxy proxy;

	if (n->bindings && service_takes(v, n, q->port, q->frame, q->now))
		return true;
	proxy = proxy_decide(n, q->port, q->frame, q->now);
	if (proxy.outcome == PROXY_NOT_OURS)
		return false;
	v->neigh_slot = proxy.neigh_slot;
	if (proxy.neigh_slot != NEIGH_NONE)
		v->origin = neigh_at(n->neigh, proxy.neigh_slot)->origin;
	v->effects.miss = proxy.miss;
	v->effects.miss_ip = proxy.ip;
	if (proxy.outcome == PROXY_DROP)
		return !verdict_drop(v, proxy.reason);
	v->action = ACTION_REPLY;
	v->answer = proxy.answer;
	v->answer_ip = proxy.ip;
	v->answer_mac = proxy.mac;
	v->port = q->port;
	return true;
}

static void leave_by_port(const struct question *q, struct verdict *v, uint32_t port)
{
	if (port == q->port)
		verdict_drop(v, DROP_SAME_PORT);
	else if (!port_open(q->network, port))
		verdict_drop(v, DROP_PORT_DOWN);
	else if (is_oversize(q->frame, q->network->ports[port].mtu))
		verdict_drop(v, DROP_OVERSIZE);
	else
		v->action = ACTION_DELIVER;
	v->port = port;
}

/* Step 4: what the outer header takes from the inner one. */
static void wrap(const struct question *q, struct verdict *v)
{
	const struct frame *f = q->frame;
	uint8_t dscp = q->network->tos_inherit ? f->ip.tos : q->network->tos;

	v->outer_tos = ecn_outer(dscp, f->ip.tos);
	v->flow = frame_flow(f);
}

/* The sender hears how much fits, if it can be told and has not been told too often. */
static void refuse_too_big(const struct question *q, struct verdict *v, uint32_t path,
			   enum addr_family family)
{
	uint32_t around = vxlan_overhead(family) + q->frame->l3 - ETH_LEN;

	verdict_drop(v, DROP_TX_TOO_BIG);
	if (path <= around || !icmp_may_answer(q->frame) ||
	    budget_at(&q->network->too_big, q->now) == 0)
		return;
	v->action = ACTION_REPLY;
	v->answer = ANSWER_TOO_BIG;
	v->answer_mtu = path - around;
	v->port = q->port;
}

static void leave_by_peer(const struct question *q, struct verdict *v, struct destination to,
			  const struct peer *peer)
{
	const struct tables *t = q->tables;
	const struct frame *f = q->frame;
	uint16_t endpoint = network_endpoint(q->network, peer->addr.family);
	size_t outer = vxlan_outer_len(peer->addr.family) + f->l3 + frame_packet_len(f);
	uint32_t path;

	v->to = to;
	if (to.port == 0)
		v->to.port = network_port_at(q->network, peer);
	if (endpoint >= t->endpoint_count) {
		verdict_drop(v, DROP_UNDERLAY_ERROR);
		return;
	}
	if (peer_is_held_back(peer, q->now)) {
		verdict_drop(v, DROP_UNDERLAY_ERROR);
		return;
	}
	path = peer_path_mtu(peer, t->endpoints[endpoint].mtu, q->now);
	if (outer > path) {
		refuse_too_big(q, v, path, peer->addr.family);
		return;
	}
	wrap(q, v);
	v->action = ACTION_SEND;
}

/* Nobody is there to take it.  Only a station that is missed is worth asking for. */
static void leave_nowhere(const struct question *q, struct verdict *v)
{
	verdict_drop(v, DROP_NO_REMOTE);
	if (!mac_is_group(q->frame->eth.dst))
		v->effects.miss = MISS_L2;
}

/* A full bucket lets a flood pass whose list is longer than the bucket: rarely, not never, or the
 * first ARP request of a large network would already be lost. */
static bool may_copy(const struct budget *bum, uint64_t copies, uint64_t now)
{
	uint64_t there = budget_at(bum, now);

	return there >= copies || there == bum->rate;
}

static void leave_by_flood(const struct question *q, struct verdict *v, struct flood_list *list)
{
	const struct network *n = q->network;
	uint64_t others = list && list->count > 1 ? list->count - 1 : 0;
	uint64_t copies = others * frame_segments(q->frame);

	if (list && list->count == 0)
		list = NULL;
	if (!list && !other_port_open(n, q->port)) {
		leave_nowhere(q, v);
		return;
	}
	if (copies > 0 && !may_copy(&n->bum, copies, q->now)) {
		verdict_drop(v, DROP_BUM_LIMITED);
		return;
	}
	wrap(q, v);
	v->action = ACTION_FLOOD;
	v->list = list;
	v->effects.copies = copies;
}

static void flood_unknown(const struct question *q, struct verdict *v)
{
	v->fdb_slot = FDB_NONE;
	v->origin = q->network->flood_origin;
	leave_by_flood(q, v, q->network->flood);
}

/* Step 3, second half: the exact MAC, else the flood list and the other ports. */
static void find_way(const struct question *q, struct verdict *v)
{
	const struct network *n = q->network;
	uint32_t slot = fdb_find(n->fdb, q->frame->eth.dst, q->now);
	const struct fdb_entry *entry;
	const struct peer *peer;

	if (slot == FDB_NONE) {
		flood_unknown(q, v);
		return;
	}
	entry = verdict_entry(v, n, slot);
	if (entry->list) {
		leave_by_flood(q, v, entry->list);
		return;
	}
	if (entry->place.kind == PLACE_PORT) {
		leave_by_port(q, v, entry->place.port);
		return;
	}
	peer = peers_at(q->tables->peers, entry->place.to.peer);
	if (peer)
		leave_by_peer(q, v, entry->place.to, peer);
	else
		flood_unknown(q, v); /* the stranger was forgotten, the entry not yet */
}

struct verdict outbound_decide(const struct tables *t, const struct network *n, uint32_t port,
			       const struct frame *f, uint64_t now)
{
	const struct question q = {
		.tables = t, .network = n, .port = port, .frame = f, .now = now
	};
	struct verdict v = verdict_start(n->id);

	v.from_port = port;
	v.effects.place = place_port(port);
	v.effects.owner = FDB_OWNER_PORT(port);
	if (arrives_sound(&q, &v) && !ends_here(&q, &v))
		find_way(&q, &v);
	return v;
}
