/* What a cluster file wants of this node: the file, read and checked, and the plan made from it. */
#ifndef APP_WANTED_H
#define APP_WANTED_H

#include "app/config.h"
#include "app/options.h"
#include "plan/plan.h"
#include "port/link.h"

struct wanted {
	struct config config; /* the plan refers to it */
	struct plan *plan;
};

/* Reads @file, for the node called @node, or the one that this machine is where it is NULL.  What is
 * wrong with the file goes to @complaints, ending in @consequence ("Nothing was changed.").  EXIT_OK,
 * or how a start that fails so ends: all is said, and @out holds nothing. */
enum exit_code wanted_read(struct wanted *out, const char *file, const char *node,
			   struct netlink *netlink, FILE *complaints, const char *consequence);
void wanted_free(struct wanted *wanted);

#endif
