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

enum { WANTED_WHY = 640 };

/* Where it is said why there is no plan: errors and warnings in the file, ending in the consequence
 * ("Nothing was changed."); and anything else, a sentence, "" when there is nothing else. */
struct wanted_words {
	FILE *complaints;
	const char *consequence;
	char why[WANTED_WHY];
};

/* Reads @file, for the node called @node, or the one that this machine is where it is NULL; and what comes
 * beside it.  EXIT_OK, or how a start that fails so ends: then @out holds nothing. */
enum exit_code wanted_read(struct wanted *out, const char *file, const char *node,
			   const struct beside *beside, struct netlink *netlink,
			   struct wanted_words *words);

/* The same for the @len bytes at @text, which somebody has read from @file. */
enum exit_code wanted_take(struct wanted *out, const char *file, const char *text, size_t len,
			   const char *node, const struct beside *beside, struct netlink *netlink,
			   struct wanted_words *words);
void wanted_free(struct wanted *wanted);

#endif
