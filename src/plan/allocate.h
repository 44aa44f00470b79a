/* The parts of plan/subnet.h: one network's subnets in the making. */
#ifndef PLAN_ALLOCATE_H
#define PLAN_ALLOCATE_H

#include "claims.h"
#include "plan/codes.h"
#include "plan/subnet.h"

struct allocation {
	const struct cluster *cluster;
	const struct leases *leases; /* or NULL */
	struct errors *errors;
	uint32_t *
		member_of; /* by node: its number in the member list of this network; MEMBER_NONE */
	struct claims claims; /* who has which address; made when it is first needed */
	bool claims_made;
	bool no_memory;
	/* Of the network at hand: */
	const struct network_config *config;
	struct network_subnets *out;
	const struct lease *list;
	size_t lease_count;
};

/* The holders of one family of the network at hand, and a member's subnet of that family. */
struct subnet_holders *allocation_holders(const struct allocation *a, enum addr_family family);
struct subnet *allocation_subnet(const struct allocation *a, uint32_t member,
				 enum addr_family family);

/* The name of a member, for messages. */
const char *allocation_name(const struct allocation *a, uint32_t member);

/* What is wrong with the network at hand, or may surprise. */
void allocation_report_pin(struct allocation *a, const struct pin *pin, enum addr_family family,
			   uint32_t holder);
void allocation_report_short(struct allocation *a, enum addr_family family, uint32_t without);
void allocation_check(struct allocation *a);

#endif
