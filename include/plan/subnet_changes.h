/* What becomes of the nodes' subnets, as values: what `vxs monitor subnet` tells.
 *
 * subnets_compare() finds what differs between two plans of a cluster, whatever made them; a store whose
 * leases come one by one (etcd) makes the same happenings itself, and renewals, which no plan shows. */
#ifndef PLAN_SUBNET_CHANGES_H
#define PLAN_SUBNET_CHANGES_H

#include "plan/subnet.h"

enum subnet_change {
	SUBNET_JOINED,  /* the node has one, and had none in this family */
	SUBNET_LEFT,    /* the other way round: told as it was */
	SUBNET_CHANGED, /* it has another, or is found at another address */
	SUBNET_RENEWED, /* its lease goes on */
};

/* All but the change itself belongs to whoever tells it, and stands while it is told. */
struct subnet_happening {
	enum subnet_change change;
	const struct network_config *network;
	const struct node *node;
	struct subnet subnet;
	/* SUBNET_CHANGED: what it had, and where it was; ADDR_NONE: the same as now. */
	struct prefix was;
	struct addr was_at;
};

/* Where the other nodes find @node: its IPv4 address where it has one, else the other. */
struct addr subnet_vtep(const struct node *node);

/* "joined", "left", "changed", "renewed" */
const char *subnet_change_name(enum subnet_change change);

/* Tells what is different in @after, network by network, first who left.  Networks and nodes are known by
 * their names.  Either may be NULL: nobody has anything.  It takes about as long as both are large.  False
 * when memory is short, and not all was told. */
bool subnets_compare(const struct subnets *before, const struct subnets *after,
		     void (*tell)(void *context, const struct subnet_happening *what),
		     void *context);

#endif
