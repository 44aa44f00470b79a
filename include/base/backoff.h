/* When to try again what has failed: soon at first, then ever more seldom.
 *
 * The wait doubles from BACKOFF_FIRST to BACKOFF_MOST with every failure; whoever succeeds starts
 * afresh with the next trouble.  The first wait is not zero, so that something that fails again as
 * soon as it has succeeded costs a few tries a second and no more. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdbool.h>

#include "base/clock.h"

#define BACKOFF_FIRST (100 * NS_PER_MS)
#define BACKOFF_MOST  (30 * NS_PER_S)

/* Zero-initialised: nothing to try. */
struct backoff {
	uint64_t wait; /* ns, before the next try; 0: nothing to try */
	uint64_t due;  /* monotonic ns of the next try */
};

/* Something failed at @now: it is to be tried for the first time. */
void backoff_start(struct backoff *b, uint64_t now);

/* The try at @now failed, too. */
void backoff_failed(struct backoff *b, uint64_t now);

/* It succeeded. */
void backoff_end(struct backoff *b);

/* When to try; UINT64_MAX: there is nothing to try. */
uint64_t backoff_due(const struct backoff *b);

#endif
