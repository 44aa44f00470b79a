/* What would happen to a frame that is described in words: decided on the running tables, and never
 * committed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "item.h"
#include "path/inbound.h"
#include "path/outbound.h"
#include "session_parts.h"
#include "wire/vxlan.h"

/* A question, and what it is answered from. */
struct question {
	const struct session *session;
	const struct switch_view *view;
	const struct network *network;
	uint64_t now;
	struct described described;
	struct addr peer;   /* it comes from; ADDR_NONE: from a local port */
	struct mac station; /* that stands behind the peer, as far as is known */
	uint8_t *bytes;     /* VXLAN_LEN in front of the frame */
	size_t len;         /* of the frame */
	struct text note;
	char *why;
};

/* -- Where does it come from? -- */

static int complain(const struct question *q, int rc, const char *words, const char *name)
{
	struct text why = text_in(q->why, COMMAND_WHY);

	text_add(&why, "%s%s", words, name);
	return rc;
}

/* The network that the command names; else there must be but one. */
static int find_network(struct question *q)
{
	const struct session *s = q->session;

	for (uint32_t id = s->network; id < s->end; id++) {
		const struct network *n = q->view->tables->networks[id];

		if (n && q->network)
			return complain(q, -EINVAL, "there are several networks: which one?",
					" (vxs trace NET ...)");
		if (n)
			q->network = n;
	}
	return q->network ? 0 : complain(q, -ENODEV, "there is no network", "");
}

/* The port of that name; else the first that there is. */
static uint32_t port_meant(const struct question *q)
{
	const struct network *n = q->network;
	uint32_t found = PORT_NONE;

	for (uint32_t port = n->ports_end; port-- > 0;) {
		if (!n->ports[port].used)
			continue;
		if (strcmp(n->ports[port].name, q->session->command.dev) == 0)
			return port;
		found = port;
	}
	return found;
}

static int no_such_peer(const struct question *q)
{
	const struct cluster *c = q->view->plan ? q->view->plan->cluster : NULL;
	const char *name = q->described.from;
	struct nearest nearest = nearest_to(name);
	struct text why = text_in(q->why, COMMAND_WHY);

	for (uint32_t i = 0; c && i < c->node_count; i++)
		nearest_offer(&nearest, c->nodes[i].name);
	text_add(&why, "from \"%s\": ", name);
	if (c && cluster_node(c, name) == q->view->plan->node)
		text_add(&why, "that is this node itself");
	else if (c && cluster_node(c, name) != NODE_NONE)
		text_add(&why, "that node is not in network %s", q->network->name);
	else if (nearest.found)
		text_add(&why, "no such node; did you mean \"%s\"?", nearest.found);
	else
		text_add(&why, "neither a node of the cluster nor an address");
	return -ENOENT;
}

static bool reach(const struct plan *plan, const struct network *n, uint32_t node,
		  struct plan_reach *out)
{
	uint32_t hint = 0;
	const struct plan_network *wanted = plan_find_network(plan, n->name, &hint);

	return wanted && node != NODE_NONE && plan_reach(plan, wanted, node, out);
}

/* A node's name, or any address. */
static int find_peer(struct question *q)
{
	const struct plan *plan = q->view->plan;
	bool is_addr = addr_parse(q->described.from, &q->peer);
	struct plan_reach found = { .port = 0 };
	uint32_t node = NODE_NONE;

	if (plan)
		node = is_addr ? plan_node_at(plan, q->peer)
			       : cluster_node(plan->cluster, q->described.from);
	if (plan && reach(plan, q->network, node, &found)) {
		q->station = found.vtep;
		if (!is_addr)
			q->peer = found.addr;
	} else if (!is_addr) {
		return no_such_peer(q);
	}
	if (network_endpoint(q->network, (enum addr_family)q->peer.family) != ENDPOINT_NONE)
		return 0;
	return complain(q, -EAFNOSUPPORT,
			"this node receives nothing of that address family in network ",
			q->network->name);
}

/* -- Asking -- */

static int tell(const struct question *q, const struct traced *traced, struct text *out)
{
	json_t *item = item_of_trace(q->view, traced);
	size_t room = PROTOCOL_LINE - sizeof("{\"v\":1,\"item\":}\n{\"v\":1,\"ok\":true}\n");

	if (json_dumpb(item, NULL, 0, JSON_COMPACT) > room) {
		json_decref(item);
		return complain(q, -EMSGSIZE, "what there is to say does not fit a line", "");
	}
	item_put(out, item);
	return 0;
}

static int ask_outbound(const struct question *q, uint32_t port, struct story *story,
			struct text *out)
{
	const struct tables *t = q->view->tables;
	struct frame f;
	bool parsed = frame_parse(&f, q->bytes + VXLAN_LEN, q->len);
	struct verdict v = outbound_decide(t, q->network, port, parsed ? &f : NULL, q->now);
	const struct traced traced = { .story = story,
				       .verdict = &v,
				       .frame = parsed ? &f : NULL,
				       .note = q->note.at,
				       .now = q->now };

	story_outbound(story, t, &v, parsed ? &f : NULL, q->now);
	return tell(q, &traced, out);
}

static int ask_inbound(const struct question *q, struct story *story, struct text *out)
{
	const struct tables *t = q->view->tables;
	const struct arrival a = {
		.endpoint = network_endpoint(q->network, (enum addr_family)q->peer.family),
		.source = q->peer,
		.at = q->bytes,
		.len = VXLAN_LEN + q->len,
	};
	struct frame inner;
	struct verdict v = inbound_decide(t, &a, &inner, q->now);
	const struct frame *f = inner.at ? &inner : NULL;
	const struct traced traced = { .story = story,
				       .verdict = &v,
				       .frame = f,
				       .arrival = &a,
				       .note = q->note.at,
				       .now = q->now };

	story_inbound(story, t, &v, &a, f, q->now);
	return tell(q, &traced, out);
}

static int ask(struct question *q, struct text *out)
{
	bool in = described_has(&q->described, DESCRIBED_FROM);
	uint32_t port = in ? PORT_NONE : port_meant(q);
	struct story *story;
	int rc;

	if (!in && port == PORT_NONE)
		return complain(q, -ENODEV, "no device is there to send from in network ",
				q->network->name);
	if (!described_complete(&q->described, q->network, port, q->station, &q->note, q->why))
		return -EINVAL;
	q->len = described_write(room_of(q->bytes + VXLAN_LEN, DESCRIBED_ROOM), &q->described);
	vxlan_write(q->bytes, q->network->vni);
	story = malloc(sizeof(*story));
	if (!story)
		return complain(q, -ENOMEM, "memory is short", "");
	rc = in ? ask_inbound(q, story, out) : ask_outbound(q, port, story, out);
	free(story);
	return rc;
}

static int ask_with_room(struct question *q, struct text *out)
{
	int rc;

	q->bytes = malloc(VXLAN_LEN + DESCRIBED_ROOM);
	if (!q->bytes)
		return complain(q, -ENOMEM, "memory is short", "");
	rc = ask(q, out);
	free(q->bytes);
	return rc;
}

int answer_trace(const struct session *s, const struct switch_view *view, uint64_t now,
		 struct text *out, char why[COMMAND_WHY])
{
	char note[DESCRIBED_NOTE];
	struct question q = { .session = s,
			      .view = view,
			      .now = now,
			      .note = text_in(note, sizeof(note)),
			      .why = why };
	int rc = 0;

	if (!described_read(&q.described, s->command.frame, why))
		return -EINVAL;
	rc = find_network(&q);
	if (rc == 0 && described_has(&q.described, DESCRIBED_FROM))
		rc = find_peer(&q);
	return rc < 0 ? rc : ask_with_room(&q, out);
}
