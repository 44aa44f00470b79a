/* Many nodes and many networks: what each costs is added, never multiplied.
 *
 * Bytes asked for and errors are counted, so the tests say the same on every machine.  With
 * f(nodes, networks) the bytes, f(2a, 2b) - f(2a, b) - f(a, 2b) + f(a, b) is what the two cost
 * together: nothing, where costs add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "allocations.h"
#include "plan/plan.h"

enum { NODES = 1000, NETWORKS = 200 };

/* @network begins with a network's vni; '#' in it becomes the network's number. */
static char *write_file(int nodes, int networks, const char *node, const char *network, size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert_non_null(to);
	fprintf(to, "version: 1\nname: large\nnodes:\n");
	for (int i = 0; i < nodes; i++)
		fprintf(to, "  node%d: { address: 10.9.%d.%d%s }\n", i, i >> 8, i & 255, node);
	fprintf(to, "networks:\n");
	for (int i = 0; i < networks; i++) {
		fprintf(to, "  net%d: { vni: ", i);
		for (const char *c = network; *c; c++) {
			if (*c == '#')
				fprintf(to, "%d", i + 1);
			else
				fputc(*c, to);
		}
		fprintf(to, " }\n");
	}
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

static void plan_and_apply(const struct cluster *cluster, struct errors *errors)
{
	const struct plan_machine machine = { .mtu = mtu_1500 };
	struct plan *plan = plan_make(cluster, 0, &machine, errors);
	struct tables *tables = tables_new(0, (struct hash_secret) { 1, 2 });

	assert_non_null(plan);
	assert_non_null(tables);
	assert_true(plan_apply(plan, tables));
	assert_int_equal(tables->network_count, plan->network_count);
	plan_free(plan);
	tables_free(tables);
}

/* Bytes asked for from the text to the tables of one node; the tables only of a file without
 * errors.  @errors counts those. */
static int64_t cost(int nodes, int networks, const char *node, const char *network, size_t *errors)
{
	struct errors found = { 0 };
	size_t len;
	char *text = write_file(nodes, networks, node, network, &len);
	uint64_t before = allocated_bytes;
	struct cluster *cluster = cluster_read("large.yaml", text, len, &found);

	assert_non_null(cluster);
	cluster_check(cluster, &found);
	if (found.error_count == 0)
		plan_and_apply(cluster, &found);
	*errors = found.error_count;
	cluster_free(cluster);
	errors_free(&found);
	free(text);
	return (int64_t)(allocated_bytes - before);
}

struct row {
	const char *node, *network;
	size_t errors; /* in the file of NODES and NETWORKS */
};

static const struct row rows[] = {
	{ "", "#", 0 },
	{ "", "#, device: none", 0 },
	{ "", "7, device: none, port: #", 0 },
	{ "", "7, device: none", NETWORKS - 1 },
	{ "", "7, device: none, port: 4789", NETWORKS - 1 },
	{ "", "#, device: same", NETWORKS - 1 },
	{ ", interface: eth0", "#, flood: 239.1.1.1", 0 },
	{ "", "#, flood: 239.1.1.1", NETWORKS },
	{ ", interface: eth0", "#, flood: \"ff05::1\"", NETWORKS },
	{ "", "#, flood: [node1, node2]", 0 },
	{ "", "#, nodes: [node0, node1]", 0 },
	{ "", "#, device: same, nodes: [node0, node1]", NETWORKS - 1 },
	{ "", "#, cidr: 10.0.0.0/8", NETWORKS },
	{ "", "#, cidr: 10.0.0.0/8, nodes: [node0, node1]", NETWORKS },
	{ "", "#, fdb: [{ mac: \"52:54:00:00:00:01\", dst: \"2001:db8::1\" }]", NETWORKS },
	{ "", "#, nodes: [nobody]", NETWORKS },
	{ "", "#, what: else", NETWORKS },
};

static void costs_add_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		size_t errors, many;
		int64_t f = cost(NODES, NETWORKS, row->node, row->network, &errors);
		int64_t nodes = cost(2 * NODES, NETWORKS, row->node, row->network, &many);
		int64_t networks = cost(NODES, 2 * NETWORKS, row->node, row->network, &many);
		int64_t both = cost(2 * NODES, 2 * NETWORKS, row->node, row->network, &many);
		int64_t together = both - nodes - networks + f;

		/* A word for each pair would be 800,000. */
		if (errors != row->errors || many > 2 * errors + 1 || llabs(together) > 100000)
			fail_msg("\"%s\": %zu errors, %zu of twice as many, %lld bytes together",
				 row->network, errors, many, (long long)together);
	}
}

/* The names and networks of the plan are the file's own: a plan costs little. */
static void a_plan_copies_nothing(void **state)
{
	const struct plan_machine machine = { .mtu = mtu_1500 };
	struct errors errors = { 0 };
	size_t len;
	char *text = write_file(NODES, NETWORKS, "", "#", &len);
	struct cluster *cluster = cluster_read("large.yaml", text, len, &errors);
	uint64_t before = allocated_bytes;
	struct plan *plan = plan_make(cluster, 0, &machine, &errors);

	(void)state;
	assert_non_null(plan);
	assert_true(allocated_bytes - before < NETWORKS * 256);
	plan_free(plan);
	cluster_free(cluster);
	errors_free(&errors);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_add_up),
		cmocka_unit_test(a_plan_copies_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
