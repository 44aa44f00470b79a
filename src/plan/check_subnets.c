/* Pins and gateways. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "plan/subnet.h"

/* -- Pins -- */

/* A subnet that is given to a node. */
struct pinned {
	struct addr base;
	struct position at;
	uint32_t node;
};

static int compare_pinned(const void *left, const void *right)
{
	const struct pinned *a = left, *b = right;
	int order = addr_order(&a->base, &b->base);

	return order != 0 ? order : (a->at.line > b->at.line) - (a->at.line < b->at.line);
}

static void report_fit(struct checker *c, const struct network_config *n, struct prefix subnet,
		       struct position at)
{
	enum addr_family family = subnet.addr.family;
	const struct division *d = network_division(n, family);
	const struct prefix first = { d->min, d->length }, last = { d->max, d->length };
	char text[PREFIX_TEXT], from[PREFIX_TEXT], to[PREFIX_TEXT], hint[160];

	if (d->length)
		snprintf(hint, sizeof(hint), "expected: one of %s to %s", prefix_text(first, from),
			 prefix_text(last, to));
	else
		snprintf(hint, sizeof(hint), "help: %s says how to divide it",
			 family == ADDR_V4 ? "subnet-length" : "subnet-length6");
	check_error(c, PLAN_E_SUBNET, at, hint,
		    d->length ? "%s is none of the subnets that nodes of network \"%s\" can have"
			      : "%s is given to a node, but network \"%s\" is not divided in its "
				"family",
		    prefix_text(subnet, text), n->name);
}

/* Does @subnet, which is pinned, count further?  A division that was refused says nothing. */
static bool check_fit(struct checker *c, const struct network_config *n, struct prefix subnet,
		      struct position at)
{
	if (!subnet.addr.family || !network_is_divided(n))
		return false;
	if (subnet_fits(n, subnet))
		return true;
	report_fit(c, n, subnet, at);
	return false;
}

static void check_pinned(struct checker *c, struct pinned *list, size_t count)
{
	char text[ADDR_TEXT];

	qsort(list, count, sizeof(*list), compare_pinned);
	for (size_t i = 1; i < count; i++)
		if (addr_equal(list[i - 1].base, list[i].base))
			check_error(c, PLAN_E_DUPLICATE_SUBNET, list[i].at,
				    "help: give each node its own",
				    "subnet %s is node \"%s\"'s already (line %u)",
				    addr_text(list[i].base, text),
				    c->cluster->nodes[list[i - 1].node].name, list[i - 1].at.line);
}

static void check_pins(struct checker *c, const struct network_config *n, struct pinned *list)
{
	size_t count = 0;

	for (size_t i = 0; i < n->pin_count; i++) {
		const struct pin *pin = &n->pins[i];

		if (pin->node == NODE_NONE)
			continue;
		if (!check_is_member(c, n, pin->node))
			check_error(c, PLAN_E_NOT_MEMBER, pin->at,
				    "help: add it to the network's nodes, or leave it out here",
				    "node \"%s\" is not a member of network \"%s\"",
				    c->cluster->nodes[pin->node].name, n->name);
		if (check_fit(c, n, pin->v4, pin->v4_at))
			list[count++] = (struct pinned) { pin->v4.addr, pin->v4_at, pin->node };
		if (check_fit(c, n, pin->v6, pin->v6_at))
			list[count++] = (struct pinned) { pin->v6.addr, pin->v6_at, pin->node };
	}
	check_pinned(c, list, count);
}

/* -- The gateway -- */

/* Its host bits are what counts in other nodes' subnets: not the subnet's own name, nor its
 * broadcast. */
static bool is_host(struct addr ip, uint8_t length)
{
	struct prefix subnet = prefix_of(ip, length);

	return !addr_equal(ip, subnet.addr) &&
	       (ip.family == ADDR_V6 || !addr_equal(ip, prefix_last(subnet)));
}

static void check_gateway(struct checker *c, const struct network_config *n)
{
	struct addr ip = n->gateway_addr;
	const struct division *d = network_division(n, ip.family);
	struct prefix cidr = network_cidr(n, ip.family);
	char text[ADDR_TEXT];

	if (n->gateway != GATEWAY_ADDRESS || !network_is_divided(n))
		return;
	if (d->length && prefix_contains(cidr, ip) && is_host(ip, d->length))
		return;
	check_error(c, PLAN_E_GATEWAY, n->gateway_at,
		    "expected: first, none, or the address of a host in one node's subnet; the "
		    "others take the same host in theirs",
		    "gateway %s %s", addr_text(ip, text),
		    !d->length                  ? "is of a family that is not divided"
		    : prefix_contains(cidr, ip) ? "is no host's address"
						: "lies outside the cidr");
}

static void check_dhcp(struct checker *c, const struct network_config *n)
{
	if (n->dhcp && n->gateway == GATEWAY_NONE)
		check_error(c, PLAN_E_DHCP, n->dhcp->at,
			    "help: leave gateway out: its address is the server's",
			    "dhcp of network \"%s\" has no address to answer from", n->name);
}

void check_subnets(struct checker *c, const struct network_config *n)
{
	struct pinned *list;

	check_gateway(c, n);
	check_dhcp(c, n);
	if (!n->pin_count)
		return;
	list = calloc(2 * n->pin_count, sizeof(*list));
	if (list)
		check_pins(c, n, list);
	else
		check_no_memory(c);
	free(list);
}
