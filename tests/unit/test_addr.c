#include "wire/addr.h"

#include "craft.h"

static void address_texts(void **state)
{
	static const struct {
		const char *in;
		const char *out; /* NULL: refused */
	} rows[] = {
		{ "3.3.3.4", "3.3.3.4" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
		{ "ff02::1:ff00:42", "ff02::1:ff00:42" },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1" },
		{ "", NULL },
		{ "3.3.3", NULL },
		{ "3.3.3.4.5", NULL },
		{ "3.3.3.256", NULL },
		{ "03.3.3.4", NULL },
		{ "3.3.3.4 ", NULL },
		{ " 3.3.3.4", NULL },
		{ "0x3.3.3.4", NULL },
		{ "3.3.3.-4", NULL },
		{ ":::", NULL },
		{ "1::2::3", NULL },
		{ "fe80::1%eth0", NULL },
		{ "2001:db8::12345", NULL },
		{ "1:2:3:4:5:6:7", NULL },
		{ "[::1]", NULL },
		{ "10.0.0.1/24", NULL },
		{ "node1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[ADDR_TEXT];
		struct addr a = { .family = 77 };

		assert_row(rows[i].in, addr_parse(rows[i].in, &a) == (rows[i].out != NULL));
		if (!rows[i].out)
			assert_row(rows[i].in, a.family == 77);
		else
			assert_string_equal(addr_text(a, out), rows[i].out);
	}
}

static void prefix_texts(void **state)
{
	static const struct {
		const char *in;
		bool right;
	} rows[] = {
		{ "10.42.0.0/16", true },
		{ "0.0.0.0/0", true },
		{ "1.2.3.4/32", true },
		{ "10.42.128.0/17", true },
		{ "2001:db8::/32", true },
		{ "2001:db8:0:0:8000::/65", true },
		{ "::/0", true },
		{ "::1/128", true },
		{ "10.42.0.0", false },
		{ "10.42.0.0/", false },
		{ "10.42.0.0/33", false },
		{ "10.42.0.0/016", false },
		{ "10.42.0.0/+16", false },
		{ "10.42.0.0/-1", false },
		{ "10.42.0.0/ 16", false },
		{ "10.42.0.0/16 ", false },
		{ "10.42.0.0/16/16", false },
		{ "10.42.0.0/4294967312", false },
		{ "10.42.0.1/16", false },
		{ "10.42.64.0/17", false },
		{ "1.2.3.4/0", false },
		{ "::1/127", false },
		{ "2001:db8::/129", false },
		{ "2001:db8:0:0:4000::/65", false },
		{ "/16", false },
		{ "10.42/16", false },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[PREFIX_TEXT];
		struct prefix p = { .length = 222 };

		assert_row(rows[i].in, prefix_parse(rows[i].in, &p) == rows[i].right);
		if (rows[i].right)
			assert_string_equal(prefix_text(p, out), rows[i].in);
		else
			assert_row(rows[i].in, p.length == 222);
	}
}

/* The longest texts there are fit their buffers. */
static void longest_texts(void **state)
{
	char address[ADDR_TEXT], text[PREFIX_TEXT];
	struct prefix p = { .length = 128 };

	(void)state;
	assert_true(addr_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &p.addr));
	assert_int_equal(strlen(addr_text(p.addr, address)), 39);
	assert_string_equal(prefix_text(p, text), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	assert_string_equal(addr_text((struct addr) { 0 }, address), "-");
}

static void containment(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} rows[] = {
		{ "10.42.0.0/16", "10.42.255.255", true },
		{ "10.42.0.0/16", "10.43.0.0", false },
		{ "10.42.128.0/17", "10.42.127.255", false },
		{ "10.42.128.0/17", "10.42.128.0", true },
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "0.0.0.0/0", "::1", false },
		{ "1.2.3.4/32", "1.2.3.4", true },
		{ "1.2.3.4/32", "1.2.3.5", false },
		{ "::/0", "ff02::1", true },
		{ "::/0", "10.0.0.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct prefix p;
		struct addr a;

		assert_true(prefix_parse(rows[i].prefix, &p));
		assert_true(addr_parse(rows[i].address, &a));
		assert_row(rows[i].address, prefix_contains(p, a) == rows[i].inside);
	}
}

static void kinds(void **state)
{
	static const struct {
		const char *address;
		const char *kinds; /* m(ulticast) u(nspecified) l(oopback) k (link local) */
	} rows[] = {
		{ "0.0.0.0", "u" },     { "::", "u" },         { "127.0.0.1", "l" },
		{ "127.9.9.9", "l" },   { "128.0.0.1", "" },   { "::1", "l" },
		{ "::2", "" },          { "224.0.0.1", "m" },  { "239.255.255.255", "m" },
		{ "240.0.0.1", "" },    { "223.1.1.1", "" },   { "ff02::1", "m" },
		{ "fe80::1", "k" },     { "febf::1", "k" },    { "fec0::1", "" },
		{ "169.254.1.1", "k" }, { "169.253.1.1", "" }, { "10.0.0.1", "" },
		{ "2001:db8::1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *row = rows[i].address;
		struct addr a;

		assert_true(addr_parse(row, &a));
		assert_row(row, addr_is_multicast(a) == !!strchr(rows[i].kinds, 'm'));
		assert_row(row, addr_is_unspecified(a) == !!strchr(rows[i].kinds, 'u'));
		assert_row(row, addr_is_loopback(a) == !!strchr(rows[i].kinds, 'l'));
		assert_row(row, addr_is_link_local(a) == !!strchr(rows[i].kinds, 'k'));
	}
	assert_true(addr_is_unspecified((struct addr) { 0 }));
	assert_false(addr_is_multicast((struct addr) { .octet = { 0xff } }));
}

static void prefixes_of(void **state)
{
	static const struct {
		const char *addr;
		uint8_t length;
		const char *prefix;
	} rows[] = {
		{ "3.3.3.3", 24, "3.3.3.0/24" },
		{ "3.3.3.3", 32, "3.3.3.3/32" },
		{ "255.255.255.255", 9, "255.128.0.0/9" },
		{ "3.3.3.3", 0, "0.0.0.0/0" },
		{ "2001:db8::1", 64, "2001:db8::/64" },
		{ "2001:db8::1", 128, "2001:db8::1/128" },
	};
	char text[PREFIX_TEXT];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(addr_parse(rows[i].addr, &a));
		assert_string_equal(prefix_text(prefix_of(a, rows[i].length), text),
				    rows[i].prefix);
	}
}

static void nobodys(void **state)
{
	static const char *const somebodys[] = { "10.0.0.1",    "255.255.255.254", "127.0.0.1",
						 "2001:db8::1", "fe80::1",         "::1" };
	static const char *const nobodys[] = { "0.0.0.0",   "255.255.255.255",
					       "224.0.0.1", "239.255.255.255",
					       "::",        "ff02::1" };
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(somebodys) / sizeof(somebodys[0]); i++) {
		assert_true(addr_parse(somebodys[i], &a));
		assert_false(addr_is_nobodys(a));
		assert_true(addr_parse(nobodys[i], &a));
		assert_true(addr_is_nobodys(a));
	}
}

static void equality_knows_the_family(void **state)
{
	struct addr four = addr_v4((uint8_t[4]) { 0 }), six = addr_v6((uint8_t[16]) { 0 });

	(void)state;
	assert_true(addr_equal(four, four));
	assert_false(addr_equal(four, six));
	assert_int_equal(addr_size(four), 4);
	assert_int_equal(addr_size(six), 16);
	assert_int_equal(addr_size((struct addr) { 0 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_texts), cmocka_unit_test(prefix_texts),
		cmocka_unit_test(longest_texts), cmocka_unit_test(containment),
		cmocka_unit_test(kinds),         cmocka_unit_test(prefixes_of),
		cmocka_unit_test(nobodys),       cmocka_unit_test(equality_knows_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
