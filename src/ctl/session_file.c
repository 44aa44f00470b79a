/* Walking what the cluster file says, of networks that this node may not be in. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "item.h"
#include "session_parts.h"

enum { LOOKED = 1, FAMILIES = 2 };

bool session_is_of_file(const struct command *c)
{
	return c->verb->id == VERB_SUBNET_SHOW;
}

/* By its name, else by its device; or network_count. */
static uint32_t find_network(const struct cluster *c, const char *name)
{
	uint32_t found = c->network_count;

	for (uint32_t i = c->network_count; i-- > 0;) {
		const struct network_config *n = &c->networks[i];

		if (strcmp(n->name, name) == 0)
			return i;
		if (n->device && strcmp(n->device, name) == 0)
			found = i;
	}
	return found;
}

static void no_such_network(const struct cluster *c, const char *name, struct text *out)
{
	struct nearest nearest = nearest_to(name);
	char why[COMMAND_WHY];

	for (uint32_t i = 0; i < c->network_count; i++)
		nearest_offer(&nearest, c->networks[i].name);
	if (nearest.found)
		snprintf(why, sizeof(why), "no network \"%s\"; did you mean \"%s\"?", name,
			 nearest.found);
	else
		snprintf(why, sizeof(why), "no network \"%s\"", name);
	session_refuse(out, "ENODEV", why);
}

bool set_file_range(struct session *s, const struct switch_view *view, struct text *out)
{
	const struct cluster *c = view->subnets ? view->subnets->cluster : NULL;

	s->network = 0;
	s->end = c ? c->network_count : 0;
	if (!c || !command_has(&s->command, PART_DEV))
		return true;
	s->network = find_network(c, s->command.dev);
	s->end = s->network + 1;
	if (s->network < c->network_count)
		return true;
	no_such_network(c, s->command.dev, out);
	return false;
}

static json_t *item_of_member(const struct switch_view *view, uint32_t network, uint32_t member,
			      const struct subnet *subnet)
{
	const struct cluster *c = view->subnets->cluster;
	const struct network_config *n = &c->networks[network];
	const struct node *node = &c->nodes[network_member(n, member)];
	json_t *item = item_of_subnet(n, node, subnet);

	if (subnet->source == SUBNET_ETCD)
		item_set_lease(item, view, node->lease);
	return item;
}

/* Slots are the members' subnets, IPv4 before IPv6.  The file may be another since the last step. */
unsigned file_unit(struct session *s, const struct switch_view *view, struct text *out)
{
	const struct subnets *all = view->subnets;
	const struct network_subnets *n;
	const struct subnet *subnet;

	if (!all || s->network >= s->end || s->network >= all->cluster->network_count)
		return 0;
	n = &all->networks[s->network];
	if (s->slot / FAMILIES >= n->count) {
		s->network++;
		s->slot = 0;
		return LOOKED;
	}
	subnet = s->slot % FAMILIES ? &n->of[s->slot / FAMILIES].v6 : &n->of[s->slot / FAMILIES].v4;
	s->slot++;
	if (subnet->source == SUBNET_NONE)
		return LOOKED;
	item_put(out, item_of_member(view, s->network, (s->slot - 1) / FAMILIES, subnet));
	return SESSION_ITEM;
}
