/* What a command is about to change, so that it can be taken back: the disk may refuse to keep it
 * (plan/operate.h makes the change, store/store.h keeps it).
 *
 * Changes are taken back in the opposite order, the last one first; then each finds the entry as it left
 * it.  What traffic has taught us meanwhile stays. */
#ifndef PLAN_UNDO_H
#define PLAN_UNDO_H

#include "plan/made.h"
#include "table/tables.h"

struct undo {
	uint32_t network, vni; /* it may be another by then */
	bool is_neigh;
	bool was_there;
	struct mac mac;       /* all-zero: the flood list */
	struct fdb_entry fdb; /* its list is held */
	struct neigh_entry neigh;
	char renamed[MADE_NAME]; /* of that one: what it is called since; "": as it was */
	struct made *
		link; /* a network that a command has made, changed or deleted, as it was; owned.  Whoever makes
			      them puts it back (app/links.h); NULL: it is an entry */
};

/* Remembers a network: @was_there, or only its name counts.  False when memory is short. */
bool undo_remember_link(struct undo *undo, const struct made *link, bool was_there);

/* Remembers what @n has for @mac or @ip. */
void undo_remember_fdb(struct undo *undo, const struct network *n, struct mac mac, uint64_t now);
void undo_remember_neigh(struct undo *undo, const struct network *n, struct addr ip);

/* Has what was remembered been put there by the cluster file or a command, for good? */
bool undo_was_fixed(const struct undo *undo);

/* Puts it back, where the network is still the same, and forgets it. */
void undo_take_back(struct undo *undo, struct tables *t, uint64_t now);
void undo_forget(struct undo *undo);

#endif
