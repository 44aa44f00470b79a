#include "wire/probe.h"

#include "craft.h"

static const struct mac ours = { { 2, 0, 0, 0, 0, 1 } }, theirs = { { 2, 0, 0, 0, 0, 2 } };

enum { ROOM = 2048 };

static const struct probe request = { .kind = PROBE_REQUEST,
				      .sequence = 0x01020304,
				      .token = 0xa1b2c3d4 };

/* As the header of wire/probe.h draws it. */
static void the_bytes_are_the_documented_ones(void **state)
{
	struct craft expected = craft_of("020000000002 020000000001 88b5"
					 "7678733f 01 01 0000 01020304 a1b2c3d4");
	uint8_t frame[PROBE_FRAME_MIN];

	(void)state;
	memset(frame, 0xee, sizeof(frame));
	assert_int_equal(probe_request_write(room_of(frame, sizeof(frame)), PROBE_FRAME_MIN, theirs,
					     ours, &request),
			 PROBE_FRAME_MIN);
	assert_memory_equal(frame, expected.at, expected.len);
	for (size_t i = expected.len; i < sizeof(frame); i++)
		assert_int_equal(frame[i], 0);
}

static void sizes_are_bounded(void **state)
{
	uint8_t frame[100];

	(void)state;
	for (size_t len = 0; len < 120; len++)
		assert_int_equal(probe_request_write(room_of(frame, sizeof(frame)), len, theirs,
						     ours, &request),
				 len >= PROBE_FRAME_MIN && len <= sizeof(frame) ? len : 0);
}

/* Reads the first @len bytes of @frame from a buffer of exactly that size. */
static bool read_exact(const uint8_t *frame, size_t len, struct probe *out)
{
	uint8_t *exact = craft_exact(frame, len);
	struct frame f;
	bool read = frame_parse(&f, exact, len) && probe_read(&f, out);

	free(exact);
	return read;
}

static void every_length_is_read_or_refused(void **state)
{
	uint8_t frame[PROBE_FRAME_MIN];
	struct probe probe;

	(void)state;
	probe_request_write(room_of(frame, sizeof(frame)), sizeof(frame), theirs, ours, &request);
	for (size_t len = 0; len <= sizeof(frame); len++)
		assert_int_equal(read_exact(frame, len, &probe), len >= ETH_LEN + PROBE_LEN);
	assert_int_equal(probe.kind, PROBE_REQUEST);
	assert_int_equal(probe.sequence, request.sequence);
	assert_int_equal(probe.token, request.token);
}

/* Of every byte, every value: those of magic, version and kind count, the others are for later. */
static void other_bytes_are_no_probe(void **state)
{
	uint8_t frame[PROBE_FRAME_MIN];
	struct probe probe;

	(void)state;
	probe_request_write(room_of(frame, sizeof(frame)), sizeof(frame), theirs, ours, &request);
	for (size_t at = ETH_LEN; at < sizeof(frame); at++) {
		uint8_t was = frame[at];

		for (unsigned value = 0; value < 256; value++) {
			bool kind = at == ETH_LEN + 5 && value >= 1 && value <= 3;

			frame[at] = (uint8_t)value;
			assert_int_equal(read_exact(frame, sizeof(frame), &probe),
					 at > ETH_LEN + 5 || value == was || kind);
		}
		frame[at] = was;
	}
}

static void an_answer_is_as_long_as_its_request(void **state)
{
	static uint8_t asked[ROOM], answer[ROOM];
	struct frame f;
	struct probe probe;

	(void)state;
	for (size_t len = PROBE_FRAME_MIN; len < ROOM; len += 97) {
		probe_request_write(room_of(asked, ROOM), len, theirs, ours, &request);
		assert_true(frame_parse(&f, asked, len));
		assert_int_equal(
			probe_answer_write(room_of(answer, len - 1), &f, PROBE_ANSWER, false), 0);
		assert_int_equal(probe_answer_write(room_of(answer, len), &f, PROBE_ANSWER, true),
				 len);
		assert_true(read_exact(answer, len, &probe));
		assert_int_equal(probe.kind, PROBE_ANSWER);
		assert_true(probe.one_way);
		probe_answer_write(room_of(answer, len), &f, PROBE_ANSWER, false);
		assert_true(read_exact(answer, len, &probe));
		assert_false(probe.one_way);
		assert_int_equal(probe.token, request.token);
		assert_memory_equal(answer, ours.octet, 6);
		assert_memory_equal(answer + 6, theirs.octet, 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_the_documented_ones),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(every_length_is_read_or_refused),
		cmocka_unit_test(other_bytes_are_no_probe),
		cmocka_unit_test(an_answer_is_as_long_as_its_request),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
