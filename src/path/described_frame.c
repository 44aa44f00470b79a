/* From a description to bytes: what was not said, and the frame. */
#include <stdio.h>

#include "path/described.h"
#include "wire/arp.h"
#include "wire/checksum.h"
#include "wire/nd.h"

enum {
	PING = 56, /* bytes behind the header of ping(8)'s echo request */
	TTL = 64,
	TTL_ND = 255,
	NEIGHBOURS = 4096,      /* looked at for the address of a host */
	ETHERTYPE_ANY = 0x88b6, /* local experimental 2 (IEEE 802): nobody's */
	TCP_ACK = 0x10,
	TCP_WORDS = 5,
	ICMP_ECHO = 8,
	ICMPV6_ECHO = 128,
	ICMP_LEN = 8,
	ND_LEN = 24,
	ND_OPTION = 8,
	ND_OVERRIDE = 0x20,
	ND_SOLICITED = 0x40, /* never to a group (RFC 4861 §7.1.2) */
};

static const struct mac broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/* -- Whom a host would mean -- */

/* RFC 1112 §6.4, RFC 2464 §7. */
static struct mac group_mac(struct addr group)
{
	const uint8_t *o = group.octet;

	if (group.family == ADDR_V4)
		return (struct mac) { { 0x01, 0x00, 0x5e, o[1] & 0x7f, o[2], o[3] } };
	return (struct mac) { { 0x33, 0x33, o[12], o[13], o[14], o[15] } };
}

/* RFC 4291 §2.7.1 */
static struct addr solicited_node(struct addr about)
{
	const uint8_t *o = about.octet;
	const uint8_t group[16] = { 0xff, 0x02, 0, 0, 0,    0,     0,     0,
				    0,    0,    0, 1, 0xff, o[13], o[14], o[15] };

	return addr_v6(group);
}

/* An address of @family that the station @mac has, as far as the first neighbours tell. */
static bool address_of(const struct network *n, struct mac mac, enum addr_family family,
		       struct addr *out)
{
	uint32_t end = neigh_end(n->neigh);

	for (uint32_t slot = 0; slot < end && slot < NEIGHBOURS; slot++) {
		const struct neigh_entry *entry = neigh_at(n->neigh, slot);

		*out = entry->ip;
		if (entry->ip.family == family && mac_equal(entry->mac, mac))
			return true;
	}
	return false;
}

/* For documentation (RFC 5737, RFC 3849): nobody has it. */
static struct addr stand_in(enum addr_family family)
{
	static const uint8_t v4[4] = { 192, 0, 2, 1 };
	static const uint8_t v6[16] = {
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
	};

	return family == ADDR_V4 ? addr_v4(v4) : addr_v6(v6);
}

/* -- What was not said -- */

static bool complete_source(struct described *d, const struct network *n, uint32_t port,
			    struct mac station, char why[DESCRIBED_WHY])
{
	if (port != PORT_NONE && n->ports[port].speaks)
		station = n->ports[port].mac;
	if (described_has(d, DESCRIBED_SRC))
		return true;
	if (mac_is_zero(station)) {
		snprintf(why, DESCRIBED_WHY, "whose frame? (src MAC)%s",
			 port == PORT_NONE ? ""
					   : " The device speaks for hosts behind it, which have "
					     "MACs of their own");
		return false;
	}
	d->src = station;
	return true;
}

static void complete_address(struct described *d, const struct network *n, struct text *note)
{
	char text[ADDR_TEXT];

	if (d->family == ADDR_NONE || described_has(d, DESCRIBED_IP_SRC) ||
	    d->kind == DESCRIBED_ARP_REPLY || d->kind == DESCRIBED_ADVERT)
		return;
	if (address_of(n, d->src, d->family, &d->ip_src))
		return;
	d->ip_src = stand_in(d->family);
	text_add(note, "%sno neighbour has the sender's MAC, so %s stands for its address (say %s)",
		 note->len ? "; " : "", addr_text(d->ip_src, text),
		 d->kind == DESCRIBED_ARP_REQUEST ? "tell IP" : "src IP");
}

/* Nobody knows the MAC of the destination: first comes the question for it. */
static void ask_first(struct described *d, struct text *note)
{
	char text[ADDR_TEXT];

	d->about = d->ip_dst;
	d->kind = d->family == ADDR_V4 ? DESCRIBED_ARP_REQUEST : DESCRIBED_SOLICIT;
	text_add(note,
		 "nobody here knows the MAC of %s, so this is the %s with which a host would ask "
		 "for it first (say dst MAC for the packet itself)",
		 addr_text(d->ip_dst, text),
		 d->family == ADDR_V4 ? "ARP request" : "neighbour solicitation");
}

static void complete_packet_destination(struct described *d, const struct network *n,
					struct text *note)
{
	static const uint8_t everyone[4] = { 255, 255, 255, 255 };
	uint32_t slot = neigh_find(n->neigh, d->ip_dst);

	if (addr_is_multicast(d->ip_dst))
		d->dst = group_mac(d->ip_dst);
	else if (addr_equal(d->ip_dst, addr_v4(everyone)))
		d->dst = broadcast;
	else if (slot != NEIGH_NONE)
		d->dst = neigh_at(n->neigh, slot)->mac;
	else
		ask_first(d, note);
}

static void complete_question(struct described *d)
{
	if (!described_has(d, DESCRIBED_DST))
		d->dst = d->kind == DESCRIBED_ARP_REQUEST ? broadcast
							  : group_mac(solicited_node(d->about));
	if (d->kind == DESCRIBED_SOLICIT)
		d->ip_dst = solicited_node(d->about);
}

/* Without `dst IP` an advertisement goes to all nodes, unasked. */
static void complete_announcement(struct described *d)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };

	if (!described_has(d, DESCRIBED_IS_AT))
		d->is_at = d->src;
	if (d->kind == DESCRIBED_ARP_REPLY) {
		if (!described_has(d, DESCRIBED_IP_SRC))
			d->ip_src = d->about;
		if (!described_has(d, DESCRIBED_DST))
			d->dst = broadcast;
		return;
	}
	if (!described_has(d, DESCRIBED_IP_DST))
		d->ip_dst = addr_v6(all_nodes);
	if (!described_has(d, DESCRIBED_DST))
		d->dst = group_mac(addr_v6(all_nodes));
	if (!described_has(d, DESCRIBED_IP_SRC))
		d->ip_src = d->about;
}

static void complete_packet(struct described *d)
{
	bool has_ports = described_has(d, DESCRIBED_SPORT) || described_has(d, DESCRIBED_DPORT);

	if (!described_has(d, DESCRIBED_PROTO))
		d->proto = has_ports ? IP_UDP : d->family == ADDR_V4 ? IP_ICMP : IP_ICMPV6;
	else if (d->proto == IP_ICMP && d->family == ADDR_V6)
		d->proto = IP_ICMPV6;
	if (!described_has(d, DESCRIBED_SPORT))
		d->sport = 40000;
	if (!described_has(d, DESCRIBED_DPORT))
		d->dport = 80;
	if (!described_has(d, DESCRIBED_TTL))
		d->ttl = TTL;
}

/* From a peer, what is for nobody in particular is for the station here. */
static bool complete_destination(struct described *d, const struct network *n, uint32_t port,
				 struct text *note, char why[DESCRIBED_WHY])
{
	if (d->kind == DESCRIBED_IP && !described_has(d, DESCRIBED_DST) &&
	    described_has(d, DESCRIBED_IP_DST))
		complete_packet_destination(d, n, note);
	else if (d->kind == DESCRIBED_IP && !described_has(d, DESCRIBED_IP_DST))
		if (!address_of(n, d->dst, d->family, &d->ip_dst))
			d->ip_dst = stand_in(d->family);
	if (d->kind == DESCRIBED_ARP_REQUEST || d->kind == DESCRIBED_SOLICIT)
		complete_question(d);
	else if (d->kind == DESCRIBED_ARP_REPLY || d->kind == DESCRIBED_ADVERT)
		complete_announcement(d);
	if (!mac_is_zero(d->dst) || described_has(d, DESCRIBED_DST))
		return true;
	if (port == PORT_NONE && n->ports_end > 0 && n->ports[0].speaks) {
		d->dst = n->ports[0].mac;
		return true;
	}
	snprintf(why, DESCRIBED_WHY, "to whom? (dst MAC, or ip dst ADDRESS)");
	return false;
}

static size_t headers(const struct described *d)
{
	size_t ip = d->family == ADDR_V4 ? IPV4_LEN : IPV6_LEN;

	switch (d->kind) {
	case DESCRIBED_ETHERNET:
		return 0;
	case DESCRIBED_ARP_REQUEST:
	case DESCRIBED_ARP_REPLY:
		return ARP_LEN;
	case DESCRIBED_SOLICIT:
	case DESCRIBED_ADVERT:
		return IPV6_LEN + ND_LEN + ND_OPTION;
	case DESCRIBED_IP:
		break;
	}
	if (d->proto == IP_TCP)
		return ip + TCP_LEN;
	return d->proto == IP_UDP || d->proto == IP_ICMP || d->proto == IP_ICMPV6 ? ip + UDP_LEN
										  : ip;
}

static bool complete_len(struct described *d, char why[DESCRIBED_WHY])
{
	size_t l3 = described_has(d, DESCRIBED_VLAN) ? ETH_LEN + VLAN_LEN : ETH_LEN;
	size_t least = l3 + headers(d);

	if (!described_has(d, DESCRIBED_LEN))
		d->len = (uint32_t)(least + (d->kind == DESCRIBED_IP         ? PING
					     : d->kind == DESCRIBED_ETHERNET ? 46
									     : 0));
	if (d->len >= least && d->len <= l3 + DESCRIBED_PACKET)
		return true;
	snprintf(why, DESCRIBED_WHY,
		 "len counts from the Ethernet header on: this frame has %zu..%zu", least,
		 l3 + DESCRIBED_PACKET);
	return false;
}

bool described_complete(struct described *d, const struct network *n, uint32_t port,
			struct mac station, struct text *note, char why[DESCRIBED_WHY])
{
	if (!complete_source(d, n, port, station, why) ||
	    !complete_destination(d, n, port, note, why))
		return false;
	complete_address(d, n, note);
	if (d->kind == DESCRIBED_IP)
		complete_packet(d);
	return complete_len(d, why);
}

/* -- Bytes -- */

static void write_ethernet(struct room *out, const struct described *d)
{
	static const uint16_t types[] = {
		[ADDR_NONE] = ETHERTYPE_ANY, [ADDR_V4] = ETHERTYPE_IPV4, [ADDR_V6] = ETHERTYPE_IPV6
	};
	bool arp = d->kind == DESCRIBED_ARP_REQUEST || d->kind == DESCRIBED_ARP_REPLY;
	uint8_t *at = room_take(out, 12);

	memcpy(at, d->dst.octet, 6);
	memcpy(at + 6, d->src.octet, 6);
	if (described_has(d, DESCRIBED_VLAN)) {
		at = room_take(out, VLAN_LEN);
		put_be16(at, ETHERTYPE_VLAN);
		put_be16(at + 2, d->vlan);
	}
	put_be16(room_take(out, 2), arp ? ETHERTYPE_ARP : types[d->family]);
}

static void write_arp(uint8_t *at, const struct described *d)
{
	bool reply = d->kind == DESCRIBED_ARP_REPLY;
	struct addr sender = reply ? d->about : d->ip_src, target = reply ? d->ip_src : d->about;

	put_be16(at, 1);
	put_be16(at + 2, ETHERTYPE_IPV4);
	at[4] = 6;
	at[5] = 4;
	put_be16(at + 6, reply ? ARP_REPLY : ARP_REQUEST);
	memcpy(at + 8, reply ? d->is_at.octet : d->src.octet, 6);
	memcpy(at + 14, sender.octet, 4);
	if (reply)
		memcpy(at + 18, d->dst.octet, 6);
	memcpy(at + 24, target.octet, 4);
}

static void write_ipv4(uint8_t *at, const struct described *d, size_t len)
{
	at[0] = 0x45;
	at[1] = d->tos;
	put_be16(at + 2, (uint16_t)len);
	put_be16(at + 6, described_has(d, DESCRIBED_DF) ? 0x4000 : 0);
	at[8] = d->ttl;
	at[9] = d->proto;
	memcpy(at + 12, d->ip_src.octet, 4);
	memcpy(at + 16, d->ip_dst.octet, 4);
	put_be16(at + 10, checksum_finish(checksum_add(0, span_of(at, IPV4_LEN))));
}

static void write_ipv6(uint8_t *at, const struct described *d, size_t len)
{
	bool nd = d->kind != DESCRIBED_IP;

	put_be32(at, UINT32_C(6) << 28 | (uint32_t)d->tos << 20);
	put_be16(at + 4, (uint16_t)(len - IPV6_LEN));
	at[6] = nd ? IP_ICMPV6 : d->proto;
	at[7] = nd ? TTL_ND : d->ttl;
	memcpy(at + 8, d->ip_src.octet, 16);
	memcpy(at + 24, d->ip_dst.octet, 16);
}

static void write_nd(uint8_t *at, const struct described *d)
{
	bool advert = d->kind == DESCRIBED_ADVERT;

	at[0] = advert ? ND_ADVERT : ND_SOLICIT;
	if (advert)
		at[4] = addr_is_multicast(d->ip_dst) ? ND_OVERRIDE : ND_OVERRIDE | ND_SOLICITED;
	memcpy(at + 8, d->about.octet, 16);
	at[ND_LEN] = advert ? ND_OPTION_TARGET : ND_OPTION_SOURCE;
	at[ND_LEN + 1] = 1;
	memcpy(at + ND_LEN + 2, advert ? d->is_at.octet : d->src.octet, 6);
}

/* The offset of its checksum; 0: it has none. */
static size_t write_transport(uint8_t *at, const struct described *d, size_t len)
{
	switch (d->proto) {
	case IP_TCP:
		put_be16(at, d->sport);
		put_be16(at + 2, d->dport);
		at[12] = TCP_WORDS << 4;
		at[13] = TCP_ACK;
		return 16;
	case IP_UDP:
		put_be16(at, d->sport);
		put_be16(at + 2, d->dport);
		put_be16(at + 4, (uint16_t)len);
		return 6;
	case IP_ICMP:
		at[0] = ICMP_ECHO;
		return 2;
	case IP_ICMPV6:
		at[0] = ICMPV6_ECHO;
		return 2;
	default:
		return 0;
	}
}

static void write_checksum(uint8_t *at, size_t field, const struct described *d, uint8_t proto,
			   size_t len)
{
	const struct ip ip = { .src = d->ip_src, .dst = d->ip_dst };
	bool alone = d->family == ADDR_V4 && proto == IP_ICMP;
	uint64_t sum = alone ? 0 : ip_pseudo_sum(&ip, proto, (uint32_t)len);
	uint16_t value;

	if (field == 0)
		return;
	value = checksum_finish(checksum_add(sum, span_of(at, len)));
	put_be16(at + field, value == 0 && proto == IP_UDP ? 0xffff : value);
}

static void write_ip(uint8_t *at, const struct described *d, size_t len)
{
	size_t header = d->family == ADDR_V4 ? IPV4_LEN : IPV6_LEN, field;

	if (d->family == ADDR_V4)
		write_ipv4(at, d, len);
	else
		write_ipv6(at, d, len);
	if (d->kind == DESCRIBED_IP) {
		field = write_transport(at + header, d, len - header);
		write_checksum(at + header, field, d, d->proto, len - header);
	} else {
		write_nd(at + header, d);
		write_checksum(at + header, 2, d, IP_ICMPV6, len - header);
	}
}

size_t described_write(struct room out, const struct described *d)
{
	size_t len;

	if (d->len > out.len)
		return 0;
	out.len = d->len;
	memset(out.at, 0, d->len);
	write_ethernet(&out, d);
	len = out.len;
	if (d->kind == DESCRIBED_ARP_REQUEST || d->kind == DESCRIBED_ARP_REPLY)
		write_arp(out.at, d);
	else if (d->kind != DESCRIBED_ETHERNET)
		write_ip(out.at, d, len);
	return d->len;
}
