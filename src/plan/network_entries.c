/* A network's hosts, fdb and neigh. */
#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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
		read_refuse(r, PLAN_E_MAC, value, "expected: the MAC of one interface",
			    "%s %s is %s", key->name, value->text,
			    mac_is_zero(mac) ? "zero" : "a group's");
}

/* An address that a host can have. */
static bool take_host_ip(struct reader *r, const char *name, const struct item *value,
			 struct addr *out)
{
	if (!take_addr(r, name, value, out))
		return false;
	if (!addr_is_nobodys(*out))
		return true;
	read_refuse(r, PLAN_E_ADDRESS, value, "expected: the address of one host",
		    "%s %s is no host's", name, value->text);
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

static const char mac_example[] = "\"mac: '52:54:00:aa:bb:cc'\"";

static const struct key host_keys[] = {
	{ .name = "node",
	  .read = read_node,
	  .offset = offsetof(struct host, node),
	  .required = true,
	  .example = "\"node: node1\"" },
	{ .name = "ip",
	  .read = read_host_ips,
	  .position = offsetof(struct host, ip_at),
	  .required = true,
	  .example = "\"ip: 10.9.0.3\"" },
	{ .name = "mac",
	  .read = read_station,
	  .offset = offsetof(struct host, mac),
	  .position = offsetof(struct host, mac_at),
	  .required = true,
	  .example = mac_example },
};

void read_hosts(struct reader *r, const struct key *key, const struct item *value, void *into)
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

	if (take_addr(r, key->name, value, &addr) && read_is_destination(r, value, addr))
		*(struct addr *)into = addr;
}

static const struct key fdb_keys[] = {
	{ .name = "mac",
	  .read = read_mac,
	  .offset = offsetof(struct fdb_line, mac),
	  .position = offsetof(struct fdb_line, mac_at),
	  .required = true,
	  .example = mac_example },
	{ .name = "dst",
	  .read = read_destination,
	  .offset = offsetof(struct fdb_line, dst),
	  .position = offsetof(struct fdb_line, dst_at),
	  .required = true,
	  .example = "\"dst: 192.0.2.2\"" },
	{ .name = "port",
	  .read = read_u16,
	  .offset = offsetof(struct fdb_line, port),
	  .min = 1,
	  .max = 65535 },
};

void read_fdb(struct reader *r, const struct key *key, const struct item *value, void *into)
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
		if (expect_map(r, "a line of fdb", child))
			read_map(r, child, fdb_keys, COUNT(fdb_keys), where, line);
	}
}

static const struct key neigh_keys[] = {
	{ .name = "ip",
	  .read = read_host_ip,
	  .offset = offsetof(struct neigh_line, ip),
	  .position = offsetof(struct neigh_line, ip_at),
	  .required = true,
	  .example = "\"ip: 10.9.0.3\"" },
	{ .name = "mac",
	  .read = read_station,
	  .offset = offsetof(struct neigh_line, mac),
	  .required = true,
	  .example = mac_example },
	{ .name = "router", .read = read_bool, .offset = offsetof(struct neigh_line, router) },
};

void read_neigh(struct reader *r, const struct key *key, const struct item *value, void *into)
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
		if (expect_map(r, "a line of neigh", child))
			read_map(r, child, neigh_keys, COUNT(neigh_keys), where, line);
	}
}
