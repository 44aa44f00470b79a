/* The lease file: who was given which subnet, so that nobody's ever moves.
 *
 *   version: 1
 *   networks:
 *     green:
 *       node1: { address: 10.206.67.96, subnet: 10.42.1.0/24 }
 *       node2: { address: 10.206.67.15, subnet: 10.42.2.0/24, subnet6: "fd00:42:0:1::/64" }
 *
 * It stands beside the cluster file, is written by `vxs subnet allocate` and committed with it: one line
 * per node, sorted by network and node.  The reader is the cluster file's, as strict, and reports every
 * mistake with its place; people may edit it.
 *
 * A node is known by its name.  The address says which node it was when the name is not there any more:
 * a node that was renamed is the one that has the address of a lease whose name no node has.  A lease
 * that no node takes up is kept, and its subnet is given to nobody else: the node may come back, and
 * its containers may still be there. */
#ifndef PLAN_LEASES_H
#define PLAN_LEASES_H

#include "plan/cluster.h"

struct lease {
	const char *network, *node; /* names */
	struct addr address;        /* of the node, when the lease was written; or ADDR_NONE */
	struct prefix v4, v6;       /* family ADDR_NONE: none; not both */
	struct position at, v4_at, v6_at;
};

struct leases {
	char *file;         /* as it was named */
	struct lease *list; /* by network, then by node */
	size_t count;
	char **names; /* what the names of the leases are in */
	size_t name_count;
};

/* Reads @len bytes.  NULL only when memory is short; otherwise usable only when @errors counts no
 * error. */
struct leases *leases_read(const char *file, const char *text, size_t len, struct errors *errors);
void leases_free(struct leases *leases);

/* Does every lease fit the network of its name, if @cluster has one that is divided? */
void leases_check(const struct leases *leases, const struct cluster *cluster,
		  struct errors *errors);

/* The leases of @network, *@count of them; NULL is no leases. */
const struct lease *leases_of(const struct leases *leases, const char *network, size_t *count);

/* The one of them for @node, or NULL. */
const struct lease *lease_find(const struct lease *list, size_t count, const char *node);

struct subnets;

/* The leases of all that @subnets give, which were allocated with @old (or NULL), and those of @old that
 * nobody took up.  Without places and a file's name.  NULL when memory is short. */
struct leases *leases_renew(const struct leases *old, const struct subnets *subnets);

/* The text of the file that holds them; what can be read from it again.  False when @to fails. */
bool leases_write(FILE *to, const struct leases *leases);

#endif
