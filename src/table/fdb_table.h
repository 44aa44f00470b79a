/* What a forwarding database is made of. */
#ifndef TABLE_FDB_TABLE_H
#define TABLE_FDB_TABLE_H

#include "fdb_owners.h"
#include "table/fdb.h"

/* Changes since who watches last asked: the oldest, and how many more. */
struct fdb_watched {
	struct fdb_news news[FDB_NEWS];
	uint32_t first, count;
	uint64_t left_out;
};

struct fdb {
	struct hash_secret secret;
	uint32_t capacity; /* learned entries */
	uint32_t ageing;   /* seconds; 0: never */
	uint32_t room;     /* slots in the arrays, at least capacity + fixed entries */

	struct slot_index index; /* MAC → slot */
	struct fdb_entry *entries;
	struct slot_pool pool;
	struct slot_link *ages;   /* per slot, in by_age while learned */
	struct slot_list by_age;  /* learned entries, oldest tick first */
	struct fdb_owners owners; /* of learned entries */
	struct fdb_counts counts;
	struct fdb_watched *watched; /* NULL: nobody watches */
};

/* The entry in @slot was learned, or is about to go. */
void fdb_note(struct fdb *fdb, uint32_t slot, bool gone);

#endif
