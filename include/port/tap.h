/* A TAP: the network device through which a tenant reaches the switch.
 *
 * Always opened with a virtio header (IFF_VNET_HDR, 10 bytes, little-endian), non-blocking.  With
 * offload the kernel hands over superframes (TUN_F_TSO4/6, USO4/6 where it has them) and unfinished
 * checksums, and may be written superframes; without, finished frames of at most the MTU both ways.
 * One read is one frame and one write is one frame: a TAP cannot be batched.
 *
 * An existing device is taken only if it is a persistent TAP owned by our user, or carries our mark
 * (its alias "vxs:<cluster>"): an ownerless one belongs to whoever opens it first
 * (drivers/net/tun.c tun_not_capable), so we refuse it. */
#ifndef PORT_TAP_H
#define PORT_TAP_H

#include <sys/uio.h>

#include "wire/frame.h"

enum { TAP_NAME = 16, TAP_WHY = 256 };

struct tap_options {
	const char *name;    /* ≤ 15 characters */
	const char *cluster; /* for the mark */
	struct mac mac;
	uint16_t mtu;
	bool persist; /* survives us: owner is set first */
	bool offload;
	const char *bridge; /* existing bridge to enslave it to, or NULL */
	bool silent;        /* no addresses of the kernel's own making, as in a bridge */
};

struct tap {
	int fd;              /* −1: closed */
	char name[TAP_NAME]; /* as opened; the device may be renamed since */
	uint32_t ifindex;
	bool takes_tcp, takes_udp; /* superframes it can be written */
	bool created;              /* by us, now; else it existed */
};

/* Makes or attaches the device, sets MAC, MTU, bridge, brings it up.  0 or −errno, and then a
 * sentence for people in @why: what failed, and what right or object is missing. */
int tap_open(struct tap *tap, const struct tap_options *options, char why[TAP_WHY]);

/* Makes the open device, which is as @was says, what @options say: of the same name, it may get
 * another MAC, MTU or bridge, persistence, offload.  Only what differs is touched.  0; or −errno, a
 * sentence in @why, and it is again as it was. */
int tap_change(struct tap *tap, const struct tap_options *was, const struct tap_options *options,
	       char why[TAP_WHY]);

/* What the device is called now: it may have been renamed, or be in another namespace.  0 or
 * −errno (−EBADFD: it is gone). */
int tap_name(const struct tap *tap, char name[TAP_NAME]);

/* The device goes with it unless it is persistent. */
void tap_close(struct tap *tap);

/* The same for a start that failed: what tap_open() made goes, persistent or not. */
void tap_withdraw(struct tap *tap);

/* See engine/ops.h: 1, 0 or −errno.  Uses VNET_LEN bytes in front of @at.  −EMSGSIZE also for a
 * frame whose virtio header does not fit it, or that fills all of @room and so may have been cut.
 */
int tap_read(struct tap *tap, uint8_t *at, size_t room, struct frame *f);

/* 0 or −errno: −EIO when the device is down, −EBADFD when it is gone, −EINVAL for a frame the
 * kernel will not take (shorter than an Ethernet header, or a virtio header that it cannot follow):
 * the port is sound and only this frame is lost.  At most TAP_PARTS parts. */
enum { TAP_PARTS = 130 };

int tap_write(struct tap *tap, const struct frame *f, const struct iovec *parts, size_t n);

#endif
