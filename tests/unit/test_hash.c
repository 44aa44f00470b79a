#include "base/hash.h"

#include "craft.h"

/* The first rows of the reference implementation's vectors: key 00..0f, message 00, 01, ... of
 * length n, the output as a little-endian number. */
static void siphash_matches_the_reference(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} rows[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },  { 1, UINT64_C(0x74f839c593dc67fd) },
		{ 2, UINT64_C(0x0d6c8009d9a94f5a) },  { 3, UINT64_C(0x85676696d7fb7e2d) },
		{ 7, UINT64_C(0xab0200f58b01d137) },  { 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
	};
	struct hash_secret secret = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	uint8_t message[15];

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *exact = craft_exact(message, rows[i].len);

		assert_true(hash_bytes(secret, exact, rows[i].len) == rows[i].hash);
		free(exact);
	}
}

static void words_depend_on_the_secret(void **state)
{
	struct hash_secret a = { 1, 2 }, b = { 3, 2 }, c = { 1, 4 };

	(void)state;
	assert_true(hash_word(a, 42) == hash_word(a, 42));
	assert_true(hash_word(a, 42) != hash_word(b, 42));
	assert_true(hash_word(a, 42) != hash_word(c, 42));
	assert_true(hash_word(a, 42) != hash_word(a, 43));
}

/* A table takes the low bits: neighbouring MACs must not share them.  1024 words into 1024 buckets
 * leave about 377 (1/e) empty when they spread like dice. */
static void words_spread_over_low_bits(void **state)
{
	struct hash_secret secret = { UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210) };
	uint8_t used[1024] = { 0 };
	int empty = 0;

	(void)state;
	for (uint64_t word = 0; word < 1024; word++)
		used[hash_word(secret, UINT64_C(0x020000000000) + word) % 1024] = 1;
	for (size_t i = 0; i < sizeof(used); i++)
		empty += !used[i];
	assert_in_range(empty, 320, 430);
}

static void random_secrets_differ(void **state)
{
	struct hash_secret a = hash_secret_random(), b = hash_secret_random();

	(void)state;
	assert_true(a.k0 != b.k0 || a.k1 != b.k1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_matches_the_reference),
		cmocka_unit_test(words_depend_on_the_secret),
		cmocka_unit_test(words_spread_over_low_bits),
		cmocka_unit_test(random_secrets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
