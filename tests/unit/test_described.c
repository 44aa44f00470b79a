/* Frames described in words: what is understood, what is filled in, and the bytes. */
#include "path/described.h"

#include <stdlib.h>

#include "craft.h"
#include "given.h"
#include "path/trace.h"
#include "wire/arp.h"
#include "wire/checksum.h"
#include "wire/nd.h"

static void assert_wrong(const char *words, const char *expected)
{
	struct described d;
	char why[DESCRIBED_WHY] = "";

	if (described_read(&d, words, why))
		fail_msg("\"%s\" was understood", words);
	if (!strstr(why, expected))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", words, why, expected);
}

static void what_is_wrong_is_said(void **state)
{
	char longer[DESCRIBED_TEXT + 8];

	(void)state;
	assert_wrong("", "which frame?");
	assert_wrong("  , ", "which frame?");
	assert_wrong("dts 02:00:00:00:00:01", "did you mean \"dst\"?");
	assert_wrong("src 02:00:00:00:00:01 ipv6", "did you mean \"ip6\"?");
	assert_wrong("src 02:00:00:00:00:01 blah", "is no word of a frame: src, dst");
	assert_wrong("src", "src needs a MAC or an address behind it");
	assert_wrong("src 02:00", "src is a MAC such as");
	assert_wrong("src 02:00:00:00:00:01 src 02:00:00:00:00:01", "src is given twice");
	assert_wrong("vlan 4095", "vlan is a number, 0..4094; not \"4095\"");
	assert_wrong("vlan -1", "not \"-1\"");
	assert_wrong("vlan 1x", "not \"1x\"");
	assert_wrong("vlan 99999999999999999999", "not \"99999999999999999999\"");
	assert_wrong("arp", "arp needs who-has IP");
	assert_wrong("arp whohas 3.3.3.3", "not `arp whohas`");
	assert_wrong("arp who-has 3.3.3", "is an address");
	assert_wrong("arp who-has fd00::1", "mixed");
	assert_wrong("arp who-has 3.3.3.3 dport 5", "are of `ip` and `ip6`");
	assert_wrong("ip src 3.3.3.3 dst fd00::1", "IPv4 and IPv6 are mixed");
	assert_wrong("ip6 dst 3.3.3.3", "mixed");
	assert_wrong("ip arp who-has 3.3.3.3", "what is in the frame is given twice");
	assert_wrong("ip dst 3.3.3.3 proto upd", "proto is udp, tcp");
	assert_wrong("ip dst 3.3.3.3 icmp dport 9", "sport and dport are of udp and tcp");
	assert_wrong("ip dst 3.3.3.3 is-at 02:00:00:00:00:01", "is-at is of");
	assert_wrong("ip dst 3.3.3.3 ttl 256", "0..255");
	assert_wrong("len 13 dst 02:00:00:00:00:01", "len is a number, 14..");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_wrong(longer, "at most 319 characters");
}

/* A description as the frame of port @port of blue (PORT_NONE: of a peer). */
static struct frame made(const struct world *w, uint32_t port, const char *words, char *note)
{
	static uint8_t bytes[DESCRIBED_ROOM];
	struct text text = text_in(note, DESCRIBED_NOTE);
	char why[DESCRIBED_WHY] = "";
	struct described d;
	struct frame f;
	size_t len;

	if (!described_read(&d, words, why) ||
	    !described_complete(&d, w->blue, port, (struct mac) { { 0 } }, &text, why))
		fail_msg("\"%s\": %s", words, why);
	len = described_write(room_of(bytes, sizeof(bytes)), &d);
	assert_true(len >= ETH_LEN);
	assert_true(frame_parse(&f, bytes, len));
	assert_int_equal(described_write(room_of(bytes, len - 1), &d), 0);
	return f;
}

static void assert_made(const struct world *w, uint32_t port, const char *words,
			const char *expected, const char *noted)
{
	char line[512], note[DESCRIBED_NOTE];
	struct text text = text_in(line, sizeof(line));
	struct frame f = made(w, port, words, note);

	trace_frame(&text, &f);
	assert_string_equal(line, expected);
	if (noted ? !strstr(note, noted) : *note != '\0')
		fail_msg("\"%s\": the note is \"%s\"", words, note);
}

static void what_is_said_is_in_the_frame(void **state)
{
	struct world w = world_new();

	(void)state;
	assert_made(&w, 0,
		    "src " H1_MAC " dst " H2_MAC " vlan 7 ip src 3.3.3.3 dst 3.3.3.4 proto udp "
		    "sport 5 dport 6 len 100",
		    H1_MAC " → " H2_MAC ", VLAN 7, IPv4 3.3.3.3 → 3.3.3.4 UDP 5 → 6, 100 bytes",
		    NULL);
	assert_made(&w, 0, "src " H1_MAC " dst " H2_MAC " ip6 src fd03::3 dst fd03::4 tcp dport 22",
		    H1_MAC " → " H2_MAC ", IPv6 fd03::3 → fd03::4 TCP 40000 → 22, 130 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " dst " H2_MAC " ip src 3.3.3.3 dst 3.3.3.4 proto 132",
		    H1_MAC " → " H2_MAC ", IPv4 3.3.3.3 → 3.3.3.4 protocol 132, 90 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " dst " H2_MAC,
		    H1_MAC " → " H2_MAC ", EtherType 0x88b6, 60 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " arp who-has 3.3.3.9 tell 3.3.3.3",
		    H1_MAC " → " BROADCAST ", ARP who has 3.3.3.9? tell 3.3.3.3, 42 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " arp reply 3.3.3.3 is-at " H2_MAC,
		    H1_MAC " → " BROADCAST ", ARP 3.3.3.3 is at " H2_MAC ", 42 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " ip6 ns fd03::9 src fd03::3",
		    H1_MAC " → 33:33:ff:00:00:09, ND who has fd03::9? tell fd03::3, 86 bytes",
		    NULL);
	assert_made(&w, 0, "src " H1_MAC " ip6 na fd03::3",
		    H1_MAC " → 33:33:00:00:00:01, ND fd03::3 is at " H1_MAC ", 86 bytes", NULL);
	world_free(&w);
}

static void what_is_not_said_is_as_a_host_would(void **state)
{
	struct world w = world_new();

	(void)state;
	assert_made(&w, 0, "src " H1_MAC " ip dst 3.3.3.4",
		    H1_MAC " → " H2_MAC ", IPv4 3.3.3.3 → 3.3.3.4 ICMP, 98 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " dst 3.3.3.4 dport 53",
		    H1_MAC " → " H2_MAC ", IPv4 3.3.3.3 → 3.3.3.4 UDP 40000 → 53, 98 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " ip dst 3.3.3.9",
		    H1_MAC " → " BROADCAST ", ARP who has 3.3.3.9? tell 3.3.3.3, 42 bytes",
		    "nobody here knows the MAC of 3.3.3.9");
	assert_made(&w, 0, "src " H1_MAC " ip6 dst fd03::9",
		    H1_MAC " → 33:33:ff:00:00:09, ND who has fd03::9? tell fd03::3, 86 bytes",
		    "neighbour solicitation");
	assert_made(&w, 0, "src " H1_MAC " ip dst 224.1.2.3",
		    H1_MAC " → 01:00:5e:01:02:03, IPv4 3.3.3.3 → 224.1.2.3 ICMP, 98 bytes", NULL);
	assert_made(&w, 0, "src " H1_MAC " ip dst 255.255.255.255",
		    H1_MAC " → " BROADCAST ", IPv4 3.3.3.3 → 255.255.255.255 ICMP, 98 bytes", NULL);
	assert_made(&w, 0, "arp who-has 3.3.3.4",
		    TAP_MAC " → " BROADCAST ", ARP who has 3.3.3.4? tell 192.0.2.1, 42 bytes",
		    "192.0.2.1 stands for its address (say tell IP)");
	assert_made(&w, PORT_NONE, "from 10.0.0.1 src " H1_MAC,
		    H1_MAC " → " TAP_MAC ", EtherType 0x88b6, 60 bytes", NULL);
	world_free(&w);
}

static void assert_incomplete(const struct world *w, uint32_t port, const char *words,
			      const char *expected)
{
	char note[DESCRIBED_NOTE], why[DESCRIBED_WHY] = "";
	struct text text = text_in(note, sizeof(note));
	struct described d;

	assert_true(described_read(&d, words, why));
	assert_false(described_complete(&d, w->blue, port, (struct mac) { { 0 } }, &text, why));
	if (!strstr(why, expected))
		fail_msg("\"%s\": \"%s\"", words, why);
}

static void what_nobody_can_guess_is_asked_for(void **state)
{
	struct world w = world_new();

	(void)state;
	assert_incomplete(&w, 1, "dst " H2_MAC, "whose frame? (src MAC)");
	assert_incomplete(&w, PORT_NONE, "from node2 dst " H2_MAC, "whose frame?");
	assert_incomplete(&w, 0, "src " H1_MAC, "to whom?");
	assert_incomplete(&w, 0, "src " H1_MAC " ip", "to whom?");
	assert_incomplete(&w, 0, "src " H1_MAC " dst " H2_MAC " ip dst 3.3.3.4 len 20",
			  "this frame has 42..");
	world_free(&w);
}

static uint16_t transport_sum(const struct frame *f)
{
	size_t len = f->ip.len - f->ip.header_len;
	bool alone = f->ip.proto == IP_ICMP;
	uint64_t sum = alone ? 0 : ip_pseudo_sum(&f->ip, f->ip.proto, (uint32_t)len);

	return checksum_finish(checksum_add(sum, span_of(f->at + f->l3 + f->ip.header_len, len)));
}

static void checksums_are_right(void **state)
{
	static const char *const words[] = { "ip dst 3.3.3.4 udp",   "ip dst 3.3.3.4 tcp len 1001",
					     "ip dst 3.3.3.4",       "ip6 dst fd03::4 udp len 999",
					     "ip6 dst fd03::4 icmp", "ip6 ns fd03::9",
					     "ip6 na fd03::3",       "ip6 dst fd03::4 tcp" };
	struct world w = world_new();
	char note[DESCRIBED_NOTE];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct frame f = made(&w, 0, words[i], note);

		if (f.ip.src.family == ADDR_V4)
			assert_int_equal(
				checksum_finish(checksum_add(0, span_of(f.at + f.l3, IPV4_LEN))),
				0);
		assert_int_equal(transport_sum(&f), 0);
	}
	world_free(&w);
}

/* Whatever is typed is answered, and what is understood fits its room. */
static void any_words_are_answered(void **state)
{
	static const char *const words[] = {
		"from",    "src",     "dst",     "vlan",    "arp",     "ip",      "ip6",   "ns",
		"na",      "tell",    "is-at",   "proto",   "udp",     "tcp",     "icmp",  "sport",
		"dport",   "ttl",     "tos",     "df",      "len",     "7",       "99",    "65549",
		H1_MAC,    H2_MAC,    BROADCAST, "3.3.3.4", "fd03::4", "who-has", "reply", "node2",
		"3.3.3.9", "ff02::1", "0",       ",",
	};
	static uint8_t bytes[DESCRIBED_ROOM];
	uint64_t random = 7;
	struct world w = world_new();
	unsigned understood = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		char line[DESCRIBED_TEXT], why[DESCRIBED_WHY] = "", note[DESCRIBED_NOTE];
		struct text text = text_in(line, sizeof(line)), noted = text_in(note, sizeof(note));
		unsigned count = 1 + (unsigned)(build_random(&random) >> 32) % 9;
		struct described d;
		struct frame f;
		size_t len;

		for (unsigned k = 0; k < count; k++)
			text_add(&text, "%s ",
				 words[(build_random(&random) >> 32) %
				       (sizeof(words) / sizeof(words[0]))]);
		if (!described_read(&d, line, why) ||
		    !described_complete(&d, w.blue, i % 2 ? PORT_NONE : 0, mac_of(H2_MAC), &noted,
					why)) {
			assert_true(*why != '\0');
			continue;
		}
		assert_false(noted.cut);
		len = described_write(room_of(bytes, sizeof(bytes)), &d);
		assert_true(len >= ETH_LEN);
		assert_true(frame_parse(&f, bytes, len));
		understood++;
	}
	assert_true(understood > 1000);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(what_is_said_is_in_the_frame),
		cmocka_unit_test(what_is_not_said_is_as_a_host_would),
		cmocka_unit_test(what_nobody_can_guess_is_asked_for),
		cmocka_unit_test(checksums_are_right),
		cmocka_unit_test(any_words_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
