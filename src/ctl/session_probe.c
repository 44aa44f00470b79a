/* A probe to another node: whom the asker means, and what became of it. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "item.h"
#include "session_parts.h"
#include "wire/vxlan.h"

/* -- Who is meant? -- */

/* The node that stands behind @mac in @n. */
static uint32_t node_behind(const struct switch_view *view, const struct network *n, struct mac mac,
			    uint64_t now)
{
	uint32_t slot = fdb_find(n->fdb, mac, now);
	const struct fdb_entry *entry = slot == FDB_NONE ? NULL : fdb_at(n->fdb, slot);
	const struct peer *peer;

	if (!entry || entry->list || entry->place.kind != PLACE_PEER)
		return NODE_NONE;
	peer = peers_at(view->tables->peers, entry->place.to.peer);
	return peer ? plan_node_at(view->plan, peer->addr) : NODE_NONE;
}

/* By its name, its address, or the MAC or address of a station behind it. */
static uint32_t node_meant(const struct switch_view *view, const struct network *n,
			   const char *word, uint64_t now)
{
	uint32_t node = cluster_node(view->plan->cluster, word), slot;
	struct addr addr;
	struct mac mac;

	if (node != NODE_NONE)
		return node;
	if (mac_parse(word, &mac))
		return node_behind(view, n, mac, now);
	if (!addr_parse(word, &addr))
		return NODE_NONE;
	node = plan_node_at(view->plan, addr);
	slot = neigh_find(n->neigh, addr);
	if (node != NODE_NONE || slot == NEIGH_NONE)
		return node;
	return node_behind(view, n, neigh_at(n->neigh, slot)->mac, now);
}

static bool reach_in(const struct switch_view *view, const struct network *n, const char *word,
		     uint64_t now, struct probe_task *out)
{
	uint32_t hint = 0, node = node_meant(view, n, word, now);
	const struct plan_network *wanted = plan_find_network(view->plan, n->name, &hint);
	struct plan_reach reach;

	if (node == NODE_NONE || !wanted || !plan_reach(view->plan, wanted, node, &reach) ||
	    !peers_find(view->tables->peers, reach.addr, &out->to.peer))
		return false;
	out->network = n->id;
	out->to.port = reach.port;
	out->addr = reach.addr;
	out->vtep = reach.vtep;
	snprintf(out->node, sizeof(out->node), "%s", view->plan->cluster->nodes[node].name);
	return true;
}

/* The first network in which it can be reached. */
static bool reach(const struct session *s, const struct switch_view *view, uint64_t now,
		  struct probe_task *out)
{
	for (uint32_t id = s->network; id < s->end; id++) {
		const struct network *n = view->tables->networks[id];

		if (n && reach_in(view, n, s->command.to, now, out))
			return true;
	}
	return false;
}

static bool is_us(const struct switch_view *view, const char *word)
{
	struct addr addr;
	uint32_t node = cluster_node(view->plan->cluster, word);

	if (node == NODE_NONE && addr_parse(word, &addr))
		node = plan_node_at(view->plan, addr);
	return node == view->plan->node;
}

static int say_nobody(const struct session *s, const struct switch_view *view,
		      char why[COMMAND_WHY])
{
	const struct cluster *c = view->plan->cluster;
	const char *word = s->command.to;
	struct nearest nearest = nearest_to(word);
	struct addr addr;
	struct mac mac;

	for (uint32_t i = 0; i < c->node_count; i++)
		nearest_offer(&nearest, c->nodes[i].name);
	if (is_us(view, word))
		snprintf(why, COMMAND_WHY, "%s is this node itself", word);
	else if (cluster_node(c, word) != NODE_NONE)
		snprintf(why, COMMAND_WHY, "%s is no member of %s that can be reached from here",
			 word, command_has(&s->command, PART_DEV) ? s->command.dev : "a network");
	else if (mac_parse(word, &mac))
		snprintf(why, COMMAND_WHY, "%s is behind no node that is known (`vxs fdb show`)",
			 word);
	else if (addr_parse(word, &addr))
		snprintf(why, COMMAND_WHY,
			 "%s is no node of cluster %s, nor a neighbour behind one (`vxs neigh "
			 "show`)",
			 word, c->name);
	else if (nearest.found)
		snprintf(why, COMMAND_WHY, "no node \"%s\"; did you mean \"%s\"?", word,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no node \"%s\" in cluster %s", word, c->name);
	return -ENOENT;
}

/* -- How large may it be? -- */

static const struct network *network_of(const struct session *s, const struct switch_view *view)
{
	return s->probe.network < view->tables->network_count
		       ? view->tables->networks[s->probe.network]
		       : NULL;
}

static uint32_t outer_len(const struct session *s)
{
	return s->probe.size + vxlan_overhead((enum addr_family)s->probe.addr.family);
}

/* Largest outer packet of our own interface; UINT32_MAX when there is none. */
static uint32_t interface_mtu(const struct session *s, const struct switch_view *view)
{
	const struct network *n = network_of(s, view);
	uint16_t endpoint =
		n ? network_endpoint(n, (enum addr_family)s->probe.addr.family) : ENDPOINT_NONE;

	return endpoint < view->tables->endpoint_count ? view->tables->endpoints[endpoint].mtu
						       : UINT32_MAX;
}

/* What the switch believes or the system knows of the whole way: the smaller. */
static uint32_t path_mtu(const struct session *s, const struct switch_view *view, uint64_t now)
{
	const struct peer *peer = peers_at(view->tables->peers, s->probe.to.peer);
	uint32_t believed = interface_mtu(s, view), known;

	if (peer)
		believed = peer_path_mtu(peer, believed, now);
	known = view->route_mtu(view->context, s->probe.network, s->probe.addr);
	return known && known < believed ? known : believed;
}

/* -- Sending -- */

static int set_task(struct session *s, char why[COMMAND_WHY])
{
	const struct command *c = &s->command;

	s->probe.size = command_has(c, PART_SIZE) ? c->size : PROBE_SIZE;
	s->probe.patience = (command_has(c, PART_WAIT) ? c->wait : PROBE_WAIT) * NS_PER_MS;
	if (s->probe.size >= PROBE_SIZE_MIN && s->probe.size <= PROBE_SIZE_MAX)
		return 0;
	snprintf(why, COMMAND_WHY, "a probe has %d..%d bytes behind its Ethernet header",
		 PROBE_SIZE_MIN, PROBE_SIZE_MAX);
	return -EINVAL;
}

static int send_probe(struct session *s, const struct switch_view *view, uint64_t now,
		      char why[COMMAND_WHY])
{
	const struct peer *peer = peers_at(view->tables->peers, s->probe.to.peer);
	int rc;

	s->errors = peer ? peer->count.errors : 0;
	s->sequence = 0;
	if (outer_len(s) > path_mtu(s, view, now))
		return 0; /* nothing needs to be sent to know */
	rc = view->probe(view->context, &s->probe, now, &s->sequence);
	if (rc < 0)
		snprintf(why, COMMAND_WHY, "the probe was not sent: %s", strerror(-rc));
	return rc;
}

/* By way of the group that the network floods to. */
static bool take_group(struct session *s, const struct switch_view *view)
{
	const struct network *n = network_of(s, view);
	const struct flood_list *list = n ? n->flood : NULL;

	for (uint32_t i = 0; list && i < list->count; i++) {
		const struct peer *peer = peers_at(view->tables->peers, list->to[i].peer);

		if (!peer || !addr_is_multicast(peer->addr))
			continue;
		s->probe.to = list->to[i];
		return true;
	}
	return false;
}

int probe_begin(struct session *s, const struct switch_view *view, uint64_t now,
		char why[COMMAND_WHY])
{
	int rc = set_task(s, why);

	if (rc < 0)
		return rc;
	if (!view->plan) {
		snprintf(why, COMMAND_WHY, "this switch sends no probes");
		return -EOPNOTSUPP;
	}
	if (!reach(s, view, now, &s->probe))
		return say_nobody(s, view, why);
	if (command_has(&s->command, PART_GROUP) && !take_group(s, view)) {
		snprintf(why, COMMAND_WHY, "the network floods to no group");
		return -EOPNOTSUPP;
	}
	return send_probe(s, view, now, why);
}

/* -- What became of it -- */

/* NULL: not known yet. */
static const char *outcome_of(const struct session *s, const struct switch_view *view, uint64_t now)
{
	const struct probe_waiting *p = probes_at(&view->tables->probes, s->sequence);
	const struct peer *peer = peers_at(view->tables->peers, s->probe.to.peer);

	if (p && p->answered)
		return p->no_network ? "no-network" : "answered";
	if (outer_len(s) > interface_mtu(s, view))
		return "too-big-here";
	if (peer && peer->count.errors > s->errors)
		return peer->count.last_error == ECONNREFUSED ? "refused" : "unreachable";
	if (!p || now >= p->until || !peer || outer_len(s) > peer_path_mtu(peer, UINT32_MAX, now))
		return outer_len(s) > path_mtu(s, view, now) ? "too-big-path" : "silence";
	return NULL;
}

static json_t *item_of_probe(const struct session *s, const struct switch_view *view,
			     const char *outcome, uint64_t now)
{
	const struct probe_waiting *p = probes_at(&view->tables->probes, s->sequence);
	const struct network *n = network_of(s, view);
	json_t *item = json_object();
	char text[ADDR_TEXT];

	json_object_set_new(item, "node", json_text(s->probe.node));
	json_object_set_new(item, "address", json_string(addr_text(s->probe.addr, text)));
	json_object_set_new(item, "lladdr", json_string(mac_text(s->probe.vtep, text)));
	json_object_set_new(item, "dev", json_text(n ? network_label(n) : NULL));
	json_object_set_new(item, "network", json_text(n ? n->name : NULL));
	json_object_set_new(item, "vni", n ? json_integer(n->vni) : json_null());
	json_object_set_new(item, "network_mtu", json_integer(n ? n->mtu : 0));
	json_object_set_new(item, "size", json_integer(s->probe.size));
	json_object_set_new(item, "outcome", json_string(outcome));
	json_object_set_new(item, "one_way", json_boolean(p && p->answered && p->one_way));
	json_object_set_new(item, "ns",
			    p && p->answered ? json_integer((json_int_t)(p->answered - p->sent))
					     : json_null());
	json_object_set_new(item, "overhead",
			    json_integer(vxlan_overhead((enum addr_family)s->probe.addr.family)));
	json_object_set_new(item, "interface_mtu", json_integer(interface_mtu(s, view)));
	json_object_set_new(item, "path_mtu", json_integer(path_mtu(s, view, now)));
	return item;
}

bool probe_look(const struct session *s, const struct switch_view *view, uint64_t now,
		struct text *out)
{
	const char *outcome = outcome_of(s, view, now);

	if (outcome)
		item_put(out, item_of_probe(s, view, outcome, now));
	return outcome;
}
