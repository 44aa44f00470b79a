#include "app/identity.h"

#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/text.h"
#include "plan/codes.h"
#include "port/local.h"

enum { LISTED = 8 }; /* node names in one sentence */

static bool is_here(const struct node *node)
{
	return (node->bind.family && local_can_bind(node->bind)) ||
	       (node->bind6.family && local_can_bind(node->bind6));
}

/* The names of the nodes for which @wanted says yes into @to, the first LISTED of them and how many
 * more there are; returns how many in all, and in *@last the last. */
static uint32_t list_nodes(struct text *to, const struct cluster *cluster,
			   bool (*wanted)(const struct node *), uint32_t *last)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < cluster->node_count; i++) {
		if (!wanted(&cluster->nodes[i]))
			continue;
		if (count < LISTED)
			text_add(to, "%s%s", count ? ", " : "", cluster->nodes[i].name);
		count++;
		*last = i;
	}
	if (count > LISTED)
		text_add(to, " and %u more", count - LISTED);
	return count;
}

static bool any_node(const struct node *node)
{
	return node->name;
}

static uint32_t find_asked(const struct cluster *cluster, const char *asked, struct text *why)
{
	uint32_t node = cluster_node(cluster, asked), last;
	struct nearest nearest = nearest_to(asked);

	if (node != NODE_NONE)
		return node;
	if (cluster->etcd && !cluster->node_count) {
		text_add(why, "%s names no node; --address makes this machine one", cluster->file);
		return NODE_NONE;
	}
	for (uint32_t i = 0; i < cluster->node_count; i++)
		nearest_offer(&nearest, cluster->nodes[i].name);
	text_add(why, "no node \"%.64s\" in %s", asked, cluster->file);
	if (nearest.found)
		text_add(why, "; did you mean %s?  It has: ", nearest.found);
	else
		text_add(why, "; it has: ");
	list_nodes(why, cluster, any_node, &last);
	return NODE_NONE;
}

uint32_t identity_find(const struct cluster *cluster, const char *asked, char why[IDENTITY_WHY])
{
	struct text text = text_in(why, IDENTITY_WHY);
	char names[LISTED * NETWORK_NAME + 32], host[256] = "";
	struct text here = text_in(names, sizeof(names));
	uint32_t node, count, last = NODE_NONE;

	if (asked)
		return find_asked(cluster, asked, &text);
	gethostname(host, sizeof(host) - 1);
	node = cluster_node(cluster, host);
	if (node != NODE_NONE)
		return node;
	count = list_nodes(&here, cluster, is_here, &last);
	if (count == 1)
		return last;
	if (count)
		text_add(&text,
			 "this machine has the addresses of several nodes (%s): say which with "
			 "--node",
			 names);
	else
		text_add(
			&text,
			"this machine is no node of %s: no node is called \"%s\" and none of their "
			"addresses is here; say which it is with --node%s",
			cluster->file, host,
			cluster->etcd ? ", or make it one with --address" : "");
	return NODE_NONE;
}

static void name_addresses(struct text *to, struct netlink *netlink, enum addr_family family)
{
	struct addr found[32];
	int n = link_addresses(netlink, found, sizeof(found) / sizeof(found[0]));
	const char *between = "expected: an address of this machine, such as ";
	char ip[ADDR_TEXT];

	for (int i = 0; i < n; i++) {
		if (found[i].family != family || addr_is_link_local(found[i]))
			continue;
		text_add(to, "%s%s", between, addr_text(found[i], ip));
		between = ", ";
	}
}

static void check_one(struct addr addr, struct position at, const char *name,
		      struct netlink *netlink, struct errors *errors)
{
	char hint[512], ip[ADDR_TEXT];
	struct text text = text_in(hint, sizeof(hint));

	if (!addr.family || local_can_bind(addr))
		return;
	name_addresses(&text, netlink, addr.family);
	errors_add(errors, SEVERITY_ERROR, PLAN_E_NOT_OURS, at, text.len ? hint : NULL,
		   "%s of node %s is not an address of this machine", addr_text(addr, ip), name);
}

void identity_check(const struct cluster *cluster, uint32_t node, struct netlink *netlink,
		    struct errors *errors)
{
	const struct node *n = &cluster->nodes[node];

	check_one(n->bind, n->bind_at.line ? n->bind_at : n->address_at, n->name, netlink, errors);
	check_one(n->bind6, n->bind_at.line ? n->bind_at : n->address_at, n->name, netlink, errors);
}
