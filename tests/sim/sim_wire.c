#include <assert.h>
#include <errno.h>

#include "sim.h"

/* May @packet be merged with @first, as UDP_GRO would? */
static bool merges(const struct datagram *into, const struct sim_packet *packet)
{
	return packet->len <= into->segment && into->len % into->segment == 0 &&
	       packet->len <= into->room - into->len && into->tos == packet->tos &&
	       addr_equal(into->source, packet->from);
}

static void append(struct sim_wire *w, struct datagram *d)
{
	struct sim_packet *packet = sim_pop(&w->received);

	memcpy(d->at + d->len, packet->at, packet->len);
	d->len += packet->len;
	sim_done(w->node->sim, packet);
}

static void receive_one(struct sim_wire *w, struct datagram *d)
{
	const struct sim_packet *first = w->received.first;

	d->source = first->from;
	d->tos = first->tos;
	d->segment = (uint16_t)first->len;
	d->len = 0;
	append(w, d);
	while (w->gro && d->segment > 0 && w->received.first && merges(d, w->received.first))
		append(w, d);
	if (d->len == d->segment)
		d->segment = 0;
}

static int wire_receive(void *wire, unsigned socket, struct datagram *batch, unsigned n)
{
	struct sim_wire *w = wire;
	int count = 0;

	assert(socket == 0);
	while ((unsigned)count < n && w->received.first)
		receive_one(w, &batch[count++]);
	return count;
}

static bool is_dead(const struct sim_wire *w, struct addr to)
{
	for (unsigned i = 0; i < w->deads; i++) {
		if (addr_equal(w->dead[i], to))
			return true;
	}
	return false;
}

/* The datagram leaves, and comes back as an error that waits for the next call. */
static void queue_error(struct sim_wire *w, struct addr to)
{
	w->pending = ECONNREFUSED;
	if (w->error_count < SIM_ERRORS)
		w->errors[w->error_count++] =
			(struct wire_error) { .peer = to, .error = ECONNREFUSED };
}

static uint32_t link_mtu(const struct sim_wire *w, struct addr to)
{
	const struct sim *sim = w->node->sim;

	for (unsigned i = 0; i < sim->nodes; i++) {
		if (addr_equal(sim->node[i]->addr, to))
			return sim->link[w->node->index][i].mtu;
	}
	return SIM_MTU;
}

/* What a socket would say to this run; 0: it takes it. */
static int objection(struct sim_wire *w, const struct run *run)
{
	int pending = w->pending;

	w->pending = 0;
	if (pending)
		return pending;
	if (w->error)
		return w->error;
	if (w->no_runs && run->count > 1)
		return w->no_runs;
	if (link_mtu(w, run->to) - IPV4_LEN - UDP_LEN < run->segment)
		return w->einval && run->count > 1 ? EINVAL : EMSGSIZE;
	return w->room < run->count ? EAGAIN : 0;
}

/* Takes the next @len bytes of a run's parts. */
static void gather(const struct run *run, size_t *part, uint8_t *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		const struct iovec *iov = &run->iov[(*part)++];

		assert(*part <= run->iovs && iov->iov_len <= len - done);
		memcpy(out + done, iov->iov_base, iov->iov_len);
		done += iov->iov_len;
	}
}

static void leave(struct sim_wire *w, const struct run *run)
{
	uint8_t *datagram = w->node->sim->datagram;
	size_t left = run->bytes, part = 0;

	for (unsigned i = 0; i < run->count; i++) {
		size_t len = left < run->segment ? left : run->segment;

		assert(len > 0);
		gather(run, &part, datagram, len);
		left -= len;
		if (w->sent)
			w->sent(w->context, run, datagram, len);
		if (is_dead(w, run->to))
			queue_error(w, run->to);
		else
			sim_send(w->node, run, datagram, len);
	}
	assert(left == 0 && part == run->iovs);
	w->runs++;
	w->datagrams += run->count;
	if (w->room != SIM_PLENTY)
		w->room -= run->count;
}

static unsigned wire_send_runs(void *wire, const struct run *runs, unsigned n, int *error)
{
	struct sim_wire *w = wire;

	w->calls++;
	for (unsigned i = 0; i < n; i++) {
		assert(runs[i].count >= 1 && runs[i].count <= RUN_DATAGRAMS);
		assert(runs[i].count > 1 || runs[i].segment == runs[i].bytes);
		assert(runs[i].bytes <= RUN_BYTES && runs[i].source == runs[0].source);
		*error = objection(w, &runs[i]);
		if (*error)
			return i;
		leave(w, &runs[i]);
	}
	return n;
}

static unsigned wire_errors(void *wire, struct wire_error *out, unsigned n)
{
	struct sim_wire *w = wire;
	unsigned count = w->error_count < n ? w->error_count : n;

	memcpy(out, w->errors, count * sizeof(*out));
	memmove(w->errors, w->errors + count, (w->error_count - count) * sizeof(*out));
	w->error_count -= count;
	w->pending = w->late > 0 ? ECONNREFUSED : 0;
	w->late -= w->late > 0;
	if (w->storm > 0) {
		w->storm--;
		queue_error(w, w->dead[0]);
	}
	return count;
}

static uint32_t wire_path_mtu(void *wire, struct addr to)
{
	if (((struct sim_wire *)wire)->other_path)
		return SIM_MTU;
	return link_mtu(wire, to);
}

const struct wire_ops sim_wire_ops = {
	.receive = wire_receive,
	.send_runs = wire_send_runs,
	.errors = wire_errors,
	.path_mtu = wire_path_mtu,
};
