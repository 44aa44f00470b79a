/* What a TAP does at the edges: one frame per call, and which errors stand for what. */
#include <errno.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fact.h"
#include "sandbox.h"
#include "wire/checksum.h"
#include "wire/frame.h"
#include "wire/vnet.h"

enum {
	ROOM = 70000,
	FAR = 0x0a080001,  /* 10.8.0.1, nobody */
	OURS = 0x0a080002, /* 10.8.0.2 */
	SERVICE = 9,
	USO4 = 0x20, /* TUN_F_USO4 and 6 */
	USO6 = 0x40,
};

struct lab {
	int tap;        /* tap0, up, 10.8.0.2/24 */
	uint8_t *bytes; /* ROOM of them */
};

static bool build(struct lab *lab)
{
	lab->tap = sandbox_tap("tap0");
	return lab->tap >= 0 && sandbox_ip("address add 10.8.0.2/24 dev tap0") &&
	       sandbox_ip("link set tap0 up") &&
	       sandbox_ip("neighbour add 10.8.0.1 lladdr 02:00:00:00:00:01 dev tap0");
}

/* "EIO" and the like, or the count that was returned instead of an error. */
static const char *result_text(ssize_t result, char out[32])
{
	if (result < 0)
		return strerrorname_np(errno);
	snprintf(out, 32, "%zd", result);
	return out;
}

/* Waits for a read that gives IPv4 and UDP; the kernel's own IPv6 noise is passed over. */
static ssize_t read_udp(const struct lab *lab, struct frame *f)
{
	while (sandbox_readable(lab->tap)) {
		ssize_t len = read(lab->tap, lab->bytes, ROOM);

		if (len < VNET_LEN)
			return -1;
		if (frame_parse(f, lab->bytes + VNET_LEN, (size_t)len - VNET_LEN) &&
		    f->ip.src.family == ADDR_V4 && f->ip.proto == IP_UDP)
			return len;
	}
	return -1;
}

/* Sends @len bytes from this host into @lab's TAP, cut at @segment. */
static void host_sends(const struct lab *lab, size_t len, int segment)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(SERVICE) };
	int fd = sandbox_udp(0, 0);

	to.sin_addr.s_addr = htonl(FAR);
	setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	sendto(fd, lab->bytes, len, 0, (const struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static struct finding one_read_one_frame(void *arg)
{
	ssize_t first, second;
	struct frame f;

	host_sends(arg, 1, 0);
	host_sends(arg, 3, 0);
	first = read_udp(arg, &f);
	second = read_udp(arg, &f);
	return holds_if(
		first == VNET_LEN + 42 + 1 && second == VNET_LEN + 42 + 3,
		"two frames of 43 and 45 bytes, reads of %zd and %zd with 10 bytes of header",
		first, second);
}

/* Without TUNSETOFFLOAD frames come cut and with finished checksums. */
static struct finding reads_are_finished(void *arg)
{
	const struct lab *lab = arg;
	struct frame f = { 0 };
	uint8_t flags, type;
	ssize_t len;

	host_sends(lab, 2000, 1000);
	len = read_udp(lab, &f);
	flags = lab->bytes[0];
	type = lab->bytes[1];
	frame_find_unfinished(&f);
	read_udp(lab, &(struct frame) { 0 });
	return holds_if(len == VNET_LEN + 42 + 1000 && flags == 0 && type == 0 && !f.unfinished,
			"2 × 1000 bytes: read of %zd, flags %u, gso_type %u, checksum %s", len,
			flags, type, f.unfinished ? "unfinished" : "finished");
}

/* What the segmenter starts from: lengths and pseudo-header sum of the whole. */
static struct finding reads_are_superframes(void *arg)
{
	const struct lab *lab = arg;
	struct frame f = { 0 };
	ssize_t len;
	bool known;

	if (ioctl(lab->tap, TUNSETOFFLOAD, TUN_F_CSUM | USO4 | USO6) < 0)
		return unknown("this kernel has no USO on a TAP");
	host_sends(lab, 3000, 1000);
	len = read_udp(lab, &f);
	ioctl(lab->tap, TUNSETOFFLOAD, 0);
	frame_find_unfinished(&f);
	if (len != VNET_LEN + 42 + 3000 || !f.unfinished || get_be16(f.at + f.l4 + 4) != 3008)
		return differs(
			"3 × 1000 bytes: read of %zd, field %s the whole pseudo header's sum", len,
			f.unfinished ? "is" : "is not");
	f.unfinished = false;
	known = vnet_read(lab->bytes, &f);
	return holds_if(
		known && f.kind == FRAME_UDP && f.gso_size == 1000 && f.unfinished,
		"read of %zd, gso_type %u, gso_size %u, csum_start %u, csum_offset %u, hdr_len %u",
		len, lab->bytes[1], f.gso_size, f.csum_start, f.csum_offset,
		get_le16(lab->bytes + 2));
}

/* An IPv4 superframe of three segments to tap0's address, with its virtio header; its length. */
static size_t write_superframe(uint8_t *at, uint8_t proto)
{
	static const uint8_t headers[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,    0, 0,  0, 0, 1, 8,  0, /* Ethernet */
		0x45, 0,    0,    0,    0,    0,    0x40, 0, 64, 0, 0, 0, 10, 8,
		0,    1,    10,   8,    0,    2, /* IPv4 */
	};
	size_t l4_len = (proto == IP_TCP ? TCP_LEN : UDP_LEN) + 3000;
	uint8_t *ip = at + VNET_LEN + ETH_LEN, *l4 = ip + IPV4_LEN;
	struct frame f;

	memset(at, 0, ROOM);
	memcpy(at + VNET_LEN, headers, sizeof(headers));
	put_be16(ip + 2, (uint16_t)(IPV4_LEN + l4_len));
	ip[9] = proto;
	put_be16(ip + 10, checksum_finish(checksum_add(0, span_of(ip, IPV4_LEN))));
	put_be32(l4, 9 << 16 | SERVICE); /* ports */
	if (proto == IP_TCP)
		put_be16(l4 + 12, 5 << 12 | 0x10); /* 20 bytes; ACK */
	else
		put_be16(l4 + 4, (uint16_t)l4_len);
	if (!frame_parse(&f, at + VNET_LEN, sizeof(headers) + l4_len))
		return 0;
	put_be16(l4 + (proto == IP_TCP ? 16 : 6),
		 checksum_fold(ip_pseudo_sum(&f.ip, proto, (uint32_t)l4_len)));
	frame_find_unfinished(&f);
	if (!frame_as_superframe(&f, 1500, 1000))
		return 0;
	vnet_write(at, &f);
	return VNET_LEN + f.len;
}

static struct finding tcp_superframe_without_offload(void *arg)
{
	const struct lab *lab = arg;
	size_t len = write_superframe(lab->bytes, IP_TCP);
	ssize_t result = write(lab->tap, lab->bytes, len);
	char text[32];

	return holds_if(result == (ssize_t)len, "write of %zu bytes: %s", len,
			result_text(result, text));
}

/* Since 6.2.  The datagrams are counted where they end. */
static struct finding udp_superframe_without_offload(void *arg)
{
	const struct lab *lab = arg;
	size_t len = write_superframe(lab->bytes, IP_UDP), count = 0;
	int fd = sandbox_udp(OURS, SERVICE);
	ssize_t result = write(lab->tap, lab->bytes, len);
	int error = errno;
	char text[32];

	while (result > 0 && recv(fd, lab->bytes, ROOM, MSG_DONTWAIT) == 1000)
		count++;
	close(fd);
	errno = error;
	if (result < 0 && error == EINVAL)
		return unknown("this kernel takes no UDP superframes");
	return holds_if(result == (ssize_t)len && count == 3,
			"write of %zu bytes: %s; %zu datagrams of 1000 bytes arrived", len,
			result_text(result, text), count);
}

static struct finding short_writes(void *arg)
{
	const struct lab *lab = arg;
	ssize_t headers, runt;
	char a[32], b[32];

	memset(lab->bytes, 0, VNET_LEN + ETH_LEN);
	headers = write(lab->tap, lab->bytes, VNET_LEN + ETH_LEN);
	result_text(headers, a);
	errno = 0;
	runt = write(lab->tap, lab->bytes, VNET_LEN + ETH_LEN - 1);
	return holds_if(headers == VNET_LEN + ETH_LEN && runt < 0 && errno == EINVAL,
			"14 bytes: %s, 13 bytes: %s", headers < 0 ? "refused" : a,
			result_text(runt, b));
}

static struct finding write_when_down(void *arg)
{
	int fd = sandbox_tap("tap1");
	const struct lab *lab = arg;
	ssize_t down, up;
	char text[32];
	int error;

	memset(lab->bytes, 0, VNET_LEN + 60);
	down = write(fd, lab->bytes, VNET_LEN + 60);
	error = errno;
	sandbox_ip("link set tap1 up");
	up = write(fd, lab->bytes, VNET_LEN + 60);
	close(fd);
	errno = error;
	return holds_if(down < 0 && error == EIO && up == VNET_LEN + 60, "down: %s, up: %zd",
			result_text(down, text), up);
}

static struct finding deleted(void *arg)
{
	int fd = sandbox_tap("tap2"), read_error, write_error;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const struct lab *lab = arg;

	sandbox_ip("link set tap2 up");
	sandbox_ip("link delete tap2");
	poll(&p, 1, 0);
	read_error = read(fd, lab->bytes, ROOM) < 0 ? errno : 0;
	write_error = write(fd, lab->bytes, VNET_LEN + 60) < 0 ? errno : 0;
	close(fd);
	return holds_if(p.revents & POLLERR && read_error == EBADFD && write_error == EBADFD,
			"poll %#x%s, read: %s, write: %s", (unsigned)p.revents,
			p.revents & POLLERR ? " with POLLERR" : "", strerrorname_np(read_error),
			strerrorname_np(write_error));
}

/* Frames of a TAP that is down are not kept for later; reading one says "nothing there". */
static struct finding read_when_down(void *arg)
{
	int fd = sandbox_tap("tap3");
	const struct lab *lab = arg;
	ssize_t result = read(fd, lab->bytes, ROOM);
	int error = errno;
	char text[32];

	close(fd);
	errno = error;
	return holds_if(result < 0 && error == EAGAIN, "%s", result_text(result, text));
}

static struct finding tcp_offloads(void *arg)
{
	int fd = sandbox_tap("tap4"), result;

	(void)arg;
	result = ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN);
	close(fd);
	return holds_if(result == 0, "CSUM TSO4 TSO6 TSO_ECN %s", result ? "refused" : "taken");
}

/* Since 6.2 (Debian 12's headers do not know them yet); the switch does without where it is
 * missing. */
static struct finding udp_offloads(void *arg)
{
	int fd = sandbox_tap("tap5"), both, alone;

	(void)arg;
	both = ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | USO4 | USO6);
	alone = ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | USO4);
	close(fd);
	if (both != 0)
		return unknown("this kernel has no USO on a TAP");
	return holds_if(alone != 0, "USO4 with USO6 taken, USO4 alone %s",
			alone ? "refused" : "taken");
}

int main(void)
{
	static const struct fact facts[] = {
		{ "one read gives one frame", one_read_one_frame },
		{ "without TUNSETOFFLOAD frames come cut and finished", reads_are_finished },
		{ "with TUNSETOFFLOAD a superframe's lengths and pseudo-header sum are the whole's",
		  reads_are_superframes },
		{ "a TCP superframe may be written without TUNSETOFFLOAD",
		  tcp_superframe_without_offload },
		{ "a UDP superframe may be written without TUNSETOFFLOAD",
		  udp_superframe_without_offload },
		{ "less than an Ethernet header: EINVAL", short_writes },
		{ "write to a TAP that is down: EIO", write_when_down },
		{ "read from a TAP that is down: EAGAIN", read_when_down },
		{ "deleted TAP: EBADFD, and POLLERR", deleted },
		{ "checksums and TCP superframes may be asked for", tcp_offloads },
		{ "UDP superframes may be asked for, both families together", udp_offloads },
	};
	struct lab lab = { .bytes = malloc(ROOM) };

	if (!sandbox_enter())
		return facts_skip("no network namespaces may be made");
	if (!build(&lab))
		return facts_skip("no TAP can be made");
	return facts_report(facts, sizeof(facts) / sizeof(*facts), &lab);
}
