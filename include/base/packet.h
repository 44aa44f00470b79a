/* Packet slots: a fixed pool of buffers, each with headroom in front.
 *
 * A frame is read behind the headroom; encapsulating is writing the VXLAN header into the bytes
 * just before it, so a frame is never copied.  All slots come from one mapping made at start;
 * nothing is allocated per packet.  Slots are handed out most recently used first, so that a light
 * load stays in a few hot slots. */
#ifndef BASE_PACKET_H
#define BASE_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_HEADROOM = 128, /* bytes in front of the frame: VXLAN header, virtio header */
	PACKET_ROOM =
		65536 +
		256, /* longest frame a TAP or a datagram can hold, and a bit to see truncation */
};

struct packet {
	uint32_t index; /* in its pool */
	uint32_t users; /* references; the slot is free at 0 */
	uint8_t *at;    /* PACKET_ROOM bytes, PACKET_HEADROOM writable ones in front of them */
};

struct packet_pool;

/* @count slots, or NULL when memory is short.  Pages are touched only when a slot is first used. */
struct packet_pool *packet_pool_new(uint32_t count);
void packet_pool_free(struct packet_pool *pool);

/* A slot with one user, or NULL when all are in use. */
struct packet *packet_get(struct packet_pool *pool);

/* One user more; one less.  The last one returns the slot to its pool. */
void packet_hold(struct packet *packet);
void packet_put(struct packet_pool *pool, struct packet *packet);

/* Slots that nobody uses. */
uint32_t packet_pool_spare(const struct packet_pool *pool);

#endif
