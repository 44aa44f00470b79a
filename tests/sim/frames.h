/* Frames that hosts send, for the simulator's tests. */
#ifndef SIM_FRAMES_H
#define SIM_FRAMES_H

#include "wire/frame.h"

enum { FRAMES_ROOM = 66 * 1024, FRAME_UDP_HEADERS = ETH_LEN + IPV4_LEN + UDP_LEN };

struct host {
	struct mac mac;
	uint8_t ip[4];
};

/* 02:00:00:00:<n, two bytes> at 3.3.<n, two bytes>. */
struct host host_of(unsigned n);

extern const struct mac everybody;

/* All return the length written into @out (FRAMES_ROOM bytes). */
size_t make_arp_request(uint8_t *out, struct host from, struct host about);
size_t make_arp_reply(uint8_t *out, struct host from, struct host to);
size_t make_echo(uint8_t *out, struct host from, struct host to, bool reply);

/* UDP with @payload bytes (≥ 4), which begin with @number. */
size_t make_udp(uint8_t *out, struct host from, struct host to, uint16_t sport, size_t payload,
		uint32_t number);

/* A superframe of @payload patterned bytes, or the same as one plain frame when @gso_size is 0 (its
 * checksum is unfinished either way). */
struct frame make_superframe(uint8_t *out, struct host from, struct host to, enum frame_kind kind,
			     size_t payload, uint16_t gso_size);

/* The number of a frame from make_udp(). */
uint32_t number_of(const uint8_t *frame);

/* Are all checksums of this plain IPv4 frame with TCP, UDP or ICMP right? */
bool is_sound(const uint8_t *frame, size_t len);

#endif
