#include "table/flood.h"

#include <stdlib.h>
#include <string.h>

struct flood_list *flood_list_sized(uint32_t count)
{
	struct flood_list *list = malloc(sizeof(*list) + (size_t)count * sizeof(list->to[0]));

	if (!list)
		return NULL;
	list->users = 1;
	list->count = count;
	return list;
}

struct flood_list *flood_list_new(const struct destination *to, uint32_t count)
{
	struct flood_list *list = flood_list_sized(count);

	if (list && count != 0)
		memcpy(list->to, to, (size_t)count * sizeof(*to));
	return list;
}

struct flood_list *flood_list_hold(struct flood_list *list)
{
	if (list)
		list->users++;
	return list;
}

void flood_list_put(struct flood_list *list)
{
	if (list && --list->users == 0)
		free(list);
}

enum { WORD_BITS = 64 };

struct peer_set {
	uint32_t users;
	uint32_t words;
	uint64_t word[];
};

static uint32_t words_for(const struct peer_ref *peers, size_t count)
{
	uint32_t words = 0;

	for (size_t i = 0; i < count; i++)
		if (peers[i].slot / WORD_BITS >= words)
			words = peers[i].slot / WORD_BITS + 1;
	return words;
}

struct peer_set *peer_set_new(const struct peer_ref *peers, size_t count)
{
	uint32_t words = words_for(peers, count);
	struct peer_set *set = calloc(1, sizeof(*set) + words * sizeof(set->word[0]));

	if (!set)
		return NULL;
	set->users = 1;
	set->words = words;
	for (size_t i = 0; i < count; i++)
		set->word[peers[i].slot / WORD_BITS] |= UINT64_C(1) << peers[i].slot % WORD_BITS;
	return set;
}

struct peer_set *peer_set_with(const struct peer_set *set, struct peer_ref peer)
{
	uint32_t needed = words_for(&peer, 1);
	uint32_t words = needed > set->words ? needed : set->words;
	struct peer_set *more = calloc(1, sizeof(*more) + words * sizeof(more->word[0]));

	if (!more)
		return NULL;
	more->users = 1;
	more->words = words;
	memcpy(more->word, set->word, set->words * sizeof(set->word[0]));
	more->word[peer.slot / WORD_BITS] |= UINT64_C(1) << peer.slot % WORD_BITS;
	return more;
}

struct peer_set *peer_set_hold(struct peer_set *set)
{
	if (set)
		set->users++;
	return set;
}

void peer_set_put(struct peer_set *set)
{
	if (set && --set->users == 0)
		free(set);
}

bool peer_set_has(const struct peer_set *set, struct peer_ref peer)
{
	return peer.slot / WORD_BITS < set->words &&
	       (set->word[peer.slot / WORD_BITS] >> peer.slot % WORD_BITS & 1) != 0;
}

void peer_set_mark(const struct peer_set *set, uint64_t *words, size_t count)
{
	for (uint32_t i = 0; i < set->words && i < count; i++)
		words[i] |= set->word[i];
}
