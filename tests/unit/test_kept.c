/* What commands leave behind: taken back in the opposite order, everything is as it was; and what was
 * kept makes the same tables again.  Random commands over few stations, so that they meet. */
#include "ctl/kept.h"

#include <stdio.h>

#include "craft.h"
#include "ctl/session.h"

enum { ROUNDS = 400, COMMANDS = 12, RECORDS = 256 };

#define NOW UINT64_C(1000000000000)

struct site {
	struct switch_view view;
	struct session session;
	struct kept records[RECORDS]; /* as the store would have them */
	unsigned count;
	struct undo undos[RECORDS];
	unsigned undo_count;
	bool refuses;
};

static bool link_of(void *context, uint32_t network, uint32_t port, struct link_view *out)
{
	(void)context;
	(void)network;
	(void)port;
	(void)out;
	return false;
}

static void tell(void *context, enum about about, uint32_t network, const char *line, size_t len)
{
	(void)context;
	(void)about;
	(void)network;
	(void)line;
	(void)len;
}

static bool can_keep(void *context)
{
	(void)context;
	return true;
}

static void forget(struct site *s, const char *key, bool all)
{
	unsigned left = 0;

	for (unsigned i = 0; i < s->count; i++)
		if (all ? strncmp(s->records[i].key, key, strlen(key)) != 0
			: strcmp(s->records[i].key, key) != 0)
			s->records[left++] = s->records[i];
	s->count = left;
}

static uint64_t keep(void *context, const struct kept *what, struct undo *undo)
{
	struct site *s = context;

	if (s->refuses)
		return 0;
	forget(s, what->key, what->kind == KEPT_REMOVE_ALL);
	if (what->kind == KEPT_PUT)
		s->records[s->count++] = *what;
	s->undos[s->undo_count++] = *undo;
	return s->undo_count;
}

static struct addr addr_at(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static struct tables *tables_made(void)
{
	const struct endpoint endpoint = { .addr = addr_at("10.0.0.1"), .port = 4789, .mtu = 1500 };
	struct tables *t = tables_new(4, (struct hash_secret) { 8, 1 });
	struct network *n = tables_add_network(t, "blue", 100, 64, 0);

	n->port = 4789;
	n->endpoint_v4 = tables_add_endpoint(t, endpoint);
	n->endpoint_v6 = ENDPOINT_NONE;
	return t;
}

static struct site *site_open(void)
{
	struct site *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->view = (struct switch_view) { .tables = tables_made(),
					 .cluster = "demo",
					 .node = "n1",
					 .version = "0",
					 .context = s,
					 .link = link_of,
					 .tell = tell,
					 .state = "/nowhere",
					 .trouble = "",
					 .can_keep = can_keep,
					 .keep = keep };
	return s;
}

static void site_close(struct site *s)
{
	while (s->undo_count)
		undo_forget(&s->undos[--s->undo_count]);
	tables_free(s->view.tables);
	free(s);
}

static void ask(struct site *s, const char *request, char *heard, size_t room)
{
	static char piece[65536];
	struct text out = text_in(piece, sizeof(piece));

	session_begin(&s->session, &s->view, request, strlen(request), NOW, &out);
	while (s->session.state == SESSION_BUSY)
		session_step(&s->session, &s->view, NOW, 1000000, &out);
	if (heard)
		snprintf(heard, room, "%s", piece);
}

/* -- Random words -- */

static uint64_t seed;

static unsigned any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(seed >> 33) % below;
}

static void say_fdb(char out[256])
{
	static const char *const macs[] = { "02:00:00:00:00:01", "02:00:00:00:00:02",
					    "00:00:00:00:00:00", "01:00:5e:00:00:01" };
	static const char *const verbs[] = { "add", "append", "append", "replace", "del", "del" };
	static const char *const states[] = { "permanent", "static", "dynamic", "permanent" };
	const char *mac = macs[any(4)], *verb = verbs[any(6)];

	if (strcmp(verb, "del") == 0 && any(2))
		snprintf(out, 256, "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"%s\",\"dev\":\"blue\"}",
			 mac);
	else if (strcmp(verb, "del") == 0)
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"%s\",\"dev\":\"blue\",\"dst\":"
			 "\"10.0.0.%u\"}",
			 mac, 2 + any(3));
	else
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"fdb %s\",\"mac\":\"%s\",\"dev\":\"blue\",\"dst\":"
			 "\"10.0.0.%u\",\"port\":%u,\"state\":\"%s\"}",
			 verb, mac, 2 + any(3), 4788 + any(3), states[any(4)]);
}

static void say_neigh(char out[256])
{
	static const char *const verbs[] = { "add", "replace" };

	if (any(3) == 0)
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"neigh del\",\"dst\":\"3.3.3.%u\",\"dev\":\"blue\"}",
			 any(3));
	else
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"neigh %s\",\"dst\":\"3.3.3.%u\",\"dev\":\"blue\","
			 "\"lladdr\":\"02:00:00:00:00:0%u\",\"nud\":\"%s\",\"router\":%s}",
			 verbs[any(2)], 1 + any(3), 1 + any(2), any(3) ? "permanent" : "reachable",
			 any(2) ? "true" : "false");
}

static void say_flush(char out[256])
{
	static const char *const only[] = { "permanent", "nopermanent", "static",
					    "nostatic",  "dynamic",     "nodynamic" };

	if (any(3) == 0)
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"neigh flush\",\"dev\":\"blue\",\"nud\":\"%s\"}",
			 any(2) ? "permanent" : "reachable");
	else if (any(2))
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"fdb flush\",\"dev\":\"blue\",\"only\":\"%s\"}",
			 only[any(6)]);
	else
		snprintf(out, 256,
			 "{\"v\":1,\"do\":\"fdb flush\",\"dev\":\"blue\",\"dst\":\"10.0.0.%u\"}",
			 2 + any(3));
}

static void do_something(struct site *s)
{
	char request[256];
	unsigned what = any(12);

	if (what == 0)
		say_flush(request);
	else if (what < 9)
		say_fdb(request);
	else
		say_neigh(request);
	ask(s, request, NULL, 0);
}

/* -- What the tables hold, line by line, in order -- */

struct picture {
	char lines[64][512];
	unsigned count;
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void add_lines(struct site *s, struct picture *p, const char *request, bool lasting)
{
	static char heard[65536];
	char *line, *rest = heard;

	ask(s, request, heard, sizeof(heard));
	while ((line = strsep(&rest, "\n"))) {
		if (!strstr(line, "item") ||
		    (lasting && (strstr(line, "\"state\":\"\"") || strstr(line, "REACHABLE"))))
			continue;
		assert_true(p->count < 64);
		snprintf(p->lines[p->count++], 512, "%s", line);
	}
}

static void look(struct site *s, struct picture *p, bool lasting)
{
	*p = (struct picture) { .count = 0 };
	add_lines(s, p, "{\"v\":1,\"do\":\"fdb show\"}", lasting);
	add_lines(s, p, "{\"v\":1,\"do\":\"neigh show\"}", lasting);
	qsort(p->lines, p->count, sizeof(p->lines[0]), compare);
}

static void assert_same(const struct picture *a, const struct picture *b)
{
	for (unsigned i = 0; i < a->count || i < b->count; i++)
		if (i >= a->count || i >= b->count || strcmp(a->lines[i], b->lines[i]) != 0)
			fail_msg("seed %llu: \"%s\" became \"%s\"", (unsigned long long)seed,
				 i < a->count ? a->lines[i] : "", i < b->count ? b->lines[i] : "");
}

static void begin(struct site *s)
{
	unsigned count = any(COMMANDS);

	for (unsigned i = 0; i < count; i++)
		do_something(s);
	while (s->undo_count)
		undo_forget(&s->undos[--s->undo_count]);
}

/* Dynamic ones replace nothing that is kept here, and so are not taken back. */
static void taking_back_leaves_nothing(void **state)
{
	static struct picture before, after;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct site *s = site_open();
		unsigned count = 1 + any(COMMANDS);

		begin(s);
		look(s, &before, true);
		for (unsigned i = 0; i < count; i++)
			do_something(s);
		while (s->undo_count)
			undo_take_back(&s->undos[--s->undo_count], s->view.tables, NOW);
		look(s, &after, true);
		assert_same(&before, &after);
		site_close(s);
	}
}

static void no_memory_leaves_nothing(void **state)
{
	static struct picture before, after;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct site *s = site_open();

		begin(s);
		look(s, &before, true);
		s->refuses = true;
		do_something(s);
		look(s, &after, true);
		assert_same(&before, &after);
		site_close(s);
	}
}

static void what_is_kept_makes_the_same(void **state)
{
	static struct picture before, after;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct site *s = site_open(), *other = site_open();
		char why[COMMAND_WHY];

		for (unsigned i = 0; i < COMMANDS; i++)
			do_something(s);
		look(s, &before, true);
		for (unsigned i = 0; i < s->count; i++)
			assert_int_equal(
				kept_restore(other->view.tables, s->records[i].value, NOW, why),
				RESTORED);
		look(other, &after, true);
		assert_same(&before, &after);
		for (unsigned i = 0; i < s->count; i++)
			assert_int_equal(
				kept_restore(other->view.tables, s->records[i].value, NOW, why),
				RESTORED_NOT);
		site_close(s);
		site_close(other);
	}
}

static void what_is_no_record_is_refused(void **state)
{
	static const struct {
		const char *value;
		enum restored restored;
	} rows[] = {
		{ "{", RESTORED_NONSENSE },
		{ "{\"v\":1,\"do\":\"status\"}", RESTORED_NONSENSE },
		{ "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"02:00:00:00:00:01\",\"dev\":\"blue\"}",
		  RESTORED_NONSENSE },
		{ "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"02:00:00:00:00:01\",\"dev\":\"blue\","
		  "\"dst\":\"10.0.0.2\",\"state\":\"dynamic\"}",
		  RESTORED_NONSENSE },
		{ "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"02:00:00:00:00:01\",\"dev\":\"red\","
		  "\"dst\":\"10.0.0.2\"}",
		  RESTORED_LATER },
		{ "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"02:00:00:00:00:01\",\"dev\":\"blue\","
		  "\"dst\":\"10.0.0.1\"}",
		  RESTORED_LATER }, /* ourselves */
	};
	struct site *s = site_open();
	char why[COMMAND_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(rows[i].value, kept_restore(s->view.tables, rows[i].value, NOW, why) ==
						  rows[i].restored);
	site_close(s);
}

/* -- Leases -- */

static void a_lease_is_read_as_it_was_written(void **state)
{
	struct binding binding = { .ip = 0x0a2a0107,
				   .client = { .len = DHCP_ID },
				   .mac = { { 2, 0, 0, 0, 0, 0xfe } } };
	struct kept kept;
	struct kept_lease lease;

	(void)state;
	for (unsigned i = 0; i < DHCP_ID; i++)
		binding.client.octet[i] = (uint8_t)(5 * i);
	for (unsigned len = 1; len <= DHCP_ID; len += 21) {
		binding.client.len = (uint8_t)len;
		kept_of_lease(&kept, "blue", &binding, UINT64_C(1764224000));
		assert_string_equal(kept.key, "dhcp/blue/10.42.1.7");
		assert_true(kept_read_lease(kept.value, &lease));
		assert_true(dhcp_client_equal(&lease.client, &binding.client));
		assert_true(mac_equal(lease.mac, binding.mac));
		assert_int_equal(lease.until, UINT64_C(1764224000));
	}
}

static struct kept_lease lease_of(uint8_t last, uint8_t client, uint64_t until)
{
	return (struct kept_lease) { .ip = addr_v4((const uint8_t[]) { 10, 42, 1, last }),
				     .mac = { { 2, 0, 0, 0, 0, client } },
				     .client = { .len = 2, .octet = { 1, client } },
				     .until = until };
}

static void leases_come_back_with_what_is_left(void **state)
{
	enum { WALL = 1764224000, TICK = 50, HOUR = 3600 };
	const struct dhcp_terms terms = {
		.pool = { .addr = lease_of(0, 0, 0).ip, .length = 24 },
		.gateway = { lease_of(1, 0, 0).ip, 16 },
		.duration = HOUR,
	};
	const struct {
		struct kept_lease lease;
		bool has;
		uint32_t until; /* tick */
	} rows[] = {
		{ lease_of(2, 2, WALL + 100), true, TICK + 100 },
		{ lease_of(3, 3, WALL), false, 0 },
		{ lease_of(4, 4, WALL + 10 * HOUR), true,
		  TICK + HOUR },                          /* the clock was set back */
		{ lease_of(5, 2, WALL - 1), false, 0 },   /* that one moved */
		{ lease_of(1, 6, WALL + 100), false, 0 }, /* the gateway's now */
		{ lease_of(2, 7, WALL + 100), false, 0 }, /* another's */
		{ lease_of(8, 3, WALL + 7), true, TICK + 7 },
	};
	struct bindings *b = bindings_new(&terms, NULL, 0, (struct hash_secret) { 1, 2 });
	struct addr none = { .family = ADDR_NONE };
	struct kept_lease ended = lease_of(9, 9, WALL - HOUR);

	(void)state;
	assert_non_null(b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t slot = bindings_find(b, rows[i].lease.ip);

		assert_int_equal(kept_restore_lease(b, &rows[i].lease, WALL, TICK), rows[i].has);
		if (rows[i].has)
			assert_int_equal(bindings_at(b, slot)->until, rows[i].until);
	}
	assert_int_equal(bindings_of(b, &rows[0].lease.client), 2);
	assert_false(bindings_leased(b, 3, TICK));
	/* Who had an address gets it again. */
	assert_false(kept_restore_lease(b, &ended, WALL, TICK));
	assert_int_equal(bindings_offer(b, &ended.client, ended.mac, none, TICK), 9);
	bindings_free(b);
}

static void what_is_no_lease_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"7",
		"{}",
		"{\"mac\":\"02:00:00:00:00:01\",\"client\":\"\",\"until\":7}",
		"{\"mac\":\"02:00:00:00:00:01\",\"client\":\"012\",\"until\":7}",
		"{\"mac\":\"02:00:00:00:00:01\",\"client\":\"01+2\",\"until\":7}",
		"{\"mac\":\"02:00:00:00:00:01\",\"client\":\"0102\",\"until\":-7}",
		"{\"mac\":\"02:00:00:00:00:01\",\"client\":\"0102\",\"until\":\"7\"}",
		"{\"mac\":\"02:00:00:00:00\",\"client\":\"0102\",\"until\":7}",
		"{\"mac\":\"02:00:00:00:00:01\",\"until\":7}",
	};
	struct kept_lease lease;
	char *value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(rows[i], !kept_read_lease(rows[i], &lease));
	assert_true(asprintf(&value,
			     "{\"mac\":\"02:00:00:00:00:01\",\"client\":\"%0*d\",\"until\":7}",
			     2 * DHCP_ID + 2, 0) > 0);
	assert_false(kept_read_lease(value, &lease));
	free(value);
}

static void what_is_kept_follows_a_name(void **state)
{
	static const struct {
		const char *key, *value, *new_key, *new_value;
	} records[] = {
		{ "link/vx0",
		  "{\"v\":1,\"do\":\"link add\",\"dev\":\"vx0\",\"link\":\"type vxlan id 1\"}",
		  "link/red",
		  "{\"v\":1,\"do\":\"link add\",\"dev\":\"red\",\"link\":\"type vxlan id 1\"}" },
		{ "fdb/vx0/02:00:00:00:00:01",
		  "{\"v\":1,\"do\":\"fdb add\",\"dev\":\"vx0\",\"dst\":\"1.2.3.4\"}",
		  "fdb/red/02:00:00:00:00:01",
		  "{\"v\":1,\"do\":\"fdb add\",\"dev\":\"red\",\"dst\":\"1.2.3.4\"}" },
		{ "dhcp/vx0/10.0.0.1", "{\"mac\":\"02:00:00:00:00:01\",\"until\":7}",
		  "dhcp/red/10.0.0.1", "{\"mac\":\"02:00:00:00:00:01\",\"until\":7}" },
		{ "neigh/vx0/10.0.0.1", "not JSON", "neigh/red/10.0.0.1", "not JSON" },
		{ "link/vx00", "{\"dev\":\"vx00\"}", NULL, NULL },
		{ "fdb/vx/vx0", "{\"dev\":\"vx\"}", NULL, NULL },
		{ "vx0", "{}", NULL, NULL },
	};
	struct kept kept;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		bool is = kept_rename(&kept, "vx0", "red", records[i].key, records[i].value);

		assert_int_equal(is, records[i].new_key != NULL);
		if (!is)
			continue;
		assert_int_equal(kept.kind, KEPT_PUT);
		assert_string_equal(kept.key, records[i].new_key);
		assert_string_equal(kept.value, records[i].new_value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lease_is_read_as_it_was_written),
		cmocka_unit_test(leases_come_back_with_what_is_left),
		cmocka_unit_test(what_is_no_lease_is_refused),
		cmocka_unit_test(taking_back_leaves_nothing),
		cmocka_unit_test(no_memory_leaves_nothing),
		cmocka_unit_test(what_is_kept_makes_the_same),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(what_is_kept_follows_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
