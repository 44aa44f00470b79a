/* The tables of keys: what a cluster file can say. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "read.h"

/* Each reads the map of that name at the top of the file, into r->cluster. */
key_reader read_underlay, read_nodes;
key_reader read_networks; /* after the nodes, which its lists name */

void network_config_free(struct network_config *network);

#endif
