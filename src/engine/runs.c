#include "runs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPEN_BUCKETS = 64,  /* a power of two, as is the next */
	FLOW_BUCKETS = 256, /* flows that share one merely close runs early */
};

struct runs {
	struct pending *slots;    /* RUNS_MAX */
	uint16_t spare[RUNS_MAX]; /* a stack: the top is the last released and warmest */
	uint16_t spares;
	uint64_t begun;
	size_t bytes;

	uint16_t open[OPEN_BUCKETS];   /* the run that the next datagram may join */
	uint64_t latest[FLOW_BUCKETS]; /* sequence of the run that a flow went into last */

	uint8_t *blocks; /* RUNS_BLOCKS × RUN_BLOCK */
	uint32_t blocks_used;
};

struct runs *runs_new(void)
{
	struct runs *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->slots = calloc(RUNS_MAX, sizeof(*r->slots));
	r->blocks = calloc(RUNS_BLOCKS, RUN_BLOCK);
	if (!r->slots || !r->blocks) {
		runs_free(r);
		return NULL;
	}
	for (unsigned i = 0; i < RUNS_MAX; i++)
		r->spare[i] = (uint16_t)(RUNS_MAX - 1 - i);
	for (unsigned i = 0; i < OPEN_BUCKETS; i++)
		r->open[i] = RUN_NONE;
	r->spares = RUNS_MAX;
	return r;
}

void runs_free(struct runs *r)
{
	if (!r)
		return;
	free(r->slots);
	free(r->blocks);
	free(r);
}

bool runs_room(const struct runs *r)
{
	return r->spares >= RUNS_PER_FRAME && RUNS_BLOCKS - r->blocks_used > SEGMENTS_MAX;
}

bool runs_heavy(const struct runs *r)
{
	return r->bytes >= RUNS_BYTES;
}

uint8_t *runs_block(struct runs *r)
{
	assert(r->blocks_used < RUNS_BLOCKS);
	return r->blocks + (size_t)r->blocks_used++ * RUN_BLOCK;
}

static uint16_t open_bucket(const struct departure *d)
{
	uint32_t mixed = d->peer.slot * 31 + d->source * 7 + d->tos + d->port;

	return (mixed ^ mixed >> 6) & (OPEN_BUCKETS - 1);
}

/* Nothing joins this run any more. */
static void close_run(struct runs *r, const struct pending *p)
{
	if (r->open[p->bucket] == p - r->slots)
		r->open[p->bucket] = RUN_NONE;
}

static bool same_way(const struct pending *p, const struct departure *d)
{
	return p->endpoint == d->endpoint && p->run.source == d->source &&
	       peer_ref_equal(p->peer, d->peer) && p->run.port == d->port && p->run.tos == d->tos &&
	       p->pool == d->pool;
}

/* May a datagram of @len bytes in @parts parts be the next of this run? */
static bool fits(const struct pending *p, size_t len, size_t parts)
{
	return len <= p->run.segment && p->run.count < RUN_DATAGRAMS &&
	       RUN_BYTES - p->run.bytes >= len && RUN_IOVS - p->iov_end >= parts;
}

static struct pending *begin(struct runs *r, struct run_queue *queue, const struct departure *d,
			     size_t len)
{
	struct pending *p;
	uint16_t id;

	assert(r->spares > 0);
	id = r->spare[--r->spares];
	p = &r->slots[id];
	p->run = (struct run) { .to = d->to,
				.port = d->port,
				.tos = d->tos,
				.source = d->source,
				.segment = (uint16_t)len,
				.iov = p->iov };
	p->peer = d->peer;
	p->endpoint = d->endpoint;
	p->pool = d->pool;
	p->next = RUN_NONE;
	p->bucket = open_bucket(d);
	p->sequence = ++r->begun;
	p->singly = false;
	p->doubt = 0;
	p->iov_end = 0;
	p->first = p->holds = 0;
	if (queue->first == RUN_NONE)
		queue->first = id;
	else
		r->slots[queue->last].next = id;
	queue->last = id;
	r->open[p->bucket] = id;
	return p;
}

static struct pending *find_open(struct runs *r, const struct departure *d, size_t len,
				 size_t parts)
{
	uint16_t id = r->open[open_bucket(d)];
	struct pending *p;

	if (id == RUN_NONE)
		return NULL;
	p = &r->slots[id];
	if (!same_way(p, d) || !fits(p, len, parts))
		return NULL;
	return r->latest[d->flow & (FLOW_BUCKETS - 1)] <= p->sequence ? p : NULL;
}

static void hold(struct pending *p, struct packet *packet)
{
	if (p->holds > 0 && p->held[p->holds - 1] == packet)
		return;
	packet_hold(packet);
	p->held[p->holds++] = packet;
}

void runs_add(struct runs *r, struct run_queue *queue, const struct departure *d,
	      const struct iovec *parts, size_t n)
{
	size_t len = parts[0].iov_len + (n > 1 ? parts[1].iov_len : 0);
	struct pending *p = find_open(r, d, len, n);

	assert(len > 0 && len <= RUN_BYTES && n >= 1 && n <= 2);
	if (!p)
		p = begin(r, queue, d, len);
	hold(p, d->packet);
	for (size_t i = 0; i < n; i++)
		p->iov[p->iov_end++] = parts[i];
	p->sender[p->run.count++] = d->sender;
	p->run.iovs += n;
	p->run.bytes += len;
	r->bytes += len;
	r->latest[d->flow & (FLOW_BUCKETS - 1)] = p->sequence;
	if (len < p->run.segment)
		close_run(r, p);
}

struct pending *runs_oldest(struct runs *r, const struct run_queue *queue)
{
	return &r->slots[queue->first];
}

unsigned runs_gather(const struct runs *r, const struct run_queue *queue, struct run *out,
		     unsigned n)
{
	unsigned count = 0;

	for (uint16_t id = queue->first; id != RUN_NONE && count < n; id = r->slots[id].next)
		out[count++] = r->slots[id].run;
	return count;
}

/* The first datagram of @rest as a run; @rest becomes what is behind it. */
static struct run cut_first(struct run *rest)
{
	struct run one = *rest;
	size_t left = rest->segment < rest->bytes ? rest->segment : rest->bytes;

	one.segment = (uint16_t)left;
	one.bytes = left;
	one.count = 1;
	one.iovs = 0;
	while (left > 0)
		left -= one.iov[one.iovs++].iov_len;
	rest->iov += one.iovs;
	rest->iovs -= one.iovs;
	rest->bytes -= one.bytes;
	rest->count--;
	if (rest->count == 1)
		rest->segment = (uint16_t)rest->bytes;
	return one;
}

unsigned runs_gather_singly(const struct runs *r, const struct run_queue *queue, struct run *out,
			    unsigned n)
{
	unsigned count = 0;

	for (uint16_t id = queue->first; id != RUN_NONE; id = r->slots[id].next) {
		struct run rest = r->slots[id].run;

		while (rest.count > 0) {
			if (count == n)
				return count;
			out[count++] = cut_first(&rest);
		}
	}
	return count;
}

size_t runs_copy_oldest(const struct pending *p, uint8_t *out)
{
	struct run rest = p->run;
	struct run one = cut_first(&rest);

	for (size_t i = 0; i < one.iovs; i++) {
		memcpy(out, one.iov[i].iov_base, one.iov[i].iov_len);
		out += one.iov[i].iov_len;
	}
	return one.bytes;
}

void runs_drop(struct runs *r, struct run_queue *queue)
{
	uint16_t id = queue->first;
	struct pending *p = &r->slots[id];

	for (uint16_t i = 0; i < p->holds; i++)
		packet_put(p->pool, p->held[i]);
	r->bytes -= p->run.bytes;
	queue->first = p->next;
	close_run(r, p);
	r->spare[r->spares++] = id;
	if (r->spares == RUNS_MAX)
		r->blocks_used = 0;
}

void runs_drop_datagram(struct runs *r, struct run_queue *queue)
{
	struct pending *p = runs_oldest(r, queue);
	size_t before = p->run.bytes;

	if (p->run.count == 1) {
		runs_drop(r, queue);
		return;
	}
	close_run(r, p);
	cut_first(&p->run);
	p->first++;
	r->bytes -= before - p->run.bytes;
}

/* Slots that are not in use may be gone through as well. */
void runs_forget_sender(struct runs *r, uint32_t network)
{
	static const struct sender nobody = { .network = NETWORK_NONE, .port = PORT_NONE };

	for (unsigned i = 0; i < RUNS_MAX; i++)
		for (unsigned k = 0; k < RUN_DATAGRAMS; k++)
			if (r->slots[i].sender[k].network == network)
				r->slots[i].sender[k] = nobody;
}
