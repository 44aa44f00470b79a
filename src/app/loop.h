/* The loop: the only user of libev (with app/watches.h and app/mend.h, parts of it), and of the clock
 * (app/dhcp.h asks for the time of day, by which leases end).
 *
 * It says "readable", "writable", "tick" to the engine and nothing else.  Per wake-up: sample the
 * clock once; each readable port and socket is read within the engine's budget; before going to
 * sleep again the engine ends its turn.  While the underlay is full, ports are not watched at all:
 * a level-triggered watcher would spin. */
#ifndef APP_LOOP_H
#define APP_LOOP_H

#include "app/reload.h"
#include "app/state.h"

enum {
	LOOP_TRACE_FRAMES = 8, /* frames that one SIGUSR2 has told */
};

/* Runs until SIGTERM or SIGINT, and listens at @socket (app/control.h); SIGHUP has the file of @source
 * read again; what is changed while it runs is kept in @state.  0, or −errno when the loop could not be set up. */
int loop_run(struct vswitch *s, struct notes *notes, struct source *source, struct state *state,
	     const char *socket);

#endif
