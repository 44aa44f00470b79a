#include "path/inbound.h"

#include <errno.h>

#include "deliver.h"
#include "offload/split.h"
#include "state.h"
#include "watch.h"

static void carry_out(struct engine *e, const struct verdict *v, struct frame *f)
{
	const struct network *n = e->tables->networks[v->network];

	if (v->set_ecn)
		frame_set_ecn(f, v->ecn);
	if (v->action == ACTION_DELIVER)
		deliver(e, n, v->port, f);
	else if (v->action == ACTION_DELIVER_ALL)
		deliver_all(e, n, PORT_NONE, f);
}

static void forward(struct engine *e, const struct arrival *a, uint64_t now)
{
	struct frame inner = { .at = NULL };
	struct verdict v = inbound_decide(e->tables, a, &inner, now);
	const struct frame *f = inner.at ? &inner : NULL;
	enum note note;

	watch_inbound(e, &v, a, f);
	note = verdict_commit(e->tables, &v, f, now);
	watch_events(e, &v, f, note, now);
	if (v.action != ACTION_DROP)
		carry_out(e, &v, &inner);
}

static void forward_received(struct engine *e, uint16_t endpoint, const struct datagram *d,
			     uint64_t now)
{
	struct split split = split_begin(d);
	struct arrival a = { .endpoint = endpoint,
			     .source = d->source,
			     .tos = d->tos,
			     .truncated = d->truncated || split.doubtful,
			     .gso_size = split.gso_size };

	while (split_next(&split, &a.at, &a.len))
		forward(e, &a, now);
}

/* How many came of at most @n; −errno when the socket failed. */
static int receive(struct engine *e, struct underlay *u, unsigned socket, struct datagram *batch,
		   unsigned n, uint64_t now)
{
	int got;

	for (unsigned i = 0; i < n; i++)
		batch[i] = (struct datagram) { .at = e->received[i]->at, .room = PACKET_ROOM };
	got = u->ops->receive(u->wire, socket, batch, n);
	if (got >= 0 || !underlay_is_known(-got))
		return got;
	/* What some peer's ICMP left behind; the datagrams are still there. */
	underlay_errors(e, u, now);
	return 0;
}

int engine_wire_readable(struct engine *e, uint16_t endpoint, unsigned socket, uint64_t now)
{
	struct underlay *u = engine_underlay(e, endpoint);
	struct datagram batch[ENGINE_RECEIVE_BATCH];
	unsigned done = 0;

	if (!u)
		return 0;
	while (done < ENGINE_BUDGET && !u->failed) {
		int got = receive(e, u, socket, batch, ENGINE_RECEIVE_BATCH, now);

		if (got < 0)
			return got;
		for (int i = 0; i < got; i++)
			forward_received(e, endpoint, &batch[i], now);
		done += (unsigned)got;
		if (got < ENGINE_RECEIVE_BATCH)
			break;
	}
	return u->failed;
}
