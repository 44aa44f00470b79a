/* Explicit congestion notification across the tunnel (RFC 6040): the two low bits of the TOS.
 *
 * Outbound the inner field is copied, CE included (normal mode, §4.1).  Inbound (§4.2):
 *
 *                 outer  not-ECT   ECT(0)    ECT(1)    CE
 *   inner not-ECT        not-ECT   not-ECT   not-ECT   drop
 *   inner ECT(0)         ECT(0)    ECT(0)    ECT(1)    CE
 *   inner ECT(1)         ECT(1)    ECT(1)    ECT(1)    CE
 *   inner CE             CE        CE        CE        CE
 */
#ifndef WIRE_ECN_H
#define WIRE_ECN_H

#include <stdbool.h>
#include <stdint.h>

enum ecn { ECN_NOT_ECT = 0, ECN_ECT1 = 1, ECN_ECT0 = 2, ECN_CE = 3, ECN_MASK = 3 };

/* The outer TOS for an inner TOS: @dscp (0..252 step 4) with the inner ECN bits. */
static inline uint8_t ecn_outer(uint8_t dscp, uint8_t inner_tos)
{
	return (uint8_t)((dscp & ~ECN_MASK) | (inner_tos & ECN_MASK));
}

/* The inner ECN field after decapsulation, in *@out.  False: drop the packet (the path was
 * congested and the sender does not know how to listen). */
bool ecn_inner(uint8_t outer_tos, uint8_t inner_tos, enum ecn *out);

#endif
