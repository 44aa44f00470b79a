/* A traced frame as JSON. */
#include "item.h"
#include "path/outer.h"

static const struct network *network_of(const struct tables *t, const struct verdict *v)
{
	return v->network < t->network_count ? t->networks[v->network] : NULL;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_text(text) : json_null();
}

static const char *verdict_name(enum action action)
{
	static const char *const names[] = {
		[ACTION_DROP] = "drop",       [ACTION_REPLY] = "reply",
		[ACTION_DELIVER] = "deliver", [ACTION_DELIVER_ALL] = "deliver-all",
		[ACTION_SEND] = "send",       [ACTION_FLOOD] = "flood",
		[ACTION_PUNT] = "punt",
	};

	return names[action];
}

static json_t *frame_of(const struct frame *f)
{
	json_t *object;
	char text[MAC_TEXT];

	if (!f)
		return json_null();
	object = json_object();
	json_object_set_new(object, "src", json_string(mac_text(f->eth.src, text)));
	json_object_set_new(object, "dst", json_string(mac_text(f->eth.dst, text)));
	json_object_set_new(object, "bytes", json_integer((json_int_t)f->len));
	return object;
}

static json_t *steps_of(const struct story *story)
{
	json_t *steps = json_array();

	for (unsigned i = 0; i < story->steps; i++)
		json_array_append_new(steps, json_pack("{s:i, s:s, s:o}", "step", (int)i + 1,
						       "name", step_name(i), "words",
						       json_text(story->words + story->at[i])));
	return steps;
}

static json_t *deciding_of(const struct tables *t, const struct verdict *v, uint64_t now)
{
	char line_words[512], origin_text[256];
	struct text line = text_in(line_words, sizeof(line_words));
	struct text origin = text_in(origin_text, sizeof(origin_text));
	const char *table = trace_deciding(&line, &origin, t, v, now);

	if (!table)
		return json_null();
	return json_pack("{s:s, s:o, s:o}", "table", table, "line", json_text(line_words), "origin",
			 json_text(origin_text));
}

/* -- Datagrams -- */

static json_t *datagram_of(const struct switch_view *view, const struct outer *o)
{
	uint16_t port = view->source_port && o->endpoint != ENDPOINT_NONE
				? view->source_port(view->context, o->endpoint, o->flow)
				: 0;
	json_t *object = json_object();
	char text[ADDR_TEXT];

	json_object_set_new(object, "src",
			    o->from.family ? json_string(addr_text(o->from, text)) : json_null());
	json_object_set_new(object, "source_port", port ? json_integer(port) : json_null());
	json_object_set_new(object, "dst", json_string(addr_text(o->to, text)));
	json_object_set_new(object, "port", json_integer(o->port));
	json_object_set_new(object, "vni", json_integer(o->vni));
	json_object_set_new(object, "tos", json_integer(o->tos));
	json_object_set_new(object, "df", json_true());
	json_object_set_new(object, "bytes", json_integer((json_int_t)o->len));
	json_object_set_new(object, "lost",
			    o->lost ? json_string(drop_name(o->reason)) : json_null());
	return object;
}

static void add_datagram(json_t *list, const struct switch_view *view, const struct traced *traced,
			 struct destination to)
{
	struct outer outer;

	if (outer_of(&outer, view->tables, traced->verdict, traced->frame, to, traced->now))
		json_array_append_new(list, datagram_of(view, &outer));
}

static uint32_t destinations_of(const struct verdict *v)
{
	if (v->action == ACTION_SEND)
		return 1;
	return v->action == ACTION_FLOOD && v->list ? v->list->count : 0;
}

static json_t *datagrams_of(const struct switch_view *view, const struct traced *traced)
{
	const struct verdict *v = traced->verdict;
	json_t *list = json_array();

	for (uint32_t i = 0; i < destinations_of(v) && i < TRACE_SHOWN; i++)
		add_datagram(list, view, traced, v->action == ACTION_SEND ? v->to : v->list->to[i]);
	return list;
}

/* -- Local ports -- */

static json_t *ports_of(const struct tables *t, const struct traced *traced, uint32_t *count)
{
	const struct network *n = network_of(t, traced->verdict);
	json_t *list = json_array();

	*count = 0;
	for (uint32_t port = 0; n && traced->frame && port < n->ports_end; port++) {
		if (!outer_port_gets(t, traced->verdict, traced->frame, port))
			continue;
		if ((*count)++ < TRACE_SHOWN)
			json_array_append_new(list, json_text(n->ports[port].name));
	}
	return list;
}

/* -- All of it -- */

static bool has_reason(const struct verdict *v)
{
	return v->action == ACTION_DROP || v->answer == ANSWER_TOO_BIG;
}

static void set_verdict(json_t *item, const struct verdict *v)
{
	bool has = has_reason(v);

	json_object_set_new(item, "verdict", json_string(verdict_name(v->action)));
	json_object_set_new(item, "reason", has ? json_string(drop_name(v->reason)) : json_null());
	json_object_set_new(item, "explanation",
			    has ? json_string(drop_explanation(v->reason)) : json_null());
	json_object_set_new(item, "remedy",
			    has ? json_string(drop_remedy(v->reason)) : json_null());
}

static void set_place(json_t *item, const struct network *n, const struct traced *traced)
{
	const struct verdict *v = traced->verdict;
	char text[ADDR_TEXT];

	json_object_set_new(item, "network", n ? json_text(n->name) : json_null());
	json_object_set_new(item, "dev",
			    n ? json_text(v->from_port < n->ports_end ? n->ports[v->from_port].name
								      : network_label(n))
			      : json_null());
	json_object_set_new(item, "vni", json_integer(n ? n->vni : v->vni));
	json_object_set_new(item, "direction", json_string(traced->arrival ? "in" : "out"));
	json_object_set_new(item, "peer",
			    traced->arrival ? json_string(addr_text(traced->arrival->source, text))
					    : json_null());
}

json_t *item_of_trace(const struct switch_view *view, const struct traced *traced)
{
	const struct tables *t = view->tables;
	json_t *item = json_object();
	uint32_t ports;

	set_place(item, network_of(t, traced->verdict), traced);
	json_object_set_new(item, "frame", frame_of(traced->frame));
	set_verdict(item, traced->verdict);
	json_object_set_new(item, "steps", steps_of(traced->story));
	json_object_set_new(item, "decided_by", deciding_of(t, traced->verdict, traced->now));
	json_object_set_new(item, "datagrams", datagrams_of(view, traced));
	json_object_set_new(item, "datagram_count", json_integer(destinations_of(traced->verdict)));
	json_object_set_new(item, "ports", ports_of(t, traced, &ports));
	json_object_set_new(item, "port_count", json_integer(ports));
	json_object_set_new(item, "note", text_or_null(traced->note));
	return item;
}
