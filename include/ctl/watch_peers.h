/* Peers, looked at once a second while somebody monitors: those heard for the first time, lost, back
 * and gone, and what is believed of the way to them.
 *
 * Under `accept: any` strangers come and go as they like, so one look tells a bounded number of lines;
 * the next one goes on where it stopped. */
#ifndef CTL_WATCH_PEERS_H
#define CTL_WATCH_PEERS_H

#include "ctl/session.h"

enum { WATCH_PEERS_TOLD = 64 };

struct watch_peer {
	struct addr addr; /* ADDR_NONE: nobody was in this place */
	bool heard, lost;
	uint32_t mtu; /* of the way to it; 0: only the interface's is known */
};

struct watch_peers {
	struct watch_peer *seen; /* by place in the table */
	uint32_t count;
	uint32_t from; /* where the next look begins */
	bool looked;
};

/* Tells what is new since the last look.  The first only remembers. */
void watch_peers_look(struct watch_peers *watch, const struct switch_view *view, uint64_t now);
void watch_peers_close(struct watch_peers *watch);

#endif
