/* The VXLAN header (RFC 7348 §5):
 *
 *   |R|R|R|R|I|R|R|R|      reserved (24)       |
 *   |        VNI (24)        |  reserved (8)   |
 *
 * I says that the VNI is valid.  The other 39 bits are zero when sent and ignored when received,
 * unless a network asks for the kernel's strictness (`reserved-bits: strict`).
 * One of them became the P bit of VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), whose payload need not be
 * Ethernet: with P set, the fourth byte names the payload, 0 and 3 being Ethernet for us.
 *
 * What one inner IP packet costs: 14 (inner Ethernet) + 8 (VXLAN) + 8 (UDP) + 20 or 40 (IP). */
#ifndef WIRE_VXLAN_H
#define WIRE_VXLAN_H

#include "wire/eth.h"
#include "wire/ip.h"

enum {
	VXLAN_LEN = 8,
	VXLAN_PORT = 4789, /* IANA; the Linux kernel's own default is 8472 */
	VXLAN_FLAG_I = 0x08,
	VXLAN_FLAG_P = 0x04,
	VXLAN_VNI_MAX = 0xffffff,
};

enum vxlan_fault {
	VXLAN_FINE,
	VXLAN_SHORT,        /* fewer than 8 bytes */
	VXLAN_NO_VNI,       /* the I flag is not set */
	VXLAN_NOT_ETHERNET, /* GPE with another payload */
};

struct vxlan {
	uint32_t vni;  /* 0..VXLAN_VNI_MAX */
	bool reserved; /* a bit was set that RFC 7348 wants to be zero */
};

/* Reads the header and moves past it; on a fault @in is unchanged and @out untouched. */
enum vxlan_fault vxlan_read(struct span *in, struct vxlan *out);

void vxlan_write(uint8_t out[VXLAN_LEN], uint32_t vni);

/* Outer bytes around an Ethernet frame: outer IP, UDP and VXLAN headers. */
static inline uint32_t vxlan_outer_len(enum addr_family family)
{
	return (family == ADDR_V6 ? IPV6_LEN : IPV4_LEN) + UDP_LEN + VXLAN_LEN;
}

/* Outer bytes around an inner IP packet: 50 on IPv4, 70 on IPv6. */
static inline uint32_t vxlan_overhead(enum addr_family family)
{
	return vxlan_outer_len(family) + ETH_LEN;
}

#endif
