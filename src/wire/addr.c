#include "wire/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

int addr_order(const struct addr *a, const struct addr *b)
{
	int order = (a->family > b->family) - (a->family < b->family);

	return order != 0 ? order : memcmp(a->octet, b->octet, sizeof(a->octet));
}

bool addr_is_multicast(struct addr a)
{
	if (a.family == ADDR_V4)
		return (a.octet[0] & 0xf0) == 0xe0;
	return a.family == ADDR_V6 && a.octet[0] == 0xff;
}

bool addr_is_unspecified(struct addr a)
{
	return memcmp(a.octet, (uint8_t[16]) { 0 }, sizeof(a.octet)) == 0;
}

bool addr_is_loopback(struct addr a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a.family == ADDR_V4)
		return a.octet[0] == 127;
	return a.family == ADDR_V6 && memcmp(a.octet, one, sizeof(one)) == 0;
}

bool addr_is_nobodys(struct addr a)
{
	static const uint8_t broadcast[4] = { 0xff, 0xff, 0xff, 0xff };

	return addr_is_multicast(a) || addr_is_unspecified(a) ||
	       (a.family == ADDR_V4 && memcmp(a.octet, broadcast, sizeof(broadcast)) == 0);
}

bool addr_is_link_local(struct addr a)
{
	if (a.family == ADDR_V4)
		return a.octet[0] == 169 && a.octet[1] == 254;
	return a.family == ADDR_V6 && a.octet[0] == 0xfe && (a.octet[1] & 0xc0) == 0x80;
}

bool addr_parse(const char *text, struct addr *out)
{
	struct addr a = { .family = ADDR_V4 };

	if (inet_pton(AF_INET, text, a.octet) != 1) {
		a = (struct addr) { .family = ADDR_V6 };
		if (inet_pton(AF_INET6, text, a.octet) != 1)
			return false;
	}
	*out = a;
	return true;
}

const char *addr_text(struct addr a, char out[ADDR_TEXT])
{
	if (a.family == ADDR_NONE)
		return memcpy(out, "-", 2);
	return inet_ntop(a.family == ADDR_V4 ? AF_INET : AF_INET6, a.octet, out, ADDR_TEXT);
}

/* The bits of octet @i that belong to a prefix of @length. */
static uint8_t prefix_mask(uint8_t length, size_t i)
{
	size_t before = 8 * i;

	if (length <= before)
		return 0;
	return (uint8_t)(length - before >= 8 ? 0xff : 0xff << (8 - (length - before)));
}

/* A decimal number up to @max without sign, blanks or leading zeros, as the whole string. */
static bool parse_length(const char *text, size_t max, uint8_t *out)
{
	size_t value = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = 10 * value + (size_t)(*text - '0');
		if (value > max)
			return false;
	}
	*out = (uint8_t)value;
	return true;
}

bool prefix_parse(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	char address[ADDR_TEXT];
	struct prefix p;

	if (!slash || slash - text >= ADDR_TEXT)
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	if (!addr_parse(address, &p.addr) ||
	    !parse_length(slash + 1, 8 * addr_size(p.addr), &p.length))
		return false;
	for (size_t i = 0; i < addr_size(p.addr); i++)
		if (p.addr.octet[i] & ~prefix_mask(p.length, i))
			return false;
	*out = p;
	return true;
}

const char *prefix_text(struct prefix p, char out[PREFIX_TEXT])
{
	char address[ADDR_TEXT];

	snprintf(out, PREFIX_TEXT, "%s/%u", addr_text(p.addr, address), p.length);
	return out;
}

bool prefix_contains(struct prefix p, struct addr a)
{
	if (a.family != p.addr.family)
		return false;
	for (size_t i = 0; i < addr_size(a); i++)
		if ((a.octet[i] ^ p.addr.octet[i]) & prefix_mask(p.length, i))
			return false;
	return true;
}

bool addr_advance(struct addr *a, uint8_t length)
{
	unsigned step = 1U << (7 - (length - 1) % 8);

	for (size_t i = (size_t)(length - 1) / 8 + 1; i-- > 0 && step;) {
		unsigned sum = a->octet[i] + step;

		a->octet[i] = (uint8_t)sum;
		step = sum >> 8;
	}
	return step == 0;
}

struct addr prefix_last(struct prefix p)
{
	for (size_t i = 0; i < addr_size(p.addr); i++)
		p.addr.octet[i] |= (uint8_t)~prefix_mask(p.length, i);
	return p.addr;
}

struct addr addr_join(struct addr base, struct addr host, uint8_t length)
{
	for (size_t i = 0; i < addr_size(base); i++) {
		uint8_t mask = prefix_mask(length, i);

		base.octet[i] = (uint8_t)((base.octet[i] & mask) | (host.octet[i] & ~mask));
	}
	return base;
}

const char *ifaddress_text(struct ifaddress a, char out[PREFIX_TEXT])
{
	return prefix_text((struct prefix) { a.addr, a.length }, out);
}

struct prefix prefix_of(struct addr a, uint8_t length)
{
	for (size_t i = 0; i < addr_size(a); i++)
		a.octet[i] &= prefix_mask(length, i);
	return (struct prefix) { .addr = a, .length = length };
}
