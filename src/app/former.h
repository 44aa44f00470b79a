/* Leases of a former life: what the store has of one network that begins to give out addresses while the switch runs.
 *
 * The keeper's thread reads them (app/keeper.h), and the loop is told when that is done.  Whoever asked may be
 * gone by then: it is the keeper who lets go of a reading, at its own end at the latest. */
#ifndef APP_FORMER_H
#define APP_FORMER_H

#include "app/keeper.h"
#include "ctl/kept.h"

struct former {
	char network[NETWORK_NAME];
	char prefix[KEPT_KEY];
	struct kept_lease *leases;
	size_t count, room;
	size_t nonsense; /* records that are none */
	bool no_memory;  /* ... for all of them */
	void *context;
	void (*told)(void *context, const struct former *f); /* NULL: nobody is */
};

/* Has the leases of @network read; then @told hears of it, and must not keep it.  NULL when memory is short, or
 * the keeper is at another reading. */
struct former *former_read(struct keeper *keeper, const char *network, void *context,
			   void (*told)(void *context, const struct former *f));

/* Nobody is told any more. */
void former_forget(struct former *f); /* NULL is fine */

/* A record's key is that of a lease: the name of its network, which is not ended by a NUL, and its address. */
bool former_read_key(const char *key, const char **name, size_t *len, struct addr *ip);

#endif
