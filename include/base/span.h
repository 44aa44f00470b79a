/* The one way to touch bytes.
 *
 * A span is a view of bytes that somebody else owns and that is consumed from the front; a room
 * is the same for bytes to be written.  Every take is checked, and lengths are compared, never
 * added to, so no length a stranger sends can overflow a test.  Multi-byte values are read and
 * written through the get_ and put_ functions: network order, no alignment, no casts. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at; /* first byte; may be NULL when len is 0 */
	size_t len;        /* bytes left */
};

struct room {
	uint8_t *at; /* next byte to write */
	size_t len;  /* bytes left */
};

static inline struct span span_of(const void *at, size_t len)
{
	return (struct span) { .at = at, .len = len };
}

/* The next @n bytes, and moves past them; NULL, and moves nothing, when fewer are left. */
static inline const uint8_t *span_take(struct span *s, size_t n)
{
	if (n > s->len)
		return NULL;
	s->len -= n;
	s->at += n;
	return s->at - n;
}

/* What is left of @s from @offset on; empty when @offset lies beyond its end. */
static inline struct span span_from(struct span s, size_t offset)
{
	return span_take(&s, offset) ? s : span_of(NULL, 0);
}

/* The first @n bytes of @s, or all of it when it is shorter. */
static inline struct span span_first(struct span s, size_t n)
{
	return span_of(s.at, n < s.len ? n : s.len);
}

static inline struct room room_of(void *at, size_t len)
{
	return (struct room) { .at = at, .len = len };
}

/* Space for the next @n bytes, and moves past it; NULL when there is not that much. */
static inline uint8_t *room_take(struct room *r, size_t n)
{
	if (n > r->len)
		return NULL;
	r->len -= n;
	r->at += n;
	return r->at - n;
}

static inline uint16_t get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)get_be16(p) << 16 | get_be16(p + 2);
}

static inline void put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put_be24(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 16);
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)v;
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, (uint16_t)(v >> 16));
	put_be16(p + 2, (uint16_t)v);
}

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

#endif
