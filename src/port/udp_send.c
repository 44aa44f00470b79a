#include <assert.h>
#include <errno.h>
#include <netinet/udp.h>
#include <unistd.h>

#include "udp_private.h"

/* Adds a control message behind those that @header has already. */
static void add_control(struct msghdr *header, int level, int type, const void *value, size_t len)
{
	uint8_t *at = (uint8_t *)header->msg_control + header->msg_controllen;
	struct cmsghdr head = { .cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type };

	memset(at, 0, CMSG_SPACE(len));
	memcpy(at, &head, sizeof(head));
	memcpy(at + CMSG_LEN(0), value, len);
	header->msg_controllen += CMSG_SPACE(len);
}

static void add_tos(struct msghdr *header, uint8_t family, uint8_t tos)
{
	int value = tos;

	if (family == ADDR_V4)
		add_control(header, IPPROTO_IP, IP_TOS, &value, sizeof(value));
	else
		add_control(header, IPPROTO_IPV6, IPV6_TCLASS, &value, sizeof(value));
}

static void prepare(struct udp *udp, unsigned slot, const struct run *run)
{
	struct msghdr *header = &udp->message[slot].msg_hdr;
	union sockaddr_any *name = &udp->name[slot];

	*header = (struct msghdr) {
		.msg_name = name,
		.msg_namelen = sockaddr_of(name, run->to, run->port, udp->ifindex),
		.msg_iov = (struct iovec *)run->iov, /* the kernel only reads it */
		.msg_iovlen = run->iovs,
		.msg_control = udp->control[slot].bytes,
	};
	/* A TOS of 0 is what the socket has anyway; saying so costs a twentieth of a small send. */
	if (run->tos != 0)
		add_tos(header, run->to.family, run->tos);
	/* Not for one datagram: some egress devices fail on it without need. */
	if (run->count > 1)
		add_control(header, IPPROTO_UDP, UDP_SEGMENT, &run->segment, sizeof(run->segment));
}

static bool can_send(const struct udp *udp, const struct run *run)
{
	return run->count == 1 || udp->runs;
}

/* One system call: returns how many left, or −errno when not even the first did. */
static int send_batch(struct udp *udp, int fd, const struct run *runs, unsigned n)
{
	unsigned ready = 0;
	int sent;

	while (ready < n && ready < UDP_BATCH && can_send(udp, &runs[ready])) {
		prepare(udp, ready, &runs[ready]);
		ready++;
	}
	if (ready == 0)
		return -EIO;
	sent = sendmmsg(fd, udp->message, ready, 0);
	return sent < 0 ? -errno : sent;
}

/* sendmmsg() tells why a message failed only when it is the first: after a short count the rest is
 * offered again, and either leaves now or says what is wrong. */
unsigned udp_send_runs(struct udp *udp, const struct run *runs, unsigned n, int *error)
{
	unsigned sent = 0;
	int fd;

	if (n == 0)
		return 0;
	assert(runs[0].source < udp_sources(udp));
	fd = udp->sources ? udp->source[runs[0].source] : udp->receiver[0].fd;
	while (sent < n) {
		int rc = send_batch(udp, fd, runs + sent, n - sent);

		if (rc < 0) {
			*error = -rc;
			break;
		}
		sent += (unsigned)rc;
	}
	return sent;
}

static uint32_t socket_mtu(const struct udp *udp, int fd, struct addr to)
{
	bool v4 = to.family == ADDR_V4;
	union sockaddr_any name;
	socklen_t len = sockaddr_of(&name, to, udp->options.port, udp->ifindex);
	int mtu = 0;

	if (udp_bind(fd, udp->options.bind, 0, udp->ifindex) < 0 || connect(fd, &name.any, len) < 0)
		return 0;
	len = sizeof(mtu);
	if (getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &len) < 0)
		return 0;
	return (uint32_t)mtu;
}

/* Only a connected socket has a path MTU to ask for: one is made for the question.  From our
 * address, because routes may depend on it. */
uint32_t udp_path_mtu(struct udp *udp, struct addr to)
{
	int fd = udp_socket(udp);
	uint32_t mtu;

	if (fd < 0)
		return 0;
	mtu = socket_mtu(udp, fd, to);
	close(fd);
	return mtu;
}
