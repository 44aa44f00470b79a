#include "table/flood.h"

#include "craft.h"

enum { MANY = 24000 };

static void a_list_lives_until_its_last_user(void **state)
{
	struct destination *to = calloc(MANY, sizeof(*to));
	struct flood_list *list;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		to[i] = (struct destination) { .peer = { i, 1 }, .port = (uint16_t)i };
	list = flood_list_new(to, MANY);
	free(to);
	assert_int_equal(list->users, 1);
	assert_ptr_equal(flood_list_hold(list), list);
	flood_list_put(list);
	assert_int_equal(list->users, 1);
	assert_int_equal(list->count, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		assert_int_equal(list->to[i].peer.slot, i);
		assert_int_equal(list->to[i].port, i);
	}
	flood_list_put(list);
}

static void an_empty_list_and_no_list_are_fine(void **state)
{
	struct flood_list *list = flood_list_new(NULL, 0);

	(void)state;
	assert_int_equal(list->count, 0);
	flood_list_put(list);
	assert_null(flood_list_hold(NULL));
	flood_list_put(NULL);
	assert_null(peer_set_hold(NULL));
	peer_set_put(NULL);
}

static void duplicates_are_kept(void **state)
{
	struct destination to[2] = { { .peer = { 1, 1 } }, { .peer = { 1, 1 } } };
	struct flood_list *list = flood_list_new(to, 2);

	(void)state;
	assert_int_equal(list->count, 2);
	flood_list_put(list);
}

/* Every third slot is a member, in descending order. */
static void a_set_has_exactly_its_members(void **state)
{
	struct peer_ref *peers = calloc(MANY, sizeof(*peers));
	struct peer_set *set;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		peers[i] = (struct peer_ref) { 3 * (MANY - 1 - i), 1 };
	set = peer_set_new(peers, MANY);
	free(peers);
	assert_ptr_equal(peer_set_hold(set), set);
	peer_set_put(set);
	for (uint32_t slot = 0; slot < 4 * MANY; slot++)
		assert_int_equal(peer_set_has(set, (struct peer_ref) { slot, 1 }),
				 slot % 3 == 0 && slot < 3 * MANY);
	assert_false(peer_set_has(set, (struct peer_ref) { UINT32_MAX, 1 }));
	peer_set_put(set);
}

static void an_empty_set_has_nobody(void **state)
{
	struct peer_set *set = peer_set_new(NULL, 0);

	(void)state;
	assert_false(peer_set_has(set, (struct peer_ref) { 0, 1 }));
	peer_set_put(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_lives_until_its_last_user),
		cmocka_unit_test(an_empty_list_and_no_list_are_fine),
		cmocka_unit_test(duplicates_are_kept),
		cmocka_unit_test(a_set_has_exactly_its_members),
		cmocka_unit_test(an_empty_set_has_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
