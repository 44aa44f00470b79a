#include "table/network.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

/* Whole tokens that drop into @b between `filled` and @now, at most what the bucket holds. */
static uint64_t gained(const struct budget *b, uint64_t now)
{
	uint64_t span = now > b->filled ? now - b->filled : 0;

	if (span >= NS_PER_S)
		return b->rate;
	return (uint64_t)((unsigned __int128)span * b->rate / NS_PER_S);
}

uint64_t budget_at(const struct budget *b, uint64_t now)
{
	if (b->rate == 0)
		return UINT64_MAX;

	uint64_t more = gained(b, now);

	if (b->tokens >= b->rate || more >= b->rate - b->tokens)
		return b->rate;
	return b->tokens + more;
}

/* Time that has not yet made a whole token stays on the clock: many small spendings must not starve
 * the bucket.  The division rounds up, so that no instant counts twice. */
static uint64_t time_of(const struct budget *b, uint64_t tokens)
{
	return (uint64_t)(((unsigned __int128)tokens * NS_PER_S + b->rate - 1) / b->rate);
}

void budget_spend(struct budget *b, uint64_t tokens, uint64_t now)
{
	if (b->rate == 0)
		return;

	uint64_t left = budget_at(b, now);

	b->filled = left == b->rate ? now : b->filled + time_of(b, gained(b, now));
	b->tokens = tokens < left ? left - tokens : 0;
}

static uint32_t free_port(const struct network *n)
{
	uint32_t port = 0;

	while (port < NETWORK_PORTS && n->ports[port].used)
		port++;
	return port < NETWORK_PORTS ? port : PORT_NONE;
}

uint32_t network_add_port(struct network *n, struct mac mac, uint16_t mtu, bool speaks,
			  uint32_t origin)
{
	uint32_t port = free_port(n);

	if (port == PORT_NONE)
		return PORT_NONE;
	if (speaks && fdb_put(n->fdb, mac, FDB_OWN, place_port(port), origin) == FDB_NONE)
		return PORT_NONE;
	n->ports[port] = (struct network_port) {
		.used = true, .up = true, .speaks = speaks, .mac = mac, .mtu = mtu
	};
	snprintf(n->ports[port].name, NETWORK_PORT_NAME, "port %u", port);
	if (port >= n->ports_end)
		n->ports_end = port + 1;
	return port;
}

void network_name_port(struct network *n, uint32_t port, const char *name)
{
	snprintf(n->ports[port].name, NETWORK_PORT_NAME, "%s", name);
}

/* Its own entry, and static ones that name it. */
static void remove_fixed(struct network *n, uint32_t port)
{
	for (uint32_t slot = fdb_next(n->fdb, 0); slot != FDB_NONE;
	     slot = fdb_next(n->fdb, slot + 1)) {
		const struct fdb_entry *entry = fdb_at(n->fdb, slot);

		if (entry->kind != FDB_LEARNED && !entry->list &&
		    place_same(entry->place, place_port(port)))
			fdb_remove(n->fdb, slot);
	}
}

void network_remove_port(struct network *n, uint32_t port)
{
	assert(port < n->ports_end && n->ports[port].used);
	remove_fixed(n, port);
	fdb_flush_owner(n->fdb, FDB_OWNER_PORT(port));
	n->ports[port] = (struct network_port) { .used = false };
	while (n->ports_end > 0 && !n->ports[n->ports_end - 1].used)
		n->ports_end--;
}
