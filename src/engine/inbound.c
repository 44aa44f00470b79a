#include "path/inbound.h"

#include <errno.h>

#include "deliver.h"
#include "offload/split.h"
#include "probe.h"
#include "state.h"
#include "watch.h"

enum {
	RECEIVE_LEAST = 4,
	RECEIVE_BYTES = 262144, /* in one call: what caches still hold when it is looked at */
};

static void carry_out(struct engine *e, const struct verdict *v, struct frame *f, uint64_t now)
{
	const struct network *n = e->tables->networks[v->network];

	if (v->set_ecn)
		frame_set_ecn(f, v->ecn);
	if (v->action == ACTION_DELIVER)
		deliver(e, n, v->port, f);
	else if (v->action == ACTION_DELIVER_ALL)
		deliver_all(e, n, PORT_NONE, f);
	else if (v->action == ACTION_PUNT && v->service == SERVICE_PROBE_REQUEST)
		probe_answer(e, n, v, f, now);
}

/* It may be a peer with another VNI, or one who sends from another address than it is known by. */
static void note_stray(struct engine *e, const struct verdict *v, const struct arrival *a,
		       uint64_t now)
{
	const struct stray like = { .from = a->source,
				    .vni = v->vni,
				    .port = e->tables->endpoints[a->endpoint].port,
				    .reason = v->reason };
	struct peer_ref peer;

	if (v->reason == DROP_VNI_NOT_FOUND || v->reason == DROP_UNKNOWN_PEER)
		strays_note(&e->tables->strays, &like,
			    peers_find(e->tables->peers, a->source, &peer), now);
}

/* @f NULL: the datagram was dropped before its frame was looked at, or it has none. */
static void finish(struct engine *e, const struct verdict *v, const struct arrival *a,
		   struct frame *f, uint64_t now)
{
	enum note note;

	watch_inbound(e, v, a, f, now);
	note = verdict_commit(e->tables, v, f, now);
	watch_events(e, v, f, note, now);
	if (v->action != ACTION_DROP) {
		carry_out(e, v, f, now);
		return;
	}
	note_stray(e, v, a, now);
	if (v->reason == DROP_VNI_NOT_FOUND)
		probe_no_network(e, v, a, now);
}

/* A datagram that no other has to do with. */
static void forward_alone(struct engine *e, const struct arrival *a, uint64_t now)
{
	struct frame inner;
	struct verdict v = inbound_decide(e->tables, a, &inner, now);

	finish(e, &v, a, inner.at ? &inner : NULL, now);
}

/* -- Frames that came the same way wait for each other until the batch ends. -- */

static void forward_one(struct engine *e, struct envelope *envelope, struct frame *f, uint64_t now)
{
	struct arrival a = envelope->arrival;
	struct verdict v;

	a.len = VXLAN_LEN + f->len;
	if (!envelope->outside.lasts)
		inbound_outside(&envelope->outside, e->tables, &a);
	v = inbound_inside(e->tables, &envelope->outside, &a, f, now);
	finish(e, &v, &a, f, now);
}

static void forward_waiting(struct engine *e, uint64_t now)
{
	struct frame *f;
	uint32_t from;

	while ((f = coalesce_take(e->coalescer, &from))) {
		if (coalesce_broken(e->coalescer))
			e->tables->networks[e->envelopes[from].outside.network->id]
				->count.bad_checksums++;
		forward_one(e, &e->envelopes[from], f, now);
	}
	e->envelope_count = 0;
}

/* Whatever any of its ports takes whole is worth making; it is cut for the others. */
static struct coalesce_terms terms_of(struct engine *e, const struct network *n)
{
	struct coalesce_terms terms = { .mtu = n->mtu };

	for (uint32_t i = 0; i < n->ports_end; i++) {
		struct port_caps caps = deliver_caps(e, n, i);

		terms.tcp |= caps.tcp_superframe;
		terms.udp |= caps.udp_superframe;
	}
	return terms;
}

static bool same_envelope(const struct arrival *a, const struct arrival *b)
{
	return memcmp(a->at, b->at, VXLAN_LEN) == 0 && a->tos == b->tos &&
	       a->gso_size == b->gso_size && addr_equal(a->source, b->source);
}

/* What is a superframe already stays one; it only keeps its place in its flow. */
static void open_envelope(struct engine *e, struct envelope *envelope, const struct arrival *a)
{
	envelope->arrival = *a;
	envelope->terms = (struct coalesce_terms) { .mtu = 0 };
	inbound_outside(&envelope->outside, e->tables, a);
	if (envelope->outside.passed && !a->gso_size && envelope->outside.network->offload)
		envelope->terms = terms_of(e, envelope->outside.network);
}

/* The number of @a's envelope; the one in use last comes first.  Not when all are in use. */
static unsigned find_envelope(struct engine *e, const struct arrival *a)
{
	for (unsigned i = e->envelope_count; i-- > 0;) {
		if (same_envelope(&e->envelopes[i].arrival, a))
			return i;
	}
	open_envelope(e, &e->envelopes[e->envelope_count], a);
	return e->envelope_count++;
}

static bool waiting_room_full(const struct engine *e)
{
	return coalesce_full(e->coalescer) || e->envelope_count == ENGINE_ENVELOPES;
}

/* @a opened the envelope that was opened last, and is not let in: whoever invents senders and VNIs
 * takes no room from others. */
static void turn_away(struct engine *e, const struct arrival *a, uint64_t now)
{
	finish(e, &e->envelopes[--e->envelope_count].outside.verdict, a, NULL, now);
}

/* One datagram: its frame joins those before it, or waits for others. */
static void arrive(struct engine *e, const struct arrival *a, uint64_t now)
{
	const struct envelope *envelope;
	unsigned from;
	struct frame f;

	if (a->truncated || a->len < VXLAN_LEN) {
		forward_alone(e, a, now);
		return;
	}
	if (waiting_room_full(e))
		forward_waiting(e, now);
	from = find_envelope(e, a);
	envelope = &e->envelopes[from];
	if (!envelope->outside.passed)
		turn_away(e, a, now);
	else if (coalesce_extend(e->coalescer, from, a->at + VXLAN_LEN, a->len - VXLAN_LEN))
		return;
	else if (frame_parse(&f, a->at + VXLAN_LEN, a->len - VXLAN_LEN))
		coalesce_add(e->coalescer, from, &envelope->terms, &f);
	else
		forward_alone(e, a, now);
}

static void arrive_all(struct engine *e, uint16_t endpoint, const struct datagram *d, uint64_t now)
{
	struct split split = split_begin(d);
	struct arrival a = { .endpoint = endpoint,
			     .source = d->source,
			     .tos = d->tos,
			     .truncated = d->truncated || split.doubtful,
			     .gso_size = split.gso_size };

	while (split_next(&split, &a.at, &a.len)) {
		e->count.received++;
		arrive(e, &a, now);
	}
}

/* -- Receiving -- */

/* The upper bound wins where the two cross. */
static unsigned within(unsigned n, unsigned least, unsigned most)
{
	if (n < least)
		n = least;
	return n > most ? most : n;
}

/* How many to ask for next time: twice as many when as many came as were asked for, yet of large
 * ones no more than caches hold; few when few came, for each one asked for costs, come or not. */
static unsigned next_receive(const struct datagram *batch, unsigned asked, unsigned got)
{
	unsigned next = got == asked ? 2 * asked : got;
	size_t bytes = got;

	for (unsigned i = 0; i < got; i++)
		bytes += batch[i].len;
	if (got > 0)
		next = within(next, 0, (unsigned)(RECEIVE_BYTES / (bytes / got)));
	return within(next, RECEIVE_LEAST, ENGINE_RECEIVE_BATCH);
}

/* What was received and waits to be forwarded: its bytes lie in the engine's receive slots. */
struct harvest {
	unsigned slots;
	size_t bytes;
};

/* How many came of at most @n, into the slots from @first on; −errno when the socket failed. */
static int receive(struct engine *e, struct underlay *u, unsigned socket, struct datagram *batch,
		   unsigned first, unsigned n, uint64_t now)
{
	int got;

	for (unsigned i = 0; i < n; i++)
		batch[i] =
			(struct datagram) { .at = e->received[first + i]->at, .room = PACKET_ROOM };
	got = u->ops->receive(u->wire, socket, batch, n);
	if (got >= 0 || !underlay_is_known(-got))
		return got;
	/* What some peer's ICMP left behind; the datagrams are still there. */
	underlay_errors(e, u, now);
	return 0;
}

/* One call.  Frames wait for those of the next one as long as there are slots and caches for both.
 */
static int receive_some(struct engine *e, uint16_t endpoint, struct underlay *u, unsigned socket,
			struct harvest *h, unsigned asked, uint64_t now)
{
	struct datagram batch[ENGINE_RECEIVE_BATCH];
	int got = receive(e, u, socket, batch, h->slots, asked, now);

	for (int i = 0; i < got; i++) {
		arrive_all(e, endpoint, &batch[i], now);
		h->bytes += batch[i].len;
		h->slots++;
	}
	if (got >= 0)
		u->receive = next_receive(batch, asked, (unsigned)got);
	if (h->slots == ENGINE_RECEIVE_BATCH || h->bytes >= RECEIVE_BYTES) {
		forward_waiting(e, now);
		*h = (struct harvest) { 0 };
	}
	return got;
}

int engine_wire_readable(struct engine *e, uint16_t endpoint, unsigned socket, uint64_t now)
{
	struct underlay *u = engine_underlay(e, endpoint);
	struct harvest h = { 0 };
	unsigned done = 0, asked;
	int got;

	if (!u)
		return 0;
	do {
		asked = within(u->receive, RECEIVE_LEAST, ENGINE_RECEIVE_BATCH - h.slots);
		got = receive_some(e, endpoint, u, socket, &h, asked, now);
		done += got > 0 ? (unsigned)got : 0;
	} while (got == (int)asked && done < ENGINE_BUDGET && !u->failed);
	forward_waiting(e, now);
	return got < 0 ? got : u->failed;
}
