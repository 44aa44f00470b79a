/* What this node has of a divided network, for those who give containers their addresses. */
#include <stdlib.h>

#include "item.h"
#include "plan/env.h"

json_t *item_of_env(const struct plan_network *n)
{
	struct env_line lines[ENV_LINES];
	unsigned count = env_lines(n, lines);
	json_t *item = json_object();

	json_object_set_new(item, "network", json_text(n->config->name));
	for (unsigned i = 0; i < count; i++)
		json_object_set_new(item, lines[i].name, json_string(lines[i].value));
	return item;
}

/* -- A CNI configuration list (CNI specification 0.4.0; plugins bridge and host-local) -- */

/* Addresses of a subnet that are not to be handed out, sorted. */
struct taken {
	struct addr *list;
	size_t count;
};

static int compare(const void *left, const void *right)
{
	const struct addr *a = left, *b = right;

	return memcmp(a->octet, b->octet, sizeof(a->octet));
}

/* The hosts that the file puts there; false when memory is short. */
static bool find_taken(const struct network_config *n, struct prefix subnet, struct taken *out)
{
	size_t most = 1;

	for (size_t i = 0; i < n->host_count; i++)
		most += n->hosts[i].ip_count;
	*out = (struct taken) { .list = calloc(most, sizeof(*out->list)) };
	for (size_t i = 0; out->list && i < n->host_count; i++)
		for (size_t k = 0; k < n->hosts[i].ip_count; k++)
			if (prefix_contains(subnet, n->hosts[i].ips[k]))
				out->list[out->count++] = n->hosts[i].ips[k];
	if (out->list)
		qsort(out->list, out->count, sizeof(*out->list), compare);
	return out->list;
}

static bool is_before(struct addr a, struct addr b)
{
	return compare(&a, &b) < 0;
}

/* The address one further on (-1: before); the range of a subnet has room for both. */
static struct addr beside(struct addr a, int step)
{
	size_t i = addr_size(a);

	while (i-- > 0) {
		a.octet[i] = (uint8_t)(a.octet[i] + step);
		if (a.octet[i] != (step > 0 ? 0 : UINT8_MAX))
			break;
	}
	return a;
}

/* host-local leaves the gateway out by itself. */
static void put_range(json_t *ranges, struct prefix link, struct addr gateway, struct addr from,
		      struct addr to)
{
	char text[PREFIX_TEXT];
	json_t *range = json_object();

	json_object_set_new(range, "subnet", json_string(prefix_text(link, text)));
	json_object_set_new(range, "rangeStart", json_string(addr_text(from, text)));
	json_object_set_new(range, "rangeEnd", json_string(addr_text(to, text)));
	if (gateway.family)
		json_object_set_new(range, "gateway", json_string(addr_text(gateway, text)));
	json_array_append_new(ranges, range);
}

/* A flat network is one link, on which each node has a part. */
static struct prefix link_of(const struct network_config *n, struct prefix subnet)
{
	return n->routing == ROUTING_FLAT ? network_cidr(n, subnet.addr.family) : subnet;
}

/* The subnet less its base, its broadcast address and the hosts. */
static json_t *ranges_of(const struct prefix link, struct prefix subnet, struct addr gateway,
			 const struct taken *taken)
{
	struct addr from = beside(subnet.addr, 1), last = prefix_last(subnet);
	json_t *ranges = json_array();

	if (subnet.addr.family == ADDR_V4)
		last = beside(last, -1);
	for (size_t i = 0; i < taken->count; i++) {
		struct addr host = taken->list[i];

		if (is_before(from, host))
			put_range(ranges, link, gateway, from, beside(host, -1));
		if (!is_before(host, from))
			from = beside(host, 1);
	}
	if (!is_before(last, from))
		put_range(ranges, link, gateway, from, last);
	return ranges;
}

static int add_family(json_t *ipam, const struct plan_network *n, struct prefix subnet,
		      struct ifaddress gateway)
{
	const struct prefix link = link_of(n->config, subnet);
	struct taken taken;
	json_t *ranges;

	if (!subnet.addr.family)
		return 0;
	if (!find_taken(n->config, subnet, &taken))
		return -1;
	ranges = ranges_of(link, subnet, gateway.addr, &taken);
	free(taken.list);
	if (json_array_size(ranges) == 0)
		json_decref(ranges);
	else
		json_array_append_new(json_object_get(ipam, "ranges"), ranges);
	return 0;
}

static json_t *ipam_of(const struct plan_network *n)
{
	json_t *ipam = json_pack("{s:s, s:[]}", "type", "host-local", "ranges");

	if (add_family(ipam, n, n->subnet.prefix, n->gateway) == 0 &&
	    add_family(ipam, n, n->subnet6.prefix, n->gateway6) == 0)
		return ipam;
	json_decref(ipam);
	return NULL;
}

/* In a routed network the link of the containers is a bridge that the plugin makes. */
static json_t *bridge_of(const struct network_config *n)
{
	return n->routing == ROUTING_FLAT ? json_text(n->bridge) : json_sprintf("cni%u", n->vni);
}

/* Without portmap an engine would publish no port (podman run -p), and not say so. */
json_t *item_of_cni(const struct plan_network *n)
{
	bool gateway = n->gateway.addr.family || n->gateway6.addr.family;
	json_t *ipam = ipam_of(n);

	if (!ipam)
		return NULL;
	return json_pack("{s:s, s:o, s:[{s:s, s:o, s:b, s:b, s:b, s:i, s:o}, {s:s, s:{s:b}}]}",
			 "cniVersion", "0.4.0", "name", json_text(n->config->name), "plugins",
			 "type", "bridge", "bridge", bridge_of(n->config), "isGateway", gateway,
			 "isDefaultGateway", gateway, "ipMasq", 0, "mtu", (int)n->mtu, "ipam", ipam,
			 "type", "portmap", "capabilities", "portMappings", 1);
}
