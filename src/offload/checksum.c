#include "offload/checksum.h"

#include <assert.h>

#include "checksum_simd.h"

enum { UDP_SUM_OFFSET = 6 };

uint64_t checksum_payload(uint64_t sum, struct span bytes)
{
	if (checksum_avx512_runs())
		return checksum_avx512(sum, bytes);
	if (checksum_avx2_runs())
		return checksum_avx2(sum, bytes);
	return checksum_add(sum, bytes);
}

size_t checksum_variants(struct checksum_variant out[CHECKSUM_VARIANTS])
{
	size_t n = 0;

	out[n++] = (struct checksum_variant) { "portable", checksum_add };
	if (checksum_avx2_runs())
		out[n++] = (struct checksum_variant) { "avx2", checksum_avx2 };
	if (checksum_avx512_runs())
		out[n++] = (struct checksum_variant) { "avx512", checksum_avx512 };
	return n;
}

/* From csum_start to the end of the packet, Ethernet padding left out where the packet's end is
 * known. */
static struct span covered_bytes(const struct frame *f)
{
	struct span bytes = span_from(frame_bytes(f), f->csum_start);

	if (f->l4 == 0 || f->csum_start != f->l4)
		return bytes;
	return span_first(bytes, f->l3 + f->ip.len - f->l4);
}

/* The field takes part in the sum, as it holds the pseudo header's. */
void frame_finish_checksum(struct frame *f)
{
	struct span field = span_from(frame_bytes(f), f->csum_start);
	uint16_t sum;

	if (!f->unfinished)
		return;
	assert(f->kind == FRAME_PLAIN);
	assert(field.len >= 2 && f->csum_offset <= field.len - 2);

	sum = checksum_finish(checksum_payload(0, covered_bytes(f)));
	if (sum == 0 && f->csum_offset == UDP_SUM_OFFSET)
		sum = 0xffff;
	put_be16(f->at + f->csum_start + f->csum_offset, sum);
	f->unfinished = false;
}
