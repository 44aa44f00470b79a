/* What the kernel holds for one routed network, made what it should be (app/routed.h). */
#ifndef APP_ROUTES_H
#define APP_ROUTES_H

#include "app/image.h"
#include "app/ways.h"
#include "plan/plan.h"

/* The first thing that failed. */
struct routes_trouble {
	int rc;        /* −errno, or 0 */
	char what[96]; /* "the route to 10.42.2.0/24" */
	uint8_t owner; /* whose protocol it has, where it is another's; else 0 */
};

/* What is known to be there on one device, all zeroes: nothing is. */
struct routes_known {
	uint32_t link; /* its ifindex; 0: the kernel has to be asked */
	struct image is;
};

void routes_forget(struct routes_known *known);

/* Where it is wanted: all but what belongs to the device alone. */
struct routes_place {
	struct netlink *netlink;
	const struct plan *plan;
	const struct plan_network *network; /* NULL: nothing is wanted */
	const struct ways *ways;
};

/* Sets on the device with the ifindex @link what is wanted in @at; what is ours of @n, the network as it was until
 * now, and not wanted goes.  Costs messages for what is different; and where @known is another device, or
 * nothing, for all there is. */
void routes_set(const struct routes_place *at, uint32_t link, struct routes_known *known,
		struct routes_trouble *trouble);

/* Removes what is ours of @n and not wanted in @at. */
void routes_withdraw(const struct routes_place *at, const struct plan_network *n, uint32_t link,
		     struct routes_known *known);

/* Removes routes of ours that @is_claimed by no network; no others of this namespace than @addresses of ours may be there
 * then: another switch would have them, and nobody could tell its routes from stale ones. */
void routes_purge(struct netlink *nl, size_t addresses,
		  bool (*is_claimed)(void *context, const struct route *route), void *context);

#endif
