/* Who may join whom when several flows, odd frames and limits come between. */
#include "batch.h"
#include "offload/segment.h"

static struct recipe other(enum base base)
{
	struct recipe r = batch_bases[base];

	r.flow += 100;
	return r;
}

/* -- Between two frames that would join -- */

static void other_flows_may_come_between(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe one = batch_bases[base], two = other(base);

		for (int i = 0; i < 5; i++) {
			batch_push(b, &one, 100);
			batch_push(b, &two, 99);
		}
		batch_expect(b, "two flows", "5 5");
	}
}

/* What a later frame of the flow could not join, nothing joins. */
static void no_flow_overtakes_itself(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[base], odd = r;

		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		odd.seq += 77777;
		odd.id = 77;
		odd.ttl = 1;
		batch_push(b, &odd, 10);
		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		batch_expect(b, "a stranger in the flow", "2 1 2");
	}
}

static void pure_acknowledgements_end_and_stay_alone(void **state)
{
	static const enum base tcp[] = { TCP4, TCP6, TAGGED4 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[tcp[i]];

		batch_push_bare(b, &r);
		batch_push_bare(b, &r);
		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		batch_push_bare(b, &r);
		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		batch_expect(b, "acknowledgements", "1 1 2 1 2");
	}
}

/* Other networks and other peers may use the same addresses. */
static void only_equal_origins_join(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[base];

		for (uint32_t i = 0; i < 6; i++) {
			batch_push(b, &r, 100);
			b->frame[i].from = i / 2;
		}
		batch_expect(b, "three origins", "2 2 2");
	}
}

/* -- Frames that are no part of a flow -- */

/* @more bytes from @bytes between the first @at bytes of the last frame and the rest. */
static struct frame insert(struct batch *b, size_t at, const void *bytes, size_t more)
{
	size_t i = b->count - 1, len = b->frame[i].len;

	b->frame[i].at = realloc(b->frame[i].at, len + more);
	memmove(b->frame[i].at + at + more, b->frame[i].at + at, len - at);
	memcpy(b->frame[i].at + at, bytes, more);
	b->frame[i].len = len + more;
	return (struct frame) { .at = b->frame[i].at };
}

static void push_ipv4_options(struct batch *b, struct recipe *r)
{
	struct frame f;

	batch_push(b, r, 100);
	insert(b, 34, (uint8_t[]) { 1, 1, 1, 0 }, 4);
	b->frame[b->count - 1].at[14] = 0x46;
	put_be16(b->frame[b->count - 1].at + 16, (uint16_t)(b->frame[b->count - 1].len - 14));
	f = batch_frame(b, b->count - 1);
	naive_seal(&f, f.at, f.len);
}

/* An extension header of eight bytes, of type @type, which is followed by @octet. */
static void push_extension(struct batch *b, struct recipe *r, uint8_t type, uint8_t octet)
{
	uint8_t *at;

	batch_push(b, r, 100);
	at = insert(b, 54, (uint8_t[]) { r->tcp ? IP_TCP : IP_UDP, 0, 0, octet, 1, 2, 0, 0 }, 8).at;
	at[20] = type;
	put_be16(at + 18, (uint16_t)(b->frame[b->count - 1].len - 54));
}

static void ip_options_stay_alone(void **state)
{
	static const enum base v4[] = { TCP4, UDP4 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[v4[i]];

		batch_push(b, &r, 100);
		push_ipv4_options(b, &r);
		push_ipv4_options(b, &r);
		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		batch_expect(b, "IPv4 options", "1 1 1 2");
	}
}

static void extension_headers_stay_alone(void **state)
{
	enum { DESTINATION_OPTIONS = 60 };
	static const enum base v6[] = { TCP6, UDP6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[v6[i]];

		batch_push(b, &r, 100);
		push_extension(b, &r, DESTINATION_OPTIONS, 4);
		push_extension(b, &r, DESTINATION_OPTIONS, 4);
		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		batch_expect(b, "IPv6 extension headers", "1 1 1 2");
	}
}

static void ipv4_fragments_end_all(void **state)
{
	static const uint16_t fragment[] = { 0x2000, 0x2001, 0x0001, 0x1fff };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct batch *b = batch_begin();
		struct recipe one = batch_bases[TCP4], two = batch_bases[UDP6], odd = other(UDP4);
		struct frame f;

		batch_push(b, &one, 100);
		batch_push(b, &two, 100);
		batch_push(b, &odd, 100);
		f = batch_frame(b, 2);
		put_be16(f.at + f.l3 + 6, fragment[i]);
		naive_seal(&f, f.at, f.len);
		batch_push(b, &two, 100);
		batch_push(b, &one, 100);
		batch_push(b, &two, 100);
		batch_expect(b, "IPv4 fragment", "1 1 1 2 1");
	}
}

static void ipv6_fragments_end_all(void **state)
{
	enum { FRAGMENT = 44 };

	(void)state;
	for (uint8_t octet = 1; octet < 16; octet = (uint8_t)(octet + 7)) {
		struct batch *b = batch_begin();
		struct recipe one = batch_bases[TCP4], two = batch_bases[UDP6], odd = other(UDP6);

		batch_push(b, &one, 100);
		batch_push(b, &two, 100);
		push_extension(b, &odd, FRAGMENT, octet);
		batch_push(b, &two, 100);
		batch_push(b, &one, 100);
		batch_expect(b, "IPv6 fragment", "1 1 1 1 1");
	}
}

/* Longer than the packet: nobody can tell of what flow this is. */
static void what_cannot_be_told_ends_all(void **state)
{
	enum { DESTINATION_OPTIONS = 60 };
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[TCP4], odd = other(UDP6);

	(void)state;
	batch_push(b, &r, 100);
	push_extension(b, &odd, DESTINATION_OPTIONS, 0);
	b->frame[1].at[55] = 255;
	batch_push(b, &r, 100);
	batch_push(b, &r, 100);
	batch_expect(b, "an extension header without end", "1 1 2");
}

/* ARP, here: it has no flow, and ends none. */
static void other_protocols_end_nothing(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[base];
		struct frame f;

		batch_push(b, &r, 100);
		batch_push(b, &r, 100);
		f = batch_frame(b, 1);
		put_be16(f.at + f.l3 - 2, ETHERTYPE_ARP);
		r = batch_bases[base];
		r.seq += 100;
		r.id++;
		batch_push(b, &r, 100);
		batch_expect(b, "ARP", "2 1");
	}
}

/* -- Limits -- */

static void sixty_four_frames(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[base];

		for (int i = 0; i < 2 * COALESCE_SEGMENTS + 3; i++)
			batch_push(b, &r, 9);
		batch_expect(b, "many", "64 64 3");
	}
}

/* Three frames that just fill what a length can say, and a byte more. */
static void as_long_as_lengths_can_say(void **state)
{
	enum { HEADERS = 14 + 20 + 20, THIRD_PART = (65535 - HEADERS) / 3 };
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[TCP4];

	(void)state;
	b->terms.mtu = 65535;
	for (int i = 0; i < 3; i++)
		batch_push(b, &r, THIRD_PART);
	batch_push(b, &r, 1);
	batch_expect(b, "65535 bytes", "3 1");

	b = batch_begin();
	r = batch_bases[TCP4];
	for (int i = 0; i < 46; i++)
		batch_push(b, &r, 1448);
	batch_expect(b, "the usual size", "45 1");
}

/* The first is longer than any superframe may be, by its Ethernet header. */
static void longer_than_lengths_can_say(void **state)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[UDP6];

	(void)state;
	b->terms.mtu = 65535;
	batch_push(b, &r, 65535 - IPV6_LEN - UDP_LEN);
	batch_push(b, &r, 1);
	batch_expect(b, "an IP packet of 65535 bytes", "1 1");
}

static void full_of_frames(void **state)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[UDP4];

	(void)state;
	for (int i = 0; i < COALESCE_FRAMES - 1; i++, r.flow++)
		batch_push(b, &r, 5);
	batch_feed(b);
	assert_false(coalesce_full(b->coalescer));
	batch_push(b, &r, 5);
	ledger_note(&batch_ledger, 0, b->frame[255].at, b->frame[255].len);
	ledger_add(b->coalescer, 0, &b->terms, b->frame[255].at, b->frame[255].len);
	assert_true(coalesce_full(b->coalescer));
	assert_null(ledger_settle(&batch_ledger, b->coalescer));
	assert_int_equal(batch_ledger.outs, COALESCE_FRAMES);
	assert_false(coalesce_full(b->coalescer));
	batch_end(b);
}

static void full_of_superframes(void **state)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[UDP6];

	(void)state;
	for (int i = 0; i < 64; i++, r.flow++) {
		batch_push(b, &r, 5);
		batch_push(b, &r, 5);
	}
	r.flow--;
	batch_push(b, &r, 5);
	batch_feed(b);
	assert_true(coalesce_full(b->coalescer));
	assert_null(ledger_settle(&batch_ledger, b->coalescer));
	assert_int_equal(batch_ledger.outs, 64);
	assert_int_equal(batch_ledger.members[63], 3);
	assert_false(coalesce_full(b->coalescer));
	batch_end(b);
}

/* -- What comes out -- */

static void nothing_joins_what_was_taken(void **state)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[TCP4];
	uint32_t from;

	(void)state;
	assert_null(coalesce_take(b->coalescer, &from));
	for (int i = 0; i < 4; i++)
		batch_push(b, &r, 100);
	for (size_t i = 0; i < 4; i++) {
		if (i == 2) {
			assert_non_null(coalesce_take(b->coalescer, &from));
			assert_null(coalesce_take(b->coalescer, &from));
		}
		ledger_add(b->coalescer, 3, &b->terms, b->frame[i].at, b->frame[i].len);
	}
	assert_int_equal(coalesce_take(b->coalescer, &from)->mores, 1);
	assert_int_equal(from, 3);
	assert_null(coalesce_take(b->coalescer, &from));
	batch_end(b);
}

/* The views are of the frames themselves: nothing was moved. */
static void payload_stays_where_it_is(void **state)
{
	struct batch *b = batch_begin();
	struct recipe r = batch_bases[TAGGED4];
	struct frame *f;
	uint32_t from;

	(void)state;
	for (int i = 0; i < 4; i++)
		batch_push(b, &r, i < 3 ? 100 : 1);
	batch_feed(b);
	f = coalesce_take(b->coalescer, &from);
	assert_int_equal(f->mores, 3);
	assert_ptr_equal(f->at, b->frame[0].at);
	assert_int_equal(f->gso_size, 100);
	assert_int_equal(f->len, recipe_headers(&r) + 301);
	for (size_t i = 1; i < 4; i++) {
		assert_ptr_equal(f->more[i - 1].iov_base, b->frame[i].at + f->payload);
		assert_int_equal(f->more[i - 1].iov_len, i < 3 ? 100 : 1);
	}
	batch_ledger.count = 0;
	batch_end(b);
}

/* The segmenter gives back the members byte for byte. */
static void cut_again(void **state)
{
	(void)state;
	for (enum base base = 0; base < BASES; base++) {
		struct batch *b = batch_begin();
		struct recipe r = batch_bases[base];
		uint8_t headers[SEGMENT_HEADERS];
		struct segmenter s;
		struct segment out;
		size_t n = 0;
		uint32_t from;

		for (int i = 0; i < 9; i++)
			batch_push(b, &r, i < 8 ? 100 : 1 + (size_t)base);
		batch_feed(b);
		assert_true(segment_begin(&s, coalesce_take(b->coalescer, &from)));
		for (; segment_next(&s, headers, &out); n++) {
			const uint8_t *before = b->frame[n].before;

			assert_int_equal(out.header_len + out.payload_len, b->frame[n].len);
			assert_memory_equal(headers, before, out.header_len);
			assert_memory_equal(out.payload, before + out.header_len, out.payload_len);
		}
		assert_int_equal(n, 9);
		batch_ledger.count = 0;
		batch_end(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_flows_may_come_between),
		cmocka_unit_test(no_flow_overtakes_itself),
		cmocka_unit_test(pure_acknowledgements_end_and_stay_alone),
		cmocka_unit_test(only_equal_origins_join),
		cmocka_unit_test(ip_options_stay_alone),
		cmocka_unit_test(extension_headers_stay_alone),
		cmocka_unit_test(ipv4_fragments_end_all),
		cmocka_unit_test(ipv6_fragments_end_all),
		cmocka_unit_test(what_cannot_be_told_ends_all),
		cmocka_unit_test(other_protocols_end_nothing),
		cmocka_unit_test(sixty_four_frames),
		cmocka_unit_test(as_long_as_lengths_can_say),
		cmocka_unit_test(longer_than_lengths_can_say),
		cmocka_unit_test(full_of_frames),
		cmocka_unit_test(full_of_superframes),
		cmocka_unit_test(nothing_joins_what_was_taken),
		cmocka_unit_test(payload_stays_where_it_is),
		cmocka_unit_test(cut_again),
	};

	batch_fill_pattern();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
