/* Many frames become one: what segment.h cuts, put together again.
 *
 * Frames of one batch go in, in the order in which they came, and superframes come out: frames of
 * one TCP or UDP flow that follow each other are led through the path, and into the TAP, as one.
 * Payload is not moved: a superframe is the headers of its first frame and views of the payloads
 * where they lie.
 *
 * The rules are those of the kernel's GRO (net/ipv4/tcp_offload.c, udp_offload.c): everything but
 * lengths, checksums, IPv4 id and TCP sequence is equal, options included; ids count up (or stay,
 * under DF); sequence numbers follow; payloads are equal, the last may be shorter; PSH and FIN end a
 * superframe, CWR begins one; pure acknowledgements, SYN, RST, URG, fragments, IPv4 options and
 * IPv6 extension headers are never part of one.  Beyond these, every checksum is verified before
 * frames are merged, because merging makes it anew: a frame whose checksum is wrong stays alone and
 * untouched, for its receiver to see.  An unfinished one, from a sender on the same machine, counts
 * as right, as it does in the kernel.
 *
 * Order.  Frames come out in the order in which the first of each went in.  Nothing joins a
 * superframe once a later frame of its flow could not, so no flow ever overtakes itself; a fragment,
 * which cannot be told to belong to a flow, ends them all.  Between flows, frames may overtake. */
#ifndef OFFLOAD_COALESCE_H
#define OFFLOAD_COALESCE_H

#include "wire/frame.h"

enum {
	COALESCE_FRAMES = 256, /* that can wait */
	/* In one superframe: what every kernel takes of UDP (UDP_MAX_SEGMENTS before 6.9). */
	COALESCE_SEGMENTS = 64,
};

struct coalescer;

/* Which frames may become one at all. */
struct coalesce_terms {
	bool tcp, udp; /* superframes that anybody takes */
	size_t mtu;    /* of the network: a longer packet is a superframe already */
};

struct coalescer *coalescer_new(void); /* NULL when memory is short */
void coalescer_free(struct coalescer *c);

/* No more frames can wait: take them out first. */
bool coalesce_full(const struct coalescer *c);

/* The @len bytes at @at follow the frame that went in last: true when they became part of it.  This
 * is the short way for a train of segments; it looks at nothing else.  Only frames with the same
 * number @from merge: the caller's word for whence they came. */
bool coalesce_extend(struct coalescer *c, uint32_t from, uint8_t *at, size_t len);

/* Any other frame: joins its flow's superframe or waits as one of its own.  Not when full. */
void coalesce_add(struct coalescer *c, uint32_t from, const struct coalesce_terms *terms,
		  const struct frame *f);

/* The next frame to leave, and whence it came; NULL when none is left, and only then others may go
 * in again.  It stays good until one does; its headers may have been changed where they lie. */
struct frame *coalesce_take(struct coalescer *c, uint32_t *from);

/* Was the checksum of the frame that was taken last looked at, and wrong?  Only of a frame that others
 * wanted to join it is looked at. */
bool coalesce_broken(const struct coalescer *c);

#endif
