#include "wire/ip.h"

#include "wire/checksum.h"

enum {
	IPV4_DF = 0x4000,
	IPV4_MF = 0x2000,
	IPV4_OFFSET = 0x1fff,
	IPV6_MORE = 0x0001,
	IPV6_OFFSET = 0xfff8,
	IPV6_FRAGMENT_LEN = 8,
};

/* IPv6 next-header values that are extensions (RFC 7045 §4).  ESP is not walked: what lies behind
 * it is secret. */
enum { EXT_HOP_BY_HOP = 0, EXT_ROUTING = 43, EXT_FRAGMENT = 44, EXT_AUTH = 51, EXT_OPTIONS = 60 };

/* Cuts @in to @total bytes, all of it for 0.  False when there are fewer or not even @header_len.
 */
static bool cut_padding(struct span *in, size_t header_len, size_t total)
{
	if (total == 0)
		total = in->len;
	if (total < header_len || total > in->len)
		return false;
	in->len = total;
	return true;
}

/* Straight into the descriptor: a value put together elsewhere and then copied whole has to wait
 * until its narrow stores have left the store buffer. */
static void read_v4(const uint8_t *at, struct addr *out)
{
	*out = (struct addr) { .family = ADDR_V4 };
	memcpy(out->octet, at, 4);
}

static void read_v6(const uint8_t *at, struct addr *out)
{
	memcpy(out->octet, at, 16);
	out->family = ADDR_V6;
}

static bool ipv4_read(struct span *in, struct ip *ip)
{
	const uint8_t *at = in->at;
	size_t header_len;
	uint16_t fragment;

	if (in->len < IPV4_LEN)
		return false;
	header_len = (size_t)(at[0] & 0xf) * 4;
	if (header_len < IPV4_LEN || !cut_padding(in, header_len, get_be16(at + 2)))
		return false;

	fragment = get_be16(at + 6);
	ip->header_len = header_len;
	ip->len = in->len;
	ip->tos = at[1];
	ip->ttl = at[8];
	ip->proto = at[9];
	ip->df = fragment & IPV4_DF;
	ip->fragment = fragment & (IPV4_MF | IPV4_OFFSET);
	ip->opaque = fragment & IPV4_OFFSET;
	read_v4(at + 12, &ip->src);
	read_v4(at + 16, &ip->dst);
	span_take(in, header_len);
	return true;
}

static bool is_extension(uint8_t proto)
{
	return proto == EXT_HOP_BY_HOP || proto == EXT_ROUTING || proto == EXT_FRAGMENT ||
	       proto == EXT_AUTH || proto == EXT_OPTIONS;
}

/* Length of the extension header of type @proto that begins @in; both its length octet and its
 * units differ by type. */
static size_t extension_len(uint8_t proto, struct span in)
{
	if (proto == EXT_FRAGMENT)
		return IPV6_FRAGMENT_LEN;
	if (proto == EXT_AUTH)
		return ((size_t)in.at[1] + 2) * 4;
	return ((size_t)in.at[1] + 1) * 8;
}

/* Moves past one extension header.  False when it does not end inside the packet. */
static bool extension_read(struct span *in, struct ip *ip)
{
	const uint8_t *at;
	uint16_t fragment;

	if (in->len < 2)
		return false;
	at = span_take(in, extension_len(ip->proto, *in));
	if (!at)
		return false;
	if (ip->proto == EXT_FRAGMENT) {
		fragment = get_be16(at + 2);
		ip->fragment |= (fragment & (IPV6_MORE | IPV6_OFFSET)) != 0;
		ip->opaque = fragment & IPV6_OFFSET;
	}
	ip->proto = at[0];
	return true;
}

static void extensions_read(struct span *in, struct ip *ip)
{
	for (int i = 0; is_extension(ip->proto) && !ip->opaque; i++)
		if (i == IP_EXTENSIONS_MAX || !extension_read(in, ip))
			ip->opaque = true;
}

static bool ipv6_read(struct span *in, struct ip *ip)
{
	const uint8_t *at = in->at;
	size_t payload_len;

	if (in->len < IPV6_LEN)
		return false;
	payload_len = get_be16(at + 4);
	if (!cut_padding(in, IPV6_LEN, payload_len ? IPV6_LEN + payload_len : 0))
		return false;

	ip->len = in->len;
	ip->tos = (uint8_t)(get_be16(at) >> 4);
	ip->proto = at[6];
	ip->ttl = at[7];
	ip->df = true;
	ip->fragment = false;
	ip->opaque = false;
	read_v6(at + 8, &ip->src);
	read_v6(at + 24, &ip->dst);
	span_take(in, IPV6_LEN);
	extensions_read(in, ip);
	ip->header_len = ip->len - in->len;
	return true;
}

bool ip_read(struct span *in, struct ip *out)
{
	struct span rest = *in;
	uint8_t version = rest.len ? rest.at[0] >> 4 : 0;

	if (version == 4 ? !ipv4_read(&rest, out) : version != 6 || !ipv6_read(&rest, out))
		return false;
	*in = rest;
	return true;
}

/* Of a few octets: what checksum_add() would do to find its stride costs more than the sum. */
static uint64_t addr_sum(const struct addr *a)
{
	uint64_t sum = get_be32(a->octet);

	for (size_t i = 4; i < addr_size(*a); i += 4)
		sum += get_be32(a->octet + i);
	return sum;
}

uint64_t ip_pseudo_sum(const struct ip *ip, uint8_t proto, uint32_t len)
{
	return (uint64_t)proto + len + addr_sum(&ip->src) + addr_sum(&ip->dst);
}
