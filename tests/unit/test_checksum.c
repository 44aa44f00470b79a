#include "wire/checksum.h"

#include "craft.h"

/* Random bytes of every length up to a few hundred at every alignment within a word. */
static void sums_like_the_model(void **state)
{
	uint64_t seed = 20348;
	uint8_t bytes[400];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(craft_random(&seed) >> 56);
	for (size_t len = 0; len <= 300; len++)
		for (size_t shift = 0; shift < 8; shift++) {
			uint8_t *exact = craft_exact(bytes + shift, len + shift);
			uint64_t sum = checksum_add(0, span_of(exact + shift, len));

			assert_int_equal(checksum_fold(sum), craft_sum(0, exact + shift, len));
			free(exact);
		}
}

/* The sum that is worst for carries: nothing but ones, over the longest packet. */
static void carries_are_kept(void **state)
{
	uint8_t *ones = malloc(65535);

	(void)state;
	memset(ones, 0xff, 65535);
	for (size_t len = 65519; len <= 65535; len++)
		assert_int_equal(checksum_fold(checksum_add(0xffff, span_of(ones, len))),
				 craft_sum(0xffff, ones, len));
	free(ones);
}

static void parts_add_up_in_any_order(void **state)
{
	const uint8_t at[] = { 1, 2, 3, 4, 5, 6, 7 };
	uint64_t whole = checksum_add(0, span_of(at, 7));
	uint64_t parts = checksum_add(checksum_add(0, span_of(at + 4, 3)), span_of(at, 4));

	(void)state;
	assert_int_equal(checksum_fold(whole), checksum_fold(parts));
	assert_int_equal(checksum_fold(whole), 0x0102 + 0x0304 + 0x0506 + 0x0700);
}

/* RFC 1071 §3's own example. */
static void the_standard_example(void **state)
{
	struct craft c = craft_of("0001 f203 f4f5 f6f7");

	(void)state;
	assert_int_equal(checksum_fold(checksum_add(0, span_of(c.at, c.len))), 0xddf2);
	assert_int_equal(checksum_finish(checksum_add(0, span_of(c.at, c.len))), 0x220d);
}

static void folding_loses_no_carry(void **state)
{
	(void)state;
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff), 0xffff);
	assert_int_equal(checksum_fold(0x10000), 1);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(UINT64_C(0xfffffffffffffffe)), 0xfffe);
}

/* Replacing a word equals summing anew: RFC 1624's trap (§4: 0xdd2f, 0x5555 → 0x3285), then
 * random words. */
static void replaces_like_summing_anew(void **state)
{
	uint64_t seed = 1624;

	(void)state;
	assert_int_equal(checksum_replace(0xdd2f, 0x5555, 0x3285), 0x0000);
	for (int i = 0; i < 100000; i++) {
		uint64_t random = craft_random(&seed);
		uint8_t at[6];
		uint16_t before, after, from, to = (uint16_t)(random >> 16);

		put_be16(at, (uint16_t)random);
		put_be32(at + 2, (uint32_t)(random >> 32) | 1);
		before = checksum_finish(checksum_add(0, span_of(at, 6)));
		from = get_be16(at);
		put_be16(at, to);
		after = checksum_finish(checksum_add(0, span_of(at, 6)));
		assert_int_equal(checksum_replace(before, from, to), after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_like_the_model),
		cmocka_unit_test(carries_are_kept),
		cmocka_unit_test(parts_add_up_in_any_order),
		cmocka_unit_test(the_standard_example),
		cmocka_unit_test(folding_loses_no_carry),
		cmocka_unit_test(replaces_like_summing_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
