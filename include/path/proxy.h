/* ARP and ND from local ports: who asks, and do we know?
 *
 *                                        flood      suppress   proxy (the kernel's)
 *   request, target known and not on
 *   the asking port                      forwarded  answered   answered
 *   same, target unknown                 forwarded  forwarded  l3 miss, drop neigh-unknown
 *   probe, gratuitous, unicast request,
 *   reply                                forwarded  forwarded  ends here: answered if known and a
 *                                                              request, else dropped
 *
 * Known is what the neighbour table holds, and who leases an address of ours.  Nothing that came from a peer is ever answered. */
#ifndef PATH_PROXY_H
#define PATH_PROXY_H

#include "path/verdict.h"

enum proxy_outcome {
	PROXY_NOT_OURS, /* neither ARP nor ND, or to be forwarded */
	PROXY_ANSWER,   /* reply from neigh_slot, or with `mac` where that is none */
	PROXY_DROP,     /* consumed: reason says why */
};

struct proxy {
	enum proxy_outcome outcome;
	enum answer answer;
	uint32_t neigh_slot;
	enum drop_reason reason;
	enum miss miss;
	struct addr ip; /* what was asked for */
	struct mac mac; /* PROXY_ANSWER: who is there */
};

struct proxy proxy_decide(const struct network *n, uint32_t port, const struct frame *f,
			  uint64_t now);

/* Writes the frame that a REPLY verdict for @f promises.  Returns its length, 0 when it cannot be
 * written into @out. */
size_t reply_write(struct room out, const struct network *n, const struct verdict *v,
		   const struct frame *f);

#endif
