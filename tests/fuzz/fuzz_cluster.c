/* The cluster file: read, checked, planned for each of its nodes, and applied to tables. */
#include <assert.h>
#include <stdlib.h>

#include "fuzz.h"
#include "plan/plan.h"

enum { NODES_MAX = 8 };

static uint32_t mtu(void *context, struct addr addr, const char *interface)
{
	(void)context;
	return interface ? 9000 : addr.octet[3] & 1 ? 0 : 1500;
}

static void apply(struct plan *plan)
{
	struct tables *tables =
		tables_new(plan->cluster->underlay.max_peers, (struct hash_secret) { 1, 2 });

	if (!tables)
		return;
	if (plan_apply(plan, tables))
		assert(tables->network_count == plan->network_count);
	tables_free(tables);
}

static void plan_node(const struct cluster *cluster, const struct subnets *subnets, uint32_t node)
{
	const struct plan_machine machine = { .mtu = mtu, .subnets = subnets };
	struct errors errors = { .count = 0 };
	struct plan *plan = plan_make(cluster, node, &machine, &errors);

	assert(!plan || errors.error_count == 0);
	if (plan)
		apply(plan);
	plan_free(plan);
	errors_free(&errors);
}

static void print(struct errors *errors, const char *text, size_t len)
{
	char *out = NULL;
	size_t out_len = 0;
	FILE *to = open_memstream(&out, &out_len);

	assert(to);
	errors_print(to, errors, "cluster.yaml", text, len, NULL);
	fclose(to);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const char *text = (const char *)input;
	struct errors errors = { .count = 0 };
	struct cluster *cluster = cluster_read("cluster.yaml", text, size, &errors);
	struct subnets *subnets = NULL;

	if (cluster)
		cluster_check(cluster, &errors);
	if (cluster && errors.error_count == 0)
		subnets = subnets_allocate(cluster, NULL, &errors);
	if (subnets && errors.error_count == 0)
		for (uint32_t node = 0; node < cluster->node_count && node < NODES_MAX; node++)
			plan_node(cluster, subnets, node);
	subnets_free(subnets);
	print(&errors, text, size);
	errors_free(&errors);
	cluster_free(cluster);
	return 0;
}
