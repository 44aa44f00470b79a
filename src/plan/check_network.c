#include <stdio.h>

#include "check.h"
#include "derive.h"

static const struct node *node_at(const struct checker *c, uint32_t node)
{
	return &c->cluster->nodes[node];
}

bool check_is_member(const struct checker *c, const struct network_config *n, uint32_t node)
{
	return !n->members || c->seen[node] == c->round;
}

static void mark_members(struct checker *c, const struct network_config *n)
{
	c->round++;
	for (uint32_t i = 0; n->members && i < n->member_count; i++) {
		uint32_t node = n->members[i];

		if (c->seen[node] == c->round)
			check_error(c, PLAN_E_DUPLICATE_MEMBER, n->at, NULL,
				    "network \"%s\" names node \"%s\" twice", n->name,
				    node_at(c, node)->name);
		c->seen[node] = c->round;
	}
}

/* The first members that have only one family, NODE_NONE where there is none. */
struct families {
	uint32_t only_v4, only_v6;
};

static struct families families_of(const struct checker *c, const struct network_config *n)
{
	struct families f = { NODE_NONE, NODE_NONE };
	uint32_t count = network_member_count(c->cluster, n);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t member = network_member(n, i);
		const struct node *node = node_at(c, member);

		if (node->address.family && !node->address6.family && f.only_v4 == NODE_NONE)
			f.only_v4 = member;
		if (!node->address.family && node->address6.family && f.only_v6 == NODE_NONE)
			f.only_v6 = member;
	}
	return f;
}

static void check_families(struct checker *c, const struct network_config *n, struct families f)
{
	if (f.only_v4 != NODE_NONE && f.only_v6 != NODE_NONE)
		check_error(c, PLAN_E_NO_COMMON_FAMILY, n->at,
			    "help: give one of them an address of the other's family",
			    "members \"%s\" (IPv4 only) and \"%s\" (IPv6 only) of network \"%s\" "
			    "cannot reach each other",
			    node_at(c, f.only_v4)->name, node_at(c, f.only_v6)->name, n->name);
}

static void check_mtu(struct checker *c, const struct network_config *n, struct families f)
{
	uint32_t overhead = f.only_v6 != NODE_NONE ? OVERHEAD_V6 : OVERHEAD_V4;
	uint32_t limit = c->cluster->underlay.mtu;
	char hint[64];

	if (!n->mtu || !limit || n->mtu + overhead <= limit)
		return;
	snprintf(hint, sizeof(hint), "expected: at most %u", limit - overhead);
	check_error(c, PLAN_E_MTU, n->mtu_at, hint,
		    "mtu %u and %u bytes of outer headers are above the underlay's mtu %u", n->mtu,
		    overhead, limit);
}

static void check_group(struct checker *c, const struct network_config *n)
{
	uint32_t count = network_member_count(c->cluster, n);
	char group[ADDR_TEXT];

	if (n->flood != FLOOD_GROUP)
		return;
	addr_text(n->group, group);
	for (uint32_t i = 0; i < count; i++) {
		const struct node *node = node_at(c, network_member(n, i));
		const struct addr *own =
			n->group.family == ADDR_V4 ? &node->address : &node->address6;

		if (!node->interface)
			check_error(c, PLAN_E_NO_INTERFACE, node->at, NULL,
				    "node \"%s\" names no interface to join %s on, to which "
				    "network \"%s\" floods",
				    node->name, group, n->name);
		if (!own->family && (node->address.family || node->address6.family))
			check_error(c, PLAN_E_GROUP_FAMILY, n->flood_at, NULL,
				    "node \"%s\" has no IPv%u address for group %s", node->name,
				    n->group.family, group);
	}
}

/* Every member has to send there from an address of the same family. */
static void check_reachable(struct checker *c, const struct families f, struct addr addr,
			    struct position at)
{
	uint32_t lacking = addr.family == ADDR_V4 ? f.only_v6 : f.only_v4;
	char text[ADDR_TEXT];

	if (addr.family && lacking != NODE_NONE)
		check_error(c, PLAN_E_UNREACHABLE, at, NULL,
			    "node \"%s\" has no IPv%u address to reach %s from",
			    node_at(c, lacking)->name, addr.family, addr_text(addr, text));
}

static void check_destinations(struct checker *c, const struct network_config *n, struct families f)
{
	for (size_t i = 0; i < n->flood_count; i++) {
		const struct target *target = &n->flood_list[i];

		if (target->node == NODE_NONE)
			check_reachable(c, f, target->addr, target->at);
		else if (!check_is_member(c, n, target->node))
			check_error(c, PLAN_E_NOT_MEMBER, target->at, NULL,
				    "node \"%s\" is not a member of network \"%s\"",
				    node_at(c, target->node)->name, n->name);
	}
	for (size_t i = 0; i < n->fdb_count; i++)
		check_reachable(c, f, n->fdb[i].dst, n->fdb[i].at);
}

static void check_device(struct checker *c, const struct network_config *n)
{
	if (n->vni == VNI_NONE)
		return;
	if (!n->device && (n->persist || n->bridge))
		check_error(c, PLAN_E_NO_DEVICE, n->device_at, NULL,
			    "network \"%s\" has no device to %s", n->name,
			    n->bridge ? "put into a bridge" : "persist");
	if (n->device && n->bridge && strcmp(n->device, n->bridge) == 0)
		check_error(c, PLAN_E_BRIDGE, n->device_at, NULL,
			    "device \"%s\" is named as its own bridge", n->device);
}

/* A route to the cidr would lead through the tunnel, and so would the tunnel's own packets. */
static void check_cidr(struct checker *c, const struct network_config *n)
{
	char prefix[PREFIX_TEXT], addr[ADDR_TEXT];

	if (!n->cidr.addr.family)
		return;
	for (size_t i = claims_from(&c->claims, n->cidr.addr); i < c->claims.count; i++) {
		const struct claim *claim = &c->claims.list[i];

		if (!prefix_contains(n->cidr, claim->addr))
			return;
		if (!check_is_member(c, n, claim->node))
			continue;
		check_error(c, PLAN_E_VTEP_IN_CIDR, n->cidr_at, NULL,
			    "cidr %s holds %s, the underlay address of node \"%s\"",
			    prefix_text(n->cidr, prefix), addr_text(claim->addr, addr),
			    node_at(c, claim->node)->name);
		return;
	}
}

static void check_sense(struct checker *c, const struct network_config *n)
{
	bool nodes_only = c->cluster->underlay.accept == ACCEPT_NODES;

	if (n->vni == 0)
		check_warning(c, PLAN_W_VNI_ZERO, n->vni_at,
			      "vni 0 works here, but other equipment may refuse it");
	if (nodes_only && network_member_count(c->cluster, n) == 1)
		check_warning(c, PLAN_W_ALONE, n->at,
			      "network \"%s\" has one member: there is nobody to talk to", n->name);
	if (!n->learning && n->flood == FLOOD_NONE && !n->fdb_count && !n->host_count)
		check_warning(c, PLAN_W_NO_REMOTE, n->flood_at,
			      "learning is off, flood is none and no fdb or hosts are given: every "
			      "frame to another node will be dropped");
	if (n->arp == ARP_PROXY && !n->host_count && !n->neigh_count)
		check_warning(
			c, PLAN_W_NO_NEIGHBOURS, n->at,
			"arp is proxy and no hosts or neigh are given: every ARP request will "
			"be dropped");
}

void check_network(struct checker *c, const struct network_config *n)
{
	struct families f;

	mark_members(c, n);
	f = families_of(c, n);
	check_families(c, n, f);
	check_mtu(c, n, f);
	check_group(c, n);
	check_destinations(c, n, f);
	check_device(c, n);
	check_cidr(c, n);
	check_entries(c, n);
	check_sense(c, n);
}
