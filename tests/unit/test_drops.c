#include "table/drops.h"

#include "craft.h"

/* Names are typed and read by people: lower case, hyphens, each once. */
static void every_reason_has_one_name(void **state)
{
	(void)state;
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		const char *name = drop_name((enum drop_reason)i);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		assert_true(strlen(name) > 2);
		assert_true(strlen(drop_explanation((enum drop_reason)i)) > 10);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(name, drop_name((enum drop_reason)other));
	}
}

static void names_are_the_documented_ones(void **state)
{
	(void)state;
	assert_string_equal(drop_name(DROP_NO_REMOTE), "no-remote");
	assert_string_equal(drop_name(DROP_IP_TUNNEL_ECN), "ip-tunnel-ecn");
	assert_string_equal(drop_name(DROP_MAC_FROZEN), "mac-frozen");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_one_name),
		cmocka_unit_test(names_are_the_documented_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
