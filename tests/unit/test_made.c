/* Networks that commands make: words in, words out, and the cluster file that they amount to. */
#include "plan/made.h"

#include <stdlib.h>
#include <string.h>

#include "craft.h"

static void assert_refused(const char *name, const char *words, const char *says)
{
	struct made made;
	char why[MADE_WHY] = "";

	assert_false(made_read(&made, name, words, why));
	if (!strstr(why, says))
		fail_msg("%s: \"%s\", not \"%s\"", words, why, says);
}

static struct made made_of(const char *name, const char *words)
{
	struct made made;
	char why[MADE_WHY] = "";

	if (!made_read(&made, name, words, why))
		fail_msg("%s: %s", words, why);
	return made;
}

static void words_come_back(void **state)
{
	static const char *const words[] = {
		"type vxlan id 0",
		"type vxlan id 16777215 remote 192.0.2.2 local 192.0.2.1 dev eth0 dstport 4789",
		"type vxlan id 5 group 239.1.1.1 dev eth0 ttl 3 tos 4 nolearning proxy l2miss "
		"nol3miss",
		"type vxlan id 5 nol2miss l3miss",
		"type vxlan id 5 learning noproxy noudpcsum ageing 0 maxaddress 10 mtu 1400 master "
		"br0",
		"type vxlan id 5 remote 2001:db8::2 udpcsum tos inherit",
	};
	char out[MADE_WORDS];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct made made = made_of("v0", words[i]);
		struct text text = text_in(out, sizeof(out));

		made_words(&made, &text);
		assert_string_equal(out, words[i]);
	}
}

static void order_and_spelling_are_free(void **state)
{
	struct made a = made_of("v0", "mtu 1400 type vxlan vni 7 hoplimit 9");
	struct made b = made_of("v0", "type vxlan ttl 9 id 7 mtu 1400");

	(void)state;
	assert_memory_equal(&a, &b, sizeof(a));
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	assert_refused("v0", "id 5", "which type");
	assert_refused("v0", "type vxlan", "which VNI");
	assert_refused("v0", "type bridge", "only vxlan");
	assert_refused("v0", "type", "only vxlan");
	assert_refused("v0", "type vxlan id", "id needs a value");
	assert_refused("v0", "type vxlan id 16777216", "0..16777215");
	assert_refused("v0", "type vxlan id 0x10", "0..16777215");
	assert_refused("v0", "type vxlan id 5 dstport 0", "1..65535");
	assert_refused("v0", "type vxlan id 5 lerning", "\"learning\"");
	assert_refused("v0", "type vxlan id 5 remote nobody", "not an address");
	assert_refused("v0", "type vxlan id 5 remote 239.1.1.1", "group 239.1.1.1");
	assert_refused("v0", "type vxlan id 5 group 192.0.2.2 dev eth0", "remote 192.0.2.2");
	assert_refused("v0", "type vxlan id 5 group 239.1.1.1", "dev INTERFACE");
	assert_refused("v0", "type vxlan id 5 group 239.1.1.1 dev e remote 1.2.3.4", "exclude");
	assert_refused("v0", "type vxlan id 5 dev a/b", "no name");
	assert_refused("v0", "type vxlan id 5 rsc", "not what this switch does");
	assert_refused("a-name-that-is-too-long", "type vxlan id 5", "at most 15");
	assert_refused("a b", "type vxlan id 5", "at most 15");
}

static void some_can_be_changed(void **state)
{
	struct made made = made_of("v0", "type vxlan id 5 mtu 1400 master br0");
	char why[MADE_WHY];
	int up;

	(void)state;
	assert_true(made_change(&made, "up nomaster mtu 1300", &up, why));
	assert_int_equal(up, 1);
	assert_int_equal(made.value[MADE_MTU], 1300);
	assert_string_equal(made.bridge, "");
	assert_true(made_change(&made, "down", &up, why));
	assert_int_equal(up, -1);
	assert_true(made_change(&made, "nol2miss l3miss", &up, why));
	assert_int_equal(made.given >> MADE_L2MISS & 1, 1);
	assert_int_equal(made.value[MADE_L2MISS], 0);
	assert_int_equal(made.value[MADE_L3MISS], 1);
	assert_true(made_change(&made, "name vx7 up", &up, why));
	assert_string_equal(made.name, "vx7");
	assert_true(made_is_change("name"));
	assert_false(made_change(&made, "name", &up, why));
	assert_string_equal(why, "name needs a value");
	assert_false(made_change(&made, "name sixteen-letters-", &up, why));
	assert_non_null(strstr(why, "at most 15"));
	assert_false(made_change(&made, "name a/b", &up, why));
	assert_false(made_read(&made, "v0", "type vxlan id 5 name v1", why));
	assert_false(made_change(&made, "nolearning", &up, why));
	assert_false(made_change(&made, "id 6", &up, why));
	assert_false(made_change(&made, "mtv 5", &up, why));
	assert_non_null(strstr(why, "\"mtu\""));
}

/* -- As a cluster file -- */

static const struct made_self self = { .cluster = "vxs", .node = "n1" };

static struct cluster *cluster_of(struct made_list list, struct errors *errors)
{
	char *text = NULL, *more = NULL, why[MADE_WHY] = "";
	size_t len = 0, more_len = 0;
	FILE *to = open_memstream(&text, &len), *beside = open_memstream(&more, &more_len);
	struct cluster *cluster;

	if (!made_cluster(&self, &list, to, why))
		fail_msg("%s", why);
	fclose(to);
	fputs("networks:\n", beside);
	for (size_t i = 0; i < list.count; i++)
		made_network(&list.of[i], beside);
	fclose(beside);
	cluster = cluster_read("(no file)", text, len, errors);
	assert_non_null(cluster);
	assert_true(cluster_add(cluster, more, more_len, errors));
	free(text);
	free(more);
	return cluster;
}

static void they_amount_to_a_file(void **state)
{
	struct made made[] = {
		made_of("v0", "type vxlan id 5 remote 192.0.2.2 local 192.0.2.1 dev eth0 ttl 9 "
			      "nol3miss"),
		made_of("v1", "type vxlan id 6 group 239.1.1.1 dev eth0 proxy nolearning ttl 9 "
			      "ageing 30 maxaddress 10 mtu 1400 dstport 8472"),
	};
	struct errors errors = { 0 };
	struct cluster *c = cluster_of((struct made_list) { made, 2 }, &errors);

	(void)state;
	cluster_check(c, &errors);
	assert_int_equal(errors.error_count, 0);
	assert_int_equal(c->network_count, 2);
	assert_int_equal(c->underlay.ttl, 9);
	assert_int_equal(c->underlay.accept, ACCEPT_ANY);
	assert_string_equal(c->nodes[0].interface, "eth0");
	assert_int_equal(c->networks[0].at.line, 0);
	assert_int_equal(c->networks[0].flood, FLOOD_LIST);
	assert_int_equal(c->networks[0].arp, ARP_FLOOD);
	assert_int_equal(c->networks[1].flood, FLOOD_GROUP);
	assert_int_equal(c->networks[1].arp, ARP_PROXY);
	assert_false(c->networks[1].learning);
	assert_int_equal(c->networks[1].ageing, 30);
	assert_int_equal(c->networks[1].max_fdb, 10);
	assert_int_equal(c->networks[1].mtu, 1400);
	assert_int_equal(c->networks[1].port, 8472);
	cluster_free(c);
	errors_free(&errors);
}

static void assert_disagree(const char *a, const char *b, const char *says)
{
	struct made made[] = { made_of("v0", a), made_of("v1", b) };
	const struct made_list list = { made, 2 };
	char why[MADE_WHY] = "";
	FILE *to = fopen("/dev/null", "w");

	assert_false(made_cluster(&self, &list, to, why));
	fclose(to);
	if (!strstr(why, says))
		fail_msg("\"%s\", not \"%s\"", why, says);
}

static void what_is_the_switchs_must_agree(void **state)
{
	(void)state;
	assert_disagree("type vxlan id 5", "type vxlan id 6 ttl 9", "v1 has others than v0");
	assert_disagree("type vxlan id 5 noudpcsum", "type vxlan id 6", "v1 has others than v0");
	assert_disagree("type vxlan id 5 local 192.0.2.1", "type vxlan id 6 local 192.0.2.3",
			"speaks from 192.0.2.1");
	assert_disagree("type vxlan id 5 dev eth0", "type vxlan id 6 dev eth1", "on eth0");
}

static void a_file_wins(void **state)
{
	static const char text[] = "version: 1\nname: t\nnodes: { n1: { address: 192.0.2.1 } }\n"
				   "networks: { blue: { vni: 100, device: vx9 } }\n";
	struct errors errors = { 0 };
	struct cluster *c = cluster_read("f.yaml", text, sizeof(text) - 1, &errors);
	struct made name = made_of("blue", "type vxlan id 5"),
		    vni = made_of("a", "type vxlan id 100"),
		    device = made_of("vx9", "type vxlan id 5"),
		    none = made_of("a", "type vxlan id 5");
	char why[MADE_WHY];

	(void)state;
	assert_true(made_conflicts(&name, c, 1, why));
	assert_non_null(strstr(why, "f.yaml has a network of this name: blue, line 4"));
	assert_true(made_conflicts(&vni, c, 1, why));
	assert_true(made_conflicts(&device, c, 1, why));
	assert_false(made_conflicts(&none, c, 1, why));
	assert_false(made_conflicts(&name, c, 0, why));
	cluster_free(c);
	errors_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_come_back),
		cmocka_unit_test(order_and_spelling_are_free),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(some_can_be_changed),
		cmocka_unit_test(they_amount_to_a_file),
		cmocka_unit_test(what_is_the_switchs_must_agree),
		cmocka_unit_test(a_file_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
