#include "sim.h"

#include <assert.h>
#include <stdlib.h>

static const struct hash_secret secret = { 0x0123456789abcdef, 0xfedcba9876543210 };

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	assert(sim);
	sim->random = seed | 1;
	sim->now = 1000 * NS_PER_S;
	for (unsigned from = 0; from < SIM_NODES; from++)
		for (unsigned to = 0; to < SIM_NODES; to++)
			sim->link[from][to] =
				(struct sim_link) { .delay = 100 * NS_PER_US, .mtu = SIM_MTU };
	return sim;
}

static void free_queue(struct sim_queue *queue)
{
	while (queue->first)
		free(sim_pop(queue));
}

static void free_node(struct sim_node *node)
{
	for (unsigned i = 0; i < SIM_PORTS; i++) {
		free_queue(&node->port[i].in);
		free_queue(&node->port[i].out);
	}
	free_queue(&node->wire.received);
	engine_free(node->engine);
	tables_free(node->tables);
	free(node);
}

void sim_free(struct sim *sim)
{
	for (unsigned i = 0; i < sim->nodes; i++)
		free_node(sim->node[i]);
	free_queue(&sim->under_way);
	while (sim->spare) {
		struct sim_packet *packet = sim->spare;

		sim->spare = packet->next;
		free(packet);
	}
	free(sim);
}

struct sim_node *sim_adopt_node(struct sim *sim, struct tables *tables, uint16_t sources)
{
	struct sim_node *node = calloc(1, sizeof(*node));

	assert(node && sim->nodes < SIM_NODES && tables->endpoint_count == 1);
	node->sim = sim;
	node->index = sim->nodes;
	node->tables = tables;
	node->addr = tables->endpoints[0].addr;
	node->engine = engine_new(tables);
	node->wire = (struct sim_wire) { .node = node, .room = SIM_PLENTY };
	assert(node->engine);
	assert(engine_attach_wire(node->engine, 0, &sim_wire_ops, &node->wire, sources));
	sim->node[sim->nodes++] = node;
	return node;
}

struct sim_node *sim_add_node(struct sim *sim, const char *address, uint16_t sources)
{
	struct endpoint endpoint = { .port = VXLAN_PORT, .mtu = SIM_MTU };
	struct tables *tables = tables_new(64, secret);

	assert(tables && addr_parse(address, &endpoint.addr));
	assert(tables_add_endpoint(tables, endpoint) == 0);
	return sim_adopt_node(sim, tables, sources);
}

struct network *sim_add_network(struct sim_node *node, uint32_t vni)
{
	struct network *n = tables_add_network(node->tables, "blue", vni, 4096, 300);

	assert(n);
	n->endpoint_v4 = n->endpoint_v6 = 0;
	n->mtu = SIM_INNER_MTU;
	n->arp = ARP_FLOOD;
	assert(tables_listen(node->tables, n, 0));
	return n;
}

void sim_set_flood(struct sim_node *node, struct network *n, const struct addr *to, unsigned count)
{
	struct destination *list = calloc(count + 1, sizeof(*list));

	assert(list);
	for (unsigned i = 0; i < count; i++)
		assert(peers_add(node->tables->peers, to[i], &list[i].peer));
	flood_list_put(n->flood);
	n->flood = flood_list_new(list, count);
	assert(n->flood);
	free(list);
}

struct network *sim_network(struct sim_node *node)
{
	return node->tables->networks[0];
}

static void mesh_floods(struct sim *sim, struct sim_node *node)
{
	struct addr others[SIM_NODES];
	unsigned count = 0;

	for (unsigned i = 0; i < sim->nodes; i++) {
		if (sim->node[i] != node)
			others[count++] = sim->node[i]->addr;
	}
	sim_set_flood(node, sim_network(node), others, count);
}

struct sim *sim_mesh(uint64_t seed, unsigned nodes, uint16_t sources)
{
	struct sim *sim = sim_new(seed);
	char address[] = "10.0.0.1";

	for (unsigned i = 0; i < nodes; i++) {
		address[7] = (char)('1' + i);
		sim_add_network(sim_add_node(sim, address, sources), SIM_VNI);
	}
	for (unsigned i = 0; i < nodes; i++) {
		mesh_floods(sim, sim->node[i]);
		sim_add_port(sim->node[i], sim_network(sim->node[i]), sim_takes_all);
	}
	return sim;
}

void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut)
{
	sim->link[a][b].cut = sim->link[b][a].cut = cut;
}

uint64_t sim_random(struct sim *sim, uint64_t below)
{
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return below ? (sim->random >> 11) % below : 0;
}

struct sim_packet *sim_packet(struct sim *sim)
{
	struct sim_packet *packet = sim->spare;

	if (packet)
		sim->spare = packet->next;
	else
		packet = malloc(sizeof(*packet));
	assert(packet);
	packet->next = NULL;
	return packet;
}

void sim_done(struct sim *sim, struct sim_packet *packet)
{
	packet->next = sim->spare;
	sim->spare = packet;
}

void sim_push(struct sim_queue *queue, struct sim_packet *packet)
{
	packet->next = NULL;
	if (queue->first)
		queue->last->next = packet;
	else
		queue->first = packet;
	queue->last = packet;
	queue->count++;
}

struct sim_packet *sim_pop(struct sim_queue *queue)
{
	struct sim_packet *packet = queue->first;

	if (packet) {
		queue->first = packet->next;
		queue->count--;
	}
	return packet;
}

/* Behind everything that is due no later. */
static void push_by_due(struct sim_queue *queue, struct sim_packet *packet)
{
	struct sim_packet **at = &queue->first;

	if (!queue->first || queue->last->due <= packet->due) {
		sim_push(queue, packet);
		return;
	}
	while ((*at)->due <= packet->due)
		at = &(*at)->next;
	packet->next = *at;
	*at = packet;
	queue->count++;
}

static void set_out(struct sim_node *from, struct sim_node *to, const struct run *run,
		    const uint8_t *datagram, size_t len)
{
	struct sim *sim = from->sim;
	const struct sim_link *link = &sim->link[from->index][to->index];
	struct sim_packet *packet;

	if (link->cut || sim_random(sim, 1000) < link->loss)
		return;
	packet = sim_packet(sim);
	packet->due = sim->now + link->delay + sim_random(sim, link->jitter);
	packet->to = to;
	packet->from = from->addr;
	packet->tos = run->tos;
	packet->len = len;
	memcpy(packet->at, datagram, len);
	push_by_due(&sim->under_way, packet);
}

static bool is_for(const struct sim_node *node, const struct run *run)
{
	return run->port == node->tables->endpoints[0].port &&
	       (addr_equal(node->addr, run->to) || addr_equal(node->wire.group, run->to));
}

void sim_send(struct sim_node *from, const struct run *run, const uint8_t *datagram, size_t len)
{
	struct sim *sim = from->sim;

	for (unsigned i = 0; i < sim->nodes; i++) {
		struct sim_node *to = sim->node[i];

		if (!is_for(to, run))
			continue;
		set_out(from, to, run, datagram, len);
		if (sim_random(sim, 1000) < sim->link[from->index][i].duplicate)
			set_out(from, to, run, datagram, len);
	}
}

static bool read_ports(struct sim_node *node)
{
	bool worked = false;

	for (unsigned i = 0; i < SIM_PORTS; i++) {
		struct sim_port *port = &node->port[i];
		bool readable = port->out.first || port->read_error;

		if (!port->node || port->closed || !readable || engine_paused(node->engine))
			continue;
		port->closed = engine_port_readable(node->engine, port->network, port->index,
						    node->sim->now);
		worked = true;
	}
	return worked;
}

bool sim_turn(struct sim_node *node)
{
	uint64_t now = node->sim->now;
	bool worked = false;

	node->turns++;
	if (node->wire.error_count > 0) {
		engine_wire_errors(node->engine, 0, now);
		worked = true;
	}
	if (engine_blocked(node->engine, 0) && node->wire.room >= RUN_DATAGRAMS) {
		engine_wire_writable(node->engine, 0, now);
		worked = true;
	}
	if (node->wire.received.first) {
		assert(engine_wire_readable(node->engine, 0, 0, now) == 0);
		worked = true;
	}
	worked |= read_ports(node);
	return engine_flush(node->engine, now) || worked;
}

static bool turn_all(struct sim *sim)
{
	bool worked = false;

	for (unsigned i = 0; i < sim->nodes; i++)
		worked |= sim_turn(sim->node[i]);
	return worked;
}

static void arrive_due(struct sim *sim)
{
	while (sim->under_way.first && sim->under_way.first->due <= sim->now) {
		struct sim_packet *packet = sim_pop(&sim->under_way);

		sim_push(&packet->to->wire.received, packet);
	}
}

static void advance(struct sim *sim, uint64_t to)
{
	bool tick = clock_tick(to) != clock_tick(sim->now);

	sim->now = to;
	for (unsigned i = 0; tick && i < sim->nodes; i++)
		engine_tick(sim->node[i]->engine, to);
}

void sim_run(struct sim *sim, uint64_t duration)
{
	uint64_t end = sim->now + duration;

	for (;;) {
		arrive_due(sim);
		if (turn_all(sim))
			continue;
		if (!sim->under_way.first || sim->under_way.first->due > end)
			break;
		advance(sim, sim->under_way.first->due);
	}
	advance(sim, end);
}

static void collect(void *context, const char *text)
{
	struct sim_node *node = context;
	size_t len = strlen(text);

	assert(len < SIM_TRACE - node->trace_len);
	memcpy(node->trace + node->trace_len, text, len + 1);
	node->trace_len += len;
}

void sim_trace(struct sim_node *node, uint32_t frames)
{
	node->trace_len = 0;
	node->trace[0] = '\0';
	engine_trace(node->engine, frames, collect, node);
}
