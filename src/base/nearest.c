#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if (c == '_')
		return '-';
	return c;
}

/* Slips to get from @a to @b, by dynamic programming over their beginnings (Damerau, with each
 * letter swapped at most once). */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[3][LONGEST + 1];
	size_t *before = row[0], *above = row[1], *here = row[2], *spare;

	for (size_t j = 0; j <= m; j++)
		above[j] = j;
	for (size_t i = 1; i <= n; i++) {
		here[0] = i;
		for (size_t j = 1; j <= m; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);

			here[j] = least(above[j - 1] + (x != y), least(above[j], here[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
				here[j] = least(here[j], before[j - 2] + 1);
		}
		spare = before;
		before = above;
		above = here;
		here = spare;
	}
	return above[m];
}

static size_t tolerance(const char *word)
{
	size_t length = strlen(word);

	return length < 3 ? 0 : length < 6 ? 1 : length / 3;
}

struct nearest nearest_to(const char *word)
{
	return (struct nearest) { .word = word, .slips = SIZE_MAX };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	size_t slips;

	if (strlen(n->word) > LONGEST || strlen(candidate) > LONGEST)
		return;
	slips = distance(n->word, candidate);
	if (slips > tolerance(candidate) || slips >= n->slips)
		return;
	n->found = candidate;
	n->slips = slips;
}
