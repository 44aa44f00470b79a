/* Where an entry came from: a small number in the tables, words in a side table that `plan` fills.
 * 0 stands for "learned from traffic". */
#ifndef TABLE_ORIGIN_H
#define TABLE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct origins;

struct origins *origins_new(void); /* NULL when memory is short */
void origins_free(struct origins *origins);

/* Remembers @words ("cluster.yaml:41", "the network's own device"); returns its number (the old one
 * for words already known), 0 when memory is short. */
uint32_t origins_add(struct origins *origins, const char *words);

/* The same for a line of the cluster file: what comes from there goes when the file no longer says
 * it, and what comes from elsewhere stays. */
uint32_t origins_add_line(struct origins *origins, const char *words);
bool origin_is_line(const struct origins *origins, uint32_t origin);

/* "learned" for 0 and for numbers never given out. */
const char *origin_words(const struct origins *origins, uint32_t origin);

#endif
