/* What clients on this node's ports get: the addresses of its subnet, less those of the file. */
#include <stdio.h>
#include <stdlib.h>

#include "apply.h"
#include "table/bindings.h"

struct mac plan_gateway_mac(struct mac vtep)
{
	vtep.octet[5] ^= 1;
	return vtep;
}

static void fill_told(struct dhcp_terms *terms, const struct dhcp_config *from)
{
	terms->duration = from->lease;
	terms->server_count = (uint32_t)from->server_count;
	memcpy(terms->servers, from->servers, sizeof(terms->servers));
	snprintf(terms->domain, sizeof(terms->domain), "%s", from->domain ? from->domain : "");
	terms->route_count = (uint32_t)from->route_count;
	for (size_t i = 0; i < from->route_count; i++) {
		terms->routes[i] = from->routes[i];
		if (!terms->routes[i].via.family)
			terms->routes[i].via = terms->gateway.addr;
	}
}

static struct dhcp_terms terms_of(const struct plan_network *from)
{
	struct dhcp_terms terms = {
		.pool = from->subnet.prefix,
		.gateway = from->gateway,
		.mac = plan_gateway_mac(from->mac),
		.mtu = from->mtu,
	};

	fill_told(&terms, from->config->dhcp);
	return terms;
}

static size_t count_addresses(const struct network_config *config)
{
	size_t count = config->neigh_count;

	for (size_t i = 0; i < config->host_count; i++)
		count += config->hosts[i].ip_count;
	return count;
}

static size_t add_host(struct reservation *out, const struct host *host, bool own)
{
	size_t count = 0;

	for (size_t i = 0; i < host->ip_count; i++)
		if (host->ips[i].family == ADDR_V4)
			out[count++] = (struct reservation) { .ip = host->ips[i],
							      .mac = host->mac,
							      .given = own,
							      .name = host->name };
	return count;
}

/* All IPv4 addresses of the file in this network. */
static size_t gather_addresses(const struct applying *a, const struct network_config *config,
			       struct reservation *out)
{
	size_t count = 0;

	for (size_t i = 0; i < config->host_count; i++)
		count += add_host(out + count, &config->hosts[i],
				  config->hosts[i].node == a->plan->node);
	for (size_t i = 0; i < config->neigh_count; i++)
		if (config->neigh[i].ip.family == ADDR_V4)
			out[count++] = (struct reservation) { .ip = config->neigh[i].ip };
	return count;
}

void apply_bindings(struct applying *a, struct network *n, const struct plan_network *from)
{
	const struct network_config *config = from->config;
	const struct dhcp_terms terms = terms_of(from);
	struct reservation *list = calloc(count_addresses(config) + 1, sizeof(*list));

	if (list)
		n->bindings = bindings_new(&terms, list, gather_addresses(a, config, list),
					   a->tables->secret);
	if (n->bindings)
		bindings_be_known(n->bindings, false);
	else
		a->no_memory = true;
	free(list);
}
