/* Sessions of the control protocol over tables in memory: requests in, lines out, in pieces. */
#include "ctl/session.h"

#include <errno.h>
#include <stdio.h>

#include "craft.h"
#include "ctl/happening.h"
#include "ctl/watch.h"
#include "ctl/watch_fdb.h"
#include "ctl/watch_peers.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (1000 * SECOND)
#define WORK   1024 /* of a step */
#define M      "32:39:e3:57:89:e7"

struct site {
	struct switch_view view;
	struct network *network;
	struct session session;
	char told[32768]; /* to those who monitor */
	char heard[65536];
	unsigned steps;
};

static bool link_of(void *context, uint32_t network, uint32_t port, struct link_view *out)
{
	(void)context;
	(void)network;
	(void)port;
	*out = (struct link_view) { .index = 7, .up = true, .running = true, .multicast = true };
	return true;
}

static void tell(void *context, enum about about, uint32_t network, const char *line, size_t len)
{
	struct site *s = context;
	size_t at = strlen(s->told);

	if (session_wants(&s->session, about, network))
		snprintf(s->told + at, sizeof(s->told) - at, "%.*s", (int)len, line);
}

static struct addr addr_at(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static struct mac mac_at(const char *text)
{
	struct mac mac;

	assert_true(mac_parse(text, &mac));
	return mac;
}

static void add_network(struct site *s, const char *name, const char *device, uint32_t vni)
{
	struct network *n = tables_add_network(s->view.tables, name, vni, 4096, 300);

	n->port = 4789;
	n->endpoint_v4 = tables_add_endpoint(
		s->view.tables,
		(struct endpoint) { .addr = addr_at("10.0.0.1"), .port = 4789, .mtu = 1500 });
	n->endpoint_v6 = ENDPOINT_NONE;
	network_add_port(n, mac_at("02:00:00:00:00:01"), 1450, true,
			 origins_add(s->view.tables->origins, "the network's own device"));
	network_name_port(n, 0, device);
	s->network = s->network ? s->network : n;
}

static struct site *site_open(void)
{
	struct site *s = calloc(1, sizeof(*s));

	s->view = (struct switch_view) { .tables = tables_new(4, (struct hash_secret) { 8, 1 }),
					 .cluster = "demo",
					 .node = "n1",
					 .version = "0",
					 .context = s,
					 .link = link_of,
					 .tell = tell };
	add_network(s, "blue", "vx100", 100);
	add_network(s, "red", "vx200", 200);
	return s;
}

static void site_close(struct site *s)
{
	tables_free(s->view.tables);
	free(s);
}

/* What is said to @request, whole. */
static const char *ask(struct site *s, const char *request)
{
	static char piece[PROTOCOL_LINE + 2000];
	struct text out = text_in(piece, sizeof(piece));

	*s->heard = '\0';
	s->steps = 0;
	session_begin(&s->session, &s->view, request, strlen(request), NOW, &out);
	strcat(s->heard, piece);
	while (s->session.state == SESSION_BUSY && s->steps++ < 10000) {
		out = text_in(piece, sizeof(piece));
		session_step(&s->session, &s->view, NOW, WORK, &out);
		assert_false(out.cut);
		strncat(s->heard, piece, sizeof(s->heard) - strlen(s->heard) - 1);
	}
	return s->heard;
}

#define OK "{\"v\":1,\"ok\":true}\n"

static void assert_says(struct site *s, const char *request, const char *words)
{
	if (!strstr(ask(s, request), words))
		fail_msg("%s: %s", request, s->heard);
}

static void entries_come_and_go(void **state)
{
	struct site *s = site_open();

	(void)state;
	assert_string_equal(ask(s, "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"" M
				   "\",\"dev\":\"vx100\",\"dst\":\"10.0.0.2\",\"port\":8472}"),
			    OK);
	assert_string_equal(
		ask(s, "{\"v\":1,\"do\":\"fdb get\",\"mac\":\"" M "\",\"dev\":\"blue\"}"),
		"{\"v\":1,\"item\":{\"mac\":\"" M
		"\",\"ifname\":\"vx100\",\"network\":\"blue\",\"dst\":\"10.0.0.2\",\"port\":8472,"
		"\"flags\":[\"self\"],\"state\":\"permanent\",\"origin\":\"command\"}}\n" OK);
	assert_says(s, "{\"v\":1,\"do\":\"fdb show\"}", "\"master\":\"red\",\"flags\":[]");
	assert_says(s, "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"red\"}", "\"vx200\"");
	assert_null(strstr(s->heard, "vx100"));
	assert_says(s,
		    "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"" M
		    "\",\"dev\":\"vx100\",\"dst\":\"10.0.0.2\"}",
		    "\"ok\":false,\"code\":\"EEXIST\",\"message\":\"File exists: ");
	assert_string_equal(ask(s, "{\"v\":1,\"do\":\"fdb flush\",\"dev\":\"vx100\"}"), OK);
	assert_says(s, "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"" M "\",\"dev\":\"vx100\"}",
		    "\"ENOENT\"");
	assert_says(s, "{\"v\":1,\"do\":\"fdb get\",\"mac\":\"" M "\",\"dev\":\"vx100\"}",
		    "\"ENOENT\",\"message\":\"Fdb entry not found.\"");
	site_close(s);
}

static void neighbours_come_and_go(void **state)
{
	struct site *s = site_open();

	(void)state;
	ask(s, "{\"v\":1,\"do\":\"neigh add\",\"dst\":\"3.3.3.4\",\"lladdr\":\"" M
	       "\",\"dev\":\"blue\"}");
	ask(s, "{\"v\":1,\"do\":\"neigh replace\",\"dst\":\"3.3.3.5\",\"lladdr\":\"" M
	       "\",\"dev\":\"blue\",\"nud\":\"reachable\",\"router\":true}");
	assert_string_equal(
		ask(s, "{\"v\":1,\"do\":\"neigh show\"}"),
		"{\"v\":1,\"item\":{\"dst\":\"3.3.3.4\",\"dev\":\"vx100\",\"network\":\"blue\","
		"\"lladdr\":\"" M "\",\"state\":[\"PERMANENT\"],\"origin\":\"command\"}}\n"
		"{\"v\":1,\"item\":{\"dst\":\"3.3.3.5\",\"dev\":\"vx100\",\"network\":\"blue\","
		"\"lladdr\":\"" M
		"\",\"router\":null,\"state\":[\"REACHABLE\"],\"origin\":\"command\"}}\n" OK);
	ask(s, "{\"v\":1,\"do\":\"neigh flush\",\"dev\":\"blue\"}");
	assert_int_equal(neigh_count(s->network->neigh), 1);
	ask(s, "{\"v\":1,\"do\":\"neigh flush\",\"dev\":\"blue\",\"nud\":\"permanent\"}");
	assert_int_equal(neigh_count(s->network->neigh), 0);
	assert_says(s, "{\"v\":1,\"do\":\"neigh get\",\"dst\":\"3.3.3.4\",\"dev\":\"blue\"}",
		    "\"Neighbour entry not found.\"");
	site_close(s);
}

static void what_is_wrong_is_said(void **state)
{
	struct site *s = site_open();

	(void)state;
	assert_says(s, "{", "\"code\":\"EPROTO\",\"message\":\"not JSON");
	assert_says(s, "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"vx10\"}",
		    "\"code\":\"ENODEV\",\"message\":\"Cannot find device \\\"vx10\\\"; did you "
		    "mean \\\"vx100\\\"?\"");
	assert_int_equal(s->session.state, SESSION_IDLE);
	site_close(s);
}

static void the_rest_is_shown(void **state)
{
	struct site *s = site_open();

	(void)state;
	peers_add(s->view.tables->peers, addr_at("10.0.0.2"), &(struct peer_ref) { 0 });
	s->network->count.drops.count[DROP_OVERSIZE] = 3;
	assert_says(s, "{\"v\":1,\"do\":\"link show\"}",
		    "\"ifindex\":7,\"ifname\":\"vx100\",\"flags\":[\"BROADCAST\",\"MULTICAST\","
		    "\"UP\",\"LOWER_UP\"]");
	assert_says(s, "{\"v\":1,\"do\":\"peer show\"}", "\"address\":\"10.0.0.2\"");
	assert_says(s, "{\"v\":1,\"do\":\"status\"}", "\"node\":\"n1\",\"cluster\":\"demo\"");
	assert_says(s, "{\"v\":1,\"do\":\"stats\"}", "\"drops\":{\"oversize\":3}");
	assert_says(s, "{\"v\":1,\"do\":\"stats\",\"drops\":true,\"dev\":\"red\"}",
		    "{\"network\":\"red\",\"ifname\":\"vx200\",\"vni\":200,\"drops\":{}}}\n" OK);
	site_close(s);
}

/* Nothing is copied and no step is long, however much there is. */
static void much_comes_in_pieces(void **state)
{
	struct site *s = site_open();
	struct destination to = { .port = 0 };
	unsigned lines = 0;

	(void)state;
	assert_true(peers_add(s->view.tables->peers, addr_at("10.0.0.2"), &to.peer));
	for (uint32_t i = 0; i < 4000; i++) {
		struct mac mac = { { 2, 1, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		struct fdb_judgement news =
			fdb_judge(s->network->fdb, mac, place_peer(to), true, NOW);

		fdb_apply(s->network->fdb, news, mac, place_peer(to), 0, NOW);
	}
	ask(s, "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"blue\"}");
	assert_true(s->steps >= 4001 * SESSION_ITEM / WORK);
	/* a piece holds about 2000 bytes of lines, and the room for one more */
	for (const char *at = s->heard; (at = strstr(at, "\"used\":0")); at++)
		lines++;
	assert_true(lines > 300);
	ask(s, "{\"v\":1,\"do\":\"fdb flush\",\"dev\":\"blue\",\"only\":\"dynamic\"}");
	assert_true(s->steps >= 4000 * 4 / WORK);
	assert_int_equal(fdb_counts(s->network->fdb)->learned, 0);
	ask(s, "{\"v\":1,\"do\":\"fdb show\",\"dev\":\"blue\"}");
	assert_true(s->steps >= 2); /* free slots cost too */
	site_close(s);
}

static void monitors_hear_what_they_asked_for(void **state)
{
	struct site *s = site_open();
	struct session other = { 0 };
	static char piece[PROTOCOL_LINE + 1];
	struct text out = text_in(piece, sizeof(piece));
	const char *add = "{\"v\":1,\"do\":\"fdb add\",\"mac\":\"" M
			  "\",\"dev\":\"blue\",\"dst\":\"10.0.0.2\"}";

	(void)state;
	assert_string_equal(
		ask(s, "{\"v\":1,\"do\":\"monitor\",\"about\":\"miss\",\"dev\":\"blue\"}"), "");
	assert_int_equal(s->session.state, SESSION_MONITOR);
	session_begin(&other, &s->view, add, strlen(add), NOW, &out);
	happening_l3_miss(&s->view, s->view.tables->networks[1], addr_at("3.3.3.5"));
	assert_string_equal(s->told, "");
	happening_l3_miss(&s->view, s->network, addr_at("3.3.3.4"));
	assert_string_equal(
		s->told,
		"{\"v\":1,\"item\":{\"dst\":\"3.3.3.4\",\"dev\":\"vx100\",\"network\":\"blue\","
		"\"event\":\"miss\"}}\n");
	ask(s, "{\"v\":1,\"do\":\"monitor\"}");
	*s->told = '\0';
	session_begin(&other, &s->view,
		      "{\"v\":1,\"do\":\"fdb del\",\"mac\":\"" M "\",\"dev\":\"blue\"}",
		      strlen("{\"v\":1,\"do\":\"fdb del\",\"mac\":\"" M "\",\"dev\":\"blue\"}"),
		      NOW, &out);
	assert_non_null(strstr(s->told, "\"deleted\":true,\"event\":\"fdb\""));
	site_close(s);
}

static void subnets_are_told_of(void **state)
{
	struct site *s = site_open();
	struct network_config config = { .name = (char *)"blue" };
	struct node node = { .name = (char *)"n2", .address = addr_at("10.0.0.2") };
	struct subnet_happening what = { .change = SUBNET_RENEWED,
					 .network = &config,
					 .node = &node,
					 .subnet.source = SUBNET_LEASE };

	(void)state;
	assert_true(prefix_parse("10.42.2.0/24", &what.subnet.prefix));
	config.gateway = GATEWAY_NONE;
	ask(s, "{\"v\":1,\"do\":\"monitor\",\"about\":\"subnet\",\"dev\":\"blue\"}");
	happening_subnet(&s->view, s->view.tables->networks[1]->id, &what);
	happening_subnet(&s->view, NETWORK_NONE, &what);
	assert_string_equal(s->told, "");
	happening_subnet(&s->view, s->network->id, &what);
	assert_string_equal(s->told, "{\"v\":1,\"item\":{\"network\":\"blue\",\"node\":\"n2\","
				     "\"subnet\":\"10.42.2.0/24\","
				     "\"source\":\"lease\",\"gateway\":null,\"address\":\"10.0.0."
				     "2\",\"change\":\"renewed\","
				     "\"deleted\":false,\"event\":\"subnet\"}}\n");
	site_close(s);
}

static void learn(struct network *n, uint8_t number)
{
	struct mac mac = { { 2, 0, 0, 0, 9, number } };
	struct place place = place_port(0);

	fdb_apply(n->fdb, fdb_judge(n->fdb, mac, place, true, NOW), mac, place, FDB_OWNER_PORT(0),
		  NOW);
}

static unsigned lines_of(const char *text)
{
	unsigned lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void what_is_learned_is_told_within_bounds(void **state)
{
	struct site *s = site_open();
	struct network *red = s->view.tables->networks[1];
	struct watch_fdb watch = { 0 };

	(void)state;
	ask(s, "{\"v\":1,\"do\":\"monitor\",\"about\":\"fdb\",\"dev\":\"blue\"}");
	watch_fdb_look(&watch, &s->view, NOW);
	learn(s->network, 1);
	learn(red, 1);
	watch_fdb_look(&watch, &s->view, NOW);
	assert_int_equal(lines_of(s->told), 1);
	assert_non_null(strstr(s->told, "\"mac\":\"02:00:00:00:09:01\",\"ifname\":\"vx100\""));
	assert_non_null(strstr(s->told, "\"deleted\":false,\"event\":\"fdb\""));
	*s->told = '\0';
	assert_int_equal(fdb_age(s->network->fdb, NOW + 301 * SECOND, 10), 1);
	for (unsigned i = 0; i < 100; i++)
		learn(s->network, (uint8_t)i);
	watch_fdb_look(&watch, &s->view, NOW);
	assert_int_equal(lines_of(s->told), FDB_NEWS + 1);
	assert_non_null(strstr(s->told, "\"deleted\":true,\"event\":\"fdb\""));
	assert_non_null(strstr(s->told,
			       "{\"event\":\"more\",\"about\":\"fdb\",\"network\":\"blue\","
			       "\"count\":37}"));
	watch_fdb_close(&watch, s->view.tables);
	site_close(s);
}

static void drops_and_devices_are_watched(void **state)
{
	struct site *s = site_open();
	struct watch watch = { 0 };

	(void)state;
	ask(s, "{\"v\":1,\"do\":\"monitor\"}");
	s->network->count.drops.count[DROP_OVERSIZE] = 3;
	watch_look(&watch, &s->view);
	assert_string_equal(s->told, "");
	s->network->count.drops.count[DROP_OVERSIZE] = 5;
	s->view.tables->drops.count[DROP_GPE] = 1;
	watch_look(&watch, &s->view);
	assert_non_null(strstr(s->told,
			       "\"dev\":\"vx100\",\"reason\":\"oversize\",\"more\":2,\"count\":5"));
	assert_non_null(strstr(s->told, "\"dev\":null,\"reason\":\"gpe\""));
	*s->told = '\0';
	watch_look(&watch, &s->view);
	assert_string_equal(s->told, "");
	network_remove_port(s->network, 0);
	watch_look(&watch, &s->view);
	assert_non_null(strstr(s->told, "\"event\":\"link\",\"dev\":\"blue\""));
	assert_non_null(strstr(s->told, "\"deleted\":true"));
	watch_close(&watch);
	site_close(s);
}

/* One look tells of the peer @address just @words, a line of them; "": nothing. */
static void assert_looks(struct site *s, struct watch_peers *watch, uint64_t now, const char *words)
{
	*s->told = '\0';
	watch_peers_look(watch, &s->view, now);
	if (*words ? !strstr(s->told, words) || strchr(s->told, '\n')[1] : *s->told)
		fail_msg("\"%s\", not \"%s\"", s->told, words);
}

static void peers_are_watched(void **state)
{
	struct site *s = site_open();
	struct peers *peers = s->view.tables->peers;
	struct watch_peers watch = { 0 };
	struct peer_ref a, b;

	(void)state;
	assert_true(peers_add(peers, addr_at("10.0.0.2"), &a));
	peers_heard(peers, a, 1, 60, NOW);
	ask(s, "{\"v\":1,\"do\":\"monitor\",\"about\":\"peer\"}");
	assert_looks(s, &watch, NOW, "");
	assert_true(peers_add(peers, addr_at("10.0.0.3"), &b));
	assert_looks(s, &watch, NOW, "");
	peers_heard(peers, b, 1, 60, NOW);
	assert_looks(s, &watch, NOW, "\"event\":\"peer\",\"change\":\"heard\",\"deleted\":false");
	peers_heard(peers, b, 1, 60, NOW + SECOND);
	assert_looks(s, &watch, NOW + SECOND, "");
	peers_lose(peers, b, NOW + SECOND);
	assert_looks(s, &watch, NOW + SECOND, "\"change\":\"lost\"");
	peers_heard(peers, b, 1, 60, NOW + SECOND);
	assert_looks(s, &watch, NOW + SECOND, "\"change\":\"back\"");
	peers_set_path_mtu(peers, b, 1400, NOW + SECOND);
	assert_looks(s, &watch, NOW + SECOND, "\"path_mtu\":1400,");
	assert_looks(s, &watch, NOW + (PEER_MTU_SPAN + 1) * SECOND, "\"path_mtu\":null,");
	peers_remove(peers, b);
	assert_looks(s, &watch, NOW,
		     "{\"address\":\"10.0.0.3\",\"event\":\"peer\",\"change\":\"gone\"");
	assert_looks(s, &watch, NOW, "");
	watch_peers_close(&watch);
	site_close(s);
}

static unsigned lines_in(const char *text)
{
	unsigned lines = 0;

	for (; (text = strchr(text, '\n')); text++)
		lines++;
	return lines;
}

static void many_peers_are_told_in_turn(void **state)
{
	struct site *s = site_open();
	struct peers *peers = s->view.tables->peers;
	struct watch_peers watch = { 0 };
	unsigned most = 0, all = 0;
	char ip[ADDR_TEXT];

	(void)state;
	ask(s, "{\"v\":1,\"do\":\"monitor\"}");
	watch_peers_look(&watch, &s->view, NOW);
	for (unsigned i = 0; i < 200; i++) {
		struct peer_ref peer;

		snprintf(ip, sizeof(ip), "10.1.0.%u", i);
		assert_true(peers_add(peers, addr_at(ip), &peer));
		peers_heard(peers, peer, 1, 60, NOW);
	}
	for (unsigned looks = 0; looks < 5; looks++) {
		unsigned lines;

		*s->told = '\0';
		watch_peers_look(&watch, &s->view, NOW);
		lines = lines_in(s->told);
		most = lines > most ? lines : most;
		all += lines;
	}
	assert_int_equal(most, WATCH_PEERS_TOLD);
	assert_int_equal(all, 200);
	watch_peers_close(&watch);
	site_close(s);
}

/* What is handed over comes and goes in pieces; the newest wins. */

static void follow(void *context, const char *file, bool dry)
{
	struct site *s = context;
	struct proposal *p = s->view.proposal;

	snprintf(s->told, sizeof(s->told), "%s%s:%.*s", file, dry ? "?" : "", (int)p->len, p->text);
	p->rc = strstr(file, "bad") ? -EINVAL : 0;
	snprintf(p->why, sizeof(p->why), "Nothing was changed.");
	p->complaints = strdup(strstr(file, "bad") ? "a: b\n" : "");
	if (p->rc == 0 && !dry)
		snprintf(p->starts_from, sizeof(p->starts_from), "/x");
}

#define APPLY(keys) "{\"v\":1,\"do\":\"apply\",\"file\":\"f\"," keys "}"

static void files_are_handed_over(void **state)
{
	struct site *s = site_open();
	struct proposal proposal = { 0 };
	struct session other = { .state = SESSION_IDLE };
	static char piece[PROTOCOL_LINE + 2000];
	struct text out = text_in(piece, sizeof(piece));

	(void)state;
	assert_says(s, APPLY("\"text\":\"a\""), "\"EOPNOTSUPP\"");
	s->view.proposal = &proposal;
	s->view.follow = follow;
	assert_string_equal(ask(s, APPLY("\"text\":\"ab\",\"more\":true")), OK);
	assert_string_equal(ask(s, APPLY("\"text\":\"cd\"")),
			    "{\"v\":1,\"ok\":true,\"starts_from\":\"/x\"}\n");
	assert_string_equal(s->told, "f:abcd");
	assert_null(proposal.text);
	assert_string_equal(ask(s, APPLY("\"text\":\"e\",\"dry\":true")), OK);
	assert_string_equal(s->told, "f?:e");
	assert_string_equal(ask(s, "{\"v\":1,\"do\":\"apply\",\"file\":\"bad\",\"text\":\"\"}"),
			    "{\"v\":1,\"item\":{\"complaint\":\"a: b\\n\"}}\n"
			    "{\"v\":1,\"ok\":false,\"code\":\"EINVAL\",\"message\":\"Nothing was "
			    "changed.\"}\n");

	assert_string_equal(ask(s, APPLY("\"text\":\"x\",\"more\":true")), OK);
	session_begin(&other, &s->view, APPLY("\"text\":\"y\",\"more\":true"),
		      strlen(APPLY("\"text\":\"y\",\"more\":true")), NOW, &out);
	assert_says(s, APPLY("\"text\":\"x\""), "\"ECANCELED\"");
	assert_string_equal(proposal.text ? "kept" : "", "kept");
	session_end(&s->session, &s->view);
	assert_string_equal(proposal.text ? "kept" : "", "kept");
	session_end(&other, &s->view);
	assert_null(proposal.text);
	site_close(s);
}

static void too_long_a_file_is_refused(void **state)
{
	struct site *s = site_open();
	struct proposal proposal = { 0 };
	char *request = calloc(1, PROTOCOL_REQUEST);
	unsigned pieces = 0;

	(void)state;
	s->view.proposal = &proposal;
	s->view.follow = follow;
	sprintf(request,
		"{\"v\":1,\"do\":\"apply\",\"file\":\"f\",\"more\":true,\"text\":\"%065000d\"}", 0);
	while (strcmp(ask(s, request), OK) == 0)
		pieces++;
	assert_non_null(strstr(s->heard, "\"EFBIG\""));
	assert_int_equal(pieces, PROPOSAL_MAX / 65000);
	assert_null(proposal.text);
	free(request);
	site_close(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_and_go),
		cmocka_unit_test(neighbours_come_and_go),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(the_rest_is_shown),
		cmocka_unit_test(much_comes_in_pieces),
		cmocka_unit_test(monitors_hear_what_they_asked_for),
		cmocka_unit_test(subnets_are_told_of),
		cmocka_unit_test(what_is_learned_is_told_within_bounds),
		cmocka_unit_test(drops_and_devices_are_watched),
		cmocka_unit_test(peers_are_watched),
		cmocka_unit_test(many_peers_are_told_in_turn),
		cmocka_unit_test(files_are_handed_over),
		cmocka_unit_test(too_long_a_file_is_refused),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
