/* What is said about subnets: in the cluster file's places. */
#include <stdio.h>

#include "allocate.h"
#include "base/text.h"

void allocation_report_pin(struct allocation *a, const struct pin *pin, enum addr_family family,
			   uint32_t holder)
{
	bool v6 = family == ADDR_V6;
	char text[PREFIX_TEXT];

	errors_add(a->errors, SEVERITY_ERROR, PLAN_E_DUPLICATE_SUBNET, v6 ? pin->v6_at : pin->v4_at,
		   "help: pin another, or take the line of the other node out of the lease file",
		   "subnet %s is %s to node \"%s\"", prefix_text(v6 ? pin->v6 : pin->v4, text),
		   allocation_subnet(a, holder, family)->source == SUBNET_PINNED ? "pinned"
										 : "leased",
		   allocation_name(a, holder));
}

/* Of leases that no member took up. */
static size_t count_idle(const struct subnet_holders *h)
{
	size_t idle = 0;

	for (size_t i = 0; i < h->count; i++)
		idle += h->list[i].member == MEMBER_NONE;
	return idle;
}

void allocation_report_short(struct allocation *a, enum addr_family family, uint32_t without)
{
	const struct division *d = network_division(a->config, family);
	const struct prefix first = { d->min, d->length }, last = { d->max, d->length };
	size_t idle = count_idle(allocation_holders(a, family));
	char from[PREFIX_TEXT], to[PREFIX_TEXT], hint[160];

	if (idle)
		snprintf(hint, sizeof(hint),
			 "help: %zu %s by leases of nodes that are no members: delete those lines, "
			 "or take a longer subnet length",
			 idle, idle == 1 ? "is held" : "are held");
	else
		snprintf(hint, sizeof(hint), "help: take a longer subnet length or a wider cidr");
	errors_add(
		a->errors, SEVERITY_ERROR, PLAN_E_NO_SUBNET, d->at, hint,
		"%u of the %u nodes of network \"%s\" get%s no subnet: all from %s to %s are held",
		without, a->out->count, a->config->name, without == 1 ? "s" : "",
		prefix_text(first, from), prefix_text(last, to));
}

/* -- Hosts -- */

static void check_not_gateway(struct allocation *a, const struct host *host, struct addr ip,
			      struct prefix subnet)
{
	char text[ADDR_TEXT];

	if (addr_equal(ip, subnet_gateway(a->config, subnet).addr))
		errors_add(a->errors, SEVERITY_ERROR, PLAN_E_GATEWAY, host->ip_at,
			   "help: give the host another, or set gateway to another host's or none",
			   "host \"%s\" has %s, which is the gateway of node \"%s\"", host->name,
			   addr_text(ip, text), a->cluster->nodes[host->node].name);
}

static void check_host(struct allocation *a, const struct host *host, struct addr ip)
{
	uint32_t owner = subnet_owner(a->out, a->config, ip);
	char text[ADDR_TEXT], subnet[PREFIX_TEXT];

	if (owner == MEMBER_NONE || host->node == NODE_NONE)
		return;
	if (network_member(a->config, owner) == host->node) {
		check_not_gateway(a, host, ip, allocation_subnet(a, owner, ip.family)->prefix);
		return;
	}
	errors_add(a->errors, SEVERITY_ERROR, PLAN_E_OTHERS_SUBNET, host->ip_at,
		   "help: give it an address in its own node's subnet, or outside all of them",
		   "host \"%s\" is on node \"%s\", and %s lies in %s, node \"%s\"'s subnet",
		   host->name, a->cluster->nodes[host->node].name, addr_text(ip, text),
		   prefix_text(allocation_subnet(a, owner, ip.family)->prefix, subnet),
		   allocation_name(a, owner));
}

/* -- What would move -- */

static bool is_computed(const struct allocation *a, uint32_t member)
{
	return a->out->of[member].v4.source == SUBNET_COMPUTED ||
	       a->out->of[member].v6.source == SUBNET_COMPUTED;
}

static void warn_of_moves(struct allocation *a)
{
	const struct network_config *n = a->config;
	uint32_t first = MEMBER_NONE, last = MEMBER_NONE, count = 0;
	char whose[192];
	struct text text = text_in(whose, sizeof(whose));

	for (uint32_t i = 0; i < a->out->count; i++) {
		if (!is_computed(a, i))
			continue;
		first = count++ == 0 ? i : first;
		last = i;
	}
	if (count == 0)
		return;
	text_add(&text, "\"%.63s\"", allocation_name(a, first));
	if (count > 1)
		text_add(&text, " %s \"%.63s\"", count == 2 ? "and" : "to",
			 allocation_name(a, last));
	errors_add(
		a->errors, SEVERITY_WARNING, PLAN_W_NOT_LEASED,
		n->division.length ? n->division.at : n->division6.at,
		"help: `vxs subnet allocate` writes them into the lease file, and they stay",
		"no lease holds the subnet%s of %s in network \"%s\" (%u node%s): a node that is "
		"inserted before them renumbers them",
		text_plural(count), whose, n->name, count, text_plural(count));
}

void allocation_check(struct allocation *a)
{
	for (size_t i = 0; i < a->config->host_count; i++)
		for (size_t k = 0; k < a->config->hosts[i].ip_count; k++)
			check_host(a, &a->config->hosts[i], a->config->hosts[i].ips[k]);
	warn_of_moves(a);
}
