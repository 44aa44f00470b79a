/* Networks that commands make, change and delete while the switch runs (plan/made.h): the list of them, and the
 * way from a command to a plan, which is the way of every reload (app/reload.h).  They survive a restart as
 * entries do (ctl/kept.h).  What the cluster file says wins: what it contradicts is set aside. */
#ifndef APP_LINKS_H
#define APP_LINKS_H

#include "app/reload.h"
#include "ctl/kept.h"

/* Carries out `link add`, `set` or `del`: 0; or −errno and why, and nothing has changed.  What must be kept of
 * it goes into @kept, and how it is taken back into @undo. */
int links_change(const struct live *live, const struct command *c, struct kept *kept,
		 struct undo *undo, char why[COMMAND_WHY]);

/* Takes back what @undo remembers (undo->link), which is the caller's. */
void links_take_back(const struct live *live, const struct undo *undo);

/* Makes again what was kept in @state, before anything forwards.  The log tells what cannot be. */
void links_restore(const struct live *live, struct state *state);

/* Says which of them the cluster file that runs has set aside. */
void links_say_aside(const struct source *source);

void links_free(struct source *source);

#endif
