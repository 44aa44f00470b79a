#include "deliver.h"

#include <errno.h>

#include "offload/checksum.h"
#include "offload/coalesce.h"
#include "refusal.h"
#include "state.h"

static bool takes(struct port_caps caps, const struct frame *f)
{
	switch (f->kind) {
	case FRAME_TCP:
		return caps.tcp_superframe && superframe_is_common(f);
	case FRAME_UDP:
		return caps.udp_superframe && superframe_is_common(f);
	case FRAME_PLAIN:
		break;
	}
	return true;
}

/* The port did not take a frame: why, and is it the port's end? */
static enum drop_reason refusal(struct local_port *port, int error)
{
	switch (error) {
	case -EAGAIN:
	case -ENOBUFS:
	case -ENOMEM:
	case -EINTR:
	case -EINVAL: /* not this frame: no stranger's bytes may close a port */
	case -EMSGSIZE:
		return DROP_PORT_FULL;
	case -EIO: /* down, and may come up again */
	case -ENETDOWN:
		return DROP_PORT_DOWN;
	default:
		port->failed = error;
		return DROP_PORT_DOWN;
	}
}

/* What came of writing @f: @error is 0 or −errno. */
static void count_write(struct engine *e, const struct network *n, struct local_port *port,
			const struct frame *f, int error)
{
	if (error < 0)
		tables_count_drop(e->tables, n->id, refusal(port, error), frame_segments(f));
}

/* 0 or −errno. */
static int write_whole(struct local_port *port, const struct frame *f)
{
	struct iovec parts[COALESCE_SEGMENTS];

	parts[0] = (struct iovec) { .iov_base = f->at, .iov_len = frame_here(f) };
	for (unsigned i = 0; i < f->mores; i++)
		parts[1 + i] = f->more[i];
	return port->ops->write(port->port, f, parts, 1 + (size_t)f->mores);
}

/* The descriptor of one segment of @f: a plain, finished frame. */
static struct frame segment_frame(const struct frame *f, uint8_t *headers, const struct segment *s)
{
	struct frame plain = *f;

	plain.at = headers;
	plain.len = s->header_len + s->payload_len;
	plain.ip.len = plain.len - plain.l3;
	plain.kind = FRAME_PLAIN;
	plain.gso_size = plain.mores = 0;
	plain.gso_ecn = plain.unfinished = false;
	return plain;
}

static void write_segments(struct engine *e, const struct network *n, struct local_port *port,
			   const struct frame *f)
{
	uint8_t headers[SEGMENT_HEADERS];
	struct segmenter s;
	struct segment segment;

	if (!segment_begin(&s, f)) {
		tables_count_drop(e->tables, n->id, DROP_OVERSIZE, frame_segments(f));
		return;
	}
	while (segment_next(&s, headers, &segment)) {
		struct frame plain = segment_frame(f, headers, &segment);
		struct iovec parts[2] = {
			{ .iov_base = headers, .iov_len = segment.header_len },
			{ .iov_base = (void *)(uintptr_t)segment.payload,
			  .iov_len = segment.payload_len },
		};

		count_write(e, n, port, &plain, port->ops->write(port->port, &plain, parts, 2));
	}
}

/* As it is; a superframe that the port refuses is written once more, cut. */
static void write_or_cut(struct engine *e, const struct network *n, uint32_t index,
			 struct local_port *port, const struct frame *f)
{
	int error = write_whole(port, f);

	if (error == -EINVAL && f->kind != FRAME_PLAIN) {
		refusal_note(e, n, index, f, -error);
		write_segments(e, n, port, f);
	} else {
		count_write(e, n, port, f, error);
	}
}

struct port_caps deliver_caps(struct engine *e, const struct network *n, uint32_t index)
{
	struct local_port *port = ports_at(&e->ports, n->id, index);

	if (!port || !n->offload)
		return (struct port_caps) { .unfinished = false };
	return refusal_caps(port);
}

void deliver(struct engine *e, const struct network *n, uint32_t index, struct frame *f)
{
	struct local_port *port = ports_at(&e->ports, n->id, index);
	struct port_caps caps;

	if (!port || port->failed || !n->ports[index].up) {
		tables_count_drop(e->tables, n->id, DROP_PORT_DOWN, frame_segments(f));
		return;
	}
	caps = deliver_caps(e, n, index);
	if (!takes(caps, f)) {
		write_segments(e, n, port, f);
		return;
	}
	if (f->kind == FRAME_PLAIN && f->unfinished && !caps.unfinished)
		frame_finish_checksum(f);
	write_or_cut(e, n, index, port, f);
}

/* The verdict saw to it that the widest port takes the frame; the others may be narrower. */
static void deliver_one_of_all(struct engine *e, const struct network *n, uint32_t index,
			       struct frame *f)
{
	if (frame_packet_len(f) > n->ports[index].mtu)
		tables_count_drop(e->tables, n->id, DROP_OVERSIZE, frame_segments(f));
	else
		deliver(e, n, index, f);
}

void deliver_all(struct engine *e, const struct network *n, uint32_t except, struct frame *f)
{
	for (uint32_t i = 0; i < n->ports_end; i++) {
		if (i != except && n->ports[i].used && n->ports[i].up)
			deliver_one_of_all(e, n, i, f);
	}
}
