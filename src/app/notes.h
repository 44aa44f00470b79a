/* What the switch has to say while it runs: the engine's notes and the state of its groups, as log
 * lines that nobody outside can multiply. */
#ifndef APP_NOTES_H
#define APP_NOTES_H

#include <stdio.h>

#include "app/switch.h"
#include "base/log.h"

enum { NOTES_GROUP_SILENCE = 30 }; /* seconds of flooding into a silent group before we say so */

struct notes {
	struct log_limit frozen, repeated, no_runs, no_superframes, no_lease, declined;
	void (*shared)(void *context, const struct event *event); /* or NULL */
	void *context;
	uint32_t *silent_since; /* by group of the plan: tick of the first flood, 0 none yet, */
				/* UINT32_MAX: heard something, or said so */
};

bool notes_open(struct notes *notes, const struct vswitch *s);
void notes_close(struct notes *notes);

/* The notes that go on with another plan, to take the place of @notes; false when memory is short. */
bool notes_prepare(const struct notes *notes, const struct plan *running, const struct plan *wanted,
		   struct notes *out);

/* Whoever else wants to hear of each note; NULL: nobody. */
void notes_share(struct notes *notes, void (*shared)(void *context, const struct event *event),
		 void *context);

/* Turns the engine's notes into lines. */
void notes_drain(struct notes *notes, struct vswitch *s, uint64_t now);

/* Once a second: has each group we flood to been heard from?  The notes' author never learned why
 * his had not. */
void notes_watch_groups(struct notes *notes, const struct vswitch *s, uint64_t now);

/* Tables and counters, all of them: what SIGUSR1 and the end of the process print. */
void notes_dump(FILE *to, const struct vswitch *s, uint64_t now);

#endif
