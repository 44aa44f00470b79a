/* The rules across fields.  Every function adds to the checker's errors and changes nothing else
 * that can be seen; values that could not be read are passed over, they have their error. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "claims.h"
#include "plan/codes.h"

/* Members that lack something: the first of them, NODE_NONE where there is none, and how many. */
struct lack {
	uint32_t first, count;
};

struct membership {
	struct lack v4, v6; /* an address of this family, having one of the other */
	struct lack interface;
};

/* What takes a word per node or port is made once; what it costs to check a network depends on the
 * length of its own lists, not on the number of nodes. */
struct checker {
	const struct cluster *cluster;
	struct errors *errors;
	struct claims claims, bound;
	struct membership all; /* of a network that names no members */
	uint32_t *on_port;     /* by UDP port: the first node whose default it is, or NODE_NONE */
	uint32_t *seen;        /* by node: the `round` in which it was last seen */
	uint32_t round;
};

void check_error(struct checker *c, enum plan_code code, struct position at, const char *hint,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
void check_warning(struct checker *c, enum plan_code code, struct position at, const char *hint,
		   const char *format, ...) __attribute__((format(printf, 5, 6)));

void check_no_memory(struct checker *c);

/* What no two networks of one node can share: a VNI on one port, a device. */
void check_pairs(struct checker *c);

/* What the @count members of a list, NULL for all nodes, lack. */
struct membership membership_of(const struct checker *c, const uint32_t *members, uint32_t count);

/* One network: its own fields, its members, its device, its addresses. */
void check_network(struct checker *c, const struct network_config *n);

/* Its pins and its gateway: what needs no leases (plan/subnet.h has the rest). */
void check_subnets(struct checker *c, const struct network_config *n);

/* Its hosts, fdb and neigh.  The members are those marked in this round. */
void check_entries(struct checker *c, const struct network_config *n);

/* Is @node a member of @n, whose members were marked in this round?  True where the list could not
 * be understood, which was reported. */
bool check_is_member(const struct checker *c, const struct network_config *n, uint32_t node);

#endif
