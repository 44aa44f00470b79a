/* ARP and ND from local ports: whole messages in a few bytes, then broken on purpose. */
#include "fuzz.h"
#include "lab.h"
#include "wire/nd.h"

static const char *const macs[] = {
	H1_MAC, H2_MAC, H9_MAC, TAP_MAC, BROADCAST, "33:33:ff:00:00:04", "00:00:00:00:00:00", H3_MAC
};
static const char *const ips[] = { "3.3.3.3",   "3.3.3.4", "3.3.3.9",         "0.0.0.0",
				   "224.0.0.1", NODE1_V4,  "255.255.255.255", "127.0.0.1" };
static const char *const ip6s[] = { "fd03::3", "fd03::4", "fd03::9", "::",
				    "ff02::1", NODE1_V6,  "fe80::1", "::1" };

static size_t arp(struct lab *l, struct room out, unsigned vlans)
{
	uint8_t who = lab_byte(l), what = lab_byte(l);

	return build_arp(out, &(struct arp_sketch) {
				      .to = macs[who & 7],
				      .op = who >> 6,
				      .sender_mac = macs[who >> 3 & 7],
				      .sender_ip = ips[what & 7],
				      .target_ip = ips[what >> 3 & 7],
				      .vlans = vlans,
			      });
}

static size_t nd(struct lab *l, struct room out, unsigned vlans)
{
	uint8_t who = lab_byte(l), what = lab_byte(l);

	return build_nd(out, &(struct nd_sketch) {
				     .to = macs[who & 7],
				     .from = macs[who >> 3 & 7],
				     .type = who & 0x40 ? ND_SOLICIT : ND_ADVERT,
				     .src = ip6s[what & 7],
				     .target = ip6s[what >> 3 & 7],
				     .vlans = vlans,
			     });
}

/* | port (2) | ND | broken bytes (2) | VLAN tags (2) | cut | */
static void message(struct lab *l)
{
	uint8_t how = lab_byte(l);
	struct room out = room_of(l->bytes, sizeof(l->bytes));
	unsigned vlans = how >> 5 & 3;

	memset(l->vnet, 0, sizeof(l->vnet));
	memset(l->bytes, 0, 256);
	l->len = how & 4 ? nd(l, out, vlans) : arp(l, out, vlans);
	for (unsigned i = 0; i < (how >> 3 & 3); i++) {
		uint8_t where = lab_byte(l);

		l->bytes[where % l->len] ^= lab_byte(l);
	}
	if (how & 0x80)
		l->len = lab_byte(l) % (l->len + 1);
	lab_give(l, how & 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	lab_run(input, size, message);
	return 0;
}
