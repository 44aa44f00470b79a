/* Neighbours of one network: which MAC has an IP address?
 *
 * What the ARP and ND proxy may answer, and nothing else: entries come from the cluster file and
 * from commands, never from what a packet claims.  Control side fills, the path only asks.
 * Hashed with the network's secret; grows only when entries are added. */
#ifndef TABLE_NEIGH_H
#define TABLE_NEIGH_H

#include "base/hash.h"
#include "wire/addr.h"
#include "wire/eth.h"

#define NEIGH_NONE UINT32_MAX

struct neigh_entry {
	struct addr ip;
	struct mac mac;
	bool router;     /* advertised with the R flag (RFC 4861 §4.4) */
	uint32_t origin; /* table/origin.h */
	uint32_t until;  /* tick at which it is forgotten; 0 = permanent */
};

struct neigh;

struct neigh *neigh_new(struct hash_secret secret); /* NULL when memory is short */
void neigh_free(struct neigh *neigh);

/* The slot of @ip or NEIGH_NONE. */
uint32_t neigh_find(const struct neigh *neigh, struct addr ip);
const struct neigh_entry *neigh_at(const struct neigh *neigh, uint32_t slot);
uint32_t neigh_count(const struct neigh *neigh);
uint32_t neigh_next(const struct neigh *neigh, uint32_t slot); /* as fdb_next() */
uint32_t neigh_end(const struct neigh *neigh); /* as fdb_end(); free ones have no address */

/* Adds @entry or replaces the one of the same address; false when memory is short. */
bool neigh_put(struct neigh *neigh, struct neigh_entry entry);
/* Makes room for @more; false when memory is short. */
bool neigh_reserve(struct neigh *neigh, uint32_t more);

/* False when @ip was not there. */
bool neigh_remove(struct neigh *neigh, struct addr ip);

/* Not later than the tick at which the first entry is to be forgotten; UINT32_MAX when all are
 * permanent. */
uint32_t neigh_due(const struct neigh *neigh);

/* Looks at @budget slots, going on where it stopped, and removes those whose time is over.  Costs
 * nothing before neigh_due().  Returns how many it looked at. */
uint32_t neigh_age(struct neigh *neigh, uint64_t now, uint32_t budget);

#endif
