/* What the file leaves to rules that plan and apply share. */
#ifndef PLAN_DERIVE_H
#define PLAN_DERIVE_H

#include "plan/plan.h"

enum {
	OVERHEAD_V4 = 50, /* Ethernet 14, IPv4 20, UDP 8, VXLAN 8 */
	OVERHEAD_V6 = 70, /* the same with IPv6's 40 */
};

/* The UDP port of @node where a network has none of its own. */
uint16_t node_port(const struct cluster *c, uint32_t node);

/* The UDP port on which @node takes @n's datagrams: the network's own beats the node's beats the
 * underlay's. */
uint16_t derive_port(const struct cluster *c, const struct network_config *n, uint32_t node);

/* Where @self sends for @node: its IPv4 address if both have one, else its IPv6 address; ADDR_NONE
 * where they share no family. */
struct addr derive_addr(const struct cluster *c, uint32_t self, uint32_t node);

bool derive_is_member(const struct cluster *c, const struct network_config *n, uint32_t node);

/* One of this node's own addresses? */
bool derive_is_self(const struct cluster *c, uint32_t self, struct addr addr);

#endif
