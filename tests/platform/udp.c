/* What UDP sockets do when something goes wrong, and who gets which datagram. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h> /* wants struct timespec to be known */

#include "fact.h"
#include "sandbox.h"

enum {
	LOOPBACK = 0x7f000001,
	DEAD = 0x7f000002,    /* 127.0.0.2, where nobody listens */
	GROUP = 0xef010101,   /* 239.1.1.1 */
	ANOTHER = 0xef010102, /* 239.1.1.2 */
	PORT = 4789,
	MTU = 1500,
	ROOM = 66000,
};

struct lab {
	uint8_t *bytes; /* ROOM of them */
};

static struct sockaddr_in address(uint32_t host, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(host);
	return a;
}

/* 0, or the errno of the send. */
static int send_to(int fd, struct sockaddr_in to, const void *bytes, size_t len)
{
	return sendto(fd, bytes, len, 0, (const struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? errno : 0;
}

static const char *error_text(int error)
{
	return error ? strerrorname_np(error) : "success";
}

/* Whom the datagram was for that the oldest queued error is about; 0 when none is queued. */
static uint32_t queued_error(int fd, int *error)
{
	_Alignas(struct cmsghdr) uint8_t control[512];
	struct sockaddr_in peer = { 0 };
	struct msghdr message = { .msg_name = &peer, .msg_namelen = sizeof(peer) };
	struct sock_extended_err cause;

	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) {
			memcpy(&cause, CMSG_DATA(c), sizeof(cause));
			*error = (int)cause.ee_errno;
		}
	return ntohl(peer.sin_addr.s_addr);
}

/* The loopback answers within the call, so the error waits when it returns. */
static struct finding an_error_costs_another_peer(void *arg)
{
	int live = sandbox_udp(LOOPBACK, PORT), fd = sandbox_udp(LOOPBACK, 0), cause = 0;
	struct sockaddr_in to = address(LOOPBACK, PORT);
	int dead, first, second;
	uint32_t peer;

	(void)arg;
	set(fd, IPPROTO_IP, IP_RECVERR, 1);
	dead = send_to(fd, address(DEAD, PORT), "x", 1);
	first = send_to(fd, to, "x", 1);
	second = send_to(fd, to, "x", 1);
	peer = queued_error(fd, &cause);
	close(fd);
	close(live);
	return holds_if(
		!dead && first == ECONNREFUSED && !second && peer == DEAD && cause == ECONNREFUSED,
		"to the dead peer: %s, then to a live one: %s, %s; queued: %s of %#x",
		error_text(dead), error_text(first), error_text(second), error_text(cause), peer);
}

static struct finding draining_first_spares_it(void *arg)
{
	int live = sandbox_udp(LOOPBACK, PORT), fd = sandbox_udp(LOOPBACK, 0), cause = 0, first;
	uint32_t peer;

	(void)arg;
	set(fd, IPPROTO_IP, IP_RECVERR, 1);
	send_to(fd, address(DEAD, PORT), "x", 1);
	peer = queued_error(fd, &cause);
	first = send_to(fd, address(LOOPBACK, PORT), "x", 1);
	close(fd);
	close(live);
	return holds_if(peer == DEAD && !first, "drained %s of %#x, then to a live one: %s",
			error_text(cause), peer, error_text(first));
}

static struct finding without_recverr(void *arg)
{
	int live = sandbox_udp(LOOPBACK, PORT), fd = sandbox_udp(LOOPBACK, 0), first;

	(void)arg;
	send_to(fd, address(DEAD, PORT), "x", 1);
	first = send_to(fd, address(LOOPBACK, PORT), "x", 1);
	close(fd);
	close(live);
	return holds_if(!first, "after a dead peer, to a live one: %s", error_text(first));
}

static struct finding segments_above_mtu(void *arg)
{
	int live = sandbox_udp(LOOPBACK, PORT), fd = sandbox_udp(LOOPBACK, 0), fits, above;
	struct sockaddr_in to = address(LOOPBACK, PORT);
	const struct lab *lab = arg;

	set(fd, IPPROTO_UDP, UDP_SEGMENT, MTU - 28);
	fits = send_to(fd, to, lab->bytes, 10000);
	set(fd, IPPROTO_UDP, UDP_SEGMENT, MTU - 27);
	above = send_to(fd, to, lab->bytes, 10000);
	close(fd);
	close(live);
	return holds_if(!fits && above == EMSGSIZE, "%d bytes a segment: %s, %d: %s", MTU - 28,
			error_text(fits), MTU - 27, error_text(above));
}

static struct finding segments_without_checksum(void *arg)
{
	int fd = sandbox_udp(LOOPBACK, 0), many, one;
	struct sockaddr_in to = address(LOOPBACK, PORT);
	const struct lab *lab = arg;

	set(fd, SOL_SOCKET, SO_NO_CHECK, 1);
	set(fd, IPPROTO_UDP, UDP_SEGMENT, 1000);
	many = send_to(fd, to, lab->bytes, 10000);
	one = send_to(fd, to, lab->bytes, 500);
	close(fd);
	return holds_if(many == EINVAL, "ten segments: %s, less than one: %s", error_text(many),
			error_text(one));
}

static struct finding most_segments(void *arg)
{
	int fd = sandbox_udp(LOOPBACK, 0), at_64, at_128, at_129;
	struct sockaddr_in to = address(LOOPBACK, PORT);
	const struct lab *lab = arg;

	set(fd, IPPROTO_UDP, UDP_SEGMENT, 100);
	at_64 = send_to(fd, to, lab->bytes, 6400);
	at_128 = send_to(fd, to, lab->bytes, 12800);
	at_129 = send_to(fd, to, lab->bytes, 12900);
	close(fd);
	return holds_if(!at_64 && at_129 == EINVAL, "64: %s, 128: %s, 129: %s", error_text(at_64),
			error_text(at_128), error_text(at_129));
}

/* The middle one of three is longer than UDP can say. */
static struct finding sendmmsg_stops(void *arg)
{
	int live = sandbox_udp(LOOPBACK, PORT), fd = sandbox_udp(LOOPBACK, 0), first, second, error;
	struct sockaddr_in to = address(LOOPBACK, PORT);
	const struct lab *lab = arg;
	struct iovec iov[] = { { lab->bytes, 10 }, { lab->bytes, 65508 }, { lab->bytes, 10 } };
	struct mmsghdr messages[3] = { 0 };

	for (int i = 0; i < 3; i++)
		messages[i].msg_hdr = (struct msghdr) { .msg_name = &to,
							.msg_namelen = sizeof(to),
							.msg_iov = &iov[i],
							.msg_iovlen = 1 };
	first = sendmmsg(fd, messages, 3, 0);
	errno = 0;
	second = sendmmsg(fd, messages + 1, 2, 0);
	error = errno;
	close(fd);
	close(live);
	return holds_if(first == 1 && second == -1 && error == EMSGSIZE,
			"good, bad, good: %d sent; bad, good: %d, %s", first, second,
			error_text(error));
}

static struct finding one_port_one_socket(void *arg)
{
	struct sockaddr_in same = address(LOOPBACK, PORT), other = address(DEAD, PORT);
	int fd = sandbox_udp(LOOPBACK, PORT), second = socket(AF_INET, SOCK_DGRAM, 0);
	int clash, beside;

	(void)arg;
	clash = bind(second, (const struct sockaddr *)&same, sizeof(same)) < 0 ? errno : 0;
	beside = bind(second, (const struct sockaddr *)&other, sizeof(other)) < 0 ? errno : 0;
	close(second);
	close(fd);
	return holds_if(clash == EADDRINUSE && !beside,
			"same address and port: %s, another address: %s", error_text(clash),
			error_text(beside));
}

static int join(int fd, uint32_t group)
{
	struct ip_mreqn request = { 0 };

	request.imr_multiaddr.s_addr = htonl(group);
	request.imr_address.s_addr = htonl(LOOPBACK);
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)) < 0 ? errno
											    : 0;
}

/* What can be read at once from @fd, one letter per datagram. */
static const char *letters(int fd, char out[16])
{
	size_t n = 0;

	while (n < 15 && recv(fd, out + n, 1, MSG_DONTWAIT) == 1)
		n++;
	out[n] = '\0';
	return out;
}

/* "g" to the group, "a" to another that somebody else here has joined, "u" to ourselves. */
static void send_all_kinds(void)
{
	struct in_addr loopback = { htonl(LOOPBACK) };
	int fd = sandbox_udp(LOOPBACK, 0);

	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof(loopback));
	send_to(fd, address(GROUP, PORT), "g", 1);
	send_to(fd, address(ANOTHER, PORT), "a", 1);
	send_to(fd, address(LOOPBACK, PORT), "u", 1);
	close(fd);
}

static struct finding group_sockets(void *arg)
{
	int unicast = sandbox_udp(LOOPBACK, PORT), group = sandbox_udp(GROUP, PORT);
	int another = sandbox_udp(ANOTHER, PORT), error;
	char u[16], g[16], a[16];

	(void)arg;
	set(group, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	set(another, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	error = join(group, GROUP);
	if (!error)
		error = join(another, ANOTHER);
	send_all_kinds();
	letters(unicast, u);
	letters(group, g);
	letters(another, a);
	close(another);
	close(group);
	close(unicast);
	if (error)
		return unknown("no group can be joined: %s", error_text(error));
	return holds_if(strcmp(u, "u") == 0 && strcmp(g, "g") == 0 && strcmp(a, "a") == 0,
			"unicast socket got \"%s\", group's \"%s\", another's \"%s\"", u, g, a);
}

/* Why the option is set: a socket bound to any address gets what others have joined. */
static struct finding groups_of_others(void *arg)
{
	int any = sandbox_udp(0, PORT), joiner = sandbox_udp(0, PORT + 1);
	char with[16], without[16];
	int error;

	(void)arg;
	error = join(joiner, GROUP);
	send_all_kinds();
	letters(any, with);
	set(any, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	send_all_kinds();
	letters(any, without);
	close(joiner);
	close(any);
	if (error)
		return unknown("no group can be joined: %s", error_text(error));
	return holds_if(strcmp(with, "gu") == 0 && strcmp(without, "u") == 0,
			"bound to any address: got \"%s\", with IP_MULTICAST_ALL=0 \"%s\"", with,
			without);
}

static int udp6(uint16_t port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

static struct finding zero_checksum_over_ipv6(void *arg)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(PORT),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = udp6(0), receiver = udp6(PORT);
	char without[16], with[16];

	(void)arg;
	if (fd < 0 || receiver < 0)
		return unknown("no IPv6");
	set(fd, IPPROTO_UDP, UDP_NO_CHECK6_TX, 1);
	sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to));
	letters(receiver, without);
	set(receiver, IPPROTO_UDP, UDP_NO_CHECK6_RX, 1);
	sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to));
	letters(receiver, with);
	close(receiver);
	close(fd);
	return holds_if(strcmp(without, "") == 0 && strcmp(with, "x") == 0,
			"without UDP_NO_CHECK6_RX got \"%s\", with it \"%s\"", without, with);
}

int main(void)
{
	static const struct fact facts[] = {
		{ "IP_RECVERR: a dead peer's error fails the next send, whoever it is for",
		  an_error_costs_another_peer },
		{ "draining the error queue first spares it", draining_first_spares_it },
		{ "without IP_RECVERR an unconnected socket hears of no error", without_recverr },
		{ "UDP_SEGMENT above the path MTU: EMSGSIZE", segments_above_mtu },
		{ "UDP_SEGMENT without checksum: EINVAL", segments_without_checksum },
		{ "UDP_SEGMENT takes 64 segments, and not more than 128", most_segments },
		{ "sendmmsg stops at the first error", sendmmsg_stops },
		{ "two sockets on one address and port: EADDRINUSE", one_port_one_socket },
		{ "a socket bound to a group gets its group only", group_sockets },
		{ "IP_MULTICAST_ALL=0 keeps away groups that others joined", groups_of_others },
		{ "UDP_NO_CHECK6_RX lets in datagrams without checksum", zero_checksum_over_ipv6 },
	};
	struct lab lab = { .bytes = calloc(1, ROOM) };

	if (!sandbox_enter() || !sandbox_ip("link set lo mtu %d", MTU))
		return facts_skip("no network namespaces may be made");
	return facts_report(facts, sizeof(facts) / sizeof(*facts), &lab);
}
