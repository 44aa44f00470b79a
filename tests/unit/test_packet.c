#include "base/packet.h"

#include "craft.h"

static void exhausts_and_recovers(void **state)
{
	struct packet_pool *pool = packet_pool_new(3);
	struct packet *p[3];

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(packet_pool_spare(pool), 3 - i);
		p[i] = packet_get(pool);
		assert_non_null(p[i]);
		assert_int_equal(p[i]->users, 1);
	}
	assert_int_equal(packet_pool_spare(pool), 0);
	assert_null(packet_get(pool));
	packet_put(pool, p[1]);
	assert_ptr_equal(packet_get(pool), p[1]);
	assert_null(packet_get(pool));
	packet_pool_free(pool);
}

static void hands_out_the_last_returned_first(void **state)
{
	struct packet_pool *pool = packet_pool_new(4);
	struct packet *a = packet_get(pool), *b = packet_get(pool), *c = packet_get(pool);

	(void)state;
	packet_put(pool, b);
	packet_put(pool, a);
	packet_put(pool, c);
	assert_ptr_equal(packet_get(pool), c);
	assert_ptr_equal(packet_get(pool), a);
	assert_ptr_equal(packet_get(pool), b);
	packet_pool_free(pool);
}

static void the_last_user_returns_the_slot(void **state)
{
	struct packet_pool *pool = packet_pool_new(1);
	struct packet *p = packet_get(pool);

	(void)state;
	packet_hold(p);
	packet_hold(p);
	packet_put(pool, p);
	packet_put(pool, p);
	assert_int_equal(packet_pool_spare(pool), 0);
	packet_put(pool, p);
	assert_int_equal(packet_pool_spare(pool), 1);
	packet_pool_free(pool);
}

/* Each slot, headroom included, belongs to it alone. */
static void slots_do_not_overlap(void **state)
{
	struct packet_pool *pool = packet_pool_new(4);
	struct packet *p[4];

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		p[i] = packet_get(pool);
		memset(p[i]->at - PACKET_HEADROOM, i + 1, PACKET_HEADROOM + PACKET_ROOM);
	}
	for (uint8_t i = 0; i < 4; i++) {
		assert_int_equal(p[i]->at[-PACKET_HEADROOM], i + 1);
		assert_int_equal(p[i]->at[PACKET_ROOM - 1], i + 1);
	}
	packet_pool_free(pool);
}

/* 64 GiB of slots cost nothing until they are used. */
static void untouched_slots_are_free(void **state)
{
	struct packet_pool *pool = packet_pool_new(1000000);
	struct packet *p;

	(void)state;
	assert_non_null(pool);
	p = packet_get(pool);
	p->at[0] = 1;
	assert_int_equal(packet_pool_spare(pool), 999999);
	packet_put(pool, p);
	packet_pool_free(pool);
	packet_pool_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exhausts_and_recovers),
		cmocka_unit_test(hands_out_the_last_returned_first),
		cmocka_unit_test(the_last_user_returns_the_slot),
		cmocka_unit_test(slots_do_not_overlap),
		cmocka_unit_test(untouched_slots_are_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
