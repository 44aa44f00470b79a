/* What a client may say to a DHCP server, and the answer to it: however it asks, an answer is a sound
 * packet to it, no longer than every client takes, with whole options.
 *
 *   | VLAN tags (2), type of the answer (2), unicast, has a name, has routes, cut short | UDP payload |
 *
 * What is cut short ends within its IP packet as a frame does that was not read whole. */
#include <assert.h>
#include <stdlib.h>

#include "build.h"
#include "fuzz.h"
#include "wire/checksum.h"
#include "wire/dhcp.h"

enum { PAYLOAD_MAX = 1400, HEAD_MAX = ETH_LEN + 2 * VLAN_LEN + IPV4_LEN + UDP_LEN };

static void put_ip(uint8_t *ip, size_t payload)
{
	static const uint8_t head[] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 64, IP_UDP };

	memset(ip, 0, IPV4_LEN + UDP_LEN);
	memcpy(ip, head, sizeof(head));
	put_be16(ip + 2, (uint16_t)(IPV4_LEN + UDP_LEN + payload));
	memset(ip + 16, 0xff, 4);
	put_be16(ip + 10, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));
	put_be16(ip + IPV4_LEN, DHCP_CLIENT_PORT);
	put_be16(ip + IPV4_LEN + 2, DHCP_SERVER_PORT);
	put_be16(ip + IPV4_LEN + 4, (uint16_t)(UDP_LEN + payload));
}

/* The whole frame in a block of exactly its size. */
static uint8_t *build(uint8_t how, struct span payload, size_t *len)
{
	unsigned tags = (how & 3) % 3;
	size_t ip = ETH_LEN + VLAN_LEN * tags;
	uint8_t *at = calloc(1, HEAD_MAX + payload.len);

	assert(at);
	memset(at, 0xff, 6);
	at[6] = 2;
	for (unsigned i = 0; i < tags; i++)
		put_be16(at + 12 + VLAN_LEN * i, ETHERTYPE_VLAN);
	put_be16(at + ip - 2, ETHERTYPE_IPV4);
	put_ip(at + ip, payload.len);
	if (payload.len)
		memcpy(at + ip + IPV4_LEN + UDP_LEN, payload.at, payload.len);
	*len = ip + IPV4_LEN + UDP_LEN + payload.len;
	if (how & 0x80)
		*len -= payload.len / 2;
	at = realloc(at, *len);
	assert(at);
	return at;
}

static void check_options(struct span in)
{
	const uint8_t *code, *len;

	assert(span_take(&in, 240));
	while ((code = span_take(&in, 1)) && *code != DHCP_O_END) {
		len = span_take(&in, 1);
		assert(len && span_take(&in, *len));
	}
	assert(code);
}

static void check_answer(uint8_t *at, size_t len, const struct frame *asked)
{
	struct frame f;
	struct span udp;

	assert(frame_parse(&f, at, len) && f.payload != 0);
	assert(f.l3 == asked->l3 && f.ip.len == len - f.l3 && f.ip.len <= DHCP_ROOM);
	assert(f.dport == DHCP_CLIENT_PORT && !f.ip.opaque);
	udp = span_from(span_of(at, len), f.l4);
	assert(checksum_fold(checksum_add(ip_pseudo_sum(&f.ip, IP_UDP, (uint32_t)udp.len), udp)) ==
	       UINT16_MAX);
	check_options(span_from(udp, UDP_LEN));
}

static void answer(const struct frame *f, const struct dhcp *ask, uint8_t how)
{
	static const enum dhcp_type types[] = { DHCP_OFFER, DHCP_ACK, DHCP_NAK, DHCP_ACK };
	const struct addr us = addr_of("10.42.1.1");
	const struct dhcp_route route = { .to = { .addr = addr_of("10.96.0.0"), .length = 12 },
					  .via = us };
	const struct dhcp_answer a = {
		.type = types[how >> 2 & 3],
		.yiaddr = how & 0x10 ? addr_of("10.42.1.5") : (struct addr) { .family = ADDR_NONE },
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.server = us,
		.length = 16,
		.router = us,
		.servers = &us,
		.server_count = 1,
		.name = how & 0x20 ? "h1" : NULL,
		.mtu = 1450,
		.duration = 3600,
		.routes = &route,
		.route_count = how >> 6 & 1,
	};
	uint8_t out[ETH_LEN + 2 * VLAN_LEN + DHCP_ROOM];
	size_t len = dhcp_answer_write(room_of(out, sizeof(out)), f, ask, &a);

	assert(len > 0); /* all of this fits, with the longest identifier */
	check_answer(out, len, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct span in = span_of(input, size);
	const uint8_t *how = span_take(&in, 1);
	struct frame f;
	struct dhcp ask;
	uint8_t *at;
	size_t len;

	if (!how)
		return 0;
	at = build(*how, span_first(in, PAYLOAD_MAX), &len);
	if (frame_parse(&f, at, len) && dhcp_read(&f, &ask)) {
		assert(ask.client.len >= 2 && ask.client.len <= DHCP_ID);
		assert(mac_is_station(ask.chaddr));
		answer(&f, &ask, *how);
	}
	free(at);
	return 0;
}
