#include "app/control_parts.h"
#include "app/leasing.h"

#include <string.h>

static const struct tap_port *find_port(const struct vswitch *s, uint32_t network, uint32_t port)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		if (s->ports[i]->network == network && s->ports[i]->index == port)
			return s->ports[i];
	return NULL;
}

static bool link_of(void *context, uint32_t network, uint32_t number, struct link_view *out)
{
	const struct control *control = context;
	const struct tap_port *port = find_port(control->s, network, number);
	struct link_info link;

	if (!port || port->tap.fd < 0 ||
	    link_get_index(control->s->netlink, port->tap.ifindex, &link) < 0 ||
	    strcmp(link.name, port->tap.name) != 0)
		return false;
	*out = (struct link_view) { .index = link.index,
				    .up = link.up,
				    .running = link.running,
				    .multicast = link.multicast };
	_Static_assert((int)LINK_VIEW_COUNTS == (int)LINK_COUNTS, "in the same order");
	memcpy(out->rx, link.rx, sizeof(out->rx));
	memcpy(out->tx, link.tx, sizeof(out->tx));
	return true;
}

static bool endpoint_of(void *context, uint16_t number, struct endpoint_view *out)
{
	const struct vswitch *s = ((const struct control *)context)->s;
	const struct underlay_wire *wire = number < s->wire_count ? s->wires[number] : NULL;

	if (!wire)
		return false;
	*out = (struct endpoint_view) { .interface = wire->wanted->interface,
					.no_address = wire->state.no_address,
					.no_interface = wire->state.no_interface };
	return true;
}

static int send_probe(void *context, const struct probe_task *task, uint64_t now,
		      uint32_t *sequence)
{
	const struct control *control = context;
	const struct probe_order order = { .network = task->network,
					   .to = task->to,
					   .from = task->addr,
					   .mac = task->vtep,
					   .len = (uint16_t)(ETH_LEN + task->size),
					   .patience = task->patience };

	return engine_probe(control->s->engine, &order, now, sequence);
}

static uint32_t route_mtu_of(void *context, uint32_t network, struct addr to)
{
	return engine_route_mtu(((const struct control *)context)->s->engine, network, to);
}

static uint16_t source_port_of(void *context, uint16_t endpoint, uint32_t flow)
{
	const struct vswitch *s = ((const struct control *)context)->s;
	const struct underlay_wire *wire = endpoint < s->wire_count ? s->wires[endpoint] : NULL;

	return wire ? udp_source_port(wire->udp, (uint16_t)(flow % udp_sources(wire->udp))) : 0;
}

static bool lease_of(void *context, const struct node_lease *lease, struct lease_view *out)
{
	const struct control *control = context;

	return leasing_see_lease(control->leasing, lease, *control->now, out);
}

void control_see(struct control *control)
{
	control->view = (struct switch_view) { .version = VXS_VERSION,
					       .context = control,
					       .link = link_of,
					       .endpoint = endpoint_of,
					       .admit_follower = control_admit_follower,
					       .probe = send_probe,
					       .route_mtu = route_mtu_of,
					       .source_port = source_port_of,
					       .lease = lease_of };
	control_look_anew(control);
}

/* What is told when nobody listens is not even made. */
void control_look_anew(struct control *control)
{
	const struct plan *plan = control->s->plan;

	control->view.tables = control->s->tables;
	control->view.tell = control_is_monitored(control) ? control_tell : NULL;
	control->view.plan = plan;
	control->view.subnets = plan->subnets;
	control->view.cluster = plan->cluster->name;
	control->view.node = plan->cluster->nodes[plan->node].name;
	control->view.state = control->state->directory;
	control->view.trouble = control->state->trouble;
	control->view.records = control->state->records;
	control->view.etcd = leasing_see(control->leasing, &control->etcd) ? &control->etcd : NULL;
}
