#include "wire/nd.h"

#include "craft.h"

#define ETH     "3333ff000002 020000000001"
#define IP6     "86dd 60000000 0000 3aff"
#define ONE     "20010db8000000000000000000000001"
#define TWO     "20010db8000000000000000000000002"
#define SNODE2  "ff0200000000000000000001ff000002"
#define ALL     "ff020000000000000000000000000001"
#define NOBODY  "00000000000000000000000000000000"
#define SOURCE  "0101 020000000001"
#define TARGET  "0201 020000000002"
#define SOLICIT "8700 0000 00000000"
#define ADVERT  "8800 0000 60000000"

/* Fills length and checksum of the ICMPv6 packet behind @l3 bytes. */
static void finish(struct craft *c, size_t l3)
{
	uint8_t *ip = c->at + l3, *message = ip + IPV6_LEN;
	size_t len = c->len - l3 - IPV6_LEN;

	put_be16(ip + 4, (uint16_t)len);
	if (len < 4)
		return;
	put_be16(message + 2, 0);
	put_be16(message + 2,
		 (uint16_t)~craft_sum(craft_pseudo6(ip, IP_ICMPV6, len), message, len));
}

static bool read_exact(const struct craft *c, struct nd *out)
{
	uint8_t *exact = craft_exact(c->at, c->len);
	struct frame f;
	bool read = frame_parse(&f, exact, c->len) && nd_read(&f, out);

	free(exact);
	return read;
}

static void valid_and_invalid(void **state)
{
	static const struct {
		const char *name, *hex;
		enum nd_kind kind; /* ND_NONE: refused */
		bool has_mac;
	} rows[] = {
		{ "solicitation", IP6 ONE SNODE2 SOLICIT TWO SOURCE, ND_IS_SOLICIT, true },
		{ "unicast solicitation", IP6 ONE TWO SOLICIT TWO, ND_IS_SOLICIT, false },
		{ "probe", IP6 NOBODY SNODE2 SOLICIT TWO, ND_IS_SOLICIT, false },
		{ "probe with a nonce", IP6 NOBODY SNODE2 SOLICIT TWO "0e01 010203040506",
		  ND_IS_SOLICIT, false },
		{ "unknown option first",
		  IP6 ONE SNODE2 SOLICIT TWO "fe02 0000000000000000000000000000" SOURCE,
		  ND_IS_SOLICIT, true },
		{ "target option in a solicitation", IP6 ONE SNODE2 SOLICIT TWO TARGET,
		  ND_IS_SOLICIT, false },
		{ "option of another link layer",
		  IP6 ONE SNODE2 SOLICIT TWO "0102 0000000000000000000000000000", ND_IS_SOLICIT,
		  false },
		{ "advertisement", IP6 TWO ONE ADVERT TWO TARGET, ND_IS_ADVERT, true },
		{ "advertisement to all", IP6 TWO ALL "8800 0000 20000000" TWO TARGET, ND_IS_ADVERT,
		  true },
		{ "of another traffic class", "86dd 6e012345 0000 3aff" ONE SNODE2 SOLICIT TWO,
		  ND_IS_SOLICIT, false },

		{ "echo request", IP6 ONE SNODE2 "8000 0000 00000000" TWO, ND_NONE, false },
		{ "router solicitation", IP6 ONE SNODE2 "8500 0000 00000000" TWO, ND_NONE, false },
		{ "redirect", IP6 ONE SNODE2 "8900 0000 00000000" TWO, ND_NONE, false },
		{ "code 1", IP6 ONE SNODE2 "8701 0000 00000000" TWO, ND_NONE, false },
		{ "hop limit 254", "86dd 60000000 0000 3afe" ONE SNODE2 SOLICIT TWO, ND_NONE,
		  false },
		{ "not ICMPv6", "86dd 60000000 0000 11ff" ONE SNODE2 SOLICIT TWO, ND_NONE, false },
		{ "short by one", IP6 ONE SNODE2 SOLICIT "20010db80000000000000000000000", ND_NONE,
		  false },
		{ "no target", IP6 ONE SNODE2 SOLICIT, ND_NONE, false },
		{ "type only", IP6 ONE SNODE2 "87", ND_NONE, false },
		{ "multicast target", IP6 ONE SNODE2 SOLICIT ALL SOURCE, ND_NONE, false },
		{ "option of length 0", IP6 ONE SNODE2 SOLICIT TWO "0100 020000000001", ND_NONE,
		  false },
		{ "later option of length 0", IP6 ONE SNODE2 SOLICIT TWO SOURCE "0e00 020000000001",
		  ND_NONE, false },
		{ "option beyond the packet", IP6 ONE SNODE2 SOLICIT TWO "0102 020000000001",
		  ND_NONE, false },
		{ "option of 255 units", IP6 ONE SNODE2 SOLICIT TWO "01ff 020000000001", ND_NONE,
		  false },
		{ "option without a length", IP6 ONE SNODE2 SOLICIT TWO "01", ND_NONE, false },
		{ "option cut", IP6 ONE SNODE2 SOLICIT TWO "0101 0200000000", ND_NONE, false },
		{ "probe with a source option", IP6 NOBODY SNODE2 SOLICIT TWO SOURCE, ND_NONE,
		  false },
		{ "probe to all nodes", IP6 NOBODY ALL SOLICIT TWO, ND_NONE, false },
		{ "probe to one", IP6 NOBODY TWO SOLICIT TWO, ND_NONE, false },
		{ "from a group", IP6 ALL SNODE2 SOLICIT TWO, ND_NONE, false },
		{ "a group's MAC", IP6 ONE SNODE2 SOLICIT TWO "0101 330000000001", ND_NONE, false },
		{ "everybody's MAC", IP6 ONE SNODE2 SOLICIT TWO "0101 ffffffffffff", ND_NONE,
		  false },
		{ "a MAC of zeroes", IP6 ONE SNODE2 SOLICIT TWO "0101 000000000000", ND_NONE,
		  false },
		{ "advertisement of a group's MAC", IP6 TWO ONE ADVERT TWO "0201 330000000001",
		  ND_NONE, false },
		{ "solicited advertisement to all", IP6 TWO ALL ADVERT TWO TARGET, ND_NONE, false },
		{ "fragment", "86dd 60000000 0000 2cff" ONE SNODE2 "3a00 0001 00000001" SOLICIT TWO,
		  ND_NONE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(ETH);
		struct nd nd = { .kind = ND_NONE };

		craft_add(&c, rows[i].hex);
		finish(&c, ETH_LEN);
		assert_row(rows[i].name, read_exact(&c, &nd) == (rows[i].kind != ND_NONE));
		assert_row(rows[i].name, nd.kind == rows[i].kind);
		assert_row(rows[i].name, nd.has_mac == rows[i].has_mac);
		if (nd.kind != ND_NONE)
			assert_row(rows[i].name, nd.target.octet[15] == 2);
		if (nd.has_mac)
			assert_row(rows[i].name, nd.mac.octet[0] == 2);
	}
}

/* One wrong bit anywhere that the checksum covers, and it is not read. */
static void checksum_must_be_right(void **state)
{
	struct craft c = craft_of(ETH IP6 ONE SNODE2 SOLICIT TWO SOURCE);
	struct frame f;
	struct nd nd;

	(void)state;
	finish(&c, ETH_LEN);
	assert_true(read_exact(&c, &nd));
	for (size_t i = ETH_LEN + 8; i < c.len; i++) {
		c.at[i] ^= 0x10;
		assert_false(read_exact(&c, &nd));
		c.at[i] ^= 0x10;
	}
	c.at[c.len - 1] ^= 1;
	assert_true(frame_parse(&f, c.at, c.len));
	assert_false(nd_read(&f, &nd));
	f.unfinished = true;
	assert_true(nd_read(&f, &nd));
}

/* Of two options the first counts. */
static void the_first_option_wins(void **state)
{
	struct craft c = craft_of(ETH IP6 ONE SNODE2 SOLICIT TWO SOURCE "0101 020000000009");
	struct nd nd;

	(void)state;
	finish(&c, ETH_LEN);
	assert_true(read_exact(&c, &nd));
	assert_true(mac_word(nd.mac) == UINT64_C(0x020000000001));
}

static void tags_and_padding_are_looked_through(void **state)
{
	struct craft c = craft_of(ETH "88a8 0064 8100 0065" IP6 ONE SNODE2 SOLICIT TWO SOURCE);
	struct nd nd;

	(void)state;
	finish(&c, ETH_LEN + 2 * VLAN_LEN);
	craft_add(&c, "deadbeef");
	assert_true(read_exact(&c, &nd));
	assert_int_equal(nd.source.octet[15], 1);
	assert_true(mac_word(nd.mac) == UINT64_C(0x020000000001));
}

struct answer {
	const char *name, *tags, *ask;
	bool router;
	const char *eth, *ip, *message; /* what is to come back */
};

static void check_answer(const struct answer *a)
{
	struct mac mac = { { 2, 0, 0, 0, 0, 2 } };
	struct craft ask = craft_of(ETH), expect = craft_of(a->eth);
	size_t l3 = ETH_LEN + strlen(a->tags) / 2;
	uint8_t *out;
	struct frame f;
	struct nd nd;

	craft_add(&ask, a->tags);
	craft_add(&ask, a->ask);
	finish(&ask, l3);
	craft_add(&expect, a->tags);
	craft_add(&expect, a->ip);
	craft_add(&expect, a->message);
	finish(&expect, l3);

	assert_row(a->name, frame_parse(&f, ask.at, ask.len) && nd_read(&f, &nd));
	for (size_t room = 0; room < expect.len; room++) {
		out = malloc(room ? room : 1);
		assert_row(a->name,
			   nd_advert_write(room_of(out, room), &f, &nd, mac, a->router) == 0);
		free(out);
	}
	out = malloc(expect.len);
	memset(out, 0xa5, expect.len);
	assert_row(a->name, nd_advert_write(room_of(out, expect.len), &f, &nd, mac, a->router) ==
				    expect.len);
	assert_memory_equal(out, expect.at, expect.len);
	/* And it is an advertisement by our own rules. */
	assert_row(a->name, frame_parse(&f, out, expect.len) && nd_read(&f, &nd));
	assert_row(a->name, nd.kind == ND_IS_ADVERT && nd.has_mac);
	free(out);
}

static void writes_the_advertisement(void **state)
{
	static const struct answer rows[] = {
		{ "asked", "", IP6 ONE SNODE2 SOLICIT TWO SOURCE, false,
		  "020000000001 020000000002", IP6 TWO ONE, "8800 0000 60000000" TWO TARGET },
		{ "a router asked", "", IP6 ONE SNODE2 SOLICIT TWO SOURCE, true,
		  "020000000001 020000000002", IP6 TWO ONE, "8800 0000 e0000000" TWO TARGET },
		{ "asked without an option", "", IP6 ONE TWO SOLICIT TWO, false,
		  "020000000001 020000000002", IP6 TWO ONE, "8800 0000 60000000" TWO TARGET },
		{ "asked by another MAC", "", IP6 ONE SNODE2 SOLICIT TWO "0101 020000000009", false,
		  "020000000009 020000000002", IP6 TWO ONE, "8800 0000 60000000" TWO TARGET },
		{ "probed", "", IP6 NOBODY SNODE2 SOLICIT TWO, false, "333300000001 020000000002",
		  IP6 TWO ALL, "8800 0000 20000000" TWO TARGET },
		{ "tagged", "88a8006481000065", IP6 ONE SNODE2 SOLICIT TWO SOURCE, false,
		  "020000000001 020000000002", IP6 TWO ONE, "8800 0000 60000000" TWO TARGET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_answer(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_and_invalid),
		cmocka_unit_test(checksum_must_be_right),
		cmocka_unit_test(the_first_option_wins),
		cmocka_unit_test(tags_and_padding_are_looked_through),
		cmocka_unit_test(writes_the_advertisement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
