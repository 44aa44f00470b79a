/* Owners: who holds how many learned entries of one forwarding database, and which are oldest.
 *
 * An owner has a record while it holds at least one slot, so there are never more records than
 * learned entries and all of them are made with the table.  Each record heads a list of its slots,
 * oldest first.  Records with equal counts hang in one list per count; counts change by one, so
 * the largest count in use is always known and finding who must make room takes no search. */
#ifndef TABLE_FDB_OWNERS_H
#define TABLE_FDB_OWNERS_H

#include "base/hash.h"
#include "slot_index.h"

struct fdb_owner {
	uint32_t id;
	uint32_t held;
	struct slot_list slots; /* oldest first */
};

struct fdb_owners {
	struct hash_secret secret;
	struct slot_index index; /* id → record */
	struct fdb_owner *records;
	struct slot_link *equals; /* per record, in the list of its count */
	struct slot_pool pool;

	struct slot_list *by_count; /* [held] → records; good up to `tallest` */
	uint32_t tallest;
	uint32_t most; /* the largest count in use; 0: nobody holds anything */

	struct slot_link *links; /* per slot, in its owner's list */
	uint32_t *record_of;     /* per slot */
};

/* For @capacity learned entries; false when memory is short, and then fdb_owners_done() is due. */
bool fdb_owners_init(struct fdb_owners *owners, uint32_t capacity, struct hash_secret secret);
void fdb_owners_done(struct fdb_owners *owners);

/* Makes the arrays reach slot @slots − 1; false when memory is short. */
bool fdb_owners_reserve(struct fdb_owners *owners, uint32_t slots);

/* @slot becomes the newest of @owner; the slot loses its owner; it becomes its owner's newest. */
void fdb_owners_add(struct fdb_owners *owners, uint32_t slot, uint32_t owner);
void fdb_owners_remove(struct fdb_owners *owners, uint32_t slot);
void fdb_owners_touch(struct fdb_owners *owners, uint32_t slot);

uint32_t fdb_owner_of(const struct fdb_owners *owners, uint32_t slot);
uint32_t fdb_owners_held(const struct fdb_owners *owners, uint32_t owner);

/* The oldest slot of @owner, SLOT_NONE when it holds none. */
uint32_t fdb_owners_oldest(const struct fdb_owners *owners, uint32_t owner);

/* The slot that makes room for one more of @owner: its own oldest when nobody holds more than it,
 * else the oldest of one that holds most.  SLOT_NONE when nobody holds anything. */
uint32_t fdb_owners_victim(const struct fdb_owners *owners, uint32_t owner);

#endif
