#include "build.h"

#include <assert.h>

#include "wire/arp.h"
#include "wire/checksum.h"
#include "wire/nd.h"
#include "wire/probe.h"
#include "wire/vxlan.h"

enum { ICMP_HEADER = 8, ND_MESSAGE = 32, FIRST_VID = 5, TTL = 64, HOP_LIMIT = 255 };

struct mac mac_of(const char *text)
{
	struct mac mac;
	bool sound = mac_parse(text, &mac);

	assert(sound);
	return mac;
}

struct addr addr_of(const char *text)
{
	struct addr addr;
	bool sound = addr_parse(text, &addr);

	assert(sound);
	return addr;
}

static uint8_t *take(struct room *out, size_t n)
{
	uint8_t *at = room_take(out, n);

	assert(at);
	memset(at, 0, n);
	return at;
}

/* Bytes written since @start. */
static size_t written(struct room start, struct room now)
{
	return (size_t)(now.at - start.at);
}

static void put_eth(struct room *out, const char *to, const char *from, unsigned vlans,
		    uint16_t type)
{
	uint8_t *at = take(out, 12);

	memcpy(at, mac_of(to).octet, 6);
	memcpy(at + 6, mac_of(from).octet, 6);
	for (unsigned i = 0; i < vlans; i++) {
		at = take(out, VLAN_LEN);
		put_be16(at, i + 1 < vlans ? ETHERTYPE_QINQ : ETHERTYPE_VLAN);
		put_be16(at + 2, (uint16_t)(FIRST_VID + i));
	}
	put_be16(take(out, 2), type);
}

static size_t transport_len(uint8_t proto)
{
	switch (proto) {
	case IP_TCP:
		return TCP_LEN;
	case IP_UDP:
		return UDP_LEN;
	case IP_ICMP:
	case IP_ICMPV6:
		return ICMP_HEADER;
	default:
		return 0;
	}
}

static void put_ip(struct room *out, const struct ip *ip, size_t payload)
{
	uint8_t *at;

	if (ip->src.family == ADDR_V6) {
		at = take(out, IPV6_LEN);
		put_be32(at, UINT32_C(6) << 28 | (uint32_t)ip->tos << 20);
		put_be16(at + 4, (uint16_t)payload);
		at[6] = ip->proto;
		at[7] = ip->ttl;
		memcpy(at + 8, ip->src.octet, 16);
		memcpy(at + 24, ip->dst.octet, 16);
		return;
	}
	at = take(out, IPV4_LEN);
	at[0] = 0x45;
	at[1] = ip->tos;
	put_be16(at + 2, (uint16_t)(IPV4_LEN + payload));
	put_be16(at + 6, ip->df ? 0x4000 : 0);
	at[8] = ip->ttl;
	at[9] = ip->proto;
	memcpy(at + 12, ip->src.octet, 4);
	memcpy(at + 16, ip->dst.octet, 4);
	put_be16(at + 10, checksum_finish(checksum_add(0, span_of(at, IPV4_LEN))));
}

static size_t checksum_offset(uint8_t proto)
{
	return proto == IP_TCP ? 16 : proto == IP_UDP ? 6 : 2;
}

static void finish_transport(uint8_t *l4, size_t len, const struct ip *ip, bool unfinished)
{
	uint64_t pseudo = ip->proto == IP_ICMP ? 0 : ip_pseudo_sum(ip, ip->proto, (uint32_t)len);
	uint8_t *field = l4 + checksum_offset(ip->proto);

	put_be16(field, unfinished ? checksum_fold(pseudo)
				   : checksum_finish(checksum_add(pseudo, span_of(l4, len))));
}

static void put_transport(struct room *out, const struct sketch *s, const struct ip *ip)
{
	size_t header = transport_len(ip->proto), len = header + s->payload;
	uint8_t *at = take(out, len);

	for (size_t i = header; i < len; i++)
		at[i] = (uint8_t)i;
	if (header == 0)
		return;
	if (header == ICMP_HEADER && ip->proto != IP_UDP) {
		at[0] = ip->proto == IP_ICMP ? 8 : 128; /* echo request */
	} else {
		put_be16(at, s->sport);
		put_be16(at + 2, s->dport);
	}
	if (ip->proto == IP_TCP)
		at[12] = 0x50;
	if (ip->proto == IP_UDP)
		put_be16(at + 4, (uint16_t)len);
	finish_transport(at, len, ip, s->unfinished);
}

size_t build_frame(struct room out, const struct sketch *s)
{
	struct room start = out;
	struct ip ip = { .proto = s->proto, .tos = s->tos, .ttl = s->ttl, .df = s->df };

	if (!s->src) {
		put_eth(&out, s->to, s->from, s->vlans, s->type);
		take(&out, s->payload);
		return written(start, out);
	}
	ip.src = addr_of(s->src);
	ip.dst = addr_of(s->dst);
	ip.ttl = s->ttl ? s->ttl : TTL;
	put_eth(&out, s->to, s->from, s->vlans,
		ip.src.family == ADDR_V4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
	put_ip(&out, &ip, transport_len(s->proto) + s->payload);
	put_transport(&out, s, &ip);
	return written(start, out);
}

size_t build_arp(struct room out, const struct arp_sketch *s)
{
	struct room start = out;
	uint8_t *at;

	put_eth(&out, s->to, s->sender_mac, s->vlans, ETHERTYPE_ARP);
	at = take(&out, ARP_LEN);
	put_be16(at, 1);
	put_be16(at + 2, ETHERTYPE_IPV4);
	at[4] = 6;
	at[5] = 4;
	put_be16(at + 6, s->op);
	memcpy(at + 8, mac_of(s->sender_mac).octet, 6);
	memcpy(at + 14, addr_of(s->sender_ip).octet, 4);
	memcpy(at + 24, addr_of(s->target_ip).octet, 4);
	return written(start, out);
}

/* Where a message about @target goes: everyone for an advertisement, else the solicited node. */
static struct addr nd_destination(uint8_t type, struct addr target)
{
	struct addr dst = addr_of(type == ND_ADVERT ? "ff02::1" : "ff02::1:ff00:0");

	if (type == ND_SOLICIT)
		memcpy(dst.octet + 13, target.octet + 13, 3);
	return dst;
}

size_t build_nd(struct room out, const struct nd_sketch *s)
{
	struct room start = out;
	struct addr target = addr_of(s->target), src = addr_of(s->src);
	bool option = s->type == ND_ADVERT || !addr_is_unspecified(src);
	size_t len = option ? ND_MESSAGE : ND_MESSAGE - 8;
	struct ip ip = { .src = src, .proto = IP_ICMPV6, .ttl = HOP_LIMIT };
	uint8_t *at;

	ip.dst = nd_destination(s->type, target);
	put_eth(&out, s->to, s->from, s->vlans, ETHERTYPE_IPV6);
	put_ip(&out, &ip, len);
	at = take(&out, len);
	at[0] = s->type;
	memcpy(at + 8, target.octet, 16);
	if (option) {
		at[24] = s->type == ND_ADVERT ? ND_OPTION_TARGET : ND_OPTION_SOURCE;
		at[25] = 1;
		memcpy(at + 26, mac_of(s->from).octet, 6);
	}
	finish_transport(at, len, &ip, false);
	return written(start, out);
}

size_t build_datagram(struct room out, uint32_t vni, struct span inner)
{
	struct room start = out;

	vxlan_write(take(&out, VXLAN_LEN), vni);
	if (inner.len > 0)
		memcpy(take(&out, inner.len), inner.at, inner.len);
	return written(start, out);
}

size_t build_probe(struct room out, bool answer, uint32_t sequence, size_t len)
{
	const struct probe probe = { .kind = answer ? PROBE_ANSWER : PROBE_REQUEST,
				     .sequence = sequence,
				     .token = ~sequence };
	size_t written = probe_request_write(out, len, mac_of(VTEP_MAC), mac_of(H2_MAC), &probe);

	assert(written > 0);
	return written;
}

uint64_t build_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

/* One of @n. */
static size_t draw(uint64_t *state, size_t n)
{
	return (size_t)((build_random(state) >> 32) % n);
}

static const char *draw_mac(uint64_t *state)
{
	static const char *const macs[] = {
		H1_MAC, H2_MAC,    H3_MAC,    H4_MAC,
		H9_MAC, TAP_MAC,   BROADCAST, "02:aa:00:00:00:01",
		H1_MAC, GROUP_MAC, BROADCAST, "02:aa:00:00:00:02",
	};

	return macs[draw(state, sizeof(macs) / sizeof(macs[0]))];
}

static const char *draw_v4(uint64_t *state)
{
	static const char *const ips[] = { "3.3.3.3", "3.3.3.4", "3.3.3.9", "0.0.0.0", NODE1_V4 };

	return ips[draw(state, sizeof(ips) / sizeof(ips[0]))];
}

static const char *draw_v6(uint64_t *state)
{
	static const char *const ips[] = { "fd03::3", "fd03::4", "fd03::9", "::", NODE1_V6 };

	return ips[draw(state, sizeof(ips) / sizeof(ips[0]))];
}

static size_t random_ip(struct room out, uint64_t *state)
{
	static const uint8_t protos[] = { IP_TCP, IP_UDP, IP_ICMP, IP_ICMPV6, 47 };
	bool v6 = draw(state, 2);
	struct sketch s = {
		.from = draw_mac(state),
		.to = draw_mac(state),
		.vlans = draw(state, 8) == 0 ? (unsigned)draw(state, 4) : 0,
		.src = v6 ? draw_v6(state) : draw_v4(state),
		.dst = v6 ? draw_v6(state) : draw_v4(state),
		.proto = protos[draw(state, sizeof(protos))],
		.tos = (uint8_t)draw(state, 256),
		.df = draw(state, 2),
		.sport = (uint16_t)draw(state, 65536),
		.dport = draw(state, 4) ? 80 : VXLAN_PORT,
		.payload = draw(state, 3) ? draw(state, 64) : draw(state, 1600),
		.unfinished = draw(state, 4) == 0,
	};

	return build_frame(out, &s);
}

static size_t random_arp(struct room out, uint64_t *state)
{
	return build_arp(out, &(struct arp_sketch) {
				      .to = draw_mac(state),
				      .op = (uint16_t)(1 + draw(state, 2)),
				      .sender_mac = draw_mac(state),
				      .sender_ip = draw_v4(state),
				      .target_ip = draw_v4(state),
			      });
}

static size_t random_nd(struct room out, uint64_t *state)
{
	return build_nd(out, &(struct nd_sketch) {
				     .to = draw_mac(state),
				     .from = draw_mac(state),
				     .type = draw(state, 2) ? ND_SOLICIT : ND_ADVERT,
				     .src = draw_v6(state),
				     .target = draw_v6(state),
			     });
}

size_t build_random_frame(struct room out, uint64_t *state)
{
	size_t kind = draw(state, 4), len;

	if (kind == 0)
		len = random_arp(out, state);
	else if (kind == 1)
		len = random_nd(out, state);
	else
		len = random_ip(out, state);

	if (draw(state, 8) == 0)
		out.at[draw(state, len)] ^= (uint8_t)(1 << draw(state, 8));
	return draw(state, 16) == 0 ? draw(state, len) : len;
}
