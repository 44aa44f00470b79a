#include <stdlib.h>
#include <string.h>

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
	free(network->pins);
	free(network->members);
	free(network->device);
	free(network->bridge);
	free(network->env_file);
	dhcp_config_free(network->dhcp);
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

/* Another list of nodes: none of them was named in it yet. */
static bool begin_list(struct reader *r)
{
	if (!r->seen)
		r->seen = read_array(r, r->cluster->node_count + (size_t)1, sizeof(*r->seen));
	r->round++;
	return r->seen;
}

static bool take_member(struct reader *r, const struct item *value, uint32_t *out)
{
	char name[SHOWN];

	if (!take_node(r, value, out))
		return false;
	if (r->seen[*out] == r->round) {
		read_refuse(r, PLAN_E_DUPLICATE_MEMBER, value, "help: name it once",
			    "node \"%s\" is in the list already", text_shown(value->text, name));
		return false;
	}
	r->seen[*out] = r->round;
	return true;
}

static void read_members(struct reader *r, const struct key *key, const struct item *value,
			 void *into)
{
	struct network_config *n = into;

	n->members_unclear = true;
	if (!expect_list(r, key->name, value))
		return;
	if (value->count == 0) {
		read_refuse(r, PLAN_E_KIND, value,
			    "expected: at least one node; without the key, all nodes are members",
			    "the list of nodes is empty");
		return;
	}
	n->members_unclear = false;
	n->members = read_array(r, value->count, sizeof(*n->members));
	if (!n->members || !begin_list(r))
		return;
	for (const struct item *child = value->first; child; child = child->next) {
		if (take_member(r, child, &n->members[n->member_count]))
			n->member_count++;
		else
			n->members_unclear = true;
	}
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

bool network_name_device(struct network_config *n)
{
	if (asprintf(&n->device, "vx%u", n->vni) < 0)
		n->device = NULL;
	return n->device;
}

/* -- Destinations -- */

bool read_is_destination(struct reader *r, const struct item *value, struct addr addr)
{
	if (addr_is_multicast(addr) || !addr_is_nobodys(addr))
		return true;
	read_refuse(r, PLAN_E_ADDRESS, value, "expected: the address of a machine or a group",
		    "frames cannot be sent to %s", value->text);
	return false;
}

static bool take_target(struct reader *r, const struct item *value, struct target *target)
{
	const char *text = expect_scalar(r, "flood", value, "the name of a node or an address");
	char name[SHOWN], hint[READ_HINT];

	if (!text)
		return false;
	target->at = value->at;
	target->node = cluster_node(r->cluster, text);
	if (target->node != NODE_NONE)
		return true;
	if (!addr_parse(text, &target->addr)) {
		read_refuse(r, PLAN_E_UNKNOWN_NODE, value, nearest_node(r, text, hint),
			    "\"%s\" is neither a node nor an address", text_shown(text, name));
		return false;
	}
	return take_addr(r, "flood", value, &target->addr) &&
	       read_is_destination(r, value, target->addr);
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

static const char *flood_list_of(const char *text, char hint[READ_HINT])
{
	snprintf(hint, READ_HINT, "help: a single destination is a list of one: flood: [%s]", text);
	return hint;
}

static void read_flood_word(struct reader *r, const struct item *value, struct network_config *n)
{
	static const char hint[] =
		"expected: peers, none, a multicast group, or a list of nodes and addresses";
	char name[SHOWN], list[READ_HINT];

	if (strcmp(value->text, "peers") == 0)
		n->flood = FLOOD_PEERS;
	else if (strcmp(value->text, "none") == 0)
		n->flood = FLOOD_NONE;
	else if (cluster_node(r->cluster, value->text) != NODE_NONE)
		read_refuse(r, PLAN_E_WORD, value, flood_list_of(value->text, list),
			    "flood is the node \"%s\"", text_shown(value->text, name));
	else if (!addr_parse(value->text, &n->group))
		read_refuse(r, PLAN_E_WORD, value, hint, "flood is \"%s\"",
			    text_shown(value->text, name));
	else if (!addr_is_multicast(n->group))
		read_refuse(r, PLAN_E_NOT_MULTICAST, value, flood_list_of(value->text, list),
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

/* -- networks -- */

static const struct word arp_words[] = {
	{ "flood", ARP_FLOOD }, { "suppress", ARP_SUPPRESS }, { "proxy", ARP_PROXY }, { NULL, 0 }
};
static const struct word offload_words[] = { { "auto", true }, { "off", false }, { NULL, 0 } };
static const struct word vlan_words[] = { { "pass", false }, { "drop", true }, { NULL, 0 } };
static const struct word routing_words[] = {
	{ "flat", ROUTING_FLAT },
	{ "routed", ROUTING_ROUTED },
	{ "direct", ROUTING_DIRECT },
	{ NULL, 0 },
};
static const struct word config_words[] = { { "file", false }, { "etcd", true }, { NULL, 0 } };
static const struct word bits_words[] = { { "ignore", false }, { "strict", true }, { NULL, 0 } };

#define AT(field) .offset = offsetof(struct network_config, field)

static const struct key network_keys[] = {
	{ .name = "vni",
	  .read = read_u32,
	  AT(vni),
	  .position = offsetof(struct network_config, vni_at),
	  .max = 0xffffff,
	  .about = "a VNI has 24 bits" },
	{ .name = "nodes", .read = read_members },
	{ .name = "device",
	  .read = read_device,
	  AT(device),
	  .position = offsetof(struct network_config, device_at) },
	{ .name = "persist", .read = read_bool, AT(persist) },
	{ .name = "learning", .read = read_bool, AT(learning) },
	{ .name = "arp", .read = read_word, AT(arp), .words = arp_words },
	{ .name = "l2miss", .read = read_bool, AT(l2miss) },
	{ .name = "l3miss", .read = read_bool, AT(l3miss) },
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
	  .instead = "auto" },
	{ .name = "offload", .read = read_either, AT(offload), .words = offload_words },
	{ .name = "inner-vlan", .read = read_either, AT(drop_vlan), .words = vlan_words },
	{ .name = "reserved-bits", .read = read_either, AT(strict_reserved), .words = bits_words },
	{ .name = "bum-limit", .read = read_rate, AT(bum_limit), .min = 1, .max = 1000000000 },
	{ .name = "bridge", .read = read_interface, AT(bridge) },
	{ .name = "cidr",
	  .read = read_cidr,
	  AT(cidr),
	  .position = offsetof(struct network_config, cidr_at),
	  .min = ADDR_V4 },
	{ .name = "cidr6",
	  .read = read_cidr,
	  AT(cidr6),
	  .position = offsetof(struct network_config, cidr6_at),
	  .min = ADDR_V6 },
	{ .name = "subnet-length",
	  .read = read_subnet_length,
	  AT(division.length),
	  .position = offsetof(struct network_config, division.at),
	  .min = 2,
	  .max = 30,
	  .instead = "auto" },
	{ .name = "subnet-length6",
	  .read = read_subnet_length,
	  AT(division6.length),
	  .position = offsetof(struct network_config, division6.at),
	  .min = 2,
	  .max = 126,
	  .instead = "auto" },
	{ .name = "subnet-min", .read = read_subnet_base, AT(division.min), .min = ADDR_V4 },
	{ .name = "subnet-max", .read = read_subnet_base, AT(division.max), .min = ADDR_V4 },
	{ .name = "subnet-min6", .read = read_subnet_base, AT(division6.min), .min = ADDR_V6 },
	{ .name = "subnet-max6", .read = read_subnet_base, AT(division6.max), .min = ADDR_V6 },
	{ .name = "subnets", .read = read_pins },
	{ .name = "gateway",
	  .read = read_gateway,
	  .position = offsetof(struct network_config, gateway_at) },
	{ .name = "routing", .read = read_word, AT(routing), .words = routing_words },
	{ .name = "config",
	  .read = read_either,
	  AT(in_etcd),
	  .position = offsetof(struct network_config, in_etcd_at),
	  .words = config_words },
	{ .name = "dhcp", .read = read_dhcp },
	{ .name = "masquerade", .read = read_bool, AT(masquerade) },
	{ .name = "forward-rules", .read = read_bool, AT(forward_rules) },
	{ .name = "env-file",
	  .read = read_whole_path,
	  .about = "/run/flannel/subnet.env",
	  AT(env_file),
	  .position = offsetof(struct network_config, env_file_at) },
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
		.cidr6_at = at,
		.gateway_at = at,
		.env_file_at = at,
		.vni = VNI_NONE,
		.learning = true,
		.l2miss = true,
		.l3miss = true,
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
	if (n->in_etcd)
		read_in_etcd(r, map, n);
	else if (!item_find(map, "vni"))
		read_refuse(r, PLAN_E_MISSING_KEY, map->key, "expected: a key such as \"vni: 100\"",
			    "%s has no \"vni\"", where);
	read_division(r, map, n);
	if (!item_find(map, "device") && n->vni != VNI_NONE && !network_name_device(n))
		r->no_memory = true;
	read_routing(r, map, n);
}

/* For @count more. */
static bool make_room(struct reader *r, size_t count)
{
	struct cluster *c = r->cluster;
	struct network_config *more;

	if (count == 0)
		return false;
	more = reallocarray(c->networks, c->network_count + count, sizeof(*more));
	if (!more) {
		r->no_memory = true;
		return false;
	}
	memset(more + c->network_count, 0, count * sizeof(*more));
	c->networks = more;
	return true;
}

void read_networks(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct cluster *c = r->cluster;

	(void)into;
	if (!expect_map(r, key->name, value))
		return;
	if (!make_room(r, value->count))
		return;
	for (const struct item *child = value->first; child; child = child->next)
		read_network(r, child, &c->networks[c->network_count++]);
}
