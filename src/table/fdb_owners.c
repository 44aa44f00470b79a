#include "fdb_owners.h"

#include <stdlib.h>

bool fdb_owners_init(struct fdb_owners *owners, uint32_t capacity, struct hash_secret secret)
{
	*owners = (struct fdb_owners) { .secret = secret, .pool = SLOT_POOL_FRESH };
	owners->records = calloc((size_t)capacity + 1, sizeof(*owners->records));
	owners->equals = calloc((size_t)capacity + 1, sizeof(*owners->equals));
	owners->by_count = calloc((size_t)capacity + 1, sizeof(*owners->by_count));
	return slot_index_init(&owners->index, capacity) && owners->records && owners->equals &&
	       owners->by_count;
}

void fdb_owners_done(struct fdb_owners *owners)
{
	slot_index_done(&owners->index);
	free(owners->records);
	free(owners->equals);
	free(owners->by_count);
	free(owners->links);
	free(owners->record_of);
}

bool fdb_owners_reserve(struct fdb_owners *owners, uint32_t slots)
{
	struct slot_link *links = reallocarray(owners->links, slots, sizeof(*links));

	if (!links)
		return false;
	owners->links = links;

	uint32_t *record_of = reallocarray(owners->record_of, slots, sizeof(*record_of));

	if (!record_of)
		return false;
	owners->record_of = record_of;
	return true;
}

static uint32_t tag_of(const struct fdb_owners *owners, uint32_t id)
{
	return slot_tag(hash_word(owners->secret, id));
}

static uint32_t find(const struct fdb_owners *owners, uint32_t id)
{
	uint32_t tag = tag_of(owners, id), at = tag, record;

	while ((record = slot_index_next(&owners->index, tag, &at)) != SLOT_NONE)
		if (owners->records[record].id == id)
			break;
	return record;
}

static uint32_t record_new(struct fdb_owners *owners, uint32_t id)
{
	uint32_t record = slot_pool_take(&owners->pool, owners->equals);

	owners->records[record] = (struct fdb_owner) { .id = id, .slots = SLOT_LIST_EMPTY };
	slot_index_add(&owners->index, tag_of(owners, id), record);
	return record;
}

static void record_free(struct fdb_owners *owners, uint32_t record)
{
	slot_index_remove(&owners->index, tag_of(owners, owners->records[record].id), record);
	slot_pool_give(&owners->pool, owners->equals, record);
}

/* Count 0 has no list: such a record is new or about to go. */
static void leave_count(struct fdb_owners *owners, uint32_t record)
{
	uint32_t held = owners->records[record].held;

	if (held != 0)
		slot_list_remove(&owners->by_count[held], owners->equals, record);
}

static void join_count(struct fdb_owners *owners, uint32_t record)
{
	uint32_t held = owners->records[record].held;

	if (held == 0)
		return;
	if (held > owners->tallest) {
		owners->tallest = held;
		owners->by_count[held] = SLOT_LIST_EMPTY;
	}
	slot_list_append(&owners->by_count[held], owners->equals, record);
}

static void count_up(struct fdb_owners *owners, uint32_t record)
{
	leave_count(owners, record);
	owners->records[record].held++;
	join_count(owners, record);
	if (owners->records[record].held > owners->most)
		owners->most = owners->records[record].held;
}

/* When the last of those that held most goes down, it is now itself the one that holds most. */
static void count_down(struct fdb_owners *owners, uint32_t record)
{
	leave_count(owners, record);
	owners->records[record].held--;
	join_count(owners, record);
	if (owners->by_count[owners->most].first == SLOT_NONE)
		owners->most--;
}

void fdb_owners_add(struct fdb_owners *owners, uint32_t slot, uint32_t owner)
{
	uint32_t record = find(owners, owner);

	if (record == SLOT_NONE)
		record = record_new(owners, owner);
	owners->record_of[slot] = record;
	slot_list_append(&owners->records[record].slots, owners->links, slot);
	count_up(owners, record);
}

void fdb_owners_remove(struct fdb_owners *owners, uint32_t slot)
{
	uint32_t record = owners->record_of[slot];

	slot_list_remove(&owners->records[record].slots, owners->links, slot);
	count_down(owners, record);
	if (owners->records[record].held == 0)
		record_free(owners, record);
}

void fdb_owners_touch(struct fdb_owners *owners, uint32_t slot)
{
	struct slot_list *slots = &owners->records[owners->record_of[slot]].slots;

	slot_list_remove(slots, owners->links, slot);
	slot_list_append(slots, owners->links, slot);
}

uint32_t fdb_owner_of(const struct fdb_owners *owners, uint32_t slot)
{
	return owners->records[owners->record_of[slot]].id;
}

uint32_t fdb_owners_held(const struct fdb_owners *owners, uint32_t owner)
{
	uint32_t record = find(owners, owner);

	return record == SLOT_NONE ? 0 : owners->records[record].held;
}

uint32_t fdb_owners_oldest(const struct fdb_owners *owners, uint32_t owner)
{
	uint32_t record = find(owners, owner);

	return record == SLOT_NONE ? SLOT_NONE : owners->records[record].slots.first;
}

uint32_t fdb_owners_victim(const struct fdb_owners *owners, uint32_t owner)
{
	if (owners->most == 0)
		return SLOT_NONE;
	if (fdb_owners_held(owners, owner) == owners->most)
		return fdb_owners_oldest(owners, owner);
	return owners->records[owners->by_count[owners->most].first].slots.first;
}
