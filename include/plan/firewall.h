/* What a network wants of the packet filter, as nftables(8) reads it: flannel's ip-masq and
 * iptables-forward-rules (pkg/trafficmngr/nftables), in a table of our own for each network,
 * `inet vxs/CLUSTER/NODE/NETWORK`, so that nothing of anybody else's is looked at or changed.
 *
 * masquerade: what containers send out of the network has the node's address, and so has what comes from
 * outside and goes on to another node's containers, so that answers come back the same way.  What goes
 * from container to container keeps its address.
 * forward-rules: packets from and to the network are accepted.  In nftables that is the last word of this
 * table only: a table of another's that drops them still does. */
#ifndef PLAN_FIREWALL_H
#define PLAN_FIREWALL_H

#include <stdio.h>

#include "plan/plan.h"

/* Commands that make the table of each network which wants one; and those that remove them, whether they
 * are there or not. */
void firewall_write_tables(FILE *to, const struct plan *plan);
void firewall_write_removal(FILE *to, const struct plan *plan);

/* Is "inet vxs/..." the table of one of the networks of @plan?  And one of this node's at all? */
bool firewall_is_wanted(const struct plan *plan, const char *table);
bool firewall_is_own(const struct plan *plan, const char *table);

#endif
