/* The internet checksum (RFC 1071), portable form.
 *
 * A sum is carried unfolded in 64 bits, as a sum of 16-bit words in network order, so that parts
 * can be added in any order (each part but the last of even length).  This is what ARP, ND and ICMP
 * need for their few dozen bytes; payloads go through offload/checksum.h, which keeps this
 * contract. */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include <stdint.h>

#include "base/span.h"

/* @sum plus the 16-bit words of @bytes; an odd last byte counts as the high half of a word. */
uint64_t checksum_add(uint64_t sum, struct span bytes);

/* Folded to 16 bits, not inverted. */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* What belongs into a checksum field. */
static inline uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

/* The checksum field @old after a 16-bit word it covers changed @from into @to (RFC 1624 eqn. 3).
 */
static inline uint16_t checksum_replace(uint16_t old, uint16_t from, uint16_t to)
{
	return (uint16_t)~checksum_fold((uint64_t)(uint16_t)~old + (uint16_t)~from + to);
}

#endif
