/* The rules across fields.  Every function adds to the checker's errors and changes nothing else
 * that can be seen; values that could not be read are passed over, they have their error. */
#ifndef PLAN_CHECK_H
#define PLAN_CHECK_H

#include "claims.h"
#include "plan/codes.h"

struct checker {
	const struct cluster *cluster;
	struct errors *errors;
	struct claims claims;
	uint32_t *seen; /* by node: the `round` in which it was last seen */
	uint32_t round;
};

void check_error(struct checker *c, enum plan_code code, struct position at, const char *hint,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));
void check_warning(struct checker *c, enum plan_code code, struct position at, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));

void check_no_memory(struct checker *c);

/* What no two networks of one node can share: a VNI on one port, a device. */
void check_pairs(struct checker *c);

/* One network: its own fields, its members, its device, its addresses. */
void check_network(struct checker *c, const struct network_config *n);

/* Its hosts, fdb and neigh.  The members are those marked in this round. */
void check_entries(struct checker *c, const struct network_config *n);

/* Is @node a member of @n, whose members were marked in this round? */
bool check_is_member(const struct checker *c, const struct network_config *n, uint32_t node);

#endif
