#include "app/switch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

static int open_tables(struct vswitch *s)
{
	const struct underlay *underlay = &s->plan->cluster->underlay;
	uint32_t strangers = underlay->accept == ACCEPT_ANY ? underlay->max_peers : 0;

	s->tables = tables_new(strangers, hash_secret_random());
	if (!s->tables || !plan_apply(s->plan, s->tables))
		return -ENOMEM;
	return 0;
}

static int open_wire(struct vswitch *s, uint16_t number)
{
	const struct plan_endpoint *endpoint = &s->plan->endpoints[number];
	const struct underlay *underlay = &s->plan->cluster->underlay;
	const struct udp_options options = {
		.bind = endpoint->bind,
		.port = endpoint->port,
		.interface = endpoint->interface,
		.sources = underlay->sources,
		.source_min = underlay->source_min,
		.source_max = underlay->source_max,
		.checksum = underlay->checksum,
		.ttl = underlay->ttl,
		.multicast_ttl = underlay->ttl_given ? underlay->ttl : 1,
	};
	struct underlay_wire *wire = &s->wires[number];
	char why[UDP_WHY];
	int rc = udp_open(&wire->udp, &options, why);

	if (rc < 0) {
		log_error("%s", why);
		return rc;
	}
	wire->endpoint = number;
	wire->self = endpoint->bind;
	s->wire_count++;
	return 0;
}

static int join_groups(struct vswitch *s)
{
	for (size_t i = 0; i < s->plan->group_count; i++) {
		const struct plan_group *g = &s->plan->groups[i];
		char why[UDP_WHY], ip[ADDR_TEXT];
		int rc = udp_join(s->wires[g->endpoint].udp, g->group, g->interface, why);

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
	s->wires = calloc(s->plan->endpoint_count ? s->plan->endpoint_count : 1, sizeof(*s->wires));
	if (!s->wires)
		return -ENOMEM;
	for (uint16_t i = 0; i < s->plan->endpoint_count; i++) {
		int rc = open_wire(s, i);

		if (rc < 0)
			return rc;
	}
	return join_groups(s);
}

/* Opens the device of @port and puts it into its network. */
static int open_port(struct vswitch *s, struct tap_port *port, char why[TAP_WHY])
{
	const struct plan_network *network = &s->plan->networks[port->network];
	const struct network_config *config = network->config;
	const struct tap_options options = {
		.name = config->device,
		.cluster = s->plan->cluster->name,
		.mac = network->mac,
		.mtu = network->mtu,
		.persist = config->persist,
		.offload = config->offload,
		.bridge = config->bridge,
	};
	struct network *n = s->tables->networks[port->network];
	uint32_t origin = origins_add(s->tables->origins, "the network's own device");
	int rc = tap_open(&port->tap, &options, why);

	if (rc < 0)
		return rc;
	port->index = network_add_port(n, network->mac, network->mtu, !config->bridge, origin);
	if (port->index == PORT_NONE) {
		snprintf(why, TAP_WHY, "memory is short");
		tap_withdraw(&port->tap);
		return -ENOMEM;
	}
	network_name_port(n, port->index, config->device);
	return 0;
}

static int open_first(struct vswitch *s, uint32_t id)
{
	struct tap_port *port = &s->ports[s->port_count];
	char why[TAP_WHY];
	int rc;

	port->network = id;
	rc = open_port(s, port, why);
	if (rc < 0)
		log_error("network %s: %s", s->plan->networks[id].config->name, why);
	else
		s->port_count++;
	return rc;
}

static int open_ports(struct vswitch *s)
{
	s->ports = calloc(s->plan->network_count ? s->plan->network_count : 1, sizeof(*s->ports));
	if (!s->ports)
		return -ENOMEM;
	for (uint32_t id = 0; id < s->plan->network_count; id++) {
		int rc = s->plan->networks[id].config->device ? open_first(s, id) : 0;

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
		struct underlay_wire *wire = &s->wires[i];

		if (!engine_attach_wire(s->engine, i, &underlay_wire_ops, wire,
					udp_sources(wire->udp)))
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct tap_port *port = &s->ports[i];

		if (!engine_attach_port(s->engine, port->network, port->index, &tap_port_ops, port))
			return -ENOMEM;
	}
	return 0;
}

void vswitch_withdraw(struct vswitch *s)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		tap_withdraw(&s->ports[i].tap);
	vswitch_close(s);
}

int vswitch_open(struct vswitch *s, struct plan *plan, struct netlink *netlink)
{
	int (*const steps[])(struct vswitch *) = { open_tables, open_wires, open_ports,
						   open_engine };

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
	engine_free(s->engine);
	while (s->port_count)
		tap_close(&s->ports[--s->port_count].tap);
	free(s->ports);
	while (s->wire_count)
		udp_close(s->wires[--s->wire_count].udp);
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
	int rc = open_port(s, port, why);

	if (rc < 0)
		return rc;
	if (engine_attach_port(s->engine, port->network, port->index, &tap_port_ops, port))
		return 0;
	snprintf(why, TAP_WHY, "memory is short");
	vswitch_drop_port(s, port);
	return -ENOMEM;
}
