/* The tables of keys: what a cluster file can say. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include "read.h"

/* Refuses every version but ours. */
key_reader read_version;

/* Each reads the map of that name at the top of the file, into r->cluster. */
key_reader read_underlay, read_nodes;
key_reader read_networks; /* after the nodes, which its lists name */

/* Each reads the list or map of that name in a network, into the network. */
key_reader read_hosts, read_fdb, read_neigh;

/* Can frames be sent to @addr, which @value says?  Reports where they cannot. */
bool read_is_destination(struct reader *r, const struct item *value, struct addr addr);

/* Each reads that key of a network, into the network. */
key_reader read_cidr, read_subnet_base; /* of the family key->min */
key_reader read_subnet_length;
key_reader read_pins, read_gateway;
key_reader read_dhcp;

/* How the network that @map describes is divided: the rules across those keys. */
void read_division(struct reader *r, const struct item *map, struct network_config *n);

/* What `routing` means for the network's other keys; the last of all. */
void read_routing(struct reader *r, const struct item *map, struct network_config *n);

/* The network whose configuration is in etcd says nothing of what stands there. */
void read_in_etcd(struct reader *r, const struct item *map, struct network_config *n);

/* The map at the top of the file, into r->cluster; after the networks. */
key_reader read_leases;

/* Which network is leased from etcd, once all was read. */
void read_leased(struct reader *r, const struct item *root);

void etcd_config_free(struct etcd_config *etcd); /* NULL is fine */

/* The name that a device has where none is given; false when memory is short. */
bool network_name_device(struct network_config *network);

void network_config_free(struct network_config *network);
void dhcp_config_free(struct dhcp_config *dhcp); /* NULL is fine */

#endif
