/* UDP payloads on the underlay, as values: what a receive gave and what a send shall carry.
 * `port` fills and sends them over sockets, the simulator over memory; `engine` knows only these.
 */
#ifndef WIRE_DATAGRAM_H
#define WIRE_DATAGRAM_H

#include <sys/uio.h>

#include "wire/addr.h"

/* One receive: a datagram, or several of one size from one sender that the kernel merged. */
struct datagram {
	uint8_t *at;        /* the caller's buffer ... */
	size_t room;        /* ... of this size */
	size_t len;         /* dgram_len: UDP payload bytes received */
	uint16_t segment;   /* UDP_GRO's size; 0 when the kernel gave none */
	bool truncated;     /* MSG_TRUNC: it did not fit */
	uint8_t tos;        /* of the outer IP header */
	struct addr source; /* of the outer IP header; its port means nothing and is not kept */
};

/* A run: datagrams of one size (the last may be shorter) to one destination from one source socket
 * with one TOS, which leave in one message. */
struct run {
	struct addr to;
	uint16_t port;           /* destination UDP port, host order */
	uint8_t tos;             /* outer TOS with ECN */
	uint16_t source;         /* which source-port socket, below the wire's `sources` */
	uint16_t segment;        /* bytes per datagram; equals bytes when count is 1 */
	uint16_t count;          /* datagrams, 1..RUN_DATAGRAMS */
	size_t bytes;            /* in all, ≤ RUN_BYTES */
	const struct iovec *iov; /* the bytes, in order */
	size_t iovs;
};

enum {
	RUN_DATAGRAMS = 64, /* UDP_MAX_SEGMENTS of every kernel since 4.18 */
	RUN_BYTES = 65487,  /* 65535 less the larger IP header and UDP's: fits IPv4 and IPv6 */
};

/* An error the underlay reported later: ICMP, through the socket's error queue. */
struct wire_error {
	struct addr peer; /* whom the failed datagram was for */
	bool ours;        /* our own machine says so: a stranger cannot make it up */
	int error;        /* errno: EMSGSIZE, ECONNREFUSED, EHOSTUNREACH ... */
	uint32_t mtu;     /* outer path MTU, with EMSGSIZE; else 0 */
};

#endif
