/* What etcd says of the network whose subnets are leased there, and what that makes of a cluster.
 *
 * Without it such a network has no members.  cluster_lease() adds, to a cluster that was read from a file
 * and checked, the owners of the leases: each is the node of the file that has its address, or a new one that
 * is called by its address; and fills in how the network is divided where that is not the file's to say.
 * All that follows (plan/subnet.h, plan/plan.h) is as with any other network.
 *
 * It comes from other machines.  An owner that cannot be one (its address is nobody's, lies in the network itself,
 * or is another node's) is left out, and affects nobody else. */
#ifndef PLAN_LEASED_H
#define PLAN_LEASED_H

#include "plan/cluster.h"

struct leased_owner {
	struct addr address, address6; /* where others dial it; the former is who it is */
	struct node_lease lease;
};

struct leased {
	/* The configuration, where it is in etcd; VNI_NONE: it is not known. */
	uint32_t vni;
	uint16_t port;
	enum routing routing;
	struct prefix cidr, cidr6; /* family ADDR_NONE: none */
	struct division division, division6;
	/* The owners, the first of which are we, once we are one. */
	struct leased_owner *owners;
	size_t count;
};

/* The network of @cluster that is leased, or NULL. */
struct network_config *cluster_leased(const struct cluster *cluster);

/* False when memory is short.  @leased NULL: nothing is known. */
bool cluster_lease(struct cluster *cluster, const struct leased *leased);

/* A node that the file does not have: this one, by its command line. */
struct node_given {
	const char *name, *interface; /* interface: or NULL */
	struct addr bind, bind6;      /* of this machine; family ADDR_NONE: not given */
	struct addr address;          /* what others dial, where that is another */
};

/* False when memory is short. */
bool cluster_add_node(struct cluster *cluster, const struct node_given *given);

#endif
