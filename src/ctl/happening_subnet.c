/* What becomes of the nodes' subnets (plan/subnet_changes.h), as lines for those who monitor. */
#include "ctl/happening.h"

#include "item.h"

void happening_subnet(const struct switch_view *view, uint32_t network,
		      const struct subnet_happening *what)
{
	json_t *item = item_of_subnet(what->network, what->node, &what->subnet);
	char prefix[PREFIX_TEXT], ip[ADDR_TEXT];

	json_object_set_new(item, "change", json_string(subnet_change_name(what->change)));
	if (what->was.addr.family)
		json_object_set_new(item, "was", json_string(prefix_text(what->was, prefix)));
	if (what->was_at.family)
		json_object_set_new(item, "was_at", json_string(addr_text(what->was_at, ip)));
	json_object_set_new(item, "deleted", json_boolean(what->change == SUBNET_LEFT));
	json_object_set_new(item, "event", json_string("subnet"));
	item_tell(view, ABOUT_SUBNET, network, item);
}

/* -- All that another plan changes -- */

struct telling {
	const struct switch_view *view;
	const struct plan *wanted;
	const char *network; /* that is being told about */
	uint32_t id, count;
	uint32_t running_hint, wanted_hint;
};

/* Who monitors it does so by the id that it has now. */
static uint32_t id_of(struct telling *t, const char *name)
{
	const struct plan_network *n = plan_find_network(t->view->plan, name, &t->running_hint);

	if (!n)
		n = plan_find_network(t->wanted, name, &t->wanted_hint);
	return n ? n->id : NETWORK_NONE;
}

static void tell_left_out(struct telling *t)
{
	if (t->count > HAPPENING_SUBNETS)
		item_tell(t->view, ABOUT_SUBNET, t->id,
			  json_pack("{s:s, s:s, s:s, s:I}", "event", "more", "about", "subnet",
				    "network", t->network, "count",
				    (json_int_t)(t->count - HAPPENING_SUBNETS)));
	t->count = 0;
}

static void tell(void *context, const struct subnet_happening *what)
{
	struct telling *t = context;

	if (!t->network || strcmp(t->network, what->network->name) != 0) {
		tell_left_out(t);
		t->network = what->network->name;
		t->id = id_of(t, t->network);
	}
	if (t->count++ < HAPPENING_SUBNETS)
		happening_subnet(t->view, t->id, what);
}

void happening_subnets(const struct switch_view *view, const struct plan *wanted)
{
	struct telling t = { .view = view, .wanted = wanted };

	subnets_compare(view->plan->subnets, wanted->subnets, tell, &t);
	tell_left_out(&t);
}
