/* Taking a receive apart: which datagrams are in it?
 *
 * With UDP_GRO one receive holds several datagrams of one size (the last may be shorter).  But a
 * kernel VXLAN device on the same machine sends *one* datagram with an uncut inner UDP superframe,
 * for which the socket reports the inner payload size as if it were ours (kernel 6.18,
 * udp_cmsg_recv looks at one bit only).  Slicing by it would shred the frame.  So the first inner
 * frame is asked: if its IP length fills the whole receive, it is one superframe.
 *
 * But what the first frame says is a tenant's word.  In a receive of datagrams of several tenants
 * it could claim the others' bytes for its own network; and bytes inside a superframe could, if
 * they were sliced, claim to be another network's datagram.  A receive that can be read both ways
 * is `doubtful`, and nobody gets any of it. */
#ifndef OFFLOAD_SPLIT_H
#define OFFLOAD_SPLIT_H

#include "wire/datagram.h"
#include "wire/vxlan.h"

struct split {
	uint8_t *at; /* what is left */
	size_t len;
	size_t step;       /* bytes per datagram; 0: all were given out */
	uint16_t gso_size; /* of the inner superframe; 0: these are plain datagrams */
	bool doubtful;     /* datagrams, of which the first claims to be all: believe none */
};

struct split split_begin(const struct datagram *d);

/* The next datagram in *@at and *@len; false at the end.  An empty receive gives one empty
 * datagram. */
bool split_next(struct split *s, uint8_t **at, size_t *len);

#endif
