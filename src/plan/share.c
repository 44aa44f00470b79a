#include <stdlib.h>

#include "apply.h"

struct shared {
	struct shared *next;
	uint64_t hash;
	struct flood_list *content; /* what was gathered: the list itself, or the set's peers */
	struct peer_set *set;
};

void gather_begin(struct applying *a)
{
	a->gathered.count = 0;
}

void gather(struct applying *a, struct destination to)
{
	struct gathered *g = &a->gathered;

	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct destination *list = reallocarray(g->to, room, sizeof(*list));

		if (!list) {
			a->no_memory = true;
			return;
		}
		g->to = list;
		g->room = room;
	}
	g->to[g->count++] = to;
}

static int compare(const void *left, const void *right)
{
	const struct destination *a = left, *b = right;
	int order = (a->peer.slot > b->peer.slot) - (a->peer.slot < b->peer.slot);

	return order != 0 ? order : (a->port > b->port) - (a->port < b->port);
}

/* Each destination once, in one order: then equal lists have equal bytes.  Members come in the
 * order in which they became peers, so mostly there is nothing to sort. */
static void make_unique(struct gathered *g)
{
	size_t kept = 1, i = 1;

	while (i < g->count && compare(&g->to[i - 1], &g->to[i]) < 0)
		i++;
	if (i >= g->count)
		return;
	qsort(g->to, g->count, sizeof(*g->to), compare);
	for (i = 1; i < g->count; i++)
		if (compare(&g->to[kept - 1], &g->to[i]) != 0)
			g->to[kept++] = g->to[i];
	g->count = kept;
}

static uint64_t hash_gathered(const struct applying *a)
{
	uint64_t hash = a->gathered.count;

	for (size_t i = 0; i < a->gathered.count; i++) {
		const struct destination *to = &a->gathered.to[i];

		hash = hash_word(a->tables->secret,
				 hash ^ ((uint64_t)to->peer.slot << 16 | to->port));
	}
	return hash;
}

static bool same_content(const struct flood_list *list, const struct gathered *g)
{
	if (list->count != g->count)
		return false;
	for (size_t i = 0; i < g->count; i++)
		if (compare(&list->to[i], &g->to[i]) != 0)
			return false;
	return true;
}

static struct peer_set *set_of(const struct gathered *g)
{
	struct peer_ref *peers = calloc(g->count + 1, sizeof(*peers));
	struct peer_set *set;

	if (!peers)
		return NULL;
	for (size_t i = 0; i < g->count; i++)
		peers[i] = g->to[i].peer;
	set = peer_set_new(peers, g->count);
	free(peers);
	return set;
}

/* The entry of @buckets that holds what was gathered, made if it is new. */
static struct shared *share(struct applying *a, struct shared **buckets)
{
	struct shared **bucket, *entry;
	uint64_t hash;

	make_unique(&a->gathered);
	hash = hash_gathered(a);
	bucket = &buckets[hash % SHARED_BUCKETS];
	for (entry = *bucket; entry; entry = entry->next)
		if (entry->hash == hash && same_content(entry->content, &a->gathered))
			return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->hash = hash;
	entry->content = flood_list_new(a->gathered.to, (uint32_t)a->gathered.count);
	if (!entry->content) {
		free(entry);
		return NULL;
	}
	entry->next = *bucket;
	*bucket = entry;
	return entry;
}

struct flood_list *share_list(struct applying *a)
{
	struct shared *entry = share(a, a->lists);

	if (!entry)
		a->no_memory = true;
	return entry ? flood_list_hold(entry->content) : NULL;
}

struct peer_set *share_set(struct applying *a)
{
	struct shared *entry = share(a, a->sets);

	if (entry && !entry->set)
		entry->set = set_of(&a->gathered);
	if (entry && entry->set)
		return peer_set_hold(entry->set);
	a->no_memory = true;
	return NULL;
}

static void free_buckets(struct shared **buckets)
{
	struct shared *next;

	for (size_t i = 0; i < SHARED_BUCKETS; i++) {
		for (struct shared *entry = buckets[i]; entry; entry = next) {
			next = entry->next;
			flood_list_put(entry->content);
			if (entry->set)
				peer_set_put(entry->set);
			free(entry);
		}
	}
}

void shared_free(struct applying *a)
{
	free_buckets(a->lists);
	free_buckets(a->sets);
	free(a->gathered.to);
}
