#include "table/strays.h"

#include "base/clock.h"

static bool is_like(const struct stray *a, const struct stray *b)
{
	return a->vni == b->vni && a->port == b->port && a->reason == b->reason &&
	       addr_equal(a->from, b->from);
}

/* Its place, else the one that was used longest ago; a free one was never used. */
static struct stray *find_place(struct stray *of, unsigned count, const struct stray *like)
{
	struct stray *oldest = of;

	for (unsigned i = 0; i < count; i++) {
		if (is_like(&of[i], like))
			return &of[i];
		if (of[i].tick < oldest->tick)
			oldest = &of[i];
	}
	*oldest = *like;
	oldest->count = 0;
	return oldest;
}

void strays_note(struct strays *strays, const struct stray *like, bool known, uint64_t now)
{
	struct stray *place = known ? find_place(strays->of, STRAYS_KNOWN, like)
				    : find_place(strays->of + STRAYS_KNOWN, STRAYS_UNKNOWN, like);

	place->count++;
	place->tick = clock_tick(now);
}
