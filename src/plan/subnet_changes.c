#include "plan/subnet_changes.h"

#include <stdlib.h>
#include <string.h>

/* -- Small questions -- */

struct addr subnet_vtep(const struct node *node)
{
	return node->address.family ? node->address : node->address6;
}

const char *subnet_change_name(enum subnet_change change)
{
	static const char *const names[] = { "joined", "left", "changed", "renewed" };

	return names[change];
}

/* One network of a plan; @of NULL: it is not there, or not divided. */
struct side {
	const struct cluster *cluster;
	const struct network_config *config;
	const struct network_subnets *subnets;
	uint32_t *member_of; /* by node of the cluster; MEMBER_NONE */
};

struct comparison {
	struct side before, after;
	void (*tell)(void *context, const struct subnet_happening *what);
	void *context;
	enum addr_family family;
};

static const struct node *node_of(const struct side *side, uint32_t member)
{
	return &side->cluster->nodes[network_member(side->config, member)];
}

static struct subnet subnet_of(const struct side *side, uint32_t member, enum addr_family family)
{
	const struct member_subnets *of = &side->subnets->of[member];

	return family == ADDR_V4 ? of->v4 : of->v6;
}

/* What the node called @name has on this side; nothing where it is none of the members. */
static struct subnet subnet_named(const struct side *side, const char *name,
				  enum addr_family family, const struct node **node)
{
	uint32_t number = side->subnets ? cluster_node(side->cluster, name) : NODE_NONE;

	if (number == NODE_NONE || side->member_of[number] == MEMBER_NONE)
		return (struct subnet) { .source = SUBNET_NONE };
	*node = &side->cluster->nodes[number];
	return subnet_of(side, side->member_of[number], family);
}

/* -- A network -- */

static void tell_who_left(const struct comparison *c)
{
	const struct side *old = &c->before;

	for (uint32_t i = 0; old->subnets && i < old->subnets->count; i++) {
		struct subnet_happening what = { .change = SUBNET_LEFT,
						 .network = old->config,
						 .node = node_of(old, i),
						 .subnet = subnet_of(old, i, c->family) };
		const struct node *now;

		if (what.subnet.source != SUBNET_NONE &&
		    subnet_named(&c->after, what.node->name, c->family, &now).source == SUBNET_NONE)
			c->tell(c->context, &what);
	}
}

/* What became of the one that has @what->subnet; false: nothing. */
static bool find_change(const struct comparison *c, struct subnet_happening *what)
{
	const struct node *then = NULL;
	struct subnet had = subnet_named(&c->before, what->node->name, c->family, &then);

	if (what->subnet.source == SUBNET_NONE)
		return false;
	if (had.source == SUBNET_NONE) {
		what->change = SUBNET_JOINED;
		return true;
	}
	if (!prefix_equal(had.prefix, what->subnet.prefix))
		what->was = had.prefix;
	if (!addr_equal(subnet_vtep(then), subnet_vtep(what->node)))
		what->was_at = subnet_vtep(then);
	what->change = SUBNET_CHANGED;
	return what->was.addr.family || what->was_at.family;
}

static void tell_who_has_others(const struct comparison *c)
{
	const struct side *new = &c->after;

	for (uint32_t i = 0; new->subnets &&i < new->subnets->count; i++) {
		struct subnet_happening what = { .network = new->config,
						 .node = node_of(new, i),
						 .subnet = subnet_of(new, i, c->family) };

		if (find_change(c, &what))
			c->tell(c->context, &what);
	}
}

static void number_members(struct side *side, bool set)
{
	for (uint32_t i = 0; side->subnets && i < side->subnets->count; i++)
		side->member_of[network_member(side->config, i)] = set ? i : MEMBER_NONE;
}

static void compare_network(struct comparison *c)
{
	static const enum addr_family families[] = { ADDR_V4, ADDR_V6 };

	number_members(&c->before, true);
	number_members(&c->after, true);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		c->family = families[i];
		tell_who_left(c);
		tell_who_has_others(c);
	}
	number_members(&c->before, false);
	number_members(&c->after, false);
}

/* -- All networks -- */

static uint32_t network_count(const struct subnets *s)
{
	return s ? s->cluster->network_count : 0;
}

/* The number of the one called @name, looked for from *@hint on, which moves behind it; UINT32_MAX. */
static uint32_t find_named(const struct subnets *s, const char *name, uint32_t *hint)
{
	uint32_t count = network_count(s);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = (*hint + i) % count;

		if (strcmp(s->cluster->networks[number].name, name) == 0) {
			*hint = number + 1;
			return number;
		}
	}
	return UINT32_MAX;
}

static void look_at(struct side *side, const struct subnets *s, uint32_t number)
{
	bool there = number != UINT32_MAX && s->networks[number].of;

	side->config = there ? &s->cluster->networks[number] : NULL;
	side->subnets = there ? &s->networks[number] : NULL;
}

static bool make_room(struct side *side, const struct subnets *s)
{
	size_t count = s ? s->cluster->node_count : 0;

	side->cluster = s ? s->cluster : NULL;
	side->member_of = malloc((count + 1) * sizeof(*side->member_of));
	if (side->member_of)
		memset(side->member_of, 0xff, count * sizeof(*side->member_of));
	return side->member_of;
}

static void compare_all(struct comparison *c, const struct subnets *before,
			const struct subnets *after)
{
	uint32_t hint = 0;

	for (uint32_t i = 0; i < network_count(before); i++) {
		uint32_t same = find_named(after, before->cluster->networks[i].name, &hint);

		look_at(&c->before, before, i);
		look_at(&c->after, after, same);
		compare_network(c);
	}
	hint = 0;
	for (uint32_t i = 0; i < network_count(after); i++) {
		if (find_named(before, after->cluster->networks[i].name, &hint) != UINT32_MAX)
			continue;
		look_at(&c->before, NULL, UINT32_MAX);
		look_at(&c->after, after, i);
		compare_network(c);
	}
}

bool subnets_compare(const struct subnets *before, const struct subnets *after,
		     void (*tell)(void *context, const struct subnet_happening *what),
		     void *context)
{
	struct comparison c = { .tell = tell, .context = context };
	bool room = make_room(&c.before, before);

	room = make_room(&c.after, after) && room;
	if (room)
		compare_all(&c, before, after);
	free(c.before.member_of);
	free(c.after.member_of);
	return room;
}
