#include "table/drops.h"

#include <stdio.h>

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
		assert_true(strlen(drop_remedy((enum drop_reason)i)) > 10);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(name, drop_name((enum drop_reason)other));
	}
}

/* In the documentation's order.  Who reads counters by name must not miss one after an update. */
static void names_are_the_documented_ones(void **state)
{
	static const char documented[] =
		"rx-short invalid-hdr gpe vni-not-found unknown-peer rx-self reserved-bits "
		"inner-runt mac-invalid-source local-mac inner-vlan ip-tunnel-ecn entry-exists "
		"oversize truncated tx-runt no-remote same-port tx-too-big tx-recursion "
		"bum-limited neigh-unknown port-down port-full underlay-full underlay-error "
		"mac-frozen probe-refused probe-unasked dhcp-invalid dhcp-limited ";
	char names[sizeof(documented)] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < DROP_REASON_COUNT; i++) {
		const char *name = drop_name((enum drop_reason)i);

		assert_true(len < sizeof(names));
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s ", name);
	}
	assert_string_equal(names, documented);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_one_name),
		cmocka_unit_test(names_are_the_documented_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
