/* What survives a restart of this node: where it is, reading it at the start, keeping it from then on.
 *
 *   --state DIR        exactly there
 *   $STATE_DIRECTORY   CLUSTER/NODE below it; systemd sets it for a unit that has a StateDirectory=
 *   as root            /var/lib/vxs/CLUSTER/NODE
 *   $XDG_STATE_HOME    vxs/CLUSTER/NODE below it; ~/.local/state where it is not set
 *   --volatile         nowhere
 *
 * Nothing is written before the rights that are given up are given up. */
#ifndef APP_STATE_H
#define APP_STATE_H

#include "app/keeper.h"
#include "table/tables.h"

enum {
	STATE_PATH = 1024,
	STATE_LINES = 10, /* of what is dropped or waits, in the log */
};

struct state_options {
	const char *directory; /* --state, or NULL */
	bool is_volatile;
};

struct state {
	char directory[STATE_PATH]; /* "": nothing survives */
	char trouble[STORE_WHY];    /* what was wrong with it, or "" */
	struct store *store;        /* until the keeper has it */
	struct keeper *keeper;      /* NULL: nothing survives */
	size_t records;             /* kept now */
};

/* Opens and reads it.  False after the log said why: another process has it, or the directory that was
 * asked for cannot be used.  Where a default cannot be, a warning says so and nothing survives. */
bool state_open(struct state *state, const struct state_options *options, const char *cluster,
		const char *node);

/* Makes again what was kept.  What the cluster file says otherwise is dropped, and what cannot be made
 * now is kept for later; the log tells. */
bool state_restore(struct state *state, struct tables *tables);

/* From now on changes are kept, by a thread.  False when there can be none. */
bool state_start(struct state *state);

void state_close(struct state *state);

#endif
