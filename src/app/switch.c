#include "app/switch.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

static int open_tables(struct vswitch *s)
{
	s->tables = tables_new(plan_strangers(s->plan), hash_secret_random());
	if (!s->tables || !plan_apply(s->plan, s->tables))
		return -ENOMEM;
	return 0;
}

static int open_wire(struct vswitch *s, uint16_t number)
{
	struct underlay_wire *wire;
	char why[UDP_WHY];
	int rc = door_open_wire(s->plan, &s->plan->endpoints[number], &wire, why);

	if (rc < 0) {
		log_error("%s", why);
		return rc;
	}
	s->wires[s->wire_count++] = wire;
	return 0;
}

static int join_groups(struct vswitch *s)
{
	for (size_t i = 0; i < s->plan->group_count; i++) {
		const struct plan_group *g = &s->plan->groups[i];
		char why[UDP_WHY], ip[ADDR_TEXT];
		int rc = udp_join(s->wires[g->endpoint]->udp, g->group, g->interface, why);

		if (rc < 0) {
			log_error("%s", why);
			return rc;
		}
		log_info("joined %s on %s", addr_text(g->group, ip), g->interface);
	}
	return 0;
}

static int open_wires(struct vswitch *s)
{
	s->wires = calloc(s->plan->endpoint_count ? s->plan->endpoint_count : 1,
			  sizeof(struct underlay_wire *));
	if (!s->wires)
		return -ENOMEM;
	for (uint16_t i = 0; i < s->plan->endpoint_count; i++) {
		int rc = open_wire(s, i);

		if (rc < 0)
			return rc;
	}
	return join_groups(s);
}

static int open_port(struct vswitch *s, const struct plan_network *wanted)
{
	char why[TAP_WHY];
	struct tap_port *port;
	int rc = door_open_port(s->plan, wanted, &port, why);

	if (rc < 0) {
		log_error("network %s: %s", wanted->config->name, why);
		return rc;
	}
	s->ports[s->port_count++] = port;
	port->index = door_add_port(s->tables, wanted);
	return port->index == PORT_NONE ? -ENOMEM : 0;
}

static int open_ports(struct vswitch *s)
{
	s->ports = calloc(s->plan->network_count ? s->plan->network_count : 1,
			  sizeof(struct tap_port *));
	if (!s->ports)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->plan->network_count; i++) {
		const struct plan_network *wanted = &s->plan->networks[i];
		int rc = wanted->config->device ? open_port(s, wanted) : 0;

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int open_engine(struct vswitch *s)
{
	s->engine = engine_new(s->tables);
	if (!s->engine)
		return -ENOMEM;
	for (uint16_t i = 0; i < s->wire_count; i++) {
		struct underlay_wire *wire = s->wires[i];

		assert(wire);
		if (!engine_attach_wire(s->engine, i, &underlay_wire_ops, wire,
					udp_sources(wire->udp)))
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct tap_port *port = s->ports[i];

		assert(port);
		if (!engine_attach_port(s->engine, port->network, port->index, &tap_port_ops, port))
			return -ENOMEM;
	}
	return 0;
}

/* What another one's route keeps from us is no reason not to serve the rest. */
static int open_routes(struct vswitch *s)
{
	char why[ROUTED_WHY];
	int rc = routed_open(s, why);

	if (rc == -EPERM) {
		log_error("%s", why);
		return rc;
	}
	if (rc < 0) {
		log_warning("%s", why);
		backoff_start(&s->routed.again, 0);
	}
	return 0;
}

static int open_firewall(struct vswitch *s)
{
	char why[NFT_WHY];
	int rc = firewall_open(&s->firewall, s->plan, why);

	if (rc < 0)
		log_error("masquerading and forward rules can not be set up: %s", why);
	return rc;
}

void vswitch_withdraw(struct vswitch *s)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		tap_withdraw(&s->ports[i]->tap);
	vswitch_close(s);
}

int vswitch_open(struct vswitch *s, struct plan *plan, struct netlink *netlink)
{
	int (*const steps[])(struct vswitch *) = { open_tables, open_wires,  open_ports,
						   open_engine, open_routes, open_firewall };

	*s = (struct vswitch) { .plan = plan, .netlink = netlink };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](s);

		if (rc == -ENOMEM)
			log_error("memory is short");
		if (rc < 0) {
			vswitch_withdraw(s);
			return rc;
		}
	}
	return 0;
}

void vswitch_close(struct vswitch *s)
{
	firewall_close(&s->firewall);
	routed_leave(s, NULL);
	routed_free(&s->routed);
	engine_free(s->engine);
	while (s->port_count)
		door_close_port(s->ports[--s->port_count]);
	free(s->ports);
	while (s->wire_count)
		door_close_wire(s->wires[--s->wire_count]);
	free(s->wires);
	tables_free(s->tables);
	*s = (struct vswitch) { 0 };
}

void vswitch_drop_port(struct vswitch *s, struct tap_port *port)
{
	engine_detach_port(s->engine, port->network, port->index);
	network_remove_port(s->tables->networks[port->network], port->index);
	tap_close(&port->tap);
}

int vswitch_restore_port(struct vswitch *s, struct tap_port *port, char why[TAP_WHY])
{
	const struct tap_options options = door_tap_options(s->plan, port->wanted);
	int rc = tap_open(&port->tap, &options, why);

	if (rc < 0)
		return rc;
	port->index = door_add_port(s->tables, port->wanted);
	if (port->index != PORT_NONE &&
	    engine_attach_port(s->engine, port->network, port->index, &tap_port_ops, port))
		return 0;
	snprintf(why, TAP_WHY, "memory is short");
	if (port->index != PORT_NONE)
		network_remove_port(s->tables->networks[port->network], port->index);
	tap_withdraw(&port->tap);
	return -ENOMEM;
}
