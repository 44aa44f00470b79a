#include <errno.h>
#include <time.h> /* errqueue.h needs it and does not say so */

#include <linux/errqueue.h>
#include <linux/icmp.h>

#include "udp_private.h"

/* Room for the error, the address of who reported it, and a TOS. */
union error_control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)) +
		   CMSG_SPACE(sizeof(int))];
};

static bool is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

/* Who reported the error @c: its address follows the error (SO_EE_OFFENDER). */
static struct addr offender(const struct cmsghdr *c)
{
	size_t at = sizeof(struct sock_extended_err);
	union sockaddr_any from = { .any.sa_family = AF_UNSPEC };

	if (c->cmsg_len >= CMSG_LEN(at + sizeof(from.v6)))
		memcpy(&from.v6, CMSG_DATA(c) + at, sizeof(from.v6));
	else if (c->cmsg_len >= CMSG_LEN(at + sizeof(from.v4)))
		memcpy(&from.v4, CMSG_DATA(c) + at, sizeof(from.v4));
	return sockaddr_addr(&from);
}

/* ICMP "administratively prohibited" has no errno of its own in IPv4: it gets the one that IPv6 gives it. */
static int errno_of(const struct sock_extended_err *e)
{
	bool prohibited = e->ee_code == ICMP_NET_ANO || e->ee_code == ICMP_HOST_ANO ||
			  e->ee_code == ICMP_PKT_FILTERED;

	if (e->ee_origin == SO_EE_ORIGIN_ICMP && e->ee_type == ICMP_DEST_UNREACH && prohibited)
		return EACCES;
	return (int)e->ee_errno;
}

static bool read_error(const struct udp *udp, struct msghdr *header, struct wire_error *out)
{
	struct sock_extended_err e;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (!is_error(c) || c->cmsg_len < CMSG_LEN(sizeof(e)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		*out = (struct wire_error) {
			/* The name of an error is the destination of what failed. */
			.peer = sockaddr_addr(header->msg_name),
			.error = errno_of(&e),
			.mtu = e.ee_errno == EMSGSIZE ? e.ee_info : 0,
			.ours = e.ee_origin == SO_EE_ORIGIN_LOCAL ||
				addr_equal(offender(c), udp->options.bind),
		};
		return true;
	}
	return false;
}

/* Takes the oldest error off @fd: 1, or 0 when there is none. */
static int take_error(const struct udp *udp, int fd, struct wire_error *out)
{
	union error_control control;
	union sockaddr_any name = { .any.sa_family = AF_UNSPEC };
	uint8_t head; /* the failed datagram itself is not wanted */
	struct iovec iov = { .iov_base = &head, .iov_len = sizeof(head) };
	struct msghdr header = {
		.msg_name = &name,
		.msg_namelen = sizeof(name),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return 0;
	if (!read_error(udp, &header, out))
		*out = (struct wire_error) { .peer.family = ADDR_NONE, .error = EIO };
	return 1;
}

/* The error that the socket holds beside its queue: it would fail the next call to anybody.  It
 * stands alone when the queue had no room for it, and then nobody knows whom it concerns. */
static int take_pending(int fd, struct wire_error *out)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error == 0)
		return 0;
	*out = (struct wire_error) { .peer.family = ADDR_NONE, .error = error };
	return 1;
}

/* Taking the last error off the queue clears the pending one too (sock_dequeue_err_skb). */
static unsigned drain(const struct udp *udp, int fd, struct wire_error *out, unsigned n)
{
	unsigned found = 0;

	while (found < n && take_error(udp, fd, &out[found]))
		found++;
	if (found < n)
		found += (unsigned)take_pending(fd, &out[found]);
	return found;
}

unsigned udp_errors(struct udp *udp, struct wire_error *out, unsigned n)
{
	unsigned found = 0;

	for (unsigned i = 0; i < udp_sockets(udp) && found < n; i++)
		found += drain(udp, udp_fd(udp, i), out + found, n - found);
	return found;
}
