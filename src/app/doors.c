#include "app/doors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct udp_options door_udp_options(const struct plan *plan, const struct plan_endpoint *e)
{
	const struct underlay *underlay = &plan->cluster->underlay;

	return (struct udp_options) {
		.bind = e->bind,
		.port = e->port,
		.interface = e->interface,
		.sources = underlay->sources,
		.source_min = underlay->source_min,
		.source_max = underlay->source_max,
		.checksum = underlay->checksum,
		.ttl = underlay->ttl,
		.multicast_ttl = underlay->ttl_given ? underlay->ttl : 1,
	};
}

int door_open_wire(const struct plan *plan, const struct plan_endpoint *e,
		   struct underlay_wire **out, char why[UDP_WHY])
{
	const struct udp_options options = door_udp_options(plan, e);
	struct underlay_wire *wire = calloc(1, sizeof(*wire));
	int rc;

	snprintf(why, UDP_WHY, "memory is short");
	if (!wire)
		return -ENOMEM;
	rc = udp_open(&wire->udp, &options, why);
	if (rc < 0) {
		free(wire);
		return rc;
	}
	wire->endpoint = e->number;
	wire->self = e->bind;
	wire->wanted = e;
	*out = wire;
	return 0;
}

void door_close_wire(struct underlay_wire *wire)
{
	if (wire)
		udp_close(wire->udp);
	free(wire);
}

struct tap_options door_tap_options(const struct plan *plan, const struct plan_network *n)
{
	return (struct tap_options) {
		.name = n->config->device,
		.cluster = plan->cluster->name,
		.mac = n->mac,
		.mtu = n->mtu,
		.persist = n->config->persist,
		.offload = n->config->offload,
		.bridge = n->config->bridge,
		.silent = n->config->routing != ROUTING_FLAT,
	};
}

int door_open_port(const struct plan *plan, const struct plan_network *n, struct tap_port **out,
		   char why[TAP_WHY])
{
	const struct tap_options options = door_tap_options(plan, n);
	struct tap_port *port = calloc(1, sizeof(*port));
	int rc;

	snprintf(why, TAP_WHY, "memory is short");
	if (!port)
		return -ENOMEM;
	rc = tap_open(&port->tap, &options, why);
	if (rc < 0) {
		free(port);
		return rc;
	}
	port->network = n->id;
	port->wanted = n;
	*out = port;
	return 0;
}

void door_close_port(struct tap_port *port)
{
	if (port) {
		routes_forget(&port->known);
		tap_close(&port->tap);
	}
	free(port);
}

uint32_t door_add_port(struct tables *tables, const struct plan_network *wanted)
{
	struct network *n = tables->networks[wanted->id];
	uint32_t origin = origins_add(tables->origins, "the network's own device");
	uint32_t index =
		network_add_port(n, wanted->mac, wanted->mtu, !wanted->config->bridge, origin);

	if (index != PORT_NONE)
		network_name_port(n, index, wanted->config->device);
	return index;
}
