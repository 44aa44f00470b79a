#include "path/outer.h"

#include "decide.h"
#include "wire/vxlan.h"

static void lose(struct outer *out, enum drop_reason reason)
{
	if (out->lost)
		return;
	out->lost = true;
	out->reason = reason;
}

bool outer_of(struct outer *out, const struct tables *t, const struct verdict *v,
	      const struct frame *f, struct destination to, uint64_t now)
{
	const struct network *n = t->networks[v->network];
	const struct peer *peer = peers_at(t->peers, to.peer);
	const struct endpoint *endpoint;
	enum addr_family family;

	if (!peer)
		return false;
	family = (enum addr_family)peer->addr.family;
	*out = (struct outer) {
		.to = peer->addr,
		.endpoint = network_endpoint(n, family),
		.port = to.port ? to.port : network_port_at(n, peer),
		.vni = n->vni,
		.flow = v->flow,
		.tos = v->outer_tos,
		.len = vxlan_outer_len(family) + f->l3 + frame_packet_len(f),
	};
	if (peer_is_held_back(peer, now) || out->endpoint >= t->endpoint_count) {
		lose(out, DROP_UNDERLAY_ERROR);
		return true;
	}
	endpoint = &t->endpoints[out->endpoint];
	out->from = endpoint->addr;
	if (out->len > peer_path_mtu(peer, endpoint->mtu, now))
		lose(out, DROP_TX_TOO_BIG);
	return true;
}

bool outer_port_gets(const struct tables *t, const struct verdict *v, const struct frame *f,
		     uint32_t port)
{
	const struct network *n = v->network < t->network_count ? t->networks[v->network] : NULL;

	if (!n || !port_open(n, port))
		return false;
	switch (v->action) {
	case ACTION_REPLY:
	case ACTION_DELIVER:
		return port == v->port;
	case ACTION_FLOOD:
	case ACTION_DELIVER_ALL:
		return port != v->from_port && frame_packet_len(f) <= n->ports[port].mtu;
	case ACTION_DROP:
	case ACTION_SEND:
	case ACTION_PUNT:
		break;
	}
	return false;
}
