/* The five steps of one frame in words, one line each, from the verdict it got.
 *
 *   blue ▸ out  1 arrive   port 0: VNI 100
 *               2 parse    aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4 ICMP, ...
 *               3 look up  32:39:e3:57:89:e7 dst 10.206.67.15 self permanent  (cluster.yaml:14)
 *               4 change   + VXLAN header, VNI 100; outer TOS 0x00, source port picked by flow ...
 *               5 leave    SEND to 10.206.67.15:4789
 *
 * A frame that is dropped has its last line at the step where that happened, with reason and
 * explanation.  FDB entries and neighbours stand as iproute2 would print them, and behind them in
 * parentheses where they came from.  A story takes less than TRACE_ROOM bytes.
 *
 * Everything said is read from the verdict and the tables it was decided on: call it before commit.
 */
#ifndef PATH_TRACE_H
#define PATH_TRACE_H

#include "base/text.h"
#include "path/inbound.h"
#include "path/outbound.h"

enum { TRACE_ROOM = 2048, TRACE_STEPS = 5 };

/* @f: the frame @v was decided for, NULL when it did not parse. */
void trace_outbound(struct text *out, const struct tables *t, const struct verdict *v,
		    const struct frame *f, uint64_t now);

/* @inner: as inbound_decide() left it. */
void trace_inbound(struct text *out, const struct tables *t, const struct verdict *v,
		   const struct arrival *a, const struct frame *inner, uint64_t now);

/* -- The same in pieces, for those who put them together in another way -- */

/* The lines of a story without their numbers, one behind the other in `words`, each with its NUL. */
struct story {
	unsigned steps;           /* as many as the frame lived to see */
	uint16_t at[TRACE_STEPS]; /* where each begins */
	char words[TRACE_ROOM];
};

void story_outbound(struct story *out, const struct tables *t, const struct verdict *v,
		    const struct frame *f, uint64_t now);
void story_inbound(struct story *out, const struct tables *t, const struct verdict *v,
		   const struct arrival *a, const struct frame *inner, uint64_t now);

/* "aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4 ICMP, 98 bytes" */
void trace_frame(struct text *out, const struct frame *f);

/* "arrive", "parse", "look up", "change", "leave" */
const char *step_name(unsigned step);

/* The line of a table that decided: which table ("fdb", "neigh", "flood"; NULL: no line did), the line
 * in iproute2's words, and where it came from. */
const char *trace_deciding(struct text *line, struct text *origin, const struct tables *t,
			   const struct verdict *v, uint64_t now);

#endif
