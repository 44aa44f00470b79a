#include "path/filter.h"

#include "wire/arp.h"
#include "wire/nd.h"

/* What a frame says of neighbours, if it does. */
struct talk {
	bool is_arp, is_nd;
	struct arp arp;
	struct nd nd;
};

static struct talk talk_of(const struct frame *f)
{
	struct talk talk = { .is_arp = false };

	talk.is_arp = arp_read(f, &talk.arp);
	talk.is_nd = !talk.is_arp && f->ip.src.family == ADDR_V6 && nd_read(f, &talk.nd);
	return talk;
}

static bool speaks_of_ip(const struct frame *f, const struct talk *talk, struct addr ip)
{
	if (addr_equal(f->ip.src, ip) || addr_equal(f->ip.dst, ip))
		return true;
	if (talk->is_arp)
		return addr_equal(talk->arp.sender_ip, ip) || addr_equal(talk->arp.target_ip, ip);
	return talk->is_nd && addr_equal(talk->nd.target, ip);
}

static bool speaks_of_mac(const struct frame *f, const struct talk *talk, struct mac mac)
{
	if (mac_equal(f->eth.src, mac) || mac_equal(f->eth.dst, mac))
		return true;
	if (talk->is_arp)
		return mac_equal(talk->arp.sender_mac, mac) || mac_equal(talk->arp.target_mac, mac);
	return talk->is_nd && talk->nd.has_mac && mac_equal(talk->nd.mac, mac);
}

static bool goes_to(const struct tables *t, struct destination to, struct addr addr)
{
	const struct peer *peer = peers_at(t->peers, to.peer);

	return peer && addr_equal(peer->addr, addr);
}

static bool concerns(const struct tables *t, const struct looked *what, struct addr peer)
{
	const struct verdict *v = what->verdict;

	if (what->arrival)
		return addr_equal(what->arrival->source, peer);
	if (v->action == ACTION_SEND)
		return goes_to(t, v->to, peer);
	for (uint32_t i = 0; v->action == ACTION_FLOOD && v->list && i < v->list->count; i++)
		if (goes_to(t, v->list->to[i], peer))
			return true;
	return false;
}

/* What the headers say; a frame that has none says nothing. */
static bool says(const struct filter *filter, const struct frame *f)
{
	bool wants_ip = filter->ip.family != ADDR_NONE, wants_mac = !mac_is_zero(filter->mac);
	struct talk talk;

	if (!wants_ip && !wants_mac && !filter->arp)
		return true;
	if (!f)
		return false;
	talk = talk_of(f);
	return (!filter->arp || talk.is_arp || talk.is_nd) &&
	       (!wants_ip || speaks_of_ip(f, &talk, filter->ip)) &&
	       (!wants_mac || speaks_of_mac(f, &talk, filter->mac));
}

/* An answer that says "too big" is counted as a drop. */
static bool is_dropped(const struct filter *filter, const struct verdict *v)
{
	return (v->action == ACTION_DROP || v->answer == ANSWER_TOO_BIG) &&
	       (filter->reason == DROP_REASON_COUNT || filter->reason == v->reason);
}

bool filter_passes(const struct filter *filter, const struct tables *t, const struct looked *what)
{
	const struct verdict *v = what->verdict;

	return (filter->network == NETWORK_NONE || filter->network == v->network) &&
	       (!filter->drop || is_dropped(filter, v)) &&
	       (filter->peer.family == ADDR_NONE || concerns(t, what, filter->peer)) &&
	       says(filter, what->frame);
}
