#include "refusal.h"

#include "state.h"

enum {
	UDP_SEGMENTS = 64,     /* UDP_MAX_SEGMENTS before Linux 6.9 */
	GSO_BY_FRAGS = 0xffff, /* a segment size that means something else to the kernel */
};

bool superframe_is_common(const struct frame *f)
{
	if (f->len != f->l3 + f->ip.len)
		return false;
	if (f->gso_size == GSO_BY_FRAGS)
		return false;
	return f->kind != FRAME_UDP || frame_segments(f) <= UDP_SEGMENTS;
}

struct port_caps refusal_caps(const struct local_port *port)
{
	struct port_caps caps = port->ops->caps(port->port);

	caps.tcp_superframe &= !port->refused_tcp;
	caps.udp_superframe &= !port->refused_udp;
	return caps;
}

void refusal_note(struct engine *e, const struct network *n, uint32_t index, const struct frame *f,
		  int error)
{
	struct local_port *port = ports_at(&e->ports, n->id, index);
	struct event event = { .kind = EVENT_NO_SUPERFRAMES,
			       .network = n->id,
			       .place = place_port(index),
			       .superframe = f->kind,
			       .error = error };

	if (f->kind == FRAME_TCP)
		port->refused_tcp = true;
	else
		port->refused_udp = true;
	e->count.no_superframes++;
	event_push(&e->events, &event);
}
