/* A cluster file that a client hands to the switch (`vxs apply`, `vxs diff FILE`): its text, as far as it
 * has come, and then what became of it, as far as it has been told.
 *
 * A request is bounded and a line is, so both go in pieces.  One file is in hand at a time: whoever
 * begins with another one takes the place, and the former is answered ECANCELED. */
#ifndef CTL_PROPOSAL_H
#define CTL_PROPOSAL_H

#include "base/text.h"
#include "plan/diff.h"

enum {
	PROPOSAL_MAX = 16 << 20, /* bytes of a file */
	PROPOSAL_WHY = 512,
};

struct proposal {
	const void *owner; /* who sends it; NULL: nobody does */
	char *text;
	size_t len, room;

	/* What became of it, filled in by whoever carried it out: 0 or −errno, −EINVAL being errors in
	 * the file; a sentence that says why; the errors and warnings, or NULL; what changes; and where
	 * that was done, the file that will be read on SIGHUP, and when the switch starts again. */
	int rc;
	char why[PROPOSAL_WHY];
	char *complaints;
	struct diff diff;
	char starts_from[1024];

	size_t told, at; /* lines of the diff; bytes of the next one, or of the complaints */
	bool complained; /* these are told */
};

/* Forgets all, and begins with a file of @owner. */
void proposal_begin(struct proposal *p, const void *owner);
void proposal_end(struct proposal *p);

/* Adds a piece: 0, −EFBIG above PROPOSAL_MAX, or −ENOMEM. */
int proposal_add(struct proposal *p, const char *piece);

/* Says the next piece of what became of it at the end of @out; false when all is said. */
bool proposal_tell(struct proposal *p, struct text *out);

#endif
