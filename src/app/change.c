#include "app/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/descriptors.h"

static int prepare_tables(struct change *c)
{
	c->beside = plan_apply_beside(c->plan, c->s->plan, c->s->tables);
	return c->beside ? 0 : -ENOMEM;
}

int change_prepare(struct change *c, struct vswitch *s, struct plan *plan)
{
	int (*const steps[])(struct change *) = { prepare_tables, change_prepare_wires,
						  change_prepare_ports };

	*c = (struct change) { .s = s, .plan = plan };
	if (!descriptors_reserve(descriptors_needed(plan))) {
		snprintf(c->why, sizeof(c->why), "there are too few file descriptors");
		return -EMFILE;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](c);

		if (rc == 0)
			continue;
		if (!c->why[0])
			snprintf(c->why, sizeof(c->why), "memory is short");
		change_abandon(c);
		return rc;
	}
	return 0;
}

static bool same_wire(const struct change *c, uint16_t old, uint16_t new)
{
	return old == new && (old == ENDPOINT_NONE || c->s->wires[old] == c->wires[new]);
}

/* Does what waits in the engine for network @id still go where it was meant to? */
static bool goes_on(const struct change *c, uint32_t id)
{
	const struct network *old = c->s->tables->networks[id];
	const struct network *new = id < c->beside->network_count ? c->beside->networks[id] : NULL;

	return new && old->vni == new->vni &&strcmp(old->name, new->name) == 0 &&
	       same_wire(c, old->endpoint_v4, new->endpoint_v4) &&
	       same_wire(c, old->endpoint_v6, new->endpoint_v6);
}

static void forget_networks(struct change *c)
{
	const struct tables *t = c->s->tables;

	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id] && !goes_on(c, id))
			engine_forget_network(c->s->engine, id);
}

void change_commit(struct change *c)
{
	forget_networks(c);
	change_detach_ports(c);
	plan_replace(c->plan, c->s->tables, c->beside);
	change_commit_wires(c);
	change_commit_ports(c);
	c->s->plan = c->plan;
}

void change_abandon(struct change *c)
{
	change_abandon_ports(c);
	change_abandon_wires(c);
	tables_abandon(c->s->tables, c->beside);
}
