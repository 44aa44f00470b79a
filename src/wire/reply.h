/* What every answer to a frame has in common: it goes back with the asker's own VLAN tags. */
#ifndef WIRE_REPLY_H
#define WIRE_REPLY_H

#include "wire/frame.h"

/* Starts an answer to @f: its Ethernet header from @src to @dst, with the tags and the EtherType of
 * @f, then @len bytes to be filled.  Returns those, NULL when @out is too small for all of it. */
uint8_t *reply_begin(struct room *out, const struct frame *f, struct mac dst, struct mac src,
		     size_t len);

/* An IPv6 header at @at for @len bytes of ICMPv6 behind it. */
void reply_ipv6(uint8_t *at, struct addr src, struct addr dst, uint8_t hop_limit, uint16_t len);

/* Fills the checksum of the @len bytes of ICMPv6 at @at. */
void reply_icmpv6_checksum(uint8_t *at, struct addr src, struct addr dst, uint16_t len);

#endif
