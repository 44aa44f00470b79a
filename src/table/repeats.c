#include "table/repeats.h"

#include "base/clock.h"

bool repeats_seen(struct repeats *r, uint64_t digest, uint64_t now)
{
	struct repeated *place = &r->place[digest % REPEATS_PLACES];

	if (place->count == 0 || now - place->since >= REPEATS_SPAN * NS_PER_S)
		*place = (struct repeated) { .digest = digest, .since = now };
	if (place->digest != digest) {
		place->count--;
		return false;
	}
	place->count++;
	if (place->count < REPEATS_MANY)
		return false;
	place->count = 0;
	r->found = now;
	return true;
}
