#include "reply.h"

#include "wire/checksum.h"

uint8_t *reply_begin(struct room *out, const struct frame *f, struct mac dst, struct mac src,
		     size_t len)
{
	uint8_t *eth = room_take(out, f->l3);
	uint8_t *rest = eth ? room_take(out, len) : NULL;

	if (!rest)
		return NULL;
	memcpy(eth, dst.octet, 6);
	memcpy(eth + 6, src.octet, 6);
	memcpy(eth + 12, f->at + 12, (size_t)f->l3 - 12);
	return rest;
}

void reply_ipv6(uint8_t *at, struct addr src, struct addr dst, uint8_t hop_limit, uint16_t len)
{
	put_be32(at, UINT32_C(6) << 28);
	put_be16(at + 4, len);
	at[6] = IP_ICMPV6;
	at[7] = hop_limit;
	memcpy(at + 8, src.octet, 16);
	memcpy(at + 24, dst.octet, 16);
}

void reply_icmpv6_checksum(uint8_t *at, struct addr src, struct addr dst, uint16_t len)
{
	struct ip ip = { .src = src, .dst = dst };

	put_be16(at + 2, 0);
	put_be16(at + 2, checksum_finish(checksum_add(ip_pseudo_sum(&ip, IP_ICMPV6, len),
						      span_of(at, len))));
}
