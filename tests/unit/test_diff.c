/* What differs between two files, in words: every attribute that a file can give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/diff.h"

struct row {
	const char *old, *new, *words;
};

static uint32_t mtu_of(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static struct plan *plan_of(const char *text)
{
	const struct plan_machine machine = { .mtu = mtu_of };
	struct errors errors = { 0 };
	struct cluster *cluster = cluster_read("f.yaml", text, strlen(text), &errors);
	struct plan *plan;

	assert_non_null(cluster);
	cluster_check(cluster, &errors);
	if (errors.error_count)
		errors_print(stderr, &errors, "f.yaml", text, strlen(text), NULL);
	assert_int_equal(errors.error_count, 0);
	plan = plan_make(cluster, 0, &machine, &errors);
	assert_non_null(plan);
	errors_free(&errors);
	return plan;
}

static void drop(struct plan *plan)
{
	struct cluster *cluster = (struct cluster *)(uintptr_t)plan->cluster;

	plan_free(plan);
	cluster_free(cluster);
}

static char *words_of(const char *old, const char *new)
{
	struct plan *running = plan_of(old), *wanted = plan_of(new);
	struct diff d = plan_diff(running, wanted);
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_false(d.no_memory);
	for (size_t i = 0; i < d.count; i++) {
		diff_print_line(to, &d.list[i]);
		fputc('\n', to);
	}
	fclose(to);
	diff_free(&d);
	drop(running);
	drop(wanted);
	return text;
}

/* The rows stand between @head and @tail. */
static void check(const struct row *rows, size_t count, const char *head, const char *tail)
{
	for (size_t i = 0; i < count; i++) {
		char *old, *new, *words;

		assert_true(asprintf(&old, "%s%s%s", head, rows[i].old, tail) > 0);
		assert_true(asprintf(&new, "%s%s%s", head, rows[i].new, tail) > 0);
		words = words_of(old, new);
		assert_string_equal(words, rows[i].words);
		free(words);
		words = words_of(old, old);
		assert_string_equal(words, "");
		free(words);
		free(old);
		free(new);
	}
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define A "  a: { address: 192.0.2.1, interface: eth0 }\n"
#define BC                                                                                     \
	"  b: { address: 192.0.2.2, interface: eth0 }\n  c: { address: 192.0.2.3, interface: " \
	"eth0 }\n"
#define HEAD "version: 1\nname: demo\n"

static void networks(void **state)
{
	static const struct row rows[] = {
		{ "vni: 1", "vni: 2",
		  "~ network blue: vni 1 -> 2 (begins anew: what it learned is forgotten), "
		  "its mac 12:f3:63:f7:0c:36 -> 6a:f1:34:e4:85:4e\n" },
		{ "learning: true", "learning: false", "~ network blue: learning true -> false\n" },
		{ "arp: proxy", "arp: flood", "~ network blue: arp proxy -> flood\n" },
		{ "l2miss: true", "l2miss: false", "~ network blue: l2miss true -> false\n" },
		{ "l3miss: false", "mtu: auto", "~ network blue: l3miss false -> true\n" },
		{ "ageing: 5m", "ageing: 0", "~ network blue: ageing 300 -> 0\n" },
		{ "max-fdb: 10", "max-fdb: 20", "~ network blue: max-fdb 10 -> 20\n" },
		{ "mtu: auto", "mtu: 1400", "~ network blue: mtu 1450 -> 1400\n" },
		{ "mtu: auto", "mtu: 1450", "" },
		{ "offload: auto", "offload: off", "~ network blue: offload auto -> off\n" },
		{ "inner-vlan: pass", "inner-vlan: drop",
		  "~ network blue: inner-vlan pass -> drop\n" },
		{ "reserved-bits: strict", "reserved-bits: ignore",
		  "~ network blue: reserved-bits strict -> ignore\n" },
		{ "bum-limit: 10/s", "bum-limit: 20/s", "~ network blue: bum-limit 10 -> 20\n" },
		{ "persist: false", "persist: true", "~ network blue: persist false -> true\n" },
		{ "cidr: 3.3.0.0/16", "cidr: 3.3.3.0/24",
		  "~ network blue: cidr 3.3.0.0/16 -> 3.3.3.0/24\n" },
		{ "mtu: auto", "bridge: br1", "~ network blue: bridge none -> br1\n" },
		{ "mtu: auto", "device: tap0", "~ network blue: device dev0 -> tap0\n" },
		{ "mtu: auto", "device: none", "~ network blue: device dev0 -> none\n" },
		{ "mtu: auto", "port: 8472",
		  "- endpoint 192.0.2.1 port 4789\n+ endpoint 192.0.2.1 port 8472\n"
		  "~ network blue: port 4789 -> 8472\n" },
		{ "mtu: auto", "nodes: [a, b]",
		  "~ network blue: nodes + a, nodes - all, nodes + b\n" },
		{ "nodes: [b, a]", "nodes: [a, b, c]", "~ network blue: nodes + c\n" },
		{ "flood: peers", "flood: none", "~ network blue: flood + none, flood - peers\n" },
		{ "flood: [b]", "flood: [b, 10.1.1.1]", "~ network blue: flood + 10.1.1.1\n" },
		{ "flood: 239.1.1.1", "flood: 239.1.1.2",
		  "- group 239.1.1.1 port 4789\n+ group 239.1.1.2 port 4789\n"
		  "~ network blue: flood - 239.1.1.1, flood + 239.1.1.2\n" },
		{ "hosts: { h: { node: b, ip: 3.3.3.3, mac: \"52:54:00:00:00:01\" } }",
		  "hosts: { h: { node: c, ip: 3.3.3.3, mac: \"52:54:00:00:00:01\" } }",
		  "~ network blue: hosts - h on b 52:54:00:00:00:01 3.3.3.3, "
		  "hosts + h on c 52:54:00:00:00:01 3.3.3.3\n" },
		{ "cidr: 3.3.0.0/16, subnet-length: 24",
		  "cidr: 3.3.0.0/16, subnet-length: 24, dhcp: true",
		  "~ network blue: dhcp + lease 3600s\n" },
		{ "cidr: 3.3.0.0/16, subnet-length: 24, dhcp: { routes: [{ to: 10.0.0.0/8 }] }",
		  "cidr: 3.3.0.0/16, subnet-length: 24, dhcp: { lease: 2h, domain: x, servers: "
		  "[3.3.1.1] }",
		  "~ network blue: dhcp + domain x, dhcp - lease 3600s, dhcp + lease 7200s, "
		  "dhcp - route 10.0.0.0/8 via gateway, dhcp + server 3.3.1.1\n" },
		{ "fdb: []", "fdb: [ { mac: \"52:54:00:00:00:01\", dst: 192.0.2.2, port: 9 } ]",
		  "~ network blue: fdb + 52:54:00:00:00:01 dst 192.0.2.2 port 9\n" },
		{ "neigh: [ { ip: 3.3.3.3, mac: \"52:54:00:00:00:01\" } ]",
		  "neigh: [ { ip: 3.3.3.3, mac: \"52:54:00:00:00:01\", router: true } ]",
		  "~ network blue: neigh - 3.3.3.3 lladdr 52:54:00:00:00:01, "
		  "neigh + 3.3.3.3 lladdr 52:54:00:00:00:01 router\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		/* What the row gives itself is not given twice. */
		const char *vni = strncmp(r->old, "vni", 3) ? "vni: 1, " : "";
		const char *device = strncmp(r->new, "device", 6) ? "device: dev0, " : "";
		struct row whole = { .words = r->words };
		char *old, *new;

		assert_true(asprintf(&old, "{ %sdevice: dev0, %s }", vni, r->old) > 0);
		assert_true(asprintf(&new, "{ %s%s%s }", vni, device, r->new) > 0);
		whole.old = old;
		whole.new = new;
		check(&whole, 1, HEAD "nodes:\n" A BC "networks:\n  blue: ", "\n");
		free(old);
		free(new);
	}
}

static void networks_come_and_go(void **state)
{
	static const struct row rows[] = {
		{ "", "  red: { vni: 2 }\n", "+ network red: vni 2, device vx2\n" },
		{ "  red: { vni: 2, device: none }\n", "", "- network red: vni 2, device none\n" },
		{ "  red: { vni: 2 }\n", "  pink: { vni: 2 }\n",
		  "- network red: vni 2, device vx2\n+ network pink: vni 2, device vx2\n" },
		{ "  red: { vni: 2, nodes: [b, c] }\n", "", "" },
		{ "  red: { vni: 2 }\n  pink: { vni: 3 }\n",
		  "  pink: { vni: 3 }\n  red: { vni: 2 }\n", "" },
	};

	(void)state;
	check(rows, COUNT(rows), HEAD "nodes:\n" A BC "networks:\n  blue: { vni: 1 }\n", "");
}

static void surroundings(void **state)
{
	static const struct row rows[] = {
		{ "underlay: { source-ports: 4 }", "underlay: { source-ports: 8 }",
		  "~ underlay: source-ports 4 -> 8\n" },
		{ "underlay: { source-port-range: [50000, 60000] }",
		  "underlay: { source-port-range: [50000, 60001] }",
		  "~ underlay: source-port-range [50000, 60000] -> [50000, 60001]\n" },
		{ "underlay: { checksum: true }", "underlay: { checksum: false }",
		  "~ underlay: checksum true -> false\n" },
		{ "underlay: { accept: any }", "underlay: { accept: nodes }",
		  "~ underlay: accept any -> nodes\n" },
		{ "underlay: { max-peers: 1 }", "underlay: { max-peers: 2 }",
		  "~ underlay: max-peers 1 -> 2\n" },
		{ "underlay: { ttl: 64 }", "underlay: {}", "~ underlay: ttl 64 -> default\n" },
		{ "underlay: { tos: 4 }", "underlay: { tos: inherit }",
		  "~ underlay: tos 4 -> inherit\n" },
		{ "underlay: { mtu: 1400 }", "underlay: { mtu: 1500 }",
		  "~ underlay: mtu 1400 -> 1500\n~ network blue: mtu 1350 -> 1450\n" },
	};

	(void)state;
	check(rows, COUNT(rows), HEAD, "\nnodes:\n" A BC "networks: { blue: { vni: 1 } }\n");
}

static void nodes(void **state)
{
	static const struct row rows[] = {
		{ "", "  d: { address: 192.0.2.4 }\n", "+ node d: address 192.0.2.4\n" },
		{ "  d: { address: 192.0.2.4 }\n", "", "- node d: address 192.0.2.4\n" },
		{ "  d: { address: 192.0.2.4 }\n", "  d: { address: 192.0.2.5, port: 9 }\n",
		  "~ node d: address 192.0.2.4 -> 192.0.2.5, bind 192.0.2.4 -> 192.0.2.5, "
		  "port 0 -> 9\n" },
		{ "  d: { address: 192.0.2.4 }\n", "  d: { address: 192.0.2.4, interface: eth1 }\n",
		  "~ node d: interface none -> eth1\n" },
	};

	(void)state;
	check(rows, COUNT(rows), HEAD "nodes:\n" A BC, "networks: { blue: { vni: 1 } }\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks),
		cmocka_unit_test(networks_come_and_go),
		cmocka_unit_test(surroundings),
		cmocka_unit_test(nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
