#include "wire/arp.h"

#include "craft.h"

#define ETH     "ffffffffffff 020000000001"
#define REQUEST "0001 0800 06 04 0001 020000000001 03030303 000000000000 03030304"

static bool read_exact(const struct craft *c, size_t len, struct arp *out)
{
	uint8_t *exact = craft_exact(c->at, len);
	struct frame f;
	bool read = frame_parse(&f, exact, len) && arp_read(&f, out);

	free(exact);
	return read;
}

static void reads_a_request(void **state)
{
	static const char *const rows[] = {
		ETH "0806" REQUEST, ETH "8100 0064 0806" REQUEST,
		ETH "88a8 0064 8100 0065 0806" REQUEST,
		ETH "0806" REQUEST "000000000000000000000000000000000000", /* padding */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(rows[i]);
		char text[ADDR_TEXT];
		struct arp arp;

		assert_row(rows[i], read_exact(&c, c.len, &arp));
		assert_int_equal(arp.op, ARP_REQUEST);
		assert_true(mac_word(arp.sender_mac) == UINT64_C(0x020000000001));
		assert_true(mac_is_zero(arp.target_mac));
		assert_string_equal(addr_text(arp.sender_ip, text), "3.3.3.3");
		assert_string_equal(addr_text(arp.target_ip, text), "3.3.3.4");
	}
}

static void refuses_every_shorter_length(void **state)
{
	struct craft c = craft_of(ETH "0806" REQUEST);
	struct arp arp;

	(void)state;
	assert_int_equal(c.len, ETH_LEN + ARP_LEN);
	for (size_t len = 0; len < c.len; len++)
		assert_false(read_exact(&c, len, &arp));
}

static void refuses_what_is_not_ethernet_ipv4(void **state)
{
	static const struct {
		const char *name, *hex;
	} rows[] = {
		{ "hardware type",
		  "0006 0800 06 04 0001 020000000001 03030303 000000000000 03030304" },
		{ "hardware type's high byte",
		  "0101 0800 06 04 0001 020000000001 03030303 000000000000 03030304" },
		{ "protocol type",
		  "0001 86dd 06 04 0001 020000000001 03030303 000000000000 03030304" },
		{ "hardware length",
		  "0001 0800 08 04 0001 020000000001 03030303 000000000000 03030304" },
		{ "protocol length",
		  "0001 0800 06 10 0001 020000000001 03030303 000000000000 03030304" },
		{ "lengths of 0",
		  "0001 0800 00 00 0001 020000000001 03030303 000000000000 03030304" },
	};
	struct arp arp;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(ETH "0806");

		craft_add(&c, rows[i].hex);
		assert_row(rows[i].name, !read_exact(&c, c.len, &arp));
	}
	/* RARP looks the same but for its EtherType. */
	struct craft rarp = craft_of(ETH "8035" REQUEST);

	assert_false(read_exact(&rarp, rarp.len, &arp));
}

static void other_operations_are_read(void **state)
{
	struct craft c = craft_of(ETH "0806" REQUEST);
	struct arp arp;

	(void)state;
	put_be16(c.at + 20, 0x1234);
	assert_true(read_exact(&c, c.len, &arp));
	assert_int_equal(arp.op, 0x1234);
}

static void writes_the_reply(void **state)
{
	static const struct {
		const char *tags;
	} rows[] = { { "" }, { "8100 e064" }, { "88a8 0064 8100 0065" } };
	struct mac mac = { { 2, 0, 0, 0, 0, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft ask = craft_of(ETH), expect = craft_of("020000000001 020000000002");
		uint8_t *out;
		struct frame f;
		struct arp arp;

		craft_add(&ask, rows[i].tags);
		craft_add(&ask, "0806" REQUEST);
		craft_add(&expect, rows[i].tags);
		craft_add(&expect, "0806 0001 0800 06 04 0002 020000000002 03030304"
				   "020000000001 03030303");
		assert_true(frame_parse(&f, ask.at, ask.len) && arp_read(&f, &arp));
		for (size_t room = 0; room < expect.len; room++) {
			out = malloc(room ? room : 1);
			assert_int_equal(arp_reply_write(room_of(out, room), &f, &arp, mac), 0);
			free(out);
		}
		out = malloc(expect.len);
		assert_int_equal(arp_reply_write(room_of(out, expect.len), &f, &arp, mac),
				 expect.len);
		assert_memory_equal(out, expect.at, expect.len);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request),
		cmocka_unit_test(refuses_every_shorter_length),
		cmocka_unit_test(refuses_what_is_not_ethernet_ipv4),
		cmocka_unit_test(other_operations_are_read),
		cmocka_unit_test(writes_the_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
