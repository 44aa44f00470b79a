#include "path/outbound.h"

#include <errno.h>

#include "answer.h"
#include "deliver.h"
#include "offload/checksum.h"
#include "state.h"
#include "watch.h"

/* We never send an unfinished checksum; those of superframes are finished segment by segment. */
static void finish(struct frame *f)
{
	if (f->kind == FRAME_PLAIN && f->unfinished)
		frame_finish_checksum(f);
}

static void send_to_peer(struct engine *e, const struct network *n, const struct verdict *v,
			 struct frame *f, struct packet *packet)
{
	struct outgoing o;

	finish(f);
	o = outgoing_of(n, v, f, packet, e->pool);
	encap_send(e, &o, v->to);
}

/* Local ports first: they may take the frame as it is. */
static void flood(struct engine *e, const struct network *n, const struct verdict *v,
		  struct frame *f, struct packet *packet)
{
	struct outgoing o;

	deliver_all(e, n, v->from_port, f);
	if (!v->list || v->list->count == 0)
		return;
	finish(f);
	o = outgoing_of(n, v, f, packet, e->pool);
	if (!floods_add(e->floods, &o, v->list))
		tables_count_drop(e->tables, n->id, DROP_UNDERLAY_FULL, frame_segments(f));
}

static void carry_out(struct engine *e, const struct network *n, const struct verdict *v,
		      struct frame *f, struct packet *packet, uint64_t now)
{
	switch (v->action) {
	case ACTION_DROP:
	case ACTION_DELIVER_ALL: /* inbound only */
		break;
	case ACTION_PUNT:
		dhcp_serve(e, e->tables->networks[n->id], v, f, now);
		break;
	case ACTION_REPLY:
		answer(e, n, v, f);
		break;
	case ACTION_DELIVER:
		deliver(e, n, v->port, f);
		break;
	case ACTION_SEND:
		send_to_peer(e, n, v, f, packet);
		break;
	case ACTION_FLOOD:
		flood(e, n, v, f, packet);
		break;
	}
}

/* @f NULL: what the port gave was too short to parse. */
static void forward(struct engine *e, const struct network *n, uint32_t port, struct frame *f,
		    struct packet *packet, uint64_t now)
{
	struct verdict v = outbound_decide(e->tables, n, port, f, now);
	enum note note;

	watch_outbound(e, &v, f, now);
	note = verdict_commit(e->tables, &v, f, now);
	watch_events(e, &v, f, note, now);
	if (f) /* else there is nothing to carry: the verdict is a drop */
		carry_out(e, n, &v, f, packet, now);
}

/* Messages that one frame was worth; 0: there is none now; −errno: the port failed. */
static int forward_one(struct engine *e, const struct network *n, uint32_t index,
		       const struct local_port *port, uint64_t now)
{
	struct packet *packet = packet_get(e->pool);
	struct frame f;
	int got = port->ops->read(port->port, packet->at, PACKET_ROOM, &f);

	if (got == 1) {
		got = (int)encap_messages(&f);
		forward(e, n, index, &f, packet, now);
	} else if (got == -EMSGSIZE) {
		forward(e, n, index, NULL, packet, now);
	}
	packet_put(e->pool, packet);
	switch (got) {
	case -EMSGSIZE:
		return 1;
	case -EAGAIN:
	case -EINTR:
	case -EIO: /* down: nothing to read until it comes up */
	case -ENOBUFS:
	case -ENOMEM:
		return 0;
	default:
		return got;
	}
}

int engine_port_readable(struct engine *e, uint32_t network, uint32_t index, uint64_t now)
{
	struct local_port *port = ports_at(&e->ports, network, index);
	const struct network *n;

	if (!port || network >= e->tables->network_count)
		return 0;
	if (port->failed)
		return port->failed;
	n = e->tables->networks[network];
	if (!n)
		return 0;
	for (int done = 0; done < ENGINE_BUDGET;) {
		int got;

		if (engine_paused(e) || !engine_make_room(e, now))
			return 0;
		got = forward_one(e, n, index, port, now);
		if (got <= 0)
			return got;
		done += got;
	}
	return 0;
}
