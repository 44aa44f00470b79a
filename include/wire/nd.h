/* IPv6 neighbour discovery (RFC 4861 §4.3, §4.4, §7.1): solicitations read, advertisements written.
 */
#ifndef WIRE_ND_H
#define WIRE_ND_H

#include "wire/frame.h"

enum { ND_SOLICIT = 135, ND_ADVERT = 136, ND_OPTION_SOURCE = 1, ND_OPTION_TARGET = 2 };

enum nd_kind { ND_NONE, ND_IS_SOLICIT, ND_IS_ADVERT };

struct nd {
	enum nd_kind kind;
	struct addr target;
	struct addr source; /* of the IPv6 header; unspecified in a duplicate-address probe */
	bool has_mac;       /* a source (solicit) or target (advert) link-layer option was there */
	struct mac mac;
};

/* False unless @f is a valid solicitation or advertisement as RFC 4861 §7.1 wants it: hop limit
 * 255, right checksum (unfinished counts as right), code 0, length ≥ 24, neither target nor
 * source multicast, every option's length above 0 and inside the packet, no source option from the
 * unspecified address, no MAC that is not a station's. VLAN tags are looked through. */
bool nd_read(const struct frame *f, struct nd *out);

/* The advertisement (solicited, override, R flag as @router) that answers solicitation @ask
 * received in frame @f: target is at @mac.  Returns its length, 0 when @out is too small. A probe
 * (unspecified source) is answered to all nodes (ff02::1), unsolicited. */
size_t nd_advert_write(struct room out, const struct frame *f, const struct nd *ask, struct mac mac,
		       bool router);

#endif
