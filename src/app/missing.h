/* Peers that are not there.
 *
 * What is sent to a peer on our own link that answers neither ARP nor ND stays in our socket's buffer
 * until the kernel gives up, and so a few of them fill the buffer for everybody.  The kernel reports
 * some by ICMP, but no more than fifty at once; so after the underlay has been full, the kernel's own
 * neighbour table is asked once a second, and peers it looks for in vain are marked as lost. */
#ifndef APP_MISSING_H
#define APP_MISSING_H

#include "app/switch.h"

struct missing {
	uint64_t blocked;      /* how often the underlay had been full when we last looked */
	uint32_t search_until; /* tick; extended as long as somebody is found missing */
};

/* Once a second. */
void missing_search(struct missing *missing, const struct vswitch *s, uint64_t now);

#endif
