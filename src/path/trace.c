#include "path/trace.h"

#include "describe.h"
#include "wire/ecn.h"
#include "wire/vxlan.h"

/* One frame's story and everything it is told from. */
struct tale {
	struct text *out;
	const struct tables *tables;
	const struct network *network; /* NULL: dropped before it was known */
	const struct verdict *verdict;
	const struct frame *frame;     /* NULL: it did not parse, or nobody came so far */
	const struct arrival *arrival; /* inbound only */
	uint64_t now;
};

/* Writes the facts of one step. */
typedef void step_teller(const struct tale *tale);

/* -- What both directions tell in the same words. -- */

static const struct network *network_of(const struct tables *t, uint32_t id)
{
	return id < t->network_count ? t->networks[id] : NULL;
}

static void tell_drop(struct text *out, enum drop_reason reason)
{
	text_add(out, "DROP %s: %s", drop_name(reason), drop_explanation(reason));
}

void trace_frame(struct text *out, const struct frame *f)
{
	describe_frame(out, f);
}

const char *step_name(unsigned step)
{
	static const char *const names[TRACE_STEPS] = { "arrive", "parse", "look up", "change",
							"leave" };

	return names[step];
}

static void tell_step(const struct tale *tale, step_teller *tell, bool dropped)
{
	size_t before = tale->out->len;

	tell(tale);
	if (!dropped)
		return;
	text_add(tale->out, "%s", tale->out->len > before ? "; " : "");
	tell_drop(tale->out, tale->verdict->reason);
}

/* The five lines, or as many as the frame lived to see. */
static void tell_steps(const struct tale *tale, const char *arrow,
		       step_teller *const tell[TRACE_STEPS], unsigned dropped_at)
{
	const char *name = tale->network ? tale->network->name : "?";
	unsigned steps = dropped_at ? dropped_at : TRACE_STEPS;
	struct text *out = tale->out;

	text_add(out, "%s %s  ", name, arrow);
	for (unsigned i = 0; i < steps; i++) {
		if (i > 0)
			text_add(out, "%*s", (int)strlen(name) + (int)strlen("  >     "), "");
		text_add(out, "%u %-8s ", i + 1, step_name(i));
		tell_step(tale, tell[i], i + 1 == dropped_at);
		text_add(out, "\n");
	}
}

static void keep_steps(struct story *story, const struct tale *tale,
		       step_teller *const tell[TRACE_STEPS], unsigned dropped_at)
{
	struct tale of_step = *tale;
	size_t used = 0;

	story->steps = dropped_at ? dropped_at : TRACE_STEPS;
	for (unsigned i = 0; i < story->steps; i++) {
		struct text text = text_in(story->words + used, sizeof(story->words) - used);

		story->at[i] = (uint16_t)used;
		of_step.out = &text;
		tell_step(&of_step, tell[i], i + 1 == dropped_at);
		used += used + text.len + 1 < sizeof(story->words) ? text.len + 1 : text.len;
	}
}

/* What the source MAC means for the FDB. */
static void tell_source(const struct tale *tale)
{
	const struct fdb_judgement source = tale->verdict->effects.source;
	struct text *out = tale->out;

	switch (source.change) {
	case FDB_NOTHING:
		if (source.slot == FDB_NONE) {
			text_add(out, "source not known and not learned");
			return;
		}
		text_add(out, "source known: ");
		break;
	case FDB_REFRESH:
		text_add(out, "source known: ");
		break;
	case FDB_NEW:
		text_add(out, "source new, learned here");
		return;
	case FDB_MOVE:
		text_add(out, "source moves here, it was ");
		break;
	case FDB_FREEZE:
		text_add(out, "source moved once too often and freezes at ");
		break;
	case FDB_FROZEN:
		text_add(out, "source frozen at ");
		break;
	case FDB_CONFLICT:
	case FDB_LOOP:
		text_add(out, "source belongs to ");
		break;
	}
	describe_entry(out, tale->tables, tale->network, source.slot, tale->now);
}

static void tell_deciding_entry(const struct tale *tale)
{
	describe_entry(tale->out, tale->tables, tale->network, tale->verdict->fdb_slot, tale->now);
}

static const char *port_name(const struct tale *tale, uint32_t port)
{
	return tale->network->ports[port].name;
}

/* -- Outbound. -- */

static void out_arrive(const struct tale *tale)
{
	text_add(tale->out, "%s: VNI %u", port_name(tale, tale->verdict->from_port),
		 tale->network->vni);
}

/* Was the source judged before the frame's way ended? */
static bool source_was_judged(const struct verdict *v)
{
	return v->effects.source.change != FDB_NOTHING || v->effects.source.slot != FDB_NONE;
}

static void out_parse(const struct tale *tale)
{
	if (!tale->frame)
		return;
	describe_frame(tale->out, tale->frame);
	if (!source_was_judged(tale->verdict))
		return;
	text_add(tale->out, "; ");
	tell_source(tale);
}

static void tell_unknown(const struct tale *tale)
{
	const struct network *n = tale->network;
	const struct mac dst = tale->frame->eth.dst;
	char mac[MAC_TEXT];

	text_add(tale->out, "%s is %s, ", mac_text(dst, mac),
		 mac_is_group(dst) ? "a group" : "unknown");
	if (n->flood && n->flood->count > 0)
		text_add(tale->out, "hence the flood list  (%s)",
			 origin_words(tale->tables->origins, n->flood_origin));
	else
		text_add(tale->out, "and there is no flood list");
}

static void tell_neighbour(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	describe_neighbour(tale->out, neigh_at(tale->network->neigh, v->neigh_slot));
	text_add(tale->out, "  (%s)", origin_words(tale->tables->origins, v->origin));
}

/* The network answers for its gateway, and for those who lease an address of it. */
static void tell_binding(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;
	const struct dhcp_terms *terms = bindings_terms(tale->network->bindings);
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	if (v->answer == ANSWER_BINDING)
		text_add(tale->out, "%s lladdr %s %s", addr_text(v->answer_ip, ip),
			 mac_text(v->answer_mac, mac),
			 addr_equal(v->answer_ip, terms->gateway.addr) ? "gateway" : "leased");
	else
		text_add(tale->out, "DHCP ends here: dhcp is on, and %s answers",
			 addr_text(terms->gateway.addr, ip));
}

static void out_look_up(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;
	char ip[ADDR_TEXT];

	if (v->neigh_slot != NEIGH_NONE)
		tell_neighbour(tale);
	else if (v->answer == ANSWER_BINDING || v->service == SERVICE_DHCP ||
		 v->reason == DROP_DHCP_LIMITED)
		tell_binding(tale);
	else if (v->action == ACTION_DROP && v->reason == DROP_NEIGH_UNKNOWN)
		text_add(tale->out, "no neighbour %s", addr_text(v->effects.miss_ip, ip));
	else if (v->fdb_slot != FDB_NONE)
		tell_deciding_entry(tale);
	else
		tell_unknown(tale);
}

static void tell_wrapping(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	text_add(tale->out,
		 "+ VXLAN header, VNI %u; outer TOS 0x%02x, source port picked by flow 0x%08x",
		 tale->network->vni, v->outer_tos, v->flow);
}

static void tell_obstacle(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	text_add(tale->out, "to ");
	describe_peer(tale->out, tale->tables, v->to.peer);
	if (v->reason == DROP_UNDERLAY_ERROR)
		text_add(tale->out, " there is no endpoint of its family");
	else
		text_add(tale->out, " it is too long with the outer headers");
}

static void out_change(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	switch (v->action) {
	case ACTION_SEND:
		tell_wrapping(tale);
		break;
	case ACTION_FLOOD:
		if (v->list)
			tell_wrapping(tale);
		else
			text_add(tale->out, "nothing: it stays on this node");
		break;
	case ACTION_REPLY:
		if (v->answer == ANSWER_TOO_BIG)
			tell_obstacle(tale);
		else
			text_add(tale->out, "the question becomes its answer");
		break;
	case ACTION_DELIVER:
	case ACTION_DELIVER_ALL:
	case ACTION_PUNT:
		text_add(tale->out, "nothing: it stays on this node");
		break;
	case ACTION_DROP:
		if (v->reason == DROP_UNDERLAY_ERROR || v->reason == DROP_TX_TOO_BIG)
			tell_obstacle(tale);
		else
			text_add(tale->out, "nothing");
		break;
	}
}

static void tell_reply(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;
	char ip[ADDR_TEXT], mac[MAC_TEXT];

	text_add(tale->out, "REPLY on %s: ", port_name(tale, v->port));
	if (v->answer == ANSWER_TOO_BIG) {
		text_add(tale->out, "ICMP too big, packets up to %u bytes fit; counted as %s",
			 v->answer_mtu, drop_name(v->reason));
		return;
	}
	text_add(tale->out, "%s %s is at %s", v->answer == ANSWER_ND ? "ND" : "ARP",
		 addr_text(v->answer_ip, ip), mac_text(v->answer_mac, mac));
}

static void out_leave(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	switch (v->action) {
	case ACTION_DROP:
		break;
	case ACTION_REPLY:
		tell_reply(tale);
		break;
	case ACTION_SEND:
		text_add(tale->out, "SEND to ");
		describe_destination(tale->out, tale->tables, tale->network, v->to);
		break;
	case ACTION_FLOOD:
		text_add(tale->out, "FLOOD to ");
		if (v->list)
			describe_list(tale->out, tale->tables, tale->network, v->list);
		text_add(tale->out, "%severy other local port", v->list ? " and " : "");
		break;
	case ACTION_DELIVER:
	case ACTION_DELIVER_ALL:
		text_add(tale->out, "DELIVER to %s", port_name(tale, v->port));
		break;
	case ACTION_PUNT:
		text_add(tale->out, "PUNT: DHCP, answered on %s", port_name(tale, v->from_port));
		break;
	}
}

/* The step at which an outbound frame was dropped. */
static unsigned out_dropped_at(const struct verdict *v)
{
	switch (v->reason) {
	case DROP_PORT_DOWN:
		return v->fdb_slot == FDB_NONE ? 1 : 5; /* the port it came from, or goes to */
	case DROP_OVERSIZE:
		return v->fdb_slot == FDB_NONE ? 2 : 5;
	case DROP_SAME_PORT:
	case DROP_NEIGH_UNKNOWN:
	case DROP_NO_REMOTE:
	case DROP_DHCP_LIMITED:
		return 3;
	case DROP_UNDERLAY_ERROR:
	case DROP_TX_TOO_BIG:
		return 4;
	case DROP_BUM_LIMITED:
		return 5;
	default:
		return 2;
	}
}

static step_teller *const out_steps[TRACE_STEPS] = {
	out_arrive, out_parse, out_look_up, out_change, out_leave,
};

static struct tale out_tale(struct text *out, const struct tables *t, const struct verdict *v,
			    const struct frame *f, uint64_t now)
{
	return (struct tale) {
		.out = out,
		.tables = t,
		.network = network_of(t, v->network),
		.verdict = v,
		.frame = f,
		.now = now,
	};
}

static unsigned out_end(const struct verdict *v)
{
	return v->action == ACTION_DROP ? out_dropped_at(v) : 0;
}

void trace_outbound(struct text *out, const struct tables *t, const struct verdict *v,
		    const struct frame *f, uint64_t now)
{
	const struct tale tale = out_tale(out, t, v, f, now);

	tell_steps(&tale, "▸ out", out_steps, out_end(v));
}

void story_outbound(struct story *out, const struct tables *t, const struct verdict *v,
		    const struct frame *f, uint64_t now)
{
	struct tale tale = out_tale(NULL, t, v, f, now);

	keep_steps(out, &tale, out_steps, out_end(v));
}

/* -- Inbound. -- */

static void in_arrive(const struct tale *tale)
{
	const struct arrival *a = tale->arrival;
	char source[ADDR_TEXT], at[ADDR_TEXT];

	if (tale->frame && tale->frame->mores > 0)
		text_add(tale->out, "%u datagrams of one flow, put together, from ",
			 tale->frame->mores + 1U);
	else
		text_add(tale->out, "%zu bytes from ", a->len);
	text_add(tale->out, "%s", addr_text(a->source, source));
	if (a->endpoint < tale->tables->endpoint_count) {
		const struct endpoint *e = &tale->tables->endpoints[a->endpoint];

		text_add(tale->out, " to %s port %u", addr_text(e->addr, at), e->port);
	}
	text_add(tale->out, ", outer TOS 0x%02x", a->tos);
}

static void in_parse(const struct tale *tale)
{
	struct span in = span_of(tale->arrival->at, tale->arrival->len);
	struct vxlan header;

	if (vxlan_read(&in, &header) != VXLAN_FINE)
		return;
	text_add(tale->out, "VXLAN header: VNI %u%s", header.vni,
		 header.reserved ? ", reserved bits set" : "");
}

/* Was the sender let in? */
static bool sender_was_allowed(const struct verdict *v)
{
	return v->action != ACTION_DROP ||
	       (v->reason != DROP_RX_SELF && v->reason != DROP_UNKNOWN_PEER);
}

static void in_look_up(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;
	char source[ADDR_TEXT];

	if (!tale->network)
		return;
	text_add(tale->out, "network %s", tale->network->name);
	if (!sender_was_allowed(v))
		return;
	text_add(tale->out, "; %s may speak%s", addr_text(v->from_peer, source),
		 v->effects.admit ? ", a stranger" : "");
	if (!source_was_judged(v) && (v->action == ACTION_DROP || tale->network->learning))
		return;
	text_add(tale->out, "; ");
	tell_source(tale);
}

static void tell_congestion(const struct tale *tale)
{
	static const char *const names[] = {
		[ECN_NOT_ECT] = "not-ECT",
		[ECN_ECT1] = "ECT(1)",
		[ECN_ECT0] = "ECT(0)",
		[ECN_CE] = "CE",
	};

	if (tale->verdict->set_ecn)
		text_add(tale->out, "; ECN becomes %s", names[tale->verdict->ecn & ECN_MASK]);
}

static void in_change(const struct tale *tale)
{
	text_add(tale->out, "− VXLAN header: ");
	describe_frame(tale->out, tale->frame);
	tell_congestion(tale);
}

/* Of a frame for our VTEP; false when it is not one. */
static bool tell_probe(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;

	if (v->action == ACTION_PUNT)
		text_add(tale->out, "PUNT: %s",
			 v->service == SERVICE_PROBE_REQUEST
				 ? "a probe, answered to the peer it came from"
				 : "the answer to a probe of ours");
	else if (v->action == ACTION_DROP &&
		 (v->reason == DROP_PROBE_REFUSED || v->reason == DROP_PROBE_UNASKED))
		text_add(tale->out, "a probe for our VTEP");
	else
		return false;
	return true;
}

static void in_leave(const struct tale *tale)
{
	const struct verdict *v = tale->verdict;
	char mac[MAC_TEXT];

	if (tell_probe(tale))
		return;
	if (v->action == ACTION_DELIVER)
		text_add(tale->out, "DELIVER to %s: ", port_name(tale, v->port));
	else if (v->action == ACTION_DELIVER_ALL)
		text_add(tale->out, "DELIVER ALL: ");
	if (v->fdb_slot != FDB_NONE)
		tell_deciding_entry(tale);
	else
		text_add(tale->out, "%s is %s", mac_text(tale->frame->eth.dst, mac),
			 mac_is_group(tale->frame->eth.dst) ? "a group" : "unknown");
	if (v->action == ACTION_DELIVER_ALL)
		text_add(tale->out, "; every local port, never another peer");
}

static unsigned in_dropped_at(const struct verdict *v)
{
	switch (v->reason) {
	case DROP_TRUNCATED:
	case DROP_RX_SHORT:
	case DROP_INVALID_HDR:
	case DROP_GPE:
		return 2;
	case DROP_IP_TUNNEL_ECN:
		return 4;
	case DROP_OVERSIZE:
	case DROP_PORT_DOWN:
	case DROP_PROBE_REFUSED:
	case DROP_PROBE_UNASKED:
		return 5;
	default:
		return 3;
	}
}

static step_teller *const in_steps[TRACE_STEPS] = {
	in_arrive, in_parse, in_look_up, in_change, in_leave,
};

static struct tale in_tale(struct text *out, const struct tables *t, const struct verdict *v,
			   const struct arrival *a, const struct frame *inner, uint64_t now)
{
	return (struct tale) {
		.out = out,
		.tables = t,
		.network = network_of(t, v->network),
		.verdict = v,
		.frame = inner,
		.arrival = a,
		.now = now,
	};
}

static unsigned in_end(const struct verdict *v)
{
	return v->action == ACTION_DROP ? in_dropped_at(v) : 0;
}

void trace_inbound(struct text *out, const struct tables *t, const struct verdict *v,
		   const struct arrival *a, const struct frame *inner, uint64_t now)
{
	const struct tale tale = in_tale(out, t, v, a, inner, now);

	tell_steps(&tale, "◂ in ", in_steps, in_end(v));
}

void story_inbound(struct story *out, const struct tables *t, const struct verdict *v,
		   const struct arrival *a, const struct frame *inner, uint64_t now)
{
	struct tale tale = in_tale(NULL, t, v, a, inner, now);

	keep_steps(out, &tale, in_steps, in_end(v));
}

/* -- Which line decided? -- */

const char *trace_deciding(struct text *line, struct text *origin, const struct tables *t,
			   const struct verdict *v, uint64_t now)
{
	const struct network *n = network_of(t, v->network);

	if (n && v->neigh_slot != NEIGH_NONE) {
		describe_neighbour(line, neigh_at(n->neigh, v->neigh_slot));
		text_add(origin, "%s", origin_words(t->origins, v->origin));
		return "neigh";
	}
	if (n && v->fdb_slot != FDB_NONE) {
		describe_line(line, t, n, fdb_at(n->fdb, v->fdb_slot));
		describe_origin(origin, t, n, fdb_at(n->fdb, v->fdb_slot), now);
		return "fdb";
	}
	if (!n || !v->list)
		return NULL;
	text_add(line, "00:00:00:00:00:00 dst ");
	describe_list(line, t, n, v->list);
	text_add(line, " self permanent");
	text_add(origin, "%s", origin_words(t->origins, n->flood_origin));
	return "flood";
}
