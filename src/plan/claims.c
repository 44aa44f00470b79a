#include "claims.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = addr_order(&a->addr, &b->addr);

	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static void add(struct claims *claims, struct addr addr, uint32_t node)
{
	if (addr.family)
		claims->list[claims->count++] = (struct claim) { addr, node };
}

static bool make_room(const struct cluster *cluster, struct claims *out)
{
	*out = (struct claims) {
		.list = calloc(2 * (size_t)cluster->node_count + 1, sizeof(*out->list)),
	};
	return out->list;
}

bool claims_make(const struct cluster *cluster, struct claims *out)
{
	if (!make_room(cluster, out))
		return false;
	for (uint32_t i = 0; i < cluster->node_count; i++) {
		add(out, cluster->nodes[i].address, i);
		add(out, cluster->nodes[i].address6, i);
	}
	qsort(out->list, out->count, sizeof(*out->list), compare);
	return true;
}

bool claims_make_bound(const struct cluster *cluster, struct claims *out)
{
	if (!make_room(cluster, out))
		return false;
	for (uint32_t i = 0; i < cluster->node_count; i++) {
		add(out, cluster->nodes[i].bind, i);
		add(out, cluster->nodes[i].bind6, i);
	}
	qsort(out->list, out->count, sizeof(*out->list), compare);
	return true;
}

void claims_free(struct claims *claims)
{
	free(claims->list);
	*claims = (struct claims) { 0 };
}

size_t claims_from(const struct claims *claims, struct addr addr)
{
	size_t low = 0, high = claims->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_order(&claims->list[middle].addr, &addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t claims_find(const struct claims *claims, struct addr addr)
{
	size_t i = claims_from(claims, addr);

	if (i == claims->count || !addr_equal(claims->list[i].addr, addr))
		return NODE_NONE;
	return claims->list[i].node;
}
