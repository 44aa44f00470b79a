/* The variants of checksum_add() for vector units, one file each.  On other machines
 * checksum_plain.c stands in for them and says that they do not run. */
#ifndef OFFLOAD_CHECKSUM_SIMD_H
#define OFFLOAD_CHECKSUM_SIMD_H

#include "wire/checksum.h"

/* May the function below be called on this CPU?  Two loads: the CPU was asked when the program
 * started. */
bool checksum_avx2_runs(void);
uint64_t checksum_avx2(uint64_t sum, struct span bytes);

bool checksum_avx512_runs(void);
uint64_t checksum_avx512(uint64_t sum, struct span bytes);

/* A sum of words read in the CPU's little-endian order, as one network-order word: a
 * one's-complement sum does not care which half of a word is the high one, as long as the result
 * is turned at the end (RFC 1071 §2B). */
static inline uint16_t checksum_turn(uint64_t sum)
{
	return __builtin_bswap16(checksum_fold(sum));
}

#endif
