#include "../../src/table/slot_index.h"

#include "base/hash.h"
#include "craft.h"

static uint32_t longest_run(const struct slot_index *index)
{
	uint32_t longest = 0, run = 0;

	for (size_t i = 0; i < 2 * ((size_t)index->mask + 1); i++) {
		run = index->cells[i & index->mask] != 0 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static uint32_t cells_used(const struct slot_index *index)
{
	uint32_t used = 0;

	for (size_t i = 0; i <= index->mask; i++)
		used += index->cells[i] != 0;
	return used;
}

static bool has(const struct slot_index *index, uint32_t tag, uint32_t slot)
{
	uint32_t at = tag, found;

	while ((found = slot_index_next(index, tag, &at)) != SLOT_NONE)
		if (found == slot)
			return true;
	return false;
}

/* Keys that someone who does not know the secret might choose: MACs in a row, differing in the
 * vendor's part only, in high bits only, in steps of powers of two.  At most half full, a run of
 * linear probing over random hashes stays short of a few dozen cells. */
static void chosen_macs_do_not_make_long_runs(void **state)
{
	enum { KEYS = 65536 };

	(void)state;
	for (uint32_t shift = 0; shift <= 32; shift++) {
		struct hash_secret secret = { 0x1234567 + shift, 0x89abcdef };
		struct slot_index index;

		assert_true(slot_index_init(&index, KEYS));
		for (uint32_t i = 0; i < KEYS; i++) {
			uint64_t mac = (uint64_t)i << shift & UINT64_C(0xffffffffffff);

			slot_index_add(&index, slot_tag(hash_word(secret, mac)), i);
		}
		assert_true(longest_run(&index) < 100);
		slot_index_done(&index);
	}
}

/* All in one run around the end of the array; each is taken out in turn and the others remain. */
static void removal_closes_the_gap(void **state)
{
	static const uint32_t tags[] = { 14, 15, 14, 0, 15, 1, 30, 2 };
	enum { COUNT = sizeof(tags) / sizeof(*tags) };

	(void)state;
	for (uint32_t first = 0; first < COUNT; first++) {
		struct slot_index index;

		assert_true(slot_index_init(&index, COUNT));
		assert_int_equal(index.mask, 15);
		for (uint32_t i = 0; i < COUNT; i++)
			slot_index_add(&index, tags[i], i);
		for (uint32_t gone = 0; gone < COUNT; gone++) {
			slot_index_remove(&index, tags[(first + gone) % COUNT],
					  (first + gone) % COUNT);
			for (uint32_t i = 0; i < COUNT; i++)
				assert_int_equal(has(&index, tags[i], i),
						 (i + COUNT - first) % COUNT > gone);
		}
		assert_int_equal(cells_used(&index), 0);
		slot_index_done(&index);
	}
}

/* A million keys come and go through room for a thousand. */
static void churn_leaves_nothing_behind(void **state)
{
	enum { ROOM = 1000, CHURN = 1000000 };
	struct hash_secret secret = { 1, 2 };
	struct slot_index index;

	(void)state;
	assert_true(slot_index_init(&index, ROOM));
	for (uint32_t i = 0; i < CHURN; i++) {
		slot_index_add(&index, slot_tag(hash_word(secret, i)), i % ROOM);
		if (i >= ROOM - 1)
			slot_index_remove(&index, slot_tag(hash_word(secret, i - (ROOM - 1))),
					  (i - (ROOM - 1)) % ROOM);
	}
	assert_int_equal(cells_used(&index), ROOM - 1);
	assert_true(longest_run(&index) < 100);
	slot_index_done(&index);
}

static void growing_keeps_all(void **state)
{
	enum { KEYS = 5000 };
	struct hash_secret secret = { 1, 2 };
	struct slot_index index;

	(void)state;
	assert_true(slot_index_init(&index, 0));
	for (uint32_t i = 0; i < KEYS; i++) {
		assert_true(slot_index_reserve(&index, i + 1));
		slot_index_add(&index, slot_tag(hash_word(secret, i)), i);
		assert_true(2 * (i + 1) <= index.mask + 1);
	}
	for (uint32_t i = 0; i < KEYS; i++)
		assert_true(has(&index, slot_tag(hash_word(secret, i)), i));
	assert_false(slot_index_reserve(&index, SLOT_INDEX_MAX + UINT32_C(1)));
	slot_index_done(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen_macs_do_not_make_long_runs),
		cmocka_unit_test(removal_closes_the_gap),
		cmocka_unit_test(churn_leaves_nothing_behind),
		cmocka_unit_test(growing_keeps_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
