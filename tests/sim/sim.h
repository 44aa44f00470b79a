/* A cluster in one process: the real engine of every node over wires made of memory.
 *
 * Time is virtual and stands still while anybody has something to do; loss, duplication and delay
 * come from a seeded generator, so that a run with the same seed is the same run.  A node has one
 * endpoint; its wire can be told to misbehave as sockets do: full (EAGAIN), unable to do runs
 * (EIO or EINVAL), a route too narrow (EMSGSIZE), and dead peers, whose ICMP errors wait in the socket and
 * fail the next send to anybody, as on Linux.
 *
 * Nothing is allocated once as many packets have been under way at a time as ever will be. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/clock.h"
#include "engine/engine.h"
#include "wire/vnet.h"
#include "wire/vxlan.h"

enum {
	SIM_NODES = 8,
	SIM_PORTS = 8, /* of one node, over all its networks */
	SIM_ROOM = 66 * 1024,
	SIM_MTU = 1500, /* of the underlay, unless a link says otherwise */
	SIM_INNER_MTU = 1450,
	SIM_ERRORS = 64,
	SIM_DEAD = 8,
	SIM_TRACE = 32768,
	SIM_VNI = 100,
};

#define SIM_PLENTY UINT32_MAX

/* A datagram under way, or a frame in a port's queue. */
struct sim_packet {
	struct sim_packet *next;
	uint64_t due;
	struct sim_node *to;
	struct addr from;
	uint8_t tos;
	uint8_t vnet[VNET_LEN]; /* frames: what a TAP would say about it */
	size_t len;
	uint8_t at[SIM_ROOM];
};

struct sim_queue {
	struct sim_packet *first, *last;
	uint32_t count;
};

/* One direction between two nodes. */
struct sim_link {
	bool cut;
	uint64_t delay, jitter;   /* ns; jitter above the spacing of packets reorders them */
	uint32_t loss, duplicate; /* of 1000 */
	uint32_t mtu;             /* outer */
};

struct sim_wire {
	struct sim_node *node;
	struct sim_queue received;
	struct addr group; /* the one it has joined, or ADDR_NONE */
	bool gro;          /* merges datagrams of one size, as UDP_GRO does */
	int no_runs;       /* every run of several fails with it; 0: none */
	int error;         /* every send fails with it; 0: none */
	bool other_path;   /* asked for the path MTU, it tells that of a wider way */
	bool einval;       /* too big is EINVAL for a run of several, as before Linux 6.15 */
	uint32_t
		room; /* datagrams it takes before it says EAGAIN; writable from RUN_DATAGRAMS on */
	struct addr dead[SIM_DEAD]; /* peers whose machine answers with ICMP */
	unsigned deads;
	int pending;    /* what the next send fails with ... */
	uint32_t late;  /* ... and so often the one after it, told too late */
	unsigned storm; /* errors that will arrive, one as soon as the last was fetched */
	struct wire_error errors[SIM_ERRORS];
	unsigned error_count;

	uint64_t calls, runs, datagrams; /* send_runs() and what it took */
	void (*sent)(void *context, const struct run *run, const uint8_t *datagram, size_t len);
	void *context;
};

struct sim_port {
	struct sim_node *node; /* NULL: unused */
	uint32_t network, index;
	struct port_caps caps;
	struct sim_queue out; /* from the host, to be read by the engine */
	struct sim_queue in;  /* delivered to the host ... */
	bool whole;           /* ... which sees superframes; else cut, as a host's stack does */
	int write_error;      /* −errno instead of taking a frame */
	int refuses;          /* −errno instead of taking a superframe, whatever `caps` says */
	uint64_t refused;     /* how often it did */
	int read_error;
	int closed; /* what engine_port_readable() said last */
	uint64_t reads;
};

struct sim_node {
	struct sim *sim;
	unsigned index;
	struct addr addr;
	struct tables *tables;
	struct engine *engine;
	struct sim_wire wire;
	struct sim_port port[SIM_PORTS];
	char trace[SIM_TRACE]; /* everything told since sim_trace() */
	size_t trace_len;
	uint64_t turns;
};

struct sim {
	uint64_t now;
	uint64_t random;
	struct sim_node *node[SIM_NODES];
	unsigned nodes;
	struct sim_link link[SIM_NODES][SIM_NODES]; /* from, to */
	struct sim_queue under_way;                 /* by due */
	struct sim_packet *spare;
	uint8_t datagram[RUN_BYTES]; /* being sent */
};

struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);

/* A node at @address with @sources source sockets. */
struct sim_node *sim_add_node(struct sim *sim, const char *address, uint16_t sources);

/* The same over tables that are filled already and have one endpoint; the simulator frees them. */
struct sim_node *sim_adopt_node(struct sim *sim, struct tables *tables, uint16_t sources);

/* @vni on @node, with no peers yet: learning on, anyone may speak, ARP is flooded. */
struct network *sim_add_network(struct sim_node *node, uint32_t vni);

/* A flood list of these @n addresses, as peers of @node. */
void sim_set_flood(struct sim_node *node, struct network *n, const struct addr *to, unsigned count);

/* The usual cluster: @nodes nodes 10.0.0.1 … with @sources sources, network SIM_VNI on each with
 * all the others as its flood list, and one port each that takes everything. */
struct sim *sim_mesh(uint64_t seed, unsigned nodes, uint16_t sources);
struct network *sim_network(struct sim_node *node);

struct sim_port *sim_add_port(struct sim_node *node, struct network *n, struct port_caps caps);

/* Cuts or heals both directions between two nodes. */
void sim_cut(struct sim *sim, unsigned a, unsigned b, bool cut);

/* The host behind @port sends this frame; the second form says what @f is besides its bytes. */
void sim_give(struct sim_port *port, const void *frame, size_t len);
void sim_give_frame(struct sim_port *port, const struct frame *f);

/* The oldest frame that the host got and has not taken; NULL: none.  sim_done() gives it back. */
struct sim_packet *sim_take(struct sim_port *port);
void sim_done(struct sim *sim, struct sim_packet *packet);

/* Takes and forgets everything that the host got; returns how many. */
unsigned sim_discard(struct sim_port *port);

/* One turn of one node.  True when something happened or more waits. */
bool sim_turn(struct sim_node *node);

/* Lets the cluster work and time pass. */
void sim_run(struct sim *sim, uint64_t duration);

/* Collects the traces of the next @frames frames of @node. */
void sim_trace(struct sim_node *node, uint32_t frames);

uint64_t sim_random(struct sim *sim, uint64_t below);

/* -- Between the files of the simulator. -- */

struct sim_packet *sim_packet(struct sim *sim);
void sim_push(struct sim_queue *queue, struct sim_packet *packet);
struct sim_packet *sim_pop(struct sim_queue *queue);
void sim_send(struct sim_node *from, const struct run *run, const uint8_t *datagram, size_t len);

extern const struct wire_ops sim_wire_ops;
extern const struct port_ops sim_port_ops;
extern const struct port_caps sim_takes_all, sim_takes_nothing;

#endif
