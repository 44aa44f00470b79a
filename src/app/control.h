/* The loop's part that answers: the control socket and its clients (ctl/session.h, ctl/protocol.h).
 *
 * Nothing a client does or leaves undone costs forwarding more than a bounded piece of a turn.  There
 * are CONTROL_CLIENTS at most, and the one silent for longest makes room for the next.  Each has a
 * bounded buffer each way: what is asked beyond it waits in the socket, and what is to be said is made
 * as it is read.  Who monitors and does not read loses lines, and is told how many. */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include <ev.h>

#include "app/switch.h"
#include "ctl/session.h"
#include "ctl/watch.h"
#include "port/unix.h"

enum {
	CONTROL_CLIENTS = 32,
	CONTROL_ACCEPTS = 4,   /* new clients in a turn */
	CONTROL_WORK = 2048,   /* in a turn (ctl/session.h), shared by all who are connected ... */
	CONTROL_WORK_MIN = 64, /* ... but for each at least so much */
	CONTROL_REQUESTS = 8,  /* in a turn, shared alike, at least one */
	CONTROL_READ = 16384,  /* bytes of one client in a turn */
	CONTROL_OUT = 32768,   /* bytes said to a client and not yet read by it */
	CONTROL_MISSES = 256,  /* remembered, each told once a second */
	CONTROL_AGED = 1024,   /* neighbours looked at for their age, per network and second */
};

struct control;

struct control_client {
	ev_io io;
	struct control *control;
	int fd; /* −1: free */
	struct session session;
	char *in; /* PROTOCOL_REQUEST + 1 bytes */
	size_t in_len;
	char *out; /* CONTROL_OUT bytes */
	size_t out_len, out_sent;
	uint64_t heard; /* ns of its last words */
	uint64_t lost;  /* lines since the last one that it got */
	bool ended;     /* it says nothing more */
	bool closing;   /* it hears what is in `out`, and nothing more */
};

struct control {
	struct ev_loop *ev;
	struct vswitch *s;
	const uint64_t *now; /* the loop's */
	struct unix_listener listener;
	ev_io io;
	struct switch_view view;
	struct watch watch;
	struct control_client clients[CONTROL_CLIENTS];
	unsigned count; /* of those connected */
	struct {
		uint64_t key;
		uint32_t tick;
	} misses[CONTROL_MISSES];
};

/* Listens at @path; NULL: where clients look for this node (app/rendezvous.h), and if that cannot be,
 * a warning says why and nobody is listened to.  False after the log said why @path cannot be.
 * @control must stay where it is; control_close() is needed in any case. */
bool control_open(struct control *control, struct ev_loop *ev, struct vswitch *s,
		  const uint64_t *now, const char *path);
void control_close(struct control *control);

/* Something happened in the engine; @context is the struct control (app/notes.h). */
void control_event(void *context, const struct event *event);

/* Once a second. */
void control_tick(struct control *control);

#endif
