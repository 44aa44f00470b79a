/* Writes the inputs that fuzzing starts from: ordinary traffic in the lab's form (lab.h), and in those
 * of the harnesses that have one of their own.
 *
 *   fuzz_seeds CORPUS      makes CORPUS/inbound/seed-*, CORPUS/outbound/seed-* ... */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build.h"
#include "wire/probe.h"
#include "wire/vxlan.h"

enum { SEEDS = 24, RECORDS = 12, ROOM = 16384 };

struct seed {
	uint8_t at[ROOM];
	size_t len;
	uint64_t random;
	uint8_t frame[ROOM], datagram[ROOM]; /* being made */
};

static void add_byte(struct seed *s, unsigned value)
{
	assert(s->len < ROOM);
	s->at[s->len++] = (uint8_t)value;
}

static uint8_t draw(struct seed *s, unsigned below)
{
	return (uint8_t)((build_random(&s->random) >> 32) % below);
}

/* Length, no zeroes behind, and the bytes. */
static void add_bytes(struct seed *s, const uint8_t *at, size_t len)
{
	add_byte(s, (unsigned)len >> 8);
	add_byte(s, (unsigned)len);
	add_byte(s, 0);
	for (size_t i = 0; i < len; i++)
		add_byte(s, at[i]);
}

static void add_frame(struct seed *s, unsigned what)
{
	size_t len = build_random_frame(room_of(s->frame, ROOM), &s->random);

	add_byte(s, what);
	add_byte(s, draw(s, 4)); /* the port; no virtio header */
	add_bytes(s, s->frame, len < 200 ? len : 200);
}

/* 32 KB of TCP or UDP with the virtio header of a superframe. */
static void add_superframe(struct seed *s, unsigned what)
{
	bool udp = draw(s, 2), v6 = draw(s, 2);
	unsigned l3 = v6 ? IPV6_LEN : IPV4_LEN, l4 = udp ? UDP_LEN : TCP_LEN;
	const uint8_t vnet[] = { 1,
				 (uint8_t)(udp ? 5 : v6 ? 4 : 1),
				 0,
				 0,
				 0x78,
				 0x05,
				 (uint8_t)(ETH_LEN + l3),
				 0,
				 udp ? 6 : 16,
				 0 };
	size_t len =
		build_frame(room_of(s->frame, ROOM), &(struct sketch) {
							     .from = H1_MAC,
							     .to = draw(s, 2) ? H2_MAC : BROADCAST,
							     .src = v6 ? "fd03::3" : "3.3.3.3",
							     .dst = v6 ? "fd03::4" : "3.3.3.4",
							     .proto = udp ? IP_UDP : IP_TCP,
							     .sport = 1000,
							     .dport = 80,
							     .payload = 32 * 256,
							     .unfinished = true,
						     });

	add_byte(s, what);
	add_byte(s, 4);
	for (size_t i = 0; i < sizeof(vnet); i++)
		add_byte(s, vnet[i]);
	len = ETH_LEN + l3 + l4;
	add_byte(s, 0);
	add_byte(s, (unsigned)len);
	add_byte(s, 32);
	for (size_t i = 0; i < len; i++)
		add_byte(s, s->frame[i]);
}

static void add_datagram(struct seed *s, unsigned what)
{
	size_t len = draw(s, 4) ? build_random_frame(room_of(s->frame, ROOM), &s->random)
				: build_probe(room_of(s->frame, ROOM), draw(s, 4) == 0,
					      draw(s, 256), PROBE_FRAME_MIN + draw(s, 100));

	len = build_datagram(room_of(s->datagram, ROOM), draw(s, 4) ? BLUE_VNI : GREEN_VNI,
			     span_of(s->frame, len < 200 ? len : 200));
	add_byte(s, what);
	add_byte(s, draw(s, 4));
	add_byte(s, draw(s, 4));
	add_bytes(s, s->datagram, len);
}

static void add_other(struct seed *s)
{
	add_byte(s, 6 + draw(s, 2));
	add_byte(s, draw(s, 256));
}

static void add_text(struct seed *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		add_byte(s, (uint8_t)bytes[i]);
}

/* One message of a DHCP client (fuzz_dhcp.c). */
static void dhcp(struct seed *s)
{
	static const uint8_t types[] = { 1, 3, 4, 7, 8 };
	unsigned number = (unsigned)s->random;
	uint8_t fixed[236] = { 1, 1, 6, 0, 1, 2, 3, 4 };

	fixed[10] = (uint8_t)(number & 1 ? 0x80 : 0);
	fixed[12] = (uint8_t)(number & 2 ? 10 : 0);
	fixed[28] = 2;
	memcpy(fixed + 108, "\x32\x04\x0a\x2a\x01\x05\xff", 7);
	add_byte(s, draw(s, 128));
	add_text(s, (const char *)fixed, sizeof(fixed));
	add_text(s, "\x63\x82\x53\x63\x35\x01", 6);
	add_byte(s, types[number % 5]);
	if (number & 4)
		add_text(s, "\x3d\x07\x01\x02\x00\x00\x00\x00\x01", 9);
	if (number & 8)
		add_text(s, "\x34\x01\x01", 3);
	else
		add_text(s, "\x32\x04\x0a\x2a\x01\x05", 6);
	add_text(s, "\x36\x04\x0a\x2a\x01\x01\x37\x03\x01\x79\x03\x00\xff", 13);
}

/* The same in a frame to green, which gives out addresses. */
static void add_client(struct seed *s)
{
	struct seed *message = calloc(1, sizeof(*message));
	size_t len;

	assert(message);
	message->random = build_random(&s->random);
	dhcp(message);
	len = message->len - 1; /* without the harness's own byte */
	build_frame(room_of(s->frame, ROOM), &(struct sketch) { .from = H9_MAC,
								.to = BROADCAST,
								.src = "0.0.0.0",
								.dst = "255.255.255.255",
								.proto = IP_UDP,
								.sport = DHCP_CLIENT_PORT,
								.dport = DHCP_SERVER_PORT,
								.payload = len });
	memcpy(s->frame + ETH_LEN + IPV4_LEN + UDP_LEN, message->at + 1, len);
	free(message);
	add_byte(s, 0);
	add_byte(s, 3);
	add_bytes(s, s->frame, ETH_LEN + IPV4_LEN + UDP_LEN + len);
}

static void own_inbound(struct seed *s)
{
	add_datagram(s, 0);
}

static void own_outbound(struct seed *s)
{
	unsigned what = draw(s, 8);

	if (what < 5)
		add_frame(s, 0);
	else if (what < 7)
		add_superframe(s, 0);
	else
		add_client(s);
}

static void own_arp_nd(struct seed *s)
{
	add_byte(s, 0);
	add_byte(s, draw(s, 8) | (draw(s, 4) ? 0U : 0x20U));
	add_byte(s, draw(s, 256));
	add_byte(s, draw(s, 256));
}

/* A script of frames (fuzz_coalesce.c): trains of two flows, what breaks them, and a pause. */
static void coalesce(struct seed *s)
{
	unsigned number = (unsigned)s->random;

	add_byte(s, 4 | (number & 3) << 3);
	add_byte(s, number >> 2 & 7);
	add_byte(s, draw(s, 256));
	for (unsigned i = 0; i < 6 * RECORDS; i++) {
		unsigned kind = draw(s, 24);

		if (kind == 23)
			add_byte(s, 6);
		else if (kind == 22) {
			add_byte(s, 3 | (unsigned)draw(s, 4) << 3 | (draw(s, 2) ? 0x80U : 0));
			add_byte(s, 99);
			add_byte(s, draw(s, 64));
			add_byte(s, 1U << draw(s, 8));
		} else {
			add_byte(s, (kind > 18 ? 7U : 0) | (draw(s, 4) ? number & 3 : 1U) << 3);
			add_byte(s, kind == 0 ? 9 : 99);
		}
	}
}

/* Headers and the size of their payload (fuzz_segment.c). */
static void segment(struct seed *s)
{
	unsigned number = (unsigned)s->random;
	bool udp = number & 1, v6 = number & 2;
	size_t len = build_frame(room_of(s->frame, ROOM), &(struct sketch) {
								  .from = H1_MAC,
								  .to = H2_MAC,
								  .vlans = number >> 2 & 3,
								  .src = v6 ? "fd03::3" : "3.3.3.3",
								  .dst = v6 ? "fd03::4" : "3.3.3.4",
								  .proto = udp ? IP_UDP : IP_TCP,
								  .sport = 1000,
								  .dport = 80,
							  });

	add_byte(s, (udp ? 0U : 1U) | (unsigned)draw(s, 16) << 1);
	add_byte(s, draw(s, 6));
	add_byte(s, draw(s, 256));
	add_byte(s, draw(s, 60));
	add_byte(s, draw(s, 256));
	for (size_t i = 0; i < len; i++)
		add_byte(s, s->frame[i]);
}

static void fill(struct seed *s, void (*own)(struct seed *s))
{
	for (unsigned i = 0; i < 4; i++)
		add_byte(s, draw(s, 256)); /* how the world is set up */
	for (unsigned i = 0; i < RECORDS; i++) {
		unsigned what = draw(s, 8);

		if (what < 5)
			own(s);
		else if (what == 5)
			add_frame(s, 4);
		else if (what == 6)
			add_datagram(s, 5);
		else
			add_other(s);
	}
}

static void inbound(struct seed *s)
{
	fill(s, own_inbound);
}

static void outbound(struct seed *s)
{
	fill(s, own_outbound);
}

static void arp_nd(struct seed *s)
{
	fill(s, own_arp_nd);
}

static void write_seed(const char *directory, unsigned number, const struct seed *s)
{
	char path[2048];
	FILE *file;

	snprintf(path, sizeof(path), "%s/seed-%02u", directory, number);
	file = fopen(path, "wb");
	assert(file);
	fwrite(s->at, 1, s->len, file);
	fclose(file);
}

static void write_seeds(const char *corpus, const char *name, void (*make)(struct seed *s))
{
	char directory[1024];

	snprintf(directory, sizeof(directory), "%s/%s", corpus, name);
	mkdir(directory, 0777);
	for (unsigned i = 0; i < SEEDS; i++) {
		struct seed *s = calloc(1, sizeof(*s));

		assert(s);
		s->random = 1 + i;
		make(s);
		write_seed(directory, i, s);
		free(s);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return EXIT_FAILURE;
	mkdir(argv[1], 0777);
	write_seeds(argv[1], "inbound", inbound);
	write_seeds(argv[1], "outbound", outbound);
	write_seeds(argv[1], "arp_nd", arp_nd);
	write_seeds(argv[1], "dhcp", dhcp);
	write_seeds(argv[1], "segment", segment);
	write_seeds(argv[1], "coalesce", coalesce);
	return EXIT_SUCCESS;
}
