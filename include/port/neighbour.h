/* The kernel's own neighbours on the underlay: whom does it look for in vain? */
#ifndef PORT_NEIGHBOUR_H
#define PORT_NEIGHBOUR_H

#include "port/link.h"

/* Names to @found every address of the namespace that ARP or ND has been asked for without an answer
 * for a second or more, or that was given up (NUD_INCOMPLETE, NUD_FAILED).  0 or −errno. */
int neighbour_missing(struct netlink *nl, void (*found)(void *context, struct addr addr),
		      void *context);

#endif
