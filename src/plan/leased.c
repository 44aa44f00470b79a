#include "plan/leased.h"

#include <stdlib.h>
#include <string.h>

#include "claims.h"
#include "nodes.h"
#include "schema.h"

struct network_config *cluster_leased(const struct cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->network_count; i++)
		if (cluster->networks[i].leased)
			return &cluster->networks[i];
	return NULL;
}

/* -- More nodes -- */

static bool make_room(struct cluster *c, size_t more)
{
	size_t room = c->node_count + more;
	struct node *nodes = reallocarray(c->nodes, room + 1, sizeof(*nodes));
	uint32_t *by_name;

	if (!nodes)
		return false;
	c->nodes = nodes;
	by_name = reallocarray(c->by_name, room + 1, sizeof(*by_name));
	if (!by_name)
		return false;
	c->by_name = by_name;
	return true;
}

/* Networks that had all nodes have those that the file names, and no owner of a lease elsewhere. */
static bool name_members(struct cluster *c)
{
	for (uint32_t i = 0; i < c->network_count; i++) {
		struct network_config *n = &c->networks[i];

		if (n->members)
			continue;
		n->members = calloc(c->node_count + (size_t)1, sizeof(*n->members));
		if (!n->members)
			return false;
		for (uint32_t k = 0; k < c->node_count && !n->leased; k++)
			n->members[n->member_count++] = k;
	}
	return true;
}

bool cluster_add_node(struct cluster *c, const struct node_given *given)
{
	struct node node = {
		.bind = given->bind,
		.bind6 = given->bind6,
		.address = given->address.family == ADDR_V4 ? given->address : given->bind,
		.address6 = given->address.family == ADDR_V6 ? given->address : given->bind6
	};

	if (!make_room(c, 1))
		return false;
	node.name = strdup(given->name);
	node.interface = given->interface ? strdup(given->interface) : NULL;
	if (!node.name || (given->interface && !node.interface)) {
		free(node.name);
		free(node.interface);
		return false;
	}
	c->nodes[c->node_count++] = node;
	nodes_sort(c);
	return true;
}

/* -- The configuration -- */

static bool configure(struct network_config *n, const struct leased *leased)
{
	if (!n->in_etcd || leased->vni == VNI_NONE)
		return true;
	n->vni = leased->vni;
	n->port = leased->port;
	n->routing = leased->routing;
	n->cidr = leased->cidr;
	n->cidr6 = leased->cidr6;
	n->division = leased->division;
	n->division6 = leased->division6;
	return n->device || network_name_device(n);
}

/* -- Owners -- */

static bool can_be_dialled(const struct network_config *n, struct addr addr)
{
	return addr.family && !addr_is_nobodys(addr) && !addr_is_multicast(addr) &&
	       !(addr.family == ADDR_V6 && addr_is_link_local(addr)) &&
	       !prefix_contains(addr.family == ADDR_V4 ? n->cidr : n->cidr6, addr);
}

static int compare_owners(const void *left, const void *right)
{
	const struct leased_owner *a = *(const struct leased_owner *const *)left;
	const struct leased_owner *b = *(const struct leased_owner *const *)right;
	int order = addr_order(&a->address, &b->address);

	if (order == 0)
		order = (a->lease.revision < b->lease.revision) -
			(a->lease.revision > b->lease.revision);
	return order != 0 ? order : addr_order(&a->lease.v4.addr, &b->lease.v4.addr);
}

/* By address, each once: of two leases of one node the younger. */
static size_t sort_owners(const struct network_config *n, const struct leased *leased,
			  const struct leased_owner **out)
{
	size_t usable = 0, count = 0;

	for (size_t i = 0; i < leased->count; i++)
		if (can_be_dialled(n, leased->owners[i].address))
			out[usable++] = &leased->owners[i];
	qsort(out, usable, sizeof(struct leased_owner *), compare_owners);
	for (size_t i = 0; i < usable; i++)
		if (count == 0 || !addr_equal(out[count - 1]->address, out[i]->address))
			out[count++] = out[i];
	return count;
}

/* Owners that are new, and those that the file names: the first ones, of which the names are sorted. */
struct adding {
	struct cluster *cluster;
	struct network_config *network;
	struct claims claims;
	uint32_t named;
};

/* Called by its address, unless a node of the file is called so. */
static char *name_of(const struct adding *a, struct addr address)
{
	char text[ADDR_TEXT + 8] = "at-";
	bool named;

	addr_text(address, text + 3);
	named = nodes_find(a->cluster, a->named, text + 3) != NODE_NONE;
	return strdup(named ? text : text + 3);
}

static uint32_t add_node(const struct adding *a, const struct leased_owner *owner)
{
	struct cluster *c = a->cluster;
	struct node *node = &c->nodes[c->node_count];

	*node = (struct node) { .name = name_of(a, owner->address),
				.address = owner->address,
				.bind = owner->address };
	if (!node->name)
		return NODE_NONE;
	if (can_be_dialled(a->network, owner->address6) &&
	    claims_find(&a->claims, owner->address6) == NODE_NONE)
		node->address6 = node->bind6 = owner->address6;
	return c->node_count++;
}

static bool take_owner(const struct adding *a, const struct leased_owner *owner)
{
	uint32_t number = claims_find(&a->claims, owner->address);
	struct node_lease *lease;

	if (number == NODE_NONE)
		number = add_node(a, owner);
	if (number == NODE_NONE)
		return false;
	lease = malloc(sizeof(*lease));
	if (!lease)
		return false;
	*lease = owner->lease;
	free(a->cluster->nodes[number].lease); /* one of the file that has two addresses */
	if (!a->cluster->nodes[number].lease)
		a->network->members[a->network->member_count++] = number;
	a->cluster->nodes[number].lease = lease;
	return true;
}

static bool take_owners(struct cluster *c, struct network_config *n,
			const struct leased_owner *const *owners, size_t count)
{
	struct adding a = { .cluster = c, .network = n, .named = c->node_count };
	uint32_t *members = reallocarray(n->members, count + 1, sizeof(*members));
	bool done = true;

	if (!members)
		return false;
	n->members = members;
	if (!make_room(c, count) || !claims_make(c, &a.claims))
		return false;
	for (size_t i = 0; i < count && done; i++)
		done = take_owner(&a, owners[i]);
	claims_free(&a.claims);
	if (c->node_count > a.named)
		nodes_sort(c);
	return done;
}

bool cluster_lease(struct cluster *c, const struct leased *leased)
{
	struct network_config *n = cluster_leased(c);
	const struct leased_owner **owners;
	bool done;

	if (!n)
		return true;
	if (!name_members(c))
		return false;
	if (!leased)
		return true;
	owners = calloc(leased->count + 1, sizeof(struct leased_owner *));
	done = owners && configure(n, leased) &&
	       take_owners(c, n, owners, sort_owners(n, leased, owners));
	free(owners);
	return done;
}
