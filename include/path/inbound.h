/* Inbound: a datagram reaches an endpoint.  The five steps of the notes, mirrored:
 *
 *   1 arrive    outer source, outer ECN, endpoint
 *   2 parse     VXLAN header: I flag, VNI
 *   3 look up   (endpoint, VNI) → network; may this peer speak? the source MAC belongs to this peer
 *   4 change    header off; ECN out of the outer header
 *   5 leave     DROP · DELIVER(port) · DELIVER ALL(ports), never to another peer · PUNT(service)
 *
 * The order of the checks is SPEC §3's: length → I flag → GPE → network → peer allowed → reserved
 * bits if strict → inner frame ≥ 14 → inner source valid → VLAN policy → (for our VTEP and a probe:
 * punt) → ECN → learn → deliver. */
#ifndef PATH_INBOUND_H
#define PATH_INBOUND_H

#include "path/verdict.h"

/* One datagram as it arrived. */
struct arrival {
	uint16_t endpoint;
	struct addr source;
	uint8_t tos; /* of the outer header */
	bool truncated;
	uint8_t *at; /* the UDP payload, starting with the VXLAN header */
	size_t len;
	uint16_t gso_size; /* the socket's word that it is one inner UDP superframe; else 0 */
};

/* Fills @inner with the descriptor of the inner frame (superframe kind and unfinished checksum
 * found) whenever the verdict is not a drop; then @inner points into the arrival's bytes.  After a
 * drop before the frame was looked at, inner->at is NULL and nothing else in it is set. */
struct verdict inbound_decide(const struct tables *t, const struct arrival *a, struct frame *inner,
			      uint64_t now);

/* -- The same in two halves, for many frames that came the same way. -- */

/* What sender, endpoint and VXLAN header decide: the first checks, up to the reserved bits. */
struct outside {
	struct verdict verdict;        /* so far; final when it did not pass */
	const struct network *network; /* set when it passed */
	bool passed;
	bool lasts; /* good until the tables are changed by people; else for one frame only, as
		       strangers come and go with the frames they send */
};

void inbound_outside(struct outside *out, const struct tables *t, const struct arrival *a);

/* The rest for one of their frames: @inner as frame_parse() described it, or several put together.
 * Only when the outside passed. */
struct verdict inbound_inside(const struct tables *t, const struct outside *outside,
			      const struct arrival *a, struct frame *inner, uint64_t now);

#endif
