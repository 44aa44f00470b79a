/* `dhcp` of a network: true, or a map of what clients are told. */
#include <stdlib.h>
#include <string.h>

#include "schema.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum {
	LEASE_USUAL = 3600, /* s */
	LEASE_MIN = 60,
	LEASE_MAX = 8760 * 3600,
	/* Bytes that the domain and the routes share in the 576 of a message (RFC 2131 §2), beside everything else at
	 * its longest. */
	SPARE = 127,
};

/* -- Lists -- */

static bool take_v4(struct reader *r, const struct key *key, const struct item *value,
		    struct addr *out)
{
	if (!take_addr(r, key->name, value, out))
		return false;
	if (out->family == ADDR_V4)
		return true;
	read_refuse(r, PLAN_E_ADDRESS, value, "expected: an IPv4 address", "%s %s is IPv6",
		    key->name, value->text);
	return false;
}

/* At most @most of them. */
static bool expect_some(struct reader *r, const struct key *key, const struct item *value,
			size_t most)
{
	if (!expect_list(r, key->name, value))
		return false;
	if (value->count <= most)
		return true;
	read_refuse(r, PLAN_E_DHCP, value, "help: one message has to hold them all",
		    "%s has %zu entries, and clients are told %zu", key->name, (size_t)value->count,
		    most);
	return false;
}

static void read_servers(struct reader *r, const struct key *key, const struct item *value,
			 void *into)
{
	struct dhcp_config *d = into;

	if (!expect_some(r, key, value, DHCP_SERVERS))
		return;
	for (const struct item *child = value->first; child; child = child->next)
		if (take_v4(r, key, child, &d->servers[d->server_count]))
			d->server_count++;
}

static void read_to(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct prefix to = { .length = 0 };

	read_prefix(r, key, value, &to);
	if (to.addr.family == ADDR_V6)
		read_refuse(r, PLAN_E_PREFIX, value, "expected: an IPv4 prefix", "to %s is IPv6",
			    value->text);
	else
		((struct dhcp_route *)into)->to = to;
}

static void read_via(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	take_v4(r, key, value, &((struct dhcp_route *)into)->via);
}

static const struct key route_keys[] = {
	{ .name = "to", .read = read_to, .required = true, .example = "\"to: 10.50.0.0/16\"" },
	{ .name = "via", .read = read_via },
};

static void read_routes(struct reader *r, const struct key *key, const struct item *value,
			void *into)
{
	struct dhcp_config *d = into;

	if (!expect_some(r, key, value, DHCP_ROUTES))
		return;
	for (const struct item *child = value->first; child; child = child->next)
		if (expect_map(r, "a route", child))
			read_map(r, child, route_keys, COUNT(route_keys), "a route",
				 &d->routes[d->route_count++]);
}

/* -- The map -- */

static const struct key dhcp_keys[] = {
	{ .name = "lease",
	  .read = read_duration,
	  .offset = offsetof(struct dhcp_config, lease),
	  .min = LEASE_MIN,
	  .max = LEASE_MAX,
	  .about = "at least 1m" },
	{ .name = "servers", .read = read_servers },
	{ .name = "domain", .read = read_name, .offset = offsetof(struct dhcp_config, domain) },
	{ .name = "routes", .read = read_routes },
};

/* Of routes as clients are told them (RFC 3442), with the default route, which then is one of them. */
static size_t length_of_routes(const struct dhcp_config *d)
{
	size_t len = d->route_count ? 2 + 5 : 0;

	for (size_t i = 0; i < d->route_count; i++)
		len += 5 + (d->routes[i].to.length + 7U) / 8;
	return len;
}

static void check_length(struct reader *r, const struct item *value, const struct dhcp_config *d)
{
	size_t len = length_of_routes(d) + (d->domain ? 2 + strlen(d->domain) : 0);

	if (len > SPARE)
		read_refuse(r, PLAN_E_DHCP, value->key,
			    "help: tell fewer routes, or a shorter domain",
			    "the routes and the domain take %zu bytes of a message, which has %d",
			    len, SPARE);
}

static void read_map_of(struct reader *r, const struct item *value, struct network_config *n)
{
	char where[SHOWN + 24];

	snprintf(where, sizeof(where), "%s.dhcp", r->where);
	read_map(r, value, dhcp_keys, COUNT(dhcp_keys), where, n->dhcp);
	check_length(r, value, n->dhcp);
}

void read_dhcp(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	struct network_config *n = into;
	bool on = true;

	if (value->kind == ITEM_SCALAR)
		read_bool(r, key, value, &on);
	else if (value->kind == ITEM_LIST)
		on = expect_map(r, key->name, value);
	if (!on)
		return;
	n->dhcp = read_array(r, 1, sizeof(*n->dhcp));
	if (!n->dhcp)
		return;
	n->dhcp->lease = LEASE_USUAL;
	n->dhcp->at = value->key->at;
	if (value->kind == ITEM_MAP)
		read_map_of(r, value, n);
}

void dhcp_config_free(struct dhcp_config *dhcp)
{
	if (dhcp)
		free(dhcp->domain);
	free(dhcp);
}
