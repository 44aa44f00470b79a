/* What went into a coalescer, and whether the same comes out.
 *
 * Every frame is noted in the form in which it goes in.  When all were taken out, each superframe is
 * cut by the model (superframe.h), and what that gives has to be what was noted: per flow the same
 * frames in the same order, none missing, none twice.  What merging may change is little, and only
 * in frames that were merged: unfinished checksums become right ones, and ids that did not count,
 * where DF is set, count. */
#ifndef TEST_LEDGER_H
#define TEST_LEDGER_H

#include "offload/coalesce.h"
#include "superframe.h"

struct ledger_entry {
	const uint8_t *at; /* as it went in */
	size_t len;
	uint32_t from;
	uint64_t flow;    /* its addresses, protocol and ports; 0: none that can be told */
	unsigned barrier; /* fragments that came before */
	bool done;        /* came out */
};

struct ledger {
	struct ledger_entry entry[COALESCE_FRAMES * COALESCE_SEGMENTS];
	size_t count, begin; /* all before begin are done */
	unsigned barriers;

	/* What came out last time. */
	size_t outs;
	uint16_t members[COALESCE_FRAMES]; /* frames in each */
	uint8_t cut[SUPERFRAME_ROOM], wanted[SUPERFRAME_ROOM];
};

/* A frame that is about to go in; the bytes at @at are a copy, which stays until it is settled. */
void ledger_note(struct ledger *l, uint32_t from, const uint8_t *at, size_t len);

/* Leads a noted frame into @c: the @len bytes at @at, which @c may change. */
void ledger_add(struct coalescer *c, uint32_t from, const struct coalesce_terms *terms, uint8_t *at,
		size_t len);

/* Takes everything out of @c and compares; the ledger is empty afterwards, but for what came out.
 * NULL, or what is wrong. */
const char *ledger_settle(struct ledger *l, struct coalescer *c);

#endif
