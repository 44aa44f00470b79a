#include "wire/vnet.h"

enum { NEEDS_CSUM = 1 };

enum {
	GSO_NONE = 0,
	GSO_TCPV4 = 1,
	GSO_TCPV6 = 4,
	GSO_UDP_L4 = 5, /* 3, which cut datagrams into fragments, is gone and not taken */
	GSO_ECN = 0x80,
};

enum { TCP_CHECKSUM = 16, UDP_CHECKSUM = 6 };

/* A checksum is finished long after the headers were looked at: the field must not lie in them, or
 * a tenant could have its source MAC, its VLAN tags or its address changed behind our back. */
static bool read_checksum(const uint8_t *in, struct frame *f)
{
	uint16_t start = get_le16(in + 6), offset = get_le16(in + 8);
	struct span rest = span_from(frame_bytes(f), start);

	if (start < (f->l4 ? f->l4 : f->l3) || span_from(rest, offset).len < 2)
		return false;
	f->unfinished = true;
	f->csum_start = start;
	f->csum_offset = offset;
	return true;
}

/* The kind that virtio's @type names, if it is what @f contains; else FRAME_PLAIN. */
static enum frame_kind kind_of(const struct frame *f, uint8_t type)
{
	bool tcp = f->payload != 0 && f->ip.proto == IP_TCP;
	bool udp = f->payload != 0 && f->ip.proto == IP_UDP;

	if (type == GSO_TCPV4 && tcp && f->ip.src.family == ADDR_V4)
		return FRAME_TCP;
	if (type == GSO_TCPV6 && tcp && f->ip.src.family == ADDR_V6)
		return FRAME_TCP;
	return type == GSO_UDP_L4 && udp ? FRAME_UDP : FRAME_PLAIN;
}

static bool read_superframe(const uint8_t *in, struct frame *f)
{
	enum frame_kind kind = kind_of(f, (uint8_t)(in[1] & ~GSO_ECN));
	uint16_t gso_size = get_le16(in + 4);

	if (kind == FRAME_PLAIN || gso_size == 0)
		return false;
	if (!f->unfinished || f->csum_start != f->l4 ||
	    f->csum_offset != (kind == FRAME_TCP ? TCP_CHECKSUM : UDP_CHECKSUM))
		return false;
	f->kind = kind;
	f->gso_size = gso_size;
	f->gso_ecn = kind == FRAME_TCP && in[1] & GSO_ECN;
	return true;
}

bool vnet_read(const uint8_t in[VNET_LEN], struct frame *f)
{
	if (in[0] & NEEDS_CSUM && !read_checksum(in, f))
		return false;
	return in[1] == GSO_NONE || read_superframe(in, f);
}

static uint8_t gso_type(const struct frame *f)
{
	if (f->kind == FRAME_PLAIN)
		return GSO_NONE;
	if (f->kind == FRAME_UDP)
		return GSO_UDP_L4;
	return (uint8_t)((f->ip.src.family == ADDR_V4 ? GSO_TCPV4 : GSO_TCPV6) |
			 (f->gso_ecn ? GSO_ECN : 0));
}

void vnet_write(uint8_t out[VNET_LEN], const struct frame *f)
{
	memset(out, 0, VNET_LEN);
	if (f->unfinished) {
		out[0] = NEEDS_CSUM;
		put_le16(out + 6, f->csum_start);
		put_le16(out + 8, f->csum_offset);
	}
	if (f->kind != FRAME_PLAIN) {
		out[1] = gso_type(f);
		put_le16(out + 2, f->payload);
		put_le16(out + 4, f->gso_size);
	}
}
