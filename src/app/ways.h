/* Which nodes are on a link of ours: the kernel's answer for each address that `routing: direct` asks about.
 *
 * To ask costs a message for each node, so answers are remembered until a route changes that leads
 * there; what changes is told by the kernel (port/link_changes.h). */
#ifndef APP_WAYS_H
#define APP_WAYS_H

#include <stddef.h>

#include "plan/plan.h"
#include "port/route.h"

struct way_known;

struct ways {
	struct way_known *list; /* by address */
	size_t count;
};

/* Has an answer for all members of all networks of @plan that are routed directly, and for nobody else: the kernel is
 * asked about those that are new or in doubt.  When memory is short, nobody is on a link of ours. */
void ways_follow(struct ways *ways, struct netlink *nl, const struct plan *plan);
void ways_free(struct ways *ways);

/* The ifindex of the link that @addr is on; 0: it is behind a router, or not to be reached, or nobody asked. */
uint32_t ways_link(const struct ways *ways, struct addr addr);

/* What was answered for those in @to is in doubt; true where there are any. */
bool ways_doubt(struct ways *ways, struct prefix to);
void ways_doubt_all(struct ways *ways);

#endif
