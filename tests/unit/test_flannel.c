/* flannel's documents: read by its rules, written to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/flannel.h"

/* -- The configuration -- */

static const char *range_text(const struct flannel_range *r, char out[160])
{
	char network[PREFIX_TEXT], min[ADDR_TEXT], max[ADDR_TEXT];

	snprintf(out, 160, "%s /%u %s..%s", prefix_text(r->network, network), r->length,
		 addr_text(r->min, min), addr_text(r->max, max));
	return out;
}

#define VXLAN ", \"Backend\": {\"Type\": \"vxlan\"}}"

static const struct range_row {
	const char *document, *range; /* range "": refused, and @why is part of the reason */
	const char *why;
} range_rows[] = {
	{ "{\"Network\": \"10.42.0.0/16\"" VXLAN, "10.42.0.0/16 /24 10.42.1.0..10.42.255.0", "" },
	{ "{\"Network\": \"10.42.7.9/16\"" VXLAN, "10.42.0.0/16 /24 10.42.1.0..10.42.255.0", "" },
	{ "{\"network\": \"10.42.0.0/16\", \"subnetlen\": 20" VXLAN,
	  "10.42.0.0/16 /20 10.42.16.0..10.42.240.0", "" },
	{ "{\"Network\": \"10.42.0.0/22\"" VXLAN, "10.42.0.0/22 /24 10.42.1.0..10.42.3.0", "" },
	{ "{\"Network\": \"10.42.0.0/23\"" VXLAN, "10.42.0.0/23 /25 10.42.0.128..10.42.1.128", "" },
	{ "{\"Network\": \"10.42.0.0/28\"" VXLAN, "10.42.0.0/28 /30 10.42.0.4..10.42.0.12", "" },
	{ "{\"Network\": \"10.42.0.0/29\"" VXLAN, "", "too small" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetLen\": 17" VXLAN, "", "four subnets" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetLen\": 31" VXLAN, "", "four subnets" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetMin\": \"10.42.0.0\", \"SubnetMax\": "
	  "\"10.42.9.0\"" VXLAN,
	  "10.42.0.0/16 /24 10.42.0.0..10.42.9.0", "" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetMin\": \"10.43.0.0\"" VXLAN, "", "outside" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetMin\": \"10.42.0.1\"" VXLAN, "", "base" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetMax\": \"10.42.0.0\"" VXLAN, "", "above" },
	{ "{\"Network\": \"10.42.0.0/16\", \"SubnetMin\": 7" VXLAN, "", "no text" },
	{ "{\"Network\": \"fd00::/28\"" VXLAN, "", "family" },
	{ "{\"Network\": \"fd00::/48\"" VXLAN, "", "no network" },
	{ "{\"Network\": \"10.42.0.0/33\"" VXLAN, "", "no network" },
	{ "{\"Network\": \"10.42.0.0\"" VXLAN, "", "no network" },
	{ "{\"Network\": \"10.42.0.0/16x\"" VXLAN, "", "no network" },
	{ "{\"Backend\": {\"Type\": \"vxlan\"}}", "", "missing" },
	{ "{\"Network\": \"10.42.0.0/16\"}", "", "vxlan" },
	{ "{\"Network\": \"10.42.0.0/16\", \"Backend\": {\"Type\": \"host-gw\"}}", "", "vxlan" },
	{ "{\"Network\": \"10.42.0.0/16\", \"Backend\": \"vxlan\"}", "", "no object" },
	{ "{\"Network\": \"10.42.0.0/16\", \"EnableIPv4\": false, \"EnableIPv6\": true" VXLAN, "",
	  "alone" },
	{ "{\"Network\": \"10.42.0.0/16\", \"EnableIPv6\": true" VXLAN, "", "IPv6Network" },
	{ "[]", "", "no JSON object" },
	{ "{", "", "no JSON object" },
	{ "", "", "no JSON object" },
};

static void ranges_follow_flannels_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(range_rows) / sizeof(range_rows[0]); i++) {
		const struct range_row *row = &range_rows[i];
		struct flannel_config config;
		char why[FLANNEL_WHY] = "", text[160];
		bool fine = flannel_config_read(row->document, strlen(row->document), &config, why);

		if (!fine && !strstr(why, row->why))
			fail_msg("%s: \"%s\"", row->document, why);
		if (fine != (*row->range != '\0'))
			fail_msg("%s: %s", row->document, fine ? "taken" : why);
		if (fine)
			assert_string_equal(range_text(&config.v4, text), row->range);
	}
}

static void both_families_and_the_backend_are_read(void **state)
{
	static const char document[] =
		"{\"Network\": \"10.42.0.0/16\", \"EnableIPv6\": true, \"IPv6Network\": "
		"\"fd00:42::/56\", \"Unknown\": [1], \"Backend\": {\"type\": \"vxlan\", \"VNI\": "
		"7, "
		"\"Port\": 4789, \"MTU\": 9000, \"DirectRouting\": true, \"Learning\": false}}";
	struct flannel_config config;
	char why[FLANNEL_WHY], text[160];

	(void)state;
	assert_true(flannel_config_read(document, strlen(document), &config, why));
	assert_string_equal(range_text(&config.v6, text),
			    "fd00:42::/56 /64 fd00:42:0:1::..fd00:42:0:ff::");
	assert_int_equal(config.vni, 7);
	assert_int_equal(config.port, 4789);
	assert_int_equal(config.mtu, 9000);
	assert_true(config.direct_routing);
	assert_false(config.learning);
}

static void the_backends_defaults_are_flannels(void **state)
{
	static const char document[] = "{\"Network\": \"10.42.0.0/16\"" VXLAN;
	struct flannel_config config;
	char why[FLANNEL_WHY];

	(void)state;
	assert_true(flannel_config_read(document, strlen(document), &config, why));
	assert_int_equal(config.vni, 1);
	assert_int_equal(config.port, 8472);
	assert_int_equal(config.v6.network.addr.family, ADDR_NONE);
}

/* The post on flannel has this one. */
static void the_posts_configuration(void **state)
{
	static const char document[] = "{\"Network\":\"10.230.0.0/16\",\"SubnetLen\":24,"
				       "\"Backend\":{\"Type\":\"vxlan\"}}";
	struct flannel_config config;
	char why[FLANNEL_WHY], text[160];

	(void)state;
	assert_true(flannel_config_read(document, strlen(document), &config, why));
	assert_string_equal(range_text(&config.v4, text),
			    "10.230.0.0/16 /24 10.230.1.0..10.230.255.0");
	assert_int_equal(config.vni, 1);
	assert_int_equal(config.port, 8472);
	assert_int_equal(config.mtu, 0);
	assert_false(config.direct_routing);
	assert_false(config.learning);
}

/* -- Keys -- */

static void keys_are_read_and_written(void **state)
{
	static const char *const fine[] = { "10.42.3.0-24", "10.42.3.0-24&fd00:42:0:3::-64",
					    "10.42.3.4-30&2001:cafe:42:3::-64" };
	static const char *const nonsense[] = { "",
						"config",
						"10.42.3.0",
						"10.42.3.0-",
						"-24",
						"10.42.3.0-33",
						"10.42.3.1-24",
						"10.42.3.0-24&",
						"10.42.3.0-24&10.42.4.0-24",
						"fd00:42:0:3::-64",
						"10.42.3.0-24x",
						"10.42.3.0-24&fd00::-129",
						"10.42.3.0/24",
						"x10.42.3.0-24" };
	struct flannel_subnets subnets;
	char text[FLANNEL_KEY];

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		assert_true(flannel_key_read(fine[i], &subnets));
		assert_string_equal(flannel_key_text(&subnets, text), fine[i]);
	}
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		if (flannel_key_read(nonsense[i], &subnets))
			fail_msg("\"%s\" was taken for a key", nonsense[i]);
}

/* -- Values -- */

/* As flannel's own code writes them. */
static const char *const values[] = {
	"{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
	"\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
	"{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":\"fd00::3\",\"BackendType\":\"vxlan\","
	"\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"},"
	"\"BackendV6Data\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:45\"}}",
	"{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
	"\"BackendData\":{\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
};

static void values_are_written_to_the_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct flannel_node node;
		char why[FLANNEL_WHY], text[FLANNEL_VALUE];

		assert_true(flannel_node_read(values[i], strlen(values[i]), &node, why));
		assert_true(node.vxlan);
		assert_string_equal(flannel_node_text(&node, text), values[i]);
	}
}

static void the_longest_value_fits(void **state)
{
	struct flannel_node node = { .vxlan = true, .vni = 0xffffff };
	char text[FLANNEL_VALUE], why[FLANNEL_WHY];
	struct flannel_node read;

	(void)state;
	assert_true(addr_parse("255.255.255.254", &node.public4));
	assert_true(addr_parse("fd00:1111:2222:3333:4444:5555:6666:7777", &node.public6));
	assert_true(mac_parse("fe:ff:ff:ff:ff:fe", &node.vtep4));
	node.vtep6 = node.vtep4;
	flannel_node_text(&node, text);
	assert_true(flannel_node_read(text, strlen(text), &read, why));
	assert_int_equal(read.vni, 0xffffff);
}

static void other_backends_are_no_error(void **state)
{
	static const char value[] =
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":\"wireguard\",\"BackendData\":[]}";
	struct flannel_node node;
	char why[FLANNEL_WHY];

	(void)state;
	assert_true(flannel_node_read(value, strlen(value), &node, why));
	assert_false(node.vxlan);
}

static void values_without_sense_are_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"null",
		"{\"BackendType\":\"vxlan\"}",
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":\"vxlan\"}",
		"{\"PublicIP\":\"0.0.0.0\",\"BackendType\":\"vxlan\",\"BackendData\":{\"VtepMAC\":"
		"\"c6:d2:32:6f:8f:44\"}}",
		"{\"PublicIP\":\"239.1.1.1\",\"BackendType\":\"vxlan\",\"BackendData\":{"
		"\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
		"{\"PublicIP\":5,\"BackendType\":\"vxlan\",\"BackendData\":{\"VtepMAC\":"
		"\"c6:d2:32:6f:8f:44\"}}",
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":\"vxlan\",\"BackendData\":{"
		"\"VtepMAC\":\"c7:d2:32:6f:8f:44\"}}",
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":\"vxlan\",\"BackendData\":{"
		"\"VNI\":16777216,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":\"vxlan\",\"BackendData\":7}",
		"{\"PublicIP\":\"192.168.64.3\",\"BackendType\":9}",
	};
	struct flannel_node node;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[FLANNEL_WHY] = "";

		if (flannel_node_read(rows[i], strlen(rows[i]), &node, why))
			fail_msg("taken: %s", rows[i]);
		assert_true(*why);
	}
}

/* What is written reads as what it was made from. */
static void a_configuration_is_written_and_read(void **state)
{
	static const char *const documents[] = {
		"{\"Network\": \"10.42.0.0/16\"" VXLAN,
		"{\"Network\": \"10.42.0.0/16\", \"SubnetLen\": 20, \"SubnetMin\": \"10.42.32.0\", "
		"\"SubnetMax\": \"10.42.64.0\", \"EnableIPv6\": true, \"IPv6Network\": "
		"\"fd00:42::/48\", \"Backend\": {\"Type\": \"vxlan\", \"VNI\": 16777215, \"Port\": "
		"65535, \"MTU\": 65535, \"Learning\": true, \"DirectRouting\": true}}",
	};
	char why[FLANNEL_WHY], text[FLANNEL_CONFIG], again[FLANNEL_CONFIG];
	struct flannel_config config, other;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(flannel_config_read(documents[i], strlen(documents[i]), &config, why));
		flannel_config_text(&config, text);
		assert_true(flannel_config_read(text, strlen(text), &other, why));
		assert_string_equal(flannel_config_text(&other, again), text);
		assert_int_equal(other.vni, config.vni);
		assert_int_equal(other.port, config.port);
		assert_int_equal(other.v6.length, config.v6.length);
		assert_true(addr_equal(other.v4.min, config.v4.min));
		assert_int_equal(other.direct_routing, config.direct_routing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_follow_flannels_rules),
		cmocka_unit_test(both_families_and_the_backend_are_read),
		cmocka_unit_test(the_backends_defaults_are_flannels),
		cmocka_unit_test(the_posts_configuration),
		cmocka_unit_test(a_configuration_is_written_and_read),
		cmocka_unit_test(keys_are_read_and_written),
		cmocka_unit_test(values_are_written_to_the_byte),
		cmocka_unit_test(the_longest_value_fits),
		cmocka_unit_test(other_backends_are_no_error),
		cmocka_unit_test(values_without_sense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
