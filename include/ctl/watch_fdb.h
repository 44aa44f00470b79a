/* What traffic changes in the forwarding databases, told once a second while somebody monitors: entries that
 * were learned, and those that aged out or had to make room.
 *
 * A sender may make MACs up as fast as it sends.  Each table remembers FDB_NEWS changes and counts the
 * rest; one look tells WATCH_FDB_TOLD lines, and the next goes on with the network where it stopped. */
#ifndef CTL_WATCH_FDB_H
#define CTL_WATCH_FDB_H

#include "ctl/session.h"

enum { WATCH_FDB_TOLD = 256 };

struct watch_fdb {
	uint32_t from; /* network where the next look begins */
};

/* Tells what came since the last look.  The first begins to remember. */
void watch_fdb_look(struct watch_fdb *watch, const struct switch_view *view, uint64_t now);

/* Nothing is remembered any more. */
void watch_fdb_close(struct watch_fdb *watch, struct tables *tables);

#endif
