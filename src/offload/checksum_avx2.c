#include <immintrin.h>

#include "checksum_simd.h"

#define AVX2 __attribute__((target("avx2")))

enum { VECTOR = 32, STRIDE = 4 * VECTOR };

bool checksum_avx2_runs(void)
{
	return __builtin_cpu_supports("avx2");
}

/* Four accumulators, so that no addition waits for the one before. */
struct lanes {
	__m256i even[2], odd[2];
};

/* The 32-bit words at @at, each zero-extended into a 64-bit lane: even ones by a mask, odd ones by
 * a shift.  Lanes, even all added up, overflow only far beyond any packet. */
AVX2 static inline void add_vector(struct lanes *l, int i, const uint8_t *at)
{
	__m256i v = _mm256_loadu_si256((const __m256i_u *)at);

	l->even[i] = _mm256_add_epi64(l->even[i], _mm256_and_si256(v, _mm256_set1_epi64x(~0U)));
	l->odd[i] = _mm256_add_epi64(l->odd[i], _mm256_srli_epi64(v, 32));
}

AVX2 static inline uint64_t add_lanes(const struct lanes *l)
{
	__m256i all = _mm256_add_epi64(_mm256_add_epi64(l->even[0], l->odd[0]),
				       _mm256_add_epi64(l->even[1], l->odd[1]));
	uint64_t lane[4];

	_mm256_storeu_si256((__m256i_u *)lane, all);
	return lane[0] + lane[1] + lane[2] + lane[3];
}

AVX2 uint64_t checksum_avx2(uint64_t sum, struct span bytes)
{
	struct lanes l = { { _mm256_setzero_si256(), _mm256_setzero_si256() },
			   { _mm256_setzero_si256(), _mm256_setzero_si256() } };
	const uint8_t *at;

	while ((at = span_take(&bytes, STRIDE))) {
		add_vector(&l, 0, at);
		add_vector(&l, 1, at + VECTOR);
		add_vector(&l, 0, at + 2 * VECTOR);
		add_vector(&l, 1, at + 3 * VECTOR);
	}
	while ((at = span_take(&bytes, VECTOR)))
		add_vector(&l, 0, at);
	return checksum_add(sum + checksum_turn(add_lanes(&l)), bytes);
}
