#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/span.h"

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

/* Up to eight bytes as a little-endian number, as SipHash reads its input. */
static uint64_t little_endian(const uint8_t *at, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return word;
}

struct hash_secret hash_secret_random(void)
{
	struct hash_secret secret;

	/* A request of up to 256 bytes is never cut short once the source is ready. */
	if (getrandom(&secret, sizeof(secret), 0) != (ssize_t)sizeof(secret)) {
		log_error("the kernel gives no random numbers");
		abort();
	}
	return secret;
}

uint64_t hash_bytes(struct hash_secret secret, const void *at, size_t len)
{
	struct span in = span_of(at, len);
	struct sip s = {
		.v0 = secret.k0 ^ UINT64_C(0x736f6d6570736575),
		.v1 = secret.k1 ^ UINT64_C(0x646f72616e646f6d),
		.v2 = secret.k0 ^ UINT64_C(0x6c7967656e657261),
		.v3 = secret.k1 ^ UINT64_C(0x7465646279746573),
	};

	while (in.len >= 8)
		sip_word(&s, little_endian(span_take(&in, 8), 8));
	sip_word(&s, little_endian(in.at, in.len) | (uint64_t)len << 56);

	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
