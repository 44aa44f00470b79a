/* A subnet for every node, from which its containers get their addresses: flannel's first job.
 *
 * subnets_allocate() is a pure function of the cluster file and the lease file.  In each network, and in
 * each family whose cidr is divided (struct division):
 *
 *   1. pins: what the cluster file gives under `subnets`;
 *   2. leases: what the lease file gives, by the node's name, else by its address (plan/leases.h);
 *   3. the remaining members, in the order of the file, take the lowest subnet from subnet-min on that
 *      is nobody's: neither pinned, nor leased to anybody, nor computed for a member before.
 *
 * So whoever is pinned or leased keeps its subnet whatever becomes of the others; only what was computed
 * can move, and W205 says whose.  A pin never takes what is another member's by lease: that is an error,
 * not a move.  No two subnets of a network overlap: all have one length, and are aligned to it.
 *
 * How others build on it: plan_make() takes the subnets and fills in what this node has of them
 * (struct plan_network: its own subnets, its gateways); plan_subnet_peer() tells the other members with
 * address, VTEP MAC and subnets; subnet_owner() tells whose an address is.
 *
 * In a network that is leased from etcd (plan/leased.h) members have what their leases say, and nothing
 * else gives any. */
#ifndef PLAN_SUBNET_H
#define PLAN_SUBNET_H

#include "plan/cluster.h"
#include "plan/leases.h"

enum subnet_source { SUBNET_NONE, SUBNET_PINNED, SUBNET_LEASE, SUBNET_COMPUTED, SUBNET_ETCD };

struct subnet {
	struct prefix prefix; /* family ADDR_NONE: none */
	enum subnet_source source;
};

/* What one member of a network has. */
struct member_subnets {
	struct subnet v4, v6;
};

/* Whose a subnet is, or was: that of a lease which no member took up is nobody's, and not free. */
struct subnet_holder {
	struct addr base;
	uint32_t member; /* number in the network's list; MEMBER_NONE */
};

#define MEMBER_NONE UINT32_MAX

/* Of one family: all subnets that are not free, by base. */
struct subnet_holders {
	struct subnet_holder *list;
	size_t count;
};

struct network_subnets {
	struct member_subnets
		*of;    /* by number in the member list; NULL: the network is not divided */
	uint32_t count; /* of members */
	struct subnet_holders v4, v6;
};

struct subnets {
	const struct cluster *cluster;    /* which must outlive it */
	struct network_subnets *networks; /* by number in the cluster */
};

/* @leases may be NULL: there is no lease file.  Both must be free of errors.  Adds what is wrong
 * (places are the cluster file's): a pin that is another's, more nodes than subnets, a host in another
 * node's subnet; and W205.  NULL only when memory is short; usable only when it added no error. */
struct subnets *subnets_allocate(const struct cluster *cluster, const struct leases *leases,
				 struct errors *errors);
void subnets_free(struct subnets *subnets);

/* The member in whose subnet @ip lies, or MEMBER_NONE. */
uint32_t subnet_owner(const struct network_subnets *n, const struct network_config *config,
		      struct addr ip);

/* The address of the gateway in @subnet, with the length that it has on its link: in a flat network all
 * members are on one, so that is the cidr's; in a routed one it is the subnet's.  ADDR_NONE where there is to be none. */
struct ifaddress subnet_gateway(const struct network_config *config, struct prefix subnet);

/* Is @subnet one into which the network's cidr of its family is divided, and may nodes have it? */
bool subnet_fits(const struct network_config *config, struct prefix subnet);

/* "pinned", "lease", "computed", "etcd" */
const char *subnet_source_name(enum subnet_source source);

#endif
