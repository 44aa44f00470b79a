/* What the plan says of this node's part of a network. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "item.h"
#include "session_parts.h"

bool session_is_of_plan(const struct command *c)
{
	return c->verb->id == VERB_ENV || c->verb->id == VERB_CNI_CONFIG;
}

static const struct plan_network *find_device(const struct plan *plan, const char *device)
{
	for (uint32_t i = 0; i < plan->network_count; i++) {
		const char *has = plan->networks[i].config->device;

		if (has && strcmp(has, device) == 0)
			return &plan->networks[i];
	}
	return NULL;
}

/* By its name, else by its device. */
static const struct plan_network *find_network(const struct plan *plan, const char *name)
{
	uint32_t hint = 0;
	const struct plan_network *n = plan_find_network(plan, name, &hint);

	return n ? n : find_device(plan, name);
}

static int no_such_network(const struct plan *plan, const char *name, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(name);

	for (uint32_t i = 0; i < plan->network_count; i++)
		nearest_offer(&nearest, plan->networks[i].config->name);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no network \"%s\" here; did you mean \"%s\"?", name,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no network \"%s\" here", name);
	return -ENODEV;
}

/* An item may be longer than a line of an answer, where a subnet has very many hosts. */
static int put(struct text *out, json_t *item, char why[COMMAND_WHY])
{
	enum { AROUND = 32 }; /* bytes that item_put() writes beside it */
	size_t len = item ? json_dumpb(item, NULL, 0, JSON_COMPACT) : 0;

	if (len == 0) {
		snprintf(why, COMMAND_WHY, "memory is short");
		json_decref(item);
		return -ENOMEM;
	}
	if (len + AROUND < PROTOCOL_LINE) {
		item_put(out, item);
		return 0;
	}
	snprintf(why, COMMAND_WHY,
		 "the hosts in this node's subnet leave more gaps than an answer holds");
	json_decref(item);
	return -E2BIG;
}

static int put_cni(struct text *out, const struct plan_network *n, char why[COMMAND_WHY])
{
	if (n->config->dhcp) {
		snprintf(why, COMMAND_WHY,
			 "network \"%s\" gives out this node's addresses itself (dhcp): host-local "
			 "would give them again",
			 n->config->name);
		return -EINVAL;
	}
	if (n->config->bridge || n->config->routing != ROUTING_FLAT)
		return put(out, item_of_cni(n), why);
	snprintf(why, COMMAND_WHY,
		 "network \"%s\" has no bridge for containers: name one with \"bridge\", or take "
		 "\"routing: routed\"",
		 n->config->name);
	return -EINVAL;
}

int answer_of_plan(const struct command *c, const struct switch_view *view, struct text *out,
		   char why[COMMAND_WHY])
{
	const struct plan_network *n;

	if (!view->plan) {
		snprintf(why, COMMAND_WHY, "nothing is planned here");
		return -ENODATA;
	}
	n = find_network(view->plan, c->dev);
	if (!n)
		return no_such_network(view->plan, c->dev, why);
	if (!n->subnets) {
		snprintf(why, COMMAND_WHY,
			 "network \"%s\" gives nodes no subnets: \"subnet-length\" does",
			 n->config->name);
		return -ENODATA;
	}
	return c->verb->id == VERB_ENV ? put(out, item_of_env(n), why) : put_cni(out, n, why);
}
