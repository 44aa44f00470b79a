#include "wire/icmp.h"

#include <assert.h>

#include "reply.h"
#include "wire/checksum.h"

enum {
	ICMP_LEN = 8,
	TTL = 64,
	IPV4_ANSWER_MAX = 576,  /* RFC 1812 §4.3.2.3 */
	IPV6_ANSWER_MAX = 1280, /* RFC 4443 §2.4 (c) */
	UNREACHABLE = 3,
	FRAGMENTATION_NEEDED = 4, /* the code */
	V6_TOO_BIG = 2,
	V6_FIRST_QUESTION = 128, /* ICMPv6 types below are errors */
	V6_REDIRECT = 137,
};

/* The packet's bytes without Ethernet and its padding. */
static struct span packet_bytes(const struct frame *f)
{
	struct span packet = span_from(frame_bytes(f), f->l3);

	assert(packet.at); /* f->ip was read from there */
	return span_first(packet, f->ip.len);
}

static bool icmp_is_error(const struct frame *f)
{
	struct span message = span_from(packet_bytes(f), f->ip.header_len);
	uint8_t type;

	if (f->ip.proto != (f->ip.src.family == ADDR_V4 ? IP_ICMP : IP_ICMPV6))
		return false;
	if (message.len == 0)
		return true; /* it may be one */
	type = message.at[0];
	if (f->ip.src.family == ADDR_V6)
		return type < V6_FIRST_QUESTION || type == V6_REDIRECT;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* An address that names one host which can be sent to. */
static bool is_host(struct addr a)
{
	if (addr_is_unspecified(a) || addr_is_multicast(a) || addr_is_loopback(a))
		return false;
	return a.family != ADDR_V4 || a.octet[0] < 240; /* class E and broadcast */
}

bool icmp_may_answer(const struct frame *f)
{
	if (f->ip.src.family == ADDR_NONE || !f->ip.df || f->ip.opaque)
		return false;
	if (!mac_is_station(f->eth.src) || mac_is_group(f->eth.dst))
		return false;
	return is_host(f->ip.src) && is_host(f->ip.dst) && !icmp_is_error(f);
}

static void ipv4_fill(uint8_t *at, const struct frame *f, size_t len)
{
	memset(at, 0, IPV4_LEN);
	at[0] = 0x45;
	put_be16(at + 2, (uint16_t)len);
	put_be16(at + 6, 0x4000); /* DF: then an identification of 0 is fine (RFC 6864) */
	at[8] = TTL;
	at[9] = IP_ICMP;
	memcpy(at + 12, f->ip.dst.octet, 4);
	memcpy(at + 16, f->ip.src.octet, 4);
	put_be16(at + 10, checksum_finish(checksum_add(0, span_of(at, IPV4_LEN))));
}

static size_t ipv4_too_big(struct room out, const struct frame *f, uint32_t mtu)
{
	struct span quote = span_first(packet_bytes(f), IPV4_ANSWER_MAX - IPV4_LEN - ICMP_LEN);
	size_t len = IPV4_LEN + ICMP_LEN + quote.len;
	uint8_t *at = reply_begin(&out, f, f->eth.src, f->eth.dst, len);
	uint8_t *icmp;

	if (!at)
		return 0;
	ipv4_fill(at, f, len);
	icmp = at + IPV4_LEN;
	memset(icmp, 0, ICMP_LEN);
	icmp[0] = UNREACHABLE;
	icmp[1] = FRAGMENTATION_NEEDED;
	put_be16(icmp + 6, (uint16_t)(mtu < UINT16_MAX ? mtu : UINT16_MAX));
	memcpy(icmp + ICMP_LEN, quote.at, quote.len);
	put_be16(icmp + 2, checksum_finish(checksum_add(0, span_of(icmp, ICMP_LEN + quote.len))));
	return f->l3 + len;
}

static size_t ipv6_too_big(struct room out, const struct frame *f, uint32_t mtu)
{
	struct span quote = span_first(packet_bytes(f), IPV6_ANSWER_MAX - IPV6_LEN - ICMP_LEN);
	uint16_t len = (uint16_t)(ICMP_LEN + quote.len);
	uint8_t *at = reply_begin(&out, f, f->eth.src, f->eth.dst, (size_t)IPV6_LEN + len);
	uint8_t *icmp;

	if (!at)
		return 0;
	reply_ipv6(at, f->ip.dst, f->ip.src, TTL, len);
	icmp = at + IPV6_LEN;
	icmp[0] = V6_TOO_BIG;
	icmp[1] = 0;
	put_be32(icmp + 4, mtu);
	memcpy(icmp + ICMP_LEN, quote.at, quote.len);
	reply_icmpv6_checksum(icmp, f->ip.dst, f->ip.src, len);
	return (size_t)f->l3 + IPV6_LEN + len;
}

size_t icmp_too_big_write(struct room out, const struct frame *f, uint32_t mtu)
{
	if (!icmp_may_answer(f))
		return 0;
	return f->ip.src.family == ADDR_V4 ? ipv4_too_big(out, f, mtu) : ipv6_too_big(out, f, mtu);
}
