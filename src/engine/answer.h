/* What the switch itself says on a local port: ARP and ND answers, and "too big".
 *
 * "Too big" has two roads.  Mostly the path MTU is known and the verdict says it.  But somebody has
 * to be the first to find out: the underlay refuses a datagram, the path MTU is learned, and the
 * frame is gone.  Then the path is asked again about that very frame, now that it knows, and what
 * it would have said is said: so there is one place that decides who is told, what, and how
 * often. */
#ifndef ENGINE_ANSWER_H
#define ENGINE_ANSWER_H

#include "path/verdict.h"

struct engine;
struct pending;

/* Carries out @v, a REPLY to @f. */
void answer(struct engine *e, const struct network *n, const struct verdict *v,
	    const struct frame *f);

/* The oldest datagram of @p is too big for a path whose MTU has just been learned, and is about to
 * be dropped: its sender hears of it.  Copies of flooded frames have no sender. */
void answer_refused(struct engine *e, const struct pending *p, uint64_t now);

#endif
