/* Keyed hashes.
 *
 * MAC and IP addresses are chosen by strangers, so every table hashes with a secret drawn at start:
 * nobody outside can build keys that collide.  Words (a MAC, a VNI) go through a folded multiply,
 * which costs a few cycles; byte strings (names, IP addresses) through SipHash-2-4.
 * The secret is an argument: tests and derived MACs use a fixed one. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_secret {
	uint64_t k0, k1;
};

/* A secret from the kernel's random source.  Aborts when there is none: a switch that hashes
 * predictably must not run. */
struct hash_secret hash_secret_random(void);

/* SipHash-2-4 of @len bytes (https://www.aumasson.jp/siphash/siphash.pdf). */
uint64_t hash_bytes(struct hash_secret secret, const void *at, size_t len);

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 wide = (unsigned __int128)a * b;

	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

static inline uint64_t hash_word(struct hash_secret secret, uint64_t word)
{
	uint64_t mixed = hash_fold(word ^ secret.k0, secret.k1 | 1);

	return hash_fold(mixed ^ secret.k1, UINT64_C(0x9e3779b97f4a7c15));
}

#endif
