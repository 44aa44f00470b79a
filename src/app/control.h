/* The loop's part that answers: the control socket and its clients (ctl/session.h, ctl/protocol.h).
 *
 * Nothing a client does or leaves undone costs forwarding more than a bounded piece of a turn.  There
 * are CONTROL_CLIENTS at most, and the one silent for longest makes room for the next.  Each has a
 * bounded buffer each way: what is asked beyond it waits in the socket, and what is to be said is made
 * as it is read.  Who monitors and does not read loses lines, and is told how many.
 *
 * What survives a restart is handed to the keeper (app/state.h); until it is durable its answer is held,
 * and those behind it, while further requests are carried out: one sync answers all of them.  If the disk
 * refuses, what was done is taken back, the last first, and each is answered with the reason. */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include <ev.h>

#include "app/state.h"
#include "app/switch.h"
#include "ctl/news.h"
#include "ctl/protocol.h"
#include "ctl/session.h"
#include "ctl/watch.h"
#include "ctl/watch_fdb.h"
#include "ctl/watch_peers.h"
#include "port/unix.h"

enum {
	CONTROL_CLIENTS = 32,
	CONTROL_ACCEPTS = 4,   /* new clients in a turn */
	CONTROL_WORK = 2048,   /* in a turn (ctl/session.h), shared by all who are connected ... */
	CONTROL_WORK_MIN = 64, /* ... but for each at least so much */
	CONTROL_REQUESTS = 32, /* in a turn, shared alike, at least one */
	CONTROL_HELD = KEEPER_ROOM, /* answers of a client that wait for the disk ... */
	CONTROL_HELD_TEXTS = 64,    /* ... of which so many may be more than "ok" */
	CONTROL_READ = 16384,       /* bytes of one client in a turn */
	CONTROL_OUT = 32768,        /* bytes said to a client and not yet read by it */
	CONTROL_FRAMES = 100,       /* told in a second to those who follow */
	CONTROL_PATIENCE = 20,      /* ms between two looks at probes that nobody answers */
};

struct control;
struct leasing;

/* Whoever carries out what changes the plan that runs. */
struct control_follower {
	void *context;
	/* Follows @proposal, called @file, or with @dry says what that would change (ctl/proposal.h). */
	void (*follow)(void *context, struct proposal *proposal, const char *file, bool dry);
	/* Carries out a command that makes, changes or deletes a network (app/links.h), and takes it
	 * back. */
	int (*make)(void *context, const struct command *c, struct kept *kept, struct undo *undo,
		    char why[COMMAND_WHY]);
	void (*take_back)(void *context, const struct undo *undo);
};

/* An answer that is told once @number is durable. */
struct held_answer {
	uint64_t number;
	int refused; /* −errno: it never will be; 0 */
	char *text;  /* NULL: that all is well */
};

struct control_client {
	ev_io io;
	struct control *control;
	int fd; /* −1: free */
	struct session session;
	char *in;               /* PROTOCOL_REQUEST + 1 bytes */
	size_t in_len, in_done; /* of which so much has been taken */
	char *out;              /* CONTROL_OUT bytes */
	size_t out_len, out_sent;
	struct held_answer *held; /* CONTROL_HELD; NULL while none was needed */
	unsigned held_first, held_count, held_texts;
	uint64_t heard; /* ns of its last words */
	uint64_t lost;  /* lines since the last one that it got */
	bool ended;     /* it says nothing more */
	bool broken;    /* memory was short for an answer */
	bool closing;   /* it hears what is in `out`, and nothing more */
};

struct control {
	struct ev_loop *ev;
	struct vswitch *s;
	const uint64_t *now;           /* the loop's */
	const struct leasing *leasing; /* whom to ask of leases in etcd; or NULL */
	struct etcd_view etcd;         /* view.etcd, where they are */
	struct state *state;
	ev_io kept;
	struct undo *undos; /* KEEPER_ROOM, by the numbers of changes that are not durable */
	uint64_t durable;
	struct unix_listener listener;
	ev_io io;
	struct switch_view view;
	struct watch watch;
	struct watch_peers watch_peers;
	struct watch_fdb watch_fdb;
	struct proposal proposal;
	struct control_follower follower;
	struct control_client clients[CONTROL_CLIENTS];
	unsigned count; /* of those connected */
	struct {
		unsigned by;    /* so many clients */
		uint64_t since; /* ns */
		unsigned told;  /* frames since then */
		char line[PROTOCOL_LINE];
	} followed;
	ev_timer patience; /* runs while a client waits for what becomes of its probe */
	struct news misses;
};

/* Listens at @path; NULL: where clients look for this node (app/rendezvous.h), and if that cannot be,
 * a warning says why and nobody is listened to.  False after the log said why @path cannot be.
 * @control must stay where it is; control_close() is needed in any case. */
bool control_open(struct control *control, struct ev_loop *ev, struct vswitch *s,
		  struct state *state, const uint64_t *now, const char *path);
void control_close(struct control *control);

/* From now on clients may hand over cluster files, and make networks. */
void control_share(struct control *control, const struct control_follower *follower);

/* The lease of this node goes on: clients who monitor subnets are told. */
void control_renewed(struct control *control);

/* From now on clients are told of leases. */
void control_lease(struct control *control, const struct leasing *leasing);

/* Something happened in the engine; @context is the struct control (app/notes.h). */
void control_event(void *context, const struct event *event);

/* @wanted takes the place of the plan that runs, and knows the networks by their ids. */
void control_replan(struct control *control, const struct plan *wanted);

/* At the end of each turn. */
void control_turn(struct control *control);

/* Once a second. */
void control_tick(struct control *control);

#endif
