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

/* The field takes part in the sum, as it holds the pseudo header's. */
void frame_finish_checksum(struct frame *f)
{
	struct span covered = span_from(frame_bytes(f), f->csum_start);
	uint16_t sum;

	if (!f->unfinished)
		return;
	assert(f->kind == FRAME_PLAIN);
	assert(covered.len >= 2 && f->csum_offset <= covered.len - 2);

	sum = checksum_finish(checksum_payload(0, covered));
	if (sum == 0 && f->csum_offset == UDP_SUM_OFFSET)
		sum = 0xffff;
	put_be16(f->at + f->csum_start + f->csum_offset, sum);
	f->unfinished = false;
}
