/* Which node of the cluster is this machine? */
#ifndef APP_IDENTITY_H
#define APP_IDENTITY_H

#include "plan/cluster.h"
#include "port/link.h"

enum { IDENTITY_WHY = 1024 };

/* @asked (`--node`, $VXS_NODE) if given; else the host name, if a node is called so; else the one
 * node whose address can be bound here.  NODE_NONE and a sentence in @why when that does not say.
 */
uint32_t identity_find(const struct cluster *cluster, const char *asked, char why[IDENTITY_WHY]);

/* Adds an error for each address of @node that cannot be bound here, naming the machine's own. */
void identity_check(const struct cluster *cluster, uint32_t node, struct netlink *netlink,
		    struct errors *errors);

#endif
