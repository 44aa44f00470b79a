#include "life.h"

#include <errno.h>

#include "check.h"

/* -- What leaves. -- */

void door_leaves(struct door *d, uint64_t about, const void *at, size_t len)
{
	d->count++;
	d->digest = hash_bytes((struct hash_secret) { d->digest, about }, at, len);
}

static size_t gather(uint8_t *out, const struct iovec *parts, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		assert_true(parts[i].iov_len <= SIM_ROOM - len);
		memcpy(out + len, parts[i].iov_base, parts[i].iov_len);
		len += parts[i].iov_len;
	}
	return len;
}

/* What a port is told besides the bytes. */
uint64_t door_about_frame(const struct frame *f)
{
	return (uint64_t)f->kind << 32 | (uint64_t)f->unfinished << 16 | f->gso_size;
}

/* What the underlay is told besides the bytes behind the VXLAN header. */
uint64_t door_about_run(struct addr to, uint16_t port, uint8_t tos, uint16_t source, uint32_t vni)
{
	struct hash_secret rest = { (uint64_t)port << 32 | (uint64_t)tos << 16 | source, vni };

	return hash_bytes(rest, &to, sizeof(to));
}

/* -- The doors of the engine. -- */

/* The frame as a port would describe it. */
bool input_describe(const struct input *in, uint8_t *at, struct frame *f)
{
	memcpy(at, in->at, in->len);
	if (!frame_parse(f, at, in->len))
		return false;
	frame_find_unfinished(f);
	if (in->gso_size)
		frame_as_superframe(f, 0, in->gso_size);
	return true;
}

static const struct input *take_input(struct door *d)
{
	const struct input *in = d->life->input;

	if (in && in->door == d->number)
		d->life->input = NULL;
	else
		in = NULL;
	return in;
}

static int port_read(void *at, uint8_t *to, size_t room, struct frame *f)
{
	const struct input *in = take_input(at);

	assert_true(room >= INPUT_ROOM);
	if (!in)
		return 0;
	return input_describe(in, to, f) ? 1 : -EMSGSIZE;
}

static int port_write(void *at, const struct frame *f, const struct iovec *parts, size_t n)
{
	static uint8_t bytes[SIM_ROOM];

	door_leaves(at, door_about_frame(f), bytes, gather(bytes, parts, n));
	return 0;
}

static struct port_caps port_caps(void *at)
{
	return ((struct door *)at)->takes_all ? sim_takes_all : sim_takes_nothing;
}

static int wire_receive(void *at, unsigned socket, struct datagram *batch, unsigned n)
{
	const struct input *in = take_input(at);

	assert_true(socket == 0 && n > 0 && batch->room >= INPUT_ROOM);
	if (!in)
		return 0;
	memcpy(batch->at, in->at, in->len);
	batch->len = in->len;
	batch->source = in->source;
	batch->tos = in->tos;
	batch->truncated = in->truncated;
	return 1;
}

static void run_leaves(struct door *d, const struct run *run)
{
	static uint8_t bytes[SIM_ROOM];
	struct span rest = span_of(bytes, gather(bytes, run->iov, run->iovs));

	assert_int_equal(rest.len, run->bytes);
	while (rest.len > 0) {
		struct span datagram = span_first(rest, run->segment);
		struct vxlan header;

		rest = span_from(rest, datagram.len);
		assert_int_equal(vxlan_read(&datagram, &header), VXLAN_FINE);
		door_leaves(d,
			    door_about_run(run->to, run->port, run->tos, run->source, header.vni),
			    datagram.at, datagram.len);
	}
}

static unsigned wire_send_runs(void *at, const struct run *runs, unsigned n, int *error)
{
	*error = 0;
	for (unsigned i = 0; i < n; i++)
		run_leaves(at, &runs[i]);
	return n;
}

static unsigned wire_errors(void *at, struct wire_error *out, unsigned n)
{
	(void)at;
	(void)out;
	(void)n;
	return 0;
}

static uint32_t wire_path_mtu(void *at, struct addr to)
{
	(void)at;
	(void)to;
	return WORLD_MTU;
}

static const struct port_ops port_ops = { port_read, port_write, port_caps };
static const struct wire_ops wire_ops = { wire_receive, wire_send_runs, wire_errors,
					  wire_path_mtu };

struct network *life_network(const struct life *l, unsigned door)
{
	return door < LIFE_PORTS - 1 ? l->world.blue : l->world.green;
}

uint32_t life_port(unsigned door)
{
	return door < LIFE_PORTS - 1 ? door : 0;
}

/* -- Living. -- */

void life_live(struct life *l, const struct input *in)
{
	struct network *n = life_network(l, in->door);
	struct event event;

	l->input = in;
	if (in->door < LIFE_PORTS)
		engine_port_readable(l->engine, n->id, life_port(in->door), in->now);
	else
		engine_wire_readable(l->engine, (uint16_t)(in->door - LIFE_PORTS), 0, in->now);
	while (engine_flush(l->engine, in->now))
		;
	assert_null(l->input);
	while (engine_next_event(l->engine, &event))
		l->told[event.kind]++;
}

void life_attach(struct life *l)
{
	l->engine = engine_new(l->world.tables);
	assert_non_null(l->engine);
	for (unsigned i = 0; i < LIFE_PORTS; i++)
		assert_true(engine_attach_port(l->engine, life_network(l, i)->id, life_port(i),
					       &port_ops, &l->door[i]));
	for (uint16_t i = 0; i < 2; i++)
		assert_true(engine_attach_wire(l->engine, i, &wire_ops, &l->door[LIFE_PORTS + i],
					       i == 0 ? LIFE_SOURCES : 1));
}
