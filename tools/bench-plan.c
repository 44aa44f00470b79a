/* How long does a large cluster file take, from its text to one node's tables, and how much memory?
 *
 *   bench-plan           prints what was measured
 *   bench-plan --check   exits with 1 when a figure misses its limit
 *
 * The file has NODES nodes and NETWORKS networks, and all nodes are in all networks.  Time is the
 * thread's own, of one round: start-up and reload happen once, with cold memory. */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "plan/plan.h"

enum { NODES = 24000, NETWORKS = 1000 };

struct row {
	const char *what;
	double value;
	const char *unit;
	double limit; /* at most; 0: none */
};

/* Of this thread's own work. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The most memory that the process has had. */
static double peak_mib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

static char *write_file(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert(to);
	fprintf(to, "version: 1\nname: large\nnodes:\n");
	for (int i = 0; i < NODES; i++)
		fprintf(to, "  node%d: { address: 10.%d.%d.%d }\n", i, i >> 16, i >> 8 & 255,
			i & 255);
	fprintf(to, "networks:\n");
	for (int i = 0; i < NETWORKS; i++)
		fprintf(to, "  net%d: { vni: %d }\n", i, i + 1);
	fclose(to);
	return text;
}

static uint32_t mtu_1500(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static struct cluster *check(const char *text, size_t len)
{
	struct errors errors = { 0 };
	struct cluster *cluster = cluster_read("large.yaml", text, len, &errors);

	assert(cluster);
	cluster_check(cluster, &errors);
	assert(errors.error_count == 0 && errors.warning_count == 0);
	assert(cluster->node_count == NODES && cluster->network_count == NETWORKS);
	return cluster;
}

static struct plan *plan_first(const struct cluster *cluster)
{
	const struct plan_machine machine = { .mtu = mtu_1500 };
	struct errors errors = { 0 };
	struct plan *plan = plan_make(cluster, 0, &machine, &errors);

	assert(plan && plan->network_count == NETWORKS);
	return plan;
}

static struct tables *apply(const struct plan *plan)
{
	struct tables *tables = tables_new(0, (struct hash_secret) { 1, 2 });
	bool applied = tables && plan_apply(plan, tables);

	assert(applied);
	return applied ? tables : NULL;
}

static bool print_row(const struct row *row)
{
	bool fine = row->limit == 0 || row->value <= row->limit;
	char limit[32] = "";

	if (row->limit > 0)
		snprintf(limit, sizeof(limit), "<= %.1f %s", row->limit, row->unit);
	printf("  %-46s %8.2f %-6s %-12s %s\n", row->what, row->value, row->unit, limit,
	       row->limit == 0 ? ""
	       : fine          ? "ok"
			       : "MISSED");
	return fine;
}

int main(int argc, char **argv)
{
	bool must = argc > 1 && strcmp(argv[1], "--check") == 0, fine = true;
	size_t len;
	char *text = write_file(&len);
	double before = peak_mib(), start = seconds(), checked, planned, planned_mib, applied;
	struct cluster *cluster = check(text, len);
	struct plan *plan;
	struct tables *tables;

	checked = seconds();
	plan = plan_first(cluster);
	planned = seconds();
	planned_mib = peak_mib();
	tables = apply(plan);
	applied = seconds();
	printf("a file of %d nodes and %d networks, %.1f MiB:\n", NODES, NETWORKS,
	       (double)len / (1 << 20));
	const struct row rows[] = {
		{ "read and checked", checked - start, "s", 0 },
		{ "planned for one node", planned - checked, "s", 0 },
		{ "checked and planned", planned - start, "s", 2 },
		{ "memory for it", planned_mib - before, "MiB", 200 },
		{ "tables filled", applied - planned, "s", 2 },
		{ "memory, tables included", peak_mib() - before, "MiB", 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fine &= print_row(&rows[i]);
	tables_free(tables);
	plan_free(plan);
	cluster_free(cluster);
	free(text);
	return must && !fine;
}
