#include "check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "derive.h"

void check_error(struct checker *c, enum plan_code code, struct position at, const char *hint,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errors_vadd(c->errors, SEVERITY_ERROR, (uint16_t)code, at, hint, format, args);
	va_end(args);
}

void check_warning(struct checker *c, enum plan_code code, struct position at, const char *hint,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errors_vadd(c->errors, SEVERITY_WARNING, (uint16_t)code, at, hint, format, args);
	va_end(args);
}

void check_no_memory(struct checker *c)
{
	errors_add(c->errors, SEVERITY_ERROR, PLAN_E_NO_MEMORY, (struct position) { 0 }, NULL,
		   "no memory to check the file");
}

/* A peer is known by its address alone: its source port says nothing. */
static void check_addresses(struct checker *c)
{
	char text[ADDR_TEXT];

	for (size_t i = 1; i < c->claims.count; i++) {
		const struct claim *a = &c->claims.list[i - 1], *b = &c->claims.list[i];
		const struct node *first = &c->cluster->nodes[a->node];

		if (addr_equal(a->addr, b->addr))
			check_error(
				c, PLAN_E_DUPLICATE_ADDRESS, c->cluster->nodes[b->node].address_at,
				"help: nodes behind one address cannot be told apart; behind NAT, "
				"each needs its own",
				"%s is the address of node \"%s\" already (line %u)",
				addr_text(b->addr, text), first->name, first->address_at.line);
	}
}

static void check_all(struct checker *c)
{
	check_addresses(c);
	for (uint32_t i = 0; i < c->cluster->network_count; i++)
		check_network(c, &c->cluster->networks[i]);
}

static bool checker_make(struct checker *c)
{
	const struct cluster *cluster = c->cluster;

	c->seen = calloc(cluster->node_count + (size_t)1, sizeof(*c->seen));
	c->on_port = malloc((UINT16_MAX + (size_t)1) * sizeof(*c->on_port));
	if (!claims_make(cluster, &c->claims) || !claims_make_bound(cluster, &c->bound) ||
	    !c->seen || !c->on_port)
		return false;
	memset(c->on_port, 0xff, (UINT16_MAX + (size_t)1) * sizeof(*c->on_port));
	for (uint32_t i = cluster->node_count; i-- > 0;)
		c->on_port[node_port(cluster, i)] = i;
	c->all = membership_of(c, NULL, cluster->node_count);
	return true;
}

void cluster_check(const struct cluster *cluster, struct errors *errors)
{
	struct checker c = { .cluster = cluster, .errors = errors };

	if (checker_make(&c)) {
		check_all(&c);
		check_pairs(&c);
	} else {
		check_no_memory(&c);
	}
	claims_free(&c.claims);
	claims_free(&c.bound);
	free(c.on_port);
	free(c.seen);
}
