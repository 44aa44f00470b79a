/* Random superframes, cut and looked at by a checker that shares no code with the segmenter. */
#include "offload/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire/checksum.h"

enum { SUPERFRAMES = 150000, TCP_CWR = 0x80, TCP_PSH = 0x08, TCP_FIN = 0x01 };

static uint64_t rng = 0x7365676d;

static uint64_t next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

/* 0..below-1 */
static size_t pick(size_t below)
{
	return (size_t)(next_random() >> 16) % below;
}

static void fill_random(uint8_t *at, size_t len)
{
	for (; len >= 8; at += 8, len -= 8) {
		uint64_t word = next_random();

		memcpy(at, &word, 8);
	}
	while (len--)
		*at++ = (uint8_t)next_random();
}

/* What a superframe is made of; lengths in bytes. */
struct recipe {
	bool v6, tcp;
	unsigned vlans;
	size_t ip_options;  /* IPv4 options or an IPv6 extension header; a multiple of 4 or 8 */
	size_t tcp_options; /* a multiple of 4 */
	size_t payload;
	size_t padding; /* behind the IP packet */
	uint16_t gso_size;
	uint8_t tcp_flags;
};

static size_t l3_of(const struct recipe *r)
{
	return 14 + 4 * r->vlans;
}

static size_t l4_of(const struct recipe *r)
{
	return l3_of(r) + (r->v6 ? 40 : 20) + r->ip_options;
}

static size_t payload_of(const struct recipe *r)
{
	return l4_of(r) + (r->tcp ? 20 + r->tcp_options : 8);
}

static uint64_t naive_sum(const uint8_t *at, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint64_t)at[i] << 8 | at[i + 1];
	return len % 2 ? sum + ((uint64_t)at[len - 1] << 8) : sum;
}

static uint16_t naive_fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t naive_pseudo(const struct recipe *r, const uint8_t *frame, size_t l4_len)
{
	const uint8_t *addresses = frame + l3_of(r) + (r->v6 ? 8 : 12);

	return naive_sum(addresses, r->v6 ? 32 : 8) + (r->tcp ? 6 : 17) + l4_len;
}

static void write_eth(const struct recipe *r, uint8_t *at)
{
	fill_random(at, 12);
	for (unsigned i = 0; i < r->vlans; i++) {
		put_be16(at + 12 + 4 * i, i + 1 < r->vlans ? 0x88a8 : 0x8100);
		put_be16(at + 14 + 4 * i, (uint16_t)next_random());
	}
	put_be16(at + 12 + 4 * r->vlans, r->v6 ? 0x86dd : 0x0800);
}

static void write_ipv4(const struct recipe *r, uint8_t *at, size_t len)
{
	at[0] = (uint8_t)(0x40 | (20 + r->ip_options) / 4);
	put_be16(at + 2, (uint16_t)len);
	put_be16(at + 6, 0x4000);
	at[9] = r->tcp ? 6 : 17;
	put_be16(at + 10, 0);
	put_be16(at + 10, (uint16_t)~naive_fold(naive_sum(at, 20 + r->ip_options)));
}

/* The extension header is one of destination options, whatever is in it. */
static void write_ipv6(const struct recipe *r, uint8_t *at, size_t len)
{
	uint8_t proto = r->tcp ? 6 : 17;

	at[0] = (uint8_t)(0x60 | (at[0] & 0xf));
	put_be16(at + 4, (uint16_t)(len - 40));
	at[6] = r->ip_options ? 60 : proto;
	if (r->ip_options) {
		at[40] = proto;
		at[41] = (uint8_t)(r->ip_options / 8 - 1);
	}
}

static void write_l4(const struct recipe *r, uint8_t *frame, size_t l4_len)
{
	uint8_t *at = frame + l4_of(r);
	uint16_t pseudo = naive_fold(naive_pseudo(r, frame, l4_len));

	if (r->tcp) {
		at[12] = (uint8_t)((20 + r->tcp_options) / 4 << 4);
		at[13] = r->tcp_flags;
		put_be16(at + 16, pseudo);
	} else {
		put_be16(at + 4, (uint16_t)l4_len);
		put_be16(at + 6, pseudo);
	}
}

/* Bytes on the heap, of exactly the frame's length. */
static struct frame cook(const struct recipe *r)
{
	size_t end = payload_of(r) + r->payload, l3 = l3_of(r);
	uint8_t *at = malloc(end + r->padding);
	struct frame f;

	fill_random(at, end + r->padding);
	write_eth(r, at);
	if (r->v6)
		write_ipv6(r, at + l3, end - l3);
	else
		write_ipv4(r, at + l3, end - l3);
	write_l4(r, at, end - l4_of(r));

	assert_true(frame_parse(&f, at, end + r->padding));
	f.kind = r->tcp ? FRAME_TCP : FRAME_UDP;
	f.gso_size = r->gso_size;
	f.unfinished = true;
	f.csum_start = f.l4;
	f.csum_offset = r->tcp ? 16 : 6;
	return f;
}

static struct recipe random_recipe(void)
{
	size_t segments = 1 + pick(pick(20) ? 6 : SEGMENTS_MAX);
	struct recipe r = {
		.v6 = pick(2),
		.tcp = pick(2),
		.vlans = (unsigned)pick(3),
		.gso_size = (uint16_t)(1 + pick(pick(10) ? 300 : 400 + 60000 / segments)),
		.tcp_flags = (uint8_t)next_random(),
		.padding = pick(8) ? 0 : pick(20),
	};
	size_t room = 65535 - 200;

	r.ip_options = pick(3) ? 0 : r.v6 ? 8 * pick(7) : 4 * pick(11);
	r.tcp_options = 4 * pick(11);
	r.payload = (segments - 1) * r.gso_size + 1 + pick(pick(2) ? 1 : r.gso_size);
	if (r.payload > room)
		r.payload = room;
	return r;
}

static void check_ip(const struct recipe *r, const uint8_t *whole, const uint8_t *at, size_t len,
		     unsigned index)
{
	const uint8_t *ip = at + l3_of(r);

	if (r->v6) {
		assert_int_equal(get_be16(ip + 4), len - 40);
		return;
	}
	assert_int_equal(get_be16(ip + 2), len);
	assert_int_equal(get_be16(ip + 4), (uint16_t)(get_be16(whole + l3_of(r) + 4) + index));
	assert_int_equal(naive_fold(naive_sum(ip, 20 + r->ip_options)), 0xffff);
}

static void check_tcp(const struct recipe *r, const uint8_t *whole, const uint8_t *at,
		      unsigned index, bool last)
{
	const uint8_t *tcp = at + l4_of(r);
	uint32_t seq = get_be32(whole + l4_of(r) + 4) + index * (uint32_t)r->gso_size;
	unsigned cleared = (index ? TCP_CWR : 0) | (last ? 0 : TCP_PSH | TCP_FIN);

	assert_int_equal(get_be32(tcp + 4), seq);
	assert_int_equal(tcp[13], r->tcp_flags & ~cleared);
}

static void check_udp(const struct recipe *r, const uint8_t *at, size_t l4_len)
{
	assert_int_equal(get_be16(at + l4_of(r) + 4), l4_len);
	assert_int_not_equal(get_be16(at + l4_of(r) + 6), 0);
}

/* Everything that may not change, with what may blanked out on both sides. */
static void check_rest(const struct recipe *r, const uint8_t *whole, const uint8_t *at)
{
	uint8_t a[SEGMENT_HEADERS], b[SEGMENT_HEADERS];
	size_t l3 = l3_of(r), l4 = l4_of(r);
	uint8_t *both[] = { a, b };

	memcpy(a, whole, payload_of(r));
	memcpy(b, at, payload_of(r));
	for (int i = 0; i < 2; i++) {
		memset(both[i] + l3 + (r->v6 ? 4 : 2), 0, r->v6 ? 2 : 4);
		if (!r->v6)
			memset(both[i] + l3 + 10, 0, 2);
		memset(both[i] + l4 + 4, 0, 4);
		if (r->tcp) {
			both[i][l4 + 13] = 0;
			memset(both[i] + l4 + 16, 0, 2);
		}
	}
	assert_memory_equal(a, b, payload_of(r));
}

static void check_segment(const struct recipe *r, const struct frame *f, uint8_t *at, size_t len,
			  unsigned index, bool last)
{
	size_t l4_len = len - l4_of(r);
	struct frame cut;

	assert_true(frame_parse(&cut, at, len));
	assert_int_equal(cut.payload, payload_of(r));
	assert_int_equal(cut.l3 + cut.ip.len, len);
	check_ip(r, f->at, at, len - l3_of(r), index);
	if (r->tcp)
		check_tcp(r, f->at, at, index, last);
	else
		check_udp(r, at, l4_len);
	check_rest(r, f->at, at);
	assert_int_equal(naive_fold(naive_pseudo(r, at, l4_len) + naive_sum(at + l4_of(r), l4_len)),
			 0xffff);
}

static void check_superframe(const struct recipe *r, const struct frame *f)
{
	size_t given = 0, count = (r->payload + r->gso_size - 1) / r->gso_size;
	uint8_t headers[SEGMENT_HEADERS];
	struct segmenter s;
	struct segment out;
	unsigned index = 0;

	assert_int_equal(segment_count(f), count);
	assert_true(segment_begin(&s, f));
	while (segment_next(&s, headers, &out)) {
		size_t len = out.header_len + out.payload_len;
		uint8_t *at = malloc(len);

		assert_int_equal(out.header_len, payload_of(r));
		assert_ptr_equal(out.payload, f->at + payload_of(r) + given);
		memcpy(at, headers, out.header_len);
		memcpy(at + out.header_len, out.payload, out.payload_len);
		given += out.payload_len;
		assert_in_range(given, 1, r->payload);
		if (given < r->payload)
			assert_int_equal(out.payload_len, r->gso_size);
		check_segment(r, f, at, len, index++, given == r->payload);
		free(at);
	}
	assert_int_equal(given, r->payload);
	assert_int_equal(index, count);
	assert_false(segment_next(&s, headers, &out));
}

static void superframes_are_cut(void **state)
{
	(void)state;
	for (int i = 0; i < SUPERFRAMES; i++) {
		struct recipe r = random_recipe();
		struct frame f = cook(&r);

		check_superframe(&r, &f);
		free(f.at);
	}
}

/* A sequence number and an IPv4 id that run over. */
static void numbers_wrap(void **state)
{
	struct recipe r = { .tcp = true, .payload = 5000, .gso_size = 1000 };
	struct frame f = cook(&r);

	(void)state;
	put_be16(f.at + 18, 0xfffe);
	put_be32(f.at + 38, 0xfffffff0);
	check_superframe(&r, &f);
	free(f.at);
}

/* The second segment's last word makes its sum come out as 0. */
static void udp_never_says_none(void **state)
{
	struct recipe r = { .payload = 200, .gso_size = 100 };
	struct frame f = cook(&r);
	uint8_t headers[SEGMENT_HEADERS];
	struct segmenter s;
	struct segment out;
	uint64_t sum;

	(void)state;
	put_be16(f.at + 42 + 198, 0);
	sum = naive_pseudo(&r, f.at, 108) + naive_sum(f.at + 34, 4) + 108 +
	      naive_sum(f.at + 142, 100);
	put_be16(f.at + 42 + 198, (uint16_t)~naive_fold(sum));

	assert_true(segment_begin(&s, &f));
	assert_true(segment_next(&s, headers, &out));
	assert_true(segment_next(&s, headers, &out));
	assert_int_equal(get_be16(headers + 40), 0xffff);
	free(f.at);
}

static void as_many_as_allowed(void **state)
{
	struct recipe r = { .v6 = true, .tcp = true, .payload = SEGMENTS_MAX * 45, .gso_size = 45 };
	struct frame f = cook(&r);
	struct segmenter s;

	(void)state;
	check_superframe(&r, &f);
	free(f.at);
	r.payload++;
	f = cook(&r);
	assert_int_equal(segment_count(&f), SEGMENTS_MAX + 1);
	assert_false(segment_begin(&s, &f));
	free(f.at);
}

/* Two VLAN tags, all the TCP options there can be, and what then is left for IPv6 extensions. */
static void headers_as_long_as_allowed(void **state)
{
	struct recipe r = {
		.v6 = true, .tcp = true, .vlans = 2, .tcp_options = 40, .payload = 99, .gso_size = 9
	};
	struct frame f;
	struct segmenter s;

	(void)state;
	r.ip_options = 64;
	f = cook(&r);
	check_superframe(&r, &f);
	free(f.at);

	r.ip_options = 72;
	f = cook(&r);
	assert_int_equal(f.payload, SEGMENT_HEADERS + 2);
	assert_false(segment_begin(&s, &f));
	free(f.at);
}

static void not_plain(struct frame *f)
{
	f->kind = FRAME_PLAIN;
}

static void no_size(struct frame *f)
{
	f->gso_size = 0;
}

static void finished(struct frame *f)
{
	f->unfinished = false;
}

static void other_protocol(struct frame *f)
{
	f->kind = FRAME_UDP;
}

static void no_transport(struct frame *f)
{
	f->payload = f->l4 = 0;
}

static void no_payload(struct frame *f)
{
	f->ip.len = (size_t)(f->payload - f->l3);
}

static void refused(void **state)
{
	void (*const spoil[])(struct frame *) = { not_plain,      no_size,      finished,
						  other_protocol, no_transport, no_payload };
	struct recipe r = { .tcp = true, .payload = 3000, .gso_size = 1000 };
	struct segmenter s;

	(void)state;
	for (size_t i = 0; i < sizeof(spoil) / sizeof(*spoil); i++) {
		struct frame f = cook(&r);

		assert_true(segment_begin(&s, &f));
		spoil[i](&f);
		assert_int_equal(segment_count(&f), 1);
		assert_false(segment_begin(&s, &f));
		free(f.at);
	}
}

/* IPv6 without a payload length may be longer than a segment's length field can say. */
static void longer_than_a_packet(void **state)
{
	struct recipe r = { .v6 = true, .tcp = true, .payload = 65600, .gso_size = 65500 };
	struct frame f = cook(&r);
	struct segmenter s;

	(void)state;
	put_be16(f.at + 18, 0);
	assert_true(frame_parse(&f, f.at, f.len));
	f.kind = FRAME_TCP;
	f.gso_size = 65500;
	f.unfinished = true;
	assert_int_equal(segment_count(&f), 2);
	assert_false(segment_begin(&s, &f));
	f.gso_size = r.gso_size = 65000;
	check_superframe(&r, &f);
	free(f.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(superframes_are_cut),        cmocka_unit_test(numbers_wrap),
		cmocka_unit_test(udp_never_says_none),        cmocka_unit_test(as_many_as_allowed),
		cmocka_unit_test(headers_as_long_as_allowed), cmocka_unit_test(refused),
		cmocka_unit_test(longer_than_a_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
