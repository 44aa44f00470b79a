/* DHCP for IPv4 (RFC 2131, options RFC 2132), as a server on the client's own link has to know it:
 *
 *   | op (1) | htype 1 | hlen 6 | hops | xid (4) | secs (2) | B, zero (2) | ciaddr | yiaddr | siaddr |
 *   | giaddr (4 each) | chaddr (16) | sname (64) | file (128) | 63 82 53 63 | options ... |
 *
 * in UDP from port 68 to port 67 and back.  Options that go on in `file` and `sname` (option 52) are
 * read there.  What is not read, and so is no message:
 *
 *   - one that a relay has handed on (giaddr): there is none on a local port's link;
 *   - an option of ours that comes twice, as RFC 3396 would have a long one: none of ours is long;
 *   - hardware that is not Ethernet, and a client identifier longer than DHCP_ID.
 *
 * The UDP checksum is not looked at: local ports do not lose bits, and often leave it unfinished. */
#ifndef WIRE_DHCP_H
#define WIRE_DHCP_H

#include "wire/frame.h"

enum {
	DHCP_SERVER_PORT = 67,
	DHCP_CLIENT_PORT = 68,
	DHCP_ID = 64,   /* bytes of the longest client identifier that is read */
	DHCP_NAME = 64, /* of a host's name, and NUL */
	DHCP_DOMAIN = 255,
	DHCP_SERVERS = 4, /* name servers */
	DHCP_ROUTES = 16,
	DHCP_ROOM = 576, /* bytes of the longest IP packet that every client takes (RFC 2131 §2) */
};

enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

enum dhcp_option {
	DHCP_O_PAD = 0,
	DHCP_O_MASK = 1,
	DHCP_O_ROUTER = 3,
	DHCP_O_SERVERS = 6,
	DHCP_O_NAME = 12,
	DHCP_O_DOMAIN = 15,
	DHCP_O_MTU = 26,
	DHCP_O_REQUESTED = 50,
	DHCP_O_DURATION = 51,
	DHCP_O_OVERLOAD = 52,
	DHCP_O_TYPE = 53,
	DHCP_O_SERVER = 54,
	DHCP_O_WANTED = 55,
	DHCP_O_ID = 61,
	DHCP_O_ROUTES = 121,
	DHCP_O_END = 255,
};

/* Who a client is: option 61 as it came, or type 1 and the MAC where it sent none (RFC 2131 §4.2). */
struct dhcp_client {
	uint8_t len;
	uint8_t octet[DHCP_ID]; /* zero behind @len */
};

/* What a client says. */
struct dhcp {
	enum dhcp_type type; /* one that clients send */
	uint32_t xid;
	bool broadcast;     /* it can not take a unicast answer yet */
	struct addr ciaddr; /* the address that it has; 0.0.0.0: none */
	struct mac chaddr;
	struct addr requested, server; /* options 50 and 54; family ADDR_NONE: not there */
	struct dhcp_client client;
	bool has_id;      /* it sent option 61 */
	bool asks_routes; /* it wants option 121, which then stands for option 3 */
};

struct dhcp_route {
	struct prefix to;
	struct addr via;
};

/* What a server answers.  Family ADDR_NONE, 0, "" and NULL: that option is left out. */
struct dhcp_answer {
	enum dhcp_type type; /* OFFER, ACK, NAK */
	struct addr yiaddr;  /* ADDR_NONE: none, as to INFORM */
	struct mac mac;      /* of the server */
	struct addr server;
	uint8_t length; /* of the prefix on the link, for the mask */
	struct addr router;
	const struct addr *servers; /* of names */
	size_t server_count;        /* at most DHCP_SERVERS */
	const char *name, *domain;  /* shorter than DHCP_NAME and DHCP_DOMAIN */
	uint16_t mtu;
	uint32_t duration; /* seconds */
	const struct dhcp_route *routes;
	size_t route_count; /* at most DHCP_ROUTES */
};

/* Is @f, whatever is in it, sent to a DHCP server? */
static inline bool dhcp_is_asked(const struct frame *f)
{
	return f->ip.src.family == ADDR_V4 && f->payload != 0 && f->ip.proto == IP_UDP &&
	       f->dport == DHCP_SERVER_PORT;
}

/* False unless @f is a message of a client. */
bool dhcp_read(const struct frame *f, struct dhcp *out);

bool dhcp_client_equal(const struct dhcp_client *a, const struct dhcp_client *b);

/* The answer to @ask, which came in @f: with the same VLAN tags, to whom RFC 2131 §4.1 says.  Returns its
 * length; 0 when @out is too small, or the packet would be longer than DHCP_ROOM. */
size_t dhcp_answer_write(struct room out, const struct frame *f, const struct dhcp *ask,
			 const struct dhcp_answer *answer);

#endif
