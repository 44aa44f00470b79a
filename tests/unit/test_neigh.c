#include "table/neigh.h"

#include "craft.h"

static const struct hash_secret secret = { 2, 3 };

enum { MANY = 20000, NET_10 = 10 << 24 };

static struct addr v4(uint32_t number)
{
	uint8_t octet[4];

	put_be32(octet, number);
	return addr_v4(octet);
}

/* The same number in the same bytes as v4(), but of the other family. */
static struct addr v6(uint32_t number)
{
	uint8_t octet[16] = { 0 };

	put_be32(octet, number);
	return addr_v6(octet);
}

static struct neigh_entry entry_of(struct addr ip, uint8_t last)
{
	return (struct neigh_entry) { .ip = ip, .mac = { { 2, 0, 0, 0, 0, last } } };
}

static void finds_what_was_put(void **state)
{
	struct neigh *neigh = neigh_new(secret);

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(neigh_put(neigh, entry_of(v4(NET_10 + i), 4)));
		assert_true(neigh_put(neigh, entry_of(v6(NET_10 + i), 6)));
	}
	assert_int_equal(neigh_count(neigh), 2 * MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		const struct neigh_entry *four = neigh_at(neigh, neigh_find(neigh, v4(NET_10 + i)));
		const struct neigh_entry *six = neigh_at(neigh, neigh_find(neigh, v6(NET_10 + i)));

		assert_true(addr_equal(four->ip, v4(NET_10 + i)));
		assert_int_equal(four->mac.octet[5], 4);
		assert_true(addr_equal(six->ip, v6(NET_10 + i)));
		assert_int_equal(six->mac.octet[5], 6);
	}
	assert_int_equal(neigh_find(neigh, v4(NET_10 + MANY)), NEIGH_NONE);
	neigh_free(neigh);
}

static void the_same_address_is_replaced(void **state)
{
	struct neigh *neigh = neigh_new(secret);
	struct neigh_entry router = entry_of(v4(1), 2);
	uint32_t slot;

	(void)state;
	router.router = true;
	router.origin = 9;
	neigh_put(neigh, entry_of(v4(1), 1));
	slot = neigh_find(neigh, v4(1));
	neigh_put(neigh, router);
	assert_int_equal(neigh_find(neigh, v4(1)), slot);
	assert_int_equal(neigh_count(neigh), 1);
	assert_int_equal(neigh_at(neigh, slot)->mac.octet[5], 2);
	assert_int_equal(neigh_at(neigh, slot)->origin, 9);
	assert_true(neigh_at(neigh, slot)->router);
	neigh_free(neigh);
}

/* Every other one goes; the rest is still found, and the room is used again. */
static void forgets_what_was_removed(void **state)
{
	struct neigh *neigh = neigh_new(secret);
	uint32_t seen = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		neigh_put(neigh, entry_of(v4(i), 1));
	for (uint32_t i = 0; i < MANY; i += 2)
		assert_true(neigh_remove(neigh, v4(i)));
	assert_false(neigh_remove(neigh, v4(0)));
	assert_int_equal(neigh_count(neigh), MANY / 2);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(neigh_find(neigh, v4(i)) != NEIGH_NONE, i % 2);
	for (uint32_t s = neigh_next(neigh, 0); s != NEIGH_NONE; s = neigh_next(neigh, s + 1))
		seen++;
	assert_int_equal(seen, MANY / 2);
	for (uint32_t i = 0; i < MANY; i += 2)
		neigh_put(neigh, entry_of(v4(i), 1));
	for (uint32_t i = 0; i < MANY; i++)
		assert_true(neigh_find(neigh, v4(i)) < MANY);
	neigh_free(neigh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put),
		cmocka_unit_test(the_same_address_is_replaced),
		cmocka_unit_test(forgets_what_was_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
