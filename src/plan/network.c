#include <stdlib.h>

#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void network_config_free(struct network_config *network)
{
	for (size_t i = 0; i < network->host_count; i++) {
		free(network->hosts[i].name);
		free(network->hosts[i].ips);
	}
	free(network->hosts);
	free(network->fdb);
	free(network->neigh);
	free(network->flood_list);
	free(network->members);
	free(network->device);
	free(network->bridge);
	free(network->name);
}

/* "auto" is 0. */
static void read_mtu(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	if (value->kind == ITEM_SCALAR && strcmp(value->text, "auto") == 0)
		*(uint16_t *)into = 0;
	else
		read_u16(r, key, value, into);
}

static void read_members(struct reader *r, const struct key *key, const struct item *value,
			 void *into)
{
	struct network_config *n = into;

	if (!expect_list(r, key->name, value))
		return;
	if (value->count == 0) {
		read_refuse(r, PLAN_E_KIND, value, "help: leave the key out for all nodes",
			    "the list of nodes is empty");
		return;
	}
	n->members = read_array(r, value->count, sizeof(*n->members));
	if (!n->members)
		return;
	for (const struct item *child = value->first; child; child = child->next)
		if (take_node(r, child, &n->members[n->member_count]))
			n->member_count++;
}

/* `none` is NULL. */
static void read_device(struct reader *r, const struct key *key, const struct item *value,
			void *into)
{
	if (value->kind == ITEM_SCALAR && strcmp(value->text, "none") == 0)
		*(char **)into = NULL;
	else
		read_interface(r, key, value, into);
}

static void name_device(struct reader *r, struct network_config *n)
{
	if (asprintf(&n->device, "vx%u", n->vni) < 0) {
		n->device = NULL;
		r->no_memory = true;
	}
}

/* -- Destinations -- */

/* False after reporting that nothing can be sent there. */
static bool check_destination(struct reader *r, const struct item *value, struct addr addr)
{
	if (!addr_is_unspecified(addr))
		return true;
	read_refuse(r, PLAN_E_ADDRESS, value, "expected: an address frames can be sent to",
		    "%s is no destination", value->text);
	return false;
}

static bool take_target(struct reader *r, const struct item *value, struct target *target)
{
	const char *text = expect_scalar(r, "flood", value, "the name of a node or an address");
	char name[SHOWN];

	if (!text)
		return false;
	target->at = value->at;
	target->node = cluster_node(r->cluster, text);
	if (target->node != NODE_NONE)
		return true;
	if (!addr_parse(text, &target->addr)) {
		read_refuse(r, PLAN_E_UNKNOWN_NODE, value, NULL,
			    "\"%s\" is neither under nodes nor an address", text_shown(text, name));
		return false;
	}
	return take_addr(r, "flood", value, &target->addr) &&
	       check_destination(r, value, target->addr);
}

static void read_flood_list(struct reader *r, const struct item *value, struct network_config *n)
{
	n->flood = FLOOD_LIST;
	n->flood_list = read_array(r, value->count, sizeof(*n->flood_list));
	if (!n->flood_list)
		return;
	for (const struct item *child = value->first; child; child = child->next)
		if (take_target(r, child, &n->flood_list[n->flood_count]))
			n->flood_count++;
}

static void read_flood_word(struct reader *r, const struct item *value, struct network_config *n)
{
	static const char hint[] =
		"expected: peers, none, a multicast group, or a list of nodes and addresses";
	char name[SHOWN];

	if (strcmp(value->text, "peers") == 0)
		n->flood = FLOOD_PEERS;
	else if (strcmp(value->text, "none") == 0)
		n->flood = FLOOD_NONE;
	else if (!addr_parse(value->text, &n->group))
		read_refuse(r, PLAN_E_WORD, value, hint, "flood is \"%s\"",
			    text_shown(value->text, name));
	else if (!addr_is_multicast(n->group))
		read_refuse(r, PLAN_E_NOT_MULTICAST, value,
			    "help: a single destination is a list of one: flood: [address]",
			    "flood %s is not a multicast group", value->text);
	else if (take_addr(r, "flood", value, &n->group))
		n->flood = FLOOD_GROUP;
}

static void read_flood(struct reader *r, const struct key *key, const struct item *value,
		       void *into)
{
	if (value->kind == ITEM_LIST)
		read_flood_list(r, value, into);
	else if (expect_scalar(r, key->name, value,
			       "peers, none, a multicast group, or a list of nodes and addresses"))
		read_flood_word(r, value, into);
}

/* -- hosts, fdb, neigh -- */

/* The MAC of one station. */
static void read_station(struct reader *r, const struct key *key, const struct item *value,
			 void *into)
{
	struct mac mac;

	if (!take_mac(r, key->name, value, &mac))
		return;
	if (mac_is_station(mac))
		*(struct mac *)into = mac;
	else
		read_refuse(r, PLAN_E_MAC, value, "expected: neither a group address nor zero",
			    "%s %s is nobody's", key->name, value->text);
}

/* An address that a host can have. */
static bool take_host_ip(struct reader *r, const char *name, const struct item *value,
			 struct addr *out)
{
	if (!take_addr(r, name, value, out))
		return false;
	if (!addr_is_multicast(*out) && !addr_is_unspecified(*out))
		return true;
	read_refuse(r, PLAN_E_ADDRESS, value, "expected: an address of one host",
		    "%s %s is nobody's", name, value->text);
	return false;
}

static void read_host_ip(struct reader *r, const struct key *key, const struct item *value,
			 void *into)
{
	take_host_ip(r, key->name, value, into);
}

/* One address or a list of them. */
static void read_host_ips(struct reader *r, const struct key *key, const struct item *value,
			  void *into)
{
	const struct item *first = value->kind == ITEM_LIST ? value->first : value;
	struct host *host = into;

	if (value->kind == ITEM_MAP || !first) {
		expect_scalar(r, key->name, value, "an address or a list of addresses");
		return;
	}
	host->ips = read_array(r, value->kind == ITEM_LIST ? value->count : 1, sizeof(*host->ips));
	if (!host->ips)
		return;
	for (const struct item *child = first; child;
	     child = value->kind == ITEM_LIST ? child->next : NULL)
		if (take_host_ip(r, key->name, child, &host->ips[host->ip_count]))
			host->ip_count++;
}

static const struct key host_keys[] = {
	{ .name = "node",
	  .read = read_node,
	  .offset = offsetof(struct host, node),
	  .required = true },
	{ .name = "ip", .read = read_host_ips, .required = true },
	{ .name = "mac",
	  .read = read_station,
	  .offset = offsetof(struct host, mac),
	  .required = true },
};

static void read_hosts(struct reader *r, const struct key *key, const struct item *value,
		       void *into)
{
	struct network_config *n = into;
	char where[3 * SHOWN], name[SHOWN];

	if (!expect_map(r, key->name, value))
		return;
	n->hosts = read_array(r, value->count, sizeof(*n->hosts));
	if (!n->hosts)
		return;
	for (const struct item *child = value->first; child; child = child->next) {
		struct host *host = &n->hosts[n->host_count++];

		host->at = child->key->at;
		host->node = NODE_NONE;
		host->name = read_copy(r, child->key->text);
		take_name(r, "host", child->key);
		snprintf(where, sizeof(where), "%s.hosts.%s", r->where,
			 text_shown(child->key->text, name));
		if (expect_map(r, where, child))
			read_map(r, child, host_keys, COUNT(host_keys), where, host);
	}
}

static void read_destination(struct reader *r, const struct key *key, const struct item *value,
			     void *into)
{
	struct addr addr;

	if (take_addr(r, key->name, value, &addr) && check_destination(r, value, addr))
		*(struct addr *)into = addr;
}

static const struct key fdb_keys[] = {
	{ .name = "mac",
	  .read = read_mac,
	  .offset = offsetof(struct fdb_line, mac),
	  .required = true },
	{ .name = "dst",
	  .read = read_destination,
	  .offset = offsetof(struct fdb_line, dst),
	  .required = true },
	{ .name = "port",
	  .read = read_u16,
	  .offset = offsetof(struct fdb_line, port),
	  .min = 1,
	  .max = 65535 },
};

static void read_fdb(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct network_config *n = into;
	char where[2 * SHOWN];

	if (!expect_list(r, key->name, value))
		return;
	n->fdb = read_array(r, value->count, sizeof(*n->fdb));
	if (!n->fdb)
		return;
	snprintf(where, sizeof(where), "%s.fdb", r->where);
	for (const struct item *child = value->first; child; child = child->next) {
		struct fdb_line *line = &n->fdb[n->fdb_count++];

		line->at = child->at;
		if (expect_map(r, "an element of fdb", child))
			read_map(r, child, fdb_keys, COUNT(fdb_keys), where, line);
	}
}

static const struct key neigh_keys[] = {
	{ .name = "ip",
	  .read = read_host_ip,
	  .offset = offsetof(struct neigh_line, ip),
	  .required = true },
	{ .name = "mac",
	  .read = read_station,
	  .offset = offsetof(struct neigh_line, mac),
	  .required = true },
	{ .name = "router", .read = read_bool, .offset = offsetof(struct neigh_line, router) },
};

static void read_neigh(struct reader *r, const struct key *key, const struct item *value,
		       void *into)
{
	struct network_config *n = into;
	char where[2 * SHOWN];

	if (!expect_list(r, key->name, value))
		return;
	n->neigh = read_array(r, value->count, sizeof(*n->neigh));
	if (!n->neigh)
		return;
	snprintf(where, sizeof(where), "%s.neigh", r->where);
	for (const struct item *child = value->first; child; child = child->next) {
		struct neigh_line *line = &n->neigh[n->neigh_count++];

		line->at = child->at;
		if (expect_map(r, "an element of neigh", child))
			read_map(r, child, neigh_keys, COUNT(neigh_keys), where, line);
	}
}

/* -- networks -- */

static const struct word arp_words[] = {
	{ "flood", ARP_FLOOD }, { "suppress", ARP_SUPPRESS }, { "proxy", ARP_PROXY }, { NULL, 0 }
};
static const struct word offload_words[] = { { "auto", true }, { "off", false }, { NULL, 0 } };
static const struct word vlan_words[] = { { "pass", false }, { "drop", true }, { NULL, 0 } };
static const struct word bits_words[] = { { "ignore", false }, { "strict", true }, { NULL, 0 } };

#define AT(field) .offset = offsetof(struct network_config, field)

static const struct key network_keys[] = {
	{ .name = "vni",
	  .read = read_u32,
	  AT(vni),
	  .position = offsetof(struct network_config, vni_at),
	  .max = 0xffffff,
	  .about = "a VNI has 24 bits",
	  .required = true },
	{ .name = "nodes", .read = read_members },
	{ .name = "device",
	  .read = read_device,
	  AT(device),
	  .position = offsetof(struct network_config, device_at) },
	{ .name = "persist", .read = read_bool, AT(persist) },
	{ .name = "learning", .read = read_bool, AT(learning) },
	{ .name = "arp", .read = read_word, AT(arp), .words = arp_words },
	{ .name = "flood",
	  .read = read_flood,
	  .position = offsetof(struct network_config, flood_at) },
	{ .name = "port", .read = read_u16, AT(port), .min = 1, .max = 65535 },
	{ .name = "ageing",
	  .read = read_duration,
	  AT(ageing),
	  .max = 8760 * 3600,
	  .about = "0 = never" },
	{ .name = "max-fdb", .read = read_u32, AT(max_fdb), .min = 1, .max = 1 << 20 },
	{ .name = "mtu",
	  .read = read_mtu,
	  AT(mtu),
	  .position = offsetof(struct network_config, mtu_at),
	  .min = 68,
	  .max = 65485,
	  .about = "or auto" },
	{ .name = "offload", .read = read_either, AT(offload), .words = offload_words },
	{ .name = "inner-vlan", .read = read_either, AT(drop_vlan), .words = vlan_words },
	{ .name = "reserved-bits", .read = read_either, AT(strict_reserved), .words = bits_words },
	{ .name = "bum-limit", .read = read_rate, AT(bum_limit), .min = 1, .max = 1000000000 },
	{ .name = "bridge", .read = read_interface, AT(bridge) },
	{ .name = "cidr",
	  .read = read_prefix,
	  AT(cidr),
	  .position = offsetof(struct network_config, cidr_at) },
	{ .name = "hosts", .read = read_hosts },
	{ .name = "fdb", .read = read_fdb },
	{ .name = "neigh", .read = read_neigh },
};

static void read_network(struct reader *r, const struct item *map, struct network_config *n)
{
	char where[SHOWN + 16], name[SHOWN];
	struct position at = map->key->at;

	*n = (struct network_config) {
		.at = at,
		.vni_at = at,
		.device_at = at,
		.flood_at = at,
		.mtu_at = at,
		.cidr_at = at,
		.vni = VNI_NONE,
		.learning = true,
		.arp = ARP_SUPPRESS,
		.flood = FLOOD_PEERS,
		.ageing = 300,
		.max_fdb = 8192,
		.offload = true,
		.bum_limit = 64000,
	};
	n->name = read_copy(r, map->key->text);
	take_name(r, "network", map->key);
	snprintf(where, sizeof(where), "networks.%s", text_shown(map->key->text, name));
	if (!expect_map(r, where, map))
		return;
	read_map(r, map, network_keys, COUNT(network_keys), where, n);
	if (!item_find(map, "device") && n->vni != VNI_NONE)
		name_device(r, n);
}

void read_networks(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct cluster *c = r->cluster;

	(void)into;
	if (!expect_map(r, key->name, value))
		return;
	c->networks = read_array(r, value->count, sizeof(*c->networks));
	if (!c->networks)
		return;
	for (const struct item *child = value->first; child; child = child->next)
		read_network(r, child, &c->networks[c->network_count++]);
}
