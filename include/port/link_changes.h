/* Word that the links, addresses or routes of the namespace have changed (rtnetlink(7), multicast groups of
 * NETLINK_ROUTE).
 *
 * What changed is hardly read: whoever hears the word looks at everything of its own again.  So it
 * costs nothing when the kernel has more to say than the socket holds (ENOBUFS): that is one more
 * word.  Only which links went is told, since one may be back by the time that one looks; and where a route
 * led, since there may be a million of others. */
#ifndef PORT_LINK_CHANGES_H
#define PORT_LINK_CHANGES_H

#include <stdbool.h>

#include "port/link.h"

enum { LINK_CHANGES_BATCH = 64 }; /* messages taken at a time */

struct link_changes;

/* Of the namespace that the calling thread is in, from now on; 0 or −errno. */
int link_changes_open(struct link_changes **out);
void link_changes_close(struct link_changes *changes);

/* From now on routes and rules are told of too, or no more. */
void link_changes_with_routes(struct link_changes *changes, bool on);

/* Readable means that something changed. */
int link_changes_fd(const struct link_changes *changes);

struct link_word {
	enum {
		WORD_LOST,  /* messages were: perhaps anything */
		WORD_LINK,  /* a link, or an address on one */
		WORD_GONE,  /* a link went */
		WORD_RULE,  /* of policy routing */
		WORD_ROUTE, /* not one that comes and goes with an address */
	} kind;
	uint32_t link;    /* WORD_GONE: its ifindex */
	struct prefix to; /* WORD_ROUTE */
	uint8_t protocol; /* WORD_ROUTE: of whoever made it */
	/* netlink_id() of whoever asked for the change; 0: the kernel, or it is not told. */
	uint32_t origin;
};

/* Takes at most a batch of messages; true when there were any.  @heard is told each.  More may be left: then
 * the descriptor stays readable. */
bool link_changes_take(struct link_changes *changes,
		       void (*heard)(void *context, const struct link_word *word), void *context);

#endif
