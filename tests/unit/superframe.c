#include "superframe.h"

#include <assert.h>

static uint64_t add(uint64_t sum, const uint8_t *at, size_t len)
{
	size_t i = 0;

	for (; i + 1 < len; i += 2)
		sum += (uint64_t)at[i] << 8 | at[i + 1];
	return i < len ? sum + ((uint64_t)at[i] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static bool is_v4(const struct frame *f)
{
	return f->ip.src.family == ADDR_V4;
}

static uint64_t pseudo(const struct frame *f, const uint8_t *at, size_t len)
{
	const uint8_t *ip = at + f->l3;

	return (is_v4(f) ? add(0, ip + 12, 8) : add(0, ip + 8, 32)) + f->ip.proto + (len - f->l4);
}

static uint8_t *sum_field(const struct frame *f, uint8_t *at)
{
	return at + f->l4 + (f->ip.proto == IP_TCP ? 16 : 6);
}

/* -- Cooking -- */

static uint64_t scatter(uint64_t number)
{
	number = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return number ^ number >> 29;
}

static void put_many(uint8_t *at, size_t len, uint64_t seed)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(scatter(seed + i) >> 24);
}

static size_t l3_of(const struct recipe *r)
{
	return 14 + 4U * r->vlans;
}

static size_t l4_of(const struct recipe *r)
{
	return l3_of(r) + (r->v6 ? IPV6_LEN : IPV4_LEN);
}

size_t recipe_headers(const struct recipe *r)
{
	return l4_of(r) + (r->tcp ? TCP_LEN + r->options : UDP_LEN);
}

static void write_eth(const struct recipe *r, uint8_t *at)
{
	put_many(at, l3_of(r), r->flow);
	for (unsigned i = 0; i < r->vlans; i++)
		put_be16(at + 12 + 4 * i, i + 1 < r->vlans ? 0x88a8 : 0x8100);
	put_be16(at + l3_of(r) - 2, r->v6 ? 0x86dd : 0x0800);
}

static void write_ip(const struct recipe *r, uint8_t *ip, size_t len)
{
	uint8_t proto = r->tcp ? IP_TCP : IP_UDP;

	put_many(ip, r->v6 ? IPV6_LEN : IPV4_LEN, r->flow);
	if (r->v6) {
		put_be16(ip, (uint16_t)(0x6000 | r->tos << 4 | (ip[1] & 0xf)));
		put_be16(ip + 4, (uint16_t)(len - IPV6_LEN));
		ip[6] = proto;
		ip[7] = r->ttl;
		return;
	}
	ip[0] = 0x45;
	ip[1] = r->tos;
	put_be16(ip + 2, (uint16_t)len);
	put_be16(ip + 4, r->id);
	put_be16(ip + 6, r->df ? 0x4000 : 0);
	ip[8] = r->ttl;
	ip[9] = proto;
	put_be16(ip + 10, 0);
	put_be16(ip + 10, (uint16_t)~fold(add(0, ip, IPV4_LEN)));
}

static void write_l4(const struct recipe *r, uint8_t *l4, size_t len)
{
	put_many(l4, r->tcp ? TCP_LEN : UDP_LEN, r->flow);
	if (!r->tcp) {
		put_be16(l4 + 4, (uint16_t)len);
		return;
	}
	put_be32(l4 + 4, r->seq);
	put_be32(l4 + 8, r->ack);
	l4[12] = (uint8_t)((TCP_LEN + r->options) << 2);
	l4[13] = r->flags;
	put_many(l4 + TCP_LEN, r->options, r->ack);
}

struct frame recipe_cook(const struct recipe *r, const uint8_t *payload, uint8_t *at)
{
	size_t len = recipe_headers(r) + r->payload;
	struct frame f;

	assert(len - l3_of(r) <= UINT16_MAX && r->payload > 0 && r->gso_size > 0);
	write_eth(r, at);
	write_ip(r, at + l3_of(r), len - l3_of(r));
	write_l4(r, at + l4_of(r), len - l4_of(r));
	memcpy(at + recipe_headers(r), payload, r->payload);

	if (!frame_parse(&f, at, len) || f.payload != recipe_headers(r))
		assert(false);
	put_be16(sum_field(&f, at), fold(pseudo(&f, at, len)));
	f.kind = r->tcp ? FRAME_TCP : FRAME_UDP;
	f.gso_size = r->gso_size;
	f.gso_ecn = r->tcp && r->flags & TCP_CWR;
	f.unfinished = true;
	f.csum_start = f.l4;
	f.csum_offset = r->tcp ? 16 : 6;
	return f;
}

/* -- The model -- */

/* The @n payload bytes of segment @index, which lies in one piece. */
static const uint8_t *payload_of(const struct frame *f, size_t index, size_t n)
{
	if (f->mores == 0 || index == 0)
		return f->at + f->payload + index * f->gso_size;
	assert(index <= f->mores && f->more[index - 1].iov_len == n);
	return f->more[index - 1].iov_base;
}

static void number(const struct frame *f, size_t index, bool last, uint8_t *at, size_t len)
{
	uint8_t *ip = at + f->l3, *l4 = at + f->l4;

	if (is_v4(f)) {
		put_be16(ip + 2, (uint16_t)(len - f->l3));
		put_be16(ip + 4, (uint16_t)(get_be16(ip + 4) + index));
	} else {
		put_be16(ip + 4, (uint16_t)(len - f->l3 - IPV6_LEN));
	}
	if (f->kind == FRAME_UDP) {
		put_be16(l4 + 4, (uint16_t)(len - f->l4));
		return;
	}
	put_be32(l4 + 4, get_be32(l4 + 4) + (uint32_t)(index * f->gso_size));
	if (index > 0)
		l4[13] &= (uint8_t)~TCP_CWR;
	if (!last)
		l4[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
}

size_t naive_cut(const struct frame *f, size_t index, uint8_t *out)
{
	size_t end = f->l3 + f->ip.len, from = f->payload + index * f->gso_size, n;

	if (f->kind == FRAME_PLAIN) {
		if (index == 0)
			memcpy(out, f->at, f->len);
		return index == 0 ? f->len : 0;
	}
	if (from >= end)
		return 0;
	n = end - from < f->gso_size ? end - from : f->gso_size;
	memcpy(out, f->at, f->payload);
	memcpy(out + f->payload, payload_of(f, index, n), n);
	number(f, index, from + n == end, out, f->payload + n);
	naive_seal(f, out, f->payload + n);
	return f->payload + n;
}

void naive_seal(const struct frame *f, uint8_t *at, size_t len)
{
	uint8_t *ip = at + f->l3, *field = sum_field(f, at);
	uint16_t sum;

	if (is_v4(f)) {
		put_be16(ip + 10, 0);
		put_be16(ip + 10, (uint16_t)~fold(add(0, ip, 4U * (ip[0] & 0xf))));
	}
	put_be16(field, 0);
	sum = (uint16_t)~fold(pseudo(f, at, len) + add(0, at + f->l4, len - f->l4));
	put_be16(field, sum == 0 && f->ip.proto == IP_UDP ? 0xffff : sum);
}

static uint16_t header_sum(const struct frame *f, const uint8_t *at)
{
	const uint8_t *ip = at + f->l3;

	return is_v4(f) ? fold(add(0, ip, 4U * (ip[0] & 0xf))) : 0xffff;
}

bool naive_whole(const struct frame *f)
{
	const uint8_t *ip = f->at + f->l3, *l4 = f->at + f->l4;
	size_t len = f->len - f->l3;

	if (is_v4(f) ? get_be16(ip + 2) != len : get_be16(ip + 4) != len - IPV6_LEN)
		return false;
	if (f->kind == FRAME_UDP && get_be16(l4 + 4) != f->len - f->l4)
		return false;
	return header_sum(f, f->at) == 0xffff &&
	       get_be16(l4 + (f->kind == FRAME_TCP ? 16 : 6)) == fold(pseudo(f, f->at, f->len));
}

enum naive_trust naive_trust(const struct frame *f, const uint8_t *at, size_t len)
{
	const uint8_t *l4 = at + f->l4;
	uint64_t sum = pseudo(f, at, len);

	if (header_sum(f, at) != 0xffff)
		return NAIVE_WRONG;
	if (get_be16(l4 + (f->ip.proto == IP_TCP ? 16 : 6)) == fold(sum))
		return NAIVE_UNFINISHED;
	return fold(sum + add(0, l4, len - f->l4)) == 0xffff ? NAIVE_RIGHT : NAIVE_WRONG;
}
