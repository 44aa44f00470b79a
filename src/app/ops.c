#include "app/ops.h"

static int port_read(void *port, uint8_t *at, size_t room, struct frame *f)
{
	return tap_read(&((struct tap_port *)port)->tap, at, room, f);
}

static int port_write(void *port, const struct frame *f, const struct iovec *parts, size_t n)
{
	return tap_write(&((struct tap_port *)port)->tap, f, parts, n);
}

static struct port_caps port_caps(void *port)
{
	const struct tap *tap = &((struct tap_port *)port)->tap;

	return (struct port_caps) {
		.tcp_superframe = tap->takes_tcp,
		.udp_superframe = tap->takes_udp,
		.unfinished = true,
	};
}

const struct port_ops tap_port_ops = {
	.read = port_read,
	.write = port_write,
	.caps = port_caps,
};

static int wire_receive(void *context, unsigned socket, struct datagram *batch, unsigned n)
{
	struct underlay_wire *wire = context;
	int got = udp_receive(wire->udp, socket, batch, n);

	for (int i = 0; i < got; i++) {
		wire->received++;
		wire->heard[socket] += !addr_equal(batch[i].source, wire->self);
	}
	return got;
}

static unsigned wire_send_runs(void *wire, const struct run *runs, unsigned n, int *error)
{
	return udp_send_runs(((struct underlay_wire *)wire)->udp, runs, n, error);
}

static unsigned wire_errors(void *context, struct wire_error *out, unsigned n)
{
	struct underlay_wire *wire = context;
	unsigned found = udp_errors(wire->udp, out, n);

	wire->errors += found;
	return found;
}

static uint32_t wire_path_mtu(void *wire, struct addr to)
{
	return udp_path_mtu(((struct underlay_wire *)wire)->udp, to);
}

const struct wire_ops underlay_wire_ops = {
	.receive = wire_receive,
	.send_runs = wire_send_runs,
	.errors = wire_errors,
	.path_mtu = wire_path_mtu,
};
