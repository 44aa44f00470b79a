/* IP addresses and prefixes as values, and their text forms (RFC 5952 for IPv6). */
#ifndef WIRE_ADDR_H
#define WIRE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum {
	ADDR_TEXT = 46,   /* longest IPv6 text and NUL */
	PREFIX_TEXT = 50, /* the same with "/128" */
};

enum addr_family { ADDR_NONE = 0, ADDR_V4 = 4, ADDR_V6 = 6 };

struct addr {
	uint8_t octet[16]; /* network order; IPv4 uses the first four, the rest is zero */
	uint8_t family;    /* enum addr_family */
};

struct prefix {
	struct addr addr; /* host bits zero */
	uint8_t length;   /* 0..32 or 0..128 */
};

/* An address of an interface: 10.42.1.1/16.  Unlike a prefix it has host bits. */
struct ifaddress {
	struct addr addr; /* ADDR_NONE: none */
	uint8_t length;   /* of the prefix that is on the link */
};

static inline struct addr addr_v4(const uint8_t octet[4])
{
	struct addr a = { .family = ADDR_V4 };

	memcpy(a.octet, octet, 4);
	return a;
}

static inline struct addr addr_v6(const uint8_t octet[16])
{
	struct addr a = { .family = ADDR_V6 };

	memcpy(a.octet, octet, 16);
	return a;
}

/* Bytes of an address of this family: 4 or 16; 0 for ADDR_NONE. */
static inline size_t addr_size(struct addr a)
{
	return a.family == ADDR_V4 ? 4 : a.family == ADDR_V6 ? 16 : 0;
}

static inline bool addr_equal(struct addr a, struct addr b)
{
	return a.family == b.family && memcmp(a.octet, b.octet, sizeof(a.octet)) == 0;
}

/* For sorting: by family, then as numbers. */
int addr_order(const struct addr *a, const struct addr *b);

bool addr_is_multicast(struct addr a);   /* 224.0.0.0/4, ff00::/8 */
bool addr_is_unspecified(struct addr a); /* 0.0.0.0, ::, ADDR_NONE */
bool addr_is_loopback(struct addr a);    /* 127.0.0.0/8, ::1 */
bool addr_is_nobodys(struct addr a);     /* multicast, unspecified, or 255.255.255.255 */
bool addr_is_link_local(struct addr a);  /* 169.254.0.0/16, fe80::/10 */

/* The whole string in inet_pton's forms (no leading zeros, no abbreviated IPv4, no zone). */
bool addr_parse(const char *text, struct addr *out);
const char *addr_text(struct addr a, char out[ADDR_TEXT]);

/* "10.42.0.0/16"; false when the length is missing or out of range, or a host bit is set. */
bool prefix_parse(const char *text, struct prefix *out);
const char *prefix_text(struct prefix p, char out[PREFIX_TEXT]);
bool prefix_contains(struct prefix p, struct addr a);

static inline bool prefix_equal(struct prefix a, struct prefix b)
{
	return a.length == b.length && addr_equal(a.addr, b.addr);
}

/* The prefix of @length (at most the family's) that @a lies in. */
struct prefix prefix_of(struct addr a, uint8_t length);

/* The address one prefix of @length (not 0) further on, with the same bits behind it; false, and *@a
 * is all zeros before them, where there is none. */
bool addr_advance(struct addr *a, uint8_t length);

/* The last address of @p. */
struct addr prefix_last(struct prefix p);

/* @base with the bits behind @length of @host. */
struct addr addr_join(struct addr base, struct addr host, uint8_t length);

/* "10.42.1.1/16" */
const char *ifaddress_text(struct ifaddress a, char out[PREFIX_TEXT]);

#endif
