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

/* Networks that the rule calls equal, by port, then in the order of the file. */
struct run {
	const struct network_config **list;
	size_t count;
	struct seat *seats;
	size_t seat_count;
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
	check_error(c, PLAN_E_DUPLICATE_VNI, b->vni_at, NULL,
		    "vni %u on port %u is network \"%s\" already (line %u), and node \"%s\" is in "
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
	check_error(c, PLAN_E_DUPLICATE_DEVICE, b->device_at, NULL,
		    "device \"%s\" is network \"%s\"'s already (line %u), and node \"%s\" is in "
		    "both",
		    b->device, a->name, a->device_at.line, c->cluster->nodes[node].name);
}

static const struct rule rules[] = {
	{ has_vni, order_vnis, true, report_vni },
	{ has_device, order_devices, false, report_device },
};

/* -- One run -- */

static int compare_seats(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;
	int order = (a->node > b->node) - (a->node < b->node);

	if (order == 0)
		order = (a->port > b->port) - (a->port < b->port);
	return order != 0 ? order : (a->network > b->network) - (a->network < b->network);
}

/* The network of all nodes before @i that says the same of its port.  Such a pair clashes on every
 * node, which need not be gone through. */
static const struct network_config *same_everywhere(const struct rule *rule, const struct run *run,
						    size_t i, const struct network_config *latest)
{
	const struct network_config *n = run->list[i];

	if (n->members || !latest || (rule->by_port && latest->port != n->port))
		return NULL;
	return latest;
}

static void seat_members(struct checker *c, const struct rule *rule, struct run *run,
			 const struct network_config *n)
{
	uint32_t count = network_member_count(c->cluster, n);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t node = network_member(n, i);

		run->seats[run->seat_count++] = (struct seat) {
			.node = node,
			.network = (uint32_t)(n - c->cluster->networks),
			.port = rule->by_port ? derive_port(c->cluster, n, node) : 0,
		};
	}
}

/* Networks of all nodes stand together by port, so that one comparison finds their clashes. */
static void seat_networks(struct checker *c, const struct rule *rule, struct run *run)
{
	const struct network_config *latest = NULL;

	for (size_t i = 0; i < run->count; i++) {
		const struct network_config *n = run->list[i];
		const struct network_config *other = same_everywhere(rule, run, i, latest);

		if (other && c->cluster->node_count > 0) {
			rule->report(c, other, n, 0);
			continue;
		}
		seat_members(c, rule, run, n);
		if (!n->members)
			latest = n;
	}
}

/* Who sits where somebody else sits: once for each network. */
static void find_clashes(struct checker *c, const struct rule *rule, const struct run *run,
			 bool *told)
{
	const struct network_config *networks = c->cluster->networks;
	size_t first = 0;

	for (size_t i = 1; i < run->seat_count; i++) {
		const struct seat *a = &run->seats[first], *b = &run->seats[i];

		if (a->node != b->node || a->port != b->port) {
			first = i;
			continue;
		}
		if (a->network == b->network || told[b->network])
			continue;
		told[b->network] = true;
		rule->report(c, &networks[a->network], &networks[b->network], b->node);
	}
}

static void check_run(struct checker *c, const struct rule *rule, struct run *run, bool *told)
{
	size_t room = 0;

	for (size_t i = 0; i < run->count; i++)
		room += network_member_count(c->cluster, run->list[i]);
	run->seats = calloc(room + 1, sizeof(*run->seats));
	if (!run->seats) {
		check_no_memory(c);
		return;
	}
	seat_networks(c, rule, run);
	qsort(run->seats, run->seat_count, sizeof(*run->seats), compare_seats);
	find_clashes(c, rule, run, told);
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
			check_run(c, &rule, &(struct run) { .list = sorted + i, .count = end - i },
				  told);
	}
}

void check_pairs(struct checker *c)
{
	size_t room = c->cluster->network_count + (size_t)1;
	const struct network_config **sorted = calloc(room, sizeof(struct network_config *));
	bool *told = calloc(room, sizeof(*told));

	if (sorted && told)
		for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
			check_rule(c, rules[i], sorted, told);
	else
		check_no_memory(c);
	free(sorted);
	free(told);
}
