/* The tables of a new plan beside those that run. */
#include <stdlib.h>

#include "apply.h"
#include "words.h"

struct change {
	struct applying *a;
	const struct plan *running;
	struct tables *tables; /* that run */
	bool same_surroundings;
};

/* -- Endpoints: the same address and port keep the number -- */

static const struct plan_endpoint *running_endpoint(const struct plan *running,
						    const struct plan_endpoint *like)
{
	for (uint16_t i = 0; i < running->endpoint_count; i++)
		if (running->endpoints[i].port == like->port &&
		    addr_equal(running->endpoints[i].bind, like->bind))
			return &running->endpoints[i];
	return NULL;
}

static bool keep_endpoints(struct change *c)
{
	struct plan *plan = c->a->plan;

	for (uint16_t i = 0; i < plan->endpoint_count; i++) {
		struct plan_endpoint *e = &plan->endpoints[i];
		const struct plan_endpoint *old = running_endpoint(c->running, e);

		e->number = old ? old->number : ENDPOINT_NONE;
		if (old && !tables_put_endpoint(c->a->tables, old->number, apply_endpoint(plan, e)))
			return false;
	}
	return true;
}

static bool add_endpoints(struct change *c)
{
	struct plan *plan = c->a->plan;

	for (uint16_t i = 0; i < plan->endpoint_count; i++)
		if (plan->endpoints[i].number == ENDPOINT_NONE &&
		    !apply_new_endpoint(c->a, &plan->endpoints[i]))
			return false;
	return true;
}

/* -- Networks -- */

/* A bucket is not filled by a reload. */
static void adopt_budget(struct budget *b, const struct budget *from)
{
	if (b->rate == from->rate)
		*b = *from;
}

static bool succeed(struct change *c, struct plan_network *from, const struct network *old)
{
	const struct network_config *config = from->config;
	struct network *n = tables_succeed_network(c->a->tables, old, config->name, config->vni,
						   config->max_fdb, config->ageing);

	if (!apply_network(c->a, from, n))
		return false;
	adopt_budget(&n->bum, &old->bum);
	adopt_budget(&n->too_big, &old->too_big);
	return tables_inherit(c->a->tables, n, old);
}

static bool is_same(const struct change *c, const struct plan_network *from,
		    const struct plan_network *old)
{
	return c->same_surroundings && diff_is_same_network(c->running, old, c->a->plan, from);
}

static bool keep_networks(struct change *c)
{
	struct plan *plan = c->a->plan;
	uint32_t hint = 0;

	for (uint32_t i = 0; i < plan->network_count; i++) {
		struct plan_network *from = &plan->networks[i];
		const struct plan_network *old =
			plan_find_network(c->running, from->config->name, &hint);
		bool kept = true;

		from->id = NETWORK_NONE;
		if (!old || old->config->vni != from->config->vni)
			continue;
		if (is_same(c, from, old)) {
			from->id = old->id;
			kept = tables_share_network(c->a->tables, c->tables->networks[old->id]);
		} else {
			kept = succeed(c, from, c->tables->networks[old->id]);
		}
		if (!kept)
			return false;
	}
	return true;
}

static bool add_networks(struct change *c)
{
	struct plan *plan = c->a->plan;

	for (uint32_t i = 0; i < plan->network_count; i++)
		if (plan->networks[i].id == NETWORK_NONE &&
		    !apply_network(c->a, &plan->networks[i],
				   apply_new_network(c->a, &plan->networks[i])))
			return false;
	return true;
}

struct tables *plan_apply_beside(struct plan *plan, const struct plan *running,
				 struct tables *tables)
{
	struct tables *beside = tables_beside(tables);
	struct change c = { .running = running, .tables = tables };
	bool done;

	if (!beside)
		return NULL;
	c.a = applying_new(plan, beside);
	c.same_surroundings = diff_is_same_surroundings(running, plan);
	done = c.a && keep_endpoints(&c) && add_endpoints(&c) && keep_networks(&c) &&
	       add_networks(&c) && apply_nodes(c.a) &&
	       peers_reserve(tables->peers, plan_strangers(plan));
	if (c.a)
		applying_free(c.a);
	if (done)
		return beside;
	tables_abandon(tables, beside);
	return NULL;
}

void plan_replace(const struct plan *plan, struct tables *tables, struct tables *beside)
{
	apply_node_ports(plan, tables->peers);
	tables_replace(tables, beside);
	peers_allow(tables->peers, plan_strangers(plan));
}
