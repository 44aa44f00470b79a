/* Memory that runs short at a chosen call: malloc() and its like return NULL, where the system's
 * hardly ever do.
 *
 * Linked into a test or into a whole program.  Without sanitizers the calls of shared libraries are
 * among them (libyaml's, libev's, the C library's own); under one, which has an allocator of its own,
 * only those of what is linked in (--wrap). */
#ifndef TEST_STARVE_H
#define TEST_STARVE_H

#include <stdbool.h>
#include <stdint.h>

enum hunger {
	HUNGER_ONCE,     /* one call fails, the next finds memory again */
	HUNGER_FROM_NOW, /* and so does every later one */
};

/* The @nth call from now on (the first is 1) fails; 0: none does.
 *
 * A program that nobody calls this in is told by its environment: STARVE=12, or STARVE=12+ for
 * HUNGER_FROM_NOW; when it ends well without having come that far, it says "starve: never came". */
void starve(uint64_t nth, enum hunger hunger);

/* Has a call failed since starve()? */
bool starve_bit(void);

#endif
