/* The kernel's part of networks that are routed (plan/hops.h): this node's address on the device, and for
 * each other member a permanent neighbour and a route through it, or a plain route to one on a link
 * of ours.
 *
 * The kernel is asked what of it is ours (port/route.h), and what is too much or not enough is mended: so it
 * does not matter who else changed it, or how a former life of ours ended.  That is done at the start, when links
 * or addresses changed or somebody else touched a route of ours, and again and again while something fails.
 * After that it is known, and a file that is followed costs messages for what it changes, however many peers there
 * are.  Ours is what has our protocol number and is on the network's device, or leads into its cidr; and what is
 * nobody's, if no other switch lives in this namespace, is a former life's.
 *
 * A node on a link of ours (`routing: direct`) may move behind a router, and back: the kernel tells of routes and rules
 * that change, and those that lead to a node are looked up again.
 *
 * A route is the last to come and the first to go: no packet meets a next hop that is not known. */
#ifndef APP_ROUTED_H
#define APP_ROUTED_H

#include "app/ways.h"
#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "plan/plan.h"
#include "port/link_changes.h"

enum { ROUTED_WHY = 320 };

#define ROUTED_REST \
	NS_PER_S /* at least, between two times that the kernel is asked for everything */

struct vswitch;

struct routed {
	struct backoff again; /* while something fails */
	struct log_limit trouble;
	bool said_v4, said_v6; /* that packets are not forwarded */
	struct ways ways;
	bool heard;      /* of something that concerns us */
	bool doubt;      /* somebody else may have changed what the kernel holds */
	uint64_t looked; /* when the kernel was asked for everything */
};

/* Is there a network that is routed? */
bool routed_any(const struct vswitch *s);

/* Asks the kernel for everything and has it do what the plan of @s wants.  0; or the first −errno and a sentence in @why, and the
 * rest was done. */
int routed_open(struct vswitch *s, char why[ROUTED_WHY]);

/* Something of the machine has changed: what is known may not be so any more.  Routes that lead to no peer concern
 * nobody, however many there are. */
void routed_heard(struct vswitch *s, const struct link_word *word);

/* When all was heard: follows what concerns us. */
void routed_settled(struct vswitch *s, uint64_t now);

/* As routed_open() while the switch runs, and by what is known, unless that is in doubt: what fails is logged, and tried again. */
void routed_follow(struct vswitch *s, uint64_t now);

/* Once a second. */
void routed_tick(struct vswitch *s, uint64_t now);

/* Removes what @next, which is about to take the place of the plan of @s, does not want; NULL: everything. */
void routed_leave(struct vswitch *s, const struct plan *next);

/* Forgets all; nothing in the kernel is touched. */
void routed_free(struct routed *routed);

#endif
