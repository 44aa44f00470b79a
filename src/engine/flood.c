#include "flood.h"

#include <stdlib.h>

#include "state.h"

enum { QUEUE_SLOTS = 2 * ENGINE_FLOOD_SLOTS };

#define ENTRY_NONE   UINT16_MAX
#define NETWORK_LAST UINT32_MAX

struct entry {
	struct outgoing out; /* out.packet is the entry's own */
	struct flood_list *list;
	uint32_t done; /* destinations that were served */
	uint16_t next; /* of the same network */
};

/* What waits for one network; in the ring of those whose turn comes while anything does. */
struct line {
	uint16_t first, last; /* ENTRY_NONE as first: empty */
	uint32_t count;       /* frames that wait */
	uint32_t next;        /* network id, NETWORK_LAST at the end */
	bool in_ring;         /* a network whose frames were cancelled stays until its turn */
};

struct floods {
	struct packet_pool *pool;
	struct entry *entries; /* by slot of the pool */
	struct line *lines;    /* by network id */
	uint32_t line_count;
	uint32_t first, last; /* the ring; NETWORK_LAST as first: empty */
};

struct floods *floods_new(void)
{
	struct floods *fl = calloc(1, sizeof(*fl));

	if (!fl)
		return NULL;
	fl->pool = packet_pool_new(QUEUE_SLOTS);
	fl->entries = calloc(QUEUE_SLOTS, sizeof(*fl->entries));
	fl->first = NETWORK_LAST;
	if (!fl->pool || !fl->entries) {
		floods_free(fl);
		return NULL;
	}
	return fl;
}

void floods_free(struct floods *fl)
{
	if (!fl)
		return;
	for (uint32_t i = 0; i < fl->line_count; i++)
		floods_cancel(fl, i);
	free(fl->lines);
	free(fl->entries);
	packet_pool_free(fl->pool);
	free(fl);
}

bool floods_reserve(struct floods *fl, uint32_t network)
{
	uint32_t count = network + 1;
	struct line *lines;

	if (network < fl->line_count)
		return true;
	lines = reallocarray(fl->lines, count, sizeof(*lines));
	if (!lines)
		return false;
	for (uint32_t i = fl->line_count; i < count; i++)
		lines[i] = (struct line) { .first = ENTRY_NONE, .next = NETWORK_LAST };
	fl->lines = lines;
	fl->line_count = count;
	return true;
}

static void ring_push(struct floods *fl, uint32_t network)
{
	fl->lines[network].next = NETWORK_LAST;
	fl->lines[network].in_ring = true;
	if (fl->first == NETWORK_LAST)
		fl->first = network;
	else
		fl->lines[fl->last].next = network;
	fl->last = network;
}

static uint32_t ring_pop(struct floods *fl)
{
	uint32_t network = fl->first;

	fl->first = fl->lines[network].next;
	fl->lines[network].in_ring = false;
	return network;
}

static void append(struct floods *fl, uint32_t network, uint16_t id)
{
	struct line *line = &fl->lines[network];

	if (line->first == ENTRY_NONE)
		line->first = id;
	else
		fl->entries[line->last].next = id;
	line->last = id;
	line->count++;
	if (!line->in_ring)
		ring_push(fl, network);
}

bool floods_add(struct floods *fl, const struct outgoing *o, struct flood_list *list)
{
	struct packet *packet;
	struct entry *entry;

	if (fl->lines[o->sender.network].count >= packet_pool_spare(fl->pool))
		return false;
	packet = packet_get(fl->pool);
	memcpy(packet->at, o->frame.at, o->frame.len);
	entry = &fl->entries[packet->index];
	*entry = (struct entry) { .out = *o, .list = flood_list_hold(list), .next = ENTRY_NONE };
	entry->out.frame.at = packet->at;
	entry->out.packet = packet;
	entry->out.pool = fl->pool;
	append(fl, o->sender.network, (uint16_t)packet->index);
	return true;
}

static void finish_first(struct floods *fl, struct line *line)
{
	struct entry *entry = &fl->entries[line->first];

	line->first = entry->next;
	line->count--;
	flood_list_put(entry->list);
	packet_put(fl->pool, entry->out.packet);
}

void floods_cancel(struct floods *fl, uint32_t network)
{
	if (network >= fl->line_count)
		return;
	while (fl->lines[network].first != ENTRY_NONE)
		finish_first(fl, &fl->lines[network]);
}

bool floods_waiting(const struct floods *fl)
{
	return fl->first != NETWORK_LAST;
}

static void send_copy(struct engine *e, const struct outgoing *o, struct destination to,
		      uint64_t now)
{
	const struct peer *peer = peers_at(e->tables->peers, to.peer);

	if (peer && peer_is_held_back(peer, now)) {
		tables_count_drop(e->tables, o->sender.network, DROP_UNDERLAY_ERROR,
				  frame_segments(&o->frame));
		return;
	}
	if (!encap_fits(e, o, to, now)) {
		tables_count_drop(e->tables, o->sender.network, DROP_TX_TOO_BIG,
				  frame_segments(&o->frame));
		return;
	}
	if (!encap_send(e, o, to))
		return;
	peers_sent(e->tables->peers, to.peer, frame_segments(&o->frame),
		   frame_segments_len(&o->frame), now);
	e->count.flood_messages++;
}

/* The next copy of the network whose turn it is; returns the messages that it was worth. */
static unsigned leave_one(struct engine *e, struct floods *fl, uint64_t now)
{
	uint32_t network = ring_pop(fl);
	struct line *line = &fl->lines[network];
	struct entry *entry;
	unsigned messages;

	if (line->first == ENTRY_NONE)
		return 1;
	entry = &fl->entries[line->first];
	messages = encap_messages(&entry->out.frame);
	if (entry->done < entry->list->count)
		send_copy(e, &entry->out, entry->list->to[entry->done++], now);
	if (entry->done >= entry->list->count)
		finish_first(fl, line);
	if (line->first != ENTRY_NONE)
		ring_push(fl, network);
	return messages;
}

void floods_leave(struct engine *e, uint64_t now)
{
	unsigned done = 0;

	while (done < ENGINE_FLOOD_MESSAGES && floods_waiting(e->floods)) {
		if (!engine_make_room(e, now))
			return;
		done += leave_one(e, e->floods, now);
	}
}
