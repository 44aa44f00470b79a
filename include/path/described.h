/* A frame described in words, for a trace:
 *
 *   [from PEER] [src MAC] [dst MAC] [vlan N] [len N]
 *       [ arp who-has IP [tell IP] | arp reply IP [is-at MAC] [tell IP]
 *       | ip|ip6 [src IP] [dst IP] [proto udp|tcp|icmp|N] [sport N] [dport N] [ttl N] [tos N] [df]
 *       | ip6 ns IP [src IP] | ip6 na IP [is-at MAC] [dst IP] ]
 *
 * in any order; what is not said is filled in as a host would (described_complete()).  `from` makes
 * it a frame in a datagram from that peer, else it comes from a local port.  Reading needs nothing
 * but the words, so that a client can tell a mistake as well as the switch. */
#ifndef PATH_DESCRIBED_H
#define PATH_DESCRIBED_H

#include "base/text.h"
#include "table/network.h"
#include "wire/frame.h"

enum {
	DESCRIBED_TEXT = 320, /* longest description, with its NUL */
	DESCRIBED_WHY = 256,
	DESCRIBED_NOTE = 512,
	DESCRIBED_PEER = 64,
	DESCRIBED_PACKET = 65535, /* longest packet behind Ethernet and VLAN tag */
	DESCRIBED_ROOM = ETH_LEN + VLAN_LEN + DESCRIBED_PACKET,
};

enum described_kind {
	DESCRIBED_ETHERNET, /* nothing is said of what is in it */
	DESCRIBED_IP,
	DESCRIBED_ARP_REQUEST,
	DESCRIBED_ARP_REPLY,
	DESCRIBED_SOLICIT,
	DESCRIBED_ADVERT,
};

/* What was said: bits of described.given. */
enum described_part {
	DESCRIBED_FROM = 1 << 0,
	DESCRIBED_SRC = 1 << 1,
	DESCRIBED_DST = 1 << 2,
	DESCRIBED_VLAN = 1 << 3,
	DESCRIBED_IP_SRC = 1 << 4,
	DESCRIBED_IP_DST = 1 << 5,
	DESCRIBED_IS_AT = 1 << 6,
	DESCRIBED_PROTO = 1 << 7,
	DESCRIBED_SPORT = 1 << 8,
	DESCRIBED_DPORT = 1 << 9,
	DESCRIBED_TTL = 1 << 10,
	DESCRIBED_TOS = 1 << 11,
	DESCRIBED_DF = 1 << 12,
	DESCRIBED_LEN = 1 << 13,
	DESCRIBED_PAYLOAD = 1 << 14, /* arp, ip, ip6 */
	DESCRIBED_ABOUT = 1 << 15,
};

#define DESCRIBED_USAGE                                                                           \
	"[from PEER] [src MAC] [dst MAC] [vlan N] [arp who-has IP | arp reply IP | ip|ip6 [src "  \
	"IP] [dst IP] "                                                                           \
	"[udp|tcp|icmp] [sport N] [dport N] [ttl N] [tos N] [df] | ip6 ns IP | ip6 na IP] [tell " \
	"IP] [is-at MAC] [len N]"

struct described {
	uint32_t given;
	enum described_kind kind;
	enum addr_family family; /* of the addresses; ADDR_NONE: not IP */
	char from[DESCRIBED_PEER];
	struct mac src, dst;
	uint16_t vlan;
	struct addr ip_src, ip_dst; /* ARP: whom to tell, or who is told */
	struct addr about;          /* ARP and ND: the address asked for or announced */
	struct mac is_at;
	uint8_t proto, ttl, tos;
	uint16_t sport, dport;
	uint32_t len; /* frame_len; 0: as short as it can be */
};

static inline bool described_has(const struct described *d, enum described_part part)
{
	return d->given & part;
}

/* Reads a description; false and a sentence in @why, with the nearest right word. */
bool described_read(struct described *out, const char *text, char why[DESCRIBED_WHY]);

/* Can a description begin with this word? */
bool described_is_word(const char *word);

/* Fills in what was not said, as a host on @port of @n would do (PORT_NONE: a host behind a peer, whose
 * MAC is @station if that is not zero).  A destination address of which nobody knows the MAC makes it the
 * question that a host would ask first.  @note hears of everything that the words would not let one expect.
 * False and a sentence where it cannot be filled in. */
bool described_complete(struct described *d, const struct network *n, uint32_t port,
			struct mac station, struct text *note, char why[DESCRIBED_WHY]);

/* Writes the frame of a complete description; returns its length, 0 when @out is too small. */
size_t described_write(struct room out, const struct described *d);

#endif
