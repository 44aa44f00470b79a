#include "base/packet.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

/* A multiple of the cache line and not of the page: the headers of neighbouring slots then fall
 * into different cache sets. */
enum { SLOT_LEN = PACKET_HEADROOM + PACKET_ROOM };

static_assert(SLOT_LEN % 64 == 0 && SLOT_LEN % 4096 != 0, "slots are laid out for the cache");

struct packet_pool {
	uint8_t *slots;         /* the mapping: count × SLOT_LEN bytes */
	struct packet *packets; /* count of them */
	uint32_t *spare;        /* a stack of free indices; the top is the last returned */
	uint32_t spares;
	uint32_t count;
};

static bool pool_allocate(struct packet_pool *pool)
{
	void *slots = mmap(NULL, (size_t)pool->count * SLOT_LEN, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (slots == MAP_FAILED)
		return false;
	pool->slots = slots;
	pool->packets = calloc(pool->count, sizeof(*pool->packets));
	pool->spare = calloc(pool->count, sizeof(*pool->spare));
	return pool->packets && pool->spare;
}

struct packet_pool *packet_pool_new(uint32_t count)
{
	struct packet_pool *pool = calloc(1, sizeof(*pool));

	assert(count > 0);
	if (!pool)
		return NULL;
	pool->count = count;
	if (!pool_allocate(pool)) {
		packet_pool_free(pool);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++) {
		pool->packets[i].index = i;
		pool->packets[i].at = pool->slots + (size_t)i * SLOT_LEN + PACKET_HEADROOM;
		pool->spare[i] = count - 1 - i;
	}
	pool->spares = count;
	return pool;
}

void packet_pool_free(struct packet_pool *pool)
{
	if (!pool)
		return;
	if (pool->slots)
		munmap(pool->slots, (size_t)pool->count * SLOT_LEN);
	free(pool->packets);
	free(pool->spare);
	free(pool);
}

struct packet *packet_get(struct packet_pool *pool)
{
	struct packet *packet;

	if (pool->spares == 0)
		return NULL;
	packet = &pool->packets[pool->spare[--pool->spares]];
	packet->users = 1;
	return packet;
}

void packet_hold(struct packet *packet)
{
	assert(packet->users > 0);
	packet->users++;
}

void packet_put(struct packet_pool *pool, struct packet *packet)
{
	assert(packet->users > 0);
	if (--packet->users == 0)
		pool->spare[pool->spares++] = packet->index;
}

uint32_t packet_pool_spare(const struct packet_pool *pool)
{
	return pool->spares;
}
