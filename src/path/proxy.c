#include "path/proxy.h"

#include "base/clock.h"
#include "wire/arp.h"
#include "wire/icmp.h"
#include "wire/nd.h"

/* ARP and ND say the same things in different bytes. */
struct talk {
	enum answer answer; /* in whose bytes an answer is due; ANSWER_NONE: neither */
	bool request;
	bool everyone;     /* a request that asks everyone and says who asks: worth suppressing */
	struct addr about; /* the address asked for, or announced */
};

static struct talk read_arp(const struct frame *f)
{
	struct talk talk = { .answer = ANSWER_NONE };
	struct arp arp;

	if (!arp_read(f, &arp) || (arp.op != ARP_REQUEST && arp.op != ARP_REPLY))
		return talk;
	if (!mac_is_station(arp.sender_mac))
		return talk; /* whom would an answer be for? */
	talk.answer = ANSWER_ARP;
	talk.request = arp.op == ARP_REQUEST;
	talk.everyone = talk.request && mac_is_group(f->eth.dst) &&
			!addr_is_unspecified(arp.sender_ip) &&
			!addr_equal(arp.sender_ip, arp.target_ip);
	talk.about = arp.target_ip;
	return talk;
}

static struct talk read_nd(const struct frame *f)
{
	struct talk talk = { .answer = ANSWER_NONE };
	struct nd nd;

	if (!nd_read(f, &nd))
		return talk;
	talk.answer = ANSWER_ND;
	talk.request = nd.kind == ND_IS_SOLICIT;
	talk.everyone = talk.request && mac_is_group(f->eth.dst) && !addr_is_unspecified(nd.source);
	talk.about = nd.target;
	return talk;
}

static struct talk read_talk(const struct frame *f)
{
	if (f->eth.type == ETHERTYPE_ARP)
		return read_arp(f);
	if (f->eth.type == ETHERTYPE_IPV6)
		return read_nd(f);
	return (struct talk) { .answer = ANSWER_NONE };
}

/* Does @mac live behind the port that asks?  Then the owner answers for itself.  The asker is there
 * for certain, even when its first frame has not been learned from yet. */
static bool lives_behind(const struct network *n, uint32_t port, const struct frame *f,
			 struct mac mac, uint64_t now)
{
	uint32_t slot = fdb_find(n->fdb, mac, now);
	const struct fdb_entry *entry = slot == FDB_NONE ? NULL : fdb_at(n->fdb, slot);

	if (mac_equal(mac, f->eth.src))
		return true;
	return entry && !entry->list && place_same(entry->place, place_port(port));
}

/* Whom an address leads to. */
struct known {
	bool is;
	uint32_t slot; /* of the neighbour; NEIGH_NONE: a client of ours */
	struct mac mac;
};

static struct known find_lease(const struct network *n, struct addr ip, uint64_t now)
{
	struct known known = { .slot = NEIGH_NONE };
	uint32_t slot = n->bindings ? bindings_find(n->bindings, ip) : BINDING_NONE;

	if (slot != BINDING_NONE && bindings_leased(n->bindings, slot, clock_tick(now))) {
		known.is = true;
		known.mac = bindings_at(n->bindings, slot)->mac;
	}
	return known;
}

static struct known find_known(const struct network *n, struct addr ip, uint64_t now)
{
	uint32_t slot = neigh_find(n->neigh, ip);

	if (slot == NEIGH_NONE)
		return find_lease(n, ip, now);
	return (struct known) { .is = true, .slot = slot, .mac = neigh_at(n->neigh, slot)->mac };
}

static struct proxy forward(void)
{
	return (struct proxy) { .outcome = PROXY_NOT_OURS, .neigh_slot = NEIGH_NONE };
}

static struct proxy answer(const struct talk *talk, const struct known *known)
{
	return (struct proxy) {
		.outcome = PROXY_ANSWER,
		.answer = known->slot == NEIGH_NONE ? ANSWER_BINDING : talk->answer,
		.neigh_slot = known->slot,
		.ip = talk->about,
		.mac = known->mac,
	};
}

/* Under `proxy` nothing goes on: who is not answered was in vain. */
static struct proxy consume(const struct talk *talk, const struct known *known, bool here)
{
	return (struct proxy) {
		.outcome = PROXY_DROP,
		.neigh_slot = known->slot,
		.reason = here ? DROP_SAME_PORT : DROP_NEIGH_UNKNOWN,
		.miss = talk->request && !known->is ? MISS_L3 : MISS_NONE,
		.ip = talk->about,
	};
}

struct proxy proxy_decide(const struct network *n, uint32_t port, const struct frame *f,
			  uint64_t now)
{
	struct talk talk;
	struct known known;
	bool here;

	if (n->arp == ARP_FLOOD)
		return forward();
	talk = read_talk(f);
	if (talk.answer == ANSWER_NONE || (n->arp == ARP_SUPPRESS && !talk.everyone))
		return forward();

	known = find_known(n, talk.about, now);
	here = known.is && lives_behind(n, port, f, known.mac, now);
	if (talk.request && known.is && !here)
		return answer(&talk, &known);
	return n->arp == ARP_SUPPRESS ? forward() : consume(&talk, &known, here);
}

static size_t arp_answer(struct room out, struct mac mac, const struct frame *f)
{
	struct arp request;

	return arp_read(f, &request) ? arp_reply_write(out, f, &request, mac) : 0;
}

static size_t nd_answer(struct room out, const struct neigh_entry *entry, const struct frame *f)
{
	struct nd ask;

	return nd_read(f, &ask) ? nd_advert_write(out, f, &ask, entry->mac, entry->router) : 0;
}

size_t reply_write(struct room out, const struct network *n, const struct verdict *v,
		   const struct frame *f)
{
	switch (v->answer) {
	case ANSWER_NONE:
		return 0;
	case ANSWER_ARP:
		return arp_answer(out, neigh_at(n->neigh, v->neigh_slot)->mac, f);
	case ANSWER_BINDING:
		return arp_answer(out, v->answer_mac, f);
	case ANSWER_ND:
		return nd_answer(out, neigh_at(n->neigh, v->neigh_slot), f);
	case ANSWER_TOO_BIG:
		return icmp_too_big_write(out, f, v->answer_mtu);
	}
	return 0;
}
