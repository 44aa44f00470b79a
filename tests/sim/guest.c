#include "guest.h"

#include "frames.h"
#include "wire/arp.h"

enum { GUEST_ROOM = 128, ICMP_REPLY = 0, ICMP_ECHO = 8 };

static struct host self(const struct guest *g)
{
	struct host host = { .mac = g->mac };

	memcpy(host.ip, g->ip, sizeof(host.ip));
	return host;
}

static struct host other(const struct guest *g)
{
	struct host host = { .mac = g->other_mac };

	memcpy(host.ip, g->other_ip, sizeof(host.ip));
	return host;
}

static void ask(struct guest *g)
{
	uint8_t frame[GUEST_ROOM];

	sim_give(g->port, frame, make_arp_request(frame, self(g), other(g)));
}

/* An echo request or reply; one that does not know its way yet waits until ARP has told. */
static void send_echo(struct guest *g, bool reply)
{
	uint8_t frame[GUEST_ROOM];

	if (!mac_is_zero(g->other_mac)) {
		sim_give(g->port, frame, make_echo(frame, self(g), other(g), reply));
		return;
	}
	g->waiting[reply]++;
	ask(g);
}

void guest_ping(struct guest *g)
{
	send_echo(g, false);
}

static void send_waiting(struct guest *g)
{
	for (unsigned reply = 0; reply < 2; reply++)
		for (; g->waiting[reply]; g->waiting[reply]--)
			send_echo(g, reply);
}

static void take_arp(struct guest *g, const struct arp *arp)
{
	uint8_t frame[GUEST_ROOM];

	if (memcmp(arp->target_ip.octet, g->ip, sizeof(g->ip)) != 0)
		return;
	g->other_mac = arp->sender_mac;
	if (arp->op == ARP_REQUEST)
		sim_give(g->port, frame, make_arp_reply(frame, self(g), other(g)));
	send_waiting(g);
}

static void take_icmp(struct guest *g, const struct frame *f)
{
	if (!mac_equal(f->eth.dst, g->mac) || f->l4 >= f->len)
		return;
	if (f->at[f->l4] == ICMP_ECHO)
		send_echo(g, true);
	else if (f->at[f->l4] == ICMP_REPLY)
		g->replies++;
}

static void take(struct guest *g, struct sim_packet *packet)
{
	struct frame f;
	struct arp arp;

	if (!frame_parse(&f, packet->at, packet->len))
		return;
	if (arp_read(&f, &arp))
		take_arp(g, &arp);
	else if (f.l4 && f.ip.proto == IP_ICMP)
		take_icmp(g, &f);
}

void guest_work(struct guest *g)
{
	struct sim_packet *packet;

	while ((packet = sim_take(g->port))) {
		take(g, packet);
		sim_done(g->port->node->sim, packet);
	}
}
