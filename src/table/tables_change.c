/* Tables beside the running ones, and how they take their place. */
#include <stdlib.h>

#include "tables_parts.h"

enum { WORD_BITS = 64 };

struct tables *tables_beside(struct tables *t)
{
	struct tables *beside = calloc(1, sizeof(*beside));

	if (!beside)
		return NULL;
	beside->secret = t->secret;
	beside->peers = t->peers;
	beside->origins = t->origins;
	beside->index = network_index_new();
	beside->agenda = agenda_new();
	if (beside->index && beside->agenda)
		return beside;
	network_index_free(beside->index);
	agenda_free(beside->agenda);
	free(beside);
	return NULL;
}

/* What @t has and @other has not. */
static void free_own(struct tables *t, const struct tables *other)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (id >= other->network_count || t->networks[id] != other->networks[id])
			network_free(t->networks[id]);
	free(t->networks);
	free(t->endpoints);
	network_index_free(t->index);
	agenda_free(t->agenda);
	free(t);
}

void tables_replace(struct tables *t, struct tables *beside)
{
	struct network **networks = t->networks;
	struct endpoint *endpoints = t->endpoints;
	struct network_index *index = t->index;
	struct agenda *agenda = t->agenda;
	uint32_t network_count = t->network_count;

	for (uint32_t id = 0; id < beside->network_count && id < t->network_count; id++)
		if (beside->networks[id] && beside->networks[id]->keeps_tables)
			network_take_tables(t, beside->networks[id], t->networks[id]);
	t->networks = beside->networks;
	t->network_count = beside->network_count;
	t->endpoints = beside->endpoints;
	t->endpoint_count = beside->endpoint_count;
	t->index = beside->index;
	t->agenda = beside->agenda;
	beside->networks = networks;
	beside->network_count = network_count;
	beside->endpoints = endpoints;
	beside->index = index;
	beside->agenda = agenda;
	tables_expect_all(t);
	free_own(beside, t);
	tables_forget_peers(t);
}

void tables_abandon(struct tables *t, struct tables *beside)
{
	if (!beside)
		return;
	free_own(beside, t);
	tables_forget_peers(t);
}

/* -- Peers that nobody names -- */

/* A bit for every slot of the peers. */
struct marks {
	uint64_t *words;
	size_t count;
};

static void mark(struct marks *m, struct peer_ref peer)
{
	m->words[peer.slot / WORD_BITS] |= UINT64_C(1) << peer.slot % WORD_BITS;
}

static void mark_list(struct marks *m, const struct flood_list *list)
{
	for (uint32_t i = 0; list && i < list->count; i++)
		mark(m, list->to[i].peer);
}

static void mark_entries(struct marks *m, const struct fdb *fdb)
{
	if (fdb_counts(fdb)->fixed == 0)
		return;
	for (uint32_t slot = fdb_next(fdb, 0); slot != FDB_NONE; slot = fdb_next(fdb, slot + 1)) {
		const struct fdb_entry *entry = fdb_at(fdb, slot);

		if (entry->kind == FDB_LEARNED)
			continue;
		if (!entry->list && entry->place.kind == PLACE_PEER)
			mark(m, entry->place.to.peer);
		mark_list(m, entry->list);
	}
}

/* Networks that share a long list mostly stand next to each other. */
static void mark_all(struct marks *m, const struct tables *t)
{
	const struct flood_list *last = NULL;

	for (uint32_t id = 0; id < t->network_count; id++) {
		const struct network *n = t->networks[id];

		if (!n)
			continue;
		if (n->flood != last)
			mark_list(m, n->flood);
		last = n->flood;
		if (n->members)
			peer_set_mark(n->members, m->words, m->count);
		mark_entries(m, n->fdb);
	}
}

static void forget(struct tables *t, struct peer_ref peer)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id])
			fdb_flush_owner(t->networks[id]->fdb, FDB_OWNER_PEER(peer.slot));
	peers_remove(t->peers, peer);
}

static void forget_unmarked(struct tables *t, const struct marks *m)
{
	struct peer_ref peer = { 0 };

	for (uint32_t slot = 0; peers_next(t->peers, slot, &peer); slot = peer.slot + 1) {
		bool marked = m->words[peer.slot / WORD_BITS] >> peer.slot % WORD_BITS & 1;

		if (!marked && !peers_at(t->peers, peer)->stranger &&
		    peers_at(t->peers, peer)->port == 0)
			forget(t, peer);
	}
}

void tables_forget_peers(struct tables *t)
{
	struct marks m = { .count = peers_end(t->peers) / WORD_BITS + 1 };

	m.words = calloc(m.count, sizeof(*m.words));
	if (!m.words)
		return;
	mark_all(&m, t);
	forget_unmarked(t, &m);
	free(m.words);
}
