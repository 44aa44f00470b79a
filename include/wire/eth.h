/* MAC addresses and the Ethernet header.
 *
 *   | destination (6) | source (6) | [ 0x8100 or 0x88a8 (2) | PCP/DEI/VID (2) ]* | EtherType (2) |
 *
 * A frame here never carries a frame check sequence: a TAP gives none and VXLAN carries none. */
#ifndef WIRE_ETH_H
#define WIRE_ETH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum {
	ETH_LEN = 14,
	VLAN_LEN = 4,
	ETH_VLANS_MAX = 2, /* tags looked through; a third makes the frame opaque, never refused */
	MAC_TEXT = 18,     /* "aa:bf:b9:29:63:12" and NUL */
};

enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_QINQ = 0x88a8,
};

struct mac {
	uint8_t octet[6];
};

struct eth {
	struct mac dst, src;
	uint16_t type; /* EtherType behind the tags (of the third tag, where there are three) */
	uint8_t vlans; /* tags in front of it, 0..ETH_VLANS_MAX */
	uint16_t vid;  /* VLAN id of the outermost tag, 0 without one */
};

/* Reads the header and its VLAN tags and moves past them.  False when @in is too short for the
 * header or ends within a tag; @in is then unchanged. */
bool eth_read(struct span *in, struct eth *out);

/* The address as a number that is its own alone, for hashing and comparing: the cheapest one this
 * machine can make, so its order means nothing. */
static inline uint64_t mac_key(struct mac m)
{
	uint32_t first;
	uint16_t last;

	memcpy(&first, m.octet, sizeof(first));
	memcpy(&last, m.octet + sizeof(first), sizeof(last));
	return (uint64_t)last << 32 | first;
}

static inline bool mac_equal(struct mac a, struct mac b)
{
	return mac_key(a) == mac_key(b);
}

/* Multicast and broadcast. */
static inline bool mac_is_group(struct mac m)
{
	return m.octet[0] & 1;
}

static inline bool mac_is_zero(struct mac m)
{
	return mac_equal(m, (struct mac) { { 0 } });
}

/* What a station may be called: neither group nor zero (kernel: is_valid_ether_addr). */
static inline bool mac_is_station(struct mac m)
{
	return !mac_is_group(m) && !mac_is_zero(m);
}

/* The address as a number below 2^48, the same on every machine and in the order of the text. */
static inline uint64_t mac_word(struct mac m)
{
	return (uint64_t)get_be16(m.octet) << 32 | get_be32(m.octet + 2);
}

/* The canonical form only: six pairs of lower-case or upper-case hex digits with colons, the whole
 * string.  False otherwise. */
bool mac_parse(const char *text, struct mac *out);

/* Writes the lower-case form into @out and returns it. */
const char *mac_text(struct mac m, char out[MAC_TEXT]);

#endif
