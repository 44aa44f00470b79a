#include "app/missing.h"

#include "base/clock.h"
#include "port/neighbour.h"

struct search {
	struct missing *missing;
	struct peers *peers;
	uint64_t now;
};

static void lose(void *context, struct addr addr)
{
	struct search *search = context;
	struct peer_ref peer;

	if (!peers_find(search->peers, addr, &peer))
		return;
	peers_lose(search->peers, peer, search->now);
	search->missing->search_until = clock_tick(search->now) + PEER_LOST_SPAN;
}

void missing_search(struct missing *missing, const struct vswitch *s, uint64_t now)
{
	struct search search = { .missing = missing, .peers = s->tables->peers, .now = now };
	uint64_t blocked = engine_counters(s->engine)->blocked;

	if (blocked != missing->blocked)
		missing->search_until = clock_tick(now) + PEER_LOST_SPAN;
	missing->blocked = blocked;
	if (clock_tick(now) < missing->search_until)
		neighbour_missing(s->netlink, lose, &search);
}
