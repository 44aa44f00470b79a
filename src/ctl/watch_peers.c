#include "ctl/watch_peers.h"

#include <stdlib.h>
#include <string.h>

#include "item.h"

static struct watch_peer state_of(const struct peer *peer, uint64_t now)
{
	uint32_t mtu = peer_path_mtu(peer, UINT32_MAX, now);

	return (struct watch_peer) { .addr = peer->addr,
				     .heard = peer->heard != 0,
				     .lost = peer_is_lost(peer, now),
				     .mtu = mtu == UINT32_MAX ? 0 : mtu };
}

static unsigned tell(const struct switch_view *view, json_t *item, const char *change)
{
	json_object_set_new(item, "event", json_string("peer"));
	json_object_set_new(item, "change", json_string(change));
	json_object_set_new(item, "deleted", json_boolean(strcmp(change, "gone") == 0));
	item_tell(view, ABOUT_PEER, NETWORK_NONE, item);
	return 1;
}

static unsigned tell_gone(const struct switch_view *view, struct addr addr)
{
	char ip[ADDR_TEXT];

	return tell(view, json_pack("{s:s}", "address", addr_text(addr, ip)), "gone");
}

static unsigned tell_changes(const struct switch_view *view, const struct peer *peer,
			     struct watch_peer was, struct watch_peer is, uint64_t now)
{
	unsigned told = 0;

	if (is.heard && !was.heard)
		told += tell(view, item_of_peer(peer, now), "heard");
	if (is.lost != was.lost)
		told += tell(view, item_of_peer(peer, now), is.lost ? "lost" : "back");
	if (is.mtu != was.mtu)
		told += tell(view, item_of_peer(peer, now), "mtu");
	return told;
}

/* @peer is in the place now, NULL: nobody.  How much was told? */
static unsigned look_at(struct watch_peer *seen, const struct switch_view *view,
			const struct peer *peer, bool tells, uint64_t now)
{
	struct watch_peer was = *seen;
	unsigned told = 0;

	*seen = peer ? state_of(peer, now) : (struct watch_peer) { 0 };
	if (!tells)
		return 0;
	if (was.addr.family && !addr_equal(was.addr, seen->addr)) {
		told += tell_gone(view, was.addr);
		was = (struct watch_peer) { 0 };
	}
	return told + (peer ? tell_changes(view, peer, was, *seen, now) : 0);
}

static bool make_room(struct watch_peers *watch, uint32_t count)
{
	struct watch_peer *more;

	if (count <= watch->count)
		return true;
	more = reallocarray(watch->seen, count, sizeof(*more));
	if (!more)
		return false;
	memset(more + watch->count, 0, (count - watch->count) * sizeof(*more));
	watch->seen = more;
	watch->count = count;
	return true;
}

void watch_peers_look(struct watch_peers *watch, const struct switch_view *view, uint64_t now)
{
	const struct peers *peers = view->tables->peers;
	struct peer_ref next = { 0 };
	uint32_t slot = watch->from;
	unsigned told = 0;
	bool more;

	if (!make_room(watch, peers_end(peers)))
		return;
	more = peers_next(peers, slot, &next);
	for (; slot < watch->count && told < WATCH_PEERS_TOLD; slot++) {
		bool used = more && next.slot == slot;

		told += look_at(&watch->seen[slot], view, used ? peers_at(peers, next) : NULL,
				watch->looked, now);
		if (used)
			more = peers_next(peers, slot + 1, &next);
	}
	watch->from = slot < watch->count ? slot : 0;
	watch->looked = true;
}

void watch_peers_close(struct watch_peers *watch)
{
	free(watch->seen);
	*watch = (struct watch_peers) { 0 };
}
