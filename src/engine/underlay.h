/* One endpoint's way out: its source sockets, the runs that wait for them, and what to do when the
 * underlay refuses one.
 *
 *   EAGAIN          keep everything, say `blocked`, go on when writable; a socket that stays full
 *                   for ENGINE_PATIENCE holds what nobody takes (datagrams for peers that the
 *                   kernel looks for in vain): from then on only its own runs are dropped
 *                   (underlay-full), until one leaves again
 *   EMSGSIZE, or    too big for the path: learn the path MTU, tell the sender, drop (tx-too-big),
 *   EINVAL and it   go on; a run's last datagram may be shorter and then leaves
 *   is too big
 *   EIO, or EINVAL  for a run of several: perhaps the socket cannot do runs (UDP_SEGMENT without
 *   and it fits     checksum offload, IPsec routes).  But a blackhole route says EINVAL too.  So the
 *                   run's first datagram is sent alone: when it leaves, singles from now on, the
 *                   rest of the run first; when it does not, the run was not to blame
 *   anything else   drop (underlay-error), go on
 *
 * On Linux an error that one peer's datagram caused earlier (ICMP) fails the next send to anybody.
 * So nothing is dropped at its first refusal: the queued errors are read and attributed to the
 * peers they are about, and the run is tried once more; and again, up to UNDERLAY_TRIES times,
 * while errors keep arriving in between, which some peer may well arrange. */
#ifndef ENGINE_UNDERLAY_H
#define ENGINE_UNDERLAY_H

#include "engine/ops.h"
#include "runs.h"

enum { UNDERLAY_SOURCES = 64, UNDERLAY_TRIES = 8 };

struct engine;

struct source {
	struct run_queue queue;
	bool singly;       /* this socket cannot do runs */
	bool stuck;        /* stayed full for too long, and nothing has left since */
	unsigned refusals; /* of the oldest run, in a row */
};

struct underlay {
	const struct wire_ops *ops; /* NULL: nothing attached */
	void *wire;
	uint16_t sources;
	uint64_t waiting; /* bit i: source i has runs */
	bool blocked;
	uint16_t blocked_source;
	uint64_t blocked_since;
	int failed;       /* −errno of a failure we have no name for; else 0 */
	unsigned receive; /* datagrams to ask for next */
	struct source source[UNDERLAY_SOURCES];
};

void underlay_attach(struct underlay *u, const struct wire_ops *ops, void *wire, uint16_t sources);

/* What waits is dropped. */
void underlay_detach(struct engine *e, struct underlay *u);

/* Puts one datagram on its way: see runs_add(). */
void underlay_add(struct engine *e, struct underlay *u, const struct departure *d,
		  const struct iovec *parts, size_t n);

/* Sends what waits, until all is gone or the underlay is blocked. */
void underlay_send(struct engine *e, struct underlay *u, uint64_t now);

/* It takes datagrams again. */
void underlay_unblock(struct engine *e, struct underlay *u, uint64_t now);

/* Gives up waiting for a socket that has been full for too long. */
void underlay_lose_patience(struct engine *e, struct underlay *u, uint64_t now);

/* Attributes queued errors to the peers they are about; returns how many there were. */
unsigned underlay_errors(struct engine *e, struct underlay *u, uint64_t now);

/* Is this errno something a healthy socket may say: about a peer, the route, the rules of the
 * machine, or its memory? */
bool underlay_is_known(int error);

#endif
