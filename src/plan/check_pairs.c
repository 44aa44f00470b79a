#include <stdlib.h>

#include "check.h"
#include "derive.h"

/* What two networks of a node cannot share. */
struct rule {
	bool (*applies)(const struct network_config *n);
	int (*order)(const struct network_config *a, const struct network_config *b);
	bool by_port; /* they can where they listen on different ports */
	void (*report)(struct checker *c, const struct network_config *a,
		       const struct network_config *b, uint32_t node);
};

/* A network on a node. */
struct seat {
	uint32_t node, network;
	uint16_t port; /* 0 where the rule does not look at it */
};

/* Networks that the rule calls equal.  Those of all nodes are not gone through node by node: on a
 * port there is one of them, and it meets whoever is there. */
struct run {
	const struct network_config **everywhere; /* of all nodes, by port, one for each */
	size_t everywhere_count;
	struct seat *seats; /* of the networks that name their members */
	size_t seat_count;
	bool *told; /* by network: its clash was reported */
};

static bool has_vni(const struct network_config *n)
{
	return n->vni != VNI_NONE;
}

static int order_vnis(const struct network_config *a, const struct network_config *b)
{
	return (a->vni > b->vni) - (a->vni < b->vni);
}

static void report_vni(struct checker *c, const struct network_config *a,
		       const struct network_config *b, uint32_t node)
{
	check_error(
		c, PLAN_E_DUPLICATE_VNI, b->vni_at, "help: give it another vni, or another port",
		"vni %u on port %u is network \"%s\"'s already (line %u), and node \"%s\" is in "
		"both",
		b->vni, derive_port(c->cluster, b, node), a->name, a->vni_at.line,
		c->cluster->nodes[node].name);
}

static bool has_device(const struct network_config *n)
{
	return n->device != NULL;
}

static int order_devices(const struct network_config *a, const struct network_config *b)
{
	return strcmp(a->device, b->device);
}

static void report_device(struct checker *c, const struct network_config *a,
			  const struct network_config *b, uint32_t node)
{
	check_error(c, PLAN_E_DUPLICATE_DEVICE, b->device_at,
		    "help: give it another device, or none",
		    "device \"%s\" is network \"%s\"'s already (line %u), and node \"%s\" is in "
		    "both",
		    b->device, a->name, a->device_at.line, c->cluster->nodes[node].name);
}

static bool has_env_file(const struct network_config *n)
{
	return n->env_file != NULL;
}

static int order_env_files(const struct network_config *a, const struct network_config *b)
{
	return strcmp(a->env_file, b->env_file);
}

static void report_env_file(struct checker *c, const struct network_config *a,
			    const struct network_config *b, uint32_t node)
{
	check_error(c, PLAN_E_DUPLICATE_FILE, b->env_file_at, "help: give it a file of its own",
		    "env-file is network \"%s\"'s already (line %u), and node \"%s\" is in both",
		    a->name, a->env_file_at.line, c->cluster->nodes[node].name);
}

static const struct rule rules[] = {
	{ has_vni, order_vnis, true, report_vni },
	{ has_device, order_devices, false, report_device },
	{ has_env_file, order_env_files, false, report_env_file },
};

/* -- One run -- */

/* Once for each network, at the one that comes later in the file. */
static void clash(struct checker *c, const struct rule *rule, struct run *run,
		  const struct network_config *a, const struct network_config *b, uint32_t node)
{
	const struct network_config *later = a > b ? a : b;
	bool *told = &run->told[later - c->cluster->networks];

	if (!*told)
		rule->report(c, a > b ? b : a, later, node);
	*told = true;
}

/* The networks come by port. */
static void add_everywhere(struct checker *c, const struct rule *rule, struct run *run,
			   const struct network_config *n)
{
	size_t count = run->everywhere_count;
	const struct network_config *last = count > 0 ? run->everywhere[count - 1] : NULL;

	if (last && (!rule->by_port || last->port == n->port))
		clash(c, rule, run, last, n, 0);
	else
		run->everywhere[run->everywhere_count++] = n;
}

static int compare_port(const void *key, const void *element)
{
	const uint16_t *port = key;
	const struct network_config *n = *(const struct network_config *const *)element;

	return (*port > n->port) - (*port < n->port);
}

/* The network of all nodes that says @port itself, 0 for one that leaves it to the nodes. */
static const struct network_config *find_everywhere(const struct run *run, uint16_t port)
{
	const struct network_config **found =
		bsearch(&port, run->everywhere, run->everywhere_count,
			sizeof(struct network_config *), compare_port);

	return found ? *found : NULL;
}

/* Networks of all nodes with a port of their own, against the one that leaves it to the nodes. */
static void match_everywhere(struct checker *c, const struct rule *rule, struct run *run)
{
	const struct network_config *open = find_everywhere(run, 0);

	for (size_t i = 0; open && i < run->everywhere_count; i++) {
		const struct network_config *n = run->everywhere[i];

		if (n->port && c->on_port[n->port] != NODE_NONE)
			clash(c, rule, run, open, n, c->on_port[n->port]);
	}
}

/* The network of all nodes that meets @seat, or NULL. */
static const struct network_config *met_at(const struct checker *c, const struct rule *rule,
					   const struct run *run, const struct seat *seat)
{
	const struct network_config *n;

	if (!rule->by_port)
		return run->everywhere_count > 0 ? run->everywhere[0] : NULL;
	n = find_everywhere(run, seat->port);
	return n || node_port(c->cluster, seat->node) != seat->port ? n : find_everywhere(run, 0);
}

static void seat_members(struct checker *c, const struct rule *rule, struct run *run,
			 const struct network_config *n)
{
	for (size_t i = 0; i < n->member_count; i++) {
		struct seat *seat = &run->seats[run->seat_count++];
		const struct network_config *other;

		*seat = (struct seat) {
			.node = n->members[i],
			.network = (uint32_t)(n - c->cluster->networks),
			.port = rule->by_port ? derive_port(c->cluster, n, n->members[i]) : 0,
		};
		other = met_at(c, rule, run, seat);
		if (other)
			clash(c, rule, run, other, n, seat->node);
	}
}

static int compare_seats(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;
	int order = (a->node > b->node) - (a->node < b->node);

	if (order == 0)
		order = (a->port > b->port) - (a->port < b->port);
	return order != 0 ? order : (a->network > b->network) - (a->network < b->network);
}

/* Who sits where somebody else sits. */
static void match_seats(struct checker *c, const struct rule *rule, struct run *run)
{
	const struct network_config *networks = c->cluster->networks;
	size_t first = 0;

	qsort(run->seats, run->seat_count, sizeof(*run->seats), compare_seats);
	for (size_t i = 1; i < run->seat_count; i++) {
		const struct seat *a = &run->seats[first], *b = &run->seats[i];

		if (a->node != b->node || a->port != b->port)
			first = i;
		else if (a->network != b->network)
			clash(c, rule, run, &networks[a->network], &networks[b->network], b->node);
	}
}

static void match_all(struct checker *c, const struct rule *rule, struct run *run,
		      const struct network_config **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i]->members)
			add_everywhere(c, rule, run, list[i]);
	if (rule->by_port)
		match_everywhere(c, rule, run);
	for (size_t i = 0; i < count; i++)
		if (list[i]->members)
			seat_members(c, rule, run, list[i]);
	match_seats(c, rule, run);
}

/* @count networks that are equal by the rule, by port, then in the order of the file. */
static void check_run(struct checker *c, const struct rule *rule, struct run *run,
		      const struct network_config **list, size_t count)
{
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += list[i]->member_count;
	run->everywhere = calloc(count, sizeof(struct network_config *));
	run->seats = calloc(room, sizeof(*run->seats));
	if (run->everywhere && run->seats)
		match_all(c, rule, run, list, count);
	else
		check_no_memory(c);
	free(run->everywhere);
	free(run->seats);
}

/* -- All runs -- */

/* Within a run: by port, then as in the file. */
static int order_networks(const void *left, const void *right, void *context)
{
	const struct network_config *a = *(const struct network_config *const *)left;
	const struct network_config *b = *(const struct network_config *const *)right;
	const struct rule *rule = context;
	int order = rule->order(a, b);

	if (order == 0 && rule->by_port)
		order = (a->port > b->port) - (a->port < b->port);
	return order != 0 ? order : (a > b) - (a < b);
}

static void check_rule(struct checker *c, struct rule rule, const struct network_config **sorted,
		       bool *told)
{
	size_t count = 0, end;

	for (uint32_t i = 0; i < c->cluster->network_count; i++)
		if (rule.applies(&c->cluster->networks[i]))
			sorted[count++] = &c->cluster->networks[i];
	qsort_r(sorted, count, sizeof(struct network_config *), order_networks, &rule);
	memset(told, 0, c->cluster->network_count * sizeof(*told));
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (rule.order(sorted[i], sorted[end]) != 0)
				break;
		if (end - i > 1)
			check_run(c, &rule, &(struct run) { .told = told }, sorted + i, end - i);
	}
}

void check_pairs(struct checker *c)
{
	size_t room = c->cluster->network_count + (size_t)1;
	const struct network_config **sorted = calloc(room, sizeof(struct network_config *));
	bool *told = calloc(room, sizeof(*told));

	if (sorted && told && c->cluster->node_count > 0)
		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
			check_rule(c, rules[i], sorted, told);
	else if (!sorted || !told)
		check_no_memory(c);
	free(sorted);
	free(told);
}
