/* What the parts of an endpoint share: its sockets and the messages prepared for them. */
#ifndef PORT_UDP_PRIVATE_H
#define PORT_UDP_PRIVATE_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/text.h"
#include "port/udp.h"

enum { UDP_BATCH = 64 }; /* messages per system call */

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Room for the two control messages a datagram has each way: TOS, and segment size. */
union udp_control {
	struct cmsghdr align;
	char bytes[2 * CMSG_SPACE(sizeof(int))];
};

struct udp_receiver {
	int fd;
	struct addr group; /* ADDR_NONE: the main socket */
	uint32_t ifindex;  /* of the membership */
};

struct udp {
	struct udp_options options; /* without the interface's name, which is not ours */
	uint32_t ifindex;           /* for multicast and link-local addresses; 0: none */
	bool runs;                  /* the kernel may cut: not with zero checksums */

	unsigned receivers;
	struct udp_receiver receiver[1 + UDP_GROUPS_MAX];
	uint16_t sources;
	int source[UDP_SOURCES_MAX];

	/* One batch under way: never two at a time, so sending and receiving share them. */
	struct mmsghdr message[UDP_BATCH];
	union sockaddr_any name[UDP_BATCH];
	union udp_control control[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
};

/* @addr and @port for the kernel; link-local ones are meant on interface @scope.  Returns the
 * length. */
socklen_t sockaddr_of(union sockaddr_any *out, struct addr addr, uint16_t port, uint32_t scope);
struct addr sockaddr_addr(const union sockaddr_any *from);

/* A socket with everything set that must not change, not bound yet; or −errno. */
int udp_socket(const struct udp *udp);

/* The same for one that receives: buffers, merging. */
void udp_make_receiver(int fd);

/* Multicast leaves @fd, a socket of @family, through this interface.  0 or −errno. */
int udp_multicast_from(int fd, enum addr_family family, uint32_t ifindex);

/* 0 or −errno. */
int udp_bind(int fd, struct addr addr, uint16_t port, uint32_t scope);

/* Makes @fd a member of @group on an interface.  0 or −errno. */
int udp_join_group(int fd, struct addr group, uint32_t ifindex);

/* Adds who holds @port on @addr, as a clause: "process 1234 (vxs)", "the kernel's VXLAN device
 * vxlan0". */
void holder_describe(struct text *to, struct addr addr, uint16_t port);

#endif
