#include "offload/coalesce.h"

#include <assert.h>
#include <stdlib.h>

#include "fields.h"
#include "offload/checksum.h"

enum {
	FLOWS = 256, /* buckets, a power of two; flows that share one merely merge less */
	VIEWS = 64,  /* superframes in the making */
	FRAME_MAX = UINT16_MAX, /* bytes: what virtio's and IP's length fields can say */
};

#define NONE UINT16_MAX

enum trust { UNSEEN, SOUND, BROKEN };

/* A frame that waits, and what has joined it. */
struct waiting {
	struct frame frame; /* len grows with what joins; the rest is the first frame's */
	uint32_t from;
	size_t size;      /* payload bytes of the first */
	uint16_t count;   /* frames in it */
	uint16_t views;   /* where the payloads of the others are noted; NONE: there is no other */
	uint16_t id_step; /* of IPv4 ids */
	uint8_t last_flags; /* TCP: PSH and FIN of the last */
	bool closed;        /* nothing joins any more */
	enum trust trust;   /* in the first frame's checksum */
};

struct coalescer {
	struct waiting waiting[COALESCE_FRAMES];
	uint16_t count, taken;
	uint16_t latest;      /* the one that went in or was joined last; NONE: not to be joined */
	uint16_t flow[FLOWS]; /* the latest of each flow; NONE: not to be joined */
	struct iovec views[VIEWS][COALESCE_SEGMENTS - 1];
	uint16_t views_used;
};

static void forget_flows(struct coalescer *c)
{
	memset(c->flow, 0xff, sizeof(c->flow));
	c->latest = NONE;
}

struct coalescer *coalescer_new(void)
{
	struct coalescer *c = calloc(1, sizeof(*c));

	if (c)
		forget_flows(c);
	return c;
}

void coalescer_free(struct coalescer *c)
{
	free(c);
}

bool coalesce_full(const struct coalescer *c)
{
	return c->count == COALESCE_FRAMES || c->views_used == VIEWS;
}

/* -- Checksums -- */

static size_t sum_offset(const struct frame *f)
{
	return f->ip.proto == IP_TCP ? TCP_SUM_AT : UDP_SUM_AT;
}

/* Is the transport checksum of the frame at @at right, which has headers like @like's?  @len: of
 * transport header and payload.  The sum over everything, the field included, is then all ones. */
static bool transport_sound(const struct frame *like, const uint8_t *at, size_t len)
{
	const uint8_t *l4 = at + like->l4;
	uint64_t pseudo = ip_pseudo_sum(&like->ip, like->ip.proto, (uint32_t)len);

	if (get_be16(l4 + sum_offset(like)) == checksum_fold(pseudo))
		return true; /* unfinished */
	return checksum_fold(checksum_payload(pseudo, span_of(l4, len))) == 0xffff;
}

static bool network_sound(const struct frame *like, const uint8_t *at)
{
	if (like->ip.src.family != ADDR_V4)
		return true;
	return checksum_fold(checksum_add(0, span_of(at + like->l3, IPV4_LEN))) == 0xffff;
}

static bool is_sound(const struct frame *like, const uint8_t *at, size_t len)
{
	return network_sound(like, at) && transport_sound(like, at, len - like->l4);
}

/* The first frame is looked at only when a second wants to join: most are alone. */
static bool first_is_sound(struct waiting *w)
{
	if (w->trust == UNSEEN)
		w->trust = is_sound(&w->frame, w->frame.at, w->frame.len) ? SOUND : BROKEN;
	return w->trust == SOUND;
}

/* -- May a frame be the first of several? -- */

/* One that ends here (PSH, FIN) or is not part of a stream (SYN, RST, URG) is not. */
static bool tcp_may_begin(const struct frame *f)
{
	return (f->at[f->l4 + TCP_FLAGS_AT] & ~(TCP_ECE | TCP_CWR)) == TCP_ACK;
}

static bool udp_may_begin(const struct frame *f)
{
	const uint8_t *udp = f->at + f->l4;

	return get_be16(udp + UDP_SUM_AT) != 0 && get_be16(udp + UDP_LENGTH_AT) == f->len - f->l4;
}

static bool headers_simple(const struct frame *f)
{
	return f->ip.header_len == (f->ip.src.family == ADDR_V4 ? IPV4_LEN : IPV6_LEN);
}

/* Not with Ethernet padding behind it, nor with a length of 0, which says "as far as it goes": there
 * would be no cutting it off again. */
static bool says_its_length(const struct frame *f)
{
	const uint8_t *ip = f->at + f->l3;
	size_t len = f->len - f->l3;

	if (f->ip.src.family == ADDR_V4)
		return get_be16(ip + IPV4_TOTAL_AT) == len;
	return get_be16(ip + IPV6_PAYLOAD_AT) == len - IPV6_LEN;
}

static bool may_begin(const struct coalesce_terms *terms, const struct frame *f)
{
	if (f->payload == 0 || f->kind != FRAME_PLAIN || f->len <= f->payload)
		return false;
	/* Longer is a superframe already. */
	if (f->ip.len > terms->mtu || !says_its_length(f) || !headers_simple(f))
		return false;
	if (f->ip.proto == IP_TCP)
		return terms->tcp && tcp_may_begin(f);
	return terms->udp && udp_may_begin(f);
}

/* -- May a frame join? -- */

static bool same(const uint8_t *a, const uint8_t *b, size_t from, size_t to)
{
	return memcmp(a + from, b + from, to - from) == 0;
}

/* Ids count up, or stay where the packet may not be fragmented and nobody reads them. */
static bool id_follows(const struct waiting *w, const uint8_t *ip, uint16_t *step)
{
	uint16_t ahead = (uint16_t)(get_be16(ip + IPV4_ID_AT) -
				    get_be16(w->frame.at + w->frame.l3 + IPV4_ID_AT));

	*step = w->count == 1 ? !(ahead == 0 && w->frame.ip.df) : w->id_step;
	return ahead == (uint16_t)(*step * w->count);
}

static bool ipv4_follows(const struct waiting *w, const uint8_t *ip, size_t len, uint16_t *step)
{
	const uint8_t *first = w->frame.at + w->frame.l3;

	return same(ip, first, 0, IPV4_TOTAL_AT) && get_be16(ip + IPV4_TOTAL_AT) == len &&
	       same(ip, first, IPV4_FRAGMENT_AT, IPV4_SUM_AT) &&
	       same(ip, first, IPV4_ADDRS_AT, IPV4_LEN) && id_follows(w, ip, step);
}

static bool ipv6_follows(const struct waiting *w, const uint8_t *ip, size_t len)
{
	const uint8_t *first = w->frame.at + w->frame.l3;

	return same(ip, first, 0, IPV6_PAYLOAD_AT) &&
	       get_be16(ip + IPV6_PAYLOAD_AT) == len - IPV6_LEN &&
	       same(ip, first, IPV6_NEXT_AT, IPV6_LEN);
}

/* Length of the transport header, options included. */
static size_t l4_header_len(const struct frame *f)
{
	return (size_t)(f->payload - f->l4);
}

/* The first may carry CWR, and only the first: so the segmenter cuts it again. */
static bool tcp_follows(const struct waiting *w, const uint8_t *tcp)
{
	const uint8_t *first = w->frame.at + w->frame.l4;
	size_t done = w->frame.len - w->frame.payload;
	int differ = tcp[TCP_FLAGS_AT] ^ first[TCP_FLAGS_AT];

	if (differ & ~(TCP_CWR | TCP_FIN | TCP_PSH) || tcp[TCP_FLAGS_AT] & TCP_CWR)
		return false;
	return get_be32(tcp + TCP_SEQ_AT) == get_be32(first + TCP_SEQ_AT) + (uint32_t)done &&
	       same(tcp, first, 0, TCP_SEQ_AT) && same(tcp, first, TCP_ACK_AT, TCP_FLAGS_AT) &&
	       same(tcp, first, TCP_WINDOW_AT, TCP_SUM_AT) &&
	       same(tcp, first, TCP_URGENT_AT, l4_header_len(&w->frame));
}

static bool udp_follows(const struct waiting *w, const uint8_t *udp, size_t len)
{
	return same(udp, w->frame.at + w->frame.l4, 0, UDP_LENGTH_AT) &&
	       get_be16(udp + UDP_LENGTH_AT) == len && get_be16(udp + UDP_SUM_AT) != 0;
}

/* Do the @len bytes at @at say that they are the next of @w? */
static bool follows(const struct waiting *w, const uint8_t *at, size_t len, uint16_t *step)
{
	const struct frame *f = &w->frame;
	size_t l3_len = len - f->l3;

	if (!same(at, f->at, 0, f->l3))
		return false;
	if (f->ip.src.family == ADDR_V4 ? !ipv4_follows(w, at + f->l3, l3_len, step)
					: !ipv6_follows(w, at + f->l3, l3_len))
		return false;
	return f->ip.proto == IP_TCP ? tcp_follows(w, at + f->l4)
				     : udp_follows(w, at + f->l4, len - f->l4);
}

static bool has_room(const struct waiting *w, size_t len)
{
	return !w->closed && len > w->frame.payload && len - w->frame.payload <= w->size &&
	       w->count < COALESCE_SEGMENTS && w->frame.len + len - w->frame.payload <= FRAME_MAX;
}

static bool has_views(struct coalescer *c, struct waiting *w)
{
	if (w->views == NONE && c->views_used < VIEWS)
		w->views = c->views_used++;
	return w->views != NONE;
}

static void join(struct coalescer *c, struct waiting *w, uint8_t *at, size_t len)
{
	struct iovec *view = &c->views[w->views][w->count - 1];
	size_t n = len - w->frame.payload;

	view->iov_base = at + w->frame.payload;
	view->iov_len = n;
	w->count++;
	w->frame.len += n;
	if (w->frame.ip.proto == IP_TCP)
		w->last_flags = at[w->frame.l4 + TCP_FLAGS_AT] & (TCP_FIN | TCP_PSH);
	w->closed = n < w->size || w->last_flags;
}

static bool extend(struct coalescer *c, struct waiting *w, uint32_t from, uint8_t *at, size_t len)
{
	uint16_t step = 0;

	if (w->from != from || !has_room(w, len) || !follows(w, at, len, &step))
		return false;
	if (!first_is_sound(w) || !is_sound(&w->frame, at, len) || !has_views(c, w))
		return false;
	w->id_step = step;
	join(c, w, at, len);
	return true;
}

bool coalesce_extend(struct coalescer *c, uint32_t from, uint8_t *at, size_t len)
{
	assert(c->taken == 0);
	return c->latest != NONE && extend(c, &c->waiting[c->latest], from, at, len);
}

static uint16_t append(struct coalescer *c, uint32_t from, const struct frame *f)
{
	assert(!coalesce_full(c));
	c->waiting[c->count] = (struct waiting) {
		.frame = *f, .from = from, .size = f->len - f->payload, .count = 1, .views = NONE
	};
	return c->count++;
}

/* A frame of a flow that can be told. */
static void add_to_flow(struct coalescer *c, uint32_t from, const struct coalesce_terms *terms,
			const struct frame *f)
{
	uint16_t *latest = &c->flow[frame_flow(f) & (FLOWS - 1)], id;

	if (*latest != NONE && extend(c, &c->waiting[*latest], from, f->at, f->len)) {
		c->latest = *latest;
		return;
	}
	id = append(c, from, f);
	*latest = c->latest = may_begin(terms, f) ? id : NONE;
}

void coalesce_add(struct coalescer *c, uint32_t from, const struct coalesce_terms *terms,
		  const struct frame *f)
{
	assert(c->taken == 0);
	if (f->payload != 0) {
		add_to_flow(c, from, terms, f);
		return;
	}
	if (f->ip.fragment || f->ip.opaque)
		forget_flows(c);
	append(c, from, f);
}

/* -- Headers of the whole -- */

static void finish_ip(struct frame *f)
{
	uint8_t *ip = f->at + f->l3;

	f->ip.len = f->len - f->l3;
	if (f->ip.src.family == ADDR_V6) {
		put_be16(ip + IPV6_PAYLOAD_AT, (uint16_t)(f->ip.len - IPV6_LEN));
		return;
	}
	put_be16(ip + IPV4_TOTAL_AT, (uint16_t)f->ip.len);
	put_be16(ip + IPV4_SUM_AT, 0);
	put_be16(ip + IPV4_SUM_AT, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));
}

static void finish_transport(struct frame *f, uint8_t flags)
{
	uint8_t *l4 = f->at + f->l4;
	uint32_t len = (uint32_t)(f->len - f->l4);

	if (f->kind == FRAME_TCP) {
		f->gso_ecn = l4[TCP_FLAGS_AT] & TCP_CWR;
		l4[TCP_FLAGS_AT] |= flags;
	} else {
		put_be16(l4 + UDP_LENGTH_AT, (uint16_t)len);
	}
	put_be16(l4 + sum_offset(f), checksum_fold(ip_pseudo_sum(&f->ip, f->ip.proto, len)));
	f->unfinished = true;
	f->csum_start = f->l4;
	f->csum_offset = (uint16_t)sum_offset(f);
}

static void finish(const struct coalescer *c, struct waiting *w)
{
	struct frame *f = &w->frame;

	f->kind = f->ip.proto == IP_TCP ? FRAME_TCP : FRAME_UDP;
	f->gso_size = (uint16_t)w->size;
	f->more = c->views[w->views];
	f->mores = (uint16_t)(w->count - 1);
	finish_ip(f);
	finish_transport(f, w->last_flags);
}

static void begin_anew(struct coalescer *c)
{
	c->count = c->taken = c->views_used = 0;
	forget_flows(c);
}

struct frame *coalesce_take(struct coalescer *c, uint32_t *from)
{
	struct waiting *w = &c->waiting[c->taken];

	if (c->taken == c->count) {
		begin_anew(c);
		return NULL;
	}
	c->taken++;
	if (w->count > 1)
		finish(c, w);
	*from = w->from;
	return &w->frame;
}

bool coalesce_broken(const struct coalescer *c)
{
	return c->taken > 0 && c->waiting[c->taken - 1].trust == BROKEN;
}
