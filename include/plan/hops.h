/* The ways from this node to the other members' subnets, of a network that is routed: flannel's vxlan
 * backend (pkg/backend/vxlan/vxlan_network.go).
 *
 * A member's subnet is reached by a next hop that nobody asks for: the subnet's base address, of
 * which the kernel is told the MAC (the member's VTEP) and that it is on the device's link.  The MAC in
 * turn stands in the FDB, with the member's address on the underlay.  So one neighbour, one FDB entry
 * and one route belong to each member and family, and nothing is ever flooded. */
#ifndef PLAN_HOPS_H
#define PLAN_HOPS_H

#include "plan/plan.h"

enum { HOPS_FAMILIES = 2 };

struct plan_hop {
	struct prefix to; /* the member's subnet */
	struct addr via;  /* its base */
	struct mac mac;   /* of the member's VTEP */
	/* Under `routing: direct`, the member's own address of the same family, through which the subnet is
	 * reached without the tunnel where it is on a link of ours; else ADDR_NONE. */
	struct addr direct;
};

/* Fills @out with the hops to the member with the number @member in the list of @n, which is routed;
 * returns how many there are: none to this node itself. */
unsigned plan_hops(const struct plan *plan, const struct plan_network *n, uint32_t member,
		   struct plan_hop out[HOPS_FAMILIES]);

#endif
