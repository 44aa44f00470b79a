/* The names of a cluster's nodes, sorted, so that each is found in a few steps. */
#ifndef PLAN_NODES_H
#define PLAN_NODES_H

#include "plan/cluster.h"

/* Fills in cluster->by_name, which has room for all.  Every node has a name. */
void nodes_sort(struct cluster *cluster);

/* The number of the node called @name among the first @sorted that were sorted, or NODE_NONE. */
uint32_t nodes_find(const struct cluster *cluster, uint32_t sorted, const char *name);

#endif
