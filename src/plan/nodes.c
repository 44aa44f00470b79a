#include "nodes.h"

#include <stdlib.h>
#include <string.h>

static int compare_names(const void *left, const void *right, void *context)
{
	const struct node *nodes = context;

	return strcmp(nodes[*(const uint32_t *)left].name, nodes[*(const uint32_t *)right].name);
}

void nodes_sort(struct cluster *c)
{
	for (uint32_t i = 0; i < c->node_count; i++)
		c->by_name[i] = i;
	qsort_r(c->by_name, c->node_count, sizeof(*c->by_name), compare_names, c->nodes);
}

uint32_t nodes_find(const struct cluster *c, uint32_t sorted, const char *name)
{
	uint32_t low = 0, high = sorted;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, c->nodes[c->by_name[middle]].name);

		if (order == 0)
			return c->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NODE_NONE;
}

uint32_t cluster_node(const struct cluster *cluster, const char *name)
{
	return nodes_find(cluster, cluster->by_name ? cluster->node_count : 0, name);
}
