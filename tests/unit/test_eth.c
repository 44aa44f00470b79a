#include "wire/eth.h"

#include "craft.h"

static void mac_texts(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: refused */
	} rows[] = {
		{ "aa:bf:b9:29:63:12", "aa:bf:b9:29:63:12" },
		{ "AA:BF:B9:29:63:12", "aa:bf:b9:29:63:12" },
		{ "00:00:00:00:00:00", "00:00:00:00:00:00" },
		{ "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff" },
		{ "", NULL },
		{ "aa:bf:b9:29:63", NULL },
		{ "aa:bf:b9:29:63:", NULL },
		{ "aa:bf:b9:29:63:1", NULL },
		{ "aa:bf:b9:29:63:123", NULL },
		{ "aa:bf:b9:29:63:12:", NULL },
		{ "aa-bf-b9-29-63-12", NULL },
		{ "aabf.b929.6312...", NULL },
		{ "a:bf:b9:29:63:012", NULL },
		{ "ag:bf:b9:29:63:12", NULL },
		{ " a:bf:b9:29:63:12", NULL },
		{ "aabfb9296312aabfb", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[MAC_TEXT];
		struct mac m;

		assert_row(rows[i].in, mac_parse(rows[i].in, &m) == (rows[i].out != NULL));
		if (rows[i].out)
			assert_string_equal(mac_text(m, out), rows[i].out);
	}
}

static void mac_kinds(void **state)
{
	struct mac zero = { { 0 } }, group = { { 0x33, 0x33, 0, 0, 0, 1 } };
	struct mac station = { { 0x02, 0, 0, 0, 0, 1 } };

	(void)state;
	assert_true(mac_is_zero(zero));
	assert_false(mac_is_station(zero));
	assert_true(mac_is_group(group));
	assert_false(mac_is_station(group));
	assert_true(mac_is_station(station));
	assert_true(mac_word(station) == UINT64_C(0x020000000001));
	assert_true(mac_equal(station, station));
	assert_false(mac_equal(station, zero));
}

#define MACS "020000000002 020000000001"

static void headers(void **state)
{
	static const struct {
		const char *name, *hex;
		uint16_t type;
		uint8_t vlans;
		uint16_t vid;
	} rows[] = {
		{ "plain", MACS "0800", 0x0800, 0, 0 },
		{ "vlan", MACS "8100 6064 86dd", 0x86dd, 1, 100 },
		{ "priority tag", MACS "8100 e000 0806", 0x0806, 1, 0 },
		{ "qinq", MACS "88a8 1fff 8100 0001 0800", 0x0800, 2, 4095 },
		{ "two 802.1Q", MACS "8100 0002 8100 0001 0800", 0x0800, 2, 2 },
		{ "three tags", MACS "88a8 0003 8100 0002 8100 0001 0800", 0x8100, 2, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(rows[i].hex);
		size_t header = ETH_LEN + (size_t)VLAN_LEN * rows[i].vlans;

		for (size_t len = 0; len <= c.len; len++) {
			uint8_t *exact = craft_exact(c.at, len);
			struct span in = span_of(exact, len);
			struct eth eth = { .vid = 0xeeee };

			assert_row(rows[i].name, eth_read(&in, &eth) == (len >= header));
			assert_row(rows[i].name, in.len == (len >= header ? len - header : len));
			if (len >= header) {
				assert_row(rows[i].name, eth.type == rows[i].type);
				assert_row(rows[i].name, eth.vlans == rows[i].vlans);
				assert_row(rows[i].name, eth.vid == rows[i].vid);
				assert_int_equal(eth.dst.octet[5], 2);
				assert_int_equal(eth.src.octet[5], 1);
			}
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac_texts),
		cmocka_unit_test(mac_kinds),
		cmocka_unit_test(headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
