/* Superframes from a few numbers, and the plainest way to cut them: the model that segmenter and
 * coalescer are held against.
 *
 * Shares nothing with src/offload but the descriptor, and sums two bytes at a time.  For unit tests
 * and fuzzers: nothing here needs a test framework. */
#ifndef TEST_SUPERFRAME_H
#define TEST_SUPERFRAME_H

#include "wire/frame.h"

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

enum {
	SUPERFRAME_HEADERS = 14 + 8 + 40 + 60, /* longest block of headers that a recipe makes */
	SUPERFRAME_ROOM = 65535 + 22,          /* longest frame that cutting makes */
};

/* What a superframe is made of; everything else (addresses, ports, window, flow label) follows from
 * the number of its flow. */
struct recipe {
	uint16_t flow;
	bool v6, tcp, df;
	uint8_t vlans;   /* tags, 0..2 */
	uint8_t options; /* bytes of TCP options: a multiple of 4, up to 40 */
	uint8_t flags;   /* of TCP */
	uint8_t tos, ttl;
	uint16_t id;       /* of the first IPv4 packet */
	uint32_t seq, ack; /* of TCP; options are filled with the latter, like timestamps */
	uint16_t gso_size; /* payload bytes of a segment, > 0 */
	size_t payload;    /* bytes, > 0 */
};

/* Bytes in front of the payload. */
size_t recipe_headers(const struct recipe *r);

/* Writes the superframe with the bytes at @payload to @at, where recipe_headers() + r->payload
 * bytes have room.  A recipe of one segment makes a superframe too. */
struct frame recipe_cook(const struct recipe *r, const uint8_t *payload, uint8_t *at);

/* -- The model. -- */

/* Segment number @index of @f written to @out (SUPERFRAME_ROOM bytes); its length, 0: there is no
 * such segment.  A plain frame has one: itself. */
size_t naive_cut(const struct frame *f, size_t index, uint8_t *out);

/* Makes both checksums of the @len bytes at @at right, which have their headers where @f has. */
void naive_seal(const struct frame *f, uint8_t *at, size_t len);

/* Do the headers of the superframe @f say what they must: the lengths of the whole, a right IPv4
 * header checksum, and the sum of the pseudo header alone? */
bool naive_whole(const struct frame *f);

enum naive_trust {
	NAIVE_WRONG,      /* one of the checksums is */
	NAIVE_RIGHT,      /* both are, 0 and ffff being the same number */
	NAIVE_UNFINISHED, /* the transport's is only the pseudo header's sum */
};

/* What the checksums of a TCP or UDP frame are worth. */
enum naive_trust naive_trust(const struct frame *f, const uint8_t *at, size_t len);

#endif
