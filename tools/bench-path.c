/* How fast is the switch itself, without any system call?
 *
 *   bench-path           prints what was measured
 *   bench-path --check   exits with 1 when a figure misses its limit
 *
 * Every figure is the best of many short rounds, in time of the thread's own: what the code can do,
 * not what else the machine did.  All run on one core. */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "path/inbound.h"
#include "path/outbound.h"
#include "wire/checksum.h"
#include "wire/vxlan.h"

enum {
	ROUNDS = 40,
	HOSTS = 64,
	FRAME = 64, /* bytes, as on an Ethernet without its check sequence */
	DECISIONS = 100000,
	LOOKUPS = 250000,
	FRAMES = 50000,
	CABLE = 256, /* datagrams under way */
	NOW = 1000,  /* seconds */
};

static const struct hash_secret secret = { 0x0123456789abcdef, 0xfedcba9876543210 };
static const uint64_t now = NOW * NS_PER_S;

struct row {
	const char *what;
	double value;
	const char *unit;
	double limit; /* 0: none */
	bool at_most; /* else at least */
};

/* Of this thread's own work. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* -- FDB lookups. -- */

static struct mac random_mac(uint64_t *state)
{
	struct mac mac;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	put_be32(mac.octet, (uint32_t)(*state >> 16));
	put_be16(mac.octet + 4, (uint16_t)*state);
	mac.octet[0] = 2;
	return mac;
}

static void learn(struct fdb *fdb, struct mac mac, struct place place, uint32_t owner)
{
	fdb_apply(fdb, fdb_judge(fdb, mac, place, true, now), mac, place, owner, now);
}

/* Seconds for LOOKUPS lookups of known MACs, from @order[*at] on. */
static double time_lookups(const struct fdb *fdb, const struct mac *order, size_t count, size_t *at)
{
	double start = seconds();
	uint64_t found = 0;

	for (size_t i = 0; i < LOOKUPS; i++) {
		found += fdb_find(fdb, order[*at], now) != FDB_NONE;
		*at = *at + 1 == count ? 0 : *at + 1;
	}
	assert(found == LOOKUPS);
	return seconds() - start;
}

/* Nanoseconds per lookup among @entries. */
static double measure_lookups(uint32_t entries)
{
	struct fdb *fdb = fdb_new(entries, 300, secret);
	struct mac *order = calloc(entries, sizeof(*order));
	uint64_t random = 88172645463325252;
	double best = 1e9;
	size_t at = 0;

	assert(fdb && order);
	for (uint32_t i = 0; i < entries; i++) {
		order[i] = random_mac(&random);
		learn(fdb, order[i], place_port(0), FDB_OWNER_PORT(0));
	}
	for (uint32_t i = entries - 1; i > 0; i--) {
		uint32_t other =
			(uint32_t)(random_mac(&random).octet[5] * UINT64_C(2654435761) ^ random) %
			(i + 1);
		struct mac mac = order[i];

		order[i] = order[other];
		order[other] = mac;
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		double took = time_lookups(fdb, order, entries, &at);

		best = took < best ? took : best;
	}
	free(order);
	fdb_free(fdb);
	return best * 1e9 / LOOKUPS;
}

/* -- Two switches and the hosts behind them. -- */

/* A port that gives the same frames again and again, and counts what it gets. */
struct bench_port {
	uint8_t (*frame)[FRAME];
	uint64_t left; /* to be given */
	uint64_t got;
};

/* What one switch sent and the other has not received. */
struct cable {
	uint8_t datagram[CABLE][VXLAN_LEN + FRAME];
	size_t len[CABLE];
	unsigned first, count;
	struct addr from;
	struct cable *peer; /* where our datagrams go */
};

struct node {
	struct tables *tables;
	struct engine *engine;
	struct network *network;
	struct cable cable; /* towards us */
	struct bench_port port;
	uint8_t frames[HOSTS][FRAME];
};

static int port_read(void *at, uint8_t *to, size_t room, struct frame *f)
{
	struct bench_port *port = at;

	assert(room >= FRAME);
	if (port->left == 0)
		return 0;
	memcpy(to, port->frame[--port->left % HOSTS], FRAME);
	return frame_parse(f, to, FRAME) ? 1 : -1;
}

static int port_write(void *at, const struct frame *f, const struct iovec *parts, size_t n)
{
	struct bench_port *port = at;

	(void)f;
	(void)parts;
	port->got += n;
	return 0;
}

static struct port_caps port_caps(void *at)
{
	(void)at;
	return (struct port_caps) { true, true, true };
}

static const struct port_ops port_ops = { port_read, port_write, port_caps };

static int cable_receive(void *at, unsigned socket, struct datagram *batch, unsigned n)
{
	struct cable *c = at;
	unsigned i;

	(void)socket;
	for (i = 0; i < n && c->count > 0; i++, c->count--) {
		batch[i].len = c->len[c->first];
		batch[i].source = c->peer->from;
		memcpy(batch[i].at, c->datagram[c->first], batch[i].len);
		c->first = (c->first + 1) % CABLE;
	}
	return (int)i;
}

static void cable_put(struct cable *c, const struct iovec *iov)
{
	unsigned at = (c->first + c->count++) % CABLE;

	assert(c->count <= CABLE && iov->iov_len <= sizeof(c->datagram[at]));
	memcpy(c->datagram[at], iov->iov_base, iov->iov_len);
	c->len[at] = iov->iov_len;
}

static unsigned cable_send(void *at, const struct run *runs, unsigned n, int *error)
{
	struct cable *c = at;

	*error = 0;
	for (unsigned i = 0; i < n; i++) {
		for (size_t k = 0; k < runs[i].iovs; k++)
			cable_put(c->peer, &runs[i].iov[k]);
	}
	return n;
}

static unsigned cable_errors(void *at, struct wire_error *out, unsigned n)
{
	(void)at;
	(void)out;
	(void)n;
	return 0;
}

static uint32_t cable_path_mtu(void *at, struct addr to)
{
	(void)at;
	(void)to;
	return 0;
}

static const struct wire_ops cable_ops = {
	cable_receive,
	cable_send,
	cable_errors,
	cable_path_mtu,
};

static struct mac host_mac(unsigned node, unsigned host)
{
	return (struct mac) { { 2, 0, 0, (uint8_t)node, 0, (uint8_t)host } };
}

/* UDP from host @i here to host @i over there. */
static void make_frame(uint8_t *out, unsigned node, unsigned host)
{
	uint8_t *ip = out + ETH_LEN;

	memset(out, 0, FRAME);
	memcpy(out, host_mac(!node, host).octet, 6);
	memcpy(out + 6, host_mac(node, host).octet, 6);
	put_be16(out + 12, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, FRAME - ETH_LEN);
	ip[8] = 64;
	ip[9] = IP_UDP;
	memcpy(ip + 12,
	       (uint8_t[8]) { 3, 3, (uint8_t)node, (uint8_t)host, 3, 3, !node, (uint8_t)host }, 8);
	put_be16(ip + 10, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));
	put_be16(ip + IPV4_LEN, (uint16_t)(1000 + host));
	put_be16(ip + IPV4_LEN + 2, 9);
	put_be16(ip + IPV4_LEN + 4, FRAME - ETH_LEN - IPV4_LEN);
}

static void node_open(struct node *n, unsigned number)
{
	struct endpoint endpoint = { .port = VXLAN_PORT, .mtu = 1500 };
	uint32_t port;

	endpoint.addr = addr_v4((uint8_t[4]) { 10, 0, 0, (uint8_t)(number + 1) });
	n->cable.from = endpoint.addr;
	n->tables = tables_new(0, secret);
	assert(n->tables && tables_add_endpoint(n->tables, endpoint) == 0);
	n->network = tables_add_network(n->tables, "bench", 100, 8192, 300);
	assert(n->network && tables_listen(n->tables, n->network, 0));
	n->network->endpoint_v4 = 0;
	n->network->arp = ARP_SUPPRESS;
	n->engine = engine_new(n->tables);
	port = network_add_port(n->network, (struct mac) { { 0 } }, 1450, false, 0);
	for (unsigned i = 0; i < HOSTS; i++)
		make_frame(n->frames[i], number, i);
	n->port.frame = n->frames;
	assert(n->engine && engine_attach_port(n->engine, 0, port, &port_ops, &n->port));
	assert(engine_attach_wire(n->engine, 0, &cable_ops, &n->cable, 1));
}

/* Makes the other node a peer, and teaches where all hosts are. */
static void node_teach(struct node *n, unsigned number, struct addr other)
{
	struct destination to = { .port = 0 };

	assert(peers_add(n->tables->peers, other, &to.peer));
	for (unsigned i = 0; i < HOSTS; i++) {
		learn(n->network->fdb, host_mac(number, i), place_port(0), FDB_OWNER_PORT(0));
		learn(n->network->fdb, host_mac(!number, i), place_peer(to),
		      FDB_OWNER_PEER(to.peer.slot));
	}
}

static void nodes_open(struct node nodes[2])
{
	for (unsigned i = 0; i < 2; i++) {
		node_open(&nodes[i], i);
		nodes[i].cable.peer = &nodes[!i].cable;
	}
	for (unsigned i = 0; i < 2; i++)
		node_teach(&nodes[i], i, nodes[!i].cable.from);
}

static void nodes_close(struct node nodes[2])
{
	for (unsigned i = 0; i < 2; i++) {
		engine_free(nodes[i].engine);
		tables_free(nodes[i].tables);
	}
}

/* -- Decisions. -- */

static double time_outbound(struct node *n, bool commit)
{
	static struct frame f[HOSTS];
	double start;

	for (unsigned i = 0; i < HOSTS; i++)
		assert(frame_parse(&f[i], n->frames[i], FRAME));
	start = seconds();
	for (unsigned i = 0; i < DECISIONS; i++) {
		const struct frame *frame = &f[i % HOSTS];
		struct verdict v = outbound_decide(n->tables, n->network, 0, frame, now);

		assert(v.action == ACTION_SEND);
		if (commit)
			verdict_commit(n->tables, &v, frame, now);
	}
	return seconds() - start;
}

static double time_inbound(struct node *n, const struct node *from)
{
	static uint8_t bytes[HOSTS][VXLAN_LEN + FRAME];
	struct arrival a = { .source = from->cable.from, .len = sizeof(bytes[0]) };
	struct frame inner;
	struct verdict v;
	double start;

	for (unsigned i = 0; i < HOSTS; i++) {
		vxlan_write(bytes[i], 100);
		memcpy(bytes[i] + VXLAN_LEN, from->frames[i], FRAME);
	}
	start = seconds();
	for (unsigned i = 0; i < DECISIONS; i++) {
		a.at = bytes[i % HOSTS];
		v = inbound_decide(n->tables, &a, &inner, now);
		assert(v.action == ACTION_DELIVER);
	}
	return seconds() - start;
}

/* FRAMES frames from a host behind one switch to a host behind the other, both on this core. */
static double time_engine(struct node nodes[2])
{
	struct node *a = &nodes[0], *b = &nodes[1];
	uint64_t before = b->port.got;
	double start = seconds();

	a->port.left = FRAMES;
	while (a->port.left > 0) {
		engine_port_readable(a->engine, 0, 0, now);
		engine_flush(a->engine, now);
		engine_wire_readable(b->engine, 0, 0, now);
		engine_flush(b->engine, now);
	}
	while (b->cable.count > 0)
		engine_wire_readable(b->engine, 0, 0, now);
	assert(b->port.got - before == FRAMES);
	return seconds() - start;
}

/* -- The figures. -- */

enum figure { OUTBOUND, COMMITTED, INBOUND, ENGINE, FIGURES };

static void measure_path(double best[FIGURES])
{
	struct node *nodes = calloc(2, sizeof(*nodes));

	assert(nodes);
	nodes_open(nodes);
	for (unsigned i = 0; i < FIGURES; i++)
		best[i] = 1e9;
	for (unsigned round = 0; round < ROUNDS; round++) {
		double took[FIGURES] = {
			[OUTBOUND] = time_outbound(&nodes[0], false) / DECISIONS,
			[COMMITTED] = time_outbound(&nodes[0], true) / DECISIONS,
			[INBOUND] = time_inbound(&nodes[1], &nodes[0]) / DECISIONS,
			[ENGINE] = time_engine(nodes) / FRAMES,
		};

		for (unsigned i = 0; i < FIGURES; i++)
			best[i] = took[i] < best[i] ? took[i] : best[i];
	}
	nodes_close(nodes);
	free(nodes);
}

static bool met(const struct row *row)
{
	if (row->limit == 0)
		return true;
	return row->at_most ? row->value <= row->limit : row->value >= row->limit;
}

static bool print_row(const struct row *row)
{
	char limit[32] = "";

	if (row->limit > 0)
		snprintf(limit, sizeof(limit), "%s %.0f %s", row->at_most ? "<=" : ">=", row->limit,
			 row->unit);
	printf("  %-46s %8.1f %-6s %-12s %s\n", row->what, row->value, row->unit, limit,
	       row->limit == 0 ? ""
	       : met(row)      ? "ok"
			       : "MISSED");
	return met(row);
}

int main(int argc, char **argv)
{
	bool check = argc > 1 && strcmp(argv[1], "--check") == 0, fine = true;
	double best[FIGURES];

	measure_path(best);

	const struct row rows[] = {
		{ "decide, outbound, 64-byte frames", 1e-6 / best[OUTBOUND], "M/s", 10, false },
		{ "decide, inbound, parsing included", 1e-6 / best[INBOUND], "M/s", 10, false },
		{ "decide and commit, outbound", 1e-6 / best[COMMITTED], "M/s", 0, false },
		{ "host to host through two engines in memory", 1e-6 / best[ENGINE], "M/s", 0,
		  false },
		{ "FDB lookup among 1,000", measure_lookups(1000), "ns", 0, true },
		{ "FDB lookup among 100,000", measure_lookups(100000), "ns", 60, true },
		{ "FDB lookup among 1,000,000", measure_lookups(1000000), "ns", 0, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fine &= print_row(&rows[i]);
	return check && !fine;
}
