/* The outer header of one datagram, as the engine will make it: who it goes to and from, and what
 * stands in it.  The source port is the endpoint's affair: `flow` picks it. */
#ifndef PATH_OUTER_H
#define PATH_OUTER_H

#include "path/verdict.h"

struct outer {
	struct addr from, to;
	uint16_t endpoint; /* that sends it; ENDPOINT_NONE: there is none of this family */
	uint16_t port;     /* destination */
	uint32_t vni, flow;
	uint8_t tos;
	size_t len; /* from the outer IP header to the last byte */
	bool lost;  /* this copy of a flood will not leave, for this reason */
	enum drop_reason reason;
};

/* The datagram that @f becomes for destination @to of a SEND or FLOOD verdict; false where @to is
 * nobody any more. */
bool outer_of(struct outer *out, const struct tables *t, const struct verdict *v,
	      const struct frame *f, struct destination to, uint64_t now);

/* Does local port @port get the frame of a DELIVER, DELIVER_ALL, FLOOD or REPLY verdict?  False also where
 * it is narrower than the others and its copy drops as oversize. */
bool outer_port_gets(const struct tables *t, const struct verdict *v, const struct frame *f,
		     uint32_t port);

#endif
