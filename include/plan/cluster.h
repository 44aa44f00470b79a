/* The cluster file as a typed value: what it says, with defaults filled in, and where it says it.
 *
 * cluster_read() turns text into a struct cluster; cluster_check() applies the rules across fields.
 * Both report every mistake of one pass.  The value is immutable afterwards.  See SPEC §1. */
#ifndef PLAN_CLUSTER_H
#define PLAN_CLUSTER_H

#include "base/error.h"
#include "table/network.h"
#include "wire/addr.h"
#include "wire/dhcp.h"

enum accept { ACCEPT_NODES, ACCEPT_ANY };

struct underlay {
	uint16_t port;
	uint16_t sources; /* source-port sockets, 1..64; 1 = send from the endpoint */
	uint16_t source_min, source_max;
	uint32_t mtu; /* 0 = auto */
	bool checksum;
	enum accept accept;
	uint32_t max_peers;
	uint8_t ttl;
	bool ttl_given; /* else multicast goes out with 1 */
	uint8_t tos;
	bool tos_inherit;
};

/* What a lease in etcd says of its owner, beyond where it is (plan/leased.h). */
struct node_lease {
	struct prefix v4, v6; /* its subnets; v4 is always there */
	struct mac vtep,
		vtep6; /* of its VTEP, for each family of the underlay; all zero: derived, as the file's */
	int64_t revision; /* of two leases of one node, the younger is believed */
};

struct node {
	char *name;
	struct position at;
	struct addr address, address6;       /* family ADDR_NONE: not given */
	struct addr bind, bind6;             /* defaults to the above */
	char *interface;                     /* or NULL */
	uint16_t port;                       /* 0: the underlay's */
	struct position address_at, bind_at; /* of the first family given */
	struct position interface_at;
	struct node_lease *lease; /* NULL: none is known */
};

enum flood_kind { FLOOD_PEERS, FLOOD_NONE, FLOOD_GROUP, FLOOD_LIST };

/* A destination in a flood or fdb list: a node of the file by number, or a bare address. */
struct target {
	uint32_t node; /* NODE_NONE: an address */
	struct addr addr;
	struct position at;
};

#define NODE_NONE UINT32_MAX
#define VNI_NONE  UINT32_MAX

struct host {
	char *name;
	uint32_t node;
	struct addr *ips;
	size_t ip_count;
	struct mac mac;
	struct position at, ip_at, mac_at;
};

struct fdb_line {
	struct mac mac;
	struct addr dst;
	uint16_t port; /* 0: the network's */
	struct position at, mac_at, dst_at;
};

struct neigh_line {
	struct addr ip;
	struct mac mac;
	bool router;
	struct position at, ip_at;
};

/* How the cidr of one family is divided among the members, each getting one subnet (flannel's
 * SubnetLen, SubnetMin, SubnetMax).  After reading, either off or right: defaults filled in, min and max
 * aligned, within the cidr, in this order. */
struct division {
	uint8_t length;       /* of each subnet; 0: not divided */
	struct addr min, max; /* the bases of the first and the last that are given to nodes */
	struct position at;   /* of the length */
};

/* A subnet that the file gives to a node. */
struct pin {
	uint32_t node;
	struct prefix v4, v6; /* family ADDR_NONE: not given */
	struct position at, v4_at, v6_at;
};

/* ROUTED: flannel's vxlan backend, each node's subnet a link of its own (plan/hops.h).  DIRECT: the same,
 * without the tunnel to nodes on a link of ours. */
enum routing { ROUTING_FLAT, ROUTING_ROUTED, ROUTING_DIRECT };

enum gateway { GATEWAY_FIRST, GATEWAY_NONE, GATEWAY_ADDRESS };

/* What DHCP clients of a network are told (table/bindings.h). */
struct dhcp_config {
	uint32_t lease; /* seconds */
	struct addr servers[DHCP_SERVERS];
	size_t server_count;
	char *domain;                          /* or NULL */
	struct dhcp_route routes[DHCP_ROUTES]; /* via ADDR_NONE: the gateway */
	size_t route_count;
	struct position at;
};

struct network_config {
	char *name;
	struct position at, vni_at, device_at;
	uint32_t vni;      /* VNI_NONE: not understood */
	uint32_t *members; /* node numbers in file order; NULL = all nodes */
	size_t member_count;
	char *device;         /* TAP name; NULL = `none` */
	bool members_unclear; /* some of the list could not be understood */
	bool persist;
	bool learning;
	bool l2miss, l3miss;
	bool offload;
	bool drop_vlan;
	bool strict_reserved;
	enum arp_mode arp;
	enum flood_kind flood;
	struct addr group;         /* FLOOD_GROUP */
	struct target *flood_list; /* FLOOD_LIST */
	size_t flood_count;
	struct position flood_at;
	uint16_t port;   /* 0: the node's or the underlay's */
	uint32_t ageing; /* seconds, 0 = never */
	uint32_t max_fdb;
	uint16_t mtu; /* 0 = auto */
	struct position mtu_at;
	uint64_t bum_limit;        /* extra copies a second; 0 = no limit */
	char *bridge;              /* or NULL */
	struct prefix cidr, cidr6; /* family ADDR_NONE: not given */
	struct position cidr_at, cidr6_at;
	struct division division, division6; /* of the IPv4, of the IPv6 cidr */
	struct pin *pins;
	size_t pin_count;
	enum gateway gateway;
	struct addr gateway_addr; /* GATEWAY_ADDRESS: its host bits count in every node's subnet */
	struct position gateway_at;
	enum routing routing;
	bool leased;  /* subnets are leases in etcd, and their owners the members */
	bool in_etcd; /* and so is what says how the network is divided */
	struct position in_etcd_at;
	struct dhcp_config *dhcp;       /* NULL: nobody is given an address */
	bool masquerade, forward_rules; /* plan/firewall.h */
	char *env_file;                 /* whole path of a subnet.env (plan/env.h), or NULL */
	struct position env_file_at;
	struct host *hosts;
	size_t host_count;
	struct fdb_line *fdb;
	size_t fdb_count;
	struct neigh_line *neigh;
	size_t neigh_count;
};

/* Where etcd is, and how it is spoken to; texts NULL where they are not given. */
struct etcd_config {
	char **endpoints; /* "http://192.0.2.1:2379" */
	size_t endpoint_count;
	char *prefix;
	char *username, *password_file;
	char *ca, *cert, *key; /* files */
	struct position at;
};

struct cluster {
	char *file; /* as it was named, for positions */
	char *name;
	char *leases_path;        /* as the file says it */
	struct etcd_config *etcd; /* NULL: subnets are not leased from etcd */
	struct underlay underlay;
	struct node *nodes;
	uint32_t node_count;
	uint32_t *by_name; /* node numbers, sorted by name */
	struct network_config *networks;
	uint32_t network_count;
};

/* Reads @len bytes of YAML.  NULL only when memory is short; otherwise a cluster as far as it could
 * be understood, usable only when @errors counts no error.  @file is copied. */
struct cluster *cluster_read(const char *file, const char *text, size_t len, struct errors *errors);
void cluster_free(struct cluster *cluster);

/* Adds the networks of another text, in which nothing else may stand.  What is made of it has no position.
 * False when memory is short. */
bool cluster_add(struct cluster *cluster, const char *text, size_t len, struct errors *errors);

/* The rules across fields that need no machine: duplicates, overlaps, addresses outside their cidr,
 * names too long, groups without interface ... */
void cluster_check(const struct cluster *cluster, struct errors *errors);

/* A network's members by number in the list: all nodes where it names none. */
static inline uint32_t network_member_count(const struct cluster *c, const struct network_config *n)
{
	return n->members ? (uint32_t)n->member_count : c->node_count;
}

static inline uint32_t network_member(const struct network_config *n, uint32_t i)
{
	return n->members ? n->members[i] : i;
}

/* The cidr that holds addresses of @family, and its division; the former may be ADDR_NONE. */
static inline struct prefix network_cidr(const struct network_config *n, enum addr_family family)
{
	return family == ADDR_V4 ? n->cidr : n->cidr6;
}

static inline const struct division *network_division(const struct network_config *n,
						      enum addr_family family)
{
	return family == ADDR_V4 ? &n->division : &n->division6;
}

static inline bool network_is_divided(const struct network_config *n)
{
	return n->division.length || n->division6.length;
}

/* The number of the node called @name, or NODE_NONE. */
uint32_t cluster_node(const struct cluster *cluster, const char *name);

#endif
