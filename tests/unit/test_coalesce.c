/* Rule by rule: what joins, what does not, and what becomes of the next. */
#include "batch.h"
#include "wire/checksum.h"

/* -- One byte of one frame of three. -- */

enum layer { L2, L3, L4, DATA };

enum which { FIRST, SECOND, THIRD, ALL };

struct row {
	const char *name;
	enum base base;
	enum which which;
	enum layer layer;
	uint8_t offset;
	uint8_t flip; /* bits */
	const char *members;
};

static uint8_t *layer_of(const struct frame *f, enum layer layer)
{
	return f->at + (layer == L2 ? 0 : layer == L3 ? f->l3 : layer == L4 ? f->l4 : f->payload);
}

/* @seal: the checksums are right again afterwards. */
static void check_row(const struct row *row, bool seal)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[row->base];

	for (size_t i = 0; i < 3; i++) {
		struct frame f;

		batch_push(b, &r, i < 2 ? 100 : 50);
		f = batch_frame(b, i);
		if (row->which == i || row->which == ALL)
			layer_of(&f, row->layer)[row->offset] ^= row->flip;
		if (seal)
			naive_seal(&f, f.at, f.len);
	}
	batch_expect(b, row->name, row->members);
}

#define CHECK_ROWS(rows, seal)                                              \
	do {                                                                \
		for (size_t i = 0; i < sizeof(rows) / sizeof(*(rows)); i++) \
			check_row(&(rows)[i], seal);                        \
	} while (0)

static void equal_frames_join(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++)
		check_row(&(struct row) { "equal", base, FIRST, L2, 0, 0, "3" }, true);
}

static void a_byte_that_must_be_equal(void **state)
{
	static const struct row rows[] = {
		{ "destination MAC", TCP4, SECOND, L2, 5, 1, "1 1 1" },
		{ "source MAC", UDP6, SECOND, L2, 11, 1, "1 1 1" },
		{ "outer VLAN tag", TAGGED4, SECOND, L2, 15, 1, "1 1 1" },
		{ "inner VLAN tag", TAGGED4, SECOND, L2, 19, 1, "1 1 1" },
		{ "VLAN priority", TAGGED6, SECOND, L2, 14, 0x20, "1 1 1" },
		{ "IPv4 TOS", TCP4, SECOND, L3, 1, 4, "1 1 1" },
		{ "IPv4 ECN", UDP4, SECOND, L3, 1, 3, "1 1 1" },
		{ "IPv4 DF", TCP4, SECOND, L3, 6, 0x40, "1 1 1" },
		{ "IPv4 reserved bit", TCP4, SECOND, L3, 6, 0x80, "1 1 1" },
		{ "IPv4 TTL", TCP4, SECOND, L3, 8, 1, "1 1 1" },
		{ "IPv4 source", UDP4, SECOND, L3, 15, 1, "1 1 1" },
		{ "IPv4 destination", UDP4, SECOND, L3, 19, 1, "1 1 1" },
		{ "IPv6 traffic class", TCP6, SECOND, L3, 0, 8, "1 1 1" },
		{ "IPv6 ECN", UDP6, SECOND, L3, 1, 0x30, "1 1 1" },
		{ "IPv6 flow label", TCP6, SECOND, L3, 3, 1, "1 1 1" },
		{ "IPv6 flow label's top", UDP6, SECOND, L3, 1, 1, "1 1 1" },
		{ "IPv6 hop limit", UDP6, SECOND, L3, 7, 1, "1 1 1" },
		{ "IPv6 source", UDP6, SECOND, L3, 23, 1, "2 1" },
		{ "IPv6 destination", UDP6, SECOND, L3, 39, 1, "2 1" },
		{ "TCP source port", TCP4, SECOND, L4, 1, 1, "1 1 1" },
		{ "UDP destination port", UDP6, SECOND, L4, 3, 1, "2 1" },
		{ "TCP acknowledgement", TCP4, SECOND, L4, 11, 1, "1 1 1" },
		{ "TCP reserved bits", TCP4, SECOND, L4, 12, 1, "1 1 1" },
		{ "TCP window", TCP6, SECOND, L4, 15, 1, "1 1 1" },
		{ "TCP urgent pointer", TCP4, SECOND, L4, 19, 1, "1 1 1" },
		{ "TCP first option", TAGGED4, SECOND, L4, 20, 1, "1 1 1" },
		{ "TCP last option", TAGGED4, SECOND, L4, 31, 1, "1 1 1" },
	};

	(void)state;
	CHECK_ROWS(rows, true);
}

static void swap_words(uint8_t *at)
{
	uint16_t word = get_be16(at);

	put_be16(at, get_be16(at + 2));
	put_be16(at + 2, word);
}

/* Other addresses and ports that the checksum cannot tell from these. */
static void checksums_do_not_tell_flows(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++)
		for (int where = 0; where < 3; where++) {
			struct batch *b = batch_begin();
			struct recipe r = batch_bases[base];
			size_t address = r.v6 ? 16 : 4;
			struct frame f;

			batch_push(b, &r, 100);
			batch_push(b, &r, 100);
			f = batch_frame(b, 1);
			swap_words(f.at + f.l4 - (where < 2 ? address * (1 + (size_t)where) : 0));
			batch_expect(b, "words swapped", "1 1");
		}
}

static void numbers_follow(void **state)
{
	static const struct row rows[] = {
		{ "TCP sequence, far", TCP4, SECOND, L4, 4, 0x80, "1 1 1" },
		{ "TCP sequence, near", TCP6, SECOND, L4, 7, 1, "1 1 1" },
		{ "TCP sequence, last", TCP6, THIRD, L4, 7, 1, "2 1" },
		{ "TCP sequence of the first", TCP6, FIRST, L4, 7, 1, "1 2" },
		{ "IPv4 id ahead", TCP4, SECOND, L3, 5, 4, "1 1 1" },
		{ "IPv4 id far ahead", UDP4, THIRD, L3, 4, 0x80, "2 1" },
		{ "IPv4 id that stays without DF", TCP4, SECOND, L3, 5, 1, "1 1 1" },
	};

	(void)state;
	CHECK_ROWS(rows, true);
}

static void flags(void **state)
{
	static const struct row rows[] = {
		{ "PSH begins none", TCP4, FIRST, L4, 13, TCP_PSH, "1 2" },
		{ "PSH ends one", TCP4, SECOND, L4, 13, TCP_PSH, "2 1" },
		{ "PSH at the end", TCP4, THIRD, L4, 13, TCP_PSH, "3" },
		{ "PSH everywhere", TCP6, ALL, L4, 13, TCP_PSH, "1 1 1" },
		{ "FIN begins none", TCP4, FIRST, L4, 13, TCP_FIN, "1 2" },
		{ "FIN ends one", TCP6, SECOND, L4, 13, TCP_FIN, "2 1" },
		{ "FIN and PSH at the end", TCP6, THIRD, L4, 13, TCP_FIN | TCP_PSH, "3" },
		{ "CWR begins one", TCP4, FIRST, L4, 13, TCP_CWR, "3" },
		{ "CWR joins none", TCP4, SECOND, L4, 13, TCP_CWR, "1 2" },
		{ "CWR everywhere", TCP6, ALL, L4, 13, TCP_CWR, "1 1 1" },
		{ "ECE everywhere", TCP4, ALL, L4, 13, TCP_ECE, "3" },
		{ "ECE in one", TCP4, SECOND, L4, 13, TCP_ECE, "1 1 1" },
		{ "SYN in one", TCP4, SECOND, L4, 13, TCP_SYN, "1 1 1" },
		{ "SYN everywhere", TCP4, ALL, L4, 13, TCP_SYN, "1 1 1" },
		{ "RST everywhere", TCP6, ALL, L4, 13, TCP_RST, "1 1 1" },
		{ "URG everywhere", TCP4, ALL, L4, 13, TCP_URG, "1 1 1" },
		{ "no ACK anywhere", TCP6, ALL, L4, 13, TCP_ACK, "1 1 1" },
	};

	(void)state;
	CHECK_ROWS(rows, true);
}

/* They go through as they are: the receiver, not the switch, has to see them. */
static void wrong_checksums_stay_alone(void **state)
{
	static const struct row rows[] = {
		{ "first, TCP", TCP4, FIRST, DATA, 9, 1, "1 2" },
		{ "second, TCP", TCP6, SECOND, DATA, 0, 0x80, "1 1 1" },
		{ "third, TCP", TCP4, THIRD, DATA, 49, 1, "2 1" },
		{ "all, TCP", TCP4, ALL, DATA, 49, 1, "1 1 1" },
		{ "first, UDP", UDP4, FIRST, L4, 7, 1, "1 2" },
		{ "second, UDP", UDP6, SECOND, DATA, 99, 1, "1 1 1" },
		{ "third, UDP", TAGGED6, THIRD, DATA, 49, 1, "2 1" },
		{ "first, IPv4 header", TCP4, FIRST, L3, 11, 1, "1 2" },
		{ "second, IPv4 header", UDP4, SECOND, L3, 10, 1, "1 1 1" },
		{ "third, IPv4 header", TAGGED4, THIRD, L3, 10, 0x80, "2 1" },
	};

	(void)state;
	CHECK_ROWS(rows, false);
}

static void lengths_that_lie(void **state)
{
	static const struct row rows[] = {
		{ "UDP length of the first", UDP4, FIRST, L4, 5, 1, "1 2" },
		{ "UDP length of the second", UDP6, SECOND, L4, 5, 1, "1 1 1" },
		{ "UDP length of the third", UDP6, THIRD, L4, 5, 1, "2 1" },
		{ "UDP length of all", UDP6, ALL, L4, 5, 1, "1 1 1" },
		{ "IPv4 length of the third", TCP4, THIRD, L3, 3, 2, "2 1" },
		{ "IPv6 length of the third", TCP6, THIRD, L3, 5, 2, "2 1" },
		/* 140 and 120 bytes, said as 0: as far as the frame goes. */
		{ "no IPv4 length in the first", TCP4, FIRST, L3, 3, 140, "1 2" },
		{ "no IPv4 length in the second", TCP4, SECOND, L3, 3, 140, "1 1 1" },
		{ "no IPv6 length in the first", TCP6, FIRST, L3, 5, 120, "1 2" },
		{ "no IPv6 length in the second", TCP6, SECOND, L3, 5, 120, "1 1 1" },
	};

	(void)state;
	CHECK_ROWS(rows, true);
}

/* -- Three frames, made anew before they go in. -- */

static struct batch *three(enum base base)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[base];

	for (int i = 0; i < 3; i++)
		batch_push(b, &r, 100);
	return b;
}

static void unfinished_checksums_are_right(void **state)
{
	(void)state;
	for (unsigned set = 0; set < 8; set++) {
		struct batch *b = three(set % BASES);

		for (size_t i = 0; i < 3; i++) {
			struct frame f = batch_frame(b, i);
			uint64_t sum = ip_pseudo_sum(&f.ip, f.ip.proto, (uint32_t)(f.len - f.l4));

			if (set & 1U << i)
				put_be16(f.at + f.l4 + (f.ip.proto == IP_TCP ? 16 : 6),
					 checksum_fold(sum));
		}
		batch_expect(b, "unfinished", "3");
	}
}

static void udp_without_checksum_stays_alone(void **state)
{
	static const char *const members[] = { "1 2", "1 1 1", "2 1" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct batch *b = three(UDP4);
		struct frame f = batch_frame(b, i);

		put_be16(f.at + f.l4 + 6, 0);
		batch_expect(b, "no checksum", members[i]);
	}
}

/* None, although the sum over it would be right: what is left out moves into the payload. */
static void no_checksum_that_happens_to_be_right(void **state)
{
	static const char *const members[] = { "1 2", "1 1 1", "2 1" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct batch *b = three(UDP6);
		struct frame f = batch_frame(b, i);
		uint8_t *word = f.at + f.payload, *sum = f.at + f.l4 + 6;

		put_be16(word, checksum_fold((uint64_t)get_be16(word) + get_be16(sum)));
		put_be16(sum, 0);
		batch_expect(b, "no checksum, and right", members[i]);
	}
}

static void pad(struct batch *b, size_t i, size_t more)
{
	b->frame[i].at = realloc(b->frame[i].at, b->frame[i].len + more);
	memset(b->frame[i].at + b->frame[i].len, 0, more);
	b->frame[i].len += more;
}

static void padded_frames_stay_alone(void **state)
{
	static const char *const members[] = { "1 2", "1 1 1", "2 1" };

	(void)state;
	for (enum base base = 0; base < BASES; base++)
		for (size_t i = 0; i < 3; i++) {
			struct batch *b = three(base);

			pad(b, i, 1 + base);
			batch_expect(b, "padding", members[i]);
		}
}

/* -- Ids -- */

static void check_ids(const char *name, bool df, const uint16_t id[4], const char *members)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[UDP4];

	r.df = df;
	for (int i = 0; i < 4; i++) {
		r.id = id[i];
		batch_push(b, &r, 10);
	}
	batch_expect(b, name, members);
}

static void ids_count_or_stay(void **state)
{
	(void)state;
	check_ids("count", false, (uint16_t[]) { 8, 9, 10, 11 }, "4");
	check_ids("count over the end", false, (uint16_t[]) { 0xfffe, 0xffff, 0, 1 }, "4");
	check_ids("count under DF", true, (uint16_t[]) { 0xffff, 0, 1, 2 }, "4");
	check_ids("stay under DF", true, (uint16_t[]) { 5, 5, 5, 5 }, "4");
	check_ids("stay without DF", false, (uint16_t[]) { 5, 5, 5, 5 }, "1 1 1 1");
	check_ids("stay, then count", true, (uint16_t[]) { 5, 5, 6, 7 }, "2 2");
	check_ids("stay, then as if counted", true, (uint16_t[]) { 5, 5, 7, 8 }, "2 2");
	check_ids("count, then stay", true, (uint16_t[]) { 5, 6, 6, 6 }, "2 2");
	check_ids("a gap", true, (uint16_t[]) { 5, 6, 8, 9 }, "2 2");
	check_ids("backwards", false, (uint16_t[]) { 8, 7, 6, 5 }, "1 1 1 1");
}

/* -- Sizes and terms -- */

static void check_sizes(const char *name, enum base base, const size_t size[4], const char *members)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[base];

	for (int i = 0; i < 4; i++)
		batch_push(b, &r, size[i]);
	batch_expect(b, name, members);
}

static void the_last_may_be_shorter(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		check_sizes("equal", base, (size_t[]) { 33, 33, 33, 33 }, "4");
		check_sizes("a tail of one byte", base, (size_t[]) { 33, 33, 33, 1 }, "4");
		check_sizes("shorter ends", base, (size_t[]) { 33, 32, 33, 33 }, "2 2");
		check_sizes("longer joins none", base, (size_t[]) { 33, 34, 34, 34 }, "1 3");
		check_sizes("bytes", base, (size_t[]) { 1, 1, 1, 1 }, "4");
	}
}

static void terms_are_kept(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = three(base);
		size_t len;

		b->terms.tcp = false;
		batch_expect(b, "no TCP", batch_bases[base].tcp ? "1 1 1" : "3");
		b = three(base);
		b->terms.udp = false;
		batch_expect(b, "no UDP", batch_bases[base].tcp ? "3" : "1 1 1");
		b = three(base);
		len = b->frame[0].len - batch_frame(b, 0).l3;
		b->terms.mtu = len;
		batch_expect(b, "as long as the MTU", "3");
		b = three(base);
		b->terms.mtu = len - 1;
		batch_expect(b, "longer than the MTU", "1 1 1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_frames_join),
		cmocka_unit_test(a_byte_that_must_be_equal),
		cmocka_unit_test(checksums_do_not_tell_flows),
		cmocka_unit_test(numbers_follow),
		cmocka_unit_test(flags),
		cmocka_unit_test(wrong_checksums_stay_alone),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(unfinished_checksums_are_right),
		cmocka_unit_test(udp_without_checksum_stays_alone),
		cmocka_unit_test(no_checksum_that_happens_to_be_right),
		cmocka_unit_test(padded_frames_stay_alone),
		cmocka_unit_test(ids_count_or_stay),
		cmocka_unit_test(the_last_may_be_shorter),
		cmocka_unit_test(terms_are_kept),
	};

	batch_fill_pattern();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
