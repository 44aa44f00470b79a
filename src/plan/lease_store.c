/* `leases`: where the subnets come from, a file or etcd; and what etcd says then, the file does not. */
#include <stdlib.h>

#include "base/text.h"
#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { PREFIX_MOST = 128 };

/* -- etcd -- */

void etcd_config_free(struct etcd_config *etcd)
{
	if (!etcd)
		return;
	for (size_t i = 0; i < etcd->endpoint_count; i++)
		free(etcd->endpoints[i]);
	free(etcd->endpoints);
	free(etcd->prefix);
	free(etcd->username);
	free(etcd->password_file);
	free(etcd->ca);
	free(etcd->cert);
	free(etcd->key);
	free(etcd);
}

/* A scheme and what is behind it, without a path. */
static bool is_endpoint(const char *text)
{
	size_t scheme = strncmp(text, "http://", 7) == 0 ? 7 : 8;

	if (scheme == 8 && strncmp(text, "https://", 8) != 0)
		return false;
	return text[scheme] && text[scheme] != ':' && strlen(text) < 256 &&
	       !text[scheme + strcspn(text + scheme, "/@?# ")];
}

static void read_endpoint(struct reader *r, const struct item *value, struct etcd_config *etcd)
{
	static const char example[] = "expected: a URL such as \"http://192.0.2.1:2379\"";
	const char *text = expect_scalar(r, "endpoints", value, example + strlen("expected: "));
	char word[SHOWN];

	if (text && is_endpoint(text))
		etcd->endpoints[etcd->endpoint_count++] = read_copy(r, text);
	else if (text)
		read_refuse(r, PLAN_E_ADDRESS, value, example, "\"%s\" is no endpoint of etcd",
			    text_shown(text, word));
}

static void read_endpoints(struct reader *r, const struct key *key, const struct item *value,
			   void *into)
{
	struct etcd_config *etcd = into;

	if (!expect_list(r, key->name, value))
		return;
	if (value->count == 0)
		read_refuse(r, PLAN_E_KIND, value, "expected: at least one URL",
			    "the list of endpoints is empty");
	etcd->endpoints = read_array(r, value->count, sizeof(*etcd->endpoints));
	if (!etcd->endpoints)
		return;
	for (const struct item *child = value->first; child; child = child->next)
		read_endpoint(r, child, etcd);
}

static void read_prefix_key(struct reader *r, const struct key *key, const struct item *value,
			    void *into)
{
	const char *text = expect_scalar(r, key->name, value, "a key such as /coreos.com/network");
	char word[SHOWN];

	if (!text)
		return;
	if (text[0] == '/' && text[1] && text[strlen(text) - 1] != '/' &&
	    strlen(text) < PREFIX_MOST)
		*(char **)into = read_copy(r, text);
	else
		read_refuse(r, PLAN_E_PATH, value,
			    "expected: a key such as /coreos.com/network, shorter than 128 bytes",
			    "%s is \"%s\"", key->name, text_shown(text, word));
}

static void read_text(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "a word");

	if (text)
		*(char **)into = read_copy(r, text);
}

#define AT(field) .offset = offsetof(struct etcd_config, field)

static const struct key etcd_keys[] = {
	{ .name = "endpoints",
	  .read = read_endpoints,
	  .required = true,
	  .example = "\"endpoints: [http://192.0.2.1:2379]\"" },
	{ .name = "prefix", .read = read_prefix_key, AT(prefix) },
	{ .name = "username", .read = read_text, AT(username) },
	{ .name = "password-file",
	  .read = read_whole_path,
	  AT(password_file),
	  .about = "/etc/vxs/password" },
	{ .name = "ca", .read = read_whole_path, AT(ca), .about = "/etc/vxs/ca.pem" },
	{ .name = "cert", .read = read_whole_path, AT(cert), .about = "/etc/vxs/cert.pem" },
	{ .name = "key", .read = read_whole_path, AT(key), .about = "/etc/vxs/key.pem" },
};

/* Two keys of which none is of use alone. */
static void pair(struct reader *r, const struct item *map, const char *one, const char *other)
{
	const struct item *value = item_find(map, one);

	if (value && !item_find(map, other))
		read_refuse(r, PLAN_E_MISSING_KEY, value->key, "help: give both, or neither",
			    "%s is given, and \"%s\" is not", one, other);
}

static void read_etcd(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct etcd_config *etcd = read_array(r, 1, sizeof(*etcd));

	(void)key;
	(void)into;
	r->cluster->etcd = etcd;
	if (!etcd || !expect_map(r, "leases.etcd", value))
		return;
	etcd->at = value->at;
	read_map(r, value, etcd_keys, COUNT(etcd_keys), "leases.etcd", etcd);
	if (!etcd->prefix)
		etcd->prefix = read_copy(r, "/coreos.com/network");
	pair(r, value, "username", "password-file");
	pair(r, value, "password-file", "username");
	pair(r, value, "cert", "key");
	pair(r, value, "key", "cert");
}

/* -- leases -- */

static void read_path(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "the name of a file");

	(void)into;
	if (!text)
		return;
	free(r->cluster->leases_path);
	r->cluster->leases_path = read_copy(r, text);
}

static const struct word store_words[] = { { "file", false }, { "etcd", true }, { NULL, 0 } };

static void read_store(struct reader *r, const struct key *key, const struct item *value,
		       void *into)
{
	static const struct key either = { .name = "store", .words = store_words };
	bool etcd;

	(void)key;
	(void)into;
	read_either(r, &either, value, &etcd);
}

static const struct key lease_keys[] = {
	{ .name = "store", .read = read_store },
	{ .name = "path", .read = read_path },
	{ .name = "etcd", .read = read_etcd },
};

static bool is_etcd(const struct item *leases)
{
	const struct item *store = item_find(leases, "store");

	return store && store->kind == ITEM_SCALAR && strcmp(store->text, "etcd") == 0;
}

void read_leases(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const struct item *etcd = item_find(value, "etcd");

	(void)into;
	if (!expect_map(r, key->name, value))
		return;
	read_map(r, value, lease_keys, COUNT(lease_keys), "leases", r->cluster);
	if (is_etcd(value) && !etcd)
		read_refuse(r, PLAN_E_MISSING_KEY, item_find(value, "store"),
			    "expected: a key such as "
			    "\"etcd: { endpoints: [http://192.0.2.1:2379] }\"",
			    "store is etcd, and leases has no \"etcd\"");
	if (etcd && !is_etcd(value))
		read_refuse(r, PLAN_E_MISSING_KEY, etcd->key,
			    "help: say \"store: etcd\", or leave it out",
			    "leases has \"etcd\", and its store is a file");
}

/* -- The network that is leased -- */

static void not_beside(struct reader *r, const struct item *map, const char *key, const char *hint)
{
	const struct item *value = item_find(map, key);

	if (value)
		read_refuse(r, PLAN_E_ETCD, value->key, hint,
			    "%s is given, and that is etcd's to say", key);
}

void read_in_etcd(struct reader *r, const struct item *map, struct network_config *n)
{
	static const char *const keys[] = { "vni",         "port",       "cidr",
					    "cidr6",       "routing",    "subnet-length",
					    "subnet-min",  "subnet-max", "subnet-length6",
					    "subnet-min6", "subnet-max6" };

	for (size_t i = 0; i < COUNT(keys); i++)
		not_beside(r, map, keys[i], "help: leave it out, or say \"config: file\"");
	n->vni = VNI_NONE;
	n->port = 0;
	n->cidr = n->cidr6 = (struct prefix) { .length = 0 };
	n->division = n->division6 = (struct division) { .length = 0 };
	n->routing = ROUTING_ROUTED;
}

static const struct item *item_of(const struct item *root, const struct network_config *n)
{
	const struct item *networks = item_find(root, "networks");

	return networks ? item_find(networks, n->name) : NULL;
}

static void take_leased(struct reader *r, const struct item *root, struct network_config *n,
			const struct network_config *other)
{
	const struct item *map = item_of(root, n);

	if (!map)
		return;
	n->leased = true;
	if (other)
		read_refuse(r, PLAN_E_ETCD, map->key,
			    "help: under one prefix flannel keeps one network",
			    "network \"%s\" is leased from etcd, and so would be \"%s\"",
			    other->name, n->name);
	if (!n->in_etcd && !n->division.length)
		read_refuse(r, PLAN_E_ETCD, map->key, "help: give cidr and subnet-length too",
			    "network \"%s\" has no IPv4, without which there are no leases in etcd",
			    n->name);
	not_beside(r, map, "nodes", "help: leave it out: who has a lease is a member");
	not_beside(r, map, "subnets",
		   "help: leave it out: a lease without an end is a reservation in etcd");
}

void read_leased(struct reader *r, const struct item *root)
{
	struct cluster *c = r->cluster;
	const struct network_config *first = NULL;

	for (uint32_t i = 0; i < c->network_count; i++) {
		struct network_config *n = &c->networks[i];

		if (!c->etcd && n->in_etcd)
			errors_add(
				r->errors, SEVERITY_ERROR, PLAN_E_ETCD, n->in_etcd_at,
				"help: leases: { store: etcd, etcd: { endpoints: [...] } }",
				"the configuration of network \"%s\" is in etcd, and leases does "
				"not say where that is",
				n->name);
		if (!c->etcd || (!n->in_etcd && !network_is_divided(n)))
			continue;
		take_leased(r, root, n, first);
		first = first ? first : n;
	}
	if (c->etcd && !first)
		errors_add(r->errors, SEVERITY_ERROR, PLAN_E_ETCD, c->etcd->at,
			   "help: give a network cidr and subnet-length, or config: etcd",
			   "subnets are leased from etcd, and no network is divided into any");
}
