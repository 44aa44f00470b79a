#include "wire/checksum.h"

/* Byte order, once and for all.  A one's complement sum does not care in which order the two bytes
 * of every word are taken, as long as the result is read the same way (RFC 1071 §2 B).  So the
 * words are added as this machine loads them, two or four at a time, which is what makes it fast;
 * the folded result, put back into memory and read in network order, is the sum of network-order
 * words.  It is that folded value which joins @sum. */

/* The sum of 32-bit loads in this machine's order.  An accumulator overflows only after 2^32
 * loads, far beyond any packet. */
static uint64_t sum_loads(struct span bytes)
{
	uint64_t even = 0, odd = 0;
	uint8_t last[8] = { 0 };
	uint64_t load;

	for (; bytes.len >= sizeof(load); bytes.at += sizeof(load), bytes.len -= sizeof(load)) {
		memcpy(&load, bytes.at, sizeof(load));
		even += load & 0xffffffff;
		odd += load >> 32;
	}
	if (bytes.len > 0)
		memcpy(last, bytes.at, bytes.len);
	memcpy(&load, last, sizeof(load));
	return even + (load & 0xffffffff) + odd + (load >> 32);
}

uint64_t checksum_add(uint64_t sum, struct span bytes)
{
	uint16_t folded = checksum_fold(sum_loads(bytes));
	uint8_t memory[2];

	memcpy(memory, &folded, sizeof(memory));
	return sum + get_be16(memory);
}
