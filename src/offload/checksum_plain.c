/* For machines without a vector variant. */
#include "checksum_simd.h"

bool checksum_avx2_runs(void)
{
	return false;
}

uint64_t checksum_avx2(uint64_t sum, struct span bytes)
{
	return checksum_add(sum, bytes);
}

bool checksum_avx512_runs(void)
{
	return false;
}

uint64_t checksum_avx512(uint64_t sum, struct span bytes)
{
	return checksum_add(sum, bytes);
}
