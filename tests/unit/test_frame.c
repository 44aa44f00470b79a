#include "wire/frame.h"

#include "craft.h"

#define MACS     "020000000002 020000000001"
#define V4       "4502 0000 0001 4000 4006 0000 03030303 03030304"
#define V6_ADDRS "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define TCP      "04d2 0050 00000001 00000002 5018 ffff 0000 0000"
#define UDP      "04d2 0035 0010 0000"
#define EIGHT    "6162636465666768"

/* The length fields are left 0 in the hex and filled by craft_packet(). */
struct sample {
	const char *name, *hex;
	uint16_t l3, header_len;
	uint8_t transport; /* bytes wanted before l4 is told; 255: never */
	uint8_t payload;   /* offset of the payload behind l4; 0: none */
	uint8_t proto;
	bool fragment, opaque;
};

static const struct sample samples[] = {
	{ "v4 tcp", MACS "0800" V4 TCP EIGHT, 14, 20, 20, 20, IP_TCP, false, false },
	{ "v4 tcp with options",
	  MACS "0800" V4 "04d2 0050 00000001 00000002 7018 ffff 0000 0000" EIGHT EIGHT, 14, 20, 20,
	  28, IP_TCP, false, false },
	{ "v4 tcp, header below minimum",
	  MACS "0800" V4 "04d2 0050 00000001 00000002 4018 ffff 0000 0000" EIGHT, 14, 20, 20, 0,
	  IP_TCP, false, false },
	{ "v4 udp", MACS "0800 4500 0000 0001 0000 4011 0000 03030303 03030304" UDP EIGHT, 14, 20,
	  8, 8, IP_UDP, false, false },
	{ "v4 options, udp",
	  MACS "0800 4600 0000 0001 0000 4011 0000 03030303 03030304 01010100" UDP EIGHT, 14, 24, 8,
	  8, IP_UDP, false, false },
	{ "v4 icmp",
	  MACS "0800 4500 0000 0001 0000 4001 0000 03030303 03030304 0800 0000 0001 0001" EIGHT, 14,
	  20, 4, 0, IP_ICMP, false, false },
	{ "v4 gre", MACS "0800 4500 0000 0001 0000 402f 0000 03030303 03030304" EIGHT, 14, 20, 0, 0,
	  47, false, false },
	{ "v4 first fragment",
	  MACS "0800 4500 0000 0001 2000 4011 0000 03030303 03030304" UDP EIGHT, 14, 20, 255, 0,
	  IP_UDP, true, false },
	{ "v4 later fragment",
	  MACS "0800 4500 0000 0001 2001 4011 0000 03030303 03030304" UDP EIGHT, 14, 20, 255, 0,
	  IP_UDP, true, true },
	{ "v4 last fragment", MACS "0800 4500 0000 0001 0001 4011 0000 03030303 03030304" UDP EIGHT,
	  14, 20, 255, 0, IP_UDP, true, true },
	{ "v6 tcp", MACS "86dd 60000000 0000 0640" V6_ADDRS TCP EIGHT, 14, 40, 20, 20, IP_TCP,
	  false, false },
	{ "v6 udp", MACS "86dd 60000000 0000 1140" V6_ADDRS UDP EIGHT, 14, 40, 8, 8, IP_UDP, false,
	  false },
	{ "v6 icmp", MACS "86dd 60000000 0000 3aff" V6_ADDRS "8000 0000 0001 0001", 14, 40, 4, 0,
	  IP_ICMPV6, false, false },
	{ "v6 hop-by-hop, routing, options, udp",
	  MACS "86dd 60000000 0000 0040" V6_ADDRS "2b00 050200000000"
	       "3c01 0000000000000000000000000000 1100 010400000000" UDP EIGHT,
	  14, 72, 8, 8, IP_UDP, false, false },
	{ "v6 authentication, tcp",
	  MACS "86dd 60000000 0000 3340" V6_ADDRS
	       "0604 0000 00000001 00000002 000000000000000000000000" TCP EIGHT,
	  14, 64, 20, 20, IP_TCP, false, false },
	{ "v6 atomic fragment",
	  MACS "86dd 60000000 0000 2c40" V6_ADDRS "1100 0000 00000007" UDP EIGHT, 14, 48, 8, 8,
	  IP_UDP, false, false },
	{ "v6 first fragment",
	  MACS "86dd 60000000 0000 2c40" V6_ADDRS "1100 0001 00000007" UDP EIGHT, 14, 48, 255, 0,
	  IP_UDP, true, false },
	{ "v6 first fragment that says it is whole",
	  MACS "86dd 60000000 0000 2c40" V6_ADDRS "2c00 0001 00000007 1100 0000 00000008" UDP EIGHT,
	  14, 56, 255, 0, IP_UDP, true, false },
	{ "v6 later fragment",
	  MACS "86dd 60000000 0000 2c40" V6_ADDRS "1100 0009 00000007" UDP EIGHT, 14, 48, 255, 0,
	  IP_UDP, true, true },
	{ "v6 later fragment of extensions",
	  MACS "86dd 60000000 0000 2c40" V6_ADDRS "3c00 0008 00000007" UDP EIGHT, 14, 48, 255, 0,
	  60, true, true },
	{ "v6 eight extensions",
	  MACS "86dd 60000000 0000 3c40" V6_ADDRS "3c00 010400000000 3c00 010400000000"
	       "3c00 010400000000 3c00 010400000000 3c00 010400000000 3c00 010400000000"
	       "3c00 010400000000 1100 010400000000" UDP EIGHT,
	  14, 104, 8, 8, IP_UDP, false, false },
	{ "v6 nine extensions",
	  MACS "86dd 60000000 0000 3c40" V6_ADDRS "3c00 010400000000 3c00 010400000000"
	       "3c00 010400000000 3c00 010400000000 3c00 010400000000 3c00 010400000000"
	       "3c00 010400000000 3c00 010400000000 1100 010400000000" UDP EIGHT,
	  14, 104, 255, 0, 60, false, true },
	{ "v6 esp", MACS "86dd 60000000 0000 3240" V6_ADDRS EIGHT, 14, 40, 0, 0, 50, false, false },
	{ "vlan v4 udp",
	  MACS "8100 0064 0800 4500 0000 0001 0000 4011 0000 03030303 03030304" UDP EIGHT, 18, 20,
	  8, 8, IP_UDP, false, false },
	{ "qinq v6 tcp", MACS "88a8 0064 8100 0065 86dd 60000000 0000 0640" V6_ADDRS TCP EIGHT, 22,
	  40, 20, 20, IP_TCP, false, false },
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

/* Makes the IP header at @l3 say that the packet ends at @len. */
static void set_ip_len(uint8_t *frame, size_t l3, size_t len)
{
	if (frame[l3] >> 4 == 4)
		put_be16(frame + l3 + 2, (uint16_t)(len - l3));
	else
		put_be16(frame + l3 + 4, (uint16_t)(len - l3 - IPV6_LEN));
}

static struct craft craft_packet(const struct sample *s)
{
	struct craft c = craft_of(s->hex);

	set_ip_len(c.at, s->l3, c.len);
	return c;
}

static void check_sample(const struct sample *s, const struct frame *f, size_t ip_len)
{
	size_t l4 = (size_t)s->l3 + s->header_len, left = s->l3 + ip_len - l4;
	bool has_l4 = s->transport != 255 && left >= s->transport;
	bool has_payload = has_l4 && s->payload && left >= s->payload;

	assert_row(s->name, f->l3 == s->l3);
	assert_row(s->name, f->ip.src.family != ADDR_NONE);
	assert_row(s->name, f->ip.header_len == s->header_len);
	assert_row(s->name, f->ip.len == ip_len);
	assert_row(s->name, f->ip.proto == s->proto);
	assert_row(s->name, f->ip.fragment == s->fragment);
	assert_row(s->name, f->ip.opaque == s->opaque);
	assert_row(s->name, f->l4 == (has_l4 ? l4 : 0));
	assert_row(s->name, f->payload == (has_payload ? l4 + s->payload : 0));
	assert_row(s->name, f->sport == (has_payload ? 1234 : 0));
	assert_row(s->name, (f->dport != 0) == has_payload);
	assert_row(s->name, f->kind == FRAME_PLAIN && !f->unfinished);
}

static void samples_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct craft c = craft_packet(&samples[i]);
		uint8_t *exact = craft_exact(c.at, c.len);
		struct frame f;

		assert_row(samples[i].name, frame_parse(&f, exact, c.len));
		check_sample(&samples[i], &f, c.len - samples[i].l3);
		free(exact);
	}
}

/* Padding stays in the frame and out of the packet. */
static void samples_padded(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct craft c = craft_packet(&samples[i]);
		struct frame f;

		craft_add(&c, "0000000000");
		assert_row(samples[i].name, frame_parse(&f, c.at, c.len));
		assert_row(samples[i].name, f.len == c.len);
		check_sample(&samples[i], &f, c.len - 5 - samples[i].l3);
	}
}

/* Cut by the wire: the IP header promises more than there is, so it is not believed. */
static void samples_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct craft c = craft_packet(&samples[i]);

		for (size_t len = 0; len < c.len; len++) {
			uint8_t *exact = craft_exact(c.at, len);
			struct frame f;
			bool parsed = frame_parse(&f, exact, len);

			assert_row(samples[i].name, parsed == (len >= samples[i].l3));
			if (parsed) {
				assert_row(samples[i].name, f.ip.src.family == ADDR_NONE);
				assert_row(samples[i].name, f.l4 == 0 && f.payload == 0);
				assert_row(samples[i].name, f.len == len);
			}
			free(exact);
		}
	}
}

/* Cut by the sender: the IP header agrees with the length, the headers behind it may not. */
static void samples_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct craft c = craft_packet(&samples[i]);
		size_t fixed = c.at[samples[i].l3] >> 4 == 4 ? samples[i].header_len : IPV6_LEN;

		for (size_t len = samples[i].l3 + fixed; len < c.len; len++) {
			uint8_t *exact = craft_exact(c.at, len);
			size_t l4 = (size_t)samples[i].l3 + samples[i].header_len;
			struct frame f;

			set_ip_len(exact, samples[i].l3, len);
			assert_row(samples[i].name, frame_parse(&f, exact, len));
			if (len >= l4)
				check_sample(&samples[i], &f, len - samples[i].l3);
			else
				assert_row(samples[i].name, f.ip.opaque && f.l4 == 0);
			free(exact);
		}
	}
}

static void not_ip(void **state)
{
	static const struct {
		const char *name, *hex;
	} rows[] = {
		{ "arp", MACS "0806 0001 0800 0604" },
		{ "v6 behind v4's type", MACS "0800 60000000 0000 1140" V6_ADDRS },
		{ "v4 behind v6's type",
		  MACS "86dd 4500 0014 0001 0000 4011 0000 03030303 03030304" },
		{ "version 5", MACS "0800 5500 0014 0001 0000 4011 0000 03030303 03030304" },
		{ "header length 4", MACS "0800 4400 0014 0001 0000 4011 0000 03030303 03030304" },
		{ "options missing", MACS "0800 4600 0014 0001 0000 4011 0000 03030303 03030304" },
		{ "total below header",
		  MACS "0800 4500 0013 0001 0000 4011 0000 03030303 03030304" },
		{ "total of 1", MACS "0800 4500 0001 0001 0000 4011 0000 03030303 03030304" },
		{ "total beyond", MACS "0800 4500 0015 0001 0000 4011 0000 03030303 03030304" },
		{ "total of 65535", MACS "0800 4500 ffff 0001 0000 4011 0000 03030303 03030304" },
		{ "payload beyond", MACS "86dd 60000000 ffff 1140" V6_ADDRS },
		{ "nothing", MACS "0800" },
		{ "three tags", MACS "88a8 0001 8100 0002 8100 0003 0800"
				     "4500 0014 0001 0000 4011 0000 03030303 03030304" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(rows[i].hex);
		uint8_t *exact = craft_exact(c.at, c.len);
		struct frame f;

		assert_row(rows[i].name, frame_parse(&f, exact, c.len));
		assert_row(rows[i].name, f.ip.src.family == ADDR_NONE);
		assert_row(rows[i].name, f.l4 == 0 && f.payload == 0 && f.ip.len == 0);
		frame_set_ecn(&f, 3);
		assert_row(rows[i].name, memcmp(exact, c.at, c.len) == 0);
		free(exact);
	}
}

/* A superframe may leave the length open: it reaches to the end. */
static void open_lengths(void **state)
{
	struct craft four = craft_of(MACS "0800" V4 TCP EIGHT);
	struct craft six = craft_of(MACS "86dd 60000000 0000 0640" V6_ADDRS TCP EIGHT);
	struct frame f;

	(void)state;
	assert_true(frame_parse(&f, four.at, four.len));
	assert_int_equal(f.ip.len, 48);
	assert_true(frame_parse(&f, six.at, six.len));
	assert_int_equal(f.ip.len, 68);
}

static const struct sample *sample(const char *name)
{
	for (size_t i = 0; i < SAMPLES; i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	fail_msg("no sample %s", name);
	return NULL;
}

static void parse_sample(struct frame *f, struct craft *c, const char *name)
{
	*c = craft_packet(sample(name));
	assert_true(frame_parse(f, c->at, c->len));
}

/* Puts into the checksum field what an offloading sender leaves there. */
static uint8_t *leave_unfinished(struct frame *f)
{
	size_t len = f->ip.len - f->ip.header_len;
	const uint8_t *ip = f->at + f->l3;
	uint8_t *field = f->at + f->l4 + (f->ip.proto == IP_TCP ? 16 : 6);

	put_be16(field, f->ip.src.family == ADDR_V4 ? craft_pseudo4(ip, f->ip.proto, len)
						    : craft_pseudo6(ip, f->ip.proto, len));
	return field;
}

static void unfinished_is_found(void **state)
{
	static const char *const names[] = { "v4 tcp",     "v4 udp", "v4 tcp with options",
					     "v6 tcp",     "v6 udp", "v6 authentication, tcp",
					     "qinq v6 tcp" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct craft c;
		struct frame f;
		uint8_t *field;

		parse_sample(&f, &c, names[i]);
		frame_find_unfinished(&f);
		assert_row(names[i], !f.unfinished);
		field = leave_unfinished(&f);
		frame_find_unfinished(&f);
		assert_row(names[i], f.unfinished);
		assert_row(names[i], f.at + f.csum_start + f.csum_offset == field);
		assert_row(names[i], f.csum_start == f.l4);
		f.unfinished = false;
		field[1] ^= 1;
		frame_find_unfinished(&f);
		assert_row(names[i], !f.unfinished);
	}
}

static void unfinished_needs_a_transport_header(void **state)
{
	static const char *const names[] = { "v4 icmp", "v4 first fragment", "v4 later fragment",
					     "v6 first fragment", "v4 tcp, header below minimum" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct craft c;
		struct frame f;

		parse_sample(&f, &c, names[i]);
		f.l4 = (uint16_t)(f.l3 + f.ip.header_len);
		leave_unfinished(&f);
		frame_find_unfinished(&f);
		assert_row(names[i], !f.unfinished);
		assert_row(names[i], !frame_as_superframe(&f, 40, 4));
	}
}

static void tcp_superframes(void **state)
{
	struct craft c;
	struct frame f;

	(void)state;
	parse_sample(&f, &c, "v4 tcp with options");
	assert_false(frame_as_superframe(&f, 50, 0)); /* a finished checksum */
	leave_unfinished(&f);
	frame_find_unfinished(&f);
	assert_false(frame_as_superframe(&f, 48, 0)); /* headers alone fill it */
	assert_int_equal(f.kind, FRAME_PLAIN);
	assert_int_equal(frame_packet_len(&f), 56);
	f.csum_start = f.l3; /* somebody else's checksum */
	assert_false(frame_as_superframe(&f, 50, 0));
	f.csum_start = f.l4;
	assert_true(frame_as_superframe(&f, 50, 0));
	assert_int_equal(f.kind, FRAME_TCP);
	assert_int_equal(f.gso_size, 2);
	assert_false(f.gso_ecn);
	assert_int_equal(frame_packet_len(&f), 50);
	assert_true(frame_as_superframe(&f, 50, 7));
	assert_int_equal(f.gso_size, 7);
	assert_int_equal(frame_packet_len(&f), 55);
	c.at[f.l4 + 13] |= 0x80; /* CWR */
	assert_true(frame_as_superframe(&f, 1000000, 0));
	assert_int_equal(f.gso_size, UINT16_MAX);
	assert_true(f.gso_ecn);
	assert_int_equal(frame_packet_len(&f), 56);
}

static void udp_superframes(void **state)
{
	struct craft c;
	struct frame f;

	(void)state;
	parse_sample(&f, &c, "v6 udp");
	leave_unfinished(&f);
	frame_find_unfinished(&f);
	assert_false(frame_as_superframe(&f, 50, 0));
	assert_true(frame_as_superframe(&f, 50, 3));
	assert_int_equal(f.kind, FRAME_UDP);
	assert_int_equal(f.gso_size, 3);
	assert_false(f.gso_ecn);
	assert_int_equal(frame_packet_len(&f), 51);
}

/* Every ECN value over every other, with the header checksum right before and after. */
static void ecn_is_set(void **state)
{
	(void)state;
	for (uint8_t before = 0; before < 4; before++)
		for (uint8_t after = 0; after < 4; after++) {
			struct craft c = craft_packet(sample("vlan v4 udp"));
			uint8_t *ip = c.at + 18;
			struct frame f;

			ip[1] = 0xb8 | before;
			put_be16(ip + 10, (uint16_t)~craft_sum(0, ip, IPV4_LEN));
			assert_true(frame_parse(&f, c.at, c.len));
			frame_set_ecn(&f, after);
			assert_int_equal(ip[1], 0xb8 | after);
			assert_int_equal(f.ip.tos, 0xb8 | after);
			assert_int_equal(craft_sum(0, ip, IPV4_LEN), 0xffff);

			c = craft_packet(sample("v6 tcp"));
			put_be32(c.at + 14, 0x6b8fffff | (uint32_t)before << 20);
			assert_true(frame_parse(&f, c.at, c.len));
			assert_int_equal(f.ip.tos, 0xb8 | before);
			frame_set_ecn(&f, after);
			assert_true(get_be32(c.at + 14) == (0x6b8fffff | (uint32_t)after << 20));
			assert_int_equal(f.ip.tos, 0xb8 | after);
		}
}

static uint32_t flow_of(const struct craft *c)
{
	struct craft copy = *c;
	struct frame f;

	assert_true(frame_parse(&f, copy.at, copy.len));
	return frame_flow(&f);
}

/* Flips one byte of a sample: does the flow change? */
static void flows(void **state)
{
	static const struct {
		const char *sample;
		const char *what;
		size_t offset;
		bool changes;
	} rows[] = {
		{ "v4 tcp", "tos", 15, false },
		{ "v4 tcp", "identification", 19, false },
		{ "v4 tcp", "source", 29, true },
		{ "v4 tcp", "destination", 33, true },
		{ "v4 tcp", "source port", 35, true },
		{ "v4 tcp", "destination port", 37, true },
		{ "v4 tcp", "sequence", 41, false },
		{ "v4 tcp", "payload", 60, false },
		{ "v4 tcp", "destination MAC", 5, false },
		{ "v4 first fragment", "port", 35, false },
		{ "v4 first fragment", "proto", 23, false },
		{ "v4 first fragment", "source", 29, true },
		{ "v4 icmp", "proto", 23, true },
		{ "v4 icmp", "identifier", 39, false },
		{ "v6 udp", "flow label", 17, false },
		{ "v6 udp", "source", 37, true },
		{ "v6 udp", "source, in the middle", 30, true },
		{ "v6 udp", "destination", 53, true },
		{ "v6 udp", "port", 57, true },
		{ "v6 later fragment", "port", 63, false },
		{ "vlan v4 udp", "VLAN id", 15, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_packet(sample(rows[i].sample));
		uint32_t before = flow_of(&c);

		c.at[rows[i].offset] ^= 1;
		assert_row(rows[i].what, (flow_of(&c) != before) == rows[i].changes);
	}
}

static void flows_without_ip(void **state)
{
	static const bool changes[] = { [5] = true, [11] = true, [13] = true, [16] = false };
	struct craft c = craft_of(MACS "88b5" EIGHT);
	uint32_t before = flow_of(&c);

	(void)state;
	for (size_t i = 0; i < sizeof(changes); i++) {
		if (i != 5 && i != 11 && i != 13 && i != 16)
			continue;
		c.at[i] ^= 1;
		assert_int_equal(flow_of(&c) != before, changes[i]);
		c.at[i] ^= 1;
	}
}

/* Fragments of one packet share their flow, and a superframe its segments'. */
static void flows_stay_together(void **state)
{
	struct craft first = craft_packet(sample("v4 first fragment"));
	struct craft later = craft_packet(sample("v4 later fragment"));
	struct craft small = craft_packet(sample("v6 tcp")), large = small;
	struct frame f;

	(void)state;
	assert_true(flow_of(&first) == flow_of(&later));
	for (int i = 0; i < 20; i++)
		craft_add(&large, EIGHT);
	set_ip_len(large.at, 14, large.len);
	assert_true(frame_parse(&f, large.at, large.len));
	leave_unfinished(&f);
	frame_find_unfinished(&f);
	assert_true(frame_as_superframe(&f, 68, 0));
	assert_true(frame_flow(&f) == flow_of(&small));
}

/* Random bytes in samples: nothing is read beyond the end, no offset leaves the frame. */
static void noise(void **state)
{
	uint64_t seed = 7348;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct craft c = craft_packet(&samples[i % SAMPLES]);
		size_t len = craft_random(&seed) % (c.len + 1);
		uint8_t *exact;
		struct frame f;

		for (int flips = 0; flips < 3; flips++)
			c.at[craft_random(&seed) % c.len] = (uint8_t)craft_random(&seed);
		exact = craft_exact(c.at, len);
		if (frame_parse(&f, exact, len)) {
			assert_true(f.l3 <= len && f.l4 <= len && f.payload <= len);
			assert_true(f.ip.len <= len - f.l3 && f.ip.header_len <= f.ip.len);
			frame_find_unfinished(&f);
			f.unfinished = f.payload != 0;
			f.csum_start = f.l4;
			frame_as_superframe(&f, 1000, 3);
			assert_true(frame_packet_len(&f) <= len);
			frame_set_ecn(&f, 3);
			frame_flow(&f);
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_whole),
		cmocka_unit_test(samples_padded),
		cmocka_unit_test(samples_cut),
		cmocka_unit_test(samples_short),
		cmocka_unit_test(not_ip),
		cmocka_unit_test(open_lengths),
		cmocka_unit_test(unfinished_is_found),
		cmocka_unit_test(unfinished_needs_a_transport_header),
		cmocka_unit_test(tcp_superframes),
		cmocka_unit_test(udp_superframes),
		cmocka_unit_test(ecn_is_set),
		cmocka_unit_test(flows),
		cmocka_unit_test(flows_without_ip),
		cmocka_unit_test(flows_stay_together),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
