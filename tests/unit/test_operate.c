/* Commands on the tables of a running switch: what each verb of `bridge fdb` and `ip neigh` does when
 * the entry is there, is not there, or is another's.  Each row is one command, the status it has, and
 * a word of its sentence; what the table holds afterwards is compared in iproute2's lines. */
#include "plan/operate.h"

#include <errno.h>
#include <stdio.h>

#include "craft.h"
#include "ctl/show.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (1000 * SECOND)

struct site {
	struct tables *tables;
	struct network *network;
};

static struct addr addr_at(const char *text)
{
	struct addr addr = { .family = ADDR_NONE };

	assert_true(!*text || addr_parse(text, &addr));
	return addr;
}

static struct mac mac_at(const char *text)
{
	struct mac mac;

	assert_true(mac_parse(text, &mac));
	return mac;
}

static void site_open(struct site *s)
{
	struct endpoint self = { .addr = addr_at("10.0.0.1"), .port = 4789, .mtu = 1500 };

	s->tables = tables_new(0, (struct hash_secret) { 8, 1 });
	s->network = tables_add_network(s->tables, "blue", 100, 4, 300);
	s->network->port = 4789;
	s->network->endpoint_v4 = tables_add_endpoint(s->tables, self);
	s->network->endpoint_v6 = ENDPOINT_NONE;
	s->network->members = peer_set_new(NULL, 0);
	network_add_port(s->network, mac_at("02:00:00:00:00:01"), 1450, true, 0);
}

static void site_close(struct site *s)
{
	tables_free(s->tables);
}

typedef int (*verb)(struct tables *, struct network *, const struct fdb_order *, uint64_t, char *);

struct step {
	verb verb;
	const char *mac, *dst;
	uint16_t port;
	enum fdb_lasting lasting;
	int rc;
	const char *why; /* a word of it */
};

static void take(struct site *s, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct fdb_order order = { .mac = mac_at(steps[i].mac),
						 .dst = addr_at(steps[i].dst),
						 .port = steps[i].port,
						 .lasting = steps[i].lasting };
		char why[OPERATE_WHY] = "";
		int rc = steps[i].verb(s->tables, s->network, &order, NOW, why);

		if (rc != steps[i].rc || (steps[i].why && !strstr(why, steps[i].why)))
			fail_msg("step %zu: status %d, \"%s\"", i, rc, why);
		assert_true(rc == 0 || *why);
	}
}

#define TAKE(site, ...)                                              \
	do {                                                         \
		static const struct step steps[] = { __VA_ARGS__ };  \
		take(site, steps, sizeof(steps) / sizeof(steps[0])); \
	} while (0)

static void assert_fdb(struct site *s, const char *expected)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	show_fdb(to, s->tables, s->network);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
}

#define ZERO   "00:00:00:00:00:00"
#define GROUP  "01:00:5e:00:00:05"
#define A      "32:39:e3:57:89:01"
#define B      "32:39:e3:57:89:02"
#define OWN    "02:00:00:00:00:01"
#define DEVICE "02:00:00:00:00:01 dev port 0 master permanent\n"

static void stations(void **state)
{
	struct site s;

	(void)state;
	site_open(&s);
	TAKE(&s, { .verb = operate_fdb_add, .mac = A, .dst = "10.0.0.2", .rc = 0 },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "10.0.0.2",
	       .rc = -EEXIST,
	       .why = "10.0.0.2 (command)" },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "10.0.0.3",
	       .rc = -EEXIST,
	       .why = "File exists" },
	     { .verb = operate_fdb_append, .mac = A, .dst = "10.0.0.2", .rc = 0 },
	     { .verb = operate_fdb_append,
	       .mac = A,
	       .dst = "10.0.0.3",
	       .rc = -EEXIST,
	       .why = "replace" },
	     { .verb = operate_fdb_append,
	       .mac = A,
	       .dst = "10.0.0.2",
	       .port = 8472,
	       .rc = -EEXIST },
	     { .verb = operate_fdb_append,
	       .mac = B,
	       .dst = "10.0.0.3",
	       .port = 8472,
	       .lasting = FDB_LASTS_STATIC },
	     { .verb = operate_fdb_del, .mac = B, .dst = "10.0.0.3", .rc = -ENOENT });
	assert_fdb(&s, DEVICE A " dst 10.0.0.2 self permanent\n" B
				" dst 10.0.0.3 port 8472 self static\n");
	TAKE(&s, { .verb = operate_fdb_replace, .mac = A, .dst = "10.0.0.4" },
	     { .verb = operate_fdb_replace, .mac = B, .dst = "10.0.0.4", .port = 4789 });
	assert_fdb(&s,
		   DEVICE A " dst 10.0.0.4 self permanent\n" B " dst 10.0.0.4 self permanent\n");
	TAKE(&s, { .verb = operate_fdb_del, .mac = A, .dst = "" },
	     { .verb = operate_fdb_del, .mac = A, .dst = "", .rc = -ENOENT, .why = "No such" },
	     { .verb = operate_fdb_del, .mac = B, .dst = "10.0.0.4", .port = 4789 });
	assert_fdb(&s, DEVICE);
	site_close(&s);
}

static void a_dynamic_entry_is_as_a_learned_one(void **state)
{
	struct site s;

	(void)state;
	site_open(&s);
	TAKE(&s,
	     { .verb = operate_fdb_add, .mac = A, .dst = "10.0.0.2", .lasting = FDB_LASTS_DYNAMIC },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "10.0.0.2",
	       .rc = -EEXIST,
	       .why = "(learned)" });
	assert_fdb(&s, DEVICE A " dst 10.0.0.2 self\n");
	assert_int_equal(fdb_counts(s.network->fdb)->learned, 1);
	TAKE(&s, { .verb = operate_fdb_replace,
		   .mac = A,
		   .dst = "10.0.0.3",
		   .lasting = FDB_LASTS_DYNAMIC });
	assert_int_equal(fdb_counts(s.network->fdb)->learned, 1);
	assert_int_equal(tables_age(s.tables, NOW + 300 * SECOND, 9), 2);
	assert_int_equal(fdb_counts(s.network->fdb)->learned, 0);
	TAKE(&s,
	     { .verb = operate_fdb_add, .mac = A, .dst = "10.0.0.2", .lasting = FDB_LASTS_DYNAMIC },
	     { .verb = operate_fdb_append, .mac = A, .dst = "10.0.0.3" });
	assert_fdb(&s, DEVICE A " dst 10.0.0.3 self permanent\n");
	site_close(&s);
}

static void lists(void **state)
{
	static const char *const macs[] = { ZERO, GROUP };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct site s;
		const struct step steps[] = {
			{ .verb = operate_fdb_del, .mac = macs[i], .dst = "", .rc = -ENOENT },
			{ .verb = operate_fdb_replace,
			  .mac = macs[i],
			  .dst = "10.0.0.2",
			  .rc = -EOPNOTSUPP,
			  .why = "Cannot replace non-unicast" },
			{ .verb = operate_fdb_add,
			  .mac = macs[i],
			  .dst = "10.0.0.2",
			  .lasting = FDB_LASTS_STATIC,
			  .rc = -EOPNOTSUPP },
			{ .verb = operate_fdb_add, .mac = macs[i], .dst = "10.0.0.2" },
			{ .verb = operate_fdb_add,
			  .mac = macs[i],
			  .dst = "10.0.0.3",
			  .rc = -EEXIST,
			  .why = "1 destination (command)" },
			{ .verb = operate_fdb_append,
			  .mac = macs[i],
			  .dst = "10.0.0.3",
			  .port = 8472 },
			{ .verb = operate_fdb_append,
			  .mac = macs[i],
			  .dst = "10.0.0.3",
			  .port = 8472 },
			{ .verb = operate_fdb_append, .mac = macs[i], .dst = "10.0.0.4" },
			{ .verb = operate_fdb_del,
			  .mac = macs[i],
			  .dst = "10.0.0.3",
			  .rc = -ENOENT },
			{ .verb = operate_fdb_del, .mac = macs[i], .dst = "10.0.0.4" },
		};
		char expected[512];

		site_open(&s);
		take(&s, steps, sizeof(steps) / sizeof(steps[0]));
		snprintf(expected, sizeof(expected),
			 "%s%s dst 10.0.0.2 self permanent\n%s dst 10.0.0.3 port 8472 self "
			 "permanent\n%s",
			 i == 0 ? "" : DEVICE, macs[i], macs[i], i == 0 ? DEVICE : "");
		assert_fdb(&s, expected);
		const struct step more[] = {
			{ .verb = operate_fdb_del, .mac = macs[i], .dst = "10.0.0.2" },
			{ .verb = operate_fdb_del,
			  .mac = macs[i],
			  .dst = "10.0.0.3",
			  .port = 8472 },
			{ .verb = operate_fdb_append, .mac = macs[i], .dst = "10.0.0.2" },
			{ .verb = operate_fdb_append, .mac = macs[i], .dst = "10.0.0.3" },
			{ .verb = operate_fdb_del, .mac = macs[i], .dst = "" },
			{ .verb = operate_fdb_del, .mac = macs[i], .dst = "", .rc = -ENOENT }
		};
		take(&s, more, sizeof(more) / sizeof(more[0]));
		assert_fdb(&s, DEVICE);
		site_close(&s);
	}
}

static void what_is_refused(void **state)
{
	struct site s;

	(void)state;
	site_open(&s);
	TAKE(&s, { .verb = operate_fdb_add, .mac = A, .dst = "", .rc = -EINVAL, .why = "dst" },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "0.0.0.0",
	       .rc = -EINVAL,
	       .why = "nobody" },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "10.0.0.1",
	       .rc = -EINVAL,
	       .why = "this node" },
	     { .verb = operate_fdb_add,
	       .mac = A,
	       .dst = "2001:db8::1",
	       .rc = -EADDRNOTAVAIL,
	       .why = "IPv6" },
	     { .verb = operate_fdb_add,
	       .mac = OWN,
	       .dst = "10.0.0.2",
	       .rc = -EEXIST,
	       .why = "port 0" },
	     { .verb = operate_fdb_append,
	       .mac = OWN,
	       .dst = "10.0.0.2",
	       .rc = -EPERM,
	       .why = "own device" },
	     { .verb = operate_fdb_replace,
	       .mac = OWN,
	       .dst = "10.0.0.2",
	       .rc = -EPERM,
	       .why = "own device" },
	     { .verb = operate_fdb_del, .mac = OWN, .dst = "", .rc = -EPERM, .why = "own device" });
	assert_fdb(&s, DEVICE);
	site_close(&s);
}

/* Other networks may share the set of who may speak: it is not changed, but another one made. */
static void a_destination_may_speak(void **state)
{
	struct site s;
	struct peer_ref peer;
	struct peer_set *before;

	(void)state;
	site_open(&s);
	before = peer_set_hold(s.network->members);
	TAKE(&s, { .verb = operate_fdb_add, .mac = A, .dst = "10.0.0.2" });
	assert_true(peers_find(s.tables->peers, addr_at("10.0.0.2"), &peer));
	assert_true(peer_set_has(s.network->members, peer));
	assert_false(peer_set_has(before, peer));
	peer_set_put(before);
	site_close(&s);
}

static void flush(struct site *s, struct fdb_filter filter)
{
	operate_flush_flood(s->tables, s->network, &filter);
	for (uint32_t slot = fdb_next(s->network->fdb, 0); slot != FDB_NONE;
	     slot = fdb_next(s->network->fdb, slot + 1))
		operate_flush_slot(s->tables, s->network, slot, &filter);
}

static void fill(struct site *s)
{
	site_open(s);
	TAKE(s, { .verb = operate_fdb_append, .mac = ZERO, .dst = "10.0.0.2" },
	     { .verb = operate_fdb_append, .mac = ZERO, .dst = "10.0.0.3" },
	     { .verb = operate_fdb_append, .mac = A, .dst = "10.0.0.2" },
	     { .verb = operate_fdb_append,
	       .mac = B,
	       .dst = "10.0.0.2",
	       .lasting = FDB_LASTS_STATIC },
	     { .verb = operate_fdb_append,
	       .mac = "32:39:e3:57:89:03",
	       .dst = "10.0.0.3",
	       .lasting = FDB_LASTS_DYNAMIC });
}

static void flushing(void **state)
{
	static const struct {
		struct fdb_filter filter;
		const char *left;
	} rows[] = {
		{ { .keep_permanent = false }, DEVICE },
		{ { .keep_permanent = true },
		  ZERO " dst 10.0.0.2 self permanent\n" ZERO
		       " dst 10.0.0.3 self permanent\n" DEVICE A " dst 10.0.0.2 self permanent\n" },
		{ { .keep_static = true }, DEVICE B " dst 10.0.0.2 self static\n" },
		{ { .keep_dynamic = true }, DEVICE "32:39:e3:57:89:03 dst 10.0.0.3 self\n" },
		{ { .dst = { { 10, 0, 0, 2 }, ADDR_V4 } },
		  ZERO " dst 10.0.0.3 self permanent\n" DEVICE
		       "32:39:e3:57:89:03 dst 10.0.0.3 self\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site s;

		fill(&s);
		flush(&s, rows[i].filter);
		assert_fdb(&s, rows[i].left);
		site_close(&s);
	}
}

static void neighbours(void **state)
{
	const struct neigh_entry entry = { .ip = addr_at("3.3.3.4"), .mac = mac_at(A) };
	struct neigh_entry other = { .ip = addr_at("3.3.3.4"), .mac = mac_at(B) };
	char why[OPERATE_WHY];
	struct site s;

	(void)state;
	site_open(&s);
	assert_int_equal(operate_neigh_add(s.tables, s.network, entry, why), 0);
	assert_int_equal(operate_neigh_add(s.tables, s.network, other, why), -EEXIST);
	assert_string_equal(why, "File exists: 3.3.3.4 is " A " (command)");
	assert_int_equal(operate_neigh_replace(s.tables, s.network, other, why), 0);
	assert_int_equal(neigh_count(s.network->neigh), 1);
	other.mac = mac_at(GROUP);
	assert_int_equal(operate_neigh_replace(s.tables, s.network, other, why), -EINVAL);
	other.ip = addr_at("224.0.0.1");
	assert_int_equal(operate_neigh_add(s.tables, s.network, other, why), -EINVAL);
	assert_int_equal(operate_neigh_del(s.network, entry.ip, why), 0);
	assert_int_equal(operate_neigh_del(s.network, entry.ip, why), -ENOENT);
	assert_int_equal(neigh_count(s.network->neigh), 0);
	site_close(&s);
}

static void a_reachable_neighbour_is_forgotten(void **state)
{
	struct neigh_entry entry = { .ip = addr_at("3.3.3.4"), .mac = mac_at(A), .until = 1030 };
	char why[OPERATE_WHY];
	struct site s;

	(void)state;
	site_open(&s);
	assert_int_equal(operate_neigh_add(s.tables, s.network, entry, why), 0);
	entry.ip = addr_at("3.3.3.5");
	entry.until = 0;
	assert_int_equal(operate_neigh_add(s.tables, s.network, entry, why), 0);
	neigh_age(s.network->neigh, 1029 * SECOND, 16);
	assert_int_equal(neigh_count(s.network->neigh), 2);
	neigh_age(s.network->neigh, 1030 * SECOND, 1);
	neigh_age(s.network->neigh, 1030 * SECOND, 1);
	assert_int_equal(neigh_count(s.network->neigh), 1);
	assert_int_equal(neigh_find(s.network->neigh, addr_at("3.3.3.4")), NEIGH_NONE);
	site_close(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(stations),
		cmocka_unit_test(a_dynamic_entry_is_as_a_learned_one),
		cmocka_unit_test(lists),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_destination_may_speak),
		cmocka_unit_test(flushing),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(a_reachable_neighbour_is_forgotten),
	};

	return cmocka_run_group_tests_name("operate", tests, NULL, NULL);
}
