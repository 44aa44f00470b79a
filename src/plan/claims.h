/* Who has which underlay address: the nodes' addresses, or those they bind, sorted. */
#ifndef PLAN_CLAIMS_H
#define PLAN_CLAIMS_H

#include "plan/cluster.h"

struct claim {
	struct addr addr;
	uint32_t node;
};

struct claims {
	struct claim *list;
	size_t count;
};

/* What others dial, and what the nodes themselves bind; false when memory is short. */
bool claims_make(const struct cluster *cluster, struct claims *out);
bool claims_make_bound(const struct cluster *cluster, struct claims *out);
void claims_free(struct claims *claims);

/* The number of the first claim whose address is not below @addr. */
size_t claims_from(const struct claims *claims, struct addr addr);

/* The node with this address, or NODE_NONE. */
uint32_t claims_find(const struct claims *claims, struct addr addr);

#endif
