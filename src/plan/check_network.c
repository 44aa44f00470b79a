#include <stdio.h>

#include "base/text.h"
#include "check.h"
#include "derive.h"

enum { NAMED = 128 }; /* room for a node's name and how many more there are */

static const struct node *node_at(const struct checker *c, uint32_t node)
{
	return &c->cluster->nodes[node];
}

bool check_is_member(const struct checker *c, const struct network_config *n, uint32_t node)
{
	return !n->members || n->members_unclear || c->seen[node] == c->round;
}

static void mark_members(struct checker *c, const struct network_config *n)
{
	c->round++;
	for (uint32_t i = 0; n->members && i < n->member_count; i++)
		c->seen[n->members[i]] = c->round;
}

static void lacks(struct lack *lack, uint32_t node)
{
	if (lack->count++ == 0)
		lack->first = node;
}

struct membership membership_of(const struct checker *c, const uint32_t *members, uint32_t count)
{
	struct membership m = { { NODE_NONE, 0 }, { NODE_NONE, 0 }, { NODE_NONE, 0 } };

	for (uint32_t i = 0; i < count; i++) {
		uint32_t member = members ? members[i] : i;
		const struct node *node = node_at(c, member);

		if (!node->address.family && node->address6.family)
			lacks(&m.v4, member);
		if (node->address.family && !node->address6.family)
			lacks(&m.v6, member);
		if (!node->interface)
			lacks(&m.interface, member);
	}
	return m;
}

/* "node1" and how many more. */
static const char *lack_text(const struct checker *c, struct lack lack, char out[NAMED])
{
	struct text text = text_in(out, NAMED);

	text_add(&text, "node \"%.63s\"", node_at(c, lack.first)->name);
	if (lack.count > 1)
		text_add(&text, " and %u more", lack.count - 1);
	return out;
}

static void check_families(struct checker *c, const struct network_config *n,
			   const struct membership *m)
{
	if (m->v6.count && m->v4.count)
		check_error(c, PLAN_E_NO_COMMON_FAMILY, n->at,
			    "help: give one of them an address of the other's family",
			    "members \"%s\" (IPv4 only) and \"%s\" (IPv6 only) of network \"%s\" "
			    "cannot reach each other",
			    node_at(c, m->v6.first)->name, node_at(c, m->v4.first)->name, n->name);
}

/* Does some frame of @n travel over IPv6, whatever the rest does? */
static bool uses_v6(const struct network_config *n, const struct membership *m)
{
	bool v6 = m->v4.count || (n->flood == FLOOD_GROUP && n->group.family == ADDR_V6);

	for (size_t i = 0; i < n->flood_count && !v6; i++)
		v6 = n->flood_list[i].addr.family == ADDR_V6;
	for (size_t i = 0; i < n->fdb_count && !v6; i++)
		v6 = n->fdb[i].dst.family == ADDR_V6;
	return v6;
}

static void check_mtu(struct checker *c, const struct network_config *n, const struct membership *m)
{
	uint32_t overhead = uses_v6(n, m) ? OVERHEAD_V6 : OVERHEAD_V4;
	uint32_t limit = c->cluster->underlay.mtu;
	char hint[64];

	if (!n->mtu || !limit || n->mtu + overhead <= limit)
		return;
	snprintf(hint, sizeof(hint), "expected: at most %u, or auto", limit - overhead);
	check_error(c, PLAN_E_MTU, n->mtu_at, hint,
		    "mtu %u and %u bytes of outer headers (%s) are more than the underlay's mtu %u",
		    n->mtu, overhead, uses_v6(n, m) ? "IPv6" : "IPv4", limit);
}

static void check_group(struct checker *c, const struct network_config *n,
			const struct membership *m)
{
	const struct lack *family = n->group.family == ADDR_V4 ? &m->v4 : &m->v6;
	char group[ADDR_TEXT], names[NAMED];

	if (n->flood != FLOOD_GROUP)
		return;
	addr_text(n->group, group);
	if (m->interface.count)
		check_error(c, PLAN_E_NO_INTERFACE, node_at(c, m->interface.first)->at,
			    "help: add the interface of the underlay to the node: interface: eth0",
			    "%s of network \"%s\" %s no interface on which to join its group %s",
			    lack_text(c, m->interface, names), n->name,
			    m->interface.count > 1 ? "name" : "names", group);
	if (family->count)
		check_error(c, PLAN_E_GROUP_FAMILY, n->flood_at,
			    "help: take a group of the family that all members have",
			    "%s %s no IPv%u address, which group %s needs",
			    lack_text(c, *family, names), family->count > 1 ? "have" : "has",
			    n->group.family, group);
}

/* Every member has to send there from an address of the same family. */
static void check_reachable(struct checker *c, const struct membership *m, struct addr addr,
			    struct position at)
{
	const struct lack *lack = addr.family == ADDR_V4 ? &m->v4 : &m->v6;
	char text[ADDR_TEXT], names[NAMED];

	if (addr.family && lack->count)
		check_error(
			c, PLAN_E_UNREACHABLE, at,
			"help: add such an address to the node, or send to one of the other family",
			"%s %s no IPv%u address from which to reach %s", lack_text(c, *lack, names),
			lack->count > 1 ? "have" : "has", addr.family, addr_text(addr, text));
}

static void check_destinations(struct checker *c, const struct network_config *n,
			       const struct membership *m)
{
	for (size_t i = 0; i < n->flood_count; i++) {
		const struct target *target = &n->flood_list[i];

		if (target->node == NODE_NONE)
			check_reachable(c, m, target->addr, target->at);
		else if (!check_is_member(c, n, target->node))
			check_error(c, PLAN_E_NOT_MEMBER, target->at,
				    "help: add it to the network's nodes, or leave it out here",
				    "node \"%s\" is not a member of network \"%s\"",
				    node_at(c, target->node)->name, n->name);
	}
	for (size_t i = 0; i < n->fdb_count; i++)
		check_reachable(c, m, n->fdb[i].dst, n->fdb[i].dst_at);
}

static void check_device(struct checker *c, const struct network_config *n)
{
	if (n->vni == VNI_NONE)
		return;
	if (!n->device && (n->persist || n->bridge))
		check_error(c, PLAN_E_NO_DEVICE, n->device_at,
			    "help: give the device a name, or leave bridge and persist out",
			    "network \"%s\" has device none, and so nothing to %s", n->name,
			    n->bridge ? "put into a bridge" : "let persist");
	if (n->device && n->bridge && strcmp(n->device, n->bridge) == 0)
		check_error(c, PLAN_E_BRIDGE, n->device_at,
			    "help: device is the TAP that is made, bridge an existing bridge",
			    "device \"%s\" is named as its own bridge", n->device);
}

static void report_vtep(struct checker *c, struct prefix cidr, struct position at, struct addr vtep,
			uint32_t node)
{
	char prefix[PREFIX_TEXT], addr[ADDR_TEXT];

	check_error(c, PLAN_E_VTEP_IN_CIDR, at,
		    "help: the network inside the tunnel needs addresses of its own",
		    "cidr %s holds %s, the underlay address of node \"%s\"",
		    prefix_text(cidr, prefix), addr_text(vtep, addr), node_at(c, node)->name);
}

/* The first of @claims in @cidr, or NULL. */
static const struct claim *first_within(const struct claims *claims, struct prefix cidr)
{
	size_t i = claims_from(claims, cidr.addr);

	if (i == claims->count || !prefix_contains(cidr, claims->list[i].addr))
		return NULL;
	return &claims->list[i];
}

/* Any address of @node in @cidr; ADDR_NONE where there is none. */
static struct addr vtep_within(const struct node *node, struct prefix cidr)
{
	const struct addr vteps[] = { node->address, node->address6, node->bind, node->bind6 };

	for (size_t i = 0; i < sizeof(vteps) / sizeof(vteps[0]); i++)
		if (prefix_contains(cidr, vteps[i]))
			return vteps[i];
	return (struct addr) { .family = ADDR_NONE };
}

/* A route to the cidr would lead through the tunnel, and so would the tunnel's own packets.  One
 * address is enough to tell. */
static void check_cidr(struct checker *c, const struct network_config *n, struct prefix cidr,
		       struct position at)
{
	const struct claim *claim;

	if (!cidr.addr.family)
		return;
	if (!n->members) {
		claim = first_within(&c->claims, cidr);
		claim = claim ? claim : first_within(&c->bound, cidr);
		if (claim)
			report_vtep(c, cidr, at, claim->addr, claim->node);
		return;
	}
	for (size_t i = 0; i < n->member_count; i++) {
		struct addr vtep = vtep_within(node_at(c, n->members[i]), cidr);

		if (vtep.family) {
			report_vtep(c, cidr, at, vtep, n->members[i]);
			return;
		}
	}
}

static void check_sense(struct checker *c, const struct network_config *n)
{
	bool nodes_only = c->cluster->underlay.accept == ACCEPT_NODES;

	if (n->vni == 0)
		check_warning(c, PLAN_W_VNI_ZERO, n->vni_at, "help: 1..16777215 work everywhere",
			      "vni 0 works here, but other equipment may refuse it");
	if (nodes_only && network_member_count(c->cluster, n) == 1 && !n->members_unclear &&
	    !n->leased)
		check_warning(c, PLAN_W_ALONE, n->at,
			      "help: add a node, or set underlay.accept to any",
			      "network \"%s\" has one member: there is nobody to talk to", n->name);
	if (n->routing == ROUTING_FLAT && !n->learning && n->flood == FLOOD_NONE && !n->fdb_count &&
	    !n->host_count)
		check_warning(
			c, PLAN_W_NO_REMOTE, n->flood_at,
			"help: name the other side's MACs under hosts, or let the network learn",
			"learning is off, flood is none and no fdb or hosts are given: every "
			"frame to another node will be dropped");
	if (n->arp == ARP_PROXY && !n->host_count && !n->neigh_count)
		check_warning(
			c, PLAN_W_NO_NEIGHBOURS, n->at,
			"help: name who is where under hosts, or set arp to suppress",
			"arp is proxy and no hosts or neigh are given: every ARP request will "
			"be dropped");
}

void check_network(struct checker *c, const struct network_config *n)
{
	struct membership m = c->all;

	mark_members(c, n);
	if (n->members)
		m = membership_of(c, n->members, (uint32_t)n->member_count);
	check_families(c, n, &m);
	check_mtu(c, n, &m);
	check_group(c, n, &m);
	check_destinations(c, n, &m);
	check_device(c, n);
	check_cidr(c, n, n->cidr, n->cidr_at);
	check_cidr(c, n, n->cidr6, n->cidr6_at);
	check_subnets(c, n);
	check_entries(c, n);
	check_sense(c, n);
}
