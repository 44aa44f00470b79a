#include "frames.h"

#include <assert.h>

#include "wire/checksum.h"
#include "wire/vnet.h"

enum { ARP_LEN = 28, ECHO_PAYLOAD = 56, ICMP_LEN = 8 };

const struct mac everybody = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

struct host host_of(unsigned n)
{
	return (struct host) { .mac = { { 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n } },
			       .ip = { 3, 3, (uint8_t)(n >> 8), (uint8_t)n } };
}

static void put_eth(uint8_t *out, struct mac dst, struct mac src, uint16_t type)
{
	memcpy(out, dst.octet, 6);
	memcpy(out + 6, src.octet, 6);
	put_be16(out + 12, type);
}

static size_t put_arp(uint8_t *out, struct mac dst, struct host from, struct host about,
		      uint16_t operation)
{
	uint8_t *arp = out + ETH_LEN;

	put_eth(out, dst, from.mac, ETHERTYPE_ARP);
	put_be32(arp, 0x00010800);
	put_be32(arp + 4, 0x06040000U | operation);
	memcpy(arp + 8, from.mac.octet, 6);
	memcpy(arp + 14, from.ip, 4);
	memset(arp + 18, 0, 6);
	if (operation == 2)
		memcpy(arp + 18, about.mac.octet, 6);
	memcpy(arp + 24, about.ip, 4);
	return ETH_LEN + ARP_LEN;
}

size_t make_arp_request(uint8_t *out, struct host from, struct host about)
{
	return put_arp(out, everybody, from, about, 1);
}

size_t make_arp_reply(uint8_t *out, struct host from, struct host to)
{
	return put_arp(out, to.mac, from, to, 2);
}

static void put_ipv4(uint8_t *ip, struct host from, struct host to, uint8_t proto, size_t len)
{
	memset(ip, 0, IPV4_LEN);
	ip[0] = 0x45;
	put_be16(ip + 2, (uint16_t)len);
	put_be16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, from.ip, 4);
	memcpy(ip + 16, to.ip, 4);
	put_be16(ip + 10, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));
}

size_t make_echo(uint8_t *out, struct host from, struct host to, bool reply)
{
	size_t len = IPV4_LEN + ICMP_LEN + ECHO_PAYLOAD;
	uint8_t *icmp = out + ETH_LEN + IPV4_LEN;

	put_eth(out, to.mac, from.mac, ETHERTYPE_IPV4);
	put_ipv4(out + ETH_LEN, from, to, IP_ICMP, len);
	memset(icmp, 0, ICMP_LEN + ECHO_PAYLOAD);
	icmp[0] = reply ? 0 : 8;
	put_be16(icmp + 2,
		 checksum_finish(checksum_add(0, span_of(icmp, ICMP_LEN + ECHO_PAYLOAD))));
	return ETH_LEN + len;
}

/* Folded sum of the pseudo header of the IPv4 packet at @ip, which is @len bytes long. */
static uint16_t pseudo_sum(const uint8_t *ip, size_t len)
{
	uint64_t sum = checksum_add(0, span_of(ip + 12, 8));

	return checksum_fold(sum + ip[9] + (len - IPV4_LEN));
}

size_t make_udp(uint8_t *out, struct host from, struct host to, uint16_t sport, size_t payload,
		uint32_t number)
{
	size_t len = IPV4_LEN + UDP_LEN + payload;
	uint8_t *ip = out + ETH_LEN, *udp = ip + IPV4_LEN;

	assert(payload >= 4);
	put_eth(out, to.mac, from.mac, ETHERTYPE_IPV4);
	put_ipv4(ip, from, to, IP_UDP, len);
	put_be16(udp, sport);
	put_be16(udp + 2, 7);
	put_be16(udp + 4, (uint16_t)(UDP_LEN + payload));
	memset(udp + 8, 0, payload);
	put_be32(udp + 8, number);
	put_be16(udp + 6, pseudo_sum(ip, len));
	put_be16(udp + 6, checksum_finish(checksum_add(0, span_of(udp, UDP_LEN + payload))));
	return ETH_LEN + len;
}

uint32_t number_of(const uint8_t *frame)
{
	return get_be32(frame + FRAME_UDP_HEADERS);
}

struct frame make_superframe(uint8_t *out, struct host from, struct host to, enum frame_kind kind,
			     size_t payload, uint16_t gso_size)
{
	size_t l4_len = kind == FRAME_TCP ? TCP_LEN : UDP_LEN;
	size_t len = IPV4_LEN + l4_len + payload;
	uint8_t *ip = out + ETH_LEN, *l4 = ip + IPV4_LEN;
	uint8_t proto = kind == FRAME_TCP ? IP_TCP : IP_UDP;
	struct frame f;

	put_eth(out, to.mac, from.mac, ETHERTYPE_IPV4);
	put_ipv4(ip, from, to, proto, len);
	memset(l4, 0, l4_len);
	put_be16(l4, 40000);
	put_be16(l4 + 2, 5001);
	if (kind == FRAME_TCP) {
		put_be32(l4 + 4, 1000000);
		l4[12] = 0x50;
		l4[13] = 0x18;
	} else {
		put_be16(l4 + 4, (uint16_t)(UDP_LEN + payload));
	}
	for (size_t i = 0; i < payload; i++)
		l4[l4_len + i] = (uint8_t)(i * 7 + i / 251);
	put_be16(l4 + (kind == FRAME_TCP ? 16 : 6), pseudo_sum(ip, len));
	assert(frame_parse(&f, out, ETH_LEN + len));
	f.kind = gso_size ? kind : FRAME_PLAIN;
	f.gso_size = gso_size;
	f.unfinished = true;
	f.csum_start = f.l4;
	f.csum_offset = kind == FRAME_TCP ? 16 : 6;
	return f;
}

bool is_sound(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + ETH_LEN;
	size_t total = get_be16(ip + 2);
	uint64_t sum;

	if (len - ETH_LEN < total ||
	    checksum_fold(checksum_add(0, span_of(ip, IPV4_LEN))) != 0xffff)
		return false;
	sum = ip[9] == IP_ICMP ? 0 : pseudo_sum(ip, total);
	sum = checksum_add(sum, span_of(ip + IPV4_LEN, total - IPV4_LEN));
	return checksum_fold(sum) == 0xffff;
}
