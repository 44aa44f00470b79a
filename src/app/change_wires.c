/* Endpoints and groups of another plan. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/change.h"

/* A group that was joined, on an endpoint that runs or a new one. */
struct change_join {
	struct underlay_wire *wire;
	struct addr group;
};

static bool is_kept(const struct change *c, uint16_t number)
{
	return number < c->s->wire_count && number < c->wire_count && c->wires[number] &&
	       c->s->wires[number] == c->wires[number];
}

/* -- Preparing -- */

static struct underlay_wire *running_wire(const struct vswitch *s, const struct plan_endpoint *e)
{
	struct underlay_wire *wire = e->number < s->wire_count ? s->wires[e->number] : NULL;

	return wire && wire->wanted->port == e->port && addr_equal(wire->self, e->bind) ? wire
											: NULL;
}

static bool same_name(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_sockets(const struct udp_options *a, const struct udp_options *b)
{
	return same_name(a->interface, b->interface) && a->sources == b->sources &&
	       a->source_min == b->source_min && a->source_max == b->source_max &&
	       a->checksum == b->checksum && a->ttl == b->ttl &&
	       a->multicast_ttl == b->multicast_ttl;
}

/* A socket cannot be opened beside one on the same address and port. */
static int check_sockets(struct change *c, const struct underlay_wire *wire,
			 const struct plan_endpoint *e)
{
	struct udp_options old = door_udp_options(c->s->plan, wire->wanted);
	struct udp_options new = door_udp_options(c->plan, e);

	if (same_sockets(&old, &new))
		return 0;
	snprintf(c->why, sizeof(c->why),
		 "the sockets of an endpoint cannot be changed while it runs (source-ports, "
		 "source-port-range, checksum and ttl of the underlay, interface of this node): "
		 "that takes a restart");
	return -EBUSY;
}

static int prepare_wire(struct change *c, const struct plan_endpoint *e)
{
	struct underlay_wire *running = running_wire(c->s, e);
	int rc;

	c->wires[e->number] = running;
	if (running)
		return check_sockets(c, running, e);
	rc = door_open_wire(c->plan, e, &c->wires[e->number], c->why);
	if (rc < 0)
		return rc;
	return engine_reserve_wire(c->s->engine, e->number) ? 0 : -ENOMEM;
}

static int prepare_group(struct change *c, const struct plan_group *g)
{
	struct underlay_wire *wire = c->wires[c->plan->endpoints[g->endpoint].number];
	unsigned before = udp_receivers(wire->udp);
	int rc = udp_join(wire->udp, g->group, g->interface, c->why);

	if (rc == 0 && udp_receivers(wire->udp) > before) {
		wire->heard[before] = 0;
		c->joins[c->join_count++] =
			(struct change_join) { .wire = wire, .group = g->group };
	}
	return rc;
}

int change_prepare_wires(struct change *c)
{
	int rc = 0;

	c->wires = calloc(c->beside->endpoint_count + 1U, sizeof(struct underlay_wire *));
	c->joins = calloc(c->plan->group_count + 1, sizeof(*c->joins));
	if (!c->wires || !c->joins)
		return -ENOMEM;
	c->wire_count = c->beside->endpoint_count;
	for (uint16_t i = 0; rc == 0 && i < c->plan->endpoint_count; i++)
		rc = prepare_wire(c, &c->plan->endpoints[i]);
	for (size_t i = 0; rc == 0 && i < c->plan->group_count; i++)
		rc = prepare_group(c, &c->plan->groups[i]);
	return rc;
}

/* The last joined is the first to be left: then no other socket moves up. */
void change_abandon_wires(struct change *c)
{
	while (c->join_count) {
		struct change_join *join = &c->joins[--c->join_count];

		udp_leave(join->wire->udp, join->group);
	}
	for (uint16_t i = 0; c->wires && i < c->wire_count; i++)
		if (!is_kept(c, i))
			door_close_wire(c->wires[i]);
	free(c->wires);
	free(c->joins);
}

/* -- Committing -- */

static bool wants_group(const struct plan *plan, uint16_t number, struct addr group)
{
	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->endpoints[plan->groups[i].endpoint].number == number &&
		    addr_equal(plan->groups[i].group, group))
			return true;
	return false;
}

static void leave(struct underlay_wire *wire, struct addr group)
{
	unsigned at = udp_leave(wire->udp, group);

	memmove(&wire->heard[at], &wire->heard[at + 1],
		(UDP_GROUPS_MAX - at) * sizeof(wire->heard[0]));
}

static void leave_groups(const struct change *c, struct underlay_wire *wire)
{
	for (unsigned i = udp_receivers(wire->udp); i-- > 1;) {
		struct addr group = udp_group(wire->udp, i);

		if (!wants_group(c->plan, wire->endpoint, group))
			leave(wire, group);
	}
}

static void close_wires(struct change *c)
{
	for (uint16_t i = 0; i < c->s->wire_count; i++) {
		if (!c->s->wires[i] || is_kept(c, i))
			continue;
		engine_detach_wire(c->s->engine, i);
		door_close_wire(c->s->wires[i]);
		c->s->wires[i] = NULL;
	}
}

static void put_wire(struct change *c, const struct plan_endpoint *e)
{
	struct underlay_wire *wire = c->wires[e->number];
	bool attached;

	wire->wanted = e;
	if (is_kept(c, e->number)) {
		leave_groups(c, wire);
		return;
	}
	attached = engine_attach_wire(c->s->engine, e->number, &underlay_wire_ops, wire,
				      udp_sources(wire->udp));
	assert(attached);
}

void change_commit_wires(struct change *c)
{
	close_wires(c);
	for (uint16_t i = 0; i < c->plan->endpoint_count; i++)
		put_wire(c, &c->plan->endpoints[i]);
	free(c->s->wires);
	free(c->joins);
	c->s->wires = c->wires;
	c->s->wire_count = c->wire_count;
}
