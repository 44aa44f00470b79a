/* Word that the links or addresses of the namespace have changed (rtnetlink(7), multicast groups of
 * NETLINK_ROUTE).
 *
 * What changed is hardly read: whoever hears the word looks at everything of its own again.  So it
 * costs nothing when the kernel has more to say than the socket holds (ENOBUFS): that is one more
 * word.  Only which links went is told, since one may be back by the time that one looks. */
#ifndef PORT_LINK_CHANGES_H
#define PORT_LINK_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

enum { LINK_CHANGES_BATCH = 64 }; /* messages taken at a time */

struct link_changes;

/* Of the namespace that the calling thread is in, from now on; 0 or −errno. */
int link_changes_open(struct link_changes **out);
void link_changes_close(struct link_changes *changes);

/* Readable means that something changed. */
int link_changes_fd(const struct link_changes *changes);

/* Takes at most a batch of messages; true when there were any.  @removed is told the ifindex of
 * each link that went, and 0 for "perhaps any", after messages were lost.  More may be left: then
 * the descriptor stays readable. */
bool link_changes_take(struct link_changes *changes,
		       void (*removed)(void *context, uint32_t ifindex), void *context);

#endif
