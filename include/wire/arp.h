/* ARP for IPv4 over Ethernet (RFC 826):
 *
 *   | htype 1 (2) | ptype 0x0800 (2) | hlen 6 | plen 4 | op (2) |
 *   | sender MAC (6) | sender IP (4) | target MAC (6) | target IP (4) |          28 bytes */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

#include "wire/frame.h"

enum { ARP_LEN = 28, ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp {
	uint16_t op; /* any value; only 1 and 2 mean something here */
	struct mac sender_mac, target_mac;
	struct addr sender_ip, target_ip;
};

/* False unless @f is a complete Ethernet/IPv4 ARP packet; padding behind it is fine. */
bool arp_read(const struct frame *f, struct arp *out);

/* The reply to @request, received in frame @f, saying that target_ip is at @mac: same VLAN tags,
 * from
 * @mac to the asker.  Returns its length, 0 when @out is too small. */
size_t arp_reply_write(struct room out, const struct frame *f, const struct arp *request,
		       struct mac mac);

#endif
