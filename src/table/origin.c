#include "table/origin.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "slot_index.h"

enum { ORIGINS_ROOM = 16 }; /* at first; doubles when full */

struct origin {
	char *words;
	bool is_line;
};

struct origins {
	struct slot_index index; /* words → slot; a number is slot + 1 */
	struct origin *list;
	uint32_t count, room;
};

static bool reserve(struct origins *origins, uint32_t room)
{
	struct origin *list = reallocarray(origins->list, room, sizeof(*list));

	if (!list)
		return false;
	origins->list = list;
	if (!slot_index_reserve(&origins->index, room))
		return false;
	origins->room = room;
	return true;
}

struct origins *origins_new(void)
{
	struct origins *origins = calloc(1, sizeof(*origins));

	if (!origins)
		return NULL;
	if (slot_index_init(&origins->index, ORIGINS_ROOM) && reserve(origins, ORIGINS_ROOM))
		return origins;
	origins_free(origins);
	return NULL;
}

void origins_free(struct origins *origins)
{
	if (!origins)
		return;
	for (uint32_t i = 0; i < origins->count; i++)
		free(origins->list[i].words);
	free(origins->list);
	slot_index_done(&origins->index);
	free(origins);
}

/* Words come from the operator, so a secret would hide nothing. */
static uint32_t tag_of(const char *words)
{
	return slot_tag(hash_bytes((struct hash_secret) { 0, 0 }, words, strlen(words)));
}

static uint32_t find(const struct origins *origins, const char *words)
{
	uint32_t tag = tag_of(words), at = tag, slot;

	while ((slot = slot_index_next(&origins->index, tag, &at)) != SLOT_NONE)
		if (strcmp(origins->list[slot].words, words) == 0)
			break;
	return slot;
}

uint32_t origins_add(struct origins *origins, const char *words)
{
	uint32_t slot = find(origins, words);

	if (slot != SLOT_NONE)
		return slot + 1;
	if (origins->count == origins->room && !reserve(origins, origins->room * 2))
		return 0;

	char *copy = strdup(words);

	if (!copy)
		return 0;
	slot = origins->count++;
	origins->list[slot] = (struct origin) { .words = copy };
	slot_index_add(&origins->index, tag_of(words), slot);
	return slot + 1;
}

const char *origin_words(const struct origins *origins, uint32_t origin)
{
	return origin - 1 < origins->count ? origins->list[origin - 1].words : "learned";
}

uint32_t origins_add_line(struct origins *origins, const char *words)
{
	uint32_t origin = origins_add(origins, words);

	if (origin)
		origins->list[origin - 1].is_line = true;
	return origin;
}

bool origin_is_line(const struct origins *origins, uint32_t origin)
{
	return origin - 1 < origins->count && origins->list[origin - 1].is_line;
}
