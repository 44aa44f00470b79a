/* The word that was probably meant: among the words that exist, the one that a slip of the finger
 * turns into what was typed. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word;  /* as typed */
	const char *found; /* the nearest so far; NULL: nothing comes near */
	size_t slips;      /* between the two */
};

/* Nothing found yet.  @word must outlive the value. */
struct nearest nearest_to(const char *word);

/* Offers @candidate, which must outlive the value.  It is taken when it needs fewer slips (a letter
 * too many, too few, changed, or swapped with its neighbour; capitals and '_' for '-' are none)
 * than what was found before, and not more than a word of its length can bear: 0 below 3 letters, 1
 * below 6, then a third of them.  Words of more than 32 bytes are never taken. */
void nearest_offer(struct nearest *n, const char *candidate);

#endif
