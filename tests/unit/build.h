/* Frames from readable arguments, and a small world to forward them in.
 *
 * Shared by unit tests, the simulator and the fuzzers: nothing here needs a test framework.  What a
 * test gets wrong (a MAC that does not parse, a buffer too small) aborts.
 *
 * The world is the notes' own: node1 (we) at 10.206.67.96, h1 behind it, h2 behind node2. */
#ifndef TEST_BUILD_H
#define TEST_BUILD_H

#include "path/verdict.h"

/* -- Bytes. -- */

/* Text to value; aborts when it is not one. */
struct mac mac_of(const char *text);
struct addr addr_of(const char *text);

#define BROADCAST "ff:ff:ff:ff:ff:ff"

/* A frame in a few words; what is not named is zero. */
struct sketch {
	const char *from, *to; /* MACs */
	unsigned vlans;        /* tags, with the ids 5, 6, 7 ... */
	uint16_t type;         /* EtherType, where there is no IP */
	const char *src, *dst; /* IP addresses of one family; NULL: no IP */
	uint8_t proto;         /* enum ip_proto; TCP, UDP and echo requests get sound headers */
	uint8_t tos;
	uint8_t ttl; /* 0: 64 */
	bool df;
	uint16_t sport, dport;
	size_t payload;  /* bytes behind the transport header */
	bool unfinished; /* TCP, UDP: only the pseudo header is summed */
};

/* Each writes a whole frame (or datagram) and returns its length. */
size_t build_frame(struct room out, const struct sketch *s);

/* ARP in its own words; the Ethernet header goes from @sender_mac to @to. */
struct arp_sketch {
	const char *to;
	uint16_t op;
	const char *sender_mac, *sender_ip, *target_ip;
	unsigned vlans;
};
size_t build_arp(struct room out, const struct arp_sketch *s);

/* Solicitations (with a source option unless @src is unspecified) and advertisements (with a target
 * option); IPv6 destination and checksum are right. */
struct nd_sketch {
	const char *to, *from; /* MACs */
	uint8_t type;          /* ND_SOLICIT, ND_ADVERT */
	const char *src, *target;
	unsigned vlans;
};
size_t build_nd(struct room out, const struct nd_sketch *s);

/* A VXLAN header in front of @inner. */
size_t build_datagram(struct room out, uint32_t vni, struct span inner);

/* A probe for the world's VTEP, request or answer. */
size_t build_probe(struct room out, bool answer, uint32_t sequence, size_t len);

/* A seeded generator (xorshift64*): the same numbers on every machine.  @state is never 0. */
uint64_t build_random(uint64_t *state);

/* Bytes that look like what a switch meets: mostly sound frames between few MACs and addresses,
 * some cut short, some with a byte broken. */
size_t build_random_frame(struct room out, uint64_t *state);

/* -- The world. -- */

#define NODE1_V4 "10.206.67.96"
#define NODE1_V6 "fd00::96"
#define NODE2    "10.206.67.15"
#define NODE3    "10.206.67.16"
#define NODE4    "fd00::17"
#define STRANGER "192.0.2.77"

#define TAP_MAC  "02:00:00:00:00:01" /* our own device, port 0 of blue */
#define VTEP_MAC "02:00:00:00:00:0f" /* takes probes, in blue and green */
#define H1_MAC   "aa:bf:b9:29:63:12" /* not in the tables: behind whichever port it speaks from */
#define H2_MAC   "32:39:e3:57:89:e7" /* static: node2 */
#define H3_MAC   "52:54:00:00:00:03" /* static: port 2 of blue */
#define H4_MAC   "52:54:00:00:00:04" /* static: node4, over IPv6 */
#define H9_MAC   "52:54:00:00:00:09" /* unknown */

#define GROUP_MAC "01:00:5e:01:02:03" /* static group entry: node3 only */

struct world {
	struct tables *tables;
	struct network *blue;  /* VNI 100, ports 0 (TAP), 1 and 2; peers node2, node3, node4 */
	struct network *green; /* VNI 200, port 0 with the same MAC; node2 only; no flood list */
	uint16_t endpoint_v4, endpoint_v6;
	struct peer_ref node2, node3, node4;
};

enum { BLUE_VNI = 100, GREEN_VNI = 200, WORLD_MTU = 1500, INNER_MTU = 1430 };

/* Strangers remembered in the world's peer table, and learned FDB entries per network. */
enum { WORLD_STRANGERS = 4, WORLD_FDB = 64 };

/* A world with the neighbours 3.3.3.4 and fd03::4 (a router) at H2 and 3.3.3.3 and fd03::3 at H1.
 */
struct world world_new(void);
void world_free(struct world *w);

/* A digest of everything the tables hold, counters included; equal for equal worlds. */
uint64_t world_digest(const struct world *w);

#endif
