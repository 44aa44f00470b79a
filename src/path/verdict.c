#include "path/verdict.h"

#include "decide.h"

static struct network *network_of(struct tables *t, uint32_t id)
{
	return id < t->network_count ? t->networks[id] : NULL;
}

/* Learning, moving, freezing.  A stranger must be somebody before a MAC can live behind it. */
static enum note apply_source(struct tables *t, struct network *n, const struct verdict *v,
			      struct place *place, const struct frame *f, uint64_t now)
{
	const struct effects *e = &v->effects;

	if (e->admit && !peers_admit(t->peers, v->from_peer, now, &place->to.peer))
		return NOTE_NONE; /* no room for strangers: delivered, but not learned */
	if (e->source.change == FDB_NOTHING)
		return NOTE_NONE;
	fdb_apply(n->fdb, e->source, f->eth.src, *place, e->owner, now);
	if (e->source.change == FDB_NEW)
		tables_expect(t, n);
	if (e->source.change == FDB_MOVE)
		return NOTE_MOVED;
	return e->source.change == FDB_FREEZE ? NOTE_FROZEN : NOTE_NONE;
}

static void count_reply(struct tables *t, struct network *n, const struct verdict *v,
			const struct frame *f, uint64_t now)
{
	if (v->answer != ANSWER_TOO_BIG) {
		n->count.answered++;
		return;
	}
	tables_count_drop(t, n->id, v->reason, frame_segments(f));
	budget_spend(&n->too_big, 1, now);
}

static void count_received(struct tables *t, struct network *n, struct peer_ref peer,
			   const struct frame *f, uint64_t now)
{
	size_t frames = frame_segments(f), bytes = frame_segments_len(f);

	n->count.rx_frames += frames;
	n->count.rx_bytes += bytes;
	peers_heard(t->peers, peer, frames, bytes, now);
}

static void count_sent(struct network *n, const struct frame *f)
{
	n->count.tx_frames += frame_segments(f);
	n->count.tx_bytes += frame_segments_len(f);
}

/* Once here; what each destination got is counted by the engine, when it got it. */
static void count_flood(struct network *n, const struct verdict *v, const struct frame *f,
			uint64_t now)
{
	if (v->list) {
		n->count.floods += frame_segments(f);
		count_sent(n, f);
	}
	if (other_port_open(n, v->from_port))
		n->count.local_frames += frame_segments(f);
	if (v->effects.copies > 0)
		budget_spend(&n->bum, v->effects.copies, now);
}

/* Is it one frame that goes round and round?  (What did not even parse is no flood.) */
static bool is_repeated(const struct tables *t, struct network *n, const struct verdict *v,
			const struct frame *f, uint64_t now)
{
	size_t len;

	if (v->action != ACTION_FLOOD)
		return false;
	len = f->len < REPEATS_BYTES ? f->len : REPEATS_BYTES;
	return repeats_seen(&n->repeats, hash_bytes(t->secret, f->at, len) + f->len, now);
}

static void count_punt(struct tables *t, struct network *n, const struct verdict *v,
		       struct peer_ref sender, const struct frame *f, uint64_t now)
{
	switch (v->service) {
	case SERVICE_NONE:
		break;
	case SERVICE_PROBE_REQUEST:
		n->count.probes_answered++;
		peers_probed(t->peers, sender, now);
		budget_spend(&t->probe_answers, 1, now);
		break;
	case SERVICE_DHCP:
		n->count.dhcp_heard++;
		bindings_heard(n->bindings, v->from_port, f->eth.src, now);
		break;
	case SERVICE_PROBE_ANSWER:
		n->count.probes_heard++;
		probes_answered(&t->probes, v->effects.probe, v->effects.no_network,
				v->effects.one_way, now);
		break;
	}
}

static void count_way(struct tables *t, struct network *n, const struct verdict *v,
		      struct peer_ref sender, const struct frame *f, uint64_t now)
{
	switch (v->action) {
	case ACTION_DROP:
		tables_count_drop(t, n->id, v->reason, f ? frame_segments(f) : 1);
		break;
	case ACTION_REPLY:
		count_reply(t, n, v, f, now);
		break;
	case ACTION_DELIVER:
	case ACTION_DELIVER_ALL:
		if (v->from_port == PORT_NONE)
			count_received(t, n, sender, f, now);
		else
			n->count.local_frames += frame_segments(f);
		break;
	case ACTION_SEND:
		count_sent(n, f);
		peers_sent(t->peers, v->to.peer, frame_segments(f), frame_segments_len(f), now);
		break;
	case ACTION_FLOOD:
		count_flood(n, v, f, now);
		break;
	case ACTION_PUNT:
		count_punt(t, n, v, sender, f, now);
		break;
	}
}

static void count_misses(struct network *n, const struct effects *e, const struct frame *f)
{
	n->count.l2_misses += e->miss == MISS_L2;
	n->count.l3_misses += e->miss == MISS_L3;
	if (e->reserved_bits)
		n->count.reserved_bits += f ? frame_segments(f) : 1;
}

enum note verdict_commit(struct tables *t, const struct verdict *v, const struct frame *f,
			 uint64_t now)
{
	struct network *n = network_of(t, v->network);
	struct place place = v->effects.place;
	enum note note;

	if (!n) {
		tables_count_drop(t, NETWORK_NONE, v->reason, 1);
		return NOTE_NONE;
	}
	note = apply_source(t, n, v, &place, f, now);
	count_way(t, n, v, place.to.peer, f, now);
	count_misses(n, &v->effects, f);
	if (is_repeated(t, n, v, f, now) && note == NOTE_NONE)
		return NOTE_REPEATED;
	return note;
}

void tables_count_drop(struct tables *t, uint32_t network, enum drop_reason reason, uint64_t frames)
{
	struct network *n = network_of(t, network);

	(n ? &n->count.drops : &t->drops)->count[reason] += frames;
}

const char *action_name(enum action action)
{
	static const char *const names[] = {
		[ACTION_DROP] = "DROP",       [ACTION_REPLY] = "REPLY",
		[ACTION_DELIVER] = "DELIVER", [ACTION_DELIVER_ALL] = "DELIVER ALL",
		[ACTION_SEND] = "SEND",       [ACTION_FLOOD] = "FLOOD",
		[ACTION_PUNT] = "PUNT",
	};

	return names[action];
}
