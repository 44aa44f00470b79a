/* The records of all others, by key: a part of store/lessee.h. */
#ifndef STORE_LESSEE_RECORDS_H
#define STORE_LESSEE_RECORDS_H

#include "store/lessee.h"

struct lessee_records {
	struct lessee_peer *list; /* by key */
	size_t count, room;
};

struct lessee_peer *lessee_records_find(const struct lessee_records *r, const char *key);

/* The record of @key, made where there is none: NULL when memory is short or there are too many. */
struct lessee_peer *lessee_records_make(struct lessee_records *r, const char *key);

/* Takes @peer, which is one of the list, out. */
void lessee_records_drop(struct lessee_records *r, struct lessee_peer *peer);

/* The first record that overlaps @subnets in either family, or NULL. */
const struct lessee_peer *lessee_records_clash(const struct lessee_records *r,
					       const struct flannel_subnets *subnets);
void lessee_records_free(struct lessee_records *r);

/* The first free subnets of @config, both families with one number, from the one numbered @start (modulo
 * their count) on; false when all are taken. */
bool lessee_choose(const struct lessee_records *r, const struct flannel_config *config,
		   uint64_t start, struct flannel_subnets *out);

/* Do both families of @subnets fit @config, and are there no others? */
bool lessee_fits(const struct flannel_config *config, const struct flannel_subnets *subnets);

#endif
