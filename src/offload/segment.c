#include "offload/segment.h"

#include "fields.h"
#include "offload/checksum.h"

/* Up to the end of the IP packet: Ethernet padding is nobody's payload. */
static size_t payload_len(const struct frame *f)
{
	return f->l3 + f->ip.len - f->payload;
}

/* Payload of the next segment when @left bytes are left. */
static size_t next_len(const struct frame *f, size_t left)
{
	return left < f->gso_size ? left : f->gso_size;
}

static bool is_superframe(const struct frame *f)
{
	uint8_t proto = f->kind == FRAME_TCP ? IP_TCP : IP_UDP;

	if (f->kind == FRAME_PLAIN || f->gso_size == 0 || !f->unfinished)
		return false;
	return f->payload > 0 && f->ip.proto == proto && payload_len(f) > 0;
}

size_t segment_count(const struct frame *f)
{
	return is_superframe(f) ? frame_segments(f) : 1;
}

/* Takes a word out of a sum, by adding its complement. */
static uint64_t without(uint64_t sum, uint16_t word)
{
	return sum + (uint16_t)~word;
}

/* What the IPv4 headers of all segments have in common. */
static uint64_t ipv4_sum(const struct frame *f)
{
	const uint8_t *ip = f->at + f->l3;
	uint64_t sum = checksum_add(0, span_of(ip, f->ip.header_len));

	sum = without(sum, get_be16(ip + IPV4_TOTAL_AT));
	sum = without(sum, get_be16(ip + IPV4_ID_AT));
	return without(sum, get_be16(ip + IPV4_SUM_AT));
}

/* What the transport headers and pseudo headers of all segments have in common.  The checksum field
 * holds the sum of the superframe's pseudo header, so it comes along with the header. */
static uint64_t transport_sum(const struct frame *f)
{
	const uint8_t *l4 = f->at + f->l4;
	uint64_t sum = checksum_add(0, span_of(l4, (size_t)(f->payload - f->l4)));

	sum = without(sum, checksum_fold(f->l3 + f->ip.len - f->l4));
	if (f->kind == FRAME_UDP)
		return without(sum, get_be16(l4 + UDP_LENGTH_AT));
	sum = without(sum, get_be16(l4 + TCP_SEQ_AT));
	sum = without(sum, get_be16(l4 + TCP_SEQ_AT + 2));
	return without(sum, get_be16(l4 + TCP_OFFSET_AT));
}

bool segment_begin(struct segmenter *s, const struct frame *f)
{
	if (!is_superframe(f) || segment_count(f) > SEGMENTS_MAX)
		return false;
	if (f->payload > SEGMENT_HEADERS)
		return false;
	if (f->payload - f->l3 + next_len(f, payload_len(f)) > UINT16_MAX)
		return false;
	*s = (struct segmenter) {
		.frame = f,
		.header_len = f->payload,
		.ip_sum = f->ip.src.family == ADDR_V4 ? ipv4_sum(f) : 0,
		.l4_sum = transport_sum(f),
	};
	return true;
}

static void write_ipv4(const struct segmenter *s, uint8_t *ip, uint16_t len)
{
	uint16_t id = (uint16_t)(get_be16(ip + IPV4_ID_AT) + s->index);

	put_be16(ip + IPV4_TOTAL_AT, len);
	put_be16(ip + IPV4_ID_AT, id);
	put_be16(ip + IPV4_SUM_AT, checksum_finish(s->ip_sum + len + id));
}

static void write_ip(const struct segmenter *s, uint8_t *ip, uint16_t len)
{
	if (s->frame->ip.src.family == ADDR_V4)
		write_ipv4(s, ip, len);
	else
		put_be16(ip + IPV6_PAYLOAD_AT, (uint16_t)(len - IPV6_LEN));
}

/* @sum has everything but what is written here. */
static void write_udp(uint8_t *udp, uint16_t len, uint64_t sum)
{
	uint16_t check = checksum_finish(sum + len);

	put_be16(udp + UDP_LENGTH_AT, len);
	put_be16(udp + UDP_SUM_AT, check ? check : 0xffff);
}

/* @sum has everything but what is written here. */
static void write_tcp(const struct segmenter *s, uint8_t *tcp, bool last, uint64_t sum)
{
	int cleared = (s->index > 0 ? TCP_CWR : 0) | (last ? 0 : TCP_FIN | TCP_PSH);

	put_be32(tcp + TCP_SEQ_AT, get_be32(tcp + TCP_SEQ_AT) + (uint32_t)s->next);
	tcp[TCP_FLAGS_AT] = (uint8_t)(tcp[TCP_FLAGS_AT] & ~cleared);
	sum += get_be16(tcp + TCP_SEQ_AT);
	sum += get_be16(tcp + TCP_SEQ_AT + 2);
	sum += get_be16(tcp + TCP_OFFSET_AT);
	put_be16(tcp + TCP_SUM_AT, checksum_finish(sum));
}

/* Where the payload of the next segment lies. */
static const uint8_t *next_payload(const struct segmenter *s)
{
	const struct frame *f = s->frame;

	if (f->mores > 0 && s->index > 0)
		return f->more[s->index - 1].iov_base;
	return f->at + f->payload + s->next;
}

bool segment_next(struct segmenter *s, uint8_t headers[SEGMENT_HEADERS], struct segment *out)
{
	const struct frame *f = s->frame;
	size_t left = payload_len(f) - s->next;
	size_t n = next_len(f, left);
	size_t l4_len = s->header_len - f->l4 + n;
	uint64_t sum;

	if (left == 0)
		return false;
	*out = (struct segment) { s->header_len, next_payload(s), n };
	memcpy(headers, f->at, s->header_len);
	write_ip(s, headers + f->l3, (uint16_t)(s->header_len - f->l3 + n));
	sum = checksum_payload(s->l4_sum + l4_len, span_of(out->payload, n));
	if (f->kind == FRAME_UDP)
		write_udp(headers + f->l4, (uint16_t)l4_len, sum);
	else
		write_tcp(s, headers + f->l4, n == left, sum);
	s->next += n;
	s->index++;
	return true;
}
