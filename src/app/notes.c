#include "app/notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/show.h"

bool notes_open(struct notes *notes, const struct vswitch *s)
{
	size_t groups = s->plan->group_count;

	*notes = (struct notes) { .silent_since = calloc(groups ? groups : 1, sizeof(uint32_t)) };
	return notes->silent_since;
}

void notes_close(struct notes *notes)
{
	free(notes->silent_since);
}

static uint32_t silence_of(const struct notes *notes, const struct plan *plan, struct addr group)
{
	for (size_t i = 0; i < plan->group_count; i++)
		if (addr_equal(plan->groups[i].group, group))
			return notes->silent_since[i];
	return 0;
}

bool notes_prepare(const struct notes *notes, const struct plan *running, const struct plan *wanted,
		   struct notes *out)
{
	*out = *notes;
	out->silent_since = calloc(wanted->group_count + 1, sizeof(uint32_t));
	for (size_t i = 0; out->silent_since && i < wanted->group_count; i++)
		out->silent_since[i] = silence_of(notes, running, wanted->groups[i].group);
	return out->silent_since;
}

static void say_frozen(struct notes *notes, const struct vswitch *s, const struct event *event,
		       uint64_t now)
{
	uint32_t swallowed;
	char mac[MAC_TEXT];

	if (!log_allowed(&notes->frozen, now, &swallowed))
		return;
	log_warning("network %s: %s moved more than %d times in %d s and is frozen for %d s: two "
		    "stations share it, or there is a loop (%" PRIu32
		    " more such lines were left out)",
		    s->tables->networks[event->network]->name, mac_text(event->mac, mac), FDB_MOVES,
		    FDB_MOVE_SPAN, FDB_MOVE_SPAN, swallowed);
}

static void say_repeated(struct notes *notes, const struct vswitch *s, const struct event *event,
			 uint64_t now)
{
	uint32_t swallowed;
	char mac[MAC_TEXT];

	if (!log_allowed(&notes->repeated, now, &swallowed))
		return;
	log_warning(
		"network %s: the same frame of %s came from here and was flooded %d times within "
		"a second: there is a loop, through bridges here and at another node, or a sender "
		"that repeats itself (%" PRIu32 " more such lines were left out)",
		s->tables->networks[event->network]->name, mac_text(event->mac, mac), REPEATS_MANY,
		swallowed);
}

static void say_no_runs(struct notes *notes, const struct vswitch *s, const struct event *event,
			uint64_t now)
{
	uint32_t swallowed;
	char ip[ADDR_TEXT];

	if (!log_allowed(&notes->no_runs, now, &swallowed))
		return;
	log_warning("endpoint %s: source socket %u cannot send runs of datagrams (UDP_SEGMENT: %s) "
		    "and sends them singly from now on (%" PRIu32 " more such lines were left out)",
		    addr_text(s->wires[event->endpoint]->self, ip), event->source,
		    strerror(event->error), swallowed);
}

static void say_no_superframes(struct notes *notes, const struct vswitch *s,
			       const struct event *event, uint64_t now)
{
	const struct network *n = s->tables->networks[event->network];
	uint32_t swallowed;

	if (!log_allowed(&notes->no_superframes, now, &swallowed))
		return;
	log_warning("network %s: port %s refuses %s superframes (%s) and gets them cut from now on "
		    "(%" PRIu32 " more such lines were left out)",
		    n->name, n->ports[event->place.port].name,
		    event->superframe == FRAME_TCP ? "TCP" : "UDP", strerror(event->error),
		    swallowed);
}

static void say_no_lease(struct notes *notes, const struct vswitch *s, const struct event *event,
			 uint64_t now)
{
	uint32_t swallowed;
	char mac[MAC_TEXT];

	if (!log_allowed(&notes->no_lease, now, &swallowed))
		return;
	log_warning("network %s: no address is left for the DHCP client %s: `vxs dhcp show` lists "
		    "who has them (%" PRIu32 " more such lines were left out)",
		    s->tables->networks[event->network]->name, mac_text(event->mac, mac),
		    swallowed);
}

static void say_declined(struct notes *notes, const struct vswitch *s, const struct event *event,
			 uint64_t now)
{
	char mac[MAC_TEXT], ip[ADDR_TEXT];
	uint32_t swallowed;

	if (!log_allowed(&notes->declined, now, &swallowed))
		return;
	log_warning("network %s: the DHCP client %s found %s in use by somebody else; nobody is "
		    "given it for a while (%" PRIu32 " more such lines were left out)",
		    s->tables->networks[event->network]->name, mac_text(event->mac, mac),
		    addr_text(event->ip, ip), swallowed);
}

void notes_share(struct notes *notes, void (*shared)(void *context, const struct event *event),
		 void *context)
{
	notes->shared = shared;
	notes->context = context;
}

void notes_drain(struct notes *notes, struct vswitch *s, uint64_t now)
{
	struct event event;

	while (engine_next_event(s->engine, &event)) {
		if (notes->shared)
			notes->shared(notes->context, &event);
		if (event.kind == EVENT_FROZEN)
			say_frozen(notes, s, &event, now);
		else if (event.kind == EVENT_REPEATED)
			say_repeated(notes, s, &event, now);
		else if (event.kind == EVENT_NO_LEASE)
			say_no_lease(notes, s, &event, now);
		else if (event.kind == EVENT_DECLINED)
			say_declined(notes, s, &event, now);
		else if (event.kind == EVENT_NO_RUNS)
			say_no_runs(notes, s, &event, now);
		else if (event.kind == EVENT_NO_SUPERFRAMES)
			say_no_superframes(notes, s, &event, now);
	}
}

static uint64_t group_heard(const struct vswitch *s, const struct plan_group *group)
{
	const struct underlay_wire *wire = s->wires[s->plan->endpoints[group->endpoint].number];

	for (unsigned i = 1; i < udp_receivers(wire->udp); i++) {
		if (addr_equal(udp_group(wire->udp, i), group->group))
			return wire->heard[i];
	}
	return 0;
}

/* Frames that the networks of this group have flooded into it. */
static uint64_t group_floods(const struct vswitch *s, const struct plan_group *group)
{
	uint64_t floods = 0;

	for (uint32_t i = 0; i < s->plan->network_count; i++) {
		const struct plan_network *n = &s->plan->networks[i];

		if (n->config->flood == FLOOD_GROUP && addr_equal(n->config->group, group->group))
			floods += s->tables->networks[n->id]->count.floods;
	}
	return floods;
}

static void say_silent(const struct plan_group *group, uint64_t floods)
{
	char ip[ADDR_TEXT];

	log_warning(
		"%" PRIu64
		" frames were flooded into group %s on %s, and nothing was heard from it "
		"in %d s.  Either no other node has joined (is it running, on the same group, port "
		"and "
		"VNI?), or the network between does not forward multicast (cloud networks do not; "
		"switches need an IGMP querier; routers need a TTL above 1).  `flood: peers` needs "
		"no "
		"multicast.",
		floods, addr_text(group->group, ip), group->interface, NOTES_GROUP_SILENCE);
}

void notes_watch_groups(struct notes *notes, const struct vswitch *s, uint64_t now)
{
	uint32_t tick = clock_tick(now);

	for (size_t i = 0; i < s->plan->group_count; i++) {
		const struct plan_group *group = &s->plan->groups[i];
		uint64_t floods = group_floods(s, group);
		uint32_t *since = &notes->silent_since[i];

		if (*since == UINT32_MAX || !floods)
			continue;
		if (!*since)
			*since = tick;
		if (group_heard(s, group)) {
			*since = UINT32_MAX;
		} else if (tick - *since >= NOTES_GROUP_SILENCE) {
			say_silent(group, floods);
			*since = UINT32_MAX;
		}
	}
}

static void dump_sockets(FILE *to, const struct vswitch *s)
{
	for (uint16_t w = 0; w < s->wire_count; w++) {
		const struct underlay_wire *wire = s->wires[w];
		char ip[ADDR_TEXT];

		for (unsigned i = 0; wire && i < udp_receivers(wire->udp); i++) {
			struct addr group = udp_group(wire->udp, i);

			fprintf(to,
				"%s %s port %u: %" PRIu64 " receives from others, %" PRIu64
				" lost because our buffer was full\n",
				group.family ? "group" : "endpoint",
				addr_text(group.family ? group : wire->self, ip),
				wire->wanted->port, wire->heard[i], udp_overflows(wire->udp, i));
		}
	}
}

/* Of a device that went to another namespace the queue can not be seen from here. */
static void dump_devices(FILE *to, const struct vswitch *s)
{
	for (uint32_t i = 0; i < s->port_count; i++) {
		const struct tap_port *port = s->ports[i];
		const struct network *n = s->tables->networks[port->network];
		struct link_info link;

		if (port->tap.fd < 0)
			fprintf(to, "device %s of network %s: gone\n", port->tap.name, n->name);
		else if (link_get_index(s->netlink, port->tap.ifindex, &link) == 0)
			fprintf(to,
				"device %s of network %s: %s, %" PRIu64
				" frames lost because its queue was full\n",
				n->ports[port->index].name, n->name, link.up ? "up" : "down",
				link.tx[LINK_DROPPED]);
		else
			fprintf(to, "device %s of network %s: in another namespace\n",
				n->ports[port->index].name, n->name);
	}
}

/* What a refusal once cost for good; nothing when there was none. */
static void dump_degraded(FILE *to, const struct engine_counters *c)
{
	if (c->no_runs)
		fprintf(to,
			"%" PRIu64 " source sockets cannot send runs: %" PRIu64
			" runs were sent singly\n",
			c->no_runs, c->runs_cut);
	if (c->no_superframes)
		fprintf(to,
			"%" PRIu64 " times a local port refused superframes of a kind, and gets "
			"them cut\n",
			c->no_superframes);
}

void notes_dump(FILE *to, const struct vswitch *s, uint64_t now)
{
	const struct engine_counters *c = engine_counters(s->engine);

	fprintf(to, "node %s of %s\n", s->plan->cluster->nodes[s->plan->node].name,
		s->plan->cluster->name);
	dump_sockets(to, s);
	dump_devices(to, s);
	fprintf(to,
		"sent %" PRIu64 " datagrams in %" PRIu64 " runs, %" PRIu64
		" flooded copies; waited %" PRIu64 " times for the underlay\n",
		c->datagrams, c->runs, c->flood_messages, c->blocked);
	dump_degraded(to, c);
	show_all(to, s->tables, now);
	fprintf(to, "end of dump\n");
	fflush(to);
}
