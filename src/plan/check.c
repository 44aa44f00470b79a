#include "check.h"

#include <stdarg.h>
#include <stdlib.h>

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

static int compare_vnis(const void *left, const void *right)
{
	const struct network_config *a = *(const struct network_config *const *)left;
	const struct network_config *b = *(const struct network_config *const *)right;
	int order = (a->vni > b->vni) - (a->vni < b->vni);

	return order != 0 ? order : (a > b) - (a < b);
}

static int compare_devices(const void *left, const void *right)
{
	const struct network_config *a = *(const struct network_config *const *)left;
	const struct network_config *b = *(const struct network_config *const *)right;
	int order = strcmp(a->device ? a->device : "", b->device ? b->device : "");

	return order != 0 ? order : (a > b) - (a < b);
}

static uint16_t port_at(const struct checker *c, const struct network_config *n, uint32_t node)
{
	uint16_t own = c->cluster->nodes[node].port;

	return n->port ? n->port : own ? own : c->cluster->underlay.port;
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
		    (!same_port || port_at(c, a, node) == port_at(c, b, node)))
			return node;
	}
	return NODE_NONE;
}

static void compare_vni(struct checker *c, const struct network_config *a,
			const struct network_config *b)
{
	uint32_t node;

	if (a->vni != b->vni || b->vni == VNI_NONE)
		return;
	node = meeting(c, a, b, true);
	if (node != NODE_NONE)
		check_error(c, PLAN_E_DUPLICATE_VNI, b->vni_at, NULL,
			    "vni %u on port %u is network \"%s\" already (line %u), and node "
			    "\"%s\" is in both",
			    b->vni, port_at(c, b, node), a->name, a->vni_at.line,
			    c->cluster->nodes[node].name);
}

static void compare_device(struct checker *c, const struct network_config *a,
			   const struct network_config *b)
{
	uint32_t node;

	if (!a->device || !b->device || strcmp(a->device, b->device) != 0)
		return;
	node = meeting(c, a, b, false);
	if (node != NODE_NONE)
		check_error(c, PLAN_E_DUPLICATE_DEVICE, b->device_at, NULL,
			    "device \"%s\" is network \"%s\"'s already (line %u), and node \"%s\" "
			    "is in both",
			    b->device, a->name, a->device_at.line, c->cluster->nodes[node].name);
}

/* Compares each network with the first of its run of equals and with the one before it. */
static void check_pairs(struct checker *c, const struct network_config **sorted,
			int (*order)(const void *, const void *),
			void (*compare)(struct checker *, const struct network_config *,
					const struct network_config *))
{
	uint32_t count = c->cluster->network_count;

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &c->cluster->networks[i];
	qsort(sorted, count, sizeof(struct network_config *), order);
	for (uint32_t i = 1; i < count; i++)
		compare(c, sorted[i - 1], sorted[i]);
}

static void check_all(struct checker *c, const struct network_config **sorted)
{
	check_addresses(c);
	for (uint32_t i = 0; i < c->cluster->network_count; i++)
		check_network(c, &c->cluster->networks[i]);
	check_pairs(c, sorted, compare_vnis, compare_vni);
	check_pairs(c, sorted, compare_devices, compare_device);
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
