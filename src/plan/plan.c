#include "plan/plan.h"

#include <stdlib.h>

#include "derive.h"
#include "plan/codes.h"
#include "wire/datagram.h"

enum {
	MTU_UNKNOWN = 1500, /* believed of an interface that does not say */
	/* No datagram of ours is longer (IPv4's and UDP's headers), whatever an interface takes:
	 * loopback says 65536. */
	MTU_LIMIT = 20 + 8 + RUN_BYTES,
	INNER_MIN = 68, /* RFC 791: what every IPv4 link carries */
};

/* Address families in which something is sent. */
struct families {
	bool v4, v6;
};

/* The plan under construction. */
struct making {
	struct plan *plan;
	const struct cluster *cluster;
	const struct node *self;
	const struct plan_machine *machine;
	struct families all; /* towards all nodes */
	struct errors *errors;
};

/* -- The VTEP's MAC -- */

static struct room put_name(struct room room, const char *name)
{
	size_t len = strlen(name);
	uint8_t *length = room_take(&room, 1), *bytes = room_take(&room, len);

	length[0] = (uint8_t)len;
	memcpy(bytes, name, len);
	return room;
}

/* The bytes hashed: length and cluster name, VNI (3 bytes), length and node name; names have at
 * most 63 characters.  The secret is fixed and public ("vxs VTEP MAC, v1"): all nodes and all
 * restarts must agree, and nothing hangs on it being hard to guess. */
struct mac plan_vtep_mac(const char *cluster, uint32_t vni, const char *node)
{
	static const struct hash_secret secret = { UINT64_C(0x7678732056544550),
						   UINT64_C(0x204d41432c207631) };
	uint8_t bytes[3 + 2 * (1 + UINT8_MAX)];
	struct room room = room_of(bytes, sizeof(bytes));
	struct mac mac;
	uint64_t hash;

	room = put_name(room, cluster);
	put_be24(room_take(&room, 3), vni);
	room = put_name(room, node);
	hash = hash_bytes(secret, bytes, sizeof(bytes) - room.len);
	put_be16(mac.octet, (uint16_t)(hash >> 32));
	put_be32(mac.octet + 2, (uint32_t)hash);
	mac.octet[0] = (uint8_t)((mac.octet[0] | 0x02) & ~0x01); /* locally administered, station */
	return mac;
}

/* Where the owner of a lease is: it may have another VTEP for each family, as flannel's nodes have. */
static void reach_leased(const struct plan_network *n, const struct node *node,
			 struct plan_reach *out)
{
	const struct node_lease *lease = node->lease;
	bool both = !mac_is_zero(lease->vtep) && !mac_is_zero(lease->vtep6) &&
		    !mac_equal(lease->vtep, lease->vtep6);

	if (!mac_is_zero(lease->vtep) || !mac_is_zero(lease->vtep6))
		out->vtep = mac_is_zero(lease->vtep) ? lease->vtep6 : lease->vtep;
	if (!both)
		return;
	if (out->addr.family == ADDR_V6)
		out->vtep = lease->vtep6;
	if (n->endpoint_v6 == ENDPOINT_NONE || !node->address6.family)
		return;
	out->addr6 = node->address6;
	out->vtep6 = lease->vtep6;
}

/* Of a member. */
static bool reach_member(const struct plan *plan, const struct plan_network *n, uint32_t node,
			 struct plan_reach *out)
{
	const struct cluster *c = plan->cluster;
	uint16_t port = derive_port(c, n->config, node);

	*out = (struct plan_reach) {
		.addr = derive_addr(c, plan->node, node),
		.port = port == n->port ? 0 : port,
		.vtep = plan_vtep_mac(c->name, n->config->vni, c->nodes[node].name),
	};
	if (n->config->leased && c->nodes[node].lease)
		reach_leased(n, &c->nodes[node], out);
	return node != plan->node && out->addr.family != ADDR_NONE;
}

bool plan_reach(const struct plan *plan, const struct plan_network *n, uint32_t node,
		struct plan_reach *out)
{
	return derive_is_member(plan->cluster, n->config, node) && reach_member(plan, n, node, out);
}

uint32_t plan_node_at(const struct plan *plan, struct addr addr)
{
	const struct cluster *c = plan->cluster;

	for (uint32_t i = 0; i < c->node_count; i++)
		if (addr_equal(c->nodes[i].address, addr) || addr_equal(c->nodes[i].address6, addr))
			return i;
	return NODE_NONE;
}

/* -- Endpoints -- */

static void report_mtu(struct making *m, uint32_t wanted, uint32_t machine, struct addr bind)
{
	char text[ADDR_TEXT];

	errors_add(m->errors, SEVERITY_ERROR, PLAN_E_UNDERLAY_MTU, m->self->at,
		   "help: leave underlay.mtu to auto, lower it, or raise the interface's",
		   "the underlay's mtu %u is above the %u of the interface that holds %s of node "
		   "\"%s\"",
		   wanted, machine, addr_text(bind, text), m->self->name);
}

/* The largest outer packet at @bind. */
static uint32_t outer_mtu(struct making *m, struct addr bind)
{
	uint32_t wanted = m->cluster->underlay.mtu;
	uint32_t machine = m->machine->mtu(m->machine->context, bind, m->self->interface);

	if (machine > MTU_LIMIT)
		machine = MTU_LIMIT;
	if (wanted && machine && wanted > machine)
		report_mtu(m, wanted, machine, bind);
	if (wanted)
		return wanted;
	return machine ? machine : MTU_UNKNOWN;
}

/* The number of the endpoint at (@bind, @port), made if it is new; ENDPOINT_NONE without an
 * address. */
static uint16_t add_endpoint(struct making *m, struct addr bind, uint16_t port)
{
	struct plan *plan = m->plan;

	if (!bind.family)
		return ENDPOINT_NONE;
	for (uint16_t i = 0; i < plan->endpoint_count; i++)
		if (plan->endpoints[i].port == port && addr_equal(plan->endpoints[i].bind, bind))
			return i;
	plan->endpoints[plan->endpoint_count] = (struct plan_endpoint) {
		.bind = bind,
		.port = port,
		.interface = m->self->interface,
		.mtu = outer_mtu(m, bind),
	};
	return plan->endpoint_count++;
}

static void add_group(struct making *m, const struct plan_network *n)
{
	struct plan *plan = m->plan;
	struct addr group = n->config->group;
	uint16_t endpoint = group.family == ADDR_V4 ? n->endpoint_v4 : n->endpoint_v6;

	if (n->config->flood != FLOOD_GROUP || endpoint == ENDPOINT_NONE)
		return;
	for (size_t i = 0; i < plan->group_count; i++)
		if (plan->groups[i].endpoint == endpoint &&
		    addr_equal(plan->groups[i].group, group))
			return;
	plan->groups[plan->group_count++] = (struct plan_group) {
		.group = group,
		.endpoint = endpoint,
		.interface = m->self->interface,
	};
}

/* -- The inner MTU -- */

static void add_family(struct families *f, struct addr to)
{
	f->v4 |= to.family == ADDR_V4;
	f->v6 |= to.family == ADDR_V6;
}

/* Which families this node sends in to the @count members of a list, NULL for all nodes. */
static struct families families_of(const struct making *m, const uint32_t *members, uint32_t count)
{
	struct families f = { 0 };

	for (uint32_t i = 0; i < count && !(f.v4 && f.v6); i++) {
		uint32_t node = members ? members[i] : i;
		struct addr to = derive_addr(m->cluster, m->plan->node, node);

		if (node == m->plan->node)
			continue;
		add_family(&f, to);
	}
	return f;
}

/* Which families @config sends in from here; both the node's own where it sends to nobody. */
static struct families families_in_use(const struct making *m, const struct network_config *config)
{
	struct families f = m->all;

	if (config->members)
		f = families_of(m, config->members, (uint32_t)config->member_count);
	if (config->flood == FLOOD_GROUP)
		add_family(&f, config->group);
	for (size_t i = 0; i < config->flood_count; i++)
		add_family(&f, config->flood_list[i].addr);
	for (size_t i = 0; i < config->fdb_count; i++)
		add_family(&f, config->fdb[i].dst);
	if (!f.v4 && !f.v6)
		f.v4 = f.v6 = true;
	return f;
}

/* What an endpoint leaves for the inner packet. */
static uint32_t room_at(const struct plan *plan, uint16_t endpoint, uint32_t overhead)
{
	uint32_t mtu;

	if (endpoint == ENDPOINT_NONE)
		return UINT32_MAX;
	mtu = plan->endpoints[endpoint].mtu;
	return mtu > overhead ? mtu - overhead : 0;
}

/* The smallest room of the families in use. */
static uint32_t inner_room(const struct making *m, const struct plan_network *n)
{
	uint32_t v4_room = room_at(m->plan, n->endpoint_v4, OVERHEAD_V4);
	uint32_t v6_room = room_at(m->plan, n->endpoint_v6, OVERHEAD_V6);
	uint32_t room = UINT32_MAX;
	struct families f = families_in_use(m, n->config);

	if (f.v4 && v4_room < room)
		room = v4_room;
	if (f.v6 && v6_room < room)
		room = v6_room;
	return room == UINT32_MAX ? 0 : room;
}

static void decide_mtu(struct making *m, struct plan_network *n)
{
	uint32_t room = inner_room(m, n), wanted = n->config->mtu;
	char hint[64];

	if (room < INNER_MIN) {
		errors_add(m->errors, SEVERITY_ERROR, PLAN_E_MTU, n->config->at,
			   "help: raise the MTU of the underlay",
			   "the underlay of node \"%s\" leaves %u bytes for network \"%s\"",
			   m->self->name, room, n->config->name);
		return;
	}
	if (wanted > room) {
		snprintf(hint, sizeof(hint), "expected: at most %u, or auto", room);
		errors_add(m->errors, SEVERITY_ERROR, PLAN_E_MTU, n->config->mtu_at, hint,
			   "mtu %u of network \"%s\" does not fit the underlay of node \"%s\", "
			   "which leaves %u",
			   wanted, n->config->name, m->self->name, room);
		return;
	}
	n->mtu = (uint16_t)(wanted ? wanted : room);
}

/* -- Networks -- */

/* This node's number in the member list. */
static uint32_t own_member(const struct making *m, const struct network_config *config)
{
	uint32_t i = 0;

	while (network_member(config, i) != m->plan->node)
		i++;
	return i;
}

static void add_subnets(struct making *m, struct plan_network *n)
{
	const struct subnets *all = m->machine->subnets;
	const struct member_subnets *own;

	if (!all || !network_is_divided(n->config))
		return;
	n->subnets = &all->networks[n->config - m->cluster->networks];
	own = &n->subnets->of[own_member(m, n->config)];
	n->subnet = own->v4;
	n->subnet6 = own->v6;
	n->gateway = subnet_gateway(n->config, own->v4.prefix);
	n->gateway6 = subnet_gateway(n->config, own->v6.prefix);
}

static void add_network(struct making *m, const struct network_config *config)
{
	struct plan_network *n = &m->plan->networks[m->plan->network_count++];

	n->config = config;
	n->mac = plan_vtep_mac(m->cluster->name, config->vni, m->self->name);
	if (config->leased && !mac_is_zero(m->self->lease->vtep))
		n->mac = m->self->lease->vtep; /* which others were told */
	n->port = derive_port(m->cluster, config, m->plan->node);
	n->endpoint_v4 = add_endpoint(m, m->self->bind, n->port);
	n->endpoint_v6 = add_endpoint(m, m->self->bind6, n->port);
	decide_mtu(m, n);
	add_subnets(m, n);
	add_group(m, n);
}

/* A network that is leased is there once we have a lease in it. */
static bool is_ours(const struct making *m, const struct network_config *config)
{
	return derive_is_member(m->cluster, config, m->plan->node) &&
	       (!config->leased || m->self->lease);
}

/* Room for the most there can be: two endpoints and a group for each network. */
static struct plan *plan_new(const struct cluster *cluster, uint32_t node)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	size_t most = (size_t)cluster->network_count + 1;

	if (!plan)
		return NULL;
	plan->cluster = cluster;
	plan->node = node;
	plan->endpoints =
		calloc(most < UINT16_MAX / 2 ? 2 * most : UINT16_MAX, sizeof(*plan->endpoints));
	plan->groups = calloc(most, sizeof(*plan->groups));
	plan->networks = calloc(most, sizeof(*plan->networks));
	if (plan->endpoints && plan->groups && plan->networks)
		return plan;
	plan_free(plan);
	return NULL;
}

struct plan *plan_make(const struct cluster *cluster, uint32_t node,
		       const struct plan_machine *machine, struct errors *errors)
{
	size_t before = errors->error_count;
	struct making m = {
		.plan = plan_new(cluster, node),
		.cluster = cluster,
		.self = &cluster->nodes[node],
		.machine = machine,
		.errors = errors,
	};

	if (!m.plan)
		return NULL;
	m.plan->subnets = machine->subnets;
	m.all = families_of(&m, NULL, cluster->node_count);
	for (uint32_t i = 0; i < cluster->network_count; i++)
		if (is_ours(&m, &cluster->networks[i]))
			add_network(&m, &cluster->networks[i]);
	if (errors->error_count == before)
		return m.plan;
	plan_free(m.plan);
	return NULL;
}

/* Two files mostly have their networks in one order. */
const struct plan_network *plan_find_network(const struct plan *plan, const char *name,
					     uint32_t *hint)
{
	for (uint32_t i = 0; i < plan->network_count; i++) {
		uint32_t at = (uint32_t)(((uint64_t)*hint + i) % plan->network_count);

		if (strcmp(plan->networks[at].config->name, name) != 0)
			continue;
		*hint = at + 1;
		return &plan->networks[at];
	}
	return NULL;
}

bool plan_subnet_peer(const struct plan *plan, const struct plan_network *n, uint32_t member,
		      struct plan_subnet_peer *out)
{
	uint32_t node = network_member(n->config, member);
	const struct member_subnets *has = &n->subnets->of[member];

	*out = (struct plan_subnet_peer) {
		.node = plan->cluster->nodes[node].name,
		.subnet = has->v4,
		.subnet6 = has->v6,
	};
	return reach_member(plan, n, node, &out->reach);
}

uint32_t plan_strangers(const struct plan *plan)
{
	const struct underlay *underlay = &plan->cluster->underlay;

	return underlay->accept == ACCEPT_ANY ? underlay->max_peers : 0;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->endpoints);
	free(plan->groups);
	free(plan->networks);
	free(plan);
}
