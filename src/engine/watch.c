#include "watch.h"

#include "path/filter.h"
#include "path/trace.h"
#include "state.h"

static void weigh(struct engine *e)
{
	e->trace.on = e->trace.left > 0 || e->trace.look;
}

static void tell_trace(struct engine *e)
{
	e->trace.left--;
	weigh(e);
	e->trace.tell(e->trace.context, e->trace.text);
}

static void show(struct engine *e, const struct looked *what)
{
	struct text text = text_in(e->trace.text, sizeof(e->trace.text));

	if (e->trace.look)
		e->trace.look(e->trace.look_context, what);
	if (e->trace.left == 0)
		return;
	if (what->arrival)
		trace_inbound(&text, e->tables, what->verdict, what->arrival, what->frame,
			      what->now);
	else
		trace_outbound(&text, e->tables, what->verdict, what->frame, what->now);
	tell_trace(e);
}

void watch_outbound(struct engine *e, const struct verdict *v, const struct frame *f, uint64_t now)
{
	if (e->trace.on)
		show(e, &(struct looked) { .verdict = v, .frame = f, .now = now });
}

void watch_inbound(struct engine *e, const struct verdict *v, const struct arrival *a,
		   const struct frame *inner, uint64_t now)
{
	if (e->trace.on)
		show(e,
		     &(struct looked) { .verdict = v, .frame = inner, .arrival = a, .now = now });
}

static void note_event(struct engine *e, const struct verdict *v, struct mac mac, enum note note,
		       uint64_t now)
{
	const struct fdb *fdb = e->tables->networks[v->network]->fdb;
	uint32_t slot = fdb_find(fdb, mac, now);
	struct event event = { .kind = note == NOTE_MOVED ? EVENT_MOVED : EVENT_FROZEN,
			       .network = v->network,
			       .mac = mac };

	if (slot == FDB_NONE)
		return;
	event.place = fdb_at(fdb, slot)->place;
	event_push(&e->events, &event);
}

static void repeated_event(struct engine *e, const struct verdict *v, struct mac mac)
{
	struct event event = { .kind = EVENT_REPEATED, .network = v->network, .mac = mac };

	event_push(&e->events, &event);
}

static void miss_event(struct engine *e, const struct verdict *v, struct mac mac)
{
	const struct network *n = e->tables->networks[v->network];
	struct event event = { .kind = EVENT_L2_MISS, .network = v->network, .mac = mac };

	if (v->effects.miss == MISS_L3) {
		event.kind = EVENT_L3_MISS;
		event.ip = v->effects.miss_ip;
	}
	if (v->effects.miss == MISS_L3 ? n->l3miss : n->l2miss)
		event_push(&e->events, &event);
}

void watch_events(struct engine *e, const struct verdict *v, const struct frame *f, enum note note,
		  uint64_t now)
{
	if (!f || v->network == NETWORK_NONE)
		return;
	if (note == NOTE_REPEATED)
		repeated_event(e, v, f->eth.src);
	else if (note != NOTE_NONE)
		note_event(e, v, f->eth.src, note, now);
	if (v->effects.miss != MISS_NONE)
		miss_event(e, v, f->eth.dst);
}

bool engine_next_event(struct engine *e, struct event *out)
{
	return event_pop(&e->events, out);
}

uint64_t engine_lost_events(const struct engine *e)
{
	return e->events.lost;
}

void engine_trace(struct engine *e, uint32_t frames, void (*tell)(void *context, const char *text),
		  void *context)
{
	e->trace.left = frames;
	e->trace.tell = tell;
	e->trace.context = context;
	weigh(e);
}

void engine_follow(struct engine *e, void (*look)(void *context, const struct looked *what),
		   void *context)
{
	e->trace.look = look;
	e->trace.look_context = context;
	weigh(e);
}
