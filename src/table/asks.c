#include "asks.h"

static struct budget budget_of(uint64_t rate)
{
	return (struct budget) { .rate = rate, .tokens = rate };
}

void asks_init(struct asks *a, struct hash_secret secret)
{
	a->secret = secret;
	for (uint32_t port = 0; port < NETWORK_PORTS; port++)
		a->ports[port] = budget_of(NETWORK_DHCP);
	for (uint32_t i = 0; i < ASKS_BUCKETS; i++)
		a->clients[i] = budget_of(NETWORK_DHCP_CLIENT);
}

static uint32_t bucket_of(const struct asks *a, uint32_t port, struct mac client)
{
	return (uint32_t)(hash_word(a->secret, (uint64_t)port << 48 | mac_key(client)) %
			  ASKS_BUCKETS);
}

bool asks_may(const struct asks *a, uint32_t port, struct mac client, uint64_t now)
{
	return port < NETWORK_PORTS && budget_at(&a->ports[port], now) > 0 &&
	       budget_at(&a->clients[bucket_of(a, port, client)], now) > 0;
}

void asks_spend(struct asks *a, uint32_t port, struct mac client, uint64_t now)
{
	budget_spend(&a->ports[port], 1, now);
	budget_spend(&a->clients[bucket_of(a, port, client)], 1, now);
}
