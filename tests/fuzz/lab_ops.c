#include <assert.h>
#include <errno.h>

#include "lab.h"
#include "offload/split.h"
#include "wire/checksum.h"
#include "wire/probe.h"
#include "wire/vxlan.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, len)   ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

/* Nothing has business behind the bytes that were brought in. */
static void fence(struct lab *l, uint8_t *at, size_t room)
{
	l->fence = span_of(at + l->len, room - l->len);
	ASAN_POISON_MEMORY_REGION(l->fence.at, l->fence.len);
}

void lab_unfence(struct lab *l)
{
	ASAN_UNPOISON_MEMORY_REGION(l->fence.at, l->fence.len);
	l->fence = span_of(NULL, 0);
}

/* -- Checksums. -- */

static int checksum_offset(uint8_t proto)
{
	switch (proto) {
	case IP_TCP:
		return 16;
	case IP_UDP:
		return 6;
	case IP_ICMP:
	case IP_ICMPV6:
		return 2;
	default:
		return -1;
	}
}

static bool transport_sound(const struct frame *f, struct span l4)
{
	int offset = checksum_offset(f->ip.proto);
	uint64_t pseudo =
		f->ip.proto == IP_ICMP ? 0 : ip_pseudo_sum(&f->ip, f->ip.proto, (uint32_t)l4.len);
	uint16_t field, unfinished;

	if (offset < 0 || l4.len < (size_t)offset + 2)
		return !f->unfinished;
	field = get_be16(l4.at + offset);
	if (f->ip.proto == IP_UDP && get_be16(l4.at + 4) != l4.len)
		return false;
	unfinished = (uint16_t)~checksum_finish(pseudo);
	if (f->unfinished)
		return f->csum_start == f->l4 && f->csum_offset == offset && field == unfinished;
	if (f->ip.proto == IP_UDP && field == 0)
		return true;
	return checksum_finish(checksum_add(pseudo, l4)) == 0;
}

bool lab_is_sound(const struct frame *f)
{
	struct span packet = span_from(frame_bytes(f), f->l3);

	if (f->ip.src.family == ADDR_NONE)
		return !f->unfinished;
	if (f->ip.src.family == ADDR_V4 &&
	    checksum_finish(checksum_add(0, span_first(packet, f->ip.header_len))) != 0)
		return false;
	if (f->ip.fragment || f->ip.opaque || f->l4 == 0)
		return !f->unfinished;
	return transport_sound(f, span_from(span_first(packet, f->ip.len), f->ip.header_len));
}

/* Right, or left to hardware by a kernel on the same machine: then it is the switch's to finish. */
static bool inner_sound(struct frame *f)
{
	frame_find_unfinished(f);
	return lab_is_sound(f);
}

static bool datagram_sound(const struct datagram *d)
{
	struct split split = split_begin(d);
	uint8_t *at;
	size_t len;

	while (split_next(&split, &at, &len)) {
		struct span in = span_of(at, len);
		struct vxlan header;
		struct frame f;

		if (vxlan_read(&in, &header) != VXLAN_FINE)
			continue;
		if (frame_parse(&f, at + (len - in.len), in.len) && !inner_sound(&f))
			return false;
	}
	return true;
}

/* -- Ports. -- */

static int port_read(void *at, uint8_t *to, size_t room, struct frame *f)
{
	struct lab_port *port = at;
	struct lab *l = port->lab;

	if (l->asks != port)
		return 0;
	l->asks = NULL;
	assert(l->len <= room);
	memcpy(to, l->bytes, l->len);
	fence(l, to, room);
	if (!frame_parse(f, to, l->len) || !vnet_read(l->vnet, f))
		return -EMSGSIZE;
	l->sound = l->sound && lab_is_sound(f);
	return 1;
}

static size_t gather(struct lab *l, const struct iovec *parts, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		assert(parts[i].iov_len <= sizeof(l->gathered) - len);
		memcpy(l->gathered + len, parts[i].iov_base, parts[i].iov_len);
		len += parts[i].iov_len;
	}
	return len;
}

static int port_write(void *at, const struct frame *f, const struct iovec *parts, size_t n)
{
	struct lab_port *port = at;
	struct lab *l = port->lab;
	const struct network *network = l->world.tables->networks[port->network];
	uint8_t vnet[VNET_LEN];
	struct frame out;
	bool read;

	assert(gather(l, parts, n) == f->len);
	assert(f->kind != FRAME_TCP || port->caps.tcp_superframe);
	assert(f->kind != FRAME_UDP || port->caps.udp_superframe);
	assert(f->kind != FRAME_PLAIN || !f->unfinished || port->caps.unfinished);
	read = frame_parse(&out, l->gathered, f->len);
	assert(read);
	vnet_write(vnet, f);
	read = vnet_read(vnet, &out);
	assert(read);
	/* A superframe is cut into segments of its own size, which its sender chose. */
	if (f->kind == FRAME_PLAIN && n == 1)
		assert(frame_packet_len(&out) <= network->ports[port->index].mtu);
	assert(!l->sound || lab_is_sound(&out));
	/* An answer may be about a frame of an earlier record, whose datagram is refused only now. */
	assert(!l->settled || l->from_peer || network->vni == l->vni);
	return port->error;
}

static struct port_caps port_caps(void *at)
{
	return ((struct lab_port *)at)->caps;
}

const struct port_ops lab_port_ops = { .read = port_read, .write = port_write, .caps = port_caps };

/* -- Wires. -- */

static int wire_receive(void *wire, unsigned socket, struct datagram *batch, unsigned n)
{
	struct lab_wire *w = wire;
	struct lab *l = w->lab;

	assert(socket == 0 && n > 0);
	if (l->heard != w)
		return 0;
	l->heard = NULL;
	assert(l->len <= batch->room);
	memcpy(batch->at, l->bytes, l->len);
	fence(l, batch->at, batch->room);
	l->datagram.at = batch->at;
	l->datagram.room = batch->room;
	l->datagram.len = l->len;
	*batch = l->datagram;
	l->sound = l->sound && datagram_sound(batch);
	return 1;
}

static bool is_probe_answer(const struct frame *f)
{
	struct probe probe;

	return f->eth.type == ETHERTYPE_PROBE && probe_read(f, &probe) &&
	       (probe.kind == PROBE_NO_NETWORK ||
		(probe.kind == PROBE_ANSWER && mac_equal(f->eth.src, mac_of(VTEP_MAC))));
}

static void check_datagram(struct lab *l, uint8_t *at, size_t len)
{
	struct span in = span_of(at, len);
	struct vxlan header;
	struct frame inner;
	bool parsed;

	assert(vxlan_read(&in, &header) == VXLAN_FINE && !header.reserved);
	assert(!l->settled || l->from_peer || header.vni == l->vni);
	parsed = frame_parse(&inner, at + VXLAN_LEN, in.len);
	assert(parsed);
	assert(header.vni == BLUE_VNI || header.vni == GREEN_VNI || is_probe_answer(&inner));
	assert(!l->sound || lab_is_sound(&inner));
	assert(!l->settled || !l->from_peer || is_probe_answer(&inner));
}

/* What comes from a peer goes to no peer, but for the answers to its own probes: to itself, and no
 * longer than what it sent. */
static void check_reply(const struct lab *l, const struct run *run)
{
	if (!l->settled || !l->from_peer)
		return;
	assert(addr_equal(run->to, l->datagram.source));
	assert(run->segment <= l->datagram.len);
}

static void check_run(struct lab *l, const struct run *run)
{
	size_t len;

	check_reply(l, run);
	assert(run->count >= 1 && run->count <= RUN_DATAGRAMS && run->bytes <= RUN_BYTES);
	assert(run->segment + vxlan_outer_len(run->to.family) - VXLAN_LEN <= WORLD_MTU);
	assert(run->port == VXLAN_PORT || run->port == 8472);
	assert(!tables_is_self(l->world.tables, run->to));
	len = gather(l, run->iov, run->iovs);
	assert(len == run->bytes);
	assert((len + run->segment - 1) / run->segment == run->count);
	for (size_t at = 0; at < len; at += run->segment)
		check_datagram(l, l->gathered + at,
			       len - at < run->segment ? len - at : run->segment);
}

static unsigned wire_send_runs(void *wire, const struct run *runs, unsigned n, int *error)
{
	struct lab_wire *w = wire;

	for (unsigned i = 0; i < n; i++) {
		assert(runs[i].source == runs[0].source);
		check_run(w->lab, &runs[i]);
		*error = w->error;
		if (w->error && (w->error != EIO || runs[i].count > 1))
			return i;
	}
	return n;
}

static unsigned wire_errors(void *wire, struct wire_error *out, unsigned n)
{
	struct lab_wire *w = wire;

	if (!w->reported || n == 0)
		return 0;
	w->reported = false;
	*out = w->report;
	return 1;
}

static uint32_t wire_path_mtu(void *wire, struct addr to)
{
	(void)to;
	return ((struct lab_wire *)wire)->mtu;
}

const struct wire_ops lab_wire_ops = {
	.receive = wire_receive,
	.send_runs = wire_send_runs,
	.errors = wire_errors,
	.path_mtu = wire_path_mtu,
};
