/* struct virtio_net_hdr, which a TAP puts before each frame (virtio 1.1 §5.1.6; include/uapi/linux/
 * virtio_net.h), in its 10-byte little-endian form:
 *
 *   | flags (1) | gso_type (1) | hdr_len (2) | gso_size (2) | csum_start (2) | csum_offset (2) |
 *
 * It carries exactly what struct frame adds to bytes: superframe kind and size, unfinished
 * checksum. hdr_len is not read: on forwarded frames the kernel fills in nonsense. */
#ifndef WIRE_VNET_H
#define WIRE_VNET_H

#include "wire/frame.h"

enum { VNET_LEN = 10 };

/* Adds to the parsed frame @f what its virtio header says.  False when the two do not fit together:
 * checksum outside the frame or in its headers, a superframe that is not TCP or UDP as claimed, a
 * size of zero. */
bool vnet_read(const uint8_t in[VNET_LEN], struct frame *f);

/* The header that tells a TAP what @f is. */
void vnet_write(uint8_t out[VNET_LEN], const struct frame *f);

#endif
