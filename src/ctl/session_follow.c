/* Frames as they come, told to those who follow them. */
#include <errno.h>

#include "base/nearest.h"
#include "item.h"
#include "session_parts.h"

/* -- What is to be followed -- */

static bool find_reason(const char *name, enum drop_reason *out, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(name);

	for (unsigned i = 0; i < DROP_REASON_COUNT; i++) {
		*out = (enum drop_reason)i;
		if (strcmp(drop_name(*out), name) == 0)
			return true;
		nearest_offer(&nearest, drop_name(*out));
	}
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "nothing is dropped as \"%s\"; did you mean \"%s\"?",
			 name, nearest.found);
	else
		snprintf(why, COMMAND_WHY,
			 "nothing is dropped as \"%s\"; `vxs stats --drops` has them", name);
	return false;
}

/* A node's name, or any address. */
static bool find_peer(const struct plan *plan, const char *name, struct addr *out,
		      char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(name);
	uint32_t node;

	if (addr_parse(name, out))
		return true;
	node = plan ? cluster_node(plan->cluster, name) : NODE_NONE;
	if (node != NODE_NONE) {
		*out = plan->cluster->nodes[node].address;
		if (out->family == ADDR_NONE)
			*out = plan->cluster->nodes[node].address6;
		return true;
	}
	for (uint32_t i = 0; plan && i < plan->cluster->node_count; i++)
		nearest_offer(&nearest, plan->cluster->nodes[i].name);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no node \"%s\"; did you mean \"%s\"?", name,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "\"%s\" is neither a node nor an address", name);
	return false;
}

int follow_begin(struct session *s, const struct switch_view *view, char why[COMMAND_WHY])
{
	const struct command *c = &s->command;

	s->filter = (struct filter) {
		.network = command_has(c, PART_DEV) ? s->network : NETWORK_NONE,
		.mac = c->mac,
		.ip = c->ip,
		.arp = command_has(c, PART_ARP),
		.drop = command_has(c, PART_DROP) || command_has(c, PART_REASON),
		.reason = DROP_REASON_COUNT,
	};
	if (command_has(c, PART_REASON) && !find_reason(c->reason, &s->filter.reason, why))
		return -EINVAL;
	if (command_has(c, PART_TO) && !find_peer(view->plan, c->to, &s->filter.peer, why))
		return -ENOENT;
	if (view->admit_follower && view->admit_follower(view->context))
		return 0;
	snprintf(why, COMMAND_WHY, "%d follow frames already, as many as may", SESSION_FOLLOWERS);
	return -EBUSY;
}

/* -- Frames -- */

bool session_follows(const struct session *s, const struct switch_view *view,
		     const struct looked *what)
{
	return s->state == SESSION_FOLLOW && filter_passes(&s->filter, view->tables, what);
}

static void tell_story(struct story *story, const struct tables *t, const struct looked *what)
{
	if (what->arrival)
		story_inbound(story, t, what->verdict, what->arrival, what->frame, what->now);
	else
		story_outbound(story, t, what->verdict, what->frame, what->now);
}

void session_tell_frame(const struct switch_view *view, const struct looked *what, struct text *out)
{
	struct story story;
	const struct traced traced = { .story = &story,
				       .verdict = what->verdict,
				       .frame = what->frame,
				       .arrival = what->arrival,
				       .now = what->now };
	json_t *item;

	tell_story(&story, view->tables, what);
	item = item_of_trace(view, &traced);
	if (json_dumpb(item, NULL, 0, JSON_COMPACT) + sizeof("{\"v\":1,\"item\":}\n") <
	    out->size - out->len)
		item_put(out, item);
	else
		json_decref(item);
}
