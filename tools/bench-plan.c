/* How long does a large cluster file take, from its text to one node's tables, and how much memory?
 *
 *   bench-plan           prints what was measured
 *   bench-plan --check   exits with 1 when a figure misses its limit
 *
 * The file has NODES nodes and NETWORKS networks, and all nodes are in all networks.  A second one has as many
 * nodes, each with a subnet of a network that is divided, and a lease file beside it.  Time is the
 * thread's own, of one round: start-up and reload happen once, with cold memory.  The most memory that a process
 * has had never falls, so each file is measured in a process of its own. */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "plan/plan.h"
#include "plan/subnet.h"

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

static void write_nodes(FILE *to)
{
	fprintf(to, "version: 1\nname: large\nnodes:\n");
	for (int i = 0; i < NODES; i++)
		fprintf(to, "  node%d: { address: 10.%d.%d.%d }\n", i, i >> 16, i >> 8 & 255,
			i & 255);
	fprintf(to, "networks:\n");
}

static char *write_networks(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert(to);
	write_nodes(to);
	for (int i = 0; i < NETWORKS; i++)
		fprintf(to, "  net%d: { vni: %d }\n", i, i + 1);
	fclose(to);
	return text;
}

static char *write_divided(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert(to);
	write_nodes(to);
	fprintf(to, "  net: { vni: 1, cidr: 11.0.0.0/8, subnet-length: 24 }\n");
	fclose(to);
	return text;
}

/* Of every second node. */
static char *write_lease_file(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert(to);
	fprintf(to, "version: 1\nnetworks:\n  net:\n");
	for (int i = 1; i < NODES; i += 2)
		fprintf(to, "    node%d: { subnet: 11.%d.%d.0/24 }\n", i, i >> 8, i & 255);
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

/* Whoever has no lease is named in a warning, which is no reason to stop. */
static void allocate(const char *text, size_t len, const char *lease_text, size_t lease_len)
{
	struct errors errors = { 0 };
	struct cluster *cluster = cluster_read("large.yaml", text, len, &errors);
	struct leases *leases = leases_read("leases.yaml", lease_text, lease_len, &errors);
	struct subnets *subnets;

	assert(cluster && leases);
	cluster_check(cluster, &errors);
	leases_check(leases, cluster, &errors);
	subnets = subnets_allocate(cluster, leases, &errors);
	assert(subnets && errors.error_count == 0 && subnets->networks[0].count == NODES);
	subnets_free(subnets);
	leases_free(leases);
	cluster_free(cluster);
	errors_free(&errors);
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

static struct tables *apply(struct plan *plan)
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

static bool print_rows(const struct row *rows, size_t count)
{
	bool fine = true;

	for (size_t i = 0; i < count; i++)
		fine &= print_row(&rows[i]);
	return fine;
}

static bool measure_subnets(void)
{
	size_t len, lease_len;
	char *text = write_divided(&len), *lease_text = write_lease_file(&lease_len);
	double before = peak_mib(), start = seconds(), end;

	allocate(text, len, lease_text, lease_len);
	end = seconds();
	printf("a file of %d nodes with a subnet each, %.1f MiB, and leases of half of them:\n",
	       NODES, (double)len / (1 << 20));
	const struct row rows[] = {
		{ "both read, checked and allocated", end - start, "s", 1 },
		{ "memory for it", peak_mib() - before, "MiB", 200 },
	};
	free(text);
	free(lease_text);
	return print_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static bool measure_networks(void)
{
	size_t len;
	char *text = write_networks(&len);
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
	tables_free(tables);
	plan_free(plan);
	cluster_free(cluster);
	free(text);
	return print_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static bool in_a_process(bool (*measure)(void))
{
	int status = 1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		exit(measure() ? 0 : 1);
	assert(pid > 0 && waitpid(pid, &status, 0) == pid);
	return status == 0;
}

int main(int argc, char **argv)
{
	bool must = argc > 1 && strcmp(argv[1], "--check") == 0;
	bool fine = in_a_process(measure_networks);

	fine &= in_a_process(measure_subnets);
	return must && !fine;
}
