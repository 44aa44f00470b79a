/* Looking again at what of the machine we stand on: our addresses, the interfaces of our groups,
 * the names of our devices, the routes that lead to other nodes (app/routed.h).
 *
 * The kernel says that something changed (port/link_changes.h) and everything is looked at, at most
 * once in RECHECK_SETTLE however much changes.  An address that went away needs no repair: the
 * sockets are bound to it and work again when it is back; it is only said.  An interface that was
 * deleted and made again is followed (port/udp.h). */
#ifndef APP_RECHECK_H
#define APP_RECHECK_H

#include "app/switch.h"
#include "base/log.h"
#include "port/link_changes.h"

#define RECHECK_SETTLE (100 * NS_PER_MS)

struct recheck {
	struct vswitch *s;
	struct link_changes *changes; /* NULL: the kernel does not tell */
	struct log_limit name;
	bool routes; /* it tells of those, too */
};

/* Where the kernel does not tell of changes, that is logged. */
void recheck_open(struct recheck *r, struct vswitch *s);

/* The switch has other networks now: routes are heard of where one is routed. */
void recheck_again(struct recheck *r);

void recheck_close(struct recheck *r);

/* To be watched: readable when something changed; −1: nothing to watch. */
int recheck_fd(const struct recheck *r);

/* Takes a batch of changes and looks at everything. */
void recheck_look(struct recheck *r, uint64_t now);

/* Once a second: says what could not be said before, so that the last word is a true one. */
void recheck_tick(struct recheck *r, uint64_t now);

#endif
