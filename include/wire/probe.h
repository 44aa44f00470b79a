/* Probes: how one switch asks another whether frames get through (`vxs ping`).
 *
 * An inner Ethernet frame from VTEP to VTEP, in the network's own VNI, so that it takes the way that the
 * tenants' frames take; no tenant ever sees one.  Padded with zeroes to the size that is to be tried,
 * and at least to the shortest Ethernet frame:
 *
 *   | destination: the receiver's VTEP MAC (6) | source: the sender's (6) | EtherType 0x88b5 (2) |
 *   |  magic "vxs?"                       (32)                                    |
 *   |  version 1 (8)  |  kind (8)         |  reserved, zero (15)             | 1W |
 *   |  sequence                           (32)                                    |
 *   |  token                              (32)                                    |
 *   |  padding ...                                                                |
 *
 * 0x88b5 is the first of IEEE 802's local experimental EtherTypes.  VTEP MACs are derived from the names of
 * cluster and node and from the VNI (plan_vtep_mac()), so that nobody has to be asked for them.
 *
 * Kind 1 is a request, 2 the answer to it, and 3 the answer of a receiver that has no network of this
 * VNI, and takes a probe for whatever MAC.
 *
 * 1W ("one way", in answers of kind 2): the receiver has nothing that leads the tenants' frames back to
 * the asker: it learns nothing from peers in this network, and neither its flood list nor an entry names
 * the asker.
 *
 * A probe can also go to the multicast group that a network floods to, with the MAC of one of those who
 * listen; to the others it is a frame to nobody they know, as any such frame.
 *
 * The answer is the request with its addresses exchanged and the kind changed: never longer than what
 * was asked with.  It repeats sequence and token; the token is a keyed hash that only the asker can
 * have made, so an answer nobody asked for is told from a true one.  Receivers ignore the reserved
 * bits and the padding. */
#ifndef WIRE_PROBE_H
#define WIRE_PROBE_H

#include "wire/frame.h"

enum {
	ETHERTYPE_PROBE = 0x88b5,
	PROBE_LEN = 16,       /* behind the Ethernet header, without padding */
	PROBE_FRAME_MIN = 60, /* shortest Ethernet frame, without its check sequence */
};

enum probe_kind { PROBE_REQUEST = 1, PROBE_ANSWER = 2, PROBE_NO_NETWORK = 3 };

struct probe {
	enum probe_kind kind;
	uint32_t sequence;
	uint32_t token;
	bool one_way; /* of an answer */
};

/* False unless @f, a frame of EtherType 0x88b5 without VLAN tags, is a probe of our version. */
bool probe_read(const struct frame *f, struct probe *out);

/* Writes a request of @len bytes, the Ethernet header included.  Returns @len, or 0 when that is less
 * than PROBE_FRAME_MIN or more than there is room for. */
size_t probe_request_write(struct room out, size_t len, struct mac to, struct mac from,
			   const struct probe *probe);

/* The answer of this kind to the request @f, from the MAC that was asked; as long as the request.  0 when
 * there is no room. */
size_t probe_answer_write(struct room out, const struct frame *f, enum probe_kind kind,
			  bool one_way);

#endif
