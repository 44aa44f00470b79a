/* What must survive: keys and values in a directory, each change acknowledged only once it is durable.
 *
 *   DIRECTORY/state      the generation that counts (store/journal.h)
 *   DIRECTORY/state.old  the one before it, as it was when this one was begun
 *   DIRECTORY/state.new  one that is being written, and counts for nothing
 *   DIRECTORY/state.bad-N  what could not be read, kept aside
 *
 * Changes are appended, sealed and synced, however many at once.  When what is out of date outweighs what
 * holds, a new generation is written beside: synced, renamed, the directory synced.  So the cost of
 * a change does not grow with what is kept, and at no moment is there less than one whole generation.
 *
 * When the disk refuses, nothing is changed: what was written of the change is cut off again, and where that
 * is in doubt (a sync that failed may have lost what it was asked for), the next change begins with
 * a new generation.
 *
 * A file that is damaged, or of another cluster or node, is kept aside and said aloud: what stands
 * before the damage is used where that is more than the generation before, which is used otherwise.
 *
 * The directory is locked while it is open, and ours alone (0700, files 0600).  Everything here waits for the
 * disk: it is called at the start, and from a thread of its own then.  Nothing in here is logged
 * by a commit. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/journal.h"

enum {
	STORE_WHY = 512,
	STORE_SLACK = 1 << 20, /* bytes out of date that are worth no new generation */
	STORE_BYTES = 1 << 30, /* of a generation, at most */
	STORE_BAD = 99,        /* files kept aside; the last is replaced */
};

struct store;

/* Opens and locks @directory, which is made where it is missing.  0, or −errno and a sentence in @why;
 * −EWOULDBLOCK: another process has it. */
int store_open(struct store **out, const char *directory, const char *cluster, const char *node,
	       char why[STORE_WHY]);
void store_close(struct store *store); /* NULL is fine */

/* What was found wrong when it was opened, a sentence; "" for nothing. */
const char *store_trouble(const struct store *store);

/* One change.  NULL when memory is short, or for what could not be read again (journal_is_key(), journal_is_value()).  It is the caller's until it is committed. */
struct store_change;
struct store_change *store_change_new(enum journal_kind kind, const char *key, const char *value);
void store_change_free(struct store_change *change); /* NULL is fine */

/* Has something to do with @from a record, and what is it when that is called @to?  The thread that commits asks, for
 * each record. */
typedef bool store_rename(const char *from, const char *to, const char *key, const char *value,
			  char new_key[JOURNAL_KEY + 1], char new_value[JOURNAL_VALUE + 1]);

/* Another name for something, in all its records: one change, however many they are. */
struct store_change *store_rename_new(const char *from, const char *to, store_rename *rename);

/* Makes @count changes durable, in their order, by one sync; takes them over.  0, or −errno and none of
 * them has happened.  What changes nothing costs nothing. */
int store_commit(struct store *store, struct store_change **changes, size_t count);

/* Writes a new generation if it is time; when it can not, it is for another time. */
void store_tidy(struct store *store);

/* Calls @take with each key that begins with @prefix, in the order of their bytes. */
typedef void store_take(void *context, const char *key, const char *value);
void store_each(const struct store *store, const char *prefix, store_take *take, void *context);
size_t store_count(const struct store *store);

#endif
