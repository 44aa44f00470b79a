#include "ledger.h"

#include <assert.h>

/* Any mixing will do: two flows taken for one are held to more than they promise. */
static uint64_t mix(uint64_t hash, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

static uint64_t flow_of(const struct frame *f)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ f->ip.proto;

	if (f->payload == 0)
		return 0;
	hash = mix(hash, f->ip.src.octet, addr_size(f->ip.src));
	hash = mix(hash, f->ip.dst.octet, addr_size(f->ip.dst));
	return mix(hash, f->at + f->l4, 4) | 1;
}

static struct frame parsed(const uint8_t *at, size_t len)
{
	struct frame f;

	if (!frame_parse(&f, (void *)(uintptr_t)at, len))
		assert(false);
	return f;
}

void ledger_note(struct ledger *l, uint32_t from, const uint8_t *at, size_t len)
{
	struct frame f = parsed(at, len);

	assert(l->count < sizeof(l->entry) / sizeof(l->entry[0]));
	if (f.ip.src.family != ADDR_NONE && (f.ip.fragment || f.ip.opaque))
		l->barriers++;
	l->entry[l->count++] = (struct ledger_entry) {
		.at = at, .len = len, .from = from, .flow = flow_of(&f), .barrier = l->barriers
	};
}

void ledger_add(struct coalescer *c, uint32_t from, const struct coalesce_terms *terms, uint8_t *at,
		size_t len)
{
	struct frame f;

	if (coalesce_extend(c, from, at, len))
		return;
	f = parsed(at, len);
	frame_find_unfinished(&f);
	coalesce_add(c, from, terms, &f);
}

/* The frame that its flow is to give out next. */
static struct ledger_entry *next_of(struct ledger *l, uint64_t flow)
{
	while (l->begin < l->count && l->entry[l->begin].done)
		l->begin++;
	for (size_t i = l->begin; i < l->count; i++)
		if (!l->entry[i].done && l->entry[i].flow == flow)
			return &l->entry[i];
	return NULL;
}

/* What cutting makes of member @index, @e, of the superframe that begins with @first. */
static bool as_merged(struct ledger *l, const struct ledger_entry *e,
		      const struct ledger_entry *first, size_t index)
{
	struct frame f = parsed(e->at, e->len);
	uint8_t *ip = l->wanted + f.l3;

	memcpy(l->wanted, e->at, e->len);
	if (f.payload == 0 || naive_trust(&f, e->at, e->len) == NAIVE_WRONG)
		return false;
	if (f.ip.src.family == ADDR_V4 && f.ip.df &&
	    get_be16(ip + 4) == get_be16(first->at + f.l3 + 4))
		put_be16(ip + 4, (uint16_t)(get_be16(ip + 4) + index));
	naive_seal(&f, l->wanted, e->len);
	return true;
}

static const char *settle_member(struct ledger *l, struct ledger_entry *e,
				 const struct ledger_entry *first, size_t index, size_t len)
{
	if (e->barrier != first->barrier)
		return "merged across a fragment";
	if (e->from != first->from)
		return "merged with a stranger";
	if (!as_merged(l, e, first, index))
		return "a frame with a wrong checksum was merged";
	if (e->len != len || memcmp(l->wanted, l->cut, len) != 0)
		return "a merged frame is not what went in, or not in order";
	e->done = true;
	return NULL;
}

static const char *settle_plain(struct ledger_entry *e, const struct frame *f)
{
	if (f->mores != 0)
		return "a plain frame of many pieces";
	if (e->len != f->len || memcmp(e->at, f->at, f->len) != 0)
		return "a frame that stayed alone is not what went in, or not in order";
	e->done = true;
	return NULL;
}

static const char *settle_whole(struct ledger *l, struct ledger_entry *first, const struct frame *f)
{
	size_t n = frame_segments(f), len;
	struct ledger_entry *e = first;
	const char *wrong;

	if (f->mores + 1U != n || n > COALESCE_SEGMENTS || f->len > UINT16_MAX)
		return "lengths that do not fit together";
	if (f->ip.len != f->len - f->l3 || !f->unfinished || f->csum_start != f->l4)
		return "a descriptor that is no superframe's";
	if (f->gso_ecn != (f->kind == FRAME_TCP && f->at[f->l4 + 13] & TCP_CWR))
		return "gso_ecn is not CWR";
	if (!naive_whole(f))
		return "headers that are no superframe's";
	for (size_t i = 0; i < n; i++) {
		len = naive_cut(f, i, l->cut);
		e = next_of(l, first->flow);
		wrong = e ? settle_member(l, e, first, i, len) : "more than went in";
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *settle_frame(struct ledger *l, const struct frame *f, uint32_t from,
				const struct ledger_entry **before)
{
	struct ledger_entry *first = next_of(l, flow_of(f));
	const char *wrong;

	if (!first)
		return "more than went in";
	if (first->from != from)
		return "not whence it came";
	if (*before && first < *before)
		return "not in the order of the first";
	*before = first;
	wrong = f->kind == FRAME_PLAIN ? settle_plain(first, f) : settle_whole(l, first, f);
	l->members[l->outs++] = (uint16_t)(f->mores + 1);
	return wrong;
}

static bool all_done(const struct ledger *l)
{
	for (size_t i = l->begin; i < l->count; i++)
		if (!l->entry[i].done)
			return false;
	return true;
}

const char *ledger_settle(struct ledger *l, struct coalescer *c)
{
	const struct ledger_entry *before = NULL;
	const char *wrong = NULL;
	const struct frame *f;
	uint32_t from;

	l->outs = 0;
	while ((f = coalesce_take(c, &from)) && !wrong)
		wrong = l->outs == COALESCE_FRAMES ? "more than went in"
						   : settle_frame(l, f, from, &before);
	if (!wrong && !all_done(l))
		wrong = "a frame is lost";
	l->count = l->begin = 0;
	return wrong;
}
