#include "wire/vnet.h"

#include "craft.h"

#define MACS "020000000002 020000000001"
#define TCP4                                                        \
	MACS "0800 4500 0030 0001 4000 4006 0000 03030303 03030304" \
	     "04d2 0050 00000001 00000002 5080 ffff 0000 0000 6162636465666768"
#define UDP4                                                        \
	MACS "0800 4500 0024 0001 4000 4011 0000 03030303 03030304" \
	     "04d2 0035 0010 0000 6162636465666768"
#define ADDRS "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define TCP6                                 \
	MACS "86dd 60000000 001c 0640" ADDRS \
	     "04d2 0050 00000001 00000002 5010 ffff 0000 0000 6162636465666768"
#define UDP6 MACS "86dd 60000000 0010 1140" ADDRS "04d2 0035 0010 0000 6162636465666768"
#define ARP  MACS "0806 0001 0800"

/* The header: flags, type, header length, size, start, offset; little-endian. */
static const struct {
	const char *name, *frame, *header;
	bool fits;
	enum frame_kind kind;
	uint16_t gso_size;
	bool unfinished;
} rows[] = {
	{ "plain", TCP4, "00 00 0000 0000 0000 0000", true, FRAME_PLAIN, 0, false },
	{ "plain, not IP", ARP, "00 00 0000 0000 0000 0000", true, FRAME_PLAIN, 0, false },
	{ "checked by the kernel", TCP4, "02 00 0000 0000 0000 0000", true, FRAME_PLAIN, 0, false },
	{ "unfinished tcp", TCP4, "01 00 3600 0000 2200 1000", true, FRAME_PLAIN, 0, true },
	{ "unfinished udp", UDP6, "01 00 0000 0000 3600 0600", true, FRAME_PLAIN, 0, true },
	{ "field at the very end", UDP4, "01 00 0000 0000 2200 0e00", true, FRAME_PLAIN, 0, true },
	{ "tcp4", TCP4, "01 01 3600 0400 2200 1000", true, FRAME_TCP, 4, true },
	{ "tcp4 with nonsense for a header length", TCP4, "01 01 ffff 0400 2200 1000", true,
	  FRAME_TCP, 4, true },
	{ "tcp6", TCP6, "01 04 4a00 0400 3600 1000", true, FRAME_TCP, 4, true },
	{ "udp4", UDP4, "01 05 2a00 0300 2200 0600", true, FRAME_UDP, 3, true },
	{ "udp6", UDP6, "01 05 3e00 0300 3600 0600", true, FRAME_UDP, 3, true },

	{ "field in the source MAC", UDP4, "01 00 0000 0000 0000 0600", false, FRAME_PLAIN, 0,
	  false },
	{ "field in the EtherType", ARP, "01 00 0000 0000 0c00 0000", false, FRAME_PLAIN, 0,
	  false },
	{ "field behind the EtherType", ARP, "01 00 0000 0000 0e00 0200", true, FRAME_PLAIN, 0,
	  true },
	{ "field in the source address", UDP4, "01 00 0000 0000 0e00 0c00", false, FRAME_PLAIN, 0,
	  false },
	{ "start just in front of udp", UDP4, "01 00 0000 0000 2100 0700", false, FRAME_PLAIN, 0,
	  false },
	{ "a tunnel's inner checksum", UDP4, "01 00 0000 0000 2a00 0600", true, FRAME_PLAIN, 0,
	  true },
	{ "field half outside", UDP4, "01 00 0000 0000 2200 0f00", false, FRAME_PLAIN, 0, false },
	{ "field outside", UDP4, "01 00 0000 0000 2200 1000", false, FRAME_PLAIN, 0, false },
	{ "start outside", UDP4, "01 00 0000 0000 3300 0000", false, FRAME_PLAIN, 0, false },
	{ "start and offset overflow", UDP4, "01 00 0000 0000 ffff ffff", false, FRAME_PLAIN, 0,
	  false },
	{ "start of 65535", UDP4, "01 00 0000 0000 ffff 0200", false, FRAME_PLAIN, 0, false },
	{ "superframe of size 0", TCP4, "01 01 3600 0000 2200 1000", false, FRAME_PLAIN, 0, true },
	{ "superframe with a finished checksum", TCP4, "00 01 3600 0400 0000 0000", false,
	  FRAME_PLAIN, 0, false },
	{ "tcp4 is udp", UDP4, "01 01 2a00 0400 2200 0600", false, FRAME_PLAIN, 0, true },
	{ "tcp4 is tcp6", TCP6, "01 01 4a00 0400 3600 1000", false, FRAME_PLAIN, 0, true },
	{ "tcp6 is tcp4", TCP4, "01 04 3600 0400 2200 1000", false, FRAME_PLAIN, 0, true },
	{ "udp is tcp", TCP4, "01 05 3600 0400 2200 1000", false, FRAME_PLAIN, 0, true },
	{ "superframe that is not IP", ARP, "01 01 0000 0400 0000 0200", false, FRAME_PLAIN, 0,
	  true },
	{ "old UFO", UDP4, "01 03 2a00 0300 2200 0600", false, FRAME_PLAIN, 0, true },
	{ "unknown type", TCP4, "01 02 3600 0400 2200 1000", false, FRAME_PLAIN, 0, true },
	{ "ECN of nothing", TCP4, "01 80 3600 0400 2200 1000", false, FRAME_PLAIN, 0, true },
	{ "start not at tcp", TCP4, "01 01 3600 0400 2000 1000", false, FRAME_PLAIN, 0, true },
	{ "offset of udp in tcp", TCP4, "01 01 3600 0400 2200 0600", false, FRAME_PLAIN, 0, true },
};

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct craft c = craft_of(rows[i].frame), header = craft_of(rows[i].header);
		uint8_t *exact = craft_exact(c.at, c.len);
		uint8_t *in = craft_exact(header.at, header.len);
		struct frame f;

		assert_int_equal(header.len, VNET_LEN);
		assert_row(rows[i].name, frame_parse(&f, exact, c.len));
		assert_row(rows[i].name, vnet_read(in, &f) == rows[i].fits);
		if (rows[i].fits) {
			assert_row(rows[i].name, f.kind == rows[i].kind);
			assert_row(rows[i].name, f.gso_size == rows[i].gso_size);
			assert_row(rows[i].name, f.unfinished == rows[i].unfinished);
			assert_row(rows[i].name, !f.gso_ecn);
		}
		free(exact);
		free(in);
	}
}

/* What is read is written again, with the true header length and without hints. */
static void goes_round(void **state)
{
	static const struct {
		const char *name, *frame, *in, *out;
	} trips[] = {
		{ "plain", ARP, "00 00 0000 0000 0000 0000", "00 00 0000 0000 0000 0000" },
		{ "hint", TCP4, "02 00 1234 0000 0000 0000", "00 00 0000 0000 0000 0000" },
		{ "unfinished", TCP4, "01 00 3600 0000 2200 1000", "01 00 0000 0000 2200 1000" },
		{ "tcp4", TCP4, "01 01 ffff 0400 2200 1000", "01 01 3600 0400 2200 1000" },
		{ "tcp4 with CWR", TCP4, "01 81 3600 0400 2200 1000", "01 81 3600 0400 2200 1000" },
		{ "tcp6", TCP6, "01 04 0000 0400 3600 1000", "01 04 4a00 0400 3600 1000" },
		{ "tcp6 with CWR", TCP6, "01 84 0000 0400 3600 1000", "01 84 4a00 0400 3600 1000" },
		{ "udp4", UDP4, "01 05 0000 0301 2200 0600", "01 05 2a00 0301 2200 0600" },
		{ "udp6", UDP6, "01 05 0000 0300 3600 0600", "01 05 3e00 0300 3600 0600" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++) {
		struct craft c = craft_of(trips[i].frame), in = craft_of(trips[i].in);
		struct craft expect = craft_of(trips[i].out);
		uint8_t out[VNET_LEN];
		struct frame f;

		memset(out, 0xff, sizeof(out));
		assert_row(trips[i].name, frame_parse(&f, c.at, c.len) && vnet_read(in.at, &f));
		vnet_write(out, &f);
		assert_row(trips[i].name, memcmp(out, expect.at, VNET_LEN) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(goes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
