#include "lessee_records.h"

#include <stdlib.h>
#include <string.h>

/* -- The list -- */

/* Where @key is, or would be. */
static size_t place_of(const struct lessee_records *r, const char *key)
{
	size_t from = 0, to = r->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(r->list[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct lessee_records *r, size_t place, const char *key)
{
	return place < r->count && strcmp(r->list[place].key, key) == 0;
}

struct lessee_peer *lessee_records_find(const struct lessee_records *r, const char *key)
{
	size_t place = place_of(r, key);

	return is_at(r, place, key) ? &r->list[place] : NULL;
}

static bool make_room(struct lessee_records *r)
{
	size_t room = r->room ? 2 * r->room : 16;
	struct lessee_peer *more;

	if (r->count < r->room)
		return true;
	more = reallocarray(r->list, room, sizeof(*more));
	if (!more)
		return false;
	r->list = more;
	r->room = room;
	return true;
}

struct lessee_peer *lessee_records_make(struct lessee_records *r, const char *key)
{
	size_t place = place_of(r, key);
	struct lessee_peer *peer;

	if (is_at(r, place, key))
		return &r->list[place];
	if (r->count == LESSEE_RECORDS || strlen(key) >= FLANNEL_KEY || !make_room(r))
		return NULL;
	peer = &r->list[place];
	memmove(peer + 1, peer, (r->count - place) * sizeof(*peer));
	r->count++;
	*peer = (struct lessee_peer) { .known = false };
	memcpy(peer->key, key, strlen(key) + 1);
	return peer;
}

void lessee_records_drop(struct lessee_records *r, struct lessee_peer *peer)
{
	size_t behind = r->count - (size_t)(peer - r->list) - 1;

	memmove(peer, peer + 1, behind * sizeof(*peer));
	r->count--;
}

void lessee_records_free(struct lessee_records *r)
{
	free(r->list);
	*r = (struct lessee_records) { 0 };
}

static bool overlap(struct prefix a, struct prefix b)
{
	return a.addr.family && (prefix_contains(a, b.addr) || prefix_contains(b, a.addr));
}

const struct lessee_peer *lessee_records_clash(const struct lessee_records *r,
					       const struct flannel_subnets *subnets)
{
	for (size_t i = 0; i < r->count; i++)
		if (overlap(r->list[i].subnets.v4, subnets->v4) ||
		    overlap(r->list[i].subnets.v6, subnets->v6))
			return &r->list[i];
	return NULL;
}

/* -- Choosing -- */

typedef unsigned __int128 number; /* an address, or how many subnets further on */

static number number_of(struct addr a)
{
	number n = 0;

	for (size_t i = 0; i < addr_size(a); i++)
		n = n << 8 | a.octet[i];
	return n;
}

static struct addr addr_of(number n, enum addr_family family)
{
	struct addr a = { .family = (uint8_t)family };

	for (size_t i = addr_size(a); i > 0; i--, n >>= 8)
		a.octet[i - 1] = (uint8_t)n;
	return a;
}

static unsigned shift_of(const struct flannel_range *range)
{
	return (unsigned)(8 * addr_size(range->network.addr)) - range->length;
}

/* The last number; at least four subnets are there (store/flannel.h). */
static number last_of(const struct flannel_range *range)
{
	return (number_of(range->max) - number_of(range->min)) >> shift_of(range);
}

static struct prefix subnet_of(const struct flannel_range *range, number n)
{
	number base = number_of(range->min) + (n << shift_of(range));

	return (struct prefix) { addr_of(base, range->network.addr.family), range->length };
}

/* Numbers that are taken, from the first to the last. */
struct stretch {
	number first, last;
};

struct stretches {
	struct stretch *list;
	size_t count;
};

static void take(struct stretches *taken, const struct flannel_range *range, struct prefix p)
{
	number first, last, min = number_of(range->min), max = number_of(range->max);

	if (!range->network.addr.family || p.addr.family != range->network.addr.family)
		return;
	first = number_of(p.addr);
	last = number_of(prefix_last(p));
	if (last < min || first > (max | (((number)1 << shift_of(range)) - 1)))
		return;
	taken->list[taken->count++] = (struct stretch) {
		first < min ? 0 : (first - min) >> shift_of(range),
		(last - min) >> shift_of(range),
	};
}

static int compare(const void *left, const void *right)
{
	const struct stretch *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

/* The first number from @from on that is not taken. */
static number first_free(const struct stretches *taken, number from)
{
	for (size_t i = 0; i < taken->count && taken->list[i].first <= from; i++)
		if (taken->list[i].last >= from)
			from = taken->list[i].last + 1;
	return from;
}

static bool gather(const struct lessee_records *r, const struct flannel_config *config,
		   struct stretches *taken)
{
	taken->list = calloc(2 * r->count + 1, sizeof(*taken->list));
	if (!taken->list)
		return false;
	for (size_t i = 0; i < r->count; i++) {
		take(taken, &config->v4, r->list[i].subnets.v4);
		take(taken, &config->v6, r->list[i].subnets.v6);
	}
	qsort(taken->list, taken->count, sizeof(*taken->list), compare);
	return true;
}

/* One number for both families: nobody who chooses so takes the IPv6 subnet of another whose IPv4 subnet he
 * left alone, which a key cannot guard. */
bool lessee_choose(const struct lessee_records *r, const struct flannel_config *config,
		   uint64_t start, struct flannel_subnets *out)
{
	bool dual = config->v6.network.addr.family;
	number last = last_of(&config->v4), last6 = dual ? last_of(&config->v6) : last;
	struct stretches taken = { 0 };
	number n, from;

	if (!gather(r, config, &taken))
		return false;
	last = last6 < last ? last6 : last;
	from = start % (last + 1);
	n = first_free(&taken, from);
	if (n > last)
		n = first_free(&taken, 0);
	free(taken.list);
	*out = (struct flannel_subnets) { .v4 = subnet_of(&config->v4, n) };
	if (dual)
		out->v6 = subnet_of(&config->v6, n);
	return n <= last;
}

bool lessee_fits(const struct flannel_config *config, const struct flannel_subnets *subnets)
{
	bool dual = config->v6.network.addr.family;

	return flannel_fits(&config->v4, subnets->v4) &&
	       (dual ? flannel_fits(&config->v6, subnets->v6) : !subnets->v6.addr.family);
}
