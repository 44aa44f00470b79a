/* What one node of the cluster has to run: endpoints, groups, networks with their TAPs and tables.
 *
 * plan_make() is a pure function of the cluster, its subnets and who we are (and of the MTU the machine
 * reports); plan_apply() fills empty tables from it.  Opening TAPs and sockets is the caller's
 * part: the plan says which. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/cluster.h"
#include "plan/subnet.h"
#include "table/tables.h"

struct plan_endpoint {
	struct addr bind; /* local address to receive on and send from */
	uint16_t port;
	const char *interface; /* of the node, or NULL */
	uint32_t mtu;          /* largest outer packet, filled in from the machine's answer */
	uint16_t number;       /* in the tables; filled in when the plan is applied */
};

/* A multicast group to be joined on an interface, for the networks that flood to it. */
struct plan_group {
	struct addr group;
	uint16_t endpoint; /* number in struct plan */
	const char *interface;
};

struct plan_network {
	const struct network_config *config;
	struct mac mac; /* of our VTEP, derived: the same after every restart */
	uint16_t port;
	uint16_t mtu;                      /* inner */
	uint16_t endpoint_v4, endpoint_v6; /* numbers in struct plan, or ENDPOINT_NONE */
	/* Of this node, where the network is divided; family ADDR_NONE: none.  Gateways are none too where
	 * the file wants none. */
	struct subnet subnet, subnet6;
	struct ifaddress gateway, gateway6;
	const struct network_subnets *subnets; /* everybody's; NULL: none are known */
	uint32_t id; /* in the tables; filled in when the plan is applied */
};

struct plan {
	const struct cluster *cluster;
	const struct subnets *subnets; /* or NULL */
	uint32_t node;
	struct plan_endpoint *endpoints;
	uint16_t endpoint_count;
	struct plan_group *groups;
	size_t group_count;
	struct plan_network *networks;
	uint32_t network_count;
};

/* What the machine knows and the file does not; the subnets, which follow from more than the file. */
struct plan_machine {
	void *context;
	const struct subnets *subnets; /* of the same cluster; NULL: no network is divided */
	/* MTU of the interface that holds @addr (or of @interface, where not NULL); 0 = unknown. */
	uint32_t (*mtu)(void *context, struct addr addr, const char *interface);
};

/* NULL when memory is short or @errors got one.  The plan refers to the cluster and the subnets, which
 * must outlive it. */
struct plan *plan_make(const struct cluster *cluster, uint32_t node,
		       const struct plan_machine *machine, struct errors *errors);
void plan_free(struct plan *plan);

/* Fills fresh @tables: endpoints, networks, peers, lists, static entries, neighbours, each with its
 * origin ("cluster.yaml:14").  Network i of the plan gets id i; ports are the caller's.  False when
 * memory is short. */
bool plan_apply(struct plan *plan, struct tables *tables);

/* The tables that @plan wants beside @tables, which @running filled (table/tables.h, "changing
 * everything at once"); NULL when memory is short.
 *
 * What is the same in both plans is shared and not touched.  Any other network of the same name and
 * VNI keeps its place, ports and counters, what traffic has taught it (unless a peer may speak there
 * no more), and entries that came from elsewhere than the file where the file does not say otherwise.
 * Another VNI is another tenant: such a network begins anew.  Endpoints keep their numbers. */
struct tables *plan_apply_beside(struct plan *plan, const struct plan *running,
				 struct tables *tables);

/* @tables become those that plan_apply_beside() made for @plan. */
void plan_replace(const struct plan *plan, struct tables *tables, struct tables *beside);

/* The network of @plan called @name, or NULL.  @hint: where it may be; moved on to the next. */
const struct plan_network *plan_find_network(const struct plan *plan, const char *name,
					     uint32_t *hint);

/* Where another node is found in a network. */
struct plan_reach {
	struct addr addr;
	uint16_t port;   /* 0: the network's own */
	struct mac vtep; /* of its VTEP there */
	/* Where packets of IPv6 have another VTEP, which is flannel's way; else ADDR_NONE. */
	struct addr addr6;
	struct mac vtep6;
};

/* False when @node is this node, no member of @n, or shares no address family with us. */
bool plan_reach(const struct plan *plan, const struct plan_network *n, uint32_t node,
		struct plan_reach *out);

/* The node of the cluster that is reached at @addr, NODE_NONE. */
uint32_t plan_node_at(const struct plan *plan, struct addr addr);

/* Another member of a divided network, and its part of it. */
struct plan_subnet_peer {
	const char *node; /* its name */
	struct plan_reach reach;
	struct subnet subnet, subnet6;
};

/* The one with the number @member in the network's list; false where plan_reach() is.  Numbers are 0..n->subnets->count − 1. */
bool plan_subnet_peer(const struct plan *plan, const struct plan_network *n, uint32_t member,
		      struct plan_subnet_peer *out);

/* How many strangers the tables have to remember. */
uint32_t plan_strangers(const struct plan *plan);

/* The MAC that a node answers DHCP from, and for its gateway: the VTEP's with the last bit turned.  It is not
 * the VTEP's itself, for a bridge that has the TAP as a port takes what is sent to that for its own. */
struct mac plan_gateway_mac(struct mac vtep);

/* The MAC of a node's VTEP in a network: locally administered, from a keyed hash of the three. */
struct mac plan_vtep_mac(const char *cluster, uint32_t vni, const char *node);

#endif
