/* 24,000 nodes from a file: nobody is without a subnet, and no two have anything in common.
 *
 * Whether two overlap is not asked of the code that keeps them apart: all that were given are sorted, and each
 * has to end before the next begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/subnet.h"

enum {
	NODES = 24000,
	PINNED = 97, /* every so manieth */
};

static void begin(FILE *to)
{
	fprintf(to, "version: 1\nname: large\nnodes:\n");
	for (int i = 0; i < NODES; i++)
		fprintf(to, "  node%d: { address: 192.%d.%d.%d }\n", i, i >> 16, i >> 8 & 255,
			i & 255);
	fprintf(to, "networks:\n  net:\n    vni: 1\n    cidr: 10.0.0.0/8\n    subnet-length: 24\n"
		    "    cidr6: \"fd42::/40\"\n    subnet-length6: 64\n");
}

/* A subnet by its number in the cidr. */
static void write_subnet(FILE *to, const char *node, int i, int number)
{
	fprintf(to, "    %s%d: { subnet: 10.%d.%d.0/24 }\n", node, i, number >> 8, number & 255);
}

/* Every PINNED-th has a pin, somewhere among what the others would have: an even number. */
static char *write_file(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert_non_null(to);
	begin(to);
	fprintf(to, "    subnets:\n");
	for (int i = 0; i < NODES; i += PINNED)
		fprintf(to, "      node%d: 10.%d.%d.0/24\n", i, i / PINNED, i % 125 * 2 + 2);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* Leases of every second of the others, strewn over odd numbers, so that who is computed has to fill the gaps; a third
 * of them are of nodes that are gone. */
static char *write_leases(size_t *len)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, len);

	assert_non_null(to);
	fprintf(to, "version: 1\nnetworks:\n  net:\n");
	for (int i = 1; i < NODES; i += 2)
		if (i % PINNED != 0)
			write_subnet(to, i % 3 ? "node" : "gone", i, i * 7 % 32749 * 2 + 1);
	assert_int_equal(fclose(to), 0);
	return text;
}

static int compare(const void *left, const void *right)
{
	const struct prefix *a = left, *b = right;

	return memcmp(a->addr.octet, b->addr.octet, sizeof(a->addr.octet));
}

static void assert_disjoint(struct prefix *list)
{
	qsort(list, NODES, sizeof(*list), compare);
	for (int i = 0; i < NODES; i++) {
		assert_true(list[i].addr.family != ADDR_NONE);
		if (i > 0 && (prefix_contains(list[i - 1], list[i].addr) ||
			      prefix_contains(list[i], list[i - 1].addr)))
			fail_msg("two nodes have the same subnet, or part of it");
	}
}

static void check(const struct subnets *subnets)
{
	const struct network_subnets *n = &subnets->networks[0];
	struct prefix *v4 = calloc(NODES, sizeof(*v4)), *v6 = calloc(NODES, sizeof(*v6));

	assert_true(v4 && v6);
	assert_int_equal(n->count, NODES);
	for (uint32_t i = 0; i < n->count; i++) {
		v4[i] = n->of[i].v4.prefix;
		v6[i] = n->of[i].v6.prefix;
	}
	assert_disjoint(v4);
	assert_disjoint(v6);
	free(v4);
	free(v6);
}

static unsigned count_of(const struct subnets *subnets, enum subnet_source source)
{
	const struct network_subnets *n = &subnets->networks[0];
	unsigned count = 0;

	for (uint32_t i = 0; i < n->count; i++)
		count += n->of[i].v4.source == source;
	return count;
}

static void nobody_shares(void **state)
{
	struct errors errors = { 0 };
	size_t len, lease_len;
	char *text = write_file(&len), *lease_text = write_leases(&lease_len);
	struct cluster *cluster = cluster_read("c.yaml", text, len, &errors);
	struct leases *leases = leases_read("l.yaml", lease_text, lease_len, &errors);
	struct subnets *subnets;

	(void)state;
	assert_true(cluster && leases);
	cluster_check(cluster, &errors);
	leases_check(leases, cluster, &errors);
	subnets = subnets_allocate(cluster, leases, &errors);
	assert_non_null(subnets);
	if (errors.error_count)
		fail_msg("%s", errors.list[0].message);
	check(subnets);
	assert_int_equal(count_of(subnets, SUBNET_PINNED), (NODES + PINNED - 1) / PINNED);
	assert_in_range(count_of(subnets, SUBNET_LEASE), NODES / 4, NODES / 2);
	assert_in_range(count_of(subnets, SUBNET_COMPUTED), NODES / 2, NODES);
	subnets_free(subnets);
	leases_free(leases);
	cluster_free(cluster);
	errors_free(&errors);
	free(lease_text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_shares) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
