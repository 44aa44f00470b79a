#include "base/span.h"

#include "craft.h"

static const uint8_t bytes[] = { 1, 2, 3, 4 };

static void takes_are_checked(void **state)
{
	struct span s = span_of(bytes, 4);

	(void)state;
	assert_ptr_equal(span_take(&s, 3), bytes);
	assert_int_equal(s.len, 1);
	assert_null(span_take(&s, 2));
	assert_null(span_take(&s, SIZE_MAX));
	assert_int_equal(s.len, 1);
	assert_ptr_equal(span_take(&s, 1), bytes + 3);
	assert_null(span_take(&s, 1));
}

static void parts(void **state)
{
	struct span s = span_of(bytes, 4);

	(void)state;
	assert_ptr_equal(span_from(s, 1).at, bytes + 1);
	assert_int_equal(span_from(s, 1).len, 3);
	assert_int_equal(span_from(s, 4).len, 0);
	assert_int_equal(span_from(s, 5).len, 0);
	assert_int_equal(span_from(s, SIZE_MAX).len, 0);
	assert_int_equal(span_first(s, 3).len, 3);
	assert_int_equal(span_first(s, SIZE_MAX).len, 4);
}

static void rooms_are_checked(void **state)
{
	uint8_t at[4];
	struct room r = room_of(at, 4);

	(void)state;
	assert_null(room_take(&r, 5));
	assert_ptr_equal(room_take(&r, 4), at);
	assert_null(room_take(&r, 1));
	assert_int_equal(r.len, 0);
}

static void numbers(void **state)
{
	uint8_t at[4] = { 0 };

	(void)state;
	assert_int_equal(get_be16(bytes), 0x0102);
	assert_int_equal(get_be24(bytes), 0x010203);
	assert_int_equal(get_be32(bytes), 0x01020304);
	assert_int_equal(get_le16(bytes), 0x0201);
	put_be32(at, 0x01020304);
	assert_memory_equal(at, bytes, 4);
	put_be24(at, 0xfffefd);
	assert_int_equal(get_be32(at), 0xfffefd04);
	put_le16(at, 0x0201);
	put_be16(at + 2, 0x0304);
	assert_memory_equal(at, bytes, 4);
	memset(at, 0xff, 4);
	assert_true(get_be32(at) == UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_are_checked),
		cmocka_unit_test(parts),
		cmocka_unit_test(rooms_are_checked),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
