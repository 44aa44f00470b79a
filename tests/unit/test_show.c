/* What people read, to the letter: in iproute2's words, which tests/cli/show.bats holds against the
 * real `bridge` and `ip`. */
#include "ctl/show.h"

#include <errno.h>
#include <stdio.h>

#include "craft.h"

#define SECOND UINT64_C(1000000000)
#define NOW    (1000 * SECOND)

/* Tables with one network, and what is shown of them. */
struct shown {
	struct tables *tables;
	struct network *network;
	FILE *to;
	char *text;
	size_t len;
};

static void shown_begin(struct shown *s)
{
	s->to = open_memstream(&s->text, &s->len);
	assert_non_null(s->to);
}

static void shown_open(struct shown *s)
{
	*s = (struct shown) { .tables = tables_new(4, (struct hash_secret) { 8, 1 }) };
	s->network = tables_add_network(s->tables, "blue", 100, 16, 300);
	s->network->port = 4789;
	shown_begin(s);
}

/* What was printed since the last time. */
static void assert_shown(struct shown *s, const char *expected)
{
	fclose(s->to);
	assert_string_equal(s->text, expected);
	free(s->text);
	shown_begin(s);
}

static const char *shown_so_far(struct shown *s)
{
	fflush(s->to);
	return s->text;
}

static void shown_close(struct shown *s)
{
	fclose(s->to);
	free(s->text);
	tables_free(s->tables);
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

static struct destination destination_of(struct shown *s, const char *addr, uint16_t port)
{
	struct destination to = { .port = port };

	assert_true(peers_add(s->tables->peers, addr_at(addr), &to.peer));
	return to;
}

static void learn(struct shown *s, const char *text, struct place place)
{
	struct mac mac = mac_at(text);
	struct fdb_judgement news = fdb_judge(s->network->fdb, mac, place, true, NOW);

	fdb_apply(s->network->fdb, news, mac, place, FDB_OWNER_STRANGERS, NOW);
}

static void nothing_is_shown_as_nothing(void **state)
{
	struct shown s;

	(void)state;
	shown_open(&s);
	show_fdb(s.to, s.tables, s.network);
	show_neigh(s.to, s.network);
	show_peers(s.to, s.tables, NOW);
	show_stray_drops(s.to, s.tables);
	assert_shown(&s, "");
	shown_close(&s);
}

static void a_static_entry_is_permanent(void **state)
{
	static const struct {
		const char *addr;
		uint16_t port;
		const char *line;
	} rows[] = {
		{ "10.206.67.15", 0, "32:39:e3:57:89:e7 dst 10.206.67.15 self permanent\n" },
		{ "10.206.67.15", 4789, "32:39:e3:57:89:e7 dst 10.206.67.15 self permanent\n" },
		{ "10.206.67.15", 8472,
		  "32:39:e3:57:89:e7 dst 10.206.67.15 port 8472 self permanent\n" },
		{ "2001:db8::15", 65535,
		  "32:39:e3:57:89:e7 dst 2001:db8::15 port 65535 self permanent\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct shown s;

		shown_open(&s);
		fdb_put(s.network->fdb, mac_at("32:39:e3:57:89:e7"), FDB_STATIC,
			place_peer(destination_of(&s, rows[i].addr, rows[i].port)), 1);
		show_fdb(s.to, s.tables, s.network);
		assert_shown(&s, rows[i].line);
		shown_close(&s);
	}
}

static void what_is_learned_is_not_permanent(void **state)
{
	struct shown s;

	(void)state;
	shown_open(&s);
	learn(&s, "32:39:e3:57:89:e7", place_peer(destination_of(&s, "10.206.67.15", 0)));
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "32:39:e3:57:89:e7 dst 10.206.67.15 self\n");
	shown_close(&s);
}

static void local_entries_have_a_device_and_a_master(void **state)
{
	struct shown s;
	struct mac own = mac_at("02:00:00:00:00:01");
	uint32_t port;

	(void)state;
	shown_open(&s);
	port = network_add_port(s.network, own, 1450, true, 1);
	network_name_port(s.network, port, "vxlan100");
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "02:00:00:00:00:01 dev vxlan100 master permanent\n");
	shown_close(&s);

	shown_open(&s);
	port = network_add_port(s.network, own, 1450, false, 1);
	network_name_port(s.network, port, "vxlan100");
	learn(&s, "aa:bf:b9:29:63:12", place_port(port));
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "aa:bf:b9:29:63:12 dev vxlan100 master\n");
	shown_close(&s);
}

static void lists_have_a_line_per_destination(void **state)
{
	struct shown s;
	struct destination to[3];

	(void)state;
	shown_open(&s);
	to[0] = destination_of(&s, "10.206.67.15", 0);
	to[1] = destination_of(&s, "10.206.67.16", 8472);
	to[2] = destination_of(&s, "239.1.1.1", 4789);
	s.network->flood = flood_list_new(to, 3);
	fdb_put_group(s.network->fdb, mac_at("01:00:5e:00:00:05"), flood_list_new(to, 2), 1);
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "00:00:00:00:00:00 dst 10.206.67.15 self permanent\n"
			 "00:00:00:00:00:00 dst 10.206.67.16 port 8472 self permanent\n"
			 "00:00:00:00:00:00 dst 239.1.1.1 self permanent\n"
			 "01:00:5e:00:00:05 dst 10.206.67.15 self permanent\n"
			 "01:00:5e:00:00:05 dst 10.206.67.16 port 8472 self permanent\n");
	shown_close(&s);
}

/* A stranger's slot was used again: the entry that names the old holder leads nowhere. */
static void an_entry_of_a_forgotten_stranger_is_not_shown(void **state)
{
	struct shown s;
	struct destination to = { 0 };
	char ip[ADDR_TEXT];

	(void)state;
	shown_open(&s);
	assert_true(peers_admit(s.tables->peers, addr_at("192.0.2.1"), NOW, &to.peer));
	learn(&s, "32:39:e3:57:89:e7", place_peer(to));
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "32:39:e3:57:89:e7 dst 192.0.2.1 self\n");
	for (int i = 2; i < 6; i++) {
		snprintf(ip, sizeof(ip), "192.0.2.%d", i);
		assert_true(peers_admit(s.tables->peers, addr_at(ip), NOW + SECOND, &to.peer));
	}
	show_fdb(s.to, s.tables, s.network);
	assert_shown(&s, "");
	shown_close(&s);
}

static void neighbours(void **state)
{
	static const struct {
		struct neigh_entry entry;
		const char *ip, *line;
	} rows[] = {
		{ { .router = false }, "3.3.3.4", "3.3.3.4 lladdr 32:39:e3:57:89:e7 PERMANENT\n" },
		{ { .router = true },
		  "2001:db8::4",
		  "2001:db8::4 lladdr 32:39:e3:57:89:e7 router PERMANENT\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct shown s;
		struct neigh_entry entry = rows[i].entry;

		shown_open(&s);
		entry.ip = addr_at(rows[i].ip);
		entry.mac = mac_at("32:39:e3:57:89:e7");
		assert_true(neigh_put(s.network->neigh, entry));
		show_neigh(s.to, s.network);
		assert_shown(&s, rows[i].line);
		shown_close(&s);
	}
}

static void counters_stand_under_each_other(void **state)
{
	struct shown s;
	struct network_counters *c;

	(void)state;
	shown_open(&s);
	c = &s.network->count;
	c->rx_frames = 12;
	c->rx_bytes = 984;
	c->tx_frames = 1234567890;
	c->tx_bytes = 123456789012345;
	c->local_frames = 1;
	c->floods = 2;
	c->answered = 3;
	c->l2_misses = 4;
	c->l3_misses = 5;
	show_counters(s.to, s.network);
	assert_shown(&s, "  from peers                        12 frames             984 bytes\n"
			 "  to peers                  1234567890 frames 123456789012345 bytes\n"
			 "  between local ports                1 frames\n"
			 "  flooded                            2\n"
			 "  ARP and ND answered                3\n"
			 "  MAC not known                      4\n"
			 "  neighbour not known                5\n"
			 "  fdb: 0 learned of 16, 0 fixed; moved 0, frozen 0, aged 0, evicted 0\n");
	c->reserved_bits = 6;
	c->drops.count[DROP_MAC_INVALID_SOURCE] = 7;
	show_counters(s.to, s.network);
	assert_non_null(strstr(shown_so_far(&s),
			       "  reserved bits set                  6\n"
			       "  drop mac-invalid-source            7  the source MAC is "
			       "zero or a group address\n"
			       "  fdb: "));
	shown_close(&s);
}

/* Every reason, and none that did not happen. */
static void drops_name_their_reason(void **state)
{
	struct shown s;

	(void)state;
	shown_open(&s);
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++) {
		char expected[256];

		memset(&s.tables->drops, 0, sizeof(s.tables->drops));
		s.tables->drops.count[reason] = reason + 1;
		show_stray_drops(s.to, s.tables);
		snprintf(expected, sizeof(expected), "  drop %-18s %12u  %s\n", drop_name(reason),
			 reason + 1, drop_explanation(reason));
		assert_shown(&s, expected);
	}
	shown_close(&s);
}

static void peers_are_a_line_each(void **state)
{
	struct shown s;
	struct peer_ref ref, stranger;

	(void)state;
	shown_open(&s);
	ref = destination_of(&s, "10.0.0.2", 0).peer;
	show_peers(s.to, s.tables, NOW);
	assert_shown(&s, "peer 10.0.0.2  rx          0 frames              0 bytes"
			 "  tx          0 frames              0 bytes  errors 0\n");

	peers_heard(s.tables->peers, ref, 1, 100, NOW);
	peers_sent(s.tables->peers, ref, 1, 60, NOW);
	peers_failed(s.tables->peers, ref, EHOSTUNREACH);
	peers_set_path_mtu(s.tables->peers, ref, 1400, NOW);
	assert_true(peers_admit(s.tables->peers, addr_at("2001:db8::3"), NOW, &stranger));
	peers_heard(s.tables->peers, stranger, 1, 50, NOW + 2 * SECOND);
	show_peers(s.to, s.tables, NOW + 3 * SECOND);
	assert_non_null(strstr(shown_so_far(&s),
			       "peer 10.0.0.2     rx          1 frames            100 bytes"
			       "  tx          1 frames             60 bytes  errors 1"
			       "; heard 3 s ago; path mtu 1400\n"));
	assert_non_null(strstr(shown_so_far(&s),
			       "peer 2001:db8::3  rx          1 frames             50 bytes"
			       "  tx          0 frames              0 bytes  errors 0"
			       "; heard 1 s ago; stranger\n"));
	shown_close(&s);
}

/* A path MTU that is not believed any more is not shown. */
static void an_old_path_mtu_is_not_shown(void **state)
{
	struct shown s;
	struct peer_ref ref;

	(void)state;
	shown_open(&s);
	ref = destination_of(&s, "10.0.0.2", 0).peer;
	peers_set_path_mtu(s.tables->peers, ref, 1400, NOW);
	show_peers(s.to, s.tables, NOW + (PEER_MTU_SPAN - 1) * SECOND);
	assert_non_null(strstr(shown_so_far(&s), "errors 0; path mtu 1400\n"));
	shown_close(&s);

	shown_open(&s);
	ref = destination_of(&s, "10.0.0.2", 0).peer;
	peers_set_path_mtu(s.tables->peers, ref, 1400, NOW);
	show_peers(s.to, s.tables, NOW + (PEER_MTU_SPAN + 1) * SECOND);
	assert_null(strstr(shown_so_far(&s), "path mtu"));
	shown_close(&s);
}

/* Headings in order; a place where a network was removed is passed over. */
static void all_of_it_has_headings(void **state)
{
	const char *start = "network blue vni 100 mtu 1450\n  from peers ";
	struct shown s;

	(void)state;
	shown_open(&s);
	destination_of(&s, "10.0.0.2", 0);
	s.tables->drops.count[DROP_RX_SHORT] = 1;
	show_all(s.to, s.tables, NOW);
	assert_memory_equal(shown_so_far(&s), start, strlen(start));
	assert_non_null(strstr(shown_so_far(&s), "evicted 0\n"
						 "fdb of blue\n"
						 "neighbours of blue\n"
						 "peers\n"
						 "peer 10.0.0.2 "));
	assert_non_null(strstr(shown_so_far(&s), "errors 0\n  drop rx-short "));
	shown_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_shown_as_nothing),
		cmocka_unit_test(a_static_entry_is_permanent),
		cmocka_unit_test(what_is_learned_is_not_permanent),
		cmocka_unit_test(local_entries_have_a_device_and_a_master),
		cmocka_unit_test(lists_have_a_line_per_destination),
		cmocka_unit_test(an_entry_of_a_forgotten_stranger_is_not_shown),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(counters_stand_under_each_other),
		cmocka_unit_test(drops_name_their_reason),
		cmocka_unit_test(peers_are_a_line_each),
		cmocka_unit_test(an_old_path_mtu_is_not_shown),
		cmocka_unit_test(all_of_it_has_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
