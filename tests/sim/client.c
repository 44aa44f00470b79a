#include "client.h"

#include <assert.h>

#include "frames.h"

enum { ROOM = 600, BOOTP = 240 };

const struct mac client_server = { { 0x02, 0x99, 0, 0, 0, 1 } };

struct addr client_ip(uint8_t subnet, uint8_t last)
{
	return addr_v4((const uint8_t[]) { 10, 42, subnet, last });
}

void client_give_out(struct sim_node *node, uint8_t subnet)
{
	const struct dhcp_terms terms = {
		.pool = { .addr = client_ip(subnet, 0), .length = 28 },
		.gateway = { .addr = client_ip(subnet, 1), .length = 16 },
		.mac = client_server,
		.mtu = SIM_INNER_MTU,
		.duration = CLIENT_LEASE,
	};
	struct network *n = sim_network(node);

	n->bindings = bindings_new(&terms, NULL, 0, node->tables->secret);
	n->arp = ARP_SUPPRESS;
	assert(n->bindings);
}

struct mac client_mac(unsigned client)
{
	return (struct mac) { { 0x02, 0x42, 0, 0, (uint8_t)(client >> 8), (uint8_t)client } };
}

static uint8_t *put_option(uint8_t *at, uint8_t code, struct addr addr)
{
	if (!addr.family)
		return at;
	at[0] = code;
	at[1] = 4;
	memcpy(at + 2, addr.octet, 4);
	return at + 6;
}

static void put_ip(uint8_t *at, const struct client_words *w, size_t len)
{
	static const uint8_t everybody_ip[] = { 255, 255, 255, 255 };

	at[0] = 0x45;
	put_be16(at + 2, (uint16_t)(IPV4_LEN + UDP_LEN + len));
	at[8] = 64;
	at[9] = IP_UDP;
	memcpy(at + 12, w->ciaddr.octet, 4);
	memcpy(at + 16, w->dst.family ? w->dst.octet : everybody_ip, 4);
	put_be16(at + IPV4_LEN, DHCP_CLIENT_PORT);
	put_be16(at + IPV4_LEN + 2, DHCP_SERVER_PORT);
	put_be16(at + IPV4_LEN + 4, (uint16_t)(UDP_LEN + len));
}

void client_tell(struct sim_port *port, const struct client_words *w)
{
	uint8_t frame[ROOM] = { 0 }, *ip = frame + ETH_LEN;
	uint8_t *message = ip + IPV4_LEN + UDP_LEN, *end = message + BOOTP;
	struct mac mac = client_mac(w->client), to = w->dst.family ? client_server : everybody;

	memcpy(frame, to.octet, 6);
	memcpy(frame + 6, mac.octet, 6);
	put_be16(frame + 12, ETHERTYPE_IPV4);
	memcpy(message, (const uint8_t[]) { 1, 1, 6 }, 3);
	memcpy(message + 12, w->ciaddr.octet, 4);
	memcpy(message + 28, mac.octet, 6);
	put_be32(message + BOOTP - 4, w->nonsense ? 0 : 0x63825363);
	memcpy(end, (const uint8_t[]) { DHCP_O_TYPE, 1, (uint8_t)w->type }, 3);
	end = put_option(end + 3, DHCP_O_REQUESTED, w->requested);
	end = put_option(end, DHCP_O_SERVER, w->server);
	*end++ = DHCP_O_END;
	put_ip(ip, w, (size_t)(end - message));
	sim_give(port, frame, (size_t)(end - frame));
	sim_run(port->node->sim, NS_PER_MS);
}

unsigned client_hears(struct sim_port *port, unsigned *last)
{
	struct sim_packet *packet = sim_take(port);
	const uint8_t *message;
	unsigned type;

	if (!packet)
		return 0;
	message = packet->at + ETH_LEN + IPV4_LEN + UDP_LEN;
	assert(memcmp(packet->at + 6, client_server.octet, 6) == 0);
	assert(get_be16(message - UDP_LEN) == DHCP_SERVER_PORT);
	type = message[BOOTP + 2];
	if (last)
		*last = message[19];
	sim_done(port->node->sim, packet);
	return type;
}
