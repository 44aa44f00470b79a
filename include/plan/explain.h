/* What each code means, for whoever meets it: `vxs explain E112`. */
#ifndef PLAN_EXPLAIN_H
#define PLAN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct explanation {
	char code[8];        /* "E112" */
	const char *title;   /* a sentence */
	const char *meaning; /* what it means: what was found */
	const char *why;     /* why it matters */
	const char *mend;    /* how to mend it */
	/* Parts of a cluster file, lines that end in a newline: `wrong` has this code, `right` has
	 * not.  Both NULL where no small file shows it by itself. */
	const char *wrong, *right;
};

/* The number @i, in the order of the codes; false behind the last. */
bool explain_at(size_t i, struct explanation *out);

/* The one with the code @word, as it is or as messages show it: "E112", "e112", "[E112]". */
bool explain_find(const char *word, struct explanation *out);

/* The code that comes nearest to @word, or NULL. */
const char *explain_nearest(const char *word, char out[8]);

#endif
