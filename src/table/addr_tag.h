/* The tag of an IP address in a slot index.  An IPv4 address is a word; the rest are bytes. */
#ifndef TABLE_ADDR_TAG_H
#define TABLE_ADDR_TAG_H

#include "base/hash.h"
#include "slot_index.h"
#include "wire/addr.h"

static inline uint32_t addr_tag(struct hash_secret secret, struct addr addr)
{
	if (addr.family == ADDR_V4)
		return slot_tag(hash_word(secret, get_be32(addr.octet)));
	return slot_tag(hash_bytes(secret, addr.octet, sizeof(addr.octet)));
}

#endif
