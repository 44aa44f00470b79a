/* Leases of DHCP clients (table/bindings.h) and the world: they survive a restart, and the gateway is ours to
 * answer for only where the machine does not have its address itself.
 *
 * The engine tells each lease that changes (engine/engine.h); it is handed to the keeper, and only when it is
 * durable is its client told.  If the disk refuses, the client hears nothing and asks again.  A record
 * has the time of day at which the lease ends, for the switch may be down meanwhile; while it runs, the
 * clock that never jumps counts.
 *
 * A network that begins to give out addresses while the switch runs hears nobody until what the store has
 * of it is read (app/former.h), which is asked for when all that is to be kept is handed over: one network
 * after the other. */
#ifndef APP_DHCP_H
#define APP_DHCP_H

#include "app/former.h"
#include "app/state.h"
#include "app/switch.h"

#define LEASE_LOST UINT64_MAX

enum { DHCP_GATEWAYS = 16 /* looked for in a second */ };

/* A lease that the disk has not got yet. */
struct lease_waiting {
	uint64_t number; /* of its change; LEASE_LOST: there was no memory for one */
	uint64_t ticket;
};

struct lease_keeping {
	struct vswitch *s;
	struct keeper *keeper; /* NULL: nothing survives */
	struct lease_waiting waiting[ENGINE_LEASES];
	unsigned first, count;
	uint32_t looked;       /* network at which the search for gateways goes on */
	struct former *former; /* being read, or NULL */
	bool wanting;          /* there may be networks whose former leases are not known; ... */
	bool wants_later;      /* ... but not before the next second */
};

/* Before the keeper has the store: clients have what they had, as far as networks still give it out. */
void dhcp_restore(struct state *state, struct tables *tables);

/* @k must stay where it is as long as the keeper. */
void dhcp_open(struct lease_keeping *k, struct vswitch *s, struct state *state);

/* No later than the loop. */
void dhcp_close(struct lease_keeping *k);

/* Networks were made or changed: some may give out addresses that did not. */
void dhcp_look_again(struct lease_keeping *k);

/* At the end of each turn: what clients were given is kept. */
void dhcp_turn(struct lease_keeping *k);

/* Once a second: do we answer for the gateways? */
void dhcp_tick(struct lease_keeping *k);

#endif
