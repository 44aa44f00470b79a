/* How often clients on the local ports of one network are heard.
 *
 * Each port has so many questions a second, and of these no client more than a fifth: one that asks
 * without end takes nothing from the others.  Clients are told apart by MAC and port, by a keyed hash into buckets of a
 * fixed number: two may share one, and nobody can choose with whom.  Who invents MACs still has
 * the whole port, and nobody else's. */
#ifndef TABLE_ASKS_H
#define TABLE_ASKS_H

#include "base/hash.h"
#include "table/network.h"

enum { ASKS_BUCKETS = 256 };

struct asks {
	struct budget ports[NETWORK_PORTS];
	struct budget clients[ASKS_BUCKETS];
	struct hash_secret secret;
};

/* All may be heard. */
void asks_init(struct asks *a, struct hash_secret secret);

/* May @client on @port be heard at @now? */
bool asks_may(const struct asks *a, uint32_t port, struct mac client, uint64_t now);

/* It was; it might. */
void asks_spend(struct asks *a, uint32_t port, struct mac client, uint64_t now);

#endif
