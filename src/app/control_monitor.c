#include "app/control_parts.h"

#include "base/hash.h"
#include "ctl/happening.h"

void control_tell(void *context, enum about about, uint32_t network, const char *line, size_t len)
{
	struct control *control = context;

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd >= 0 && c->held_count == 0 && session_wants(&c->session, about, network))
			client_tell(c, line, len);
	}
}

bool control_is_monitored(const struct control *control)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0 &&
		    control->clients[i].session.state == SESSION_MONITOR)
			return true;
	return false;
}

void control_watch(struct control *control)
{
	if (!control_is_monitored(control)) {
		control_unwatch(control);
		return;
	}
	watch_look(&control->watch, &control->view);
	watch_peers_look(&control->watch_peers, &control->view, *control->now);
	watch_fdb_look(&control->watch_fdb, &control->view, *control->now);
}

void control_unwatch(struct control *control)
{
	watch_close(&control->watch);
	watch_peers_close(&control->watch_peers);
	watch_fdb_close(&control->watch_fdb, control->s->tables);
}

/* The same miss once a second: who makes it asks again and again. */
static bool is_news(struct control *control, const struct event *event)
{
	const struct hash_secret secret = control->view.tables->secret;
	uint64_t key = hash_bytes(secret, &event->ip, sizeof(event->ip));

	key = hash_word(secret, key ^ mac_key(event->mac) ^ (uint64_t)event->network << 48);
	return news_is_new(&control->misses, key, clock_tick(*control->now));
}

void control_event(void *context, const struct event *event)
{
	struct control *control = context;
	const struct switch_view *view = &control->view;
	const struct network *n;

	if (control->listener.fd < 0 || !control_is_monitored(control))
		return;
	control_look_anew(control);
	if (event->kind > EVENT_FROZEN || event->network >= view->tables->network_count)
		return;
	n = view->tables->networks[event->network];
	if (!n)
		return;
	if (event->kind == EVENT_MOVED)
		happening_moved(view, n, event->mac, "moved", *control->now);
	else if (event->kind == EVENT_FROZEN)
		happening_moved(view, n, event->mac, "frozen", *control->now);
	else if (event->kind == EVENT_L3_MISS && is_news(control, event))
		happening_l3_miss(view, n, event->ip);
	else if (event->kind == EVENT_L2_MISS && is_news(control, event))
		happening_l2_miss(view, n, event->mac);
}

void control_replan(struct control *control, const struct plan *wanted)
{
	if (!control_is_monitored(control))
		return;
	control_look_anew(control);
	happening_subnets(&control->view, wanted);
}

static const struct plan_network *leased_network(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->network_count; i++)
		if (plan->networks[i].config->leased)
			return &plan->networks[i];
	return NULL;
}

void control_renewed(struct control *control)
{
	const struct plan *plan = control->s->plan;
	const struct plan_network *n = leased_network(plan);
	struct subnet_happening what = { .change = SUBNET_RENEWED };

	if (!n || !control_is_monitored(control))
		return;
	what.network = n->config;
	what.node = &plan->cluster->nodes[plan->node];
	what.subnet = n->subnet;
	control_look_anew(control);
	happening_subnet(&control->view, n->id, &what);
}
