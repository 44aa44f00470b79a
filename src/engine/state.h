/* The engine's own view of itself, shared by its files:
 *
 *   outbound.c  a local port is readable     watch.c     events and traces
 *   inbound.c   a socket is readable         ports.c     what is behind the local ports
 *   deliver.c   to local ports               underlay.c  runs leave, and what the underlay refuses
 *   encap.c     frames become datagrams      runs.c      datagrams become runs
 *   answer.c    what the switch itself says  refusal.c   ports that refuse superframes
 *   flood.c     copies that wait             engine.c    making, attaching, the end of a turn
 *   probe.c     probes answered and sent     dhcp.c      clients of DHCP served */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include "dhcp.h"
#include "engine/engine.h"
#include "flood.h"
#include "offload/coalesce.h"
#include "path/inbound.h"
#include "ports.h"
#include "runs.h"
#include "underlay.h"

enum {
	ENGINE_SLOTS = 128,  /* frames read from local ports and not sent yet */
	ENGINE_AGED = 16384, /* steps of ageing per tick, of all networks */
	ENGINE_TRACE = 4096, /* characters of one trace */
	ENGINE_ENVELOPES = 64,
};

/* What datagrams have in common that come the same way: sender, outer TOS, VXLAN header, and the
 * terms of the network that it names.  Their frames may become one. */
struct envelope {
	struct arrival arrival; /* of the first of them */
	struct outside outside; /* decided once for all */
	struct coalesce_terms terms;
};

struct trace {
	bool on; /* anything of it: what forwarding looks at */
	uint32_t left;
	void (*tell)(void *context, const char *text);
	void *context;
	void (*look)(void *context, const struct looked *what);
	void *look_context;
	char text[ENGINE_TRACE];
};

struct engine {
	struct tables *tables;

	struct packet_pool *pool;
	struct packet *received[ENGINE_RECEIVE_BATCH]; /* never leave the engine's hands */
	struct coalescer *coalescer;                   /* of what was received */
	struct envelope envelopes[ENGINE_ENVELOPES];   /* of what waits in it */
	unsigned envelope_count;
	struct packet *answer;  /* where replies are written */
	struct packet *refused; /* what one of them is about */

	struct runs *runs;
	struct floods *floods;
	struct ports ports;

	struct underlay *underlays; /* by endpoint */
	uint16_t underlay_count;
	uint32_t blocked; /* underlays that are */

	struct dhcp_queue dhcp;
	struct event_ring events;
	struct trace trace;
	struct engine_counters count;
};

/* What is behind @endpoint, or NULL. */
static inline struct underlay *engine_underlay(const struct engine *e, uint16_t endpoint)
{
	return endpoint < e->underlay_count && e->underlays[endpoint].ops ? &e->underlays[endpoint]
									  : NULL;
}

/* All runs leave, as far as the underlay takes them. */
void engine_send(struct engine *e, uint64_t now);

/* Room for the runs of one more frame, made by sending if need be; false: stop, we are blocked. */
bool engine_make_room(struct engine *e, uint64_t now);

#endif
