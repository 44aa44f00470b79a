/* "Too big" messages to the sender of an inner packet: ICMP type 3 code 4 (RFC 1191) and ICMPv6
 * type 2 (RFC 4443 §3.2), as the kernel's VXLAN device sends them for bridge ports. */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire/frame.h"

enum { ICMP_TOO_BIG_ROOM = 14 + 8 + 40 + 8 + 1280 };

/* May this packet be answered at all?  IPv4 with DF or IPv6; not to or from a group, not a later
 * fragment, not itself an ICMP error, source not unspecified (RFC 1122 §3.2.2, RFC 4443 §2.4). */
bool icmp_may_answer(const struct frame *f);

/* The message that tells the sender of @f that packets above @mtu bytes do not fit, from the
 * packet's own destination (MAC and IP), quoting as much as RFC 1812 (576 bytes in all) and
 * RFC 4443 (1280) allow.  Returns its length, 0 when icmp_may_answer() says no or @out is small. */
size_t icmp_too_big_write(struct room out, const struct frame *f, uint32_t mtu);

#endif
