/* Every allocation from the cluster file to a switch that could forward, failing in its turn: it is
 * noticed and said, nothing leaks, and what comes out whole nevertheless is what would have come
 * out with enough memory. */
#include <stdio.h>

#include "craft.h"
#include "ctl/show.h"
#include "engine/engine.h"
#include "plan/plan.h"
#include "starve.h"

/* Something of every kind. */
static const char cluster_file[] =
	"version: 1\n"
	"name: starved\n"
	"underlay: { accept: any, max-peers: 8, source-ports: 2 }\n"
	"nodes:\n"
	"  n1: { address: 10.0.0.1, address6: 'fd00::1', interface: eth2 }\n"
	"  n2: { address: 10.0.0.2, interface: eth2 }\n"
	"  n3: { address: 10.0.0.3, bind: 192.0.2.3, port: 8472, interface: eth3 }\n"
	"networks:\n"
	"  blue:\n"
	"    vni: 100\n"
	"    nodes: [n1, n2]\n"
	"    flood: 239.1.1.1\n"
	"    max-fdb: 64\n"
	"    cidr: 3.3.3.0/24\n"
	"    hosts:\n"
	"      h1: { node: n1, ip: 3.3.3.3, mac: 'aa:bf:b9:29:63:12' }\n"
	"      h2: { node: n2, ip: [3.3.3.4, 3.3.3.5], mac: '32:39:e3:57:89:e7' }\n"
	"    fdb:\n"
	"      - { mac: '52:54:00:aa:bb:cc', dst: 10.0.0.2, port: 4790 }\n"
	"      - { mac: '01:00:5e:01:02:03', dst: 10.0.0.2 }\n"
	"      - { mac: '00:00:00:00:00:00', dst: 10.0.0.3 }\n"
	"    neigh: [{ ip: 3.3.3.9, mac: '52:54:00:aa:bb:cc', router: false }]\n"
	"  green: { vni: 200, max-fdb: 64, flood: [n2, 10.0.0.9], port: 8472, bridge: br1 }\n"
	"  red: { vni: 300, max-fdb: 64, device: none }\n";

/* With mistakes in it, and warnings. */
static const char bad_file[] =
	"version: 1\n"
	"nmae: starved\n"
	"nodes:\n"
	"  n1: { address: 10.0.0.1 }\n"
	"  n2: { address: 10.0.0.1, SubnetLen: 24 }\n"
	"networks:\n"
	"  blue: { vni: 16777216 }\n"
	"  green: { vni: 7, hosts: { h: { node: n9, ip: 3.3.3.3, mac: '01:00:00:00:00:00' } } }\n"
	"  red: { vni: 7, device: a-name-that-is-far-too-long, flood: 239.1.1.1 }\n";

/* As far as it came. */
struct life {
	struct errors errors;
	struct cluster *cluster;
	struct plan *plan;
	struct tables *tables;
	struct engine *engine;
	bool whole;
};

static uint32_t machine_mtu(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

/* What nobody calls: the engine is only made. */
static const struct port_ops port_ops = { 0 };
static const struct wire_ops wire_ops = { 0 };

static bool attach(struct life *l)
{
	bool fine = true;

	for (uint16_t i = 0; fine && i < l->plan->endpoint_count; i++)
		fine = engine_attach_wire(l->engine, i, &wire_ops, NULL, 2);
	for (uint32_t i = 0; fine && i < l->plan->network_count; i++) {
		struct network *n = l->tables->networks[i];
		uint32_t origin = origins_add(l->tables->origins, "the network's own device");
		uint32_t port = network_add_port(n, l->plan->networks[i].mac, 1450, true, origin);

		fine = origin && port != PORT_NONE &&
		       engine_attach_port(l->engine, i, port, &port_ops, NULL);
	}
	return fine;
}

static bool make_engine(struct life *l)
{
	l->engine = engine_new(l->tables);
	return l->engine && attach(l);
}

static bool make_tables(struct life *l)
{
	const struct plan_machine machine = { .mtu = machine_mtu };

	l->plan = plan_make(l->cluster, 0, &machine, &l->errors);
	if (!l->plan)
		return false;
	l->tables = tables_new(l->cluster->underlay.max_peers, (struct hash_secret) { 1, 2 });
	return l->tables && plan_apply(l->plan, l->tables);
}

static void live(struct life *l, const char *text)
{
	*l = (struct life) { .whole = false };
	l->cluster = cluster_read("cluster.yaml", text, strlen(text), &l->errors);
	if (!l->cluster)
		return;
	cluster_check(l->cluster, &l->errors);
	l->whole = l->errors.error_count == 0 && make_tables(l) && make_engine(l);
}

static void end(struct life *l)
{
	engine_free(l->engine);
	tables_free(l->tables);
	plan_free(l->plan);
	cluster_free(l->cluster);
	errors_free(&l->errors);
}

/* All that it holds, in words; to be freed. */
static char *words_of(const struct life *l)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	show_all(to, l->tables, 0);
	fclose(to);
	return text;
}

/* Either it noticed, or it is whole. */
static void assert_sound(const struct life *l, const char *words, uint64_t nth)
{
	char *got;

	if (!l->whole)
		return;
	got = words_of(l);
	if (strcmp(got, words) != 0)
		fail_msg("without allocation %u it started as\n%s", (unsigned)nth, got);
	free(got);
}

static void starve_all(const char *words, enum hunger hunger)
{
	uint64_t nth = 0;
	struct life l;
	bool bit;

	do {
		starve(++nth, hunger);
		live(&l, cluster_file);
		bit = starve_bit();
		starve(0, hunger);
		assert_sound(&l, words, nth);
		assert_true(l.whole || bit);
		end(&l);
	} while (bit);
	assert_true(nth > 100); /* we did starve it */
}

static void a_switch_is_whole_or_none(void **state)
{
	struct life l;
	char *words;

	(void)state;
	live(&l, cluster_file);
	assert_int_equal(l.errors.error_count, 0);
	assert_true(l.whole);
	words = words_of(&l);
	assert_non_null(strstr(words, "3.3.3.5 lladdr"));
	end(&l);
	starve_all(words, HUNGER_ONCE);
	starve_all(words, HUNGER_FROM_NOW);
	free(words);
}

static void print(struct errors *errors)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return;
	errors_print(to, errors, "cluster.yaml", bad_file, sizeof(bad_file) - 1, NULL);
	fclose(to);
	free(text);
}

/* Memory may take the words of a mistake; the file stays refused, and printing survives. */
static void a_bad_file_stays_bad(void **state)
{
	uint64_t nth = 0;
	struct life l;
	bool bit;

	(void)state;
	do {
		nth++;
		starve(nth, nth % 2 ? HUNGER_ONCE : HUNGER_FROM_NOW);
		live(&l, bad_file);
		assert_false(l.whole);
		assert_true(!l.cluster || l.errors.error_count > 0);
		print(&l.errors);
		bit = starve_bit();
		starve(0, HUNGER_ONCE);
		end(&l);
	} while (bit);
	assert_true(nth > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_switch_is_whole_or_none),
		cmocka_unit_test(a_bad_file_stays_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
