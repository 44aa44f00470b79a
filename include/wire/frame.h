/* The one descriptor of an Ethernet frame on its way through the switch.
 *
 * Whoever brings a frame in (a TAP, a datagram, a test) normalises it into this: a view of its
 * bytes, the offsets of its headers found once, and two facts that offloads add to a frame:
 *
 * - A *superframe* stands for many: one set of headers over up to 64 KB of TCP or UDP payload, to
 *   be cut into segments of `gso_size` payload bytes.  It goes through the path as one frame.
 * - An *unfinished checksum*: the TCP or UDP checksum field holds only the folded sum of the
 *   pseudo header, and somebody still has to add the rest.  Superframes always have one.
 *
 * Whoever takes a frame out (a TAP, the segmenter) derives what its side cannot carry.
 * The bytes belong to a packet slot; the descriptor owns nothing and is copied freely. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <sys/uio.h>

#include "wire/eth.h"
#include "wire/ip.h"

enum frame_kind {
	FRAME_PLAIN, /* one frame */
	FRAME_TCP,   /* a superframe of TCP segments */
	FRAME_UDP,   /* a superframe of UDP datagrams (UDP_SEGMENT) */
};

struct frame {
	uint8_t *at; /* the Ethernet header */
	size_t len;  /* frame_len: from the Ethernet header to the last payload byte */

	/* A superframe put together of frames that were received: only its headers and the first
	 * segment lie at `at`, each further segment in a view of its own. */
	const struct iovec *more;
	uint16_t mores; /* 0: all of it lies at `at` */

	struct eth eth;
	struct ip ip;          /* ip.src.family is ADDR_NONE when the payload is not (sound) IP */
	uint16_t l3;           /* offset behind Ethernet and VLAN tags */
	uint16_t l4;           /* offset of the transport header; 0: none that can be told */
	uint16_t payload;      /* offset behind a sound TCP or UDP header; 0: neither */
	uint16_t sport, dport; /* of TCP and UDP, host order, else 0 */

	enum frame_kind kind;
	uint16_t gso_size; /* payload bytes per segment; 0 for FRAME_PLAIN */
	bool gso_ecn;      /* FRAME_TCP with CWR: only the first segment keeps it */

	bool unfinished; /* the checksum at csum_start + csum_offset is still a pseudo-header sum */
	uint16_t csum_start;  /* offset where summing starts: the transport header */
	uint16_t csum_offset; /* of the field behind csum_start: 16 TCP, 6 UDP */
};

/* Describes the @len bytes at @at as a plain frame with finished checksums: finds the headers once.
 * False when there is no whole Ethernet header.  Unsound IP or transport headers are not an error:
 * a switch carries what it does not understand. */
bool frame_parse(struct frame *f, void *at, size_t len);

/* Bytes that lie at `at`: all, but for a superframe whose segments are scattered. */
static inline size_t frame_here(const struct frame *f)
{
	return f->mores ? (size_t)f->payload + f->gso_size : f->len;
}

static inline struct span frame_bytes(const struct frame *f)
{
	return span_of(f->at, frame_here(f));
}

/* Length that counts against an MTU: behind Ethernet and VLAN tags; of a superframe, that of its
 * largest segment. */
size_t frame_packet_len(const struct frame *f);

/* Frames that it stands for: 1, or the segments of a superframe; and the bytes of all of them. */
size_t frame_segments(const struct frame *f);
size_t frame_segments_len(const struct frame *f);

/* Marks a frame from the underlay whose checksum field holds just the folded pseudo-header sum: a
 * sender on the same machine left it to hardware that was never there (a kernel VXLAN device over
 * a veth).  A finished checksum looks so once in 65536 times and then merely gets computed again.
 */
void frame_find_unfinished(struct frame *f);

/* Makes a superframe of a frame longer than @mtu that arrived in one datagram: TCP, or UDP with
 * @gso_size given by the socket.  @gso_size 0: TCP is cut to fit @mtu.  False when it cannot be one
 * (not TCP or UDP, a fragment, or a finished checksum, which no superframe has). */
bool frame_as_superframe(struct frame *f, size_t mtu, uint16_t gso_size);

/* Sets congestion experienced in the inner IP header, mending the IPv4 header checksum.
 * @ecn as ecn_inner() gave it; a no-op where the frame is not IP. */
void frame_set_ecn(struct frame *f, uint8_t ecn);

/* A hash that is equal for the frames of one flow (RFC 7348 §5, outer source port): addresses,
 * protocol and ports; only addresses for fragments; only MACs and EtherType when not IP.
 * Not symmetric.  Superframe and segment hash alike. */
uint32_t frame_flow(const struct frame *f);

#endif
