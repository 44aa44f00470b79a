/* Frames become datagrams: the VXLAN header goes into the headroom right in front of the frame.
 * A superframe is cut here: each segment is a header block (VXLAN header and the segment's own
 * headers) and a view of its payload where it lies. */
#ifndef ENGINE_ENCAP_H
#define ENGINE_ENCAP_H

#include "base/packet.h"
#include "path/verdict.h"
#include "runs.h"

struct engine;

/* A frame on its way to peers, with all that the network says about it: a flooded frame may
 * outlive its network. */
struct outgoing {
	struct frame frame; /* finished, or a superframe; its bytes begin the packet's */
	struct packet *packet;
	struct packet_pool *pool; /* of the packet */
	struct sender sender;
	uint32_t vni;
	uint16_t port; /* where neither the destination names one nor the peer has one ... */
	bool own_port; /* ... or whatever the peer has */
	uint16_t endpoint_v4, endpoint_v6; /* who sends */
	uint8_t tos;                       /* outer */
	uint32_t flow;
};

struct outgoing outgoing_of(const struct network *n, const struct verdict *v, const struct frame *f,
			    struct packet *packet, struct packet_pool *pool);

/* Messages that a frame is worth, at least 1: a superframe of many small segments takes as much
 * work as many frames, and counts so against the budgets of a turn. */
unsigned encap_messages(const struct frame *f);

/* Puts the frame into runs to @to; what cannot leave is counted as dropped.  False when @to is a
 * stale reference, which is nobody.  Needs room for one frame in the runs. */
bool encap_send(struct engine *e, const struct outgoing *o, struct destination to);

/* Does it fit the path that we believe in? */
bool encap_fits(const struct engine *e, const struct outgoing *o, struct destination to,
		uint64_t now);

#endif
