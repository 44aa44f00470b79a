/* From the tables of one plan to those of another: they end up as if made from nothing, keep what is
 * not the file's, and share what is the same.  Plans are random: small clusters in which everything can
 * differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ctl/show.h"
#include "plan/plan.h"

enum { PAIRS = 1000, NODES = 5, NAMES = 6, LINES = 2000 };

/* A cluster and its plan, as long as tables refer to it. */
struct given {
	struct cluster *cluster;
	struct plan *plan;
};

static uint32_t mtu_of(void *context, struct addr addr, const char *interface)
{
	(void)context;
	(void)addr;
	(void)interface;
	return 1500;
}

static struct given given_text(const char *text)
{
	const struct plan_machine machine = { .mtu = mtu_of };
	struct errors errors = { 0 };
	struct given g = { .cluster = cluster_read("f.yaml", text, strlen(text), &errors) };

	assert_non_null(g.cluster);
	cluster_check(g.cluster, &errors);
	if (errors.error_count)
		errors_print(stderr, &errors, "f.yaml", text, strlen(text), NULL);
	assert_int_equal(errors.error_count, 0);
	g.plan = plan_make(g.cluster, cluster_node(g.cluster, "a"), &machine, &errors);
	assert_non_null(g.plan);
	errors_free(&errors);
	return g;
}

static void given_free(struct given *g)
{
	plan_free(g->plan);
	cluster_free(g->cluster);
}

static struct tables *fresh(const struct given *g)
{
	struct tables *t = tables_new(plan_strangers(g->plan), (struct hash_secret) { 3, 4 });

	assert_non_null(t);
	assert_true(plan_apply(g->plan, t));
	return t;
}

static void change(struct tables *t, const struct given *from, const struct given *to)
{
	struct tables *beside = plan_apply_beside(to->plan, from->plan, t);

	assert_non_null(beside);
	plan_replace(to->plan, t, beside);
}

/* -- Tables as sorted lines -- */

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(char *text)
{
	char **lines = calloc(LINES, sizeof(*lines)), *out = calloc(1, strlen(text) + 2),
	     *save = NULL;
	size_t count = 0;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(count < LINES);
		lines[count++] = line;
	}
	qsort(lines, count, sizeof(lines[0]), compare);
	for (size_t i = 0; i < count; i++)
		strcat(strcat(out, lines[i]), "\n");
	free(lines);
	free(text);
	return out;
}

static void write_entries(FILE *to, const struct tables *t, const struct network *n)
{
	for (uint32_t s = fdb_next(n->fdb, 0); s != FDB_NONE; s = fdb_next(n->fdb, s + 1)) {
		const struct fdb_entry *e = fdb_at(n->fdb, s);
		char mac[MAC_TEXT];

		fprintf(to, "%s %s kind %d from %s\n", n->name, mac_text(e->mac, mac), e->kind,
			origin_words(t->origins, e->origin));
	}
	for (uint32_t s = neigh_next(n->neigh, 0); s != NEIGH_NONE;
	     s = neigh_next(n->neigh, s + 1)) {
		const struct neigh_entry *e = neigh_at(n->neigh, s);
		char ip[ADDR_TEXT];

		fprintf(to, "%s %s router %d from %s\n", n->name, addr_text(e->ip, ip), e->router,
			origin_words(t->origins, e->origin));
	}
}

static void write_members(FILE *to, const struct tables *t, const struct network *n)
{
	struct peer_ref peer = { 0 };
	char ip[ADDR_TEXT];

	for (uint32_t s = 0; peers_next(t->peers, s, &peer); s = peer.slot + 1)
		if (!n->members || peer_set_has(n->members, peer))
			fprintf(to, "%s hears %s\n", n->name,
				addr_text(peers_at(t->peers, peer)->addr, ip));
}

static void write_endpoint(FILE *to, const struct tables *t, const struct network *n, uint16_t at)
{
	char ip[ADDR_TEXT];

	if (at == ENDPOINT_NONE)
		return;
	assert_ptr_equal(tables_find(t, at, n->vni), n);
	fprintf(to, "%s at %s port %u %d mtu %u\n", n->name, addr_text(t->endpoints[at].addr, ip),
		t->endpoints[at].port, t->endpoints[at].own_port, t->endpoints[at].mtu);
}

static void write_network(FILE *to, const struct tables *t, const struct network *n)
{
	char *text = NULL, *save = NULL;
	size_t len = 0;
	FILE *fdb = open_memstream(&text, &len);

	show_fdb(fdb, t, n);
	fclose(fdb);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		fprintf(to, "%s %s\n", n->name, line);
	free(text);
	write_entries(to, t, n);
	write_members(to, t, n);
	write_endpoint(to, t, n, n->endpoint_v4);
	write_endpoint(to, t, n, n->endpoint_v6);
	fprintf(to,
		"%s vni %u port %u %d mtu %u learning %d miss %d %d strict %d drop %d arp %d tos "
		"%u %d "
		"offload %d bum %lu fdb %u flood from %s\n",
		n->name, n->vni, n->port, n->own_port, n->mtu, n->learning, n->l2miss, n->l3miss,
		n->strict_reserved, n->drop_vlan, n->arp, n->tos, n->tos_inherit, n->offload,
		(unsigned long)n->bum.rate, fdb_capacity(n->fdb),
		origin_words(t->origins, n->flood_origin));
}

static char *describe(const struct tables *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	struct peer_ref peer = { 0 };
	char ip[ADDR_TEXT];

	for (uint32_t id = 0; id < t->network_count; id++) {
		if (!t->networks[id])
			continue;
		assert_int_equal(t->networks[id]->id, id);
		write_network(to, t, t->networks[id]);
	}
	for (uint32_t s = 0; peers_next(t->peers, s, &peer); s = peer.slot + 1)
		fprintf(to, "peer %s port %u\n", addr_text(peers_at(t->peers, peer)->addr, ip),
			peers_at(t->peers, peer)->port);
	fclose(to);
	return sorted(text);
}

static void assert_same_tables(const struct tables *a, const struct tables *b)
{
	char *left = describe(a), *right = describe(b);

	assert_string_equal(left, right);
	free(left);
	free(right);
}

/* -- Random clusters -- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static bool once_in(uint64_t *seed, uint32_t n)
{
	return draw(seed, n) == 0;
}

static void write_one(FILE *to, uint64_t *seed, unsigned name)
{
	static const char *const floods[] = { "peers", "none", "[b, 192.0.2.77]", "239.1.1.1" };
	static const char *const arps[] = { "flood", "suppress", "proxy" };

	fprintf(to, "  net%u:\n    vni: %u\n    device: %s%u\n", name,
		10 * name + (once_in(seed, 4) ? 1 : 0), once_in(seed, 4) ? "other" : "tap", name);
	if (once_in(seed, 3))
		fprintf(to, "    nodes: [a, b%s]\n", once_in(seed, 2) ? ", c" : "");
	fprintf(to, "    learning: %s\n    arp: %s\n    flood: %s\n",
		once_in(seed, 2) ? "true" : "false", arps[draw(seed, 3)], floods[draw(seed, 4)]);
	if (once_in(seed, 3))
		fprintf(to, "    l2miss: %s\n    l3miss: %s\n", once_in(seed, 2) ? "true" : "false",
			once_in(seed, 2) ? "true" : "false");
	if (once_in(seed, 3))
		fprintf(to, "    port: %u\n", 4789 + draw(seed, 3));
	if (once_in(seed, 3))
		fprintf(to, "    max-fdb: %u\n    ageing: %us\n    mtu: %u\n", 1 + draw(seed, 40),
			draw(seed, 3), 1300 + draw(seed, 3));
	if (once_in(seed, 2))
		fprintf(to,
			"    hosts:\n      h1: { node: b, ip: 3.3.3.%u, mac: "
			"\"32:39:e3:57:89:0%u\" }\n",
			1 + draw(seed, 3), draw(seed, 3));
	if (once_in(seed, 2))
		fprintf(to, "    fdb: [ { mac: \"%s\", dst: 192.0.2.%u } ]\n",
			once_in(seed, 2) ? "52:54:00:00:00:01" : "01:00:5e:00:00:01",
			2 + draw(seed, 3) * 40);
	if (once_in(seed, 2))
		fprintf(to, "    neigh: [ { ip: 3.3.3.9, mac: \"52:54:00:00:00:0%u\" } ]\n",
			draw(seed, 3));
}

static struct given draw_cluster(uint64_t *seed)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	bool any = false;
	struct given g;

	fprintf(to, "version: 1\nname: demo\nunderlay: { accept: %s, max-peers: %u }\nnodes:\n",
		once_in(seed, 5) ? "any" : "nodes", 1 + draw(seed, 3));
	for (unsigned i = 0; i < NODES; i++)
		if (i < 3 || once_in(seed, 2))
			fprintf(to, "  %c: { address: 192.0.2.%u, interface: eth0%s }\n", 'a' + i,
				i + 1 + (i > 0 && once_in(seed, 6) ? 10 : 0),
				once_in(seed, 8) ? ", port: 4800" : "");
	fprintf(to, "networks:");
	for (unsigned i = 0; i < NAMES; i++) {
		if (once_in(seed, 2))
			continue;
		fputs(any ? "" : "\n", to);
		write_one(to, seed, i);
		any = true;
	}
	fputs(any ? "" : " {}\n", to);
	fclose(to);
	g = given_text(text);
	free(text);
	return g;
}

static void any_plan_from_any_other(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < PAIRS; i++) {
		uint64_t seed = i;
		struct given a = draw_cluster(&seed), b = draw_cluster(&seed);
		struct tables *t = fresh(&a), *wanted_a = fresh(&a), *wanted_b = fresh(&b);

		change(t, &a, &b);
		assert_same_tables(t, wanted_b);
		change(t, &b, &a);
		assert_same_tables(t, wanted_a);
		tables_free(t);
		tables_free(wanted_a);
		tables_free(wanted_b);
		given_free(&a);
		given_free(&b);
	}
}

/* -- What traffic and commands have put there -- */

#define HEAD                                                                                      \
	"version: 1\nname: demo\nnodes:\n  a: { address: 192.0.2.1 }\n  b: { address: 192.0.2.2 " \
	"}\n"                                                                                     \
	"  c: { address: 192.0.2.3 }\nnetworks:\n"
#define RED \
	"  red: { vni: 2, hosts: { r: { node: b, ip: 3.3.3.7, mac: \"32:39:e3:57:89:07\" } } }\n"
#define NOW (1000 * NS_PER_S)

static struct mac mac(const char *text)
{
	struct mac m;

	assert_true(mac_parse(text, &m));
	return m;
}

static struct peer_ref peer(const struct tables *t, const char *addr)
{
	struct peer_ref ref;
	struct addr a;

	assert_true(addr_parse(addr, &a));
	assert_true(peers_find(t->peers, a, &ref));
	return ref;
}

static void learn(struct network *n, const char *from, struct place place, uint32_t owner,
		  uint64_t now)
{
	struct fdb_judgement j = fdb_judge(n->fdb, mac(from), place, true, now);

	assert_int_not_equal(fdb_apply(n->fdb, j, mac(from), place, owner, now), FDB_NONE);
}

static void learn_peer(const struct tables *t, uint32_t id, const char *from, const char *addr)
{
	struct peer_ref ref = peer(t, addr);

	learn(t->networks[id], from, place_peer((struct destination) { .peer = ref }),
	      FDB_OWNER_PEER(ref.slot), NOW);
}

static bool knows(const struct network *n, const char *text)
{
	return fdb_find(n->fdb, mac(text), NOW) != FDB_NONE;
}

/* Tables of @from that have lived. */
static struct tables *lived(const struct given *from)
{
	struct tables *t = fresh(from);
	struct network *n = t->networks[0];
	uint32_t by_command = origins_add(t->origins, "a command");

	assert_int_equal(network_add_port(n, mac("02:00:00:00:00:01"), 1450, true, by_command), 0);
	learn(n, "52:54:00:00:00:01", place_port(0), FDB_OWNER_PORT(0), NOW - 5 * NS_PER_S);
	learn_peer(t, 0, "52:54:00:00:00:02", "192.0.2.2");
	learn_peer(t, 0, "52:54:00:00:00:03", "192.0.2.3");
	learn_peer(t, 1, "52:54:00:00:00:04", "192.0.2.3");
	fdb_put(n->fdb, mac("52:54:00:00:00:09"), FDB_STATIC, place_port(0), by_command);
	n->count.rx_frames = 77;
	return t;
}

static void assert_lived(const struct network *n)
{
	assert_true(knows(n, "52:54:00:00:00:01"));
	assert_true(knows(n, "52:54:00:00:00:02"));
	assert_true(knows(n, "52:54:00:00:00:09"));
	assert_true(knows(n, "02:00:00:00:00:01"));
	assert_int_equal(n->count.rx_frames, 77);
	assert_true(n->ports[0].used);
}

static void what_is_the_same_is_not_touched(void **state)
{
	struct given a = given_text(HEAD RED "  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD RED "  blue: { vni: 1, learning: false }\n");
	struct tables *t = lived(&a);
	const struct network *red = t->networks[0], *blue = t->networks[1];
	uint64_t digest = fdb_digest(red->fdb);

	(void)state;
	change(t, &a, &b);
	assert_ptr_equal(t->networks[0], red);
	assert_true(digest == fdb_digest(red->fdb));
	assert_ptr_not_equal(t->networks[1], blue);
	assert_true(knows(t->networks[1], "52:54:00:00:00:04"));
	assert_false(t->networks[1]->learning);
	assert_ptr_equal(tables_find(t, 0, 1), t->networks[1]);
	assert_ptr_equal(tables_find(t, 0, 2), red);
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

/* Lines above move its entries to other lines: they are not the same, and lose nothing. */
static void what_moved_in_the_file_says_so(void **state)
{
	struct given a = given_text(HEAD RED "  blue: { vni: 1 }\n");
	struct given b = given_text("# a line more\n" HEAD RED "  blue: { vni: 1 }\n");
	struct tables *t = lived(&a);
	const struct network *n;

	(void)state;
	change(t, &a, &b);
	n = t->networks[0];
	assert_lived(n);
	assert_true(knows(n, "52:54:00:00:00:03"));
	assert_string_equal(
		origin_words(
			t->origins,
			fdb_at(n->fdb, fdb_find(n->fdb, mac("32:39:e3:57:89:07"), NOW))->origin),
		"f.yaml:9");
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void who_may_not_speak_any_more_is_forgotten(void **state)
{
	struct given a = given_text(HEAD RED "  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  red: { vni: 2, nodes: [a, b] }\n  blue: { vni: 1 }\n");
	struct tables *t = lived(&a);

	(void)state;
	change(t, &a, &b);
	assert_lived(t->networks[0]);
	assert_false(knows(t->networks[0], "52:54:00:00:00:03"));
	assert_false(knows(t->networks[0], "32:39:e3:57:89:07"));
	assert_true(knows(t->networks[1], "52:54:00:00:00:04"));
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void age_order_and_size_are_kept(void **state)
{
	struct given a = given_text(HEAD "  red: { vni: 2, ageing: 10s }\n  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  red: { vni: 2, ageing: 10s, max-fdb: 2 }\n");
	struct tables *t = lived(&a);
	struct network *n;

	(void)state;
	change(t, &a, &b);
	n = t->networks[0];
	assert_int_equal(t->network_count, 1);
	assert_int_equal(fdb_capacity(n->fdb), 2);
	assert_int_equal(fdb_counts(n->fdb)->learned, 2);
	assert_int_equal(fdb_counts(n->fdb)->learns, 3);
	assert_int_equal(fdb_counts(n->fdb)->evicted, 1);
	assert_int_equal(fdb_age(n->fdb, NOW + 9 * NS_PER_S, 9), 0);
	assert_int_equal(fdb_age(n->fdb, NOW + 10 * NS_PER_S, 9), 2);
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void another_vni_begins_anew(void **state)
{
	struct given a = given_text(HEAD RED "  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  red: { vni: 3 }\n  blue: { vni: 1 }\n");
	struct tables *t = lived(&a);
	const struct network *n;

	(void)state;
	change(t, &a, &b);
	assert_null(tables_find(t, 0, 2));
	n = tables_find(t, 0, 3);
	assert_string_equal(n->name, "red");
	assert_int_equal(fdb_counts(n->fdb)->learned + fdb_counts(n->fdb)->fixed, 0);
	assert_int_equal(n->count.rx_frames, 0);
	assert_false(n->ports[0].used);
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void the_file_beats_a_command(void **state)
{
	struct given a = given_text(HEAD "  red: { vni: 2 }\n  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  red:\n    vni: 2\n    fdb: [ { mac: "
					 "\"52:54:00:00:00:09\", dst: 192.0.2.2 } ]\n");
	struct tables *t = lived(&a);
	const struct network *n;

	(void)state;
	change(t, &a, &b);
	n = t->networks[0];
	assert_lived(n);
	assert_int_equal(
		fdb_at(n->fdb, fdb_find(n->fdb, mac("52:54:00:00:00:09"), NOW))->place.kind,
		PLACE_PEER);
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void what_was_not_meant_leaves_nothing(void **state)
{
	struct given a = given_text(HEAD RED "  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  red: { vni: 2, flood: [10.9.9.9] }\n");
	struct tables *t = lived(&a);
	char *before = describe(t), *after;

	(void)state;
	tables_abandon(t, plan_apply_beside(b.plan, a.plan, t));
	after = describe(t);
	assert_string_equal(before, after);
	free(before);
	free(after);
	tables_free(t);
	given_free(&a);
	given_free(&b);
}

static void endpoints_keep_their_numbers(void **state)
{
	struct given a = given_text(HEAD "  red: { vni: 2, port: 8472 }\n  blue: { vni: 1 }\n");
	struct given b = given_text(HEAD "  pink: { vni: 3, port: 9999 }\n  blue: { vni: 1 }\n");
	struct given c = given_text(HEAD "  blue: { vni: 1 }\n  pink: { vni: 4, port: 8888 }\n");
	struct tables *t = fresh(&a);

	(void)state;
	assert_int_equal(a.plan->endpoints[1].number, 1);
	change(t, &a, &b);
	assert_int_equal(b.plan->endpoints[1].port, 4789);
	assert_int_equal(b.plan->endpoints[1].number, 1);
	assert_int_equal(b.plan->endpoints[0].number, 0);
	assert_int_equal(b.plan->networks[0].id, 0);
	change(t, &b, &c);
	assert_int_equal(c.plan->endpoints[0].number, 1);
	assert_int_equal(c.plan->endpoints[1].number, 0);
	assert_int_equal(t->networks[1]->endpoint_v4, 1);
	tables_free(t);
	given_free(&a);
	given_free(&b);
	given_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_plan_from_any_other),
		cmocka_unit_test(what_is_the_same_is_not_touched),
		cmocka_unit_test(what_moved_in_the_file_says_so),
		cmocka_unit_test(who_may_not_speak_any_more_is_forgotten),
		cmocka_unit_test(age_order_and_size_are_kept),
		cmocka_unit_test(another_vni_begins_anew),
		cmocka_unit_test(the_file_beats_a_command),
		cmocka_unit_test(what_was_not_meant_leaves_nothing),
		cmocka_unit_test(endpoints_keep_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
