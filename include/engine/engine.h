/* The engine carries verdicts out.
 *
 * A turn: `app` (or the simulator) says which ports and sockets are readable; each is read within a
 * budget, every frame is decided, committed and carried out; engine_flush() ends the turn: runs
 * leave, then at most ENGINE_FLOOD_MESSAGES copies of flooded frames.
 *
 * - *Runs.*  Datagrams of one size to one peer from one source socket with one outer TOS leave in
 *   one message, across frames and ports.  The order within a flow is kept.
 * - *Superframes.*  What one receive after another brings of one flow, the same way, becomes one frame
 *   again (offload/coalesce.h) before it is decided; a port that does not take it whole gets it cut.
 * - *Floods* enter a bounded queue, which owns a copy of the frame and a use of the immutable list.
 *   Unicast never waits for them.  What does not fit the queue is dropped as underlay-full.
 * - *Backpressure.*  When the underlay says EAGAIN, the unsent runs are kept and local ports are
 *   not read until it is writable again: loss then shows at the tenant's edge, in the TAP's own
 *   queue.  A socket that stays full for ENGINE_PATIENCE is not waited for: the kernel keeps up to
 *   three seconds of datagrams in it for peers that do not answer ARP, and others must not suffer
 *   for them.  Its own runs drop as underlay-full until one leaves again.
 * - *Faults.*  Errors listed by name are counted; anything unknown closes that one port or socket
 *   (the caller is told), never the process, never another network.
 *
 * The engine allocates everything when it is made.  It never logs; it leaves notes in a bounded
 * ring. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/clock.h"
#include "engine/events.h"
#include "engine/ops.h"
#include "path/filter.h"
#include "path/verdict.h"

enum {
	ENGINE_BUDGET = 64, /* frames or datagrams read per readable port or socket and turn */
	ENGINE_FLOOD_MESSAGES = 64, /* copies of flooded frames per turn */
	ENGINE_FLOOD_SLOTS = 256,   /* flooded frames of one network waiting (engine/flood.h) */
	ENGINE_RECEIVE_BATCH = 64,  /* datagrams per receive call */
	ENGINE_LEASES = 64,         /* leases of DHCP clients that wait for the disk */
};

#define ENGINE_PATIENCE (100 * NS_PER_MS) /* for how long a full socket is waited for */

struct engine;

/* An engine over @tables, which it does not own.  NULL when memory is short. */
struct engine *engine_new(struct tables *tables);
void engine_free(struct engine *engine);

/* Puts @port behind port @index of @network (as network_add_port() gave it). The engine does not
 * own it.  False when the engine has no room. */
bool engine_attach_port(struct engine *e, uint32_t network, uint32_t index,
			const struct port_ops *ops, void *port);
void engine_detach_port(struct engine *e, uint32_t network, uint32_t index);

/* Has room for a port there: to attach it will not fail for want of memory. */
bool engine_reserve_port(struct engine *e, uint32_t network, uint32_t index);

/* Puts @wire, with @sources source-port sockets, behind @endpoint. */
bool engine_attach_wire(struct engine *e, uint16_t endpoint, const struct wire_ops *ops, void *wire,
			uint16_t sources);

/* What waits for it is dropped (underlay-error). */
void engine_detach_wire(struct engine *e, uint16_t endpoint);
bool engine_reserve_wire(struct engine *e, uint16_t endpoint); /* as engine_reserve_port() */

/* @network is gone, or not what it was: what still waits to be flooded for it is dropped, and
 * nothing that waits for the underlay is answered to its ports. */
void engine_forget_network(struct engine *e, uint32_t network);

/* -- Within a turn. -- */

/* Reads and forwards within the budget.  Returns 0, or −errno when the port must be closed. */
int engine_port_readable(struct engine *e, uint32_t network, uint32_t index, uint64_t now);

/* The same for receiving socket @socket of @endpoint. */
int engine_wire_readable(struct engine *e, uint16_t endpoint, unsigned socket, uint64_t now);

/* The underlay takes datagrams again. */
void engine_wire_writable(struct engine *e, uint16_t endpoint, uint64_t now);

/* The sockets of @endpoint have errors waiting: attributes them to peers. */
void engine_wire_errors(struct engine *e, uint16_t endpoint, uint64_t now);

/* Ends the turn.  True when flooded copies wait that need another turn soon. */
bool engine_flush(struct engine *e, uint64_t now);

/* Do unsent runs wait for @endpoint to become writable?  While any does, ports must not be read
 * (engine_port_readable() does nothing then), and engine_flush() wants to be called at least every
 * ENGINE_PATIENCE. */
bool engine_blocked(const struct engine *e, uint16_t endpoint);
bool engine_paused(const struct engine *e);

/* The source socket that the runs of a blocked @endpoint wait for: the one to watch.  The others
 * may well be writable; watching them would spin. */
uint16_t engine_blocked_source(const struct engine *e, uint16_t endpoint);

/* -- Probes (wire/probe.h). -- */

struct probe_order {
	uint32_t network;
	struct destination to;
	struct addr from;  /* who answers; ADDR_NONE: whom it goes to, which can be a group */
	struct mac mac;    /* of the peer's VTEP */
	uint16_t len;      /* frame_len, at least PROBE_FRAME_MIN */
	uint64_t patience; /* ns to wait for an answer */
};

/* Sends a probe, without regard to the path MTU that is believed: what becomes of it is in
 * tables->probes under *@sequence.  0; −ENODEV: no such network, peer, or way to its family; −EMSGSIZE:
 * longer than any datagram; −EBUSY: PROBES_MAX wait already; −ENOBUFS: the underlay is full. */
int engine_probe(struct engine *e, const struct probe_order *order, uint64_t now,
		 uint32_t *sequence);

/* The largest outer packet that the system would now send to @to for @network; 0: it does not say. */
uint32_t engine_route_mtu(const struct engine *e, uint32_t network, struct addr to);

/* -- Leases of DHCP clients (table/bindings.h). -- */

/* A binding that changed, and is to survive a restart. */
struct lease_change {
	uint64_t ticket; /* rises by one; the first is 1 */
	uint32_t network;
	struct binding binding; /* its address, its client */
	uint32_t left;          /* seconds that the client has it; 0: it has it no more */
};

/* The next change; false when there is none. */
bool engine_next_lease(struct engine *e, struct lease_change *out);

/* All changes up to @ticket, which have been taken, are durable: now clients are told.  Or they are not and
 * never will be: no client hears of them, and what was given for the first time is given back. */
void engine_leases_durable(struct engine *e, uint64_t ticket);
void engine_leases_refused(struct engine *e, uint64_t ticket);

/* Once a second: ageing, a bounded number of steps. */
void engine_tick(struct engine *e, uint64_t now);

/* -- Watching. -- */

/* The next note of what happened; false when there is none.  Notes beyond the ring are counted and
 * lost: engine_lost_events(). */
bool engine_next_event(struct engine *e, struct event *out);
uint64_t engine_lost_events(const struct engine *e);

/* Has the five steps of the next @frames frames told to @tell, one call per frame. */
void engine_trace(struct engine *e, uint32_t frames, void (*tell)(void *context, const char *text),
		  void *context);

/* From now on @look sees every frame (path/filter.h), until it is NULL.  It must not change what it sees. */
void engine_follow(struct engine *e, void (*look)(void *context, const struct looked *what),
		   void *context);

struct engine_counters {
	uint64_t turns;
	uint64_t received;        /* datagrams */
	uint64_t runs, datagrams; /* sent */
	uint64_t flood_messages;
	uint64_t no_runs;        /* source sockets that turned out unable to do runs */
	uint64_t runs_cut;       /* runs that such a socket sent singly */
	uint64_t blocked;        /* times the underlay said EAGAIN */
	uint64_t no_superframes; /* local ports that refused a superframe, once per kind */
};

const struct engine_counters *engine_counters(const struct engine *e);

#endif
