#include "words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

/* -- Nodes and underlay -- */

void diff_node(struct words *w, const struct node *old, const struct node *new)
{
	words_addr(w, "address", old->address, new->address);
	words_addr(w, "address6", old->address6, new->address6);
	words_addr(w, "bind", old->bind, new->bind);
	words_addr(w, "bind6", old->bind6, new->bind6);
	words_text(w, "interface", old->interface, new->interface);
	words_number(w, "port", old->port, new->port);
}

static void diff_range(struct words *w, const struct underlay *o, const struct underlay *n)
{
	if (o->source_min != n->source_min || o->source_max != n->source_max)
		words_add(w, "source-port-range [%u, %u] -> [%u, %u]", o->source_min, o->source_max,
			  n->source_min, n->source_max);
}

static const char *tos_text(const struct underlay *u, char out[8])
{
	if (u->tos_inherit)
		return "inherit";
	snprintf(out, 8, "%u", u->tos);
	return out;
}

static const char *ttl_text(const struct underlay *u, char out[8])
{
	snprintf(out, 8, u->ttl_given ? "%u" : "default", u->ttl);
	return out;
}

void diff_underlay(struct words *w, const struct underlay *o, const struct underlay *n)
{
	char a[8], b[8];

	words_number(w, "port", o->port, n->port);
	words_number(w, "source-ports", o->sources, n->sources);
	diff_range(w, o, n);
	words_number(w, "mtu", o->mtu, n->mtu);
	words_bool(w, "checksum", o->checksum, n->checksum);
	words_text(w, "accept", o->accept == ACCEPT_ANY ? "any" : "nodes",
		   n->accept == ACCEPT_ANY ? "any" : "nodes");
	words_number(w, "max-peers", o->max_peers, n->max_peers);
	words_text(w, "ttl", ttl_text(o, a), ttl_text(n, b));
	words_text(w, "tos", tos_text(o, a), tos_text(n, b));
}

/* -- Nothing at all -- */

/* In the same order too: networks name them by number. */
static bool same_nodes(struct words *w, const struct cluster *o, const struct cluster *n)
{
	if (o->node_count != n->node_count)
		return false;
	for (uint32_t i = 0; i < o->node_count && !w->count; i++) {
		words_text(w, "name", o->nodes[i].name, n->nodes[i].name);
		diff_node(w, &o->nodes[i], &n->nodes[i]);
	}
	return !w->count;
}

bool diff_is_same_surroundings(const struct plan *running, const struct plan *wanted)
{
	const struct cluster *o = running->cluster, *n = wanted->cluster;
	char *text = NULL;
	size_t len = 0;
	struct words w = { .to = open_memstream(&text, &len) };
	bool same;

	if (!w.to)
		return false;
	words_text(&w, "file", o->file, n->file);
	words_text(&w, "name", o->name, n->name);
	words_number(&w, "node", running->node, wanted->node);
	diff_underlay(&w, &o->underlay, &n->underlay);
	same = same_nodes(&w, o, n);
	same = fclose(w.to) == 0 && same && !w.count;
	free(text);
	return same;
}

/* -- Lines -- */

static char *copy_subject(const char *what, const char *name)
{
	char *subject;

	return asprintf(&subject, "%s%s%s", what, *name ? " " : "", name) < 0 ? NULL : subject;
}

static bool grow(struct diff *d)
{
	size_t room = d->room ? 2 * d->room : 16;
	struct diff_line *list;

	if (d->count < d->room)
		return true;
	list = reallocarray(d->list, room, sizeof(*list));
	if (!list)
		return false;
	d->list = list;
	d->room = room;
	return true;
}

/* Takes over @words. */
static void add_line(struct diff *d, enum diff_kind kind, const char *what, const char *name,
		     char *words)
{
	char *subject = copy_subject(what, name);

	if (subject && words && grow(d)) {
		d->list[d->count++] =
			(struct diff_line) { .kind = kind, .subject = subject, .words = words };
		return;
	}
	d->no_memory = true;
	free(subject);
	free(words);
}

/* One line being written. */
struct writing {
	struct words w;
	char *text;
	size_t len;
};

static bool begin(struct diff *d, struct writing *x)
{
	*x = (struct writing) { 0 };
	x->w.to = open_memstream(&x->text, &x->len);
	if (!x->w.to)
		d->no_memory = true;
	return x->w.to;
}

/* What was only changed, and then is not, has no line. */
static void end(struct diff *d, struct writing *x, enum diff_kind kind, const char *what,
		const char *name)
{
	if (fclose(x->w.to) != 0)
		d->no_memory = true;
	if (kind != DIFF_CHANGED || x->w.count)
		add_line(d, kind, what, name, x->text);
	else
		free(x->text);
}

/* -- The cluster -- */

static void diff_cluster(struct diff *d, const struct plan *running, const struct plan *wanted)
{
	const struct cluster *o = running->cluster, *n = wanted->cluster;
	struct writing x;

	if (!begin(d, &x))
		return;
	words_text(&x.w, "name", o->name, n->name);
	words_text(&x.w, "this node", o->nodes[running->node].name, n->nodes[wanted->node].name);
	end(d, &x, DIFF_CHANGED, "cluster", "");
	if (!begin(d, &x))
		return;
	diff_underlay(&x.w, &o->underlay, &n->underlay);
	end(d, &x, DIFF_CHANGED, "underlay", "");
}

static void only_node(struct diff *d, enum diff_kind kind, const struct node *node)
{
	struct writing x;
	char ip[ADDR_TEXT];

	if (!begin(d, &x))
		return;
	if (node->address.family)
		words_add(&x.w, "address %s", addr_text(node->address, ip));
	if (node->address6.family)
		words_add(&x.w, "address6 %s", addr_text(node->address6, ip));
	end(d, &x, kind, "node", node->name);
}

static void diff_nodes(struct diff *d, const struct cluster *o, const struct cluster *n)
{
	struct writing x;

	for (uint32_t i = 0; i < o->node_count; i++)
		if (cluster_node(n, o->nodes[i].name) == NODE_NONE)
			only_node(d, DIFF_REMOVED, &o->nodes[i]);
	for (uint32_t i = 0; i < n->node_count; i++) {
		uint32_t old = cluster_node(o, n->nodes[i].name);

		if (old == NODE_NONE) {
			only_node(d, DIFF_ADDED, &n->nodes[i]);
		} else if (begin(d, &x)) {
			diff_node(&x.w, &o->nodes[old], &n->nodes[i]);
			end(d, &x, DIFF_CHANGED, "node", n->nodes[i].name);
		}
	}
}

/* -- Endpoints and groups -- */

static bool has_endpoint(const struct plan *plan, const struct plan_endpoint *like)
{
	for (uint16_t i = 0; i < plan->endpoint_count; i++)
		if (plan->endpoints[i].port == like->port &&
		    addr_equal(plan->endpoints[i].bind, like->bind))
			return true;
	return false;
}

static void endpoints_only(struct diff *d, enum diff_kind kind, const struct plan *plan,
			   const struct plan *other)
{
	for (uint16_t i = 0; i < plan->endpoint_count; i++) {
		const struct plan_endpoint *e = &plan->endpoints[i];
		char ip[ADDR_TEXT], name[ADDR_TEXT + 16];

		snprintf(name, sizeof(name), "%s port %u", addr_text(e->bind, ip), e->port);
		if (!has_endpoint(other, e))
			add_line(d, kind, "endpoint", name, strdup(""));
	}
}

static bool has_group(const struct plan *plan, struct addr group, const struct plan_endpoint *at)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct plan_group *g = &plan->groups[i];
		const struct plan_endpoint *e = &plan->endpoints[g->endpoint];

		if (addr_equal(g->group, group) && e->port == at->port &&
		    addr_equal(e->bind, at->bind))
			return true;
	}
	return false;
}

static void groups_only(struct diff *d, enum diff_kind kind, const struct plan *plan,
			const struct plan *other)
{
	for (size_t i = 0; i < plan->group_count; i++) {
		const struct plan_endpoint *e = &plan->endpoints[plan->groups[i].endpoint];
		char ip[ADDR_TEXT], name[ADDR_TEXT + 16];

		snprintf(name, sizeof(name), "%s port %u", addr_text(plan->groups[i].group, ip),
			 e->port);
		if (!has_group(other, plan->groups[i].group, e))
			add_line(d, kind, "group", name, strdup(""));
	}
}

/* -- Networks -- */

static void network_only(struct diff *d, enum diff_kind kind, const struct network_config *n)
{
	struct writing x;

	if (!begin(d, &x))
		return;
	words_add(&x.w, "vni %" PRIu32, n->vni);
	words_add(&x.w, "device %s", n->device ? n->device : "none");
	end(d, &x, kind, "network", n->name);
}

static void diff_networks(struct diff *d, const struct plan *running, const struct plan *wanted)
{
	uint32_t hint = 0;
	struct writing x;

	for (uint32_t i = 0; i < running->network_count; i++)
		if (!plan_find_network(wanted, running->networks[i].config->name, &hint))
			network_only(d, DIFF_REMOVED, running->networks[i].config);
	hint = 0;
	for (uint32_t i = 0; i < wanted->network_count; i++) {
		const struct plan_network *new = &wanted->networks[i];
		const struct plan_network *old =
			plan_find_network(running, new->config->name, &hint);

		if (!old) {
			network_only(d, DIFF_ADDED, new->config);
		} else if (begin(d, &x)) {
			diff_network(&x.w, running, old, wanted, new);
			end(d, &x, DIFF_CHANGED, "network", new->config->name);
		}
	}
}

struct diff plan_diff(const struct plan *running, const struct plan *wanted)
{
	struct diff d = { 0 };

	diff_cluster(&d, running, wanted);
	diff_nodes(&d, running->cluster, wanted->cluster);
	endpoints_only(&d, DIFF_REMOVED, running, wanted);
	endpoints_only(&d, DIFF_ADDED, wanted, running);
	groups_only(&d, DIFF_REMOVED, running, wanted);
	groups_only(&d, DIFF_ADDED, wanted, running);
	diff_networks(&d, running, wanted);
	return d;
}

void diff_free(struct diff *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->list[i].subject);
		free(d->list[i].words);
	}
	free(d->list);
	*d = (struct diff) { 0 };
}

void diff_print_line(FILE *to, const struct diff_line *line)
{
	static const char signs[] = { '+', '-', '~' };

	fprintf(to, "%c %s%s%s", signs[line->kind], line->subject, *line->words ? ": " : "",
		line->words);
}
