#include "check.h"

#include <stdarg.h>
#include <stdlib.h>

#include "derive.h"

void check_error(struct checker *c, enum plan_code code, struct position at, const char *hint,
		 const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	errors_add(c->errors, SEVERITY_ERROR, (uint16_t)code, at, hint, "%s", message);
}

void check_warning(struct checker *c, enum plan_code code, struct position at, const char *format,
		   ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	errors_add(c->errors, SEVERITY_WARNING, (uint16_t)code, at, NULL, "%s", message);
}

/* -- Nodes -- */

/* A peer is known by its address alone: its source port says nothing. */
static void check_addresses(struct checker *c)
{
	char text[ADDR_TEXT];

	for (size_t i = 1; i < c->claims.count; i++) {
		const struct claim *a = &c->claims.list[i - 1], *b = &c->claims.list[i];
		const struct node *first = &c->cluster->nodes[a->node];

		if (addr_equal(a->addr, b->addr))
			check_error(c, PLAN_E_DUPLICATE_ADDRESS,
				    c->cluster->nodes[b->node].address_at, NULL,
				    "%s is the address of node \"%s\" already (line %u)",
				    addr_text(b->addr, text), first->name, first->address_at.line);
	}
}

/* -- Networks among each other -- */

static int order_vnis(const struct network_config *a, const struct network_config *b)
{
	return (a->vni > b->vni) - (a->vni < b->vni);
}

static bool has_vni(const struct network_config *n)
{
	return n->vni != VNI_NONE;
}

static int order_devices(const struct network_config *a, const struct network_config *b)
{
	return strcmp(a->device, b->device);
}

static bool has_device(const struct network_config *n)
{
	return n->device != NULL;
}

/* Do @a and @b meet on a node, on one port of it if @same_port?  That node, or NODE_NONE. */
static uint32_t meeting(struct checker *c, const struct network_config *a,
			const struct network_config *b, bool same_port)
{
	uint32_t count = network_member_count(c->cluster, a);

	c->round++;
	for (uint32_t i = 0; i < count; i++)
		c->seen[network_member(a, i)] = c->round;
	count = network_member_count(c->cluster, b);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t node = network_member(b, i);

		if (c->seen[node] == c->round &&
		    (!same_port ||
		     derive_port(c->cluster, a, node) == derive_port(c->cluster, b, node)))
			return node;
	}
	return NODE_NONE;
}

/* True when the two cannot both be: that was reported. */
static bool clash_of_vnis(struct checker *c, const struct network_config *a,
			  const struct network_config *b)
{
	uint32_t node;

	if (a->port && b->port && a->port != b->port)
		return false;
	node = meeting(c, a, b, true);
	if (node == NODE_NONE)
		return false;
	check_error(
		c, PLAN_E_DUPLICATE_VNI, b->vni_at, NULL,
		"vni %u on port %u is network \"%s\" already (line %u), and node \"%s\" is in both",
		b->vni, derive_port(c->cluster, b, node), a->name, a->vni_at.line,
		c->cluster->nodes[node].name);
	return true;
}

static bool clash_of_devices(struct checker *c, const struct network_config *a,
			     const struct network_config *b)
{
	uint32_t node = meeting(c, a, b, false);

	if (node == NODE_NONE)
		return false;
	check_error(
		c, PLAN_E_DUPLICATE_DEVICE, b->device_at, NULL,
		"device \"%s\" is network \"%s\"'s already (line %u), and node \"%s\" is in both",
		b->device, a->name, a->device_at.line, c->cluster->nodes[node].name);
	return true;
}

/* What two networks of a node cannot share. */
struct rule {
	int (*order)(const struct network_config *a, const struct network_config *b);
	bool (*applies)(const struct network_config *n);
	bool (*clash)(struct checker *c, const struct network_config *a,
		      const struct network_config *b);
};

static int order_networks(const void *left, const void *right, void *context)
{
	const struct network_config *a = *(const struct network_config *const *)left;
	const struct network_config *b = *(const struct network_config *const *)right;
	const struct rule *rule = context;
	int order = rule->order(a, b);

	return order != 0 ? order : (a > b) - (a < b);
}

/* Sorts the networks, so that only equals are compared; one clash is reported for each. */
static void check_rule(struct checker *c, const struct network_config **sorted,
		       const struct rule *rule)
{
	size_t count = 0, first = 0;

	for (uint32_t i = 0; i < c->cluster->network_count; i++)
		if (rule->applies(&c->cluster->networks[i]))
			sorted[count++] = &c->cluster->networks[i];
	qsort_r(sorted, count, sizeof(struct network_config *), order_networks,
		(void *)(uintptr_t)rule);
	for (size_t i = 1; i < count; i++) {
		if (rule->order(sorted[first], sorted[i]) != 0)
			first = i;
		for (size_t j = first; j < i; j++)
			if (rule->clash(c, sorted[j], sorted[i]))
				break;
	}
}

static const struct rule vni_rule = { order_vnis, has_vni, clash_of_vnis };
static const struct rule device_rule = { order_devices, has_device, clash_of_devices };

static void check_all(struct checker *c, const struct network_config **sorted)
{
	check_addresses(c);
	for (uint32_t i = 0; i < c->cluster->network_count; i++)
		check_network(c, &c->cluster->networks[i]);
	check_rule(c, sorted, &vni_rule);
	check_rule(c, sorted, &device_rule);
}

void cluster_check(const struct cluster *cluster, struct errors *errors)
{
	struct checker c = { .cluster = cluster, .errors = errors };
	const struct network_config **sorted =
		calloc(cluster->network_count + (size_t)1, sizeof(struct network_config *));

	c.seen = calloc(cluster->node_count + (size_t)1, sizeof(*c.seen));
	if (claims_make(cluster, &c.claims) && c.seen && sorted)
		check_all(&c, sorted);
	else
		errors_add(errors, SEVERITY_ERROR, 0, (struct position) { 0 }, NULL,
			   "no memory to check the file");
	free(sorted);
	claims_free(&c.claims);
	free(c.seen);
}
