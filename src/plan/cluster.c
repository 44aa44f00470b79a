#include "plan/cluster.h"

#include <stdlib.h>

#include "base/text.h"
#include "nodes.h"
#include "scalar.h"
#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void read_version(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	uint64_t version;
	const char *text = expect_scalar(r, key->name, value, "1");
	char word[SHOWN];

	(void)into;
	if (text && !(value->plain && scalar_integer(text, &version) == NUMBER_OK && version == 1))
		read_refuse(r, PLAN_E_VERSION, value, "expected: 1, without quotes",
			    "version is \"%s\"", text_shown(text, word));
}

static const struct key top_keys[] = {
	{ .name = "version", .read = read_version, .required = true, .example = "\"version: 1\"" },
	{ .name = "name",
	  .read = read_name,
	  .offset = offsetof(struct cluster, name),
	  .required = true,
	  .example = "\"name: demo\"" },
	{ .name = "underlay", .read = read_underlay },
	{ .name = "nodes",
	  .read = read_nodes,
	  .required = true,
	  .example = "\"nodes: { node1: { address: 192.0.2.1 } }\"" },
	{ .name = "networks",
	  .read = read_networks,
	  .required = true,
	  .example = "\"networks: { blue: { vni: 100 } }\"" },
	{ .name = "leases", .read = read_leases },
};

struct cluster *cluster_read(const char *file, const char *text, size_t len, struct errors *errors)
{
	struct cluster *cluster = calloc(1, sizeof(*cluster));
	struct reader r = { .cluster = cluster, .errors = errors, .where = "" };
	struct item *root = NULL;

	if (!cluster)
		return NULL;
	cluster->underlay = (struct underlay) {
		.port = 4789,
		.sources = 16,
		.source_min = 49152,
		.source_max = 65535,
		.checksum = true,
		.max_peers = 1024,
		.ttl = 64,
	};
	cluster->file = read_copy(&r, file);
	cluster->leases_path = read_copy(&r, "leases.yaml");
	if (!document_read(text, len, errors, &root))
		r.no_memory = true;
	/* A file that is not YAML to its end gets no second error for each thing that is missing.
	 */
	else if (!root && errors->error_count == 0)
		errors_add(errors, SEVERITY_ERROR, PLAN_E_MISSING_KEY, (struct position) { 0 },
			   "expected: at least the keys version, name, nodes and networks",
			   "the file is empty");
	else if (root && expect_map(&r, "the cluster file", root)) {
		read_map(&r, root, top_keys, COUNT(top_keys), "", cluster);
		read_leased(&r, root);
	}
	item_free(root);
	free(r.seen);
	if (!r.no_memory)
		return cluster;
	cluster_free(cluster);
	return NULL;
}

/* Maps are nested no deeper than DOCUMENT_DEPTH. */
static void forget_positions(struct item *item)
{
	for (; item; item = item->next) {
		item->at = (struct position) { 0 };
		if (item->key)
			item->key->at = item->at;
		forget_positions(item->first);
	}
}

bool cluster_add(struct cluster *cluster, const char *text, size_t len, struct errors *errors)
{
	static const struct key keys[] = { { .name = "networks", .read = read_networks } };
	struct reader r = { .cluster = cluster, .errors = errors, .where = "" };
	struct item *root = NULL;

	if (!document_read(text, len, errors, &root))
		r.no_memory = true;
	else if (root && expect_map(&r, "what is made", root)) {
		forget_positions(root);
		read_map(&r, root, keys, COUNT(keys), "", cluster);
	}
	item_free(root);
	free(r.seen);
	return !r.no_memory;
}

void cluster_free(struct cluster *cluster)
{
	if (!cluster)
		return;
	for (uint32_t i = 0; i < cluster->node_count; i++) {
		free(cluster->nodes[i].name);
		free(cluster->nodes[i].interface);
		free(cluster->nodes[i].lease);
	}
	for (uint32_t i = 0; i < cluster->network_count; i++)
		network_config_free(&cluster->networks[i]);
	free(cluster->nodes);
	free(cluster->by_name);
	free(cluster->networks);
	etcd_config_free(cluster->etcd);
	free(cluster->leases_path);
	free(cluster->name);
	free(cluster->file);
	free(cluster);
}

/* -- underlay -- */

static const struct word accept_words[] = {
	{ "nodes", ACCEPT_NODES },
	{ "any", ACCEPT_ANY },
	{ NULL, 0 },
};

/* "auto" is 0. */
static void read_underlay_mtu(struct reader *r, const struct key *key, const struct item *value,
			      void *into)
{
	if (value->kind == ITEM_SCALAR && strcmp(value->text, "auto") == 0)
		*(uint32_t *)into = 0;
	else
		read_u32(r, key, value, into);
}

static void read_ttl(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	read_u8(r, key, value, into);
	r->cluster->underlay.ttl_given = true;
}

static void read_tos(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct underlay *underlay = &r->cluster->underlay;

	if (value->kind == ITEM_SCALAR && strcmp(value->text, "inherit") == 0) {
		underlay->tos_inherit = true;
		return;
	}
	read_u8(r, key, value, into);
	if (underlay->tos % 4 != 0)
		read_refuse(r, PLAN_E_RANGE, value,
			    "expected: a multiple of 4 in 0..252, or inherit",
			    "tos %u sets the two lowest bits, which are ECN's and follow RFC 6040",
			    underlay->tos);
}

static void read_source_range(struct reader *r, const struct key *key, const struct item *value,
			      void *into)
{
	struct underlay *underlay = &r->cluster->underlay;
	uint64_t min, max;

	(void)into;
	if (!expect_list(r, key->name, value))
		return;
	if (value->count != 2) {
		read_refuse(r, PLAN_E_KIND, value, "expected: [first, last]",
			    "%s has %zu element%s instead of two", key->name, value->count,
			    text_plural(value->count));
		return;
	}
	if (!take_integer(r, key, value->first, &min) || !take_integer(r, key, value->last, &max))
		return;
	if (min > max) {
		read_refuse(r, PLAN_E_RANGE, value, "expected: [first, last]",
			    "%s ends at %s, before it begins at %s", key->name, value->last->text,
			    value->first->text);
		return;
	}
	underlay->source_min = (uint16_t)min;
	underlay->source_max = (uint16_t)max;
}

/* After both were read. */
static void check_source_range(struct reader *r, const struct item *map)
{
	const struct underlay *u = &r->cluster->underlay;
	const struct item *value = item_find(map, "source-port-range");
	uint32_t ports = (uint32_t)(u->source_max - u->source_min) + 1;

	if (u->sources > 1 && ports < u->sources)
		read_refuse(r, PLAN_E_SOURCE_PORTS, value ? value : map,
			    "help: widen the range, or set source-ports lower",
			    "%u source-ports do not fit into a source-port-range of %u", u->sources,
			    ports);
}

static const struct key underlay_keys[] = {
	{ .name = "port",
	  .read = read_u16,
	  .offset = offsetof(struct underlay, port),
	  .min = 1,
	  .max = 65535 },
	{ .name = "source-ports",
	  .read = read_u16,
	  .offset = offsetof(struct underlay, sources),
	  .min = 1,
	  .max = 64 },
	{ .name = "source-port-range", .read = read_source_range, .min = 1, .max = 65535 },
	{ .name = "mtu",
	  .read = read_underlay_mtu,
	  .offset = offsetof(struct underlay, mtu),
	  .min = 576,
	  .max = 65535,
	  .instead = "auto" },
	{ .name = "checksum", .read = read_bool, .offset = offsetof(struct underlay, checksum) },
	{ .name = "accept",
	  .read = read_word,
	  .offset = offsetof(struct underlay, accept),
	  .words = accept_words },
	{ .name = "max-peers",
	  .read = read_u32,
	  .offset = offsetof(struct underlay, max_peers),
	  .min = 1,
	  .max = 1 << 20 },
	{ .name = "ttl",
	  .read = read_ttl,
	  .offset = offsetof(struct underlay, ttl),
	  .min = 1,
	  .max = 255 },
	{ .name = "tos",
	  .read = read_tos,
	  .offset = offsetof(struct underlay, tos),
	  .max = 252,
	  .instead = "inherit",
	  .about = "in steps of 4" },
};

void read_underlay(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	(void)into;
	if (!expect_map(r, key->name, value))
		return;
	read_map(r, value, underlay_keys, COUNT(underlay_keys), "underlay", &r->cluster->underlay);
	check_source_range(r, value);
}

/* -- nodes -- */

/* An address of one family (key->min) that a packet can be sent to. */
static void read_vtep(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct addr addr;

	if (!take_addr(r, key->name, value, &addr))
		return;
	if (addr.family != key->min)
		read_refuse(r, PLAN_E_ADDRESS, value, key->about, "%s %s is an IPv%u address",
			    key->name, value->text, addr.family);
	else if (addr_is_nobodys(addr))
		read_refuse(r, PLAN_E_ADDRESS, value, "expected: an address of one machine",
			    "%s %s is no machine's", key->name, value->text);
	else if (addr.family == ADDR_V6 && addr_is_link_local(addr))
		read_refuse(r, PLAN_E_ADDRESS, value,
			    "expected: an address that holds beyond one link",
			    "%s %s is link-local: it says nothing without an interface", key->name,
			    value->text);
	else
		*(struct addr *)into = addr;
}

/* The second family first, so that a position shared by both is the first family's. */
static const struct key node_keys[] = {
	{ .name = "address6",
	  .read = read_vtep,
	  .offset = offsetof(struct node, address6),
	  .position = offsetof(struct node, address_at),
	  .min = ADDR_V6,
	  .about = "help: an IPv4 address goes under \"address\"" },
	{ .name = "address",
	  .read = read_vtep,
	  .offset = offsetof(struct node, address),
	  .position = offsetof(struct node, address_at),
	  .min = ADDR_V4,
	  .about = "help: an IPv6 address goes under \"address6\"" },
	{ .name = "bind6",
	  .read = read_vtep,
	  .offset = offsetof(struct node, bind6),
	  .position = offsetof(struct node, bind_at),
	  .min = ADDR_V6,
	  .about = "help: an IPv4 address goes under \"bind\"" },
	{ .name = "bind",
	  .read = read_vtep,
	  .offset = offsetof(struct node, bind),
	  .position = offsetof(struct node, bind_at),
	  .min = ADDR_V4,
	  .about = "help: an IPv6 address goes under \"bind6\"" },
	{ .name = "interface",
	  .read = read_interface,
	  .offset = offsetof(struct node, interface),
	  .position = offsetof(struct node, interface_at) },
	{ .name = "port",
	  .read = read_u16,
	  .offset = offsetof(struct node, port),
	  .min = 1,
	  .max = 65535 },
};

/* `bind` says where the packets for `address` arrive, so it cannot be there alone. */
static void check_bind(struct reader *r, const struct item *map, const char *address,
		       const char *bind)
{
	const struct item *value = item_find(map, bind);

	if (value && !item_find(map, address))
		read_refuse(r, PLAN_E_MISSING_KEY, value,
			    "help: bind is where packets for address arrive, so both are given",
			    "%s is given, and \"%s\" is not", bind, address);
}

static void read_one_node(struct reader *r, const struct item *map, struct node *node)
{
	char where[SHOWN + 16], name[SHOWN];

	node->at = node->address_at = map->key->at;
	node->name = read_copy(r, map->key->text);
	take_name(r, "node", map->key);
	snprintf(where, sizeof(where), "nodes.%s", text_shown(map->key->text, name));
	if (!expect_map(r, where, map))
		return;
	read_map(r, map, node_keys, COUNT(node_keys), where, node);
	if (!item_find(map, "address") && !item_find(map, "address6"))
		read_refuse(r, PLAN_E_MISSING_KEY, map->key,
			    "expected: a key such as \"address: 192.0.2.1\"",
			    "%s has neither \"address\" nor \"address6\"", where);
	check_bind(r, map, "address", "bind");
	check_bind(r, map, "address6", "bind6");
	if (!node->bind.family)
		node->bind = node->address;
	if (!node->bind6.family)
		node->bind6 = node->address6;
}

static void sort_names(struct reader *r)
{
	struct cluster *c = r->cluster;

	if (r->no_memory) /* then a node may have no name, and must not be searched for */
		return;
	c->by_name = read_array(r, c->node_count, sizeof(*c->by_name));
	if (c->by_name)
		nodes_sort(c);
}

void read_nodes(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct cluster *c = r->cluster;

	(void)into;
	if (!expect_map(r, key->name, value))
		return;
	c->nodes = read_array(r, value->count, sizeof(*c->nodes));
	if (!c->nodes)
		return;
	for (const struct item *child = value->first; child; child = child->next)
		read_one_node(r, child, &c->nodes[c->node_count++]);
	sort_names(r);
}
