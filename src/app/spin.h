/* Whether to stay awake a little longer before sleeping.
 *
 * A processor that sleeps takes tens of microseconds to wake, and a question and its answer wake the
 * switches four times: most of a round trip.  So after an exchange that goes to and fro, one small
 * message each way and each soon after the other, the loop looks again for a while instead of
 * sleeping.  Whoever only sends or only receives, or moves bulk, gains nothing from that and does
 * not get it; without traffic it never happens.
 *
 * It must not cost others the processor: between two looks it is offered to them (sched_yield), and
 * when one took it for long, nobody stays awake for a tenth of a second.  Measured with ping -f on two
 * processors: 140 to 160 µs a round trip without, 35 to 60 with; while a compiler keeps both busy,
 * the same with and without; and without the offer worse than sleeping. */
#ifndef APP_SPIN_H
#define APP_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	SPIN_EARNED = 4,   /* answers in a row */
	SPIN_MESSAGES = 4, /* in one direction and turn: more is bulk */
};

#define SPIN_ANSWER (250 * NS_PER_US) /* how soon an answer comes when all have to be woken */
#define SPIN_NS     (100 * NS_PER_US) /* for how long to stay awake */
#define SPIN_LONG   (1 * NS_PER_MS)   /* somebody else had the processor for that long */
#define SPIN_BARRED (100 * NS_PER_MS) /* and then it is left to him for that long */

struct spin {
	uint64_t busy;   /* ns: when something last happened */
	uint64_t looked; /* ns: when we looked last; 0: we slept */
	bool came;       /* it came from the underlay, else it went there */
	unsigned answers;
	uint64_t barred; /* ns: not before */
};

/* After a turn in which @in datagrams were received and @out sent: true to look again at once. */
bool spin_on(struct spin *s, uint64_t in, uint64_t out, uint64_t now);

#endif
