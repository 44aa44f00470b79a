/* The answering side of the control protocol (ctl/protocol.h), without its sockets: lines of requests
 * go in, lines of answers come out, a piece at a time.
 *
 * A session walks the tables themselves, a bounded number of slots in each step, and keeps its place
 * between two steps; nothing is copied, however many entries there are, and what changes meanwhile is
 * seen or not seen.  Changes are made through plan/operate.h alone.
 *
 * A change that must survive is made first and then kept (view->keep); its answer, which says that all
 * is well, may be told once what session.waits_for names is durable.  If it never is, what was done is taken
 * back (plan/undo.h) and the answer is another: so a request that is refused has changed nothing. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/kept.h"
#include "ctl/proposal.h"
#include "ctl/protocol.h"
#include "path/filter.h"
#include "plan/plan.h"

enum {
	/* Work is counted in slots looked at; to say an item takes some 5 µs. */
	SESSION_ITEM = 32,
	SESSION_LINK = 8 * SESSION_ITEM, /* the system is asked for it */
	SESSION_FOLLOWERS =
		4, /* who may follow frames at the same time: each looks at all of them */
};

enum { LINK_VIEW_COUNTS = 6 };

/* What the system knows of a network's device, and the tables do not. */
struct link_view {
	uint32_t index;
	bool up, running; /* administratively; carrier */
	bool multicast;
	/* What it has counted: bytes, packets, errors, dropped; RX: overruns, multicast; TX: carrier errors,
	 * collisions. */
	uint64_t rx[LINK_VIEW_COUNTS], tx[LINK_VIEW_COUNTS];
};

/* What the system knows of an endpoint. */
struct endpoint_view {
	const char *interface; /* that the file names for it; or NULL */
	bool no_address;       /* it is no address of this machine (any more) */
	bool no_interface;     /* the interface is not there: groups are not heard */
};

enum {
	PROBE_WAIT = 1000, /* ms, unless the request says */
	PROBE_SIZE = 64,   /* bytes of the inner packet, as the MTU counts them; likewise */
	PROBE_SIZE_MIN = PROBE_FRAME_MIN - ETH_LEN,
	PROBE_SIZE_MAX = 65400,
};

/* A probe to be sent: whom to, and what is said of them in the answer. */
struct probe_task {
	uint32_t network; /* id */
	struct destination to;
	struct addr addr;
	struct mac vtep;
	char node[NETWORK_NAME];
	uint16_t size;     /* inner packet */
	uint64_t patience; /* ns */
};

/* What is known of a node's lease in etcd. */
struct lease_view {
	bool ours, reserved; /* reserved: it has no end */
	bool aged;           /* since when it is as it is, is known: */
	uint64_t age;        /* seconds */
	bool ends;           /* when it ends, is known: */
	uint64_t left;       /* seconds */
	bool gone;           /* etcd lacks it, and has not said that it went */
};

/* How etcd is spoken with. */
struct etcd_view {
	const char *trouble; /* what is in the way, a sentence; "" */
	uint64_t nodes;      /* that have a lease, beside this one */
	bool held;           /* this one has */
};

/* The switch, as far as a session sees it. */
struct switch_view {
	struct tables *tables; /* NULL: nothing runs, and only what a file says can be asked */
	const char *cluster, *node, *version;
	const struct subnets *subnets; /* of the whole cluster; or NULL */
	struct proposal *proposal; /* what clients hand over, one for all; NULL: nothing is taken */
	void *context;             /* for those that follow */
	/* False when the system does not know the device, because it is in another namespace. */
	bool (*link)(void *context, uint32_t network, uint32_t port, struct link_view *out);
	/* False when nothing is behind the endpoint; NULL: nobody knows. */
	bool (*endpoint)(void *context, uint16_t number, struct endpoint_view *out);
	/* A line for those who monitor; NULL where nobody does. */
	void (*tell)(void *context, enum about about, uint32_t network, const char *line,
		     size_t len);
	/* One more follows frames (session_follows()); false where enough do.  NULL: nobody may. */
	bool (*admit_follower)(void *context);
	/* Has the switch follow view->proposal, which is called @file; @dry: says what that would
	 * change.  Fills in what became of it.  The tables may be others then. */
	void (*follow)(void *context, const char *file, bool dry);

	/* Carries out a command that makes, changes or deletes a network: 0, or −errno and why.  What is to be
	 * kept of it, and how it is taken back (undo->link), which @unmake does.  The tables may be others
	 * then.  NULL: nobody does. */
	int (*make)(void *context, const struct command *c, struct kept *kept, struct undo *undo,
		    char why[COMMAND_WHY]);
	void (*unmake)(void *context, const struct undo *undo);

	/* What survives a restart; NULL: nothing does.  Is there room for one more?  Who has asked in
	 * the same turn may @keep something, and gets its number, which rises; 0 when memory is short.  The
	 * undo is taken over unless it is 0. */
	const char *state, *trouble; /* its directory; what was wrong there at the start, or "" */
	uint64_t records;
	bool (*can_keep)(void *context);
	uint64_t (*keep)(void *context, const struct kept *what, struct undo *undo);
	/* Subnets are leased from etcd; NULL: they are not. */
	const struct etcd_view *etcd;
	bool (*lease)(void *context, const struct node_lease *lease, struct lease_view *out);
	/* The plan that runs; NULL: probes are not sent. */
	const struct plan *plan;
	/* Sends a probe (engine/engine.h): 0 or −errno; tables->probes has what becomes of it.  And what
	 * the system knows of the way to @to: the largest outer packet, 0 where it does not say. */
	int (*probe)(void *context, const struct probe_task *task, uint64_t now,
		     uint32_t *sequence);
	uint32_t (*route_mtu)(void *context, uint32_t network, struct addr to);
	/* The UDP port that @endpoint sends this flow from; 0: not known.  NULL: likewise. */
	uint16_t (*source_port)(void *context, uint16_t endpoint, uint32_t flow);
};

enum session_state {
	SESSION_IDLE,    /* takes a request */
	SESSION_BUSY,    /* has more to say */
	SESSION_MONITOR, /* gets lines until it ends */
	SESSION_FOLLOW,  /* gets frames until it ends */
	SESSION_PROBE, /* has a probe under way: wants session_step() when something came, and now and
			    then */
};

struct session {
	enum session_state state;
	struct command command;
	uint32_t network; /* id; where the walk stands */
	uint32_t end;     /* one above the last id */
	uint32_t slot, item;
	bool lists_done; /* of this network */
	bool found;      /* an item was said */
	bool offers;     /* in the middle of a file */
	bool refused;    /* the last request was */

	/* The number of what must be durable before the last answer is told; 0: nothing. */
	uint64_t waits_for;
	struct filter filter; /* of SESSION_FOLLOW */
	struct probe_task probe;
	uint32_t sequence;
	uint64_t errors; /* of the peer, when it was sent */
};

/* Takes the request of @len bytes at @line; the session must be idle.  @out has room for
 * PROTOCOL_LINE at least, as for session_step(). */
void session_begin(struct session *s, const struct switch_view *view, const char *line, size_t len,
		   uint64_t now, struct text *out);

/* Goes on with a busy session, for as long as @out has room and @work lasts. */
void session_step(struct session *s, const struct switch_view *view, uint64_t now, unsigned work,
		  struct text *out);

/* Lets go of what the session has in hand, when its client goes. */
void session_end(struct session *s, const struct switch_view *view);

/* The answer to what is no request. */
void session_refuse(struct text *out, const char *code, const char *message);

/* Can it be answered from a cluster file, without tables?  From the plan of one node, likewise? */
bool session_is_of_file(const struct command *command);
bool session_is_of_plan(const struct command *command);

/* Does this one want to see that frame?  And what it is told of it: a line, or nothing where it would not fit. */
bool session_follows(const struct session *s, const struct switch_view *view,
		     const struct looked *what);
void session_tell_frame(const struct switch_view *view, const struct looked *what,
			struct text *out);

/* Does this monitor want what happens in @network? */
bool session_wants(const struct session *s, enum about about, uint32_t network);

#endif
