/* The kernel's part of networks that are routed (plan/hops.h): this node's address on the device, and for
 * each other member a permanent neighbour and a route through it, or a plain route to one on a link
 * of ours.
 *
 * Nothing is remembered of what was put there.  The kernel is asked what of it is ours (port/route.h),
 * and what is too much or not enough is mended: so it does not matter who else changed it, or how a
 * former life of ours ended.  That is done at the start, when a file was followed, when links or addresses
 * changed, when a device came back, and again and again while something fails.  Ours is what has our
 * protocol number and is on the network's device, or leads into its cidr.
 *
 * A route is the last to come and the first to go: no packet meets a next hop that is not known. */
#ifndef APP_ROUTED_H
#define APP_ROUTED_H

#include "base/backoff.h"
#include "base/log.h"
#include "plan/plan.h"

enum { ROUTED_WHY = 320 };

struct vswitch;

struct routed {
	struct backoff again; /* while something fails */
	struct log_limit trouble;
	bool said_v4, said_v6; /* that packets are not forwarded */
};

/* Has the kernel do what the plan of @s wants.  0; or the first −errno and a sentence in @why, and the
 * rest was done. */
int routed_open(struct vswitch *s, char why[ROUTED_WHY]);

/* The same while the switch runs: what fails is logged, and tried again. */
void routed_follow(struct vswitch *s, uint64_t now);

/* Once a second. */
void routed_tick(struct vswitch *s, uint64_t now);

/* Removes what @next, which is about to take the place of the plan of @s, does not want; NULL: everything. */
void routed_leave(struct vswitch *s, const struct plan *next);

#endif
