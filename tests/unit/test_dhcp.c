#include "wire/dhcp.h"

#include "craft.h"

/* -- What clients send -- */

#define CLIENT "020000000001"
#define ZEROS4 "00000000"

/* A message in parts; what is NULL is as dull as can be. */
struct said {
	const char *tags;  /* between the MACs and the EtherType */
	const char *fixed; /* op, htype, hlen, hops */
	const char *flags, *ciaddr, *giaddr, *chaddr;
	const char *sname, *file; /* their beginnings */
	const char *cookie, *options;
	uint16_t dport; /* 0: 67 */
};

static void add_padded(struct craft *c, const char *hex, size_t len)
{
	size_t end = c->len + len;

	craft_add(c, hex ? hex : "");
	while (c->len < end)
		craft_add(c, "00");
}

static void or_else(struct craft *c, const char *hex, const char *otherwise)
{
	craft_add(c, hex ? hex : otherwise);
}

static struct craft craft_message(const struct said *s)
{
	struct craft c = craft_of("ffffffffffff" CLIENT);
	size_t ip, udp;

	craft_add(&c, s->tags ? s->tags : "");
	craft_add(&c, "0800");
	ip = c.len;
	craft_add(&c, "4500 0000 0000 0000 4011 0000 00000000 ffffffff");
	udp = c.len;
	craft_add(&c, "0044 0043 0000 0000");
	if (s->dport)
		put_be16(c.at + udp + 2, s->dport);
	or_else(&c, s->fixed, "01010600");
	craft_add(&c, "12345678 0000");
	or_else(&c, s->flags, "0000");
	or_else(&c, s->ciaddr, ZEROS4);
	craft_add(&c, ZEROS4 ZEROS4);
	or_else(&c, s->giaddr, ZEROS4);
	add_padded(&c, s->chaddr ? s->chaddr : CLIENT, 16);
	add_padded(&c, s->sname, 64);
	add_padded(&c, s->file, 128);
	or_else(&c, s->cookie, "63825363");
	craft_add(&c, s->options);
	put_be16(c.at + ip + 2, (uint16_t)(c.len - ip));
	put_be16(c.at + udp + 4, (uint16_t)(c.len - udp));
	put_be16(c.at + ip + 10, (uint16_t)~craft_sum(0, c.at + ip, IPV4_LEN));
	return c;
}

static bool read_bytes(const struct craft *c, size_t len, struct dhcp *out)
{
	uint8_t *exact = craft_exact(c->at, len);
	struct frame f;
	bool read = frame_parse(&f, exact, len) && dhcp_read(&f, out);

	free(exact);
	return read;
}

static bool read_said(const struct said *s, struct dhcp *out)
{
	struct craft c = craft_message(s);

	return read_bytes(&c, c.len, out);
}

static void reads_what_a_client_says(void **state)
{
	static const char *const tags[] = { "", "8100 0064", "88a8 0064 8100 0065" };
	struct said s = {
		.flags = "8000",
		.ciaddr = "0a2a0109",
		.options = "350103 3204 0a2a0105 3604 0a2a0101 3d03 01aabb 3704 01037906 00 ff",
	};
	struct dhcp d;
	char text[ADDR_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		s.tags = tags[i];
		assert_row(tags[i], read_said(&s, &d));
		assert_int_equal(d.type, DHCP_REQUEST);
		assert_int_equal(d.xid, 0x12345678);
		assert_true(d.broadcast && d.has_id && d.asks_routes);
		assert_string_equal(addr_text(d.ciaddr, text), "10.42.1.9");
		assert_string_equal(addr_text(d.requested, text), "10.42.1.5");
		assert_string_equal(addr_text(d.server, text), "10.42.1.1");
		assert_true(mac_word(d.chaddr) == UINT64_C(0x020000000001));
		assert_int_equal(d.client.len, 3);
		assert_memory_equal(d.client.octet, "\x01\xaa\xbb", 3);
	}
}

static void who_says_no_name_is_its_mac(void **state)
{
	const struct said bare = { .options = "350101ff" };
	const struct said named = { .options = "350101 3d07 01" CLIENT "ff" };
	struct dhcp a, b;

	(void)state;
	assert_true(read_said(&bare, &a) && read_said(&named, &b));
	assert_false(a.has_id || a.broadcast || a.asks_routes);
	assert_true(b.has_id);
	assert_true(a.requested.family == ADDR_NONE && a.server.family == ADDR_NONE);
	assert_true(dhcp_client_equal(&a.client, &b.client));
	b.client.octet[6] ^= 1;
	assert_false(dhcp_client_equal(&a.client, &b.client));
}

static void goes_on_where_option_52_says(void **state)
{
	static const struct {
		const char *name;
		struct said said;
		bool sound, requested;
	} rows[] = {
		{ "file",
		  { .options = "350103 340101 ff", .file = "3204 0a2a0105 ff" },
		  true,
		  true },
		{ "sname",
		  { .options = "350103 340102 ff", .sname = "3204 0a2a0105 ff" },
		  true,
		  true },
		{ "both, the type in the last",
		  { .options = "340103 ff", .file = "3204 0a2a0105 ff", .sname = "350103 ff" },
		  true,
		  true },
		{ "neither", { .options = "350103 340100 ff" }, false, false },
		{ "more than there is", { .options = "350103 340104 ff" }, false, false },
		{ "of two bytes", { .options = "350103 34020101 ff" }, false, false },
		{ "not said", { .options = "350103 ff", .file = "3204 0a2a0105 ff" }, true, false },
		{ "twice", { .options = "350103 340101 ff", .file = "340102 ff" }, false, false },
		{ "a part that is cut off",
		  { .options = "350103 340102 ff", .sname = "0c3e" },
		  true,
		  false },
		{ "and one byte more",
		  { .options = "350103 340102 ff", .sname = "0c3f" },
		  false,
		  false },
	};
	struct dhcp d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_row(rows[i].name, read_said(&rows[i].said, &d) == rows[i].sound);
		if (rows[i].sound)
			assert_row(rows[i].name,
				   (d.requested.family == ADDR_V4) == rows[i].requested);
	}
}

static void refuses_what_is_no_message(void **state)
{
	static const struct {
		const char *name;
		struct said said;
	} rows[] = {
		{ "a reply", { .fixed = "02010600", .options = "350101ff" } },
		{ "other hardware", { .fixed = "01060600", .options = "350101ff" } },
		{ "a longer hardware address", { .fixed = "01010800", .options = "350101ff" } },
		{ "handed on by a relay", { .giaddr = "0a2a0101", .options = "350101ff" } },
		{ "a group's MAC", { .chaddr = "030000000001", .options = "350101ff" } },
		{ "no MAC", { .chaddr = "000000000000", .options = "350101ff" } },
		{ "BOOTP's cookie", { .cookie = "00000000", .options = "350101ff" } },
		{ "no type", { .options = "ff" } },
		{ "no options", { .options = "" } },
		{ "a type of two bytes", { .options = "35020101ff" } },
		{ "an empty type", { .options = "3500ff" } },
		{ "type 0", { .options = "350100ff" } },
		{ "an offer", { .options = "350102ff" } },
		{ "an ack", { .options = "350105ff" } },
		{ "a nak", { .options = "350106ff" } },
		{ "type 9", { .options = "350109ff" } },
		{ "the type twice", { .options = "350101350101ff" } },
		{ "an option cut off", { .options = "350101 3204 0a2a01" } },
		{ "an option without length", { .options = "350101 0c" } },
		{ "an address of three bytes", { .options = "350101 3203 0a2a01 ff" } },
		{ "an address of five bytes", { .options = "350101 3605 0a2a010101 ff" } },
		{ "an empty address", { .options = "350101 3200 ff" } },
		{ "an identifier of one byte", { .options = "350101 3d01 01 ff" } },
		{ "another port", { .dport = 68, .options = "350101ff" } },
	};
	struct dhcp d;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(rows[i].name, !read_said(&rows[i].said, &d));
}

static void identifiers_have_a_length(void **state)
{
	struct dhcp d;

	(void)state;
	for (unsigned len = 0; len <= 255; len++) {
		struct said s = { .options = "350101" };
		struct craft c = craft_message(&s);
		size_t ip = ETH_LEN, udp = ip + IPV4_LEN;

		c.at[c.len++] = DHCP_O_ID;
		c.at[c.len++] = (uint8_t)len;
		memset(c.at + c.len, 'x', len);
		c.len += len;
		c.at[c.len++] = DHCP_O_END;
		put_be16(c.at + ip + 2, (uint16_t)(c.len - ip));
		put_be16(c.at + udp + 4, (uint16_t)(c.len - udp));
		assert_int_equal(read_bytes(&c, c.len, &d), len >= 2 && len <= DHCP_ID);
	}
}

/* Cut anywhere, it is no IP packet any more; cut by its own lengths, no message. */
static void refuses_every_shorter_length(void **state)
{
	const struct said s = { .options = "350101 3204 0a2a0105 ff" };
	struct craft c = craft_message(&s);
	size_t whole = c.len, ip = ETH_LEN, udp = ip + IPV4_LEN;
	struct dhcp d;

	(void)state;
	for (size_t len = 0; len < whole; len++)
		assert_false(read_bytes(&c, len, &d));
	for (size_t len = whole - 1; len >= udp + UDP_LEN; len--) {
		size_t options = whole - len; /* bytes of them that are missing */

		put_be16(c.at + ip + 2, (uint16_t)(len - ip));
		put_be16(c.at + udp + 4, (uint16_t)(len - udp));
		/* Without the end option it is whole, and without option 50. */
		assert_int_equal(read_bytes(&c, len, &d), options == 1 || options == 7);
		assert_int_equal(read_bytes(&c, whole, &d), options == 1 || options == 7);
	}
}

/* -- What is answered -- */

static const struct mac server_mac = { { 2, 0, 0, 0, 0, 0xfe } };

static struct addr ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	const uint8_t octet[4] = { a, b, c, d };

	return addr_v4(octet);
}

/* Writes the answer to @s into @out and returns its length; wherever less room ends, it is refused. */
static size_t answered(const struct said *s, const struct dhcp_answer *a, struct craft *out)
{
	struct craft c = craft_message(s);
	struct frame f;
	struct dhcp ask;
	size_t len;

	assert_true(frame_parse(&f, c.at, c.len) && dhcp_read(&f, &ask));
	len = dhcp_answer_write(room_of(out->at, sizeof(out->at)), &f, &ask, a);
	for (size_t room = 0; room < len; room++) {
		uint8_t *exact = malloc(room ? room : 1);

		assert_int_equal(dhcp_answer_write(room_of(exact, room), &f, &ask, a), 0);
		free(exact);
	}
	out->len = len;
	return len;
}

static void writes_an_offer(void **state)
{
	const struct said s = { .options = "350101 3d03 01aabb 3701 79 ff", .tags = "8100 0064" };
	const struct addr servers[] = { ip4(10, 42, 1, 1), ip4(9, 9, 9, 9) };
	const struct dhcp_route routes[] = {
		{ .to = { .addr = ip4(10, 96, 0, 0), .length = 12 }, .via = ip4(10, 42, 1, 2) },
	};
	const struct dhcp_answer a = {
		.type = DHCP_OFFER,
		.yiaddr = ip4(10, 42, 1, 5),
		.mac = server_mac,
		.server = ip4(10, 42, 1, 1),
		.length = 16,
		.router = ip4(10, 42, 1, 1),
		.servers = servers,
		.server_count = 2,
		.name = "h1",
		.domain = "lan",
		.mtu = 1450,
		.duration = 3600,
		.routes = routes,
		.route_count = 1,
	};
	const struct craft expect = craft_of("350102 3604 0a2a0101 3304 00000e10 0104 ffff0000"
					     "790c 0c0a60 0a2a0102 00 0a2a0101 0304 0a2a0101"
					     "0608 0a2a0101 09090909 0c02 6831 0f03 6c616e"
					     "1a02 05aa 3d03 01aabb ff");
	struct craft out;
	struct frame f;
	const uint8_t *message;

	(void)state;
	assert_int_not_equal(answered(&s, &a, &out), 0);
	assert_true(frame_parse(&f, out.at, out.len));
	assert_int_equal(f.eth.vlans, 1);
	assert_int_equal(f.eth.vid, 0x64);
	assert_true(mac_equal(f.eth.src, server_mac));
	assert_int_equal(f.sport, DHCP_SERVER_PORT);
	assert_int_equal(f.dport, DHCP_CLIENT_PORT);
	assert_true(addr_equal(f.ip.src, a.server) && addr_equal(f.ip.dst, a.yiaddr));
	assert_int_equal(craft_sum(0, out.at + f.l3, IPV4_LEN), 0xffff);
	assert_int_equal(craft_sum(craft_pseudo4(out.at + f.l3, IP_UDP, out.len - f.l4),
				   out.at + f.l4, out.len - f.l4),
			 0xffff);
	message = out.at + f.payload;
	assert_int_equal(message[0], 2);
	assert_int_equal(get_be32(message + 4), 0x12345678);
	assert_memory_equal(message + 16, a.yiaddr.octet, 4);
	assert_memory_equal(message + 28, "\2\0\0\0\0\1", 6);
	assert_memory_equal(message + 236, "\x63\x82\x53\x63", 4);
	assert_memory_equal(message + 240, expect.at, expect.len);
}

static void says_nothing_but_no_in_a_nak(void **state)
{
	const struct said s = { .options = "350103 ff" };
	const struct dhcp_answer a = {
		.type = DHCP_NAK,
		.mac = server_mac,
		.server = ip4(10, 42, 1, 1),
		.length = 16,
		.router = ip4(10, 42, 1, 1),
		.duration = 3600,
		.mtu = 1450,
	};
	struct craft out;
	struct frame f;

	(void)state;
	assert_int_not_equal(answered(&s, &a, &out), 0);
	assert_true(frame_parse(&f, out.at, out.len));
	assert_true(mac_is_group(f.eth.dst));
	assert_memory_equal(out.at + f.payload + 16, "\0\0\0\0", 4);
	assert_memory_equal(out.at + f.payload + 240, "\x35\1\6\x36\4\x0a\x2a\1\1\xff\0", 11);
	assert_int_equal(out.len - f.payload, 300);
}

static void answers_where_it_is_heard(void **state)
{
	static const struct {
		const char *name;
		struct said said;
		enum dhcp_type type;
		bool group;
		const char *to;
	} rows[] = {
		{ "cannot take unicast",
		  { .flags = "8000", .options = "350101ff" },
		  DHCP_OFFER,
		  true,
		  "255.255.255.255" },
		{ "can", { .options = "350101ff" }, DHCP_OFFER, false, "10.42.1.5" },
		{ "renews",
		  { .ciaddr = "0a2a0105", .options = "350103ff" },
		  DHCP_ACK,
		  false,
		  "10.42.1.5" },
		{ "renews, and would rather not",
		  { .flags = "8000", .ciaddr = "0a2a0105", .options = "350103ff" },
		  DHCP_ACK,
		  false,
		  "10.42.1.5" },
		{ "has another",
		  { .ciaddr = "0a2a0109", .options = "350103ff" },
		  DHCP_NAK,
		  true,
		  "255.255.255.255" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dhcp_answer a = {
			.type = rows[i].type,
			.yiaddr = rows[i].type == DHCP_NAK ? (struct addr) { .family = ADDR_NONE }
							   : ip4(10, 42, 1, 5),
			.mac = server_mac,
			.server = ip4(10, 42, 1, 1),
		};
		char text[ADDR_TEXT];
		struct craft out;
		struct frame f;

		assert_row(rows[i].name, answered(&rows[i].said, &a, &out));
		assert_true(frame_parse(&f, out.at, out.len));
		assert_row(rows[i].name, mac_is_group(f.eth.dst) == rows[i].group);
		assert_string_equal(addr_text(f.ip.dst, text), rows[i].to);
	}
}

/* What no client would take is not sent. */
static void refuses_to_say_too_much(void **state)
{
	const struct said s = { .options = "350101ff" };
	char domain[DHCP_DOMAIN];
	struct dhcp_answer a = { .type = DHCP_OFFER,
				 .yiaddr = ip4(10, 42, 1, 5),
				 .mac = server_mac,
				 .server = ip4(10, 42, 1, 1),
				 .domain = domain };
	struct craft out;

	(void)state;
	memset(domain, 'x', sizeof(domain));
	domain[254] = '\0';
	assert_int_not_equal(answered(&s, &a, &out), 0);
	assert_true(out.len <= ETH_LEN + DHCP_ROOM);
	a.name = domain;
	assert_int_equal(answered(&s, &a, &out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_a_client_says),
		cmocka_unit_test(who_says_no_name_is_its_mac),
		cmocka_unit_test(goes_on_where_option_52_says),
		cmocka_unit_test(refuses_what_is_no_message),
		cmocka_unit_test(identifiers_have_a_length),
		cmocka_unit_test(refuses_every_shorter_length),
		cmocka_unit_test(writes_an_offer),
		cmocka_unit_test(says_nothing_but_no_in_a_nak),
		cmocka_unit_test(answers_where_it_is_heard),
		cmocka_unit_test(refuses_to_say_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
