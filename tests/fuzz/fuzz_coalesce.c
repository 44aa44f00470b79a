/* A script of frames through the coalescer: what comes out, cut by hand, is what went in.
 *
 * Each record is | what (1) | ... |, by the low three bits of what:
 *
 *   0..2  | size |                  the next frame of a flow
 *   3     | size | offset | bits |  the same, bits flipped; what & 0x80: checksums made right
 *   4     | field | value |         the flow goes on as something else
 *   5     | length | bytes |        any bytes
 *   6     |                         takes all out
 *   7     | size |                  the next frame, its checksum unfinished
 *
 * what >> 3 & 3: which flow; what & 0x20: from another peer. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "ledger.h"
#include "wire/checksum.h"

enum { FLOWS = 4, FRAMES = 1024, MTU = 1500 };

struct script {
	struct span in;
	struct recipe flow[FLOWS];
	struct coalescer *coalescer;
	struct coalesce_terms terms;
	uint8_t *block[2 * FRAMES]; /* frames, as they go in and as they were */
	size_t blocks;
};

static struct ledger ledger;
static uint8_t pattern[MTU];

static uint8_t byte(struct script *s)
{
	const uint8_t *at = span_take(&s->in, 1);

	return at ? *at : 0;
}

static uint8_t *copy(struct script *s, const uint8_t *at, size_t len)
{
	uint8_t *block = malloc(len ? len : 1);

	assert(block);
	if (len)
		memcpy(block, at, len);
	s->block[s->blocks++] = block;
	return block;
}

static void settle(struct script *s)
{
	const char *wrong = ledger_settle(&ledger, s->coalescer);

	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		abort();
	}
	while (s->blocks > 0)
		free(s->block[--s->blocks]);
}

static void give(struct script *s, uint8_t what, const uint8_t *at, size_t len)
{
	uint32_t from = what >> 5 & 1;
	struct frame f;

	if (coalesce_full(s->coalescer) || s->blocks == 2 * FRAMES)
		settle(s);
	if (!frame_parse(&f, (void *)(uintptr_t)at, len)) {
		if (coalesce_extend(s->coalescer, from, copy(s, at, len), len))
			abort(); /* no frame at all */
		s->block[s->blocks++] = NULL;
		return;
	}
	ledger_note(&ledger, from, copy(s, at, len), len);
	ledger_add(s->coalescer, from, &s->terms, copy(s, at, len), len);
}

/* -- Frames of flows -- */

static struct frame cook(struct script *s, uint8_t what, uint8_t *at)
{
	struct recipe *r = &s->flow[what >> 3 & 3];
	size_t size = byte(s);
	struct frame f;

	r->payload = size < 200 ? size + 1 : (size - 199) * 26;
	r->gso_size = (uint16_t)r->payload;
	f = recipe_cook(r, pattern, at);
	r->seq += (uint32_t)r->payload;
	r->id++;
	return f;
}

static void next_frame(struct script *s, uint8_t what)
{
	static uint8_t at[SUPERFRAME_ROOM];
	struct frame f = cook(s, what, at);

	if ((what & 7) != 7)
		naive_seal(&f, at, f.len);
	give(s, what, at, f.len);
}

static void broken_frame(struct script *s, uint8_t what)
{
	static uint8_t at[SUPERFRAME_ROOM];
	struct frame f = cook(s, what, at), again;
	uint8_t offset = byte(s), bits = byte(s);

	naive_seal(&f, at, f.len);
	at[offset % f.len] ^= bits;
	if (what & 0x80 && frame_parse(&again, at, f.len) && again.payload)
		naive_seal(&again, at, again.l3 + again.ip.len);
	give(s, what, at, f.len);
}

static void go_on(struct script *s, uint8_t what)
{
	struct recipe *r = &s->flow[what >> 3 & 3];
	uint8_t field = byte(s), value = byte(s);

	switch (field % 8) {
	case 0:
		r->v6 = value & 1;
		r->tcp = value & 2;
		break;
	case 1:
		r->flags = value;
		break;
	case 2:
		r->id = (uint16_t)(r->id - value);
		break;
	case 3:
		r->df = value & 1;
		break;
	case 4:
		r->options = (uint8_t)(value % 11 * 4);
		break;
	case 5:
		r->vlans = value % 3;
		break;
	case 6:
		r->seq -= value;
		break;
	default:
		r->flow = value & 3;
		break;
	}
}

static void any_bytes(struct script *s, uint8_t what)
{
	size_t len = byte(s);
	struct span bytes = span_first(s->in, len);

	s->in = span_from(s->in, bytes.len);
	give(s, what, bytes.at, bytes.len);
}

static void record(struct script *s)
{
	uint8_t what = byte(s);

	switch (what & 7) {
	case 3:
		broken_frame(s, what);
		break;
	case 4:
		go_on(s, what);
		break;
	case 5:
		any_bytes(s, what);
		break;
	case 6:
		settle(s);
		break;
	default:
		next_frame(s, what);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static struct script s;

	s = (struct script) { .in = span_of(input, size), .coalescer = coalescer_new() };
	assert(s.coalescer);
	s.terms = (struct coalesce_terms) { .tcp = true, .udp = true, .mtu = MTU };
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + i / 251);
	for (uint16_t i = 0; i < FLOWS; i++)
		s.flow[i] = (struct recipe) {
			.flow = i, .v6 = i & 1, .tcp = i & 2, .flags = TCP_ACK, .ttl = 64
		};
	while (s.in.len > 0)
		record(&s);
	settle(&s);
	coalescer_free(s.coalescer);
	return 0;
}
