#include "wire/ecn.h"

#include "craft.h"

enum { DROP = 99 };

/* RFC 6040 figure 4, its columns in the order of the code points: not-ECT, ECT(1), ECT(0), CE. */
static const int inbound[4][4] = {
	[ECN_NOT_ECT] = { ECN_NOT_ECT, ECN_NOT_ECT, ECN_NOT_ECT, DROP },
	[ECN_ECT1] = { ECN_ECT1, ECN_ECT1, ECN_ECT1, ECN_CE },
	[ECN_ECT0] = { ECN_ECT0, ECN_ECT1, ECN_ECT0, ECN_CE },
	[ECN_CE] = { ECN_CE, ECN_CE, ECN_CE, ECN_CE },
};

static void sixteen_cases_in(void **state)
{
	(void)state;
	for (uint8_t inner = 0; inner < 4; inner++)
		for (uint8_t outer = 0; outer < 4; outer++) {
			enum ecn out = ECN_MASK;
			/* The DSCP of either header plays no part. */
			bool kept = ecn_inner(outer | 0xb8, inner | 0x28, &out);

			assert_int_equal(kept, inbound[inner][outer] != DROP);
			if (kept)
				assert_int_equal(out, inbound[inner][outer]);
		}
}

/* Outbound only the inner field counts, whatever the inner DSCP: sixteen cases as well. */
static void sixteen_cases_out(void **state)
{
	static const uint8_t dscp[] = { 0, 4, 0xb8, 252 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (uint8_t inner = 0; inner < 4; inner++)
			assert_int_equal(ecn_outer(dscp[i], inner | 0x28), dscp[i] + inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixteen_cases_in),
		cmocka_unit_test(sixteen_cases_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
