#include "wire/arp.h"

#include "reply.h"

enum { HTYPE_ETHERNET = 1 };

bool arp_read(const struct frame *f, struct arp *out)
{
	struct span in = span_from(frame_bytes(f), f->l3);
	const uint8_t *at = span_take(&in, ARP_LEN);

	if (f->eth.type != ETHERTYPE_ARP || !at)
		return false;
	if (get_be16(at) != HTYPE_ETHERNET || get_be16(at + 2) != ETHERTYPE_IPV4 || at[4] != 6 ||
	    at[5] != 4)
		return false;

	out->op = get_be16(at + 6);
	memcpy(out->sender_mac.octet, at + 8, 6);
	out->sender_ip = addr_v4(at + 14);
	memcpy(out->target_mac.octet, at + 18, 6);
	out->target_ip = addr_v4(at + 24);
	return true;
}

size_t arp_reply_write(struct room out, const struct frame *f, const struct arp *request,
		       struct mac mac)
{
	uint8_t *at = reply_begin(&out, f, request->sender_mac, mac, ARP_LEN);

	if (!at)
		return 0;
	put_be16(at, HTYPE_ETHERNET);
	put_be16(at + 2, ETHERTYPE_IPV4);
	at[4] = 6;
	at[5] = 4;
	put_be16(at + 6, ARP_REPLY);
	memcpy(at + 8, mac.octet, 6);
	memcpy(at + 14, request->target_ip.octet, 4);
	memcpy(at + 18, request->sender_mac.octet, 6);
	memcpy(at + 24, request->sender_ip.octet, 4);
	return (size_t)f->l3 + ARP_LEN;
}
