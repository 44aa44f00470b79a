/* What a kernel VXLAN device on the same machine sends to a plain UDP socket over a veth: frames
 * that nobody cut and nobody checksummed, because a veth claims to do both.
 *
 *   here: plain socket, 10.0.0.1:4789 ── veth ── there: 10.0.0.2, vxlan0 192.168.7.2/24
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fact.h"
#include "offload/split.h"
#include "sandbox.h"
#include "wire/checksum.h"
#include "wire/datagram.h"
#include "wire/frame.h"
#include "wire/vxlan.h"

enum {
	ROOM = 70000,
	HERE = 0x0a000001,  /* 10.0.0.1 */
	THERE = 0x0a000002, /* 10.0.0.2 */
	FAR = 0xc0a80701,   /* 192.168.7.1, the tenant that is only made believe */
	HEADERS = 8 + 14 + 20 + 8,
	INNER_MTU = 1450,
};

struct lab {
	int here, there; /* namespaces */
	int plain;       /* the socket under observation */
	uint8_t *bytes;  /* ROOM of them */
};

/* What one receive gave. */
struct arrival {
	size_t len;
	int gso; /* from the control message, 0 when there was none */
	struct frame frame;
};

static struct sockaddr_in address(uint32_t host, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(host);
	return a;
}

static bool build(struct lab *lab)
{
	lab->here = sandbox_here();
	lab->there = sandbox_another();
	if (lab->there < 0)
		return false;
	if (!sandbox_ip("link add va type veth peer name vb netns /proc/%d/fd/%d", getpid(),
			lab->there) ||
	    !sandbox_ip("address add 10.0.0.1/24 dev va") || !sandbox_ip("link set va up"))
		return false;
	lab->plain = sandbox_udp(HERE, VXLAN_PORT);

	sandbox_move(lab->there);
	return sandbox_ip("address add 10.0.0.2/24 dev vb") && sandbox_ip("link set vb up") &&
	       sandbox_ip("link add vxlan0 type vxlan id 42 local 10.0.0.2 remote 10.0.0.1 dstport "
			  "4789") &&
	       sandbox_ip("address add 192.168.7.2/24 dev vxlan0") &&
	       sandbox_ip("link set vxlan0 mtu %d up", INNER_MTU) &&
	       sandbox_ip("neighbour add 192.168.7.1 lladdr 02:00:00:00:00:01 dev vxlan0");
}

static int gso_of(struct msghdr *message)
{
	int size = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&size, CMSG_DATA(c), sizeof(size));
	return size;
}

static bool receive(const struct lab *lab, struct arrival *a)
{
	struct iovec iov = { lab->bytes, ROOM };
	_Alignas(struct cmsghdr) uint8_t control[128];
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t len;

	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	if (!sandbox_readable(lab->plain))
		return false;
	len = recvmsg(lab->plain, &message, 0);
	if (len < VXLAN_LEN)
		return false;
	*a = (struct arrival) { .len = (size_t)len, .gso = gso_of(&message) };
	if (!frame_parse(&a->frame, lab->bytes + VXLAN_LEN, a->len - VXLAN_LEN))
		return false;
	frame_find_unfinished(&a->frame);
	return true;
}

/* The next frame of IPv4 and @proto; the kernel's own IPv6 noise is passed over. */
static bool receive_proto(const struct lab *lab, uint8_t proto, struct arrival *a)
{
	while (receive(lab, a))
		if (a->frame.ip.src.family == ADDR_V4 && a->frame.ip.proto == proto)
			return true;
	return false;
}

/* Sends @len bytes from the tenant there, cut at @segment; false when the kernel refuses. */
static bool tenant_sends(const struct lab *lab, size_t len, int segment)
{
	struct sockaddr_in to = address(FAR, 9);
	int fd = sandbox_udp(0, 0);
	bool sent;

	memset(lab->bytes, 0x5a, len);
	if (segment)
		setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	sent = sendto(fd, lab->bytes, len, 0, (const struct sockaddr *)&to, sizeof(to)) ==
	       (ssize_t)len;
	close(fd);
	return sent;
}

static void set_gro(const struct lab *lab, int on)
{
	setsockopt(lab->plain, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
}

static const char *checksum_word(const struct arrival *a)
{
	return a->frame.unfinished ? "unfinished" : "finished";
}

static struct finding small_udp(void *arg)
{
	struct arrival a;

	if (!tenant_sends(arg, 500, 0) || !receive_proto(arg, IP_UDP, &a))
		return differs("nothing arrived");
	return holds_if(a.len == HEADERS + 500 && a.gso == 0 && a.frame.unfinished,
			"%zu bytes, cmsg %d, checksum %s", a.len, a.gso, checksum_word(&a));
}

/* Into how many datagrams the switch would take it apart. */
static size_t split_count(const struct lab *lab, const struct arrival *a)
{
	struct datagram d = { .at = lab->bytes, .len = a->len, .segment = (uint16_t)a->gso };
	struct split s = split_begin(&d);
	size_t count = 0, len;
	uint8_t *at;

	while (split_next(&s, &at, &len))
		count++;
	return count;
}

static struct finding udp_superframe_with_gro(void *arg)
{
	struct arrival a;
	bool arrived;
	size_t count;

	set_gro(arg, 1);
	arrived = tenant_sends(arg, 20000, 1000) && receive_proto(arg, IP_UDP, &a);
	set_gro(arg, 0);
	if (!arrived)
		return differs("nothing arrived");
	count = split_count(arg, &a);
	return holds_if(a.len == HEADERS + 20000 && a.gso == 1000 && a.frame.unfinished &&
				count == 1,
			"%zu bytes, cmsg %d, checksum %s, split into %zu", a.len, a.gso,
			checksum_word(&a), count);
}

static struct finding udp_superframe_without_gro(void *arg)
{
	size_t count = 0, finished = 0, right_size = 0;
	struct arrival a;

	if (!tenant_sends(arg, 20000, 1000))
		return differs("cannot be sent: %s", strerror(errno));
	for (; count < 20 && receive_proto(arg, IP_UDP, &a); count++) {
		finished += !a.frame.unfinished;
		right_size += a.len == HEADERS + 1000 && a.gso == 0;
	}
	return holds_if(count == 20 && finished == 20 && right_size == 20,
			"%zu datagrams, %zu of %d bytes, %zu with finished checksums", count,
			right_size, HEADERS + 1000, finished);
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t keep = a[i];

		a[i] = b[i];
		b[i] = keep;
	}
}

/* Makes of the SYN in @f the answer to it, with an MSS that fits INNER_MTU; its length. */
static size_t answer_syn(struct frame *f)
{
	uint8_t *ip = f->at + f->l3, *tcp = f->at + f->l4;
	uint32_t seq = get_be32(tcp + 4);

	swap(f->at, f->at + 6, 6);
	swap(ip + 12, ip + 16, 4);
	swap(tcp, tcp + 2, 2);
	put_be16(ip + 2, IPV4_LEN + TCP_LEN + 4);
	put_be16(ip + 10, 0);
	put_be16(ip + 10, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));

	put_be32(tcp + 4, 1);
	put_be32(tcp + 8, seq + 1);
	put_be16(tcp + 12, 6 << 12 | 0x12); /* 24 bytes; SYN, ACK */
	put_be16(tcp + 14, UINT16_MAX);
	put_be32(tcp + 16, 0);
	put_be32(tcp + 20, 2 << 24 | 4 << 16 | (INNER_MTU - IPV4_LEN - TCP_LEN));
	put_be16(tcp + 16, checksum_finish(checksum_add(ip_pseudo_sum(&f->ip, IP_TCP, TCP_LEN + 4),
							span_of(tcp, TCP_LEN + 4))));
	return (size_t)(tcp - f->at) + TCP_LEN + 4;
}

/* A connection of the tenant there to a far end that we only pretend; −1 when it fails. */
static int tenant_connects(const struct lab *lab, struct arrival *syn)
{
	struct sockaddr_in to = address(FAR, 9), tunnel = address(THERE, VXLAN_PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct linger reset = { .l_onoff = 1 }; /* leave without farewell: no frame of it strays */
	size_t len;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	connect(fd, (const struct sockaddr *)&to, sizeof(to));
	do {
		if (!receive_proto(lab, IP_TCP, syn))
			return -1;
	} while (syn->frame.at[syn->frame.l4 + 13] != TH_SYN);
	len = VXLAN_LEN + answer_syn(&syn->frame);
	sendto(lab->plain, lab->bytes, len, 0, (const struct sockaddr *)&tunnel, sizeof(tunnel));
	if (poll(&p, 1, 1000) == 1 && !(p.revents & (POLLERR | POLLHUP)))
		return fd;
	close(fd);
	return -1;
}

static struct finding small_tcp(void *arg)
{
	struct arrival syn;
	int fd = tenant_connects(arg, &syn);

	if (fd < 0)
		return differs("no connection came about");
	close(fd);
	return holds_if(syn.gso == 0 && syn.frame.unfinished,
			"SYN of %zu bytes, cmsg %d, checksum %s", syn.len, syn.gso,
			checksum_word(&syn));
}

/* The first frame longer than any packet may be. */
static bool receive_tcp_superframe(const struct lab *lab, struct arrival *a)
{
	while (receive_proto(lab, IP_TCP, a))
		if (a->len > HEADERS + INNER_MTU)
			return true;
	return false;
}

/* @gro: whether the socket asked for UDP_GRO must not matter.  A first window of ten segments goes
 * out at once. */
static struct finding tcp_superframe(const struct lab *lab, int gro)
{
	struct arrival a;
	bool arrived;
	int fd;

	set_gro(lab, gro);
	fd = tenant_connects(lab, &a);
	if (fd < 0)
		return differs("no connection came about");
	send(fd, lab->bytes, 10 * INNER_MTU, 0);
	arrived = receive_tcp_superframe(lab, &a);
	close(fd);
	set_gro(lab, 0);
	if (!arrived)
		return differs("no frame above the inner MTU arrived");
	return holds_if(a.gso == 0 && a.frame.unfinished,
			"%zu bytes at an inner MTU of %d, cmsg %d, checksum %s", a.len, INNER_MTU,
			a.gso, checksum_word(&a));
}

static struct finding tcp_superframe_without_gro(void *arg)
{
	return tcp_superframe(arg, 0);
}

static struct finding tcp_superframe_with_gro(void *arg)
{
	return tcp_superframe(arg, 1);
}

int main(void)
{
	static const struct fact facts[] = {
		{ "inner UDP arrives with an unfinished checksum", small_udp },
		{ "inner UDP_SEGMENT, UDP_GRO on: one datagram with a misleading cmsg",
		  udp_superframe_with_gro },
		{ "inner UDP_SEGMENT, UDP_GRO off: cut, with finished checksums",
		  udp_superframe_without_gro },
		{ "inner TCP arrives with an unfinished checksum", small_tcp },
		{ "inner TCP superframe, UDP_GRO off: whole, unfinished, without cmsg",
		  tcp_superframe_without_gro },
		{ "inner TCP superframe, UDP_GRO on: whole, unfinished, without cmsg",
		  tcp_superframe_with_gro },
	};
	struct lab lab = { .bytes = malloc(ROOM) };

	if (!sandbox_enter())
		return facts_skip("no network namespaces may be made");
	if (!build(&lab))
		return facts_skip("no VXLAN device over a veth can be made");
	return facts_report(facts, sizeof(facts) / sizeof(*facts), &lab);
}
