/* Every variant against a sum taken byte by byte. */
#include "offload/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { LENGTHS = 4096, OFFSETS = 64, LONGEST = 65792 };

static uint64_t rng = 0x76787320;

static uint64_t next_random(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng;
}

static void fill_random(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(next_random() >> 32);
}

/* The contract, as plainly as it can be written. */
static uint64_t naive_add(uint64_t sum, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		sum += i % 2 == 0 ? (uint64_t)bytes.at[i] << 8 : bytes.at[i];
	return sum;
}

/* All lengths from 0 to @lengths at @at, which has that many bytes. */
static void check_lengths(struct checksum_variant v, const uint8_t *at, size_t lengths,
			  uint64_t start)
{
	uint64_t expected = start;

	for (size_t len = 0; len <= lengths; len++) {
		uint64_t sum = v.add(start, span_of(at, len));

		if (checksum_fold(sum) != checksum_fold(expected))
			fail_msg("%s: %zu bytes at %p: %04x, not %04x", v.name, len,
				 (const void *)at, checksum_fold(sum), checksum_fold(expected));
		if (len < lengths)
			expected += len % 2 == 0 ? (uint64_t)at[len] << 8 : at[len];
	}
}

static void check_offsets(const uint8_t *bytes, uint64_t start)
{
	struct checksum_variant variants[CHECKSUM_VARIANTS];
	size_t n = checksum_variants(variants);

	assert_in_range(n, 1, CHECKSUM_VARIANTS);
	assert_string_equal(variants[0].name, "portable");
	for (size_t v = 0; v < n; v++)
		for (size_t offset = 0; offset < OFFSETS; offset++)
			check_lengths(variants[v], bytes + offset, LENGTHS, start);
}

static void random_bytes_at_every_offset(void **state)
{
	uint8_t *bytes = aligned_alloc(64, LENGTHS + OFFSETS);

	(void)state;
	fill_random(bytes, LENGTHS + OFFSETS);
	check_offsets(bytes, 0);
	check_offsets(bytes, 0xfffffffe1234);
	free(bytes);
}

/* The largest sums there are, and the only bytes whose sum is zero. */
static void extreme_bytes_at_every_offset(void **state)
{
	uint8_t *bytes = aligned_alloc(64, LENGTHS + OFFSETS);

	(void)state;
	memset(bytes, 0xff, LENGTHS + OFFSETS);
	check_offsets(bytes, 0);
	memset(bytes, 0, LENGTHS + OFFSETS);
	check_offsets(bytes, 0);
	check_offsets(bytes, 0xffff);
	free(bytes);
}

static void check_long(struct checksum_variant v, const uint8_t *bytes)
{
	for (size_t len = LONGEST - 300; len <= LONGEST; len++) {
		uint64_t sum = v.add(7, span_of(bytes + LONGEST - len, len));
		uint64_t expected = naive_add(7, span_of(bytes + LONGEST - len, len));

		assert_int_equal(checksum_fold(sum), checksum_fold(expected));
	}
}

static void a_whole_slot(void **state)
{
	struct checksum_variant variants[CHECKSUM_VARIANTS];
	size_t n = checksum_variants(variants);
	uint8_t *bytes = malloc(LONGEST);

	(void)state;
	for (size_t v = 0; v < n; v++) {
		memset(bytes, 0xff, LONGEST);
		check_long(variants[v], bytes);
		fill_random(bytes, LONGEST);
		check_long(variants[v], bytes);
	}
	free(bytes);
}

/* The last byte lies just before a page that may not be touched. */
static void nothing_is_read_behind_the_end(void **state)
{
	struct checksum_variant variants[CHECKSUM_VARIANTS];
	size_t n = checksum_variants(variants), page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *two =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(two, MAP_FAILED);
	assert_int_equal(mprotect(two + page, page, PROT_NONE), 0);
	fill_random(two, page);
	for (size_t v = 0; v < n; v++)
		for (size_t len = 0; len <= page; len++) {
			struct span bytes = span_of(two + page - len, len);

			assert_int_equal(checksum_fold(variants[v].add(0, bytes)),
					 checksum_fold(naive_add(0, bytes)));
		}
	munmap(two, 2 * page);
}

/* Parts may be added one by one, each but the last of even length, by different variants. */
static void sums_continue(void **state)
{
	struct checksum_variant variants[CHECKSUM_VARIANTS];
	size_t n = checksum_variants(variants);
	uint8_t bytes[1000];

	(void)state;
	fill_random(bytes, sizeof(bytes));
	for (size_t v = 0; v < n; v++)
		for (size_t cut = 0; cut <= sizeof(bytes); cut += 2) {
			uint64_t sum = variants[v].add(0, span_of(bytes, cut));

			sum = checksum_payload(sum, span_of(bytes + cut, sizeof(bytes) - cut));
			assert_int_equal(
				checksum_fold(sum),
				checksum_fold(naive_add(0, span_of(bytes, sizeof(bytes)))));
		}
}

/* An Ethernet frame of 14 + 20 + 8 bytes and @payload, up to the UDP checksum. */
static const uint8_t udp_headers[42] = {
	2,    0,    0, 0,  0, 1, 2,    0, 0,  0,  0, 2, 8,  0,                    /* Ethernet */
	0x45, 0,    0, 0,  0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, /* IPv4 */
	0x30, 0x39, 0, 53, 0, 0, 0,    0,                                         /* UDP */
};

static uint64_t udp_pseudo(const struct frame *f)
{
	return naive_add(17 + (f->len - 34), span_of(f->at + 26, 8));
}

static struct frame udp_unfinished(uint8_t *at, size_t len)
{
	struct frame f;

	memcpy(at, udp_headers, sizeof(udp_headers));
	put_be16(at + 16, (uint16_t)(len - 14));
	put_be16(at + 38, (uint16_t)(len - 34));
	assert_true(frame_parse(&f, at, len));
	put_be16(at + 40, checksum_fold(udp_pseudo(&f)));
	f.unfinished = true;
	f.csum_start = 34;
	f.csum_offset = 6;
	return f;
}

static void checksums_are_finished(void **state)
{
	(void)state;
	for (size_t len = 42; len < 400; len++) {
		uint8_t *at = malloc(len);
		struct frame f;

		fill_random(at, len);
		f = udp_unfinished(at, len);
		frame_finish_checksum(&f);
		assert_false(f.unfinished);
		assert_int_not_equal(get_be16(at + 40), 0);
		assert_int_equal(
			checksum_fold(naive_add(udp_pseudo(&f), span_of(at + 34, len - 34))),
			0xffff);
		free(at);
	}
}

/* The last word makes the sum come out as 0, which in UDP would say "no checksum". */
static void udp_never_says_none(void **state)
{
	uint8_t at[44] = { 0 };
	struct frame f = udp_unfinished(at, sizeof(at));
	uint64_t sum = naive_add(0, span_of(at + 34, 10));

	(void)state;
	put_be16(at + 42, checksum_finish(sum));
	frame_finish_checksum(&f);
	assert_int_equal(get_be16(at + 40), 0xffff);
}

/* In any other protocol 0 is a sum like any other. */
static void others_may_say_zero(void **state)
{
	uint8_t at[34 + 20] = { 0 };
	struct frame f = { .at = at, .len = sizeof(at), .unfinished = true };

	(void)state;
	f.csum_start = 34;
	f.csum_offset = 16;
	put_be16(at + 50, 0x1234);
	put_be16(at + 52, checksum_finish(0x1234));
	frame_finish_checksum(&f);
	assert_int_equal(get_be16(at + 50), 0);
}

/* Padding that is not zero is nobody's payload; a field in it, as only a liar has, is no trap. */
static void padding_is_left_out(void **state)
{
	uint8_t *at = malloc(60), *same = malloc(50);
	struct frame padded, plain;

	(void)state;
	fill_random(at, 60);
	memcpy(same, at, 50);
	plain = udp_unfinished(same, 50);
	udp_unfinished(at, 50);
	assert_true(frame_parse(&padded, at, 60));
	padded.unfinished = true;
	padded.csum_start = 34;
	padded.csum_offset = 6;
	frame_finish_checksum(&plain);
	frame_finish_checksum(&padded);
	assert_memory_equal(at, same, 50);

	padded.unfinished = true;
	padded.csum_offset = 24;
	frame_finish_checksum(&padded);
	assert_memory_equal(at, same, 50);
	free(same);
	free(at);
}

static void finished_frames_stay(void **state)
{
	uint8_t at[60] = { 0 }, before[60];
	struct frame f = udp_unfinished(at, sizeof(at));

	(void)state;
	f.unfinished = false;
	memcpy(before, at, sizeof(at));
	frame_finish_checksum(&f);
	assert_memory_equal(at, before, sizeof(at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_bytes_at_every_offset),
		cmocka_unit_test(extreme_bytes_at_every_offset),
		cmocka_unit_test(a_whole_slot),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(sums_continue),
		cmocka_unit_test(checksums_are_finished),
		cmocka_unit_test(udp_never_says_none),
		cmocka_unit_test(others_may_say_zero),
		cmocka_unit_test(padding_is_left_out),
		cmocka_unit_test(finished_frames_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
