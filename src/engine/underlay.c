#include "underlay.h"

#include <errno.h>

#include "answer.h"
#include "state.h"

enum {
	SEND_BATCH = 32,   /* runs per call */
	ERROR_BATCH = 32,  /* queued errors per call ... */
	ERROR_ROUNDS = 32, /* ... and calls in a row: a peer that answers all with ICMP ends here */
};

void underlay_attach(struct underlay *u, const struct wire_ops *ops, void *wire, uint16_t sources)
{
	*u = (struct underlay) { .ops = ops, .wire = wire, .sources = sources };
	for (unsigned i = 0; i < UNDERLAY_SOURCES; i++)
		u->source[i].queue = (struct run_queue) { .first = RUN_NONE, .last = RUN_NONE };
}

void underlay_add(struct engine *e, struct underlay *u, const struct departure *d,
		  const struct iovec *parts, size_t n)
{
	runs_add(e->runs, &u->source[d->source].queue, d, parts, n);
	u->waiting |= UINT64_C(1) << d->source;
}

static void attribute(struct engine *e, const struct wire_error *error, uint64_t now)
{
	struct peer_ref peer;

	if (!peers_find(e->tables->peers, error->peer, &peer))
		return;
	if (error->error == EMSGSIZE && error->mtu > 0)
		peers_set_path_mtu(e->tables->peers, peer, error->mtu, now);
	else
		peers_failed(e->tables->peers, peer, error->error);
	if (error->error == EHOSTUNREACH && error->ours)
		peers_lose(e->tables->peers, peer, now);
}

unsigned underlay_errors(struct engine *e, struct underlay *u, uint64_t now)
{
	struct wire_error found[ERROR_BATCH];
	unsigned all = 0;

	for (unsigned round = 0; round < ERROR_ROUNDS; round++) {
		unsigned n = u->ops->errors(u->wire, found, ERROR_BATCH);

		for (unsigned i = 0; i < n; i++)
			attribute(e, &found[i], now);
		all += n;
		if (n < ERROR_BATCH)
			break;
	}
	return all;
}

bool underlay_is_known(int error)
{
	switch (error) {
	case EMSGSIZE:
	case ECONNREFUSED:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case ENODEV: /* a group's interface is gone */
	case ENONET:
	case ENOPROTOOPT:
	case EPROTO:
	case EOPNOTSUPP:
	case EPERM:
	case EACCES:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EINVAL:
	case EIO:
	case EINTR:
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

/* Is it the path that is too narrow?  Kernels before 6.15 say EINVAL for runs. */
static bool too_big(struct engine *e, struct underlay *u, const struct pending *p, int error,
		    uint64_t now)
{
	uint32_t outer = p->run.segment + vxlan_outer_len(p->run.to.family) - VXLAN_LEN;
	uint32_t mtu;

	if (error != EMSGSIZE && error != EINVAL)
		return false;
	mtu = u->ops->path_mtu(u->wire, p->run.to);
	if (error == EINVAL && (mtu == 0 || outer <= mtu))
		return false;
	if (mtu > 0)
		peers_set_path_mtu(e->tables->peers, p->peer, mtu, now);
	return true;
}

/* Might this socket take the oldest run if only it were not one? */
static bool run_is_to_blame(const struct source *s, const struct pending *p, int error)
{
	return (error == EIO || error == EINVAL) && p->run.count > 1 && !s->singly && !p->doubt;
}

/* The oldest run was refused, and its first datagram left alone. */
static void without_runs(struct engine *e, const struct underlay *u, struct source *s, int error)
{
	struct event event = { .kind = EVENT_NO_RUNS,
			       .network = NETWORK_NONE,
			       .endpoint = (uint16_t)(u - e->underlays),
			       .source = (uint16_t)(s - u->source),
			       .error = error };

	s->singly = true;
	e->count.no_runs++;
	event_push(&e->events, &event);
}

/* How many datagrams at the front of a refused run go the same way.  A shorter last one may fit
 * where the others did not. */
static unsigned sharing_fate(const struct pending *p, enum drop_reason reason)
{
	bool last_is_shorter = p->run.bytes % p->run.segment != 0;

	return p->run.count - (reason == DROP_TX_TOO_BIG && last_is_shorter ? 1U : 0U);
}

/* The oldest run, or the oldest datagram where they leave singly, will never leave. */
static void give_up(struct engine *e, struct underlay *u, struct source *s, int error,
		    enum drop_reason reason, uint64_t now)
{
	struct pending *p = runs_oldest(e->runs, &s->queue);
	unsigned lost = s->singly ? 1 : sharing_fate(p, reason);

	if (reason == DROP_UNDERLAY_ERROR)
		peers_failed(e->tables->peers, p->peer, error);
	for (unsigned i = 0; i < lost; i++) {
		if (reason == DROP_TX_TOO_BIG)
			answer_refused(e, p, now);
		tables_count_drop(e->tables, p->sender[p->first].network, reason, 1);
		runs_drop_datagram(e->runs, &s->queue);
	}
	if (!underlay_is_known(error))
		u->failed = -error;
}

static void block(struct engine *e, struct underlay *u, const struct source *s, uint64_t now)
{
	u->blocked = true;
	u->blocked_since = now;
	u->blocked_source = (uint16_t)(s - u->source);
	e->blocked++;
	e->count.blocked++;
}

/* The oldest run will not leave. */
static void drop_oldest(struct engine *e, struct source *s, enum drop_reason reason)
{
	struct pending *p = runs_oldest(e->runs, &s->queue);

	for (unsigned left = p->run.count; left > 0; left--) {
		tables_count_drop(e->tables, p->sender[p->first].network, reason, 1);
		runs_drop_datagram(e->runs, &s->queue);
	}
}

/* What only an ICMP message can say.  Its entry in the queue may have been read before the socket was told
 * to fail its next send: the two are not one step. */
static bool is_an_echo(int error)
{
	return error == ECONNREFUSED || error == ENOPROTOOPT || error == EPROTO;
}

/* Was it somebody else's error, as far as we can tell?  The first refusal has the benefit of the
 * doubt.  That a run is too big queues an error as well, and that one is its own. */
static bool worth_another_try(const struct source *s, int error, unsigned queued)
{
	if (s->refusals == 1)
		return true;
	return (queued > 0 || is_an_echo(error)) && error != EMSGSIZE &&
	       s->refusals < UNDERLAY_TRIES;
}

/* Refused for good, as it is. */
static void judge(struct engine *e, struct underlay *u, struct source *s, int error, uint64_t now)
{
	struct pending *p = runs_oldest(e->runs, &s->queue);

	s->refusals = 0;
	if (too_big(e, u, p, error, now)) {
		p->doubt = 0; /* it was its size after all; a shorter last one proves nothing */
		give_up(e, u, s, error, DROP_TX_TOO_BIG, now);
	} else if (run_is_to_blame(s, p, error)) {
		p->doubt = error;
	} else {
		give_up(e, u, s, error, DROP_UNDERLAY_ERROR, now);
	}
}

static void refused(struct engine *e, struct underlay *u, struct source *s, int error, uint64_t now)
{
	if (error == EAGAIN) {
		s->refusals = 0;
		if (s->stuck)
			drop_oldest(e, s, DROP_UNDERLAY_FULL); /* nobody waits for this socket */
		else
			block(e, u, s, now);
		return;
	}
	s->refusals++;
	if (!worth_another_try(s, error, underlay_errors(e, u, now)))
		judge(e, u, s, error, now);
}

/* The first @n of a batch have left. */
static void sent(struct engine *e, const struct underlay *u, struct source *s,
		 const struct run *batch, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct pending *p = runs_oldest(e->runs, &s->queue);

		e->count.runs++;
		e->count.datagrams += batch[i].count;
		if (p->doubt && !s->singly)
			without_runs(e, u, s, p->doubt);
		if (!s->singly) {
			runs_drop(e->runs, &s->queue);
			continue;
		}
		if (!p->singly && p->run.count > 1)
			e->count.runs_cut++;
		p->singly = true;
		runs_drop_datagram(e->runs, &s->queue);
	}
	if (n == 0)
		return;
	s->refusals = 0;
	s->stuck = false;
}

/* The next batch of a source that has something to send. */
static unsigned gather(struct engine *e, const struct source *s, struct run batch[SEND_BATCH])
{
	if (s->singly || runs_oldest(e->runs, &s->queue)->doubt)
		return runs_gather_singly(e->runs, &s->queue, batch, SEND_BATCH);
	return runs_gather(e->runs, &s->queue, batch, SEND_BATCH);
}

static void send_source(struct engine *e, struct underlay *u, struct source *s, uint64_t now)
{
	struct run batch[SEND_BATCH];

	while (s->queue.first != RUN_NONE && !u->blocked) {
		int error = 0;
		unsigned n = gather(e, s, batch);
		unsigned taken = u->ops->send_runs(u->wire, batch, n, &error);

		sent(e, u, s, batch, taken);
		if (taken < n)
			refused(e, u, s, error, now);
	}
}

void underlay_send(struct engine *e, struct underlay *u, uint64_t now)
{
	while (u->waiting && !u->blocked) {
		unsigned i = (unsigned)__builtin_ctzll(u->waiting);

		send_source(e, u, &u->source[i], now);
		if (u->source[i].queue.first == RUN_NONE)
			u->waiting &= ~(UINT64_C(1) << i);
	}
}

void underlay_unblock(struct engine *e, struct underlay *u, uint64_t now)
{
	if (u->blocked) {
		u->blocked = false;
		e->blocked--;
	}
	underlay_send(e, u, now);
}

void underlay_detach(struct engine *e, struct underlay *u)
{
	for (uint16_t i = 0; i < u->sources; i++)
		while (u->source[i].queue.first != RUN_NONE)
			drop_oldest(e, &u->source[i], DROP_UNDERLAY_ERROR);
	if (u->blocked)
		e->blocked--;
	*u = (struct underlay) { .ops = NULL };
}

void underlay_lose_patience(struct engine *e, struct underlay *u, uint64_t now)
{
	if (!u->blocked || now - u->blocked_since < ENGINE_PATIENCE)
		return;
	u->source[u->blocked_source].stuck = true;
	underlay_unblock(e, u, now);
}
