/* Where an entry came from: a small number in the tables, words in a side table that `plan` fills.
 * 0 stands for "learned from traffic". */
#ifndef TABLE_ORIGIN_H
#define TABLE_ORIGIN_H

#include <stdint.h>

struct origins;

struct origins *origins_new(void); /* NULL when memory is short */
void origins_free(struct origins *origins);

/* Remembers @words ("cluster.yaml:41", "the network's own device"); returns its number (the old one
 * for words already known), 0 when memory is short. */
uint32_t origins_add(struct origins *origins, const char *words);

/* "learned" for 0 and for numbers never given out. */
const char *origin_words(const struct origins *origins, uint32_t origin);

#endif
