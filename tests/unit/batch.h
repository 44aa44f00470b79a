/* Frames led into a coalescer by name of what they are, and what they must become.
 *
 * For tests alone: what is wrong fails the test. */
#ifndef TEST_BATCH_H
#define TEST_BATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ledger.h"

enum { BATCH_FRAMES = 300, BATCH_MTU = 1500 };

static uint8_t batch_pattern[SUPERFRAME_ROOM];
static struct ledger batch_ledger;

static inline void batch_fill_pattern(void)
{
	for (size_t i = 0; i < sizeof(batch_pattern); i++)
		batch_pattern[i] = (uint8_t)(i * 7 + i / 251);
}

/* Frames on their way into a coalescer, each in a block of exactly its size. */
struct batch {
	struct coalescer *coalescer;
	struct coalesce_terms terms;
	size_t count;
	struct {
		uint8_t *at, *before; /* what goes in, and a copy of it */
		size_t len;
		uint32_t from;
	} frame[BATCH_FRAMES];
};

static inline struct batch *batch_begin(void)
{
	struct batch *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->coalescer = coalescer_new();
	b->terms = (struct coalesce_terms) { .tcp = true, .udp = true, .mtu = BATCH_MTU };
	return b;
}

static inline void batch_end(struct batch *b)
{
	coalescer_free(b->coalescer);
	for (size_t i = 0; i < b->count; i++) {
		free(b->frame[i].at);
		free(b->frame[i].before);
	}
	free(b);
}

static inline struct frame batch_frame(const struct batch *b, size_t i)
{
	struct frame f;

	assert_true(frame_parse(&f, b->frame[i].at, b->frame[i].len));
	return f;
}

/* One frame with right checksums; the recipe moves on to the next of the flow. */
static inline void batch_push(struct batch *b, struct recipe *r, size_t payload)
{
	struct recipe one = *r;
	uint8_t *at = malloc(recipe_headers(r) + payload);
	struct frame f;

	one.payload = payload;
	one.gso_size = (uint16_t)payload;
	f = recipe_cook(&one, batch_pattern, at);
	naive_seal(&f, at, f.len);
	assert_in_range(b->count, 0, BATCH_FRAMES - 1);
	b->frame[b->count].at = at;
	b->frame[b->count].len = f.len;
	b->count++;
	r->seq += (uint32_t)payload;
	r->id++;
}

/* The same without payload: a pure acknowledgement. */
static inline void batch_push_bare(struct batch *b, struct recipe *r)
{
	struct recipe one = *r;
	struct frame f;

	batch_push(b, &one, 1);
	f = batch_frame(b, b->count - 1);
	b->frame[b->count - 1].len--;
	put_be16(f.at + f.l3 + (r->v6 ? 4 : 2), (uint16_t)(f.ip.len - 1 - (r->v6 ? IPV6_LEN : 0)));
	naive_seal(&f, f.at, f.len - 1);
	r->id++;
}

static inline void batch_feed(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		b->frame[i].before = malloc(b->frame[i].len);
		memcpy(b->frame[i].before, b->frame[i].at, b->frame[i].len);
		ledger_note(&batch_ledger, b->frame[i].from, b->frame[i].before, b->frame[i].len);
		ledger_add(b->coalescer, b->frame[i].from, &b->terms, b->frame[i].at,
			   b->frame[i].len);
	}
}

/* Leads all in and takes all out; @members: how many frames each that comes out is made of. */
static inline void batch_expect(struct batch *b, const char *name, const char *members)
{
	char got[4 * BATCH_FRAMES] = "";
	const char *wrong;
	size_t n = 0;

	batch_feed(b);
	wrong = ledger_settle(&batch_ledger, b->coalescer);
	for (size_t i = 0; i < batch_ledger.outs; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%u", i ? " " : "",
				      batch_ledger.members[i]);
	if (wrong)
		fail_msg("%s: %s (%s)", name, wrong, got);
	if (strcmp(got, members) != 0)
		fail_msg("%s: %s, not %s", name, got, members);
	batch_end(b);
}

/* -- What the flows are. -- */

static const struct recipe batch_bases[] = {
	{ .flow = 1, .tcp = true, .flags = TCP_ACK, .ttl = 64, .id = 0x1000, .seq = 0xffffff80 },
	{ .flow = 2, .v6 = true, .tcp = true, .flags = TCP_ACK, .ttl = 64, .seq = 7 },
	{ .flow = 3, .ttl = 64, .id = 0xffff },
	{ .flow = 4, .v6 = true, .ttl = 64 },
	{ .flow = 5, .tcp = true, .flags = TCP_ACK, .vlans = 2, .options = 12, .df = true },
	{ .flow = 6, .v6 = true, .vlans = 1, .tos = 0xb9 },
};

enum base { TCP4, TCP6, UDP4, UDP6, TAGGED4, TAGGED6, BASES };

#endif
