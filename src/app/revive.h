/* Bringing lost devices back.
 *
 * A TAP that is deleted under us polls as an error for ever.  It is closed at once, so that nothing
 * wakes for it; its network drops as port-down, what was learned from it is forgotten, and all
 * other networks go on.  Then it is opened again as at the start: made where the right is there, or
 * attached to once somebody has made it for us; with its MAC, MTU and bridge.  The tries become
 * seldom (base/backoff.h) and never end; one device is tried at a time, since making one takes the
 * kernel a while.  The log says once what was lost, once why it does not come back, and once that
 * it is back. */
#ifndef APP_REVIVE_H
#define APP_REVIVE_H

#include "app/switch.h"

struct revive {
	struct vswitch *s;
	struct log_limit lost, refused, back;
};

void revive_open(struct revive *revive, struct vswitch *s);

/* Port @number failed with @error (an errno): takes it out of service until it comes back. */
void revive_lose(struct revive *revive, uint32_t number, int error, uint64_t now);

/* When to try next, in monotonic ns; UINT64_MAX: no port is lost. */
uint64_t revive_due(const struct revive *revive);

/* Tries the port that is due; its number when it is back, else PORT_NONE. */
uint32_t revive_try(struct revive *revive, uint64_t now);

/* Once a second: says how many devices were lost beside the one that the log names. */
void revive_tick(struct revive *revive, uint64_t now);

#endif
