/* The leases that follow from an allocation, and their text. */
#include <stdlib.h>

#include "plan/subnet.h"

/* -- What the members have now -- */

static void add(struct leases *l, struct lease lease)
{
	l->list[l->count++] = lease;
}

/* A family that is not divided now keeps what was leased. */
static struct prefix prefix_now(struct subnet now, struct prefix before)
{
	return now.prefix.addr.family ? now.prefix : before;
}

static void add_members(struct leases *l, const struct leases *old, const struct subnets *subnets,
			uint32_t number)
{
	const struct cluster *c = subnets->cluster;
	const struct network_config *n = &c->networks[number];
	const struct network_subnets *now = &subnets->networks[number];
	static const struct lease none;
	size_t count;
	const struct lease *list = leases_of(old, n->name, &count);

	for (uint32_t i = 0; i < now->count; i++) {
		const struct node *node = &c->nodes[network_member(n, i)];
		const struct lease *before = lease_find(list, count, node->name);

		before = before ? before : &none;
		add(l, (struct lease) {
			       .network = n->name,
			       .node = node->name,
			       .address = node->address.family ? node->address : node->address6,
			       .v4 = prefix_now(now->of[i].v4, before->v4),
			       .v6 = prefix_now(now->of[i].v6, before->v6),
		       });
	}
}

/* -- What was leased before -- */

static uint32_t network_called(const struct cluster *c, const char *name)
{
	uint32_t i = 0;

	while (i < c->network_count && strcmp(c->networks[i].name, name) != 0)
		i++;
	return i;
}

/* A lease whose subnet has become a member's, because that was renamed or pinned, is no more. */
static struct prefix unless_taken(const struct network_config *n, const struct network_subnets *now,
				  struct prefix subnet)
{
	static const struct prefix none;

	return subnet.addr.family && subnet_owner(now, n, subnet.addr) != MEMBER_NONE ? none
										      : subnet;
}

/* @list is of one network; the first @members of @l are sorted. */
static void keep_leases(struct leases *l, size_t members, const struct subnets *subnets,
			const struct lease *list, size_t count)
{
	const struct cluster *c = subnets->cluster;
	uint32_t number = network_called(c, list->network);
	const struct leases now = { .list = l->list, .count = members };
	size_t own_count;
	const struct lease *own = leases_of(&now, list->network, &own_count);

	for (size_t i = 0; i < count; i++) {
		struct lease lease = list[i];

		if (lease_find(own, own_count, lease.node))
			continue;
		if (number < c->network_count) {
			lease.v4 = unless_taken(&c->networks[number], &subnets->networks[number],
						lease.v4);
			lease.v6 = unless_taken(&c->networks[number], &subnets->networks[number],
						lease.v6);
		}
		if (lease.v4.addr.family || lease.v6.addr.family)
			add(l, lease);
	}
}

/* -- All of it -- */

static int compare_leases(const void *left, const void *right)
{
	const struct lease *a = left, *b = right;
	int order = strcmp(a->network, b->network);

	return order != 0 ? order : strcmp(a->node, b->node);
}

static void gather(struct leases *l, const struct leases *old, const struct subnets *subnets)
{
	size_t members, count;

	for (uint32_t i = 0; i < subnets->cluster->network_count; i++)
		add_members(l, old, subnets, i);
	members = l->count;
	qsort(l->list, members, sizeof(*l->list), compare_leases);
	for (size_t i = 0; old && i < old->count; i += count) {
		const struct lease *list = leases_of(old, old->list[i].network, &count);

		keep_leases(l, members, subnets, list, count);
	}
	if (l->count > members)
		qsort(l->list, l->count, sizeof(*l->list), compare_leases);
}

static const char *copy_name(char **at, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = memcpy(*at, name, size);

	*at += size;
	return copy;
}

/* Until now the names are those of others. */
static bool own_names(struct leases *l)
{
	size_t size = 1;
	char *at;

	for (size_t i = 0; i < l->count; i++)
		size += strlen(l->list[i].network) + strlen(l->list[i].node) + 2;
	l->names = calloc(1, sizeof(char *));
	at = malloc(size);
	if (!l->names || !at) {
		free(at);
		return false;
	}
	l->names[l->name_count++] = at;
	for (size_t i = 0; i < l->count; i++) {
		l->list[i].network = copy_name(&at, l->list[i].network);
		l->list[i].node = copy_name(&at, l->list[i].node);
	}
	return true;
}

struct leases *leases_renew(const struct leases *old, const struct subnets *subnets)
{
	struct leases *l = calloc(1, sizeof(*l));
	size_t most = old ? old->count + 1 : 1;

	if (!l)
		return NULL;
	for (uint32_t i = 0; i < subnets->cluster->network_count; i++)
		most += subnets->networks[i].count;
	l->list = calloc(most, sizeof(*l->list));
	if (l->list) {
		gather(l, old, subnets);
		if (own_names(l))
			return l;
	}
	leases_free(l);
	return NULL;
}

/* -- The text -- */

static const char head[] =
	"# Written by `vxs subnet allocate`: who has which subnet.  Belongs to the cluster file.\n"
	"# A line that is deleted gives its subnet back.\n"
	"version: 1\n";

static void write_line(FILE *to, const struct lease *lease)
{
	const char *quote = lease->address.family == ADDR_V6 ? "\"" : "", *between = "";
	char text[PREFIX_TEXT];

	fprintf(to, "    %s: { ", lease->node);
	if (lease->address.family) {
		fprintf(to, "address: %s%s%s", quote, addr_text(lease->address, text), quote);
		between = ", ";
	}
	if (lease->v4.addr.family) {
		fprintf(to, "%ssubnet: %s", between, prefix_text(lease->v4, text));
		between = ", ";
	}
	if (lease->v6.addr.family)
		fprintf(to, "%ssubnet6: \"%s\"", between, prefix_text(lease->v6, text));
	fprintf(to, " }\n");
}

bool leases_write(FILE *to, const struct leases *leases)
{
	const char *network = "";

	fprintf(to, "%snetworks:%s\n", head, leases->count ? "" : " {}");
	for (size_t i = 0; i < leases->count; i++) {
		if (strcmp(leases->list[i].network, network) != 0)
			fprintf(to, "  %s:\n", leases->list[i].network);
		network = leases->list[i].network;
		write_line(to, &leases->list[i]);
	}
	return fflush(to) == 0 && !ferror(to);
}
