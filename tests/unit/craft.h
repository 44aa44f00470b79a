/* Bytes for tests: written as hex, copied onto buffers of exactly their size so that a sanitizer
 * sees every read beyond them, and summed by the plainest possible checksum. */
#ifndef TEST_CRAFT_H
#define TEST_CRAFT_H

#include <assert.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Says which row of a table failed. */
#define assert_row(row, condition)                             \
	do {                                                   \
		if (!(condition))                              \
			fail_msg("%s: %s", (row), #condition); \
	} while (0)

struct craft {
	uint8_t at[640];
	size_t len;
};

static inline uint8_t craft_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : tolower(c) - 'a' + 10);
}

/* Appends hex digits; blanks are for the reader. */
static inline void craft_add(struct craft *c, const char *hex)
{
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert(isxdigit(hex[0]) && isxdigit(hex[1]) && c->len < sizeof(c->at));
		c->at[c->len++] = (uint8_t)(craft_digit(hex[0]) << 4 | craft_digit(hex[1]));
		hex++;
	}
}

static inline struct craft craft_of(const char *hex)
{
	struct craft c = { .len = 0 };

	craft_add(&c, hex);
	return c;
}

/* A copy of the first @len bytes with nothing behind it; the caller frees it. */
static inline uint8_t *craft_exact(const void *at, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert(copy);
	memcpy(copy, at, len);
	return copy;
}

/* RFC 1071 word by word, folded at once: the model for everything that sums. */
static inline uint16_t craft_sum(uint16_t sum, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t wide = (uint32_t)sum + ((uint32_t)at[i] << (i % 2 ? 0 : 8));

		sum = (uint16_t)((wide & 0xffff) + (wide >> 16));
	}
	return sum;
}

/* Folded sum of an IPv6 pseudo header taken from the packet at @ip6 itself. */
static inline uint16_t craft_pseudo6(const uint8_t *ip6, uint8_t proto, size_t len)
{
	uint8_t tail[4] = { (uint8_t)(len >> 8), (uint8_t)len, 0, proto };

	return craft_sum(craft_sum(0, ip6 + 8, 32), tail, 4);
}

static inline uint16_t craft_pseudo4(const uint8_t *ip4, uint8_t proto, size_t len)
{
	uint8_t tail[4] = { 0, proto, (uint8_t)(len >> 8), (uint8_t)len };

	return craft_sum(craft_sum(0, ip4 + 12, 8), tail, 4);
}

/* A small seeded generator (xorshift64*): the same numbers on every machine. */
static inline uint64_t craft_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

#endif
