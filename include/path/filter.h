/* Which frames somebody wants to see: all that is said must hold of a frame.
 *
 * What a filter asks is what the path has found out by then, headers and verdict, so that to ask costs little;
 * it is asked before commit. */
#ifndef PATH_FILTER_H
#define PATH_FILTER_H

#include "path/inbound.h"

/* A frame, and what is going to become of it. */
struct looked {
	const struct verdict *verdict;
	const struct frame *frame;     /* NULL: it did not parse */
	const struct arrival *arrival; /* NULL: it came from a local port */
	uint64_t now;
};

struct filter {
	uint32_t network;        /* id; NETWORK_NONE: any */
	struct addr peer;        /* it comes from there or goes there; family ADDR_NONE: any */
	struct mac mac;          /* of source, destination, or who ARP speaks of; all zero: any */
	struct addr ip;          /* likewise of IP, ARP and ND; family ADDR_NONE: any */
	bool arp;                /* nothing but ARP and ND */
	bool drop;               /* nothing but what is dropped ... */
	enum drop_reason reason; /* ... for this; DROP_REASON_COUNT: for any */
};

bool filter_passes(const struct filter *filter, const struct tables *t, const struct looked *what);

#endif
