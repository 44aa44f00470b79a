#include <assert.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>

#include "udp_private.h"

enum { PENDING_ERRORS = 8 }; /* taken off a socket before a receive gives up for now */

unsigned udp_receivers(const struct udp *udp)
{
	return udp->receivers;
}

unsigned udp_sockets(const struct udp *udp)
{
	return udp->receivers + udp->sources;
}

int udp_fd(const struct udp *udp, unsigned socket)
{
	assert(socket < udp_sockets(udp));
	if (socket < udp->receivers)
		return udp->receiver[socket].fd;
	return udp->source[socket - udp->receivers];
}

uint16_t udp_sources(const struct udp *udp)
{
	return udp->sources ? udp->sources : 1;
}

unsigned udp_sender(const struct udp *udp, uint16_t source)
{
	return udp->sources ? udp->receivers + source : 0;
}

uint16_t udp_source_port(const struct udp *udp, uint16_t source)
{
	union sockaddr_any name = { .v4.sin_port = 0 };
	socklen_t len = sizeof(name);

	if (getsockname(udp_fd(udp, udp_sender(udp, source)), &name.any, &len) < 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

struct addr udp_group(const struct udp *udp, unsigned socket)
{
	assert(socket < udp->receivers);
	return udp->receiver[socket].group;
}

/* Asked of the socket instead of a control message with every datagram (SO_RXQ_OVFL), which would
 * also say nothing as long as nothing more arrives. */
uint64_t udp_overflows(const struct udp *udp, unsigned socket)
{
	uint32_t memory[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(memory);

	assert(socket < udp->receivers);
	getsockopt(udp->receiver[socket].fd, SOL_SOCKET, SO_MEMINFO, memory, &len);
	return memory[SK_MEMINFO_DROPS];
}

static void prepare(struct udp *udp, unsigned slot, const struct datagram *d)
{
	udp->iov[slot] = (struct iovec) { .iov_base = d->at, .iov_len = d->room };
	udp->message[slot].msg_hdr = (struct msghdr) {
		.msg_name = &udp->name[slot],
		.msg_namelen = sizeof(udp->name[slot]),
		.msg_iov = &udp->iov[slot],
		.msg_iovlen = 1,
		.msg_control = udp->control[slot].bytes,
		.msg_controllen = sizeof(udp->control[slot].bytes),
	};
}

/* The first bytes of a control message as a number: one byte for IPv4's TOS, an int for the rest.
 */
static int control_value(const struct cmsghdr *c)
{
	size_t len = c->cmsg_len - CMSG_LEN(0);
	int value = 0;

	if (len == 1)
		return CMSG_DATA(c)[0];
	memcpy(&value, CMSG_DATA(c), len < sizeof(value) ? len : sizeof(value));
	return value;
}

static bool control_is(const struct cmsghdr *c, int level, int type)
{
	return c->cmsg_level == level && c->cmsg_type == type;
}

static void describe(struct datagram *d, struct mmsghdr *message)
{
	struct msghdr *header = &message->msg_hdr;

	d->len = message->msg_len;
	d->truncated = header->msg_flags & MSG_TRUNC;
	d->source = sockaddr_addr(header->msg_name);
	d->segment = 0;
	d->tos = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (control_is(c, IPPROTO_IP, IP_TOS) || control_is(c, IPPROTO_IPV6, IPV6_TCLASS))
			d->tos = (uint8_t)control_value(c);
		else if (control_is(c, IPPROTO_UDP, UDP_GRO))
			d->segment = (uint16_t)control_value(c);
	}
}

/* What a receive itself can fail of.  Anything else was queued by an ICMP error for a datagram sent
 * earlier: it concerns that peer, udp_errors() will tell whom, and receiving goes on. */
static bool receive_failed(int error)
{
	return error == EBADF || error == ENOTSOCK || error == EFAULT || error == EINVAL ||
	       error == ENOMEM;
}

int udp_receive(struct udp *udp, unsigned socket, struct datagram *batch, unsigned n)
{
	int got = 0;

	assert(socket < udp->receivers);
	if (n > UDP_BATCH)
		n = UDP_BATCH;
	for (unsigned i = 0; i < n; i++)
		prepare(udp, i, &batch[i]);
	for (int try = 0; try < PENDING_ERRORS; try++) {
		got = recvmmsg(udp->receiver[socket].fd, udp->message, n, MSG_DONTWAIT, NULL);
		if (got >= 0 || errno == EAGAIN)
			break;
		if (receive_failed(errno))
			return -errno;
	}
	for (int i = 0; i < got; i++)
		describe(&batch[i], &udp->message[i]);
	return got < 0 ? 0 : got;
}
