/* Forwarding database of one network: where does a MAC live?
 *
 * Entries are learned from source addresses, or static: put there by the cluster file or a command.
 * A static entry is never moved, aged or evicted by traffic; a frame that contradicts one is
 * refused. An entry marked `own` is the MAC of one of our own ports: seeing it elsewhere is a loop.
 * A static entry of a group MAC has a list of destinations instead of one place.  (The all-zero
 * entry of `bridge fdb` is the network's flood list, not an entry here.)
 *
 * Shape.  Entries stand in a slot array and never move: a slot number is good until the entry is
 * removed.  An open-addressing index of slot numbers, hashed with a random secret, finds them.
 * The table never reads a clock (the caller brings `now`), never logs, and allocates only when it
 * is made and when static entries are added: nothing that arrives on a wire can make it grow.
 *
 * Ageing.  Learned entries hang in one list by the tick (second) of the last frame from that MAC.
 * Only receiving refreshes an entry, and the list is touched only when the tick has changed.  An
 * entry whose tick lies the ageing time back is past its age: it is not found any more, a frame
 * from its MAC is news, and fdb_age() takes it away, oldest first.
 *
 * Fairness.  Each entry has an owner: the port or peer it was learned from (strangers are one
 * owner).  When the table is full, the oldest entry of the owner that holds most makes room (the
 * newcomer's own oldest when nobody holds more than its owner), so nobody who holds no more than
 * capacity / owners ever loses one, whatever the others invent.
 *
 * Moves.  The newest place wins.  A MAC that moves more than FDB_MOVES times within FDB_MOVE_SPAN
 * seconds freezes where it is for as long (RFC 7432 §15.1): frames from it elsewhere are refused.
 */
#ifndef TABLE_FDB_H
#define TABLE_FDB_H

#include "base/hash.h"
#include "table/flood.h"
#include "wire/eth.h"

enum {
	FDB_MOVES = 5,
	FDB_MOVE_SPAN = 180, /* seconds, also how long a frozen entry stays frozen */
};

#define FDB_NONE UINT32_MAX /* no slot */

/* Who an entry counts against: FDB_OWNER_PORT(i), FDB_OWNER_PEER(slot) or the strangers together.
 */
#define FDB_OWNER_PEER(slot)  (slot)
#define FDB_OWNER_PORT(index) (UINT32_C(0x80000000) | (index))
#define FDB_OWNER_STRANGERS   UINT32_C(0xfffffffe)

enum fdb_kind { FDB_FREE, FDB_LEARNED, FDB_STATIC, FDB_OWN };

struct fdb_entry {
	struct mac mac;
	enum fdb_kind kind;
	struct place place;      /* meaningless where list is set */
	struct flood_list *list; /* group MAC: all its destinations; else NULL */
	uint32_t origin;         /* table/origin.h: which line or command made it; 0 = learned */
	uint32_t tick;           /* second of the last frame from this MAC (learned) */
	uint32_t moves;          /* within the span that began at moved_since */
	uint32_t moved_since;
	uint32_t frozen_until; /* tick; 0 = not frozen */
	bool said_static;      /* by a command, for "permanent": how it is shown, nothing else */
};

struct fdb;

/* What fdb_judge() would have happen to the table. */
enum fdb_change {
	FDB_NOTHING, /* known, at this place, this second; or not to be learned */
	FDB_REFRESH, /* known, at this place, longer ago */
	FDB_NEW,     /* not known yet */
	FDB_MOVE,    /* known at another place */
	FDB_FREEZE,  /* a move too many: it stays where it was, frozen, and this frame is refused */
	FDB_FROZEN,  /* refused: frozen at another place */
	FDB_CONFLICT, /* refused: static at another place */
	FDB_LOOP,     /* refused: our own MAC, not from its port */
};

struct fdb_judgement {
	enum fdb_change change;
	uint32_t slot; /* of the entry that decided; FDB_NONE for FDB_NEW */
};

/* Room for @learned learned entries; they age after @ageing seconds (0: never).
 * NULL when memory is short. */
struct fdb *fdb_new(uint32_t learned, uint32_t ageing, struct hash_secret secret);
void fdb_free(struct fdb *fdb);

/* -- Asking: changes nothing. -- */

/* The slot of @mac, or FDB_NONE; learned entries past their age are not found. */
uint32_t fdb_find(const struct fdb *fdb, struct mac mac, uint64_t now);

/* The entry in a slot that fdb_find(), fdb_judge() or fdb_next() gave. */
const struct fdb_entry *fdb_at(const struct fdb *fdb, uint32_t slot);

/* What a frame from @mac at @place means for the table.  @learn false: places are checked against
 * static entries only, nothing new, nothing moved. @mac must be a station address. */
struct fdb_judgement fdb_judge(const struct fdb *fdb, struct mac mac, struct place place,
			       bool learn, uint64_t now);

/* The first used slot at or after @slot, FDB_NONE at the end; for showing. */
uint32_t fdb_next(const struct fdb *fdb, uint32_t slot);

/* One above the highest slot that was ever used: who walks in steps looks at each slot below, used or
 * FDB_FREE. */
uint32_t fdb_end(const struct fdb *fdb);

/* -- Learning: what commit does with a judgement made on the unchanged table. -- */

/* Carries out @judgement for a frame from @mac at @place, counted against @owner.  Returns the slot
 * concerned, or FDB_NONE. */
uint32_t fdb_apply(struct fdb *fdb, struct fdb_judgement judgement, struct mac mac,
		   struct place place, uint32_t owner, uint64_t now);

/* The tick at which the oldest learned entry is past its age; UINT32_MAX when none will ever be. */
uint32_t fdb_due(const struct fdb *fdb);

/* Removes at most @budget entries past their age; returns how many. */
uint32_t fdb_age(struct fdb *fdb, uint64_t now, uint32_t budget);

/* -- Static entries and flushing: control side. -- */

/* A static or own entry for @mac, replacing whatever stood there.  Returns its slot, FDB_NONE when
 * memory is short. */
uint32_t fdb_put(struct fdb *fdb, struct mac mac, enum fdb_kind kind, struct place place,
		 uint32_t origin);

/* The same for a group MAC; takes over one use of @list, also when it fails. */
uint32_t fdb_put_group(struct fdb *fdb, struct mac mac, struct flood_list *list, uint32_t origin);

/* The static entry in @slot was asked for as "static", not as "permanent". */
void fdb_call_static(struct fdb *fdb, uint32_t slot);

void fdb_remove(struct fdb *fdb, uint32_t slot);

/* Removes the learned entries of @owner. */
void fdb_flush_owner(struct fdb *fdb, uint32_t owner);

/* May this entry of another table come along?  @owner of a learned one, FDB_NONE of a fixed one. */
typedef bool fdb_keeps(const void *context, const struct fdb_entry *entry, uint32_t owner);

/* Takes over what traffic and commands have put into @from, as far as @keeps says so: entries with
 * their age and moves, and the counts.  What stands here already stays; of learned entries the
 * newest fit.  False when memory is short. */
bool fdb_adopt(struct fdb *fdb, const struct fdb *from, fdb_keeps *keeps, const void *context);

/* Removes what @keeps does not keep, and puts in the fixed entries of @fixed, for which there is room
 * after fdb_reserve(). */
void fdb_restate(struct fdb *fdb, const struct fdb *fixed, fdb_keeps *keeps, const void *context);

/* Room for @fixed more entries that are not learned; false when memory is short. */
bool fdb_reserve(struct fdb *fdb, uint32_t fixed);

/* -- Watching: what traffic changes, remembered while somebody wants to know. -- */

enum {
	FDB_NEWS = 64
}; /* changes of one table that are remembered; the newest beyond it are counted */

struct fdb_news {
	struct fdb_entry entry; /* as it was then */
	bool gone;              /* aged out, or had to make room; else it was learned */
};

/* From now on changes are remembered, or no more.  False when memory is short. */
bool fdb_watch(struct fdb *fdb, bool watched);

/* Takes the oldest change; false when there is none. */
bool fdb_next_news(struct fdb *fdb, struct fdb_news *out);

/* How many were only counted since this was last asked. */
uint64_t fdb_left_out(struct fdb *fdb);

struct fdb_counts {
	uint32_t learned, fixed; /* entries now; fixed = static and own */
	uint64_t learns, moves, freezes, aged, evicted;
};

const struct fdb_counts *fdb_counts(const struct fdb *fdb);
uint32_t fdb_capacity(const struct fdb *fdb);                /* for learned entries */
uint32_t fdb_ageing(const struct fdb *fdb);                  /* seconds; 0: never */
uint32_t fdb_held_by(const struct fdb *fdb, uint32_t owner); /* learned entries of this owner */

/* A digest of everything in the table, so that a test can see that asking changed nothing. */
uint64_t fdb_digest(const struct fdb *fdb);

#endif
