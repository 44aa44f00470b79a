#include "wire/frame.h"

#include "base/hash.h"
#include "wire/checksum.h"

enum {
	TCP_CHECKSUM = 16, /* offset of the field in its header */
	UDP_CHECKSUM = 6,
	TCP_FLAGS = 13,
	TCP_CWR = 0x80,
};

/* Length of the TCP header that begins @l4, options included; 0 when it is not sound. */
static size_t tcp_header_len(struct span l4)
{
	size_t len = (size_t)(l4.at[12] >> 4) * 4;

	return len < TCP_LEN || len > l4.len ? 0 : len;
}

/* Bytes of a transport header that must be there before anybody may look at it. */
static size_t transport_len(uint8_t proto)
{
	switch (proto) {
	case IP_TCP:
		return TCP_LEN;
	case IP_UDP:
		return UDP_LEN;
	case IP_ICMP:
	case IP_ICMPV6:
		return 4; /* type, code, checksum */
	default:
		return 0;
	}
}

static void parse_transport(struct frame *f, struct span l4)
{
	size_t len = transport_len(f->ip.proto);

	if (f->ip.fragment || f->ip.opaque || l4.len < len)
		return;
	f->l4 = (uint16_t)(f->l3 + f->ip.header_len);
	if (f->ip.proto == IP_TCP)
		len = tcp_header_len(l4);
	else if (f->ip.proto != IP_UDP)
		return;
	if (len == 0)
		return;
	f->payload = (uint16_t)(f->l4 + len);
	f->sport = get_be16(l4.at);
	f->dport = get_be16(l4.at + 2);
}

static void parse_ip(struct frame *f, struct span l3)
{
	uint8_t family = f->eth.type == ETHERTYPE_IPV4   ? ADDR_V4
			 : f->eth.type == ETHERTYPE_IPV6 ? ADDR_V6
							 : ADDR_NONE;

	if (family == ADDR_NONE || !ip_read(&l3, &f->ip))
		return;
	if (f->ip.src.family == family)
		parse_transport(f, l3);
	else
		f->ip = (struct ip) { .src.family = ADDR_NONE };
}

bool frame_parse(struct frame *f, void *at, size_t len)
{
	struct span in = span_of(at, len);

	*f = (struct frame) { .at = at, .len = len, .kind = FRAME_PLAIN };
	if (!eth_read(&in, &f->eth))
		return false;
	f->l3 = (uint16_t)(ETH_LEN + VLAN_LEN * f->eth.vlans);
	parse_ip(f, in);
	return true;
}

/* Payload bytes behind a sound TCP or UDP header, Ethernet padding left out. */
static size_t payload_len(const struct frame *f)
{
	return f->ip.len - (size_t)(f->payload - f->l3);
}

size_t frame_packet_len(const struct frame *f)
{
	size_t len;

	if (f->kind == FRAME_PLAIN)
		return f->len - f->l3;
	len = payload_len(f);
	return (size_t)(f->payload - f->l3) + (f->gso_size < len ? f->gso_size : len);
}

size_t frame_segments(const struct frame *f)
{
	size_t len = f->kind == FRAME_PLAIN ? 0 : payload_len(f);

	return len == 0 || f->gso_size == 0 ? 1 : (len + f->gso_size - 1) / f->gso_size;
}

size_t frame_segments_len(const struct frame *f)
{
	return f->len + (frame_segments(f) - 1) * f->payload;
}

void frame_find_unfinished(struct frame *f)
{
	uint16_t offset = f->ip.proto == IP_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
	uint32_t len = (uint32_t)(f->ip.len - f->ip.header_len);

	if (f->payload == 0)
		return;
	/* A pseudo header never folds to 0, so UDP without a checksum is not taken for one. */
	if (get_be16(f->at + f->l4 + offset) !=
	    checksum_fold(ip_pseudo_sum(&f->ip, f->ip.proto, len)))
		return;
	f->unfinished = true;
	f->csum_start = f->l4;
	f->csum_offset = offset;
}

/* Payload bytes of a TCP segment whose packet is @mtu bytes long; 0 when there is no room. */
static uint16_t tcp_segment_len(const struct frame *f, size_t mtu)
{
	size_t headers = (size_t)(f->payload - f->l3);

	if (mtu <= headers)
		return 0;
	return mtu - headers > UINT16_MAX ? UINT16_MAX : (uint16_t)(mtu - headers);
}

bool frame_as_superframe(struct frame *f, size_t mtu, uint16_t gso_size)
{
	bool tcp = f->ip.proto == IP_TCP;

	if (f->payload == 0 || !f->unfinished || f->csum_start != f->l4)
		return false;
	if (gso_size == 0 && tcp)
		gso_size = tcp_segment_len(f, mtu);
	if (gso_size == 0 || payload_len(f) == 0)
		return false;
	f->kind = tcp ? FRAME_TCP : FRAME_UDP;
	f->gso_size = gso_size;
	f->gso_ecn = tcp && f->at[f->l4 + TCP_FLAGS] & TCP_CWR;
	return true;
}

static void ipv4_set_tos(uint8_t *header, uint8_t tos)
{
	uint16_t before = get_be16(header);

	header[1] = tos;
	put_be16(header + 10, checksum_replace(get_be16(header + 10), before, get_be16(header)));
}

static void ipv6_set_tos(uint8_t *header, uint8_t tos)
{
	put_be16(header, (uint16_t)((get_be16(header) & 0xf00f) | tos << 4));
}

void frame_set_ecn(struct frame *f, uint8_t ecn)
{
	uint8_t tos = (uint8_t)((f->ip.tos & 0xfc) | (ecn & 3));

	if (f->ip.src.family == ADDR_NONE || tos == f->ip.tos)
		return;
	if (f->ip.src.family == ADDR_V4)
		ipv4_set_tos(f->at + f->l3, tos);
	else
		ipv6_set_tos(f->at + f->l3, tos);
	f->ip.tos = tos;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	return hash_fold(hash ^ word, UINT64_C(0x9e3779b97f4a7c15));
}

static uint64_t mix_addr(uint64_t hash, struct addr a)
{
	for (size_t i = 0; i < addr_size(a); i += 4)
		hash = mix(hash, get_be32(a.octet + i));
	return hash;
}

/* Not keyed: all that a chosen collision buys is a shared source port. */
uint32_t frame_flow(const struct frame *f)
{
	uint64_t hash = UINT64_C(0xd6e8feb86659fd93);

	if (f->ip.src.family == ADDR_NONE) {
		hash = mix(hash, mac_word(f->eth.dst));
		hash = mix(hash, mac_word(f->eth.src) << 16 | f->eth.type);
		return (uint32_t)(hash ^ hash >> 32);
	}
	hash = mix_addr(mix_addr(hash, f->ip.src), f->ip.dst);
	if (!f->ip.fragment && !f->ip.opaque)
		hash = mix(hash, (uint64_t)f->ip.proto << 32 | (uint32_t)f->sport << 16 | f->dport);
	return (uint32_t)(hash ^ hash >> 32);
}
