#include "wire/ip.h"

#include "craft.h"
#include "wire/checksum.h"

/* What headers mean is tested through frames; here is what no frame shows. */

static void fields(void **state)
{
	struct craft c = craft_of("45b9 0014 0001 4000 4011 0000 03030303 03030304 00");
	struct span in = span_of(c.at, c.len);
	struct ip ip;

	(void)state;
	assert_true(ip_read(&in, &ip));
	assert_int_equal(in.len, 0); /* the padding is gone */
	assert_ptr_equal(in.at, c.at + IPV4_LEN);
	assert_int_equal(ip.tos, 0xb9);
	assert_int_equal(ip.ttl, 64);
	assert_true(ip.df);
	assert_int_equal(ip.src.octet[3], 3);
	assert_int_equal(ip.dst.octet[3], 4);
}

static void a_refusal_changes_nothing(void **state)
{
	struct craft c = craft_of("4500 0015 0001 0000 4011 0000 03030303 03030304");
	struct span in = span_of(c.at, c.len);
	struct ip ip = { .proto = 99 };

	(void)state;
	assert_false(ip_read(&in, &ip));
	assert_ptr_equal(in.at, c.at);
	assert_int_equal(in.len, c.len);
	assert_int_equal(ip.proto, 99);
	in = span_of(NULL, 0);
	assert_false(ip_read(&in, &ip));
}

/* RFC 8200 §8.1: the length has 32 bits. */
static void pseudo_sums(void **state)
{
	struct ip four = { .src = addr_v4((uint8_t[4]) { 1, 2, 3, 4 }),
			   .dst = addr_v4((uint8_t[4]) { 5, 6, 7, 8 }) };
	struct ip six = { .src = addr_v6((uint8_t[16]) { [14] = 0x10, [15] = 1 }),
			  .dst = addr_v6((uint8_t[16]) { [0] = 0x20 }) };

	(void)state;
	assert_int_equal(checksum_fold(ip_pseudo_sum(&four, IP_UDP, 9)),
			 0x0102 + 0x0304 + 0x0506 + 0x0708 + 17 + 9);
	assert_int_equal(checksum_fold(ip_pseudo_sum(&six, IP_TCP, 0x30002)),
			 0x1001 + 0x2000 + 6 + 3 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(a_refusal_changes_nothing),
		cmocka_unit_test(pseudo_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
