/* The same frame, again and again: how a bridging loop shows where no station moves.
 *
 * A loop in which stations are learned at both ends shows as moves, and the FDB freezes them
 * (table/fdb.h).  Where nothing is learned, or where the loop has one direction only, every table
 * sees each station where it always was, and the only thing that is odd is that one frame is flooded
 * thousands of times a second.  So frames that are flooded are remembered by a digest, for a second,
 * in a few places: a frame keeps its place while it comes more often than all others of that place
 * together (Boyer and Moore's majority vote), so what a station says once pushes nothing out.
 *
 * A packet of a host does not repeat itself to the bit so often: of IPv4 the identification differs,
 * of everything else a sequence number.  What is found is told and nothing is dropped for it: what
 * bounds a storm is bum-limit. */
#ifndef TABLE_REPEATS_H
#define TABLE_REPEATS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	REPEATS_PLACES = 16,
	REPEATS_MANY = 100,  /* times within REPEATS_SPAN */
	REPEATS_SPAN = 1,    /* second */
	REPEATS_BYTES = 128, /* of a frame that count for its digest, beside its length */
};

struct repeats {
	struct repeated {
		uint64_t digest;
		uint64_t since; /* ns; when it took the place */
		uint32_t count; /* how much more often it came than others */
	} place[REPEATS_PLACES];
	uint64_t found; /* ns; when there was one last; 0: never */
};

/* A frame of that digest is flooded at @now (ns): true when that is the REPEATS_MANY-th time within
 * REPEATS_SPAN, and then not before as many again. */
bool repeats_seen(struct repeats *r, uint64_t digest, uint64_t now);

#endif
