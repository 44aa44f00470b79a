/* Cutting a superframe: one set of headers over a long payload becomes one frame per gso_size
 * bytes.
 *
 * Payload is never copied: each segment is a header block, written by us, and a view of the payload
 * where it lies.  Per segment change the IPv4 id and lengths, the IPv4 header checksum, the TCP
 * sequence number and flags (FIN and PSH on the last, CWR on the first only, as the kernel's
 * tcp_gso_segment does), the UDP length, and the transport checksum; the constant part of every
 * checksum is summed once per superframe. */
#ifndef OFFLOAD_SEGMENT_H
#define OFFLOAD_SEGMENT_H

#include "wire/frame.h"

enum {
	SEGMENT_HEADERS =
		192, /* longest header block: Ethernet, two VLAN tags, IP, TCP with options */
	/* Segments of one superframe we cut; more is dropped as oversize.  64 KB of TCP at the
	 * smallest segments that the kernel sends (48 bytes, net.ipv4.tcp_min_snd_mss) are 1365. */
	SEGMENTS_MAX = 1400,
};

struct segmenter {
	const struct frame *frame;
	size_t header_len; /* Ethernet to transport header, what is repeated */
	size_t next;       /* payload bytes already given out */
	uint16_t index;    /* segments given out */
	uint64_t ip_sum;   /* constant part of the IPv4 header's sum */
	uint64_t l4_sum;   /* constant part of the transport sum */
};

struct segment {
	size_t header_len;      /* bytes written into the caller's block */
	const uint8_t *payload; /* view into the superframe */
	size_t payload_len;
};

/* How many segments @f makes: 1 for a plain frame. */
size_t segment_count(const struct frame *f);

/* False when @f cannot be cut: not a superframe, headers longer than SEGMENT_HEADERS, or more than
 * SEGMENTS_MAX segments. */
bool segment_begin(struct segmenter *s, const struct frame *f);

/* The next segment, its headers written into @headers; false when all were given out. */
bool segment_next(struct segmenter *s, uint8_t headers[SEGMENT_HEADERS], struct segment *out);

#endif
