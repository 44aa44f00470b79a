/* What single values may look like, and above all what they may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../src/plan/scalar.h"

struct number_row {
	const char *text;
	enum number result;
	uint64_t value;
};

#define BAD(text)                   \
	{                           \
		text, NUMBER_BAD, 0 \
	}
#define BEYOND(text)                   \
	{                              \
		text, NUMBER_BEYOND, 0 \
	}
#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static void check_numbers(const struct number_row *rows, size_t count,
			  enum number (*parse)(const char *, uint64_t *))
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = 0;
		enum number result = parse(rows[i].text, &value);

		if (result != rows[i].result || (result == NUMBER_OK && value != rows[i].value))
			fail_msg("\"%s\": %d, %llu", rows[i].text, (int)result,
				 (unsigned long long)value);
	}
}

static void integers(void **state)
{
	static const struct number_row rows[] = {
		{ "0", NUMBER_OK, 0 },
		{ "1", NUMBER_OK, 1 },
		{ "9", NUMBER_OK, 9 },
		{ "10", NUMBER_OK, 10 },
		{ "4789", NUMBER_OK, 4789 },
		{ "65535", NUMBER_OK, 65535 },
		{ "16777215", NUMBER_OK, 16777215 },
		{ "4294967296", NUMBER_OK, UINT64_C(4294967296) },
		{ "18446744073709551615", NUMBER_OK, UINT64_MAX },
		BEYOND("18446744073709551616"),
		BEYOND("18446744073709551620"),
		BEYOND("99999999999999999999999999999999999999"),
		BEYOND("-1"),
		BEYOND("-0"),
		BEYOND("-18446744073709551616"),
		BAD(""),
		BAD("-"),
		BAD("--1"),
		BAD("+1"),
		BAD(" 1"),
		BAD("1 "),
		BAD("1\n"),
		BAD("00"),
		BAD("01"),
		BAD("010"),
		BAD("-01"),
		BAD("0o10"),
		BAD("0x10"),
		BAD("0X10"),
		BAD("0b10"),
		BAD("1_000"),
		BAD("1,000"),
		BAD("1.000"),
		BAD("1.0"),
		BAD(".5"),
		BAD("1e3"),
		BAD("1:30"),
		BAD("190:20:30"),
		BAD("1k"),
		BAD("1K"),
		BAD("12a"),
		BAD("a12"),
		BAD("ff"),
		BAD("~"),
		BAD("null"),
		BAD("true"),
		BAD(".inf"),
		BAD(".nan"),
		BAD("\xd9\xa3"),     /* ARABIC-INDIC DIGIT THREE */
		BAD("\xef\xbc\x91"), /* FULLWIDTH DIGIT ONE */
	};

	(void)state;
	check_numbers(rows, ROWS(rows), scalar_integer);
}

static void durations(void **state)
{
	static const struct number_row rows[] = {
		{ "0", NUMBER_OK, 0 },
		{ "0s", NUMBER_OK, 0 },
		{ "1s", NUMBER_OK, 1 },
		{ "300s", NUMBER_OK, 300 },
		{ "5m", NUMBER_OK, 300 },
		{ "24h", NUMBER_OK, 86400 },
		{ "5124095576030431h", NUMBER_OK, UINT64_C(18446744073709551600) },
		BEYOND("5124095576030432h"),
		BEYOND("18446744073709551616s"),
		BAD("300"),
		BAD("1"),
		BAD(""),
		BAD("s"),
		BAD("00"),
		BAD("05m"),
		BAD("-5m"),
		BAD("+5m"),
		BAD("5M"),
		BAD("5 m"),
		BAD("5min"),
		BAD("5ms"),
		BAD("5d"),
		BAD("1h30m"),
		BAD("1.5h"),
		BAD("0x5s"),
		BAD("1_000s"),
		BAD("5m "),
		BAD(" 5m"),
		BAD("never"),
	};

	(void)state;
	check_numbers(rows, ROWS(rows), scalar_duration);
}

static void rates(void **state)
{
	static const struct number_row rows[] = {
		{ "64000/s", NUMBER_OK, 64000 },
		{ "1/s", NUMBER_OK, 1 },
		{ "0/s", NUMBER_OK, 0 },
		BEYOND("18446744073709551616/s"),
		BAD("64000"),
		BAD("64000/"),
		BAD("/s"),
		BAD("64000/S"),
		BAD("64000/m"),
		BAD("64000 /s"),
		BAD("64000/ s"),
		BAD("64000/s "),
		BAD("64000/sec"),
		BAD("64k/s"),
		BAD("-1/s"),
		BAD("01/s"),
		BAD("1.5/s"),
		BAD(""),
	};

	(void)state;
	check_numbers(rows, ROWS(rows), scalar_rate);
}

struct text_row {
	const char *text;
	bool good;
};

static void booleans(void **state)
{
	static const char *const refused[] = { "",     "yes",  "no",    "on",    "off", "y",    "n",
					       "True", "TRUE", "False", "FALSE", "t",   "1",    "0",
					       "~",    "null", "true ", " true", "tru", "truee" };
	bool value;

	(void)state;
	assert_true(scalar_bool("true", &value) && value);
	assert_true(scalar_bool("false", &value) && !value);
	for (size_t i = 0; i < ROWS(refused); i++)
		if (scalar_bool(refused[i], &value))
			fail_msg("\"%s\" was taken", refused[i]);
}

static void addresses(void **state)
{
	static const struct text_row rows[] = {
		{ "10.206.67.96", true },
		{ "0.0.0.0", true },
		{ "255.255.255.255", true },
		{ "::", true },
		{ "::1", true },
		{ "2001:db8::1", true },
		{ "2001:db8:0:1:1:1:1:1", true },
		{ "::ffff:192.0.2.1", true },
		{ "", false },
		{ "10.206.67", false },
		{ "10.206.67.96.1", false },
		{ "010.206.67.96", false },
		{ "10.206.67.096", false },
		{ "0xa.1.1.1", false },
		{ "10.1", false },
		{ "167772161", false },
		{ "10.206.67.256", false },
		{ "10.206.67.-1", false },
		{ " 10.206.67.96", false },
		{ "10.206.67.96 ", false },
		{ "10.206.67.96/24", false },
		{ "10.206.67.96:4789", false },
		{ "2001:DB8::1", false },
		{ "2001:0db8::1", false },
		{ "2001:db8:0:0:0:0:0:1", false },
		{ "2001:db8::0:1", false },
		{ "0:0:0:0:0:0:0:0", false },
		{ "[2001:db8::1]", false },
		{ "fe80::1%eth0", false },
		{ ":::1", false },
		{ "1::2::3", false },
		{ "::ffff:c000:201", false },
		{ "localhost", false },
	};
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (scalar_addr(rows[i].text, &addr) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
}

static void macs(void **state)
{
	static const struct text_row rows[] = {
		{ "aa:bf:b9:29:63:12", true },
		{ "00:00:00:00:00:00", true },
		{ "ff:ff:ff:ff:ff:ff", true },
		{ "52:54:00:11:22:33", true },
		{ "", false },
		{ "AA:BF:B9:29:63:12", false },
		{ "aa:bf:b9:29:63:1A", false },
		{ "aa-bf-b9-29-63-12", false },
		{ "aabf.b929.6312", false },
		{ "aabfb9296312", false },
		{ "a:bf:b9:29:63:12", false },
		{ "aa:bf:b9:29:63", false },
		{ "aa:bf:b9:29:63:12:", false },
		{ "aa:bf:b9:29:63:12:00", false },
		{ "aa:bf:b9:29:63:1g", false },
		{ "aa:bf:b9:29:63 12", false },
		{ " aa:bf:b9:29:63:1", false },
		{ "aa:bf:b9:29:63:12 ", false },
	};
	struct mac mac;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (scalar_mac(rows[i].text, &mac) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
}

static void prefixes(void **state)
{
	static const struct text_row rows[] = {
		{ "10.42.0.0/16", true },
		{ "0.0.0.0/0", true },
		{ "3.3.3.3/32", true },
		{ "2001:db8::/32", true },
		{ "::/0", true },
		{ "::1/128", true },
		{ "10.42.0.0", false },
		{ "10.42.0.1/16", false },
		{ "10.42.0.0/33", false },
		{ "10.42.0.0/016", false },
		{ "10.42.0.0/-1", false },
		{ "10.42.0.0/", false },
		{ "/16", false },
		{ "10.42.0.0/255.255.0.0", false },
		{ "10.42/16", false },
		{ "2001:DB8::/32", false },
		{ "2001:db8::1/32", false },
		{ "::/129", false },
		{ "10.42.0.0/16 ", false },
		{ "", false },
	};
	struct prefix prefix;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (scalar_prefix(rows[i].text, &prefix) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
}

static void names(void **state)
{
	static const struct text_row rows[] = {
		{ "a", true },
		{ "node1", true },
		{ "1", true },
		{ "rack-1.host_2", true },
		{ "A", true },
		{ "012345678901234567890123456789012345678901234567890123456789012", true },
		{ "0123456789012345678901234567890123456789012345678901234567890123", false },
		{ "", false },
		{ ".", false },
		{ "..", false },
		{ ".a", false },
		{ "-a", false },
		{ "_a", false },
		{ "a b", false },
		{ "a/b", false },
		{ "../a", false },
		{ "a\n", false },
		{ "a:b", false },
		{ "\xc3\xa9", false },
		{ "a\x7f", false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (scalar_name(rows[i].text) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
}

static void interfaces(void **state)
{
	static const struct text_row rows[] = {
		{ "eth0", true },
		{ "vxlan100", true },
		{ "br-1.100", true },
		{ "abcdefghijklmno", true },
		{ "...", true },
		{ "@", true },
		{ "abcdefghijklmnop", false },
		{ "", false },
		{ ".", false },
		{ "..", false },
		{ "a/b", false },
		{ "a:1", false },
		{ "a b", false },
		{ "a\tb", false },
		{ "vx%d", false },
		{ "a\x1b", false },
		{ "\xc3\xa9", false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (scalar_interface(rows[i].text) != rows[i].good)
			fail_msg("\"%s\"", rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),   cmocka_unit_test(durations),
		cmocka_unit_test(rates),      cmocka_unit_test(booleans),
		cmocka_unit_test(addresses),  cmocka_unit_test(macs),
		cmocka_unit_test(prefixes),   cmocka_unit_test(names),
		cmocka_unit_test(interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
