/* Superframes from headers as hostile as they come: whatever the segmenter agrees to cut, it cuts
 * as the model does, and reads nothing else.
 *
 *   | how (1) | gso_size (2) | payload (2) | headers ... |
 *
 * how: as TCP (1), scattered (2), checksum field as it comes (4), IP length as it comes (8), payload
 * of ones (16). */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "offload/segment.h"
#include "superframe.h"
#include "wire/checksum.h"

enum how {
	AS_TCP = 1,
	SCATTERED = 2,
	ANY_SUM = 4,
	ANY_LENGTH = 8,
	ONES = 16,
};

#define MUST(condition)                                   \
	do {                                              \
		if (!(condition)) {                       \
			fprintf(stderr, #condition "\n"); \
			abort();                          \
		}                                         \
	} while (0)

/* Says how long it is where that is said; the longest that can be said is all that is ever given. */
static void tell_length(uint8_t *at, size_t len)
{
	struct frame f;
	size_t l3_len;

	if (!frame_parse(&f, at, len) || len < f.l3 + (size_t)IPV6_LEN)
		return;
	l3_len = len - f.l3;
	if (f.eth.type == ETHERTYPE_IPV4)
		put_be16(at + f.l3 + 2, l3_len > UINT16_MAX ? 0 : (uint16_t)l3_len);
	if (f.eth.type == ETHERTYPE_IPV6)
		put_be16(at + f.l3 + 4,
			 l3_len - IPV6_LEN > UINT16_MAX ? 0 : (uint16_t)(l3_len - IPV6_LEN));
}

static void tell_sum(struct frame *f)
{
	size_t len = f->l3 + f->ip.len - f->l4;
	size_t offset = f->ip.proto == IP_TCP ? 16 : 6;

	put_be16(f->at + f->l4 + offset,
		 checksum_fold(ip_pseudo_sum(&f->ip, f->ip.proto, (uint32_t)len)));
}

static size_t payload_len(const struct frame *f)
{
	return f->l3 + f->ip.len - f->payload;
}

/* Each segment but the first in a block of its own. */
static void scatter(struct frame *f)
{
	size_t n = frame_segments(f), here = (size_t)f->payload + f->gso_size;
	struct iovec *more = calloc(n, sizeof(*more));
	uint8_t *at = malloc(here);

	assert(more && at);
	for (size_t i = 1, done = f->gso_size; i < n; i++) {
		size_t left = payload_len(f) - done, len = left < f->gso_size ? left : f->gso_size;

		more[i - 1] = (struct iovec) { .iov_base = malloc(len), .iov_len = len };
		memcpy(more[i - 1].iov_base, f->at + f->payload + done, len);
		done += len;
	}
	memcpy(at, f->at, here);
	free(f->at);
	f->at = at;
	f->len = f->l3 + f->ip.len;
	f->more = more;
	f->mores = (uint16_t)(n - 1);
}

static void gather(struct frame *f)
{
	for (size_t i = 0; i < f->mores; i++)
		free(f->more[i].iov_base);
	free((void *)(uintptr_t)f->more);
	free(f->at);
}

/* With a field of anything nobody can say what its sum is to be. */
static void forget_sum(const struct frame *f, uint8_t *at)
{
	put_be16(at + f->l4 + (f->ip.proto == IP_TCP ? 16 : 6), 0);
}

static void check_segment(const struct frame *f, enum how how, size_t index, uint8_t *headers,
			  const struct segment *out)
{
	static uint8_t hand[SUPERFRAME_ROOM];
	size_t len = naive_cut(f, index, hand);

	MUST(out->header_len == f->payload);
	MUST(out->payload_len > 0 && out->payload_len <= f->gso_size);
	MUST(len == out->header_len + out->payload_len);
	if (how & ANY_SUM) {
		forget_sum(f, hand);
		forget_sum(f, headers);
	}
	MUST(memcmp(hand, headers, out->header_len) == 0);
	MUST(memcmp(hand + out->header_len, out->payload, out->payload_len) == 0);
}

static void cut(const struct frame *f, enum how how)
{
	size_t n = 0, given = 0;
	struct segmenter s;
	struct segment out;

	if (!segment_begin(&s, f))
		return;
	for (;; n++) {
		uint8_t *headers = malloc(SEGMENT_HEADERS);
		bool more = segment_next(&s, headers, &out);

		if (more) {
			check_segment(f, how, n, headers, &out);
			given += out.payload_len;
		}
		free(headers);
		if (!more)
			break;
	}
	MUST(n == segment_count(f) && n <= SEGMENTS_MAX);
	MUST(given == payload_len(f));
}

/* A frame of these headers and as much payload, in a block of its own; false when it is none. */
static bool make(struct frame *f, enum how how, struct span headers, size_t payload)
{
	size_t len = headers.len + payload;
	uint8_t *at = malloc(len ? len : 1);

	assert(at);
	if (headers.len)
		memcpy(at, headers.at, headers.len);
	for (size_t i = 0; i < payload; i++)
		at[headers.len + i] = how & ONES ? 0xff : (uint8_t)(i * 7 + i / 251);
	if (!(how & ANY_LENGTH))
		tell_length(at, len);
	if (frame_parse(f, at, len))
		return true;
	free(at);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct span in = span_of(input, size);
	const uint8_t *head = span_take(&in, 5);
	struct frame f;

	if (!head || !make(&f, head[0], in, get_be16(head + 3)))
		return 0;
	f.kind = head[0] & AS_TCP ? FRAME_TCP : FRAME_UDP;
	f.gso_size = get_be16(head + 1);
	f.unfinished = true;
	f.csum_start = f.l4;
	if (f.payload && !(head[0] & ANY_SUM))
		tell_sum(&f);
	if (f.payload && head[0] & SCATTERED && f.gso_size && payload_len(&f) > f.gso_size &&
	    frame_segments(&f) <= SEGMENTS_MAX)
		scatter(&f);
	cut(&f, head[0]);
	gather(&f);
	return 0;
}
