#include <immintrin.h>

#include "checksum_simd.h"

#define AVX512 __attribute__((target("avx512f,avx512bw")))

enum { VECTOR = 64, STRIDE = 2 * VECTOR };

bool checksum_avx512_runs(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

/* Four accumulators, so that no addition waits for the one before. */
struct lanes {
	__m512i even[2], odd[2];
};

/* The 32-bit words of @v, each zero-extended into a 64-bit lane: even ones by a mask, odd ones by a
 * shift.  Lanes, even all added up, overflow only far beyond any packet. */
AVX512 static inline void add_vector(struct lanes *l, int i, __m512i v)
{
	l->even[i] = _mm512_add_epi64(l->even[i], _mm512_and_si512(v, _mm512_set1_epi64(~0U)));
	l->odd[i] = _mm512_add_epi64(l->odd[i], _mm512_srli_epi64(v, 32));
}

AVX512 static inline uint64_t add_lanes(const struct lanes *l)
{
	__m512i all = _mm512_add_epi64(_mm512_add_epi64(l->even[0], l->odd[0]),
				       _mm512_add_epi64(l->even[1], l->odd[1]));

	return (uint64_t)_mm512_reduce_add_epi64(all);
}

/* The bytes behind the last whole vector, fewer than 64: those not there are read as zero, without
 * touching memory. */
AVX512 static inline __m512i load_tail(struct span bytes)
{
	return _mm512_maskz_loadu_epi8((UINT64_C(1) << bytes.len) - 1, bytes.at);
}

AVX512 uint64_t checksum_avx512(uint64_t sum, struct span bytes)
{
	struct lanes l = { { _mm512_setzero_si512(), _mm512_setzero_si512() },
			   { _mm512_setzero_si512(), _mm512_setzero_si512() } };
	const uint8_t *at;

	while ((at = span_take(&bytes, STRIDE))) {
		add_vector(&l, 0, _mm512_loadu_si512(at));
		add_vector(&l, 1, _mm512_loadu_si512(at + VECTOR));
	}
	if ((at = span_take(&bytes, VECTOR)))
		add_vector(&l, 0, _mm512_loadu_si512(at));
	add_vector(&l, 1, load_tail(bytes));
	return sum + checksum_turn(add_lanes(&l));
}
