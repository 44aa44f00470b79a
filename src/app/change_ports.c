/* Ports and devices of another plan. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/change.h"

/* What becomes of one port. */
struct change_port {
	struct tap_port *port;
	const struct plan_network *to; /* NULL: it goes */
	uint32_t index;                /* there; PORT_NONE while its device is lost */
	bool is_new;
	bool stays;   /* where it is, as the same port */
	bool changed; /* its device was */
};

static bool is_lost(const struct tap_port *port)
{
	return port->tap.fd < 0;
}

/* -- Preparing -- */

static const struct plan_network *find_device(const struct plan *plan, const char *device)
{
	for (uint32_t i = 0; i < plan->network_count; i++) {
		const struct network_config *config = plan->networks[i].config;

		if (config->device && strcmp(config->device, device) == 0)
			return &plan->networks[i];
	}
	return NULL;
}

static struct network *network_beside(const struct change *c, uint32_t id)
{
	return id < c->beside->network_count ? c->beside->networks[id] : NULL;
}

/* Is the port still one of its network, which was taken over with its ports? */
static bool is_taken_over(const struct change *c, const struct tap_port *port)
{
	const struct network *n = network_beside(c, port->network);

	return n && !is_lost(port) && n->ports[port->index].used;
}

static bool is_same_port(const struct tap_port *port, const struct plan_network *to)
{
	const struct plan_network *old = port->wanted;

	return to && to->id == port->network && mac_equal(old->mac, to->mac) &&
	       !old->config->bridge == !to->config->bridge;
}

/* Those that run first leave their networks, as far as they do. */
static void place_running(struct change *c, struct tap_port *port)
{
	struct change_port *p = &c->ports[c->port_count++];

	*p = (struct change_port) {
		.port = port,
		.to = find_device(c->plan, port->wanted->config->device),
		.index = PORT_NONE,
	};
	if (!is_taken_over(c, port))
		return;
	p->stays = is_same_port(port, p->to);
	if (p->stays)
		p->index = port->index;
	else
		network_remove_port(network_beside(c, port->network), port->index);
}

static bool same_device(const struct tap_options *a, const struct tap_options *b)
{
	const char *x = a->bridge ? a->bridge : "", *y = b->bridge ? b->bridge : "";

	return mac_equal(a->mac, b->mac) && a->mtu == b->mtu && a->persist == b->persist &&
	       a->offload == b->offload && a->silent == b->silent && strcmp(x, y) == 0 &&
	       strcmp(a->cluster, b->cluster) == 0;
}

static int change_device(struct change *c, struct change_port *p)
{
	struct tap_options old = door_tap_options(c->s->plan, p->port->wanted);
	struct tap_options new = door_tap_options(c->plan, p->to);
	int rc;

	if (same_device(&old, &new))
		return 0;
	rc = tap_change(&p->port->tap, &old, &new, c->why);
	p->changed = rc == 0;
	return rc;
}

static int add_port(struct change *c, struct change_port *p)
{
	p->index = door_add_port(c->beside, p->to);
	if (p->index == PORT_NONE || !engine_reserve_port(c->s->engine, p->to->id, p->index))
		return -ENOMEM;
	return 0;
}

static int prepare_running(struct change *c, struct change_port *p)
{
	int rc;

	if (!p->to || is_lost(p->port))
		return 0;
	rc = change_device(c, p);
	if (rc < 0)
		return rc;
	if (!p->stays)
		return add_port(c, p);
	if (p->changed)
		network_beside(c, p->to->id)->ports[p->index].mtu = p->to->mtu;
	return 0;
}

static bool has_port(const struct change *c, uint32_t count, const struct plan_network *n)
{
	for (uint32_t i = 0; i < count; i++)
		if (c->ports[i].to == n)
			return true;
	return false;
}

static int open_new(struct change *c, const struct plan_network *n)
{
	struct change_port *p = &c->ports[c->port_count];
	int rc;

	*p = (struct change_port) { .to = n, .is_new = true };
	rc = door_open_port(c->plan, n, &p->port, c->why);
	if (rc < 0)
		return rc;
	c->port_count++;
	return add_port(c, p);
}

static int prepare_all(struct change *c)
{
	uint32_t running = c->s->port_count;
	int rc = 0;

	for (uint32_t i = 0; i < running; i++)
		place_running(c, c->s->ports[i]);
	for (uint32_t i = 0; rc == 0 && i < running; i++)
		rc = prepare_running(c, &c->ports[i]);
	for (uint32_t i = 0; rc == 0 && i < c->plan->network_count; i++) {
		const struct plan_network *n = &c->plan->networks[i];

		if (n->config->device && !has_port(c, running, n))
			rc = open_new(c, n);
	}
	return rc;
}

int change_prepare_ports(struct change *c)
{
	size_t most = (size_t)c->s->port_count + c->plan->network_count + 1;

	c->ports = calloc(most, sizeof(*c->ports));
	c->next_ports = calloc(most, sizeof(struct tap_port *));
	return c->ports && c->next_ports ? prepare_all(c) : -ENOMEM;
}

static void set_back(struct change *c, struct change_port *p)
{
	struct tap_options old = door_tap_options(c->s->plan, p->port->wanted);
	struct tap_options new = door_tap_options(c->plan, p->to);
	char unread[TAP_WHY];

	tap_change(&p->port->tap, &new, &old, unread);
}

void change_abandon_ports(struct change *c)
{
	for (uint32_t i = 0; i < c->port_count; i++) {
		struct change_port *p = &c->ports[i];

		if (p->changed)
			set_back(c, p);
		if (!p->is_new)
			continue;
		tap_withdraw(&p->port->tap);
		door_close_port(p->port);
	}
	free(c->ports);
	free(c->next_ports);
}

/* -- Committing -- */

void change_detach_ports(struct change *c)
{
	for (uint32_t i = 0; i < c->port_count; i++) {
		const struct change_port *p = &c->ports[i];

		if (!p->is_new && !p->stays && !is_lost(p->port))
			engine_detach_port(c->s->engine, p->port->network, p->port->index);
	}
}

static void put_port(struct change *c, const struct change_port *p)
{
	struct tap_port *port = p->port;
	bool attached;

	port->wanted = p->to;
	port->network = p->to->id;
	port->index = p->index;
	c->next_ports[c->next_port_count++] = port;
	if (p->stays || is_lost(port))
		return;
	attached =
		engine_attach_port(c->s->engine, port->network, port->index, &tap_port_ops, port);
	assert(attached);
}

void change_commit_ports(struct change *c)
{
	for (uint32_t i = 0; i < c->port_count; i++) {
		if (c->ports[i].to)
			put_port(c, &c->ports[i]);
		else
			door_close_port(c->ports[i].port);
	}
	free(c->s->ports);
	free(c->ports);
	c->s->ports = c->next_ports;
	c->s->port_count = c->next_port_count;
}
