/* All that a header can say, not only what a test thought of: every value of every byte, every VNI,
 * every length, every meeting of two ECN fields.  Each datagram is decided on a buffer of exactly
 * its size, then received by the real engine, the bytes behind it poisoned (under a sanitizer):
 * either a port gets the frame, or exactly one drop is counted, and the verdict said which. */
#include "craft.h"

#include "allocations.h"
#include "base/clock.h"
#include "build.h"
#include "engine/engine.h"
#include "path/inbound.h"
#include "wire/checksum.h"
#include "wire/ecn.h"
#include "wire/vxlan.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#include <sanitizer/asan_interface.h>
enum { VNI_STEP = 251 }; /* every VNI would take minutes */
#else
#define ASAN_POISON_MEMORY_REGION(at, len)   ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
enum { VNI_STEP = 1 };
#endif

enum { LONGEST = 80, ROOM = 256, DELIVERED = -1 };

static const uint64_t now = 1000 * NS_PER_S;

struct bench {
	struct world world;
	struct engine *engine;
	uint8_t at[ROOM]; /* the datagram to come ... */
	size_t len;
	uint8_t tos;
	struct addr source;
	bool waits;
	uint8_t *poisoned; /* ... and what lies behind it in the engine */
	size_t poisoned_len;
	unsigned written;
	uint8_t got[ROOM]; /* the frame that was written last */
	size_t got_len;
};

/* -- The doors of the engine. -- */

static int receive(void *wire, unsigned socket, struct datagram *batch, unsigned n)
{
	struct bench *b = wire;

	(void)socket;
	assert_true(n > 0 && batch->room > b->len);
	if (!b->waits)
		return 0;
	b->waits = false;
	memcpy(batch->at, b->at, b->len);
	batch->len = b->len;
	batch->segment = 0;
	batch->truncated = false;
	batch->tos = b->tos;
	batch->source = b->source;
	b->poisoned = batch->at + b->len;
	b->poisoned_len = batch->room - b->len;
	ASAN_POISON_MEMORY_REGION(b->poisoned, b->poisoned_len);
	return 1;
}

static unsigned send_runs(void *wire, const struct run *runs, unsigned n, int *error)
{
	(void)wire;
	(void)runs;
	(void)error;
	fail_msg("what came from a peer went to a peer");
	return n;
}

static unsigned errors(void *wire, struct wire_error *out, unsigned n)
{
	(void)wire;
	(void)out;
	(void)n;
	return 0;
}

static uint32_t path_mtu(void *wire, struct addr to)
{
	(void)wire;
	(void)to;
	return WORLD_MTU;
}

static const struct wire_ops wire_ops = { receive, send_runs, errors, path_mtu };

static int port_read(void *port, uint8_t *at, size_t room, struct frame *f)
{
	(void)port;
	(void)at;
	(void)room;
	(void)f;
	return 0;
}

static int port_write(void *port, const struct frame *f, const struct iovec *parts, size_t n)
{
	struct bench *b = port;

	b->written++;
	b->got_len = 0;
	for (size_t i = 0; i < n; i++) {
		assert_true(parts[i].iov_len <= ROOM - b->got_len);
		memcpy(b->got + b->got_len, parts[i].iov_base, parts[i].iov_len);
		b->got_len += parts[i].iov_len;
	}
	assert_int_equal(b->got_len, f->len);
	return 0;
}

static struct port_caps port_caps(void *port)
{
	(void)port;
	return (struct port_caps) { true, true, true };
}

static const struct port_ops port_ops = { port_read, port_write, port_caps };

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->world = world_new();
	b->engine = engine_new(b->world.tables);
	b->source = addr_of(NODE2);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(engine_attach_port(b->engine, b->world.blue->id, i, &port_ops, b));
	assert_true(engine_attach_port(b->engine, b->world.green->id, 0, &port_ops, b));
	for (uint16_t i = 0; i < 2; i++)
		assert_true(engine_attach_wire(b->engine, i, &wire_ops, b, 1));
	return b;
}

static void bench_free(struct bench *b)
{
	engine_free(b->engine);
	world_free(&b->world);
	free(b);
}

/* -- A datagram's way. -- */

static void fill(struct bench *b, const struct sketch *s)
{
	uint8_t frame[ROOM];
	size_t len = build_frame(room_of(frame, sizeof(frame)), s);

	b->len = build_datagram(room_of(b->at, sizeof(b->at)), BLUE_VNI, span_of(frame, len));
}

static struct sketch udp(const char *src, const char *dst)
{
	return (struct sketch) {
		.from = H2_MAC,
		.to = TAP_MAC,
		.src = src,
		.dst = dst,
		.proto = IP_UDP,
		.sport = 4000,
		.dport = 80,
		.payload = 8,
	};
}

static uint64_t dropped(const struct bench *b, enum drop_reason reason)
{
	return b->world.tables->drops.count[reason] + b->world.blue->count.drops.count[reason] +
	       b->world.green->count.drops.count[reason];
}

static uint64_t dropped_in_all(const struct bench *b)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < DROP_REASON_COUNT; i++)
		sum += dropped(b, (enum drop_reason)i);
	return sum;
}

/* The reason, or DELIVERED; from a buffer with nothing behind it. */
static int decide(const struct bench *b)
{
	struct arrival a = {
		.endpoint = b->world.endpoint_v4,
		.source = b->source,
		.tos = b->tos,
		.at = craft_exact(b->at, b->len),
		.len = b->len,
	};
	struct frame inner;
	struct verdict v = inbound_decide(b->world.tables, &a, &inner, now);

	free(a.at);
	return v.action == ACTION_DROP ? (int)v.reason : DELIVERED;
}

static void carry(struct bench *b)
{
	b->waits = true;
	engine_wire_readable(b->engine, b->world.endpoint_v4, 0, now);
	engine_flush(b->engine, now);
	ASAN_UNPOISON_MEMORY_REGION(b->poisoned, b->poisoned_len);
}

/* What became of the datagram, the same from the verdict and from the engine. */
static int fate(struct bench *b)
{
	uint64_t all = dropped_in_all(b), of_this;
	int said = decide(b);

	of_this = said == DELIVERED ? 0 : dropped(b, (enum drop_reason)said);
	b->written = 0;
	carry(b);
	if (said == DELIVERED) {
		assert_true(b->written > 0);
		assert_int_equal(dropped_in_all(b), all);
	} else {
		assert_int_equal(b->written, 0);
		assert_int_equal(dropped(b, (enum drop_reason)said), of_this + 1);
		assert_int_equal(dropped_in_all(b), all + 1);
	}
	return said;
}

/* -- Headers. -- */

/* RFC 7348 §5, the GPE draft and SPEC §3, read once more. */
static int header_says(const uint8_t h[VXLAN_LEN], bool strict)
{
	uint32_t vni = (uint32_t)h[4] << 16 | (uint32_t)h[5] << 8 | h[6];

	if (!(h[0] & 0x08))
		return DROP_INVALID_HDR;
	if ((h[0] & 0x04) && h[3] != 0 && h[3] != 3)
		return DROP_GPE;
	if (vni != BLUE_VNI && vni != GREEN_VNI)
		return DROP_VNI_NOT_FOUND;
	if (strict && ((h[0] & ~0x08) || h[1] || h[2] || h[3] || h[7]))
		return DROP_RESERVED_BITS;
	return DELIVERED;
}

static void check_header(struct bench *b, bool strict)
{
	int wanted = header_says(b->at, strict), got = fate(b);

	if (got != wanted)
		fail_msg("header %02x%02x%02x%02x %02x%02x%02x%02x, strict %d: %d, not %d",
			 b->at[0], b->at[1], b->at[2], b->at[3], b->at[4], b->at[5], b->at[6],
			 b->at[7], strict, got, wanted);
}

static struct bench *bench_that_is(bool strict)
{
	struct bench *b = bench_new();
	struct sketch s = udp("3.3.3.4", "3.3.3.3");

	b->world.blue->strict_reserved = b->world.green->strict_reserved = strict;
	fill(b, &s);
	return b;
}

/* Each byte takes all its values, and so do the two that are read together: flags and protocol. */
static void every_byte_of_the_header(void **state)
{
	(void)state;
	for (unsigned strict = 0; strict < 2; strict++) {
		struct bench *b = bench_that_is(strict);

		for (unsigned i = 0; i < VXLAN_LEN; i++) {
			uint8_t was = b->at[i];

			for (unsigned value = 0; value < 256; value++) {
				b->at[i] = (uint8_t)value;
				check_header(b, strict);
			}
			b->at[i] = was;
		}
		for (unsigned value = 0; value < 65536; value++) {
			b->at[0] = (uint8_t)(value >> 8);
			b->at[3] = (uint8_t)value;
			check_header(b, strict);
		}
		bench_free(b);
	}
}

static void every_reserved_bit_is_counted(void **state)
{
	(void)state;
	for (unsigned strict = 0; strict < 2; strict++) {
		struct bench *b = bench_that_is(strict);
		unsigned bits = 0;

		for (unsigned bit = 0; bit < 64; bit++) {
			if (bit == 4 || (bit >= 32 && bit < 56))
				continue; /* the I flag and the VNI */
			b->at[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(fate(b), strict ? DROP_RESERVED_BITS : DELIVERED);
			b->at[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(b->world.blue->count.reserved_bits, ++bits);
		}
		assert_int_equal(bits, 39);
		bench_free(b);
	}
}

/* Whatever VNIs a stranger, or a member, thinks of: nothing is kept of them. */
static void every_vni(void **state)
{
	struct bench *b = bench_that_is(false);
	struct addr member = b->source, stranger = addr_of(STRANGER);
	uint64_t before, unknown = 0, delivered = 0;

	(void)state;
	assert_int_equal(fate(b), DELIVERED);
	b->written = 0;
	before = allocations;
	assert_true(before > 0); /* we do see them */
	for (uint32_t vni = 0; vni <= VXLAN_VNI_MAX; vni += VNI_STEP) {
		put_be24(b->at + 4, vni);
		b->source = vni % 3 ? member : stranger;
		carry(b);
		unknown += vni != BLUE_VNI && vni != GREEN_VNI;
		delivered += (vni == BLUE_VNI || vni == GREEN_VNI) && vni % 3;
	}
	assert_int_equal(allocations, before);
	assert_int_equal(dropped(b, DROP_VNI_NOT_FOUND), unknown);
	assert_int_equal(b->written, delivered);
	if (VNI_STEP == 1)
		assert_int_equal(unknown, (1 << 24) - 2);
	bench_free(b);
}

/* -- Lengths. -- */

static void fill_tagged(struct bench *b)
{
	struct sketch s = udp("3.3.3.4", "3.3.3.3");

	s.vlans = 2;
	fill(b, &s);
}

static void fill_v6(struct bench *b)
{
	struct sketch s = udp("fd03::4", "fd03::3");

	fill(b, &s);
}

static void fill_arp(struct bench *b)
{
	struct arp_sketch s = { .to = BROADCAST,
				.op = 1,
				.sender_mac = H2_MAC,
				.sender_ip = "3.3.3.4",
				.target_ip = "3.3.3.3" };
	uint8_t frame[ROOM];
	size_t len = build_arp(room_of(frame, sizeof(frame)), &s);

	b->len = build_datagram(room_of(b->at, sizeof(b->at)), BLUE_VNI, span_of(frame, len));
}

static void fill_plain(struct bench *b)
{
	struct sketch s = udp("3.3.3.4", "3.3.3.3");

	s.payload = LONGEST - VXLAN_LEN - ETH_LEN - IPV4_LEN - UDP_LEN;
	fill(b, &s);
}

/* Every length of sound datagrams: too short for a header, too short for Ethernet, or a frame, whatever
 * it lacks further in. */
static void every_length_of_what_is_sound(void **state)
{
	static const struct {
		void (*fill)(struct bench *b);
		size_t ethernet; /* shorter than that is a runt */
	} kinds[] = {
		{ fill_plain, ETH_LEN },
		{ fill_tagged, ETH_LEN + 2 * VLAN_LEN },
		{ fill_v6, ETH_LEN },
		{ fill_arp, ETH_LEN },
	};
	struct bench *b = bench_new();

	(void)state;
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++)
		for (size_t len = 0; len <= LONGEST; len++) {
			memset(b->at, 0, sizeof(b->at));
			kinds[kind].fill(b);
			b->len = len;
			assert_int_equal(fate(b), len < VXLAN_LEN ? (int)DROP_RX_SHORT
						  : len < VXLAN_LEN + kinds[kind].ethernet
							  ? (int)DROP_INNER_RUNT
							  : DELIVERED);
		}
	bench_free(b);
}

/* Every length of nonsense behind a sound VXLAN header and source, and without either. */
static void every_length_of_nonsense(void **state)
{
	struct bench *b = bench_new();
	uint64_t random = 12345;

	(void)state;
	for (unsigned round = 0; round < 200; round++)
		for (size_t len = 0; len <= LONGEST; len++) {
			for (size_t i = 0; i < LONGEST; i++)
				b->at[i] = round < 2 ? (uint8_t)-round
						     : (uint8_t)(craft_random(&random) >> 32);
			if (round % 4 > 0)
				vxlan_write(b->at, BLUE_VNI);
			if (round % 4 > 1)
				memcpy(b->at + VXLAN_LEN + 6, mac_of(H2_MAC).octet, 6);
			if (round % 4 > 2) /* then IP, ARP, VLAN and their like */
				put_be16(b->at + VXLAN_LEN + 12,
					 (const uint16_t[]) { ETHERTYPE_IPV4, ETHERTYPE_IPV6,
							      ETHERTYPE_ARP,
							      0x8100 }[round / 4 % 4]);
			b->len = len;
			fate(b);
		}
	bench_free(b);
}

/* One byte of a sound datagram is another: the engine does what the verdict says. */
static void every_byte_of_the_datagram(void **state)
{
	void (*const fills[])(struct bench * b) = { fill_plain, fill_tagged, fill_v6, fill_arp };
	struct bench *b = bench_new();

	(void)state;
	for (size_t kind = 0; kind < sizeof(fills) / sizeof(fills[0]); kind++) {
		fills[kind](b);
		for (size_t i = 0; i < b->len; i++) {
			uint8_t was = b->at[i];

			for (unsigned value = 0; value < 256; value++) {
				b->at[i] = (uint8_t)value;
				fate(b);
			}
			b->at[i] = was;
		}
	}
	bench_free(b);
}

/* -- Congestion. -- */

static void check_ecn(struct bench *b, unsigned inner, unsigned outer, bool v4)
{
	/* RFC 6040 figure 4, [inner][outer]; the numbers are those of the two bits. */
	static const int table[4][4] = {
		{ 0, 0, 0, DROP_IP_TUNNEL_ECN },
		{ 1, 1, 1, 3 },
		{ 2, 1, 2, 3 },
		{ 3, 3, 3, 3 },
	};
	struct sketch s = udp(v4 ? "3.3.3.4" : "fd03::4", v4 ? "3.3.3.3" : "fd03::3");
	const uint8_t *ip = b->got + ETH_LEN;
	int wanted = table[inner][outer];

	s.tos = (uint8_t)(0xb8 | inner);
	fill(b, &s);
	b->tos = (uint8_t)(0x48 | outer);
	if (inner == ECN_NOT_ECT && outer == ECN_CE) {
		assert_int_equal(fate(b), wanted);
		return;
	}
	assert_int_equal(fate(b), DELIVERED);
	assert_int_equal(v4 ? ip[1] : get_be16(ip) >> 4 & 0xff, 0xb8 | wanted);
	if (v4)
		assert_int_equal(craft_sum(0, ip, IPV4_LEN), 0xffff);
}

static void every_meeting_of_two_ecn_fields(void **state)
{
	struct bench *b = bench_new();

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		check_ecn(b, i & 3, i >> 2 & 3, i & 16);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_of_the_header),
		cmocka_unit_test(every_reserved_bit_is_counted),
		cmocka_unit_test(every_vni),
		cmocka_unit_test(every_length_of_what_is_sound),
		cmocka_unit_test(every_length_of_nonsense),
		cmocka_unit_test(every_byte_of_the_datagram),
		cmocka_unit_test(every_meeting_of_two_ecn_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
