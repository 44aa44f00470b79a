#include "apply.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

uint32_t origin_at(struct applying *a, struct position at)
{
	char words[512];
	struct text text = text_in(words, sizeof(words));
	uint32_t origin;

	if (at.line)
		text_add(&text, "%s:%u", a->cluster->file, at.line);
	else
		text_add(&text, "link add");
	origin = origins_add_line(a->tables->origins, words);
	if (!origin)
		a->no_memory = true;
	return origin;
}

bool apply_peer(struct applying *a, struct addr addr, struct peer_ref *out)
{
	if (peers_add(a->tables->peers, addr, out))
		return true;
	a->no_memory = true;
	return false;
}

/* The port on which the peer takes the network anyway is written as 0, so that lists of networks on
 * different ports are equal, and what is learned follows the node as well. */
static bool to_port(struct applying *a, struct addr addr, uint16_t usual, uint16_t port,
		    struct destination *out)
{
	*out = (struct destination) { .port = port == usual ? 0 : port };
	return apply_peer(a, addr, &out->peer);
}

static bool to_usual_port(struct applying *a, struct addr addr, struct destination *out)
{
	return to_port(a, addr, 0, 0, out);
}

bool apply_to_node(struct applying *a, uint32_t node, struct destination *out)
{
	struct addr addr = derive_addr(a->cluster, a->plan->node, node);

	if (node == a->plan->node || !addr.family)
		return false;
	return to_usual_port(a, addr, out);
}

bool apply_to_second(struct applying *a, struct addr addr, struct destination *out)
{
	return to_usual_port(a, addr, out);
}

bool apply_to_addr(struct applying *a, const struct network *n, const struct network_config *config,
		   struct addr addr, uint16_t port, struct destination *out)
{
	uint32_t node = claims_find(&a->claims, addr);
	uint16_t usual = node == NODE_NONE ? n->port : derive_port(a->cluster, config, node);

	if (derive_is_self(a->cluster, a->plan->node, addr))
		return false;
	if (!port && node == NODE_NONE)
		port = config->port ? config->port : a->cluster->underlay.port;
	return to_port(a, addr, usual, port, out);
}

/* -- The flood list -- */

static void gather_peers(struct applying *a, const struct network_config *config)
{
	uint32_t count = network_member_count(a->cluster, config);
	struct destination to;

	for (uint32_t i = 0; i < count; i++)
		if (apply_to_node(a, network_member(config, i), &to))
			gather(a, to);
}

static void gather_list(struct applying *a, const struct network *n,
			const struct network_config *config)
{
	struct destination to;

	for (size_t i = 0; i < config->flood_count; i++) {
		const struct target *target = &config->flood_list[i];
		bool is_node = target->node != NODE_NONE;

		if (is_node ? apply_to_node(a, target->node, &to)
			    : apply_to_addr(a, n, config, target->addr, 0, &to))
			gather(a, to);
	}
}

/* Lines of the all-zero MAC extend the list, as `bridge fdb append` does. */
static void gather_zero_lines(struct applying *a, const struct network *n,
			      const struct network_config *config)
{
	struct destination to;

	for (size_t i = 0; i < config->fdb_count; i++) {
		const struct fdb_line *line = &config->fdb[i];

		if (mac_is_zero(line->mac) &&
		    apply_to_addr(a, n, config, line->dst, line->port, &to))
			gather(a, to);
	}
}

/* Are other destinations meant than all the nodes? */
static bool has_others(const struct network_config *config)
{
	return config->members || config->fdb_count > 0 || config->flood_count > 0;
}

static struct flood_list *list_of_flood(struct applying *a, struct network *n,
					const struct network_config *config)
{
	struct destination to;

	gather_begin(a);
	if (config->flood == FLOOD_PEERS)
		gather_peers(a, config);
	else if (config->flood == FLOOD_LIST)
		gather_list(a, n, config);
	else if (config->flood == FLOOD_GROUP && to_usual_port(a, config->group, &to))
		gather(a, to);
	gather_zero_lines(a, n, config);
	return a->gathered.count > 0 ? share_list(a) : NULL;
}

static void apply_flood(struct applying *a, struct network *n, const struct network_config *config)
{
	bool all = config->flood == FLOOD_PEERS && !has_others(config);

	if (all && a->all_nodes)
		n->flood = flood_list_hold(a->all_nodes);
	else
		n->flood = list_of_flood(a, n, config);
	if (all)
		a->all_nodes = n->flood;
	if (n->flood)
		n->flood_origin = origin_at(a, config->flood_at);
}

/* -- Who may speak -- */

static void gather_speaker(struct applying *a, struct addr addr)
{
	struct destination to = { .port = 0 };

	if (addr.family && !addr_is_multicast(addr) &&
	    !derive_is_self(a->cluster, a->plan->node, addr) && apply_peer(a, addr, &to.peer))
		gather(a, to);
}

static struct peer_set *set_of_members(struct applying *a, const struct network_config *config)
{
	uint32_t count = network_member_count(a->cluster, config);

	gather_begin(a);
	for (uint32_t i = 0; i < count; i++) {
		const struct node *node = &a->cluster->nodes[network_member(config, i)];

		if (node == &a->cluster->nodes[a->plan->node])
			continue;
		gather_speaker(a, node->address);
		gather_speaker(a, node->address6);
	}
	for (size_t i = 0; i < config->flood_count; i++)
		gather_speaker(a, config->flood_list[i].addr);
	for (size_t i = 0; i < config->fdb_count; i++)
		gather_speaker(a, config->fdb[i].dst);
	return share_set(a);
}

static void apply_members(struct applying *a, struct network *n,
			  const struct network_config *config)
{
	bool all = !has_others(config);

	if (a->cluster->underlay.accept == ACCEPT_ANY)
		return;
	if (all && a->all_speakers)
		n->members = peer_set_hold(a->all_speakers);
	else
		n->members = set_of_members(a, config);
	if (all)
		a->all_speakers = n->members;
}

/* -- Networks -- */

static struct budget budget_of(uint64_t rate)
{
	return (struct budget) { .rate = rate, .tokens = rate };
}

/* In the tables. */
static uint16_t number_of(const struct plan *plan, uint16_t endpoint)
{
	return endpoint == ENDPOINT_NONE ? ENDPOINT_NONE : plan->endpoints[endpoint].number;
}

static void apply_rules(const struct applying *a, struct network *n,
			const struct plan_network *from)
{
	const struct network_config *config = from->config;

	n->port = from->port;
	n->own_port = config->port != 0;
	n->vtep = from->mac;
	n->endpoint_v4 = number_of(a->plan, from->endpoint_v4);
	n->endpoint_v6 = number_of(a->plan, from->endpoint_v6);
	n->mtu = from->mtu;
	n->learning = config->learning;
	n->l2miss = config->l2miss;
	n->l3miss = config->l3miss;
	n->strict_reserved = config->strict_reserved;
	n->drop_vlan = config->drop_vlan;
	n->arp = config->arp;
	n->tos = a->cluster->underlay.tos;
	n->tos_inherit = a->cluster->underlay.tos_inherit;
	n->offload = config->offload;
	n->bum = budget_of(config->bum_limit);
	n->too_big = budget_of(NETWORK_ANSWERS);
}

static bool listen_on(struct applying *a, struct network *n, uint16_t endpoint)
{
	return endpoint == ENDPOINT_NONE || tables_listen(a->tables, n, endpoint);
}

bool apply_network(struct applying *a, struct plan_network *from, struct network *n)
{
	const struct network_config *config = from->config;

	if (!n)
		return false;
	from->id = n->id;
	apply_rules(a, n, from);
	if (!listen_on(a, n, n->endpoint_v4) || !listen_on(a, n, n->endpoint_v6))
		return false;
	apply_flood(a, n, config);
	apply_members(a, n, config);
	apply_entries(a, n, config);
	if (config->routing != ROUTING_FLAT)
		apply_vteps(a, n, from);
	if (config->dhcp && from->gateway.addr.family == ADDR_V4)
		apply_bindings(a, n, from);
	return !a->no_memory;
}

struct network *apply_new_network(struct applying *a, const struct plan_network *from)
{
	const struct network_config *config = from->config;

	return tables_add_network(a->tables, config->name, config->vni, config->max_fdb,
				  config->ageing);
}

struct endpoint apply_endpoint(const struct plan *plan, const struct plan_endpoint *from)
{
	struct endpoint e = {
		.addr = from->bind,
		.port = from->port,
		.own_port = from->port != node_port(plan->cluster, plan->node),
		.mtu = from->mtu,
	};

	snprintf(e.interface, sizeof(e.interface), "%s", from->interface ? from->interface : "");
	return e;
}

bool apply_new_endpoint(struct applying *a, struct plan_endpoint *from)
{
	from->number = tables_add_endpoint(a->tables, apply_endpoint(a->plan, from));
	return from->number != ENDPOINT_NONE;
}

struct applying *applying_new(struct plan *plan, struct tables *tables)
{
	struct applying *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->plan = plan;
	a->cluster = plan->cluster;
	a->tables = tables;
	if (claims_make(plan->cluster, &a->claims))
		return a;
	applying_free(a);
	return NULL;
}

void applying_free(struct applying *a)
{
	shared_free(a);
	claims_free(&a->claims);
	free(a);
}

/* -- The nodes' own ports -- */

static bool is_elsewhere(const struct plan *plan, uint32_t node)
{
	return node_port(plan->cluster, node) != node_port(plan->cluster, plan->node);
}

bool apply_nodes(struct applying *a)
{
	const struct cluster *c = a->cluster;
	struct peer_ref ref;

	for (uint32_t i = 0; i < c->node_count && !a->no_memory; i++) {
		struct addr addrs[] = { c->nodes[i].address, c->nodes[i].address6 };

		for (size_t k = 0; is_elsewhere(a->plan, i) && k < 2; k++)
			if (addrs[k].family)
				apply_peer(a, addrs[k], &ref);
	}
	return !a->no_memory;
}

static void set_port(struct peers *peers, struct addr addr, uint16_t port)
{
	struct peer_ref ref;

	if (peers_find(peers, addr, &ref))
		peers_set_port(peers, ref, port);
}

void apply_node_ports(const struct plan *plan, struct peers *peers)
{
	const struct cluster *c = plan->cluster;

	peers_forget_ports(peers);
	for (uint32_t i = 0; i < c->node_count; i++) {
		if (!is_elsewhere(plan, i))
			continue;
		set_port(peers, c->nodes[i].address, node_port(c, i));
		set_port(peers, c->nodes[i].address6, node_port(c, i));
	}
}

bool plan_apply(struct plan *plan, struct tables *tables)
{
	struct applying *a = applying_new(plan, tables);
	bool done = a;

	for (uint16_t i = 0; done && i < plan->endpoint_count; i++)
		done = apply_new_endpoint(a, &plan->endpoints[i]);
	for (uint32_t i = 0; done && i < plan->network_count; i++)
		done = apply_network(a, &plan->networks[i],
				     apply_new_network(a, &plan->networks[i]));
	done = done && apply_nodes(a);
	if (a)
		applying_free(a);
	apply_node_ports(plan, tables->peers);
	return done;
}
