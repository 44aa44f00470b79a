/* The tables of keys: what a cluster file can say. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "read.h"

/* Each reads the map of that name at the top of the file, into r->cluster. */
key_reader read_underlay, read_nodes;
key_reader read_networks; /* after the nodes, which its lists name */

/* Each reads the list or map of that name in a network, into the network. */
key_reader read_hosts, read_fdb, read_neigh;

/* Can frames be sent to @addr, which @value says?  Reports where they cannot. */
bool read_is_destination(struct reader *r, const struct item *value, struct addr addr);

void network_config_free(struct network_config *network);

#endif
