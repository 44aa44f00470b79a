/* What was told a short while ago and need not be told again: each key once a second.
 *
 * Whoever makes the keys may be a stranger, so it is a table of a fixed size, and the keys should come from
 * a keyed hash.  NEWS_WAYS keys may share a place and are told once a second each; beyond that the one that was
 * heard of least recently is forgotten, and would be told again. */
#ifndef CTL_NEWS_H
#define CTL_NEWS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	NEWS_PLACES = 128, /* a power of two */
	NEWS_WAYS = 4,
};

struct news_item {
	uint64_t key;
	uint32_t tick; /* it was told in */
	bool used;
};

/* Zeroed: nothing was told. */
struct news {
	struct news_item items[NEWS_PLACES][NEWS_WAYS]; /* of each place the latest first */
};

/* Is @key to be told in the second @tick?  Then it is told. */
bool news_is_new(struct news *news, uint64_t key, uint32_t tick);

#endif
