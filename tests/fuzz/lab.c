#include "lab.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

uint8_t lab_byte(struct lab *l)
{
	const uint8_t *at = span_take(&l->in, 1);

	return at ? *at : 0;
}

uint16_t lab_word(struct lab *l)
{
	uint8_t high = lab_byte(l);

	return (uint16_t)(high << 8 | lab_byte(l));
}

/* -- Setting up. -- */

/* | arp (2) | strict | drop VLAN | learning off | accept any | offload off | TOS inherited |
 * | bum-limit | trace | ageing in an hour | TOS (5) |
 * Green gets the next ARP mode, so that every mode meets every other. */
static void set_rules(struct lab *l)
{
	struct network *networks[] = { l->world.blue, l->world.green };
	uint8_t rules = lab_byte(l), more = lab_byte(l);

	for (unsigned i = 0; i < 2; i++) {
		struct network *n = networks[i];

		n->arp = (enum arp_mode)(((rules & 3) + i) % 3);
		n->strict_reserved = rules & 0x04;
		n->drop_vlan = rules & 0x08;
		n->learning = !(rules & 0x10);
		n->offload = !(rules & 0x40);
		n->tos_inherit = rules & 0x80;
		n->tos = (uint8_t)(more & 0xf8);
		n->bum.rate = more & 0x01 ? 4 : 0;
	}
	if (rules & 0x20) {
		peer_set_put(l->world.blue->members);
		l->world.blue->members = NULL;
	}
}

/* Green gives out addresses. */
static void give_out(struct lab *l)
{
	const struct dhcp_terms terms = {
		.pool = { .addr = addr_of("10.42.1.0"), .length = 28 },
		.gateway = { addr_of("10.42.1.1"), 16 },
		.mac = mac_of("02:00:00:00:00:99"),
		.duration = 60,
	};
	const struct reservation host = {
		.ip = addr_of("10.42.1.4"), .mac = mac_of(H2_MAC), .given = true, .name = "h2"
	};

	l->world.green->bindings = bindings_new(&terms, &host, 1, l->world.tables->secret);
	assert(l->world.green->bindings);
}

static void attach(struct lab *l, unsigned which, const struct network *n, uint32_t index,
		   uint8_t caps)
{
	bool attached;

	l->port[which] = (struct lab_port) {
		.lab = l,
		.network = n->id,
		.index = index,
		.caps = { caps & 1, caps & 2, caps & 4 },
	};
	attached = engine_attach_port(l->engine, n->id, index, &lab_port_ops, &l->port[which]);
	assert(attached);
}

static void attach_all(struct lab *l)
{
	uint8_t caps = lab_byte(l);

	for (unsigned i = 0; i < 3; i++)
		attach(l, i, l->world.blue, i, (uint8_t)(caps >> 2 * i));
	attach(l, 3, l->world.green, 0, caps);
	for (uint16_t i = 0; i < 2; i++) {
		bool attached;

		l->wire[i] = (struct lab_wire) { .lab = l, .mtu = WORLD_MTU };
		attached = engine_attach_wire(l->engine, i, &lab_wire_ops, &l->wire[i],
					      i == 0 ? 4 : 1);
		assert(attached);
	}
}

static void tell(void *context, const char *text)
{
	struct lab *l = context;

	assert(strlen(text) > 0 && l->engine);
}

static struct lab *lab_new(const uint8_t *input, size_t size)
{
	struct lab *l = calloc(1, sizeof(*l));

	assert(l);
	l->in = span_of(input, size);
	l->now = 1000 * NS_PER_S;
	l->sound = l->settled = true;
	l->world = world_new();
	l->engine = engine_new(l->world.tables);
	assert(l->engine);
	set_rules(l);
	give_out(l);
	attach_all(l);
	if ((lab_byte(l) & 3) == 3)
		engine_trace(l->engine, UINT32_MAX, tell, l);
	return l;
}

static void lab_free(struct lab *l)
{
	engine_free(l->engine);
	world_free(&l->world);
	free(l);
}

/* -- Records. -- */

/* | bytes given (2) | and zeroes behind them, in units of 256 (1) | the bytes | */
static void take_bytes(struct lab *l)
{
	struct span given = span_first(l->in, lab_word(l));
	size_t zeroes = (size_t)lab_byte(l) * 256;

	given = span_first(l->in, given.len);
	span_take(&l->in, given.len);
	if (given.len > LAB_LONGEST)
		given.len = LAB_LONGEST;
	if (zeroes > LAB_LONGEST - given.len)
		zeroes = LAB_LONGEST - given.len;
	if (given.len > 0)
		memcpy(l->bytes, given.at, given.len);
	memset(l->bytes + given.len, 0, zeroes);
	l->len = given.len + zeroes;
}

void lab_give(struct lab *l, unsigned which)
{
	struct lab_port *port = &l->port[which % LAB_PORTS];

	l->vni = port->index < 3 && which % LAB_PORTS < 3 ? BLUE_VNI : GREEN_VNI;
	l->asks = port;
	engine_port_readable(l->engine, port->network, port->index, l->now);
	lab_unfence(l);
	l->asks = NULL;
}

void lab_frame(struct lab *l)
{
	uint8_t how = lab_byte(l);

	memset(l->vnet, 0, sizeof(l->vnet));
	if (how & 0x04)
		for (size_t i = 0; i < sizeof(l->vnet); i++)
			l->vnet[i] = lab_byte(l);
	take_bytes(l);
	lab_give(l, how & 3);
}

void lab_datagram(struct lab *l)
{
	static const char *const sources[] = { NODE2,    NODE3,          NODE4,       STRANGER,
					       NODE1_V4, "198.51.100.1", "fd00::bad", "224.0.0.1" };
	uint8_t how = lab_byte(l);
	uint16_t endpoint = how & 0x08 ? 1 : 0;

	l->datagram = (struct datagram) {
		.source = addr_of(sources[how & 7]),
		.truncated = (how & 0xf0) == 0xf0,
		.tos = lab_byte(l),
		.segment = how & 0x10 ? lab_word(l) : 0,
	};
	take_bytes(l);
	l->from_peer = true;
	l->heard = &l->wire[endpoint];
	engine_wire_readable(l->engine, endpoint, 0, l->now);
	lab_unfence(l);
	l->heard = NULL;
}

static void pass_time(struct lab *l)
{
	static const uint64_t units[] = { NS_PER_US, NS_PER_MS, NS_PER_S, 60 * NS_PER_S };
	uint8_t how = lab_byte(l);

	l->now += units[how & 3] * (how >> 2);
	engine_tick(l->engine, l->now);
}

static void trouble_ports(struct lab *l, uint8_t how)
{
	static const int errors[] = { 0, -EAGAIN, -EIO, -EINVAL };
	struct lab_port *port = &l->port[how & 3];
	struct network *n = l->world.tables->networks[port->network];

	port->error = errors[how >> 2 & 3];
	n->ports[port->index].up = how & 0x10;
}

/* An unknown error would close the wire for good: everything later would test nothing. */
static void trouble_wires(struct lab *l, uint8_t how)
{
	static const int errors[] = { 0, EAGAIN, EIO, EMSGSIZE, ECONNREFUSED, EINVAL, ENOBUFS, 0 };
	uint16_t endpoint = how & 1;
	struct lab_wire *w = &l->wire[endpoint];

	w->error = errors[how >> 1 & 7];
	w->mtu = how & 0x10 ? lab_word(l) : WORLD_MTU;
	engine_wire_writable(l->engine, endpoint, l->now);
}

static void report_errors(struct lab *l, uint8_t how)
{
	static const char *const peers[] = { NODE2, NODE3, NODE4, STRANGER };
	uint16_t endpoint = how >> 2 & 1;

	l->wire[endpoint].reported = true;
	l->wire[endpoint].report = (struct wire_error) {
		.peer = addr_of(peers[how & 3]),
		.error = how & 0x08 ? EMSGSIZE : EHOSTUNREACH,
		.mtu = lab_word(l),
	};
	engine_wire_errors(l->engine, endpoint, l->now);
}

static void trouble(struct lab *l)
{
	uint8_t how = lab_byte(l);

	switch (how >> 6) {
	case 0:
		trouble_ports(l, how);
		break;
	case 1:
		report_errors(l, how);
		break;
	default:
		trouble_wires(l, how);
		break;
	}
}

/* -- Checks between records. -- */

static void check_tables(const struct lab *l)
{
	const struct tables *t = l->world.tables;
	struct peer_ref ref;
	unsigned peers = 0;

	for (uint32_t id = 0; id < t->network_count; id++) {
		const struct fdb *fdb = t->networks[id]->fdb;
		const struct fdb_counts *counts = fdb_counts(fdb);
		uint32_t entries = 0;

		for (uint32_t i = fdb_next(fdb, 0); i != FDB_NONE; i = fdb_next(fdb, i + 1))
			entries++;
		assert(counts->learned <= fdb_capacity(fdb));
		assert(counts->learned + counts->fixed == entries);
	}
	for (uint32_t slot = 0; peers_next(t->peers, slot, &ref); slot = ref.slot + 1)
		peers++;
	assert(peers <= 3 + WORLD_STRANGERS);
}

/* The disk takes every other of them. */
static void keep_leases(struct lab *l)
{
	struct lease_change change;

	while (engine_next_lease(l->engine, &change)) {
		assert(change.network == l->world.green->id);
		if (change.ticket % 2)
			engine_leases_durable(l->engine, change.ticket);
		else
			engine_leases_refused(l->engine, change.ticket);
	}
}

static void end_turn(struct lab *l)
{
	struct event event;
	bool more = engine_flush(l->engine, l->now);

	while (engine_next_event(l->engine, &event))
		assert(event.network == NETWORK_NONE ||
		       event.network < l->world.tables->network_count);
	keep_leases(l);
	l->settled = !more && !engine_paused(l->engine);
	l->from_peer = false;
	check_tables(l);
}

static void record(struct lab *l, void (*own)(struct lab *l))
{
	uint8_t what = lab_byte(l) & 7;

	if (what < 4)
		own(l);
	else if (what == 4)
		lab_frame(l);
	else if (what == 5)
		lab_datagram(l);
	else if (what == 6)
		pass_time(l);
	else
		trouble(l);
	end_turn(l);
}

void lab_run(const uint8_t *input, size_t size, void (*own)(struct lab *l))
{
	struct lab *l = lab_new(input, size);

	while (l->in.len > 0)
		record(l, own);
	lab_free(l);
}
