/* The thread that waits for the disk, so that forwarding does not (store/store.h).
 *
 * The loop hands over changes, which are numbered and never change again; the thread takes all that are
 * waiting, makes them durable by one sync, and says so by an eventfd.  It sees no table, and the
 * loop does not see the store while the thread runs: what is kept is looked up by the thread.
 *
 * When the disk refuses, every change that is not durable by then is refused: what came later was made
 * on top of what came first. */
#ifndef APP_KEEPER_H
#define APP_KEEPER_H

#include "store/store.h"

enum {
	KEEPER_ROOM = 4096, /* changes that wait, at most ... */
	KEEPER_AT_ONCE = 3, /* ... and those of one request: a network, its FDB, its neighbours */
	KEEPER_LISTENERS = 4,
};

struct keeper;

/* Takes over @store, which has been read; 0 or −errno.  The thread gets no signals. */
int keeper_open(struct keeper **out, struct store *store);

/* What waits is made durable, and the store closed. */
void keeper_close(struct keeper *keeper); /* NULL is fine */

/* Readable when there is something to collect. */
int keeper_fd(const struct keeper *keeper);

/* For all that one request may add? */
bool keeper_has_room(const struct keeper *keeper);

/* Takes over @change; there must have been room when its request began.  Returns its number: the first is 1. */
uint64_t keeper_add(struct keeper *keeper, struct store_change *change);

/* Once a turn: has the thread begin with what was handed over, so that one sync serves all of it. */
void keeper_begin(struct keeper *keeper);

/* The number of the last change that was handed over. */
uint64_t keeper_last(const struct keeper *keeper);

/* What became of them. */
struct kept_report {
	uint64_t durable; /* all up to this one are */
	int refused;    /* −errno: those behind it are refused, and their numbers done with; 0 */
	size_t records; /* that are kept now */
};

/* From now on @told hears of every report, whoever handed the changes over: each knows the numbers of its
 * own.  At most KEEPER_LISTENERS, until the end. */
void keeper_listen(struct keeper *keeper, void *context,
		   void (*told)(void *context, const struct kept_report *report));

/* A look into what is kept, once all that was handed over before is either kept or refused. */
struct keeper_look {
	const char *prefix;
	store_take *take; /* the thread calls it with each key that begins with @prefix ... */
	/* ... and keeper_collect() or keeper_close() this in the end. */
	void (*done)(void *context);
	void *context; /* like @prefix the thread's until then */
};

/* One at a time: false when there is one already. */
bool keeper_look(struct keeper *keeper, const struct keeper_look *look);

/* When keeper_fd() is readable: tells all who listen, in the order in which they began, and then who
 * looked. */
void keeper_collect(struct keeper *keeper);

#endif
