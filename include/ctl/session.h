/* The answering side of the control protocol (ctl/protocol.h), without its sockets: lines of requests
 * go in, lines of answers come out, a piece at a time.
 *
 * A session walks the tables themselves, a bounded number of slots in each step, and keeps its place
 * between two steps; nothing is copied, however many entries there are, and what changes meanwhile is
 * seen or not seen.  Changes are made through plan/operate.h alone. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/protocol.h"
#include "table/tables.h"

enum {
	/* Work is counted in slots looked at; to say an item takes some 5 µs. */
	SESSION_ITEM = 32,
	SESSION_LINK = 8 * SESSION_ITEM, /* the system is asked for it */
};

/* What the system knows of a network's device, and the tables do not. */
struct link_view {
	uint32_t index;
	bool up, running; /* administratively; carrier */
	bool multicast;
};

/* The switch, as far as a session sees it. */
struct switch_view {
	struct tables *tables;
	const char *cluster, *node, *version;
	void *context; /* for the two that follow */
	/* False when the system does not know the device, because it is in another namespace. */
	bool (*link)(void *context, uint32_t network, uint32_t port, struct link_view *out);
	/* A line for those who monitor. */
	void (*tell)(void *context, enum about about, uint32_t network, const char *line,
		     size_t len);
};

enum session_state {
	SESSION_IDLE,    /* takes a request */
	SESSION_BUSY,    /* has more to say */
	SESSION_MONITOR, /* gets lines until it ends */
};

struct session {
	enum session_state state;
	struct command command;
	uint32_t network; /* id; where the walk stands */
	uint32_t end;     /* one above the last id */
	uint32_t slot, item;
	bool lists_done; /* of this network */
	bool found;      /* an item was said */
};

/* Takes the request of @len bytes at @line; the session must be idle.  @out has room for
 * PROTOCOL_LINE at least, as for session_step(). */
void session_begin(struct session *s, const struct switch_view *view, const char *line, size_t len,
		   uint64_t now, struct text *out);

/* Goes on with a busy session, for as long as @out has room and @work lasts. */
void session_step(struct session *s, const struct switch_view *view, uint64_t now, unsigned work,
		  struct text *out);

/* The answer to what is no request. */
void session_refuse(struct text *out, const char *code, const char *message);

/* Does this monitor want what happens in @network? */
bool session_wants(const struct session *s, enum about about, uint32_t network);

#endif
