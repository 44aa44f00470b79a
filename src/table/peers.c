#include "table/peers.h"

#include <assert.h>
#include <stdlib.h>

#include "addr_tag.h"
#include "base/clock.h"
#include "wire/vxlan.h"

enum { CONFIGURED_ROOM = 16 }; /* at first; grows by what is configured */

struct peers {
	struct hash_secret secret;
	uint32_t capacity;  /* strangers */
	uint32_t strangers; /* now */
	uint32_t configured;
	uint32_t room; /* slots in the arrays, at least capacity + configured */

	struct slot_index index; /* address → slot */
	struct peer *slots;
	struct slot_link *links; /* of strangers in `silent` */
	struct slot_list silent; /* strangers, the one silent for longest first */
	struct slot_pool pool;
};

static bool reserve(struct peers *peers, uint32_t room)
{
	struct peer *slots = reallocarray(peers->slots, room, sizeof(*slots));

	if (!slots)
		return false;
	peers->slots = slots;

	struct slot_link *links = reallocarray(peers->links, room, sizeof(*links));

	if (!links)
		return false;
	peers->links = links;
	if (!slot_index_reserve(&peers->index, room))
		return false;
	peers->room = room;
	return true;
}

struct peers *peers_new(uint32_t strangers, struct hash_secret secret)
{
	struct peers *peers = calloc(1, sizeof(*peers));

	if (!peers)
		return NULL;
	peers->secret = secret;
	peers->capacity = strangers;
	peers->silent = SLOT_LIST_EMPTY;
	peers->pool = SLOT_POOL_FRESH;
	if (strangers < SLOT_INDEX_MAX &&
	    slot_index_init(&peers->index, strangers + CONFIGURED_ROOM) &&
	    reserve(peers, strangers + CONFIGURED_ROOM))
		return peers;
	peers_free(peers);
	return NULL;
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	slot_index_done(&peers->index);
	free(peers->slots);
	free(peers->links);
	free(peers);
}

static uint32_t find(const struct peers *peers, struct addr addr)
{
	uint32_t tag = addr_tag(peers->secret, addr), at = tag, slot;

	while ((slot = slot_index_next(&peers->index, tag, &at)) != SLOT_NONE)
		if (addr_equal(peers->slots[slot].addr, addr))
			break;
	return slot;
}

static struct peer_ref ref_to(const struct peers *peers, uint32_t slot)
{
	return (struct peer_ref) { .slot = slot, .generation = peers->slots[slot].generation };
}

/* A slot for @addr under a generation of its own.  Generations begin at 1: a reference of zeroes
 * names nobody. */
static uint32_t take_slot(struct peers *peers, struct addr addr, bool stranger)
{
	bool fresh = peers->pool.free == SLOT_NONE;
	uint32_t slot = slot_pool_take(&peers->pool, peers->links);
	uint32_t generation = fresh ? 1 : peers->slots[slot].generation + 1;

	peers->slots[slot] =
		(struct peer) { .addr = addr, .generation = generation, .stranger = stranger };
	slot_index_add(&peers->index, addr_tag(peers->secret, addr), slot);
	return slot;
}

static void forget_stranger(struct peers *peers, uint32_t slot)
{
	struct peer *peer = &peers->slots[slot];

	slot_list_remove(&peers->silent, peers->links, slot);
	slot_index_remove(&peers->index, addr_tag(peers->secret, peer->addr), slot);
	peer->addr = (struct addr) { .family = ADDR_NONE };
	slot_pool_give(&peers->pool, peers->links, slot);
	peers->strangers--;
}

/* The stranger keeps its slot and so its reference; the strangers get another slot in exchange. */
static void adopt(struct peers *peers, uint32_t slot)
{
	slot_list_remove(&peers->silent, peers->links, slot);
	peers->slots[slot].stranger = false;
	peers->strangers--;
}

static bool reserve_configured(struct peers *peers)
{
	uint32_t needed = peers->capacity + peers->configured + 1;

	return needed <= peers->room ||
	       reserve(peers, peers->room + peers->configured + CONFIGURED_ROOM);
}

bool peers_add(struct peers *peers, struct addr addr, struct peer_ref *out)
{
	uint32_t slot = find(peers, addr);

	assert(addr.family != ADDR_NONE);
	if (slot == SLOT_NONE || peers->slots[slot].stranger) {
		if (!reserve_configured(peers))
			return false;
		if (slot == SLOT_NONE)
			slot = take_slot(peers, addr, false);
		else
			adopt(peers, slot);
		peers->configured++;
	}
	*out = ref_to(peers, slot);
	return true;
}

void peers_remove(struct peers *peers, struct peer_ref ref)
{
	struct peer *peer = &peers->slots[ref.slot];

	assert(peers_at(peers, ref) && !peer->stranger);
	slot_index_remove(&peers->index, addr_tag(peers->secret, peer->addr), ref.slot);
	peer->addr = (struct addr) { .family = ADDR_NONE };
	slot_pool_give(&peers->pool, peers->links, ref.slot);
	peers->configured--;
}

void peers_set_port(struct peers *peers, struct peer_ref ref, uint16_t port)
{
	if (peers_at(peers, ref))
		peers->slots[ref.slot].port = port;
}

void peers_forget_ports(struct peers *peers)
{
	for (uint32_t slot = 0; slot < peers->pool.high; slot++)
		peers->slots[slot].port = 0;
}

bool peers_reserve(struct peers *peers, uint32_t strangers)
{
	uint32_t needed = strangers + peers->configured + CONFIGURED_ROOM;

	return strangers < SLOT_INDEX_MAX && (needed <= peers->room || reserve(peers, needed));
}

void peers_allow(struct peers *peers, uint32_t strangers)
{
	assert(strangers + peers->configured <= peers->room);
	peers->capacity = strangers;
	while (peers->strangers > strangers)
		forget_stranger(peers, peers->silent.first);
}

uint32_t peers_end(const struct peers *peers)
{
	return peers->pool.high;
}

bool peers_find(const struct peers *peers, struct addr addr, struct peer_ref *out)
{
	uint32_t slot = find(peers, addr);

	if (slot == SLOT_NONE)
		return false;
	*out = ref_to(peers, slot);
	return true;
}

const struct peer *peers_at(const struct peers *peers, struct peer_ref ref)
{
	if (ref.slot >= peers->pool.high)
		return NULL;

	const struct peer *peer = &peers->slots[ref.slot];

	return peer->generation == ref.generation && peer->addr.family != ADDR_NONE ? peer : NULL;
}

bool peers_admit(struct peers *peers, struct addr addr, uint64_t now, struct peer_ref *out)
{
	if (peers_find(peers, addr, out))
		return true;
	if (peers->capacity == 0 || addr_is_multicast(addr) || addr_is_unspecified(addr))
		return false;
	if (peers->strangers == peers->capacity)
		forget_stranger(peers, peers->silent.first);

	uint32_t slot = take_slot(peers, addr, true);

	peers->slots[slot].heard = clock_tick(now);
	slot_list_append(&peers->silent, peers->links, slot);
	peers->strangers++;
	*out = ref_to(peers, slot);
	return true;
}

static struct peer *peer_of(struct peers *peers, struct peer_ref ref)
{
	return peers_at(peers, ref) ? &peers->slots[ref.slot] : NULL;
}

void peers_heard(struct peers *peers, struct peer_ref ref, uint64_t frames, uint64_t bytes,
		 uint64_t now)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;
	peer->count.rx_frames += frames;
	peer->count.rx_bytes += bytes;
	peer->lost_until = 0;
	if (peer->heard == clock_tick(now))
		return;
	peer->heard = clock_tick(now);
	if (peer->stranger) {
		slot_list_remove(&peers->silent, peers->links, ref.slot);
		slot_list_append(&peers->silent, peers->links, ref.slot);
	}
}

void peers_sent(struct peers *peers, struct peer_ref ref, uint64_t frames, uint64_t bytes,
		uint64_t now)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;
	peer->count.tx_frames += frames;
	peer->count.tx_bytes += bytes;
	if (peer_is_lost(peer, now))
		peer->tried = clock_tick(now);
}

void peers_failed(struct peers *peers, struct peer_ref ref, int error)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;
	peer->count.errors++;
	peer->count.last_error = error;
}

void peers_lose(struct peers *peers, struct peer_ref ref, uint64_t now)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;
	peer->lost_until = clock_tick(now) + PEER_LOST_SPAN;
	peer->tried = clock_tick(now);
}

bool peer_is_lost(const struct peer *peer, uint64_t now)
{
	return clock_tick(now) < peer->lost_until;
}

bool peer_is_held_back(const struct peer *peer, uint64_t now)
{
	return peer_is_lost(peer, now) && peer->tried == clock_tick(now);
}

bool peer_may_probe(const struct peer *peer, uint64_t now)
{
	return !peer->stranger &&
	       (peer->probed.tick != clock_tick(now) || peer->probed.count < PEER_PROBES);
}

void peers_probed(struct peers *peers, struct peer_ref ref, uint64_t now)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;
	if (peer->probed.tick != clock_tick(now))
		peer->probed = (struct probe_count) { .tick = clock_tick(now) };
	peer->probed.count++;
}

static bool believes_path_mtu(const struct peer *peer, uint64_t now)
{
	return peer->path_mtu != 0 && clock_tick(now) < peer->path_mtu_until;
}

/* A larger value does not contradict a smaller one that is still believed. */
void peers_set_path_mtu(struct peers *peers, struct peer_ref ref, uint32_t mtu, uint64_t now)
{
	struct peer *peer = peer_of(peers, ref);

	if (!peer)
		return;

	uint32_t least = PEER_INNER_MTU_MIN + vxlan_overhead((enum addr_family)peer->addr.family);

	if (mtu < least)
		mtu = least;
	if (believes_path_mtu(peer, now) && mtu > peer->path_mtu)
		return;
	peer->path_mtu = mtu;
	peer->path_mtu_until = clock_tick(now) + PEER_MTU_SPAN;
}

uint32_t peer_path_mtu(const struct peer *peer, uint32_t limit, uint64_t now)
{
	return believes_path_mtu(peer, now) && peer->path_mtu < limit ? peer->path_mtu : limit;
}

bool peers_next(const struct peers *peers, uint32_t slot, struct peer_ref *out)
{
	for (; slot < peers->pool.high; slot++) {
		if (peers->slots[slot].addr.family != ADDR_NONE) {
			*out = ref_to(peers, slot);
			return true;
		}
	}
	return false;
}
