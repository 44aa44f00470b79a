/* The engine's two doors to the world: local ports and the underlay.
 *
 * `app` puts real TAPs and sockets behind them, the simulator and the fuzzers memory.  The engine
 * knows no file descriptor and no event loop; it is told "readable", "writable" and the time. */
#ifndef ENGINE_OPS_H
#define ENGINE_OPS_H

#include <sys/types.h>

#include "wire/datagram.h"
#include "wire/frame.h"

/* What a port takes as it is; everything else is cut and finished before it gets there. */
struct port_caps {
	bool tcp_superframe; /* IPv4 and IPv6 */
	bool udp_superframe;
	bool unfinished; /* frames whose checksum is not finished */
};

struct port_ops {
	/* Reads one frame into @at (@room bytes, bytes in front of it may be used for the virtio
	 * header) and describes it in @f.  Returns 1; 0 when there is none now; −EMSGSIZE for a
	 * frame to be dropped as a runt; another −errno when the port failed (−EBADFD: it is gone).
	 */
	int (*read)(void *port, uint8_t *at, size_t room, struct frame *f);

	/* Writes one frame made of @n parts, the first starting with the Ethernet header; @f
	 * describes it (kind, checksum state).  Returns 0 or −errno: −EIO down, −EBADFD gone,
	 * −EAGAIN full. */
	int (*write)(void *port, const struct frame *f, const struct iovec *parts, size_t n);

	struct port_caps (*caps)(void *port);
};

struct wire_ops {
	/* Receives up to @n datagrams from receiving socket @socket into @batch (at, room set by
	 * the caller).  Returns how many, 0 when there are none now, −errno when the socket failed.
	 */
	int (*receive)(void *wire, unsigned socket, struct datagram *batch, unsigned n);

	/* Sends @n runs, all of one `source`, in order.  Returns how many left; when less than @n,
	 * *@error says why the next one did not: EAGAIN (try when writable), EMSGSIZE, or another
	 * errno.  EIO, or EINVAL where the size fits, may mean that this socket cannot do runs: when
	 * a datagram of the run leaves alone, the caller sends singly from then on. */
	unsigned (*send_runs)(void *wire, const struct run *runs, unsigned n, int *error);

	/* Drains the error queues into @out; returns how many errors were found, at most @n. */
	unsigned (*errors)(void *wire, struct wire_error *out, unsigned n);

	/* Largest outer packet the route to @to takes now, in bytes; 0 when the system cannot say.
	 */
	uint32_t (*path_mtu)(void *wire, struct addr to);
};

#endif
