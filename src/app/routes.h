/* What the kernel holds for one routed network, made what it should be (app/routed.h). */
#ifndef APP_ROUTES_H
#define APP_ROUTES_H

#include "plan/plan.h"
#include "port/route.h"

/* The first thing that failed. */
struct routes_trouble {
	int rc;        /* −errno, or 0 */
	char what[96]; /* "the route to 10.42.2.0/24" */
	uint8_t owner; /* whose protocol it has, where it is another's; else 0 */
};

/* Sets, on the device with the ifindex @link, what @plan wants for @n; what is ours and not wanted goes. */
void routes_set(struct netlink *nl, const struct plan *plan, const struct plan_network *n,
		uint32_t link, struct routes_trouble *trouble);

/* Removes what is ours of @n and not wanted by @next for the network @to, NULL: all of it. */
void routes_withdraw(struct netlink *nl, const struct plan *next, const struct plan_network *n,
		     const struct plan_network *to, uint32_t link);

#endif
