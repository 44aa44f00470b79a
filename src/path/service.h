/* What a network that gives out addresses (table/bindings.h) answers itself on local ports: its clients'
 * DHCP, and whoever looks for the gateway, whose address is the server's.
 *
 * No client's message leaves this node: what is sent to everybody, to the gateway, or to any other
 * address on the link ends here, for a node answers for its own ports alone.  A gateway that the machine
 * has itself is the machine's: then only DHCP is ours. */
#ifndef PATH_SERVICE_H
#define PATH_SERVICE_H

#include "path/verdict.h"

/* True when the frame ends at the service; then @v says how.  @n has bindings. */
bool service_takes(struct verdict *v, const struct network *n, uint32_t port, const struct frame *f,
		   uint64_t now);

#endif
