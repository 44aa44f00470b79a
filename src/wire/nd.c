#include "wire/nd.h"

#include "reply.h"
#include "wire/checksum.h"

enum {
	MESSAGE_LEN = 24, /* type, code, checksum, flags, target */
	OPTION_LEN = 8,   /* type, length 1, MAC */
	ADVERT_LEN = MESSAGE_LEN + OPTION_LEN,
	HOP_LIMIT = 255,
};

enum { FLAG_ROUTER = 0x80, FLAG_SOLICITED = 0x40, FLAG_OVERRIDE = 0x20 };

/* ff02::1, and what it is called on Ethernet (RFC 2464 §7). */
static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const struct mac all_nodes_mac = { { 0x33, 0x33, 0, 0, 0, 1 } };

/* ff02::1:ff00:0/104 */
static bool is_solicited_node(struct addr a)
{
	static const uint8_t start[13] = { 0xff, 0x02, [11] = 1, [12] = 0xff };

	return memcmp(a.octet, start, sizeof(start)) == 0;
}

/* The ICMPv6 message of @f, empty when it cannot be neighbour discovery. */
static struct span nd_message(const struct frame *f)
{
	if (f->ip.src.family != ADDR_V6 || f->l4 == 0 || f->ip.proto != IP_ICMPV6 ||
	    f->ip.ttl != HOP_LIMIT)
		return span_of(NULL, 0);
	return span_first(span_from(frame_bytes(f), f->l4), f->ip.len - f->ip.header_len);
}

static bool checksum_right(const struct frame *f, struct span message)
{
	uint64_t sum = ip_pseudo_sum(&f->ip, IP_ICMPV6, (uint32_t)message.len);

	return f->unfinished || checksum_finish(checksum_add(sum, message)) == 0;
}

/* Where a message may come from and go to (RFC 4861 §7.1.1 and §7.1.2). */
static bool addresses_right(const struct frame *f, const struct nd *nd, uint8_t flags)
{
	if (addr_is_multicast(nd->target) || addr_is_multicast(nd->source))
		return false;
	if (nd->kind == ND_IS_ADVERT)
		return !(flags & FLAG_SOLICITED) || !addr_is_multicast(f->ip.dst);
	return !addr_is_unspecified(nd->source) || is_solicited_node(f->ip.dst);
}

static bool options_read(struct span in, struct nd *nd)
{
	uint8_t wanted = nd->kind == ND_IS_SOLICIT ? ND_OPTION_SOURCE : ND_OPTION_TARGET;

	while (in.len > 0) {
		size_t len = in.len < 2 ? 0 : (size_t)in.at[1] * 8;
		const uint8_t *at = span_take(&in, len);

		if (len == 0 || !at)
			return false;
		if (at[0] == wanted && len == OPTION_LEN && !nd->has_mac) {
			nd->has_mac = true;
			memcpy(nd->mac.octet, at + 2, 6);
			if (!mac_is_station(nd->mac))
				return false; /* whom would an answer be for? */
		}
		if (at[0] == ND_OPTION_SOURCE && addr_is_unspecified(nd->source))
			return false;
	}
	return true;
}

bool nd_read(const struct frame *f, struct nd *out)
{
	struct span in = nd_message(f);
	bool checked = checksum_right(f, in);
	const uint8_t *at = span_take(&in, MESSAGE_LEN);
	struct nd nd = { .source = f->ip.src };

	if (!at || !checked || (at[0] != ND_SOLICIT && at[0] != ND_ADVERT) || at[1] != 0)
		return false;
	nd.kind = at[0] == ND_SOLICIT ? ND_IS_SOLICIT : ND_IS_ADVERT;
	nd.target = addr_v6(at + 8);
	if (!addresses_right(f, &nd, at[4]) || !options_read(in, &nd))
		return false;
	*out = nd;
	return true;
}

static void advert_fill(uint8_t *at, const struct nd *ask, struct mac mac, uint8_t flags)
{
	memset(at, 0, ADVERT_LEN);
	at[0] = ND_ADVERT;
	at[4] = flags;
	memcpy(at + 8, ask->target.octet, 16);
	at[24] = ND_OPTION_TARGET;
	at[25] = 1;
	memcpy(at + 26, mac.octet, 6);
}

size_t nd_advert_write(struct room out, const struct frame *f, const struct nd *ask, struct mac mac,
		       bool router)
{
	bool probe = addr_is_unspecified(ask->source);
	struct mac to = probe ? all_nodes_mac : ask->has_mac ? ask->mac : f->eth.src;
	struct addr dst = probe ? addr_v6(all_nodes) : ask->source;
	uint8_t flags = (uint8_t)(FLAG_OVERRIDE | (router ? FLAG_ROUTER : 0) |
				  (probe ? 0 : FLAG_SOLICITED));
	uint8_t *at = reply_begin(&out, f, to, mac, IPV6_LEN + ADVERT_LEN);

	if (!at)
		return 0;
	reply_ipv6(at, ask->target, dst, HOP_LIMIT, ADVERT_LEN);
	advert_fill(at + IPV6_LEN, ask, mac, flags);
	reply_icmpv6_checksum(at + IPV6_LEN, ask->target, dst, ADVERT_LEN);
	return (size_t)f->l3 + IPV6_LEN + ADVERT_LEN;
}
