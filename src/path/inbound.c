#include "path/inbound.h"

#include "decide.h"
#include "wire/ecn.h"
#include "wire/probe.h"
#include "wire/vxlan.h"

/* The place of a sender that is not in the peer table yet: equal to no place that is known. */
static const struct peer_ref nobody = { .slot = UINT32_MAX };

static bool header_fault(struct verdict *v, enum vxlan_fault fault)
{
	switch (fault) {
	case VXLAN_FINE:
		return true;
	case VXLAN_SHORT:
		return verdict_drop(v, DROP_RX_SHORT);
	case VXLAN_NO_VNI:
		return verdict_drop(v, DROP_INVALID_HDR);
	case VXLAN_NOT_ETHERNET:
		return verdict_drop(v, DROP_GPE);
	}
	return true;
}

/* Step 2: moves @in behind the VXLAN header. */
static bool header_sound(struct verdict *v, const struct arrival *a, struct span *in,
			 struct vxlan *header)
{
	if (a->truncated)
		return verdict_drop(v, DROP_TRUNCATED);
	return header_fault(v, vxlan_read(in, header));
}

/* Step 3: may this peer speak?  Whoever may becomes the place where the source is seen. */
static bool sender_allowed(struct verdict *v, const struct tables *t, const struct network *n)
{
	struct peer_ref ref = nobody;
	bool known = peers_find(t->peers, v->from_peer, &ref);
	const struct peer *peer = known ? peers_at(t->peers, ref) : NULL;

	if (tables_is_self(t, v->from_peer))
		return verdict_drop(v, DROP_RX_SELF);
	if (n->members && (!peer || !peer_set_has(n->members, ref)))
		return verdict_drop(v, DROP_UNKNOWN_PEER);
	v->effects.place.kind = PLACE_PEER;
	v->effects.place.to.peer = ref;
	v->effects.owner = peer && !peer->stranger ? FDB_OWNER_PEER(ref.slot) : FDB_OWNER_STRANGERS;
	return true;
}

static bool reserved_bits_allowed(struct verdict *v, const struct network *n, bool reserved)
{
	v->effects.reserved_bits = reserved;
	if (reserved && n->strict_reserved)
		return verdict_drop(v, DROP_RESERVED_BITS);
	return true;
}

static bool inner_sound(struct verdict *v, const struct network *n, const struct frame *inner)
{
	if (!mac_is_station(inner->eth.src))
		return verdict_drop(v, DROP_MAC_INVALID_SOURCE);
	if (n->drop_vlan && inner->eth.vlans > 0)
		return verdict_drop(v, DROP_INNER_VLAN);
	return true;
}

/* Step 4: congestion that the underlay marked goes on to the inner packet. */
static bool congestion_told(struct verdict *v, uint8_t outer_tos, const struct frame *inner)
{
	enum ecn ecn;

	if (inner->ip.src.family == ADDR_NONE)
		return true;
	if (!ecn_inner(outer_tos, inner->ip.tos, &ecn))
		return verdict_drop(v, DROP_IP_TUNNEL_ECN);
	v->ecn = (uint8_t)ecn;
	v->set_ecn = ecn != (inner->ip.tos & ECN_MASK);
	return true;
}

static bool source_learnable(struct verdict *v, const struct tables *t, const struct network *n,
			     const struct frame *inner, uint64_t now)
{
	if (!source_belongs(v, t, n, inner->eth.src, n->learning, now))
		return false;
	v->effects.admit = peer_ref_equal(v->effects.place.to.peer, nobody);
	return true;
}

/* A kernel sender on the same machine leaves cutting and checksums to hardware that is not there:
 * such a frame is longer than any the network carries. */
static void find_superframe(const struct network *n, uint16_t gso_size, struct frame *inner)
{
	if (inner->kind != FRAME_PLAIN)
		return;
	frame_find_unfinished(inner);
	if (gso_size != 0 || frame_packet_len(inner) > n->mtu)
		frame_as_superframe(inner, n->mtu, gso_size);
}

/* The one port that the destination lives behind, PORT_NONE when it takes all of them.  An entry
 * that names a peer or a port that is gone never costs a frame its delivery. */
static uint32_t find_port(struct verdict *v, const struct network *n, struct mac dst, uint64_t now)
{
	uint32_t slot = fdb_find(n->fdb, dst, now);
	const struct fdb_entry *entry = slot == FDB_NONE ? NULL : verdict_entry(v, n, slot);

	if (!entry || entry->list || entry->place.kind != PLACE_PORT)
		return PORT_NONE;
	return port_open(n, entry->place.port) ? entry->place.port : PORT_NONE;
}

static uint16_t widest_mtu(const struct network *n)
{
	uint16_t widest = 0;

	for (uint32_t port = 0; port < n->ports_end; port++)
		if (port_open(n, port) && n->ports[port].mtu > widest)
			widest = n->ports[port].mtu;
	return widest;
}

/* Step 5.  A superframe is as long as its segments. */
static void deliver(struct verdict *v, const struct network *n, const struct frame *inner,
		    uint64_t now)
{
	uint32_t port = find_port(v, n, inner->eth.dst, now);
	uint16_t mtu = port == PORT_NONE ? widest_mtu(n) : n->ports[port].mtu;

	v->port = port;
	v->action = port == PORT_NONE ? ACTION_DELIVER_ALL : ACTION_DELIVER;
	if (!other_port_open(n, PORT_NONE))
		verdict_drop(v, DROP_PORT_DOWN);
	else if (frame_packet_len(inner) > mtu)
		verdict_drop(v, DROP_OVERSIZE);
}

/* Steps 1 to 3 as far as the outside goes.  True when the frame inside is to be looked at. */
static bool decide_outside(struct verdict *v, const struct network **n, const struct tables *t,
			   const struct arrival *a)
{
	struct span in = span_of(a->at, a->len);
	struct vxlan header = { 0 };

	v->from_peer = a->source;
	if (!header_sound(v, a, &in, &header))
		return false;
	v->vni = header.vni;
	*n = tables_find(t, a->endpoint, header.vni);
	if (!*n)
		return verdict_drop(v, DROP_VNI_NOT_FOUND);
	v->network = (*n)->id;
	return sender_allowed(v, t, *n) && reserved_bits_allowed(v, *n, header.reserved);
}

/* -- What is for the switch itself -- */

static bool is_for_us(const struct network *n, const struct frame *inner)
{
	return mac_equal(inner->eth.dst, n->vtep) && inner->eth.type == ETHERTYPE_PROBE &&
	       inner->eth.vlans == 0 && !mac_is_zero(n->vtep);
}

/* Answered are those who are configured to be peers, so many in a second. */
static void take_request(struct verdict *v, const struct tables *t, uint64_t now)
{
	const struct peer *peer = peers_at(t->peers, v->effects.place.to.peer);

	if (peer && peer_may_probe(peer, now) && budget_at(&t->probe_answers, now) > 0)
		v->service = SERVICE_PROBE_REQUEST;
	else
		verdict_drop(v, DROP_PROBE_REFUSED);
}

static void take_answer(struct verdict *v, const struct tables *t, const struct probe *probe,
			uint64_t now)
{
	v->effects.no_network = probe->kind == PROBE_NO_NETWORK;
	v->effects.one_way = probe->one_way;
	v->effects.probe = probes_find(&t->probes, v->network, v->from_peer, probe, now);
	if (v->effects.probe != PROBES_NONE)
		v->service = SERVICE_PROBE_ANSWER;
	else
		verdict_drop(v, DROP_PROBE_UNASKED);
}

/* Nothing is learned from it: a VTEP is no station. */
static void punt(struct verdict *v, const struct tables *t, const struct frame *inner, uint64_t now)
{
	struct probe probe;

	v->action = ACTION_PUNT;
	if (!probe_read(inner, &probe))
		verdict_drop(v, DROP_PROBE_UNASKED);
	else if (probe.kind == PROBE_REQUEST)
		take_request(v, t, now);
	else
		take_answer(v, t, &probe, now);
}

static void decide_inside(struct verdict *v, const struct network *n, const struct tables *t,
			  const struct arrival *a, struct frame *inner, uint64_t now)
{
	if (!inner_sound(v, n, inner))
		return;
	if (is_for_us(n, inner)) {
		punt(v, t, inner, now);
		return;
	}
	if (!congestion_told(v, a->tos, inner) || !source_learnable(v, t, n, inner, now))
		return;
	find_superframe(n, a->gso_size, inner);
	deliver(v, n, inner, now);
}

struct verdict inbound_decide(const struct tables *t, const struct arrival *a, struct frame *inner,
			      uint64_t now)
{
	struct verdict v = verdict_start(NETWORK_NONE);
	const struct network *n;

	inner->at = NULL;
	if (!decide_outside(&v, &n, t, a))
		return v;
	if (frame_parse(inner, a->at + VXLAN_LEN, a->len - VXLAN_LEN))
		decide_inside(&v, n, t, a, inner, now);
	else
		verdict_drop(&v, DROP_INNER_RUNT);
	return v;
}

void inbound_outside(struct outside *o, const struct tables *t, const struct arrival *a)
{
	o->verdict = verdict_start(NETWORK_NONE);
	o->passed = decide_outside(&o->verdict, &o->network, t, a);
	o->lasts = !o->passed || o->verdict.effects.owner != FDB_OWNER_STRANGERS;
}

struct verdict inbound_inside(const struct tables *t, const struct outside *outside,
			      const struct arrival *a, struct frame *inner, uint64_t now)
{
	struct verdict v = outside->verdict;

	decide_inside(&v, outside->network, t, a, inner, now);
	return v;
}
