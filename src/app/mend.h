/* The loop's part that mends: it wakes to bring lost devices back (app/revive.h), and when the
 * machine's links or addresses have changed (app/recheck.h). */
#ifndef APP_MEND_H
#define APP_MEND_H

#include <ev.h>

#include "app/recheck.h"
#include "app/revive.h"

/* How the loop hears that a port is back, with a descriptor to be watched. */
typedef void (*mend_back)(void *context, uint32_t number);

struct mend {
	struct ev_loop *ev;
	const uint64_t *now; /* the loop's */
	mend_back back;
	void *context; /* for it */
	struct revive revive;
	struct recheck recheck;
	ev_timer revival; /* runs while a port is lost */
	ev_io changes;    /* of links and addresses */
	ev_timer settle;  /* runs between a change and looking at it */
};

/* Starts to watch.  @mend must stay where it is. */
void mend_open(struct mend *mend, struct ev_loop *ev, struct vswitch *s, const uint64_t *now,
	       mend_back back, void *context);
void mend_close(struct mend *mend);

/* The switch has other ports and sockets now. */
void mend_again(struct mend *mend);

/* Port @number failed with @error (an errno), and is not watched any more. */
void mend_port(struct mend *mend, uint32_t number, int error);

/* Once a second. */
void mend_tick(struct mend *mend);

#endif
