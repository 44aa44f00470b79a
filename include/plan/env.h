/* flannel's subnet.env: what a node's subnet is, in the lines that flannel's CNI plugin, its
 * mk-docker-opts.sh and people's scripts read (pkg/subnet/subnet.go, WriteSubnetFile).
 *
 *   FLANNEL_NETWORK=10.42.0.0/16
 *   FLANNEL_SUBNET=10.42.1.1/24
 *   FLANNEL_IPV6_NETWORK=2001:cafe:42::/56
 *   FLANNEL_IPV6_SUBNET=2001:cafe:42:1::1/64
 *   FLANNEL_MTU=1450
 *   FLANNEL_IPMASQ=false
 *
 * Each family has its two lines where the network is divided in it.  A subnet is written as its gateway's
 * address, the first where the network has none, with the subnet's own length, also in a flat network.
 * The MTU is the device's in both families, where flannel's is 20 bytes too large over IPv6. */
#ifndef PLAN_ENV_H
#define PLAN_ENV_H

#include <stdio.h>

#include "plan/plan.h"

enum { ENV_LINES = 6 };

struct env_line {
	const char *name;
	char value[PREFIX_TEXT];
};

/* Fills @out and returns how many there are; @n is divided. */
unsigned env_lines(const struct plan_network *n, struct env_line out[ENV_LINES]);

/* Writes them, a line each; false when @to fails. */
bool env_write(FILE *to, const struct plan_network *n);

#endif
