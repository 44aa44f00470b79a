#include "app/ways.h"

#include <stdlib.h>
#include <string.h>

#include "plan/hops.h"

struct way_known {
	struct addr addr;
	uint32_t link; /* 0: not on one */
	bool sure;
};

static int compare(const void *left, const void *right)
{
	const struct way_known *a = left, *b = right;
	int order = a->addr.family - b->addr.family;

	return order != 0 ? order : memcmp(a->addr.octet, b->addr.octet, sizeof(a->addr.octet));
}

static struct way_known *find(const struct ways *ways, struct addr addr)
{
	const struct way_known key = { .addr = addr };

	return ways->count ? bsearch(&key, ways->list, ways->count, sizeof(key), compare) : NULL;
}

/* -- Whom to ask about -- */

static bool is_direct(const struct plan_network *n)
{
	return n->config->routing == ROUTING_DIRECT && n->subnets;
}

static size_t most(const struct plan *plan)
{
	size_t count = 0;

	for (uint32_t i = 0; i < plan->network_count; i++)
		if (is_direct(&plan->networks[i]))
			count += (size_t)HOPS_FAMILIES * plan->networks[i].subnets->count;
	return count;
}

static void add_members(struct ways *ways, const struct plan *plan, const struct plan_network *n)
{
	struct plan_hop hops[HOPS_FAMILIES];

	for (uint32_t i = 0; i < n->subnets->count; i++) {
		unsigned count = plan_hops(plan, n, i, hops);

		for (unsigned k = 0; k < count; k++)
			if (hops[k].direct.family)
				ways->list[ways->count++] =
					(struct way_known) { .addr = hops[k].direct };
	}
}

/* Who is in several networks stands there once. */
static void sort(struct ways *ways)
{
	size_t kept = 0;

	qsort(ways->list, ways->count, sizeof(*ways->list), compare);
	for (size_t i = 0; i < ways->count; i++)
		if (kept == 0 || compare(&ways->list[kept - 1], &ways->list[i]) != 0)
			ways->list[kept++] = ways->list[i];
	ways->count = kept;
}

/* -- Asking -- */

static void ask(struct way_known *way, struct netlink *nl)
{
	struct route route;
	int rc = route_lookup(nl, way->addr, &route);

	way->link = rc == 0 && !route.via.family ? route.link : 0;
	way->sure = true;
}

void ways_follow(struct ways *ways, struct netlink *nl, const struct plan *plan)
{
	size_t room = most(plan);
	struct ways next = { .list = room ? calloc(room, sizeof(*next.list)) : NULL };

	if (next.list) {
		for (uint32_t i = 0; i < plan->network_count; i++)
			if (is_direct(&plan->networks[i]))
				add_members(&next, plan, &plan->networks[i]);
		sort(&next);
	}
	for (size_t i = 0; i < next.count; i++) {
		const struct way_known *known = find(ways, next.list[i].addr);

		if (known && known->sure)
			next.list[i] = *known;
		else
			ask(&next.list[i], nl);
	}
	ways_free(ways);
	*ways = next;
}

void ways_free(struct ways *ways)
{
	free(ways->list);
	*ways = (struct ways) { 0 };
}

uint32_t ways_link(const struct ways *ways, struct addr addr)
{
	const struct way_known *known = find(ways, addr);

	return known ? known->link : 0;
}

bool ways_doubt(struct ways *ways, struct prefix to)
{
	bool any = false;

	for (size_t i = 0; i < ways->count; i++) {
		if (!prefix_contains(to, ways->list[i].addr))
			continue;
		ways->list[i].sure = false;
		any = true;
	}
	return any;
}

void ways_doubt_all(struct ways *ways)
{
	for (size_t i = 0; i < ways->count; i++)
		ways->list[i].sure = false;
}
