/* An endpoint on the underlay: the sockets behind one local address and UDP port.
 *
 * - the *main* socket receives on address and port (and sends when the pool has one member);
 * - *source* sockets, a pool on the same address with ports of their own, only send: the inner flow
 *   picks one, so that ECMP and receive queues see flows apart (RFC 7348 §5).  They drop whatever
 *   arrives (a classic BPF filter) and are watched for errors only;
 * - *group* sockets receive one multicast group each, bound to the group, joined once on one
 *   interface, IP_MULTICAST_ALL off, looped so that two daemons on one host hear each other.
 *
 * Everything is sent with DF (IP_PMTUDISC_DO): a VTEP never fragments (RFC 7348 §4.3).  The error
 * queue is on (IP_RECVERR): ICMP errors are attributed to the peer whose datagram caused them, and
 * because a queued error fails the *next* send to anybody, senders drain and retry. */
#ifndef PORT_UDP_H
#define PORT_UDP_H

#include "wire/datagram.h"

enum { UDP_SOURCES_MAX = 64, UDP_GROUPS_MAX = 64, UDP_WHY = 512 };

struct udp_options {
	struct addr bind;
	uint16_t port;
	const char *interface;           /* for multicast and link-local peers; NULL: none */
	uint16_t sources;                /* 1: send from the main socket */
	uint16_t source_min, source_max; /* ports in use are skipped; fewer sockets are fine */
	bool checksum;                   /* false: zero outer checksum on IPv4, and no runs */
	uint8_t ttl, multicast_ttl;      /* 0: the system's */
};

struct udp;

/* 0 and *@out, or −errno and a sentence for people in @why; on EADDRINUSE it names the holder of
 * the port (process, or the kernel's own VXLAN device, which leaves no process). */
int udp_open(struct udp **out, const struct udp_options *options, char why[UDP_WHY]);
void udp_close(struct udp *udp);

/* Joins @group on @interface with a socket of its own; the same again is fine.  0 or −errno and
 * why: no such interface, interface down, no multicast there, too many memberships. */
int udp_join(struct udp *udp, struct addr group, const char *interface, char why[UDP_WHY]);

/* Leaves @group.  Returns which of the receiving sockets it was, which is closed, and those behind it
 * move up; 0: it was not joined. */
unsigned udp_leave(struct udp *udp, struct addr group);

/* Does the endpoint still stand on @interface, as it is now?  A deleted interface takes multicast
 * memberships with it, and one of the same name has another index: what hangs on it is set anew.
 * @lost: the interface went in between, though it may have the index it had.  1: it was set anew;
 * 0: there was nothing to do; −errno and why. */
int udp_follow(struct udp *udp, const char *interface, bool lost, char why[UDP_WHY]);
uint32_t udp_interface(const struct udp *udp); /* its index; 0: none */

/* Sockets to watch.  Receiving ones first (0 = main, then groups): readable means udp_receive().
 * The rest are source sockets: watch them for errors. */
unsigned udp_receivers(const struct udp *udp);
unsigned udp_sockets(const struct udp *udp);
int udp_fd(const struct udp *udp, unsigned socket);
uint16_t udp_sources(const struct udp *udp);

/* The number, for udp_fd(), of the socket that sends for source @source. */
unsigned udp_sender(const struct udp *udp, uint16_t source);

/* The UDP port that source @source sends from; 0 when the system does not say. */
uint16_t udp_source_port(const struct udp *udp, uint16_t source);

/* Of receiving socket @socket: its group, or ADDR_NONE for the main one; and datagrams the kernel
 * dropped at the socket since it was opened, nearly always because its buffer was full
 * (SO_MEMINFO; a 32-bit count that wraps). */
struct addr udp_group(const struct udp *udp, unsigned socket);
uint64_t udp_overflows(const struct udp *udp, unsigned socket);

/* As engine/ops.h says.
 *
 * udp_errors() leaves nothing that keeps a socket in error: when it returns 0 although one polls as
 * EPOLLERR, that socket is broken and must not be watched any longer.  When it fills all of @n,
 * there may be more.  An error that nobody can be blamed for has peer ADDR_NONE. */
int udp_receive(struct udp *udp, unsigned socket, struct datagram *batch, unsigned n);
unsigned udp_send_runs(struct udp *udp, const struct run *runs, unsigned n, int *error);
unsigned udp_errors(struct udp *udp, struct wire_error *out, unsigned n);
uint32_t udp_path_mtu(struct udp *udp, struct addr to);

#endif
