/* What nobody reports is looked for once a second, while somebody monitors: counters of drops that
 * went up, and devices that went away or came back. */
#ifndef CTL_WATCH_H
#define CTL_WATCH_H

#include "ctl/session.h"

struct watch_seen {
	bool used; /* a network was here */
	bool up;   /* and its device was up */
	struct drops drops;
};

struct watch {
	struct watch_seen *seen; /* by network; the last is for what was no network's */
	uint32_t count;
};

/* Tells what is new since the last look.  The first look, and any that finds other networks than the
 * one before, only remembers. */
void watch_look(struct watch *watch, const struct switch_view *view);
void watch_close(struct watch *watch);

#endif
