#include "derive.h"

uint16_t node_port(const struct cluster *c, uint32_t node)
{
	return c->nodes[node].port ? c->nodes[node].port : c->underlay.port;
}

uint16_t derive_port(const struct cluster *c, const struct network_config *n, uint32_t node)
{
	return n->port ? n->port : node_port(c, node);
}

struct addr derive_addr(const struct cluster *c, uint32_t self, uint32_t node)
{
	const struct node *us = &c->nodes[self], *them = &c->nodes[node];

	if (us->address.family && them->address.family)
		return them->address;
	if (us->address6.family && them->address6.family)
		return them->address6;
	return (struct addr) { .family = ADDR_NONE };
}

bool derive_is_member(const struct cluster *c, const struct network_config *n, uint32_t node)
{
	uint32_t count = network_member_count(c, n);

	if (!n->members)
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (n->members[i] == node)
			return true;
	return false;
}

bool derive_is_self(const struct cluster *c, uint32_t self, struct addr addr)
{
	const struct node *us = &c->nodes[self];

	return addr_equal(addr, us->address) || addr_equal(addr, us->address6) ||
	       addr_equal(addr, us->bind) || addr_equal(addr, us->bind6);
}
