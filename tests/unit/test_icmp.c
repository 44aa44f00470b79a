#include "wire/icmp.h"

#include "craft.h"

#define ETH "020000000002 020000000001"
#define DF  "4500 0000 0001 4000 4011 0000 0a000001 0a000002"
#define UDP "04d2 0035 0010 0000 6162636465666768"
#define ONE "20010db8000000000000000000000001"
#define TWO "20010db8000000000000000000000002"
#define IP6 "86dd 60000000 0000"

static void set_ip_len(struct craft *c, size_t l3)
{
	if (c->at[l3] >> 4 == 4)
		put_be16(c->at + l3 + 2, (uint16_t)(c->len - l3));
	else
		put_be16(c->at + l3 + 4, (uint16_t)(c->len - l3 - IPV6_LEN));
}

static void who_is_answered(void **state)
{
	static const struct {
		const char *name, *hex;
		bool answered;
	} rows[] = {
		{ "v4 with DF", ETH "0800" DF UDP, true },
		{ "v6", ETH IP6 "1140" ONE TWO UDP, true },
		{ "v4 echo", ETH "0800 4500 0000 0001 4000 4001 0000 0a000001 0a000002 0800 0000",
		  true },
		{ "v6 echo", ETH IP6 "3a40" ONE TWO "8000 0000", true },
		{ "v4 first fragment",
		  ETH "0800 4500 0000 0001 6000 4011 0000 0a000001 0a000002" UDP, true },
		{ "v6 first fragment", ETH IP6 "2c40" ONE TWO "1100 0001 00000007" UDP, true },
		{ "unknown station", "020000000009 020000000001 0800" DF UDP, true },
		{ "v4 without DF", ETH "0800 4500 0000 0001 0000 4011 0000 0a000001 0a000002" UDP,
		  false },
		{ "not IP", ETH "0806" UDP, false },
		{ "to a group MAC", "01005e000001 020000000001 0800" DF UDP, false },
		{ "to everybody", "ffffffffffff 020000000001 0800" DF UDP, false },
		{ "from a group MAC", "020000000002 030000000001 0800" DF UDP, false },
		{ "from no MAC", "020000000002 000000000000 0800" DF UDP, false },
		{ "to a group", ETH "0800 4500 0000 0001 4000 4011 0000 0a000001 e0000001" UDP,
		  false },
		{ "to broadcast", ETH "0800 4500 0000 0001 4000 4011 0000 0a000001 ffffffff" UDP,
		  false },
		{ "from a group", ETH "0800 4500 0000 0001 4000 4011 0000 e0000001 0a000002" UDP,
		  false },
		{ "from 0.0.0.0", ETH "0800 4500 0000 0001 4000 4011 0000 00000000 0a000002" UDP,
		  false },
		{ "from loopback", ETH "0800 4500 0000 0001 4000 4011 0000 7f000001 0a000002" UDP,
		  false },
		{ "from class E", ETH "0800 4500 0000 0001 4000 4011 0000 f0000001 0a000002" UDP,
		  false },
		{ "from ::", ETH IP6 "1140 00000000000000000000000000000000" TWO UDP, false },
		{ "to a v6 group", ETH IP6 "1140" ONE "ff020000000000000000000000000001" UDP,
		  false },
		{ "v4 later fragment",
		  ETH "0800 4500 0000 0001 4001 4011 0000 0a000001 0a000002" UDP, false },
		{ "v6 later fragment", ETH IP6 "2c40" ONE TWO "1100 0009 00000007" UDP, false },
		{ "v6 error", ETH IP6 "3a40" ONE TWO "0200 0000", false },
		{ "v6 error 127", ETH IP6 "3a40" ONE TWO "7f00 0000", false },
		{ "v6 redirect", ETH IP6 "3a40" ONE TWO "8900 0000", false },
		{ "v6 ICMP without a type", ETH IP6 "3a40" ONE TWO, false },
		{ "v6 error in a first fragment",
		  ETH IP6 "2c40" ONE TWO "3a00 0001 00000007 0200 0000", false },
	};
	static const uint8_t errors[] = { 3, 4, 5, 11, 12 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(rows[i].hex);
		uint8_t out[ICMP_TOO_BIG_ROOM];
		uint8_t *exact;
		struct frame f;

		if (get_be16(c.at + 12) != ETHERTYPE_ARP)
			set_ip_len(&c, ETH_LEN);
		exact = craft_exact(c.at, c.len);
		assert_row(rows[i].name, frame_parse(&f, exact, c.len));
		assert_row(rows[i].name, icmp_may_answer(&f) == rows[i].answered);
		assert_row(rows[i].name, (icmp_too_big_write(room_of(out, sizeof(out)), &f, 1400) >
					  0) == rows[i].answered);
		free(exact);
	}
	for (size_t i = 0; i < sizeof(errors); i++) {
		struct craft c = craft_of(ETH "0800 4500 0018 0001 4000 4001 0000 0a000001"
					      "0a000002 0000 0000");
		struct frame f;

		c.at[34] = errors[i];
		assert_true(frame_parse(&f, c.at, c.len));
		assert_false(icmp_may_answer(&f));
	}
}

/* A frame of @len bytes that begins with @hex and counts on behind it. */
static uint8_t *long_frame(const char *hex, size_t l3, size_t len)
{
	struct craft c = craft_of(hex);
	uint8_t *at = malloc(len);

	assert_true(at && c.len <= len);
	memcpy(at, c.at, c.len);
	for (size_t i = c.len; i < len; i++)
		at[i] = (uint8_t)i;
	put_be16(at + l3 + (at[l3] >> 4 == 4 ? 2 : 4),
		 (uint16_t)(at[l3] >> 4 == 4 ? len - l3 : len - l3 - IPV6_LEN));
	return at;
}

static void check_v4(const uint8_t *out, const uint8_t *asked, size_t l3, size_t len)
{
	const uint8_t *ip = out + l3, *icmp = ip + 20;

	assert_int_equal(get_be16(ip), 0x4500);
	assert_int_equal(get_be16(ip + 2), len - l3);
	assert_int_equal(ip[8], 64);
	assert_int_equal(ip[9], IP_ICMP);
	assert_memory_equal(ip + 12, asked + l3 + 16, 4);
	assert_memory_equal(ip + 16, asked + l3 + 12, 4);
	assert_int_equal(craft_sum(0, ip, 20), 0xffff);
	assert_int_equal(get_be16(icmp), 0x0304);
	assert_int_equal(get_be16(icmp + 4), 0);
	assert_int_equal(get_be16(icmp + 6), 1400);
	assert_int_equal(craft_sum(0, icmp, len - l3 - 20), 0xffff);
	assert_memory_equal(icmp + 8, asked + l3, len - l3 - 28);
}

static void check_v6(const uint8_t *out, const uint8_t *asked, size_t l3, size_t len)
{
	const uint8_t *ip = out + l3, *icmp = ip + 40;

	assert_true(get_be32(ip) == 0x60000000);
	assert_int_equal(get_be16(ip + 4), len - l3 - 40);
	assert_int_equal(get_be16(ip + 6), IP_ICMPV6 << 8 | 64);
	assert_memory_equal(ip + 8, asked + l3 + 24, 16);
	assert_memory_equal(ip + 24, asked + l3 + 8, 16);
	assert_int_equal(get_be16(icmp), 0x0200);
	assert_int_equal(get_be32(icmp + 4), 1400);
	assert_int_equal(
		craft_sum(craft_pseudo6(ip, IP_ICMPV6, len - l3 - 40), icmp, len - l3 - 40),
		0xffff);
	assert_memory_equal(icmp + 8, asked + l3, len - l3 - 48);
}

static void messages_are_right(void **state)
{
	static const struct {
		const char *name, *hex;
		size_t l3, frame, message; /* lengths from the Ethernet header on */
	} rows[] = {
		{ "v4 small", ETH "0800" DF UDP, 14, 50, 14 + 28 + 36 },
		{ "v4 odd", ETH "0800" DF UDP, 14, 51, 14 + 28 + 37 },
		{ "v4 just whole", ETH "0800" DF UDP, 14, 14 + 548, 14 + 576 },
		{ "v4 cut", ETH "0800" DF UDP, 14, 1514, 14 + 576 },
		{ "v4 qinq", ETH "88a8 0064 8100 0065 0800" DF UDP, 22, 1522, 22 + 576 },
		{ "v6 small", ETH IP6 "1140" ONE TWO UDP, 14, 70, 14 + 48 + 56 },
		{ "v6 odd", ETH IP6 "1140" ONE TWO UDP, 14, 71, 14 + 48 + 57 },
		{ "v6 cut", ETH IP6 "1140" ONE TWO UDP, 14, 1514, 14 + 1280 },
		{ "v6 superframe", ETH IP6 "1140" ONE TWO UDP, 14, 65000, 14 + 1280 },
		{ "v6 vlan", ETH "8100 0064" IP6 "1140" ONE TWO UDP, 18, 1518, 18 + 1280 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = rows[i].message, l3 = rows[i].l3;
		uint8_t *asked = long_frame(rows[i].hex, l3, rows[i].frame);
		uint8_t *out = malloc(len);
		struct frame f;

		memset(out, 0xa5, len);
		assert_row(rows[i].name, frame_parse(&f, asked, rows[i].frame));
		assert_row(rows[i].name, icmp_too_big_write(room_of(out, len - 1), &f, 1400) == 0);
		assert_row(rows[i].name, icmp_too_big_write(room_of(out, len), &f, 1400) == len);
		assert_memory_equal(out, asked + 6, 6);
		assert_memory_equal(out + 6, asked, 6);
		assert_memory_equal(out + 12, asked + 12, l3 - 12);
		if (asked[l3] >> 4 == 4)
			check_v4(out, asked, l3, len);
		else
			check_v6(out, asked, l3, len);
		free(asked);
		free(out);
	}
}

/* Padding is not quoted, and an MTU that does not fit the field is the largest that does. */
static void padding_and_large_mtus(void **state)
{
	struct craft c = craft_of(ETH "0800" DF UDP);
	uint8_t out[ICMP_TOO_BIG_ROOM];
	struct frame f;

	(void)state;
	set_ip_len(&c, ETH_LEN);
	craft_add(&c, "00000000000000000000");
	assert_true(frame_parse(&f, c.at, c.len));
	assert_int_equal(icmp_too_big_write(room_of(out, sizeof(out)), &f, 70000), 14 + 28 + 36);
	assert_int_equal(get_be16(out + 40), 65535);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_answered),
		cmocka_unit_test(messages_are_right),
		cmocka_unit_test(padding_and_large_mtus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
