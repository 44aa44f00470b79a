#include <assert.h>
#include <errno.h>

#include "offload/segment.h"
#include "sim.h"

const struct port_caps sim_takes_all = { true, true, true };
const struct port_caps sim_takes_nothing = { false, false, false };

static int port_read(void *at, uint8_t *to, size_t room, struct frame *f)
{
	struct sim_port *port = at;
	struct sim_packet *packet;
	bool sound;

	port->reads++;
	if (port->read_error)
		return port->read_error;
	packet = sim_pop(&port->out);
	if (!packet)
		return 0;
	assert(packet->len <= room);
	memcpy(to, packet->at, packet->len);
	sound = frame_parse(f, to, packet->len) && vnet_read(packet->vnet, f);
	sim_done(port->node->sim, packet);
	return sound ? 1 : -EMSGSIZE;
}

static void host_gets(struct sim_port *port, const struct frame *f, const struct iovec *parts,
		      size_t n)
{
	struct sim_packet *packet = sim_packet(port->node->sim);

	packet->len = 0;
	for (size_t i = 0; i < n; i++) {
		assert(parts[i].iov_len <= SIM_ROOM - packet->len);
		memcpy(packet->at + packet->len, parts[i].iov_base, parts[i].iov_len);
		packet->len += parts[i].iov_len;
	}
	assert(packet->len == f->len);
	vnet_write(packet->vnet, f);
	sim_push(&port->in, packet);
}

static void host_gets_segments(struct sim_port *port, const struct frame *f)
{
	uint8_t headers[SEGMENT_HEADERS];
	struct segmenter s;
	struct segment segment;
	bool sound = segment_begin(&s, f);

	assert(sound);
	while (segment_next(&s, headers, &segment)) {
		const struct frame plain = { .len = segment.header_len + segment.payload_len };
		const struct iovec parts[] = {
			{ headers, segment.header_len },
			{ (void *)(uintptr_t)segment.payload, segment.payload_len },
		};

		host_gets(port, &plain, parts, 2);
	}
}

static int port_write(void *at, const struct frame *f, const struct iovec *parts, size_t n)
{
	struct sim_port *port = at;

	if (port->write_error)
		return port->write_error;
	assert(f->kind != FRAME_TCP || port->caps.tcp_superframe);
	assert(f->kind != FRAME_UDP || port->caps.udp_superframe);
	assert(!f->unfinished || port->caps.unfinished);
	if (port->refuses && f->kind != FRAME_PLAIN) {
		port->refused++;
		return port->refuses;
	}
	if (f->kind == FRAME_PLAIN || port->whole)
		host_gets(port, f, parts, n);
	else
		host_gets_segments(port, f);
	return 0;
}

static struct port_caps port_caps(void *at)
{
	return ((struct sim_port *)at)->caps;
}

const struct port_ops sim_port_ops = { .read = port_read, .write = port_write, .caps = port_caps };

static struct sim_port *free_port(struct sim_node *node)
{
	for (unsigned i = 0; i < SIM_PORTS; i++) {
		if (!node->port[i].node)
			return &node->port[i];
	}
	return NULL;
}

struct sim_port *sim_add_port(struct sim_node *node, struct network *n, struct port_caps caps)
{
	struct sim_port *port = free_port(node);
	uint32_t index = network_add_port(n, (struct mac) { { 0 } }, n->mtu, false, 0);

	assert(port && index != PORT_NONE);
	*port = (struct sim_port) { .node = node, .network = n->id, .index = index, .caps = caps };
	assert(engine_attach_port(node->engine, n->id, index, &sim_port_ops, port));
	return port;
}

void sim_give_frame(struct sim_port *port, const struct frame *f)
{
	struct sim_packet *packet = sim_packet(port->node->sim);

	assert(f->len <= SIM_ROOM);
	memcpy(packet->at, f->at, f->len);
	packet->len = f->len;
	vnet_write(packet->vnet, f);
	sim_push(&port->out, packet);
}

void sim_give(struct sim_port *port, const void *frame, size_t len)
{
	struct sim_packet *packet = sim_packet(port->node->sim);

	assert(len <= SIM_ROOM);
	memcpy(packet->at, frame, len);
	packet->len = len;
	memset(packet->vnet, 0, sizeof(packet->vnet));
	sim_push(&port->out, packet);
}

struct sim_packet *sim_take(struct sim_port *port)
{
	return sim_pop(&port->in);
}

unsigned sim_discard(struct sim_port *port)
{
	struct sim_packet *packet;
	unsigned count = 0;

	while ((packet = sim_take(port))) {
		sim_done(port->node->sim, packet);
		count++;
	}
	return count;
}
