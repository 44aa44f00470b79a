#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "port/link.h"
#include "udp_private.h"

/* Bytes of socket buffer.  Measured with four TCP streams on two busy processors: 4 MB lose a message
 * of 64 KB now and then, and each costs a flow some forty segments; 8 MB hardly ever do. */
enum { BUFFER = 8 << 20 };

struct option {
	int level, name, value;
};

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int set_options(int fd, const struct option *options, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = set_option(fd, options[i].level, options[i].name, options[i].value);
	return rc;
}

/* A TTL of 0 leaves the system's. */
static int set_ttl(int fd, int level, int name, uint8_t ttl)
{
	return ttl ? set_option(fd, level, name, ttl) : 0;
}

static int set_v4(int fd, const struct udp *udp)
{
	static const struct option fixed[] = {
		{ IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO },
		{ IPPROTO_IP, IP_RECVERR, 1 },
		{ IPPROTO_IP, IP_RECVTOS, 1 },
		{ IPPROTO_IP, IP_MULTICAST_LOOP, 1 },
		{ IPPROTO_IP, IP_MULTICAST_ALL, 0 },
	};
	int rc = set_options(fd, fixed, sizeof(fixed) / sizeof(fixed[0]));

	if (rc == 0)
		rc = set_option(fd, SOL_SOCKET, SO_NO_CHECK, !udp->options.checksum);
	if (rc == 0)
		rc = set_ttl(fd, IPPROTO_IP, IP_TTL, udp->options.ttl);
	if (rc == 0)
		rc = set_ttl(fd, IPPROTO_IP, IP_MULTICAST_TTL, udp->options.multicast_ttl);
	return rc;
}

static int set_v6(int fd, const struct udp *udp)
{
	static const struct option fixed[] = {
		{ IPPROTO_IPV6, IPV6_V6ONLY, 1 },
		{ IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO },
		{ IPPROTO_IPV6, IPV6_DONTFRAG, 1 },
		{ IPPROTO_IPV6, IPV6_RECVERR, 1 },
		{ IPPROTO_IPV6, IPV6_RECVTCLASS, 1 },
		{ IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1 },
		{ IPPROTO_UDP, UDP_NO_CHECK6_RX, 1 }, /* RFC 7348 §5: zero is accepted */
	};
	int rc = set_options(fd, fixed, sizeof(fixed) / sizeof(fixed[0]));

	/* Linux 4.20; before, a socket bound to a group heard it from any interface. */
	set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	if (rc == 0)
		rc = set_ttl(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, udp->options.ttl);
	if (rc == 0)
		rc = set_ttl(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, udp->options.multicast_ttl);
	return rc;
}

/* The FORCE form goes beyond net.core.rmem_max but needs CAP_NET_ADMIN in the first user namespace;
 * without it the machine's limit holds. */
static void set_buffer(int fd, int forced, int plain)
{
	if (set_option(fd, SOL_SOCKET, forced, BUFFER) < 0)
		set_option(fd, SOL_SOCKET, plain, BUFFER);
}

int udp_multicast_from(int fd, enum addr_family family, uint32_t ifindex)
{
	struct ip_mreqn out = { .imr_ifindex = (int)ifindex };

	if (family == ADDR_V6)
		return set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)ifindex);
	return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) < 0 ? -errno : 0;
}

int udp_socket(const struct udp *udp)
{
	bool v4 = udp->options.bind.family == ADDR_V4;
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = v4 ? set_v4(fd, udp) : set_v6(fd, udp);
	if (rc == 0 && udp->ifindex)
		rc = udp_multicast_from(fd, udp->options.bind.family, udp->ifindex);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	return fd;
}

void udp_make_receiver(int fd)
{
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	/* Linux 5.0; without, datagrams come one by one. */
	set_option(fd, IPPROTO_UDP, UDP_GRO, 1);
}

socklen_t sockaddr_of(union sockaddr_any *out, struct addr addr, uint16_t port, uint32_t scope)
{
	if (addr.family == ADDR_V4) {
		out->v4 = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&out->v4.sin_addr, addr.octet, 4);
		return sizeof(out->v4);
	}
	out->v6 = (struct sockaddr_in6) { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	memcpy(&out->v6.sin6_addr, addr.octet, 16);
	if (addr_is_link_local(addr) || addr_is_multicast(addr))
		out->v6.sin6_scope_id = scope;
	return sizeof(out->v6);
}

struct addr sockaddr_addr(const union sockaddr_any *from)
{
	if (from->any.sa_family == AF_INET)
		return addr_v4((const uint8_t *)&from->v4.sin_addr);
	if (from->any.sa_family == AF_INET6)
		return addr_v6(from->v6.sin6_addr.s6_addr);
	return (struct addr) { .family = ADDR_NONE };
}

int udp_bind(int fd, struct addr addr, uint16_t port, uint32_t scope)
{
	union sockaddr_any name;
	socklen_t len = sockaddr_of(&name, addr, port, scope);

	return bind(fd, &name.any, len) < 0 ? -errno : 0;
}

static void explain_missing_address(struct text *why, struct addr addr)
{
	struct addr have[16];
	struct netlink *nl;
	char text[ADDR_TEXT];
	const char *between = "; here are ";
	int n;

	text_add(why, "%s is not an address of this machine%s", addr_text(addr, text),
		 addr.family == ADDR_V6 ? " (or still being checked for duplicates)" : "");
	if (netlink_open(&nl) < 0)
		return;
	n = link_addresses(nl, have, sizeof(have) / sizeof(have[0]));
	for (int i = 0; i < n; i++) {
		if (have[i].family != addr.family || addr_is_loopback(have[i]))
			continue;
		text_add(why, "%s%s", between, addr_text(have[i], text));
		between = ", ";
	}
	netlink_close(nl);
}

static void explain_bind(struct text *why, struct addr addr, uint16_t port, int rc)
{
	char text[ADDR_TEXT];

	if (rc == -EADDRNOTAVAIL) {
		explain_missing_address(why, addr);
	} else if (rc == -EADDRINUSE) {
		text_add(why, "UDP port %u of %s is held by ", port, addr_text(addr, text));
		holder_describe(why, addr, port);
	} else if (rc == -EACCES) {
		text_add(why, "UDP port %u needs CAP_NET_BIND_SERVICE (a port below 1024)", port);
	} else {
		text_add(why, "UDP port %u of %s can not be opened: %s", port,
			 addr_text(addr, text), strerror(-rc));
	}
}

/* Never SO_REUSEADDR or SO_REUSEPORT here: the kernel would let a second process share the port and
 * silently split the traffic between the two. */
static int open_main(struct udp *udp, struct text *why)
{
	int fd = udp_socket(udp), rc;

	if (fd < 0) {
		explain_bind(why, udp->options.bind, udp->options.port, fd);
		return fd;
	}
	udp->receiver[0] = (struct udp_receiver) { .fd = fd };
	udp->receivers = 1;
	rc = udp_bind(fd, udp->options.bind, udp->options.port, udp->ifindex);
	if (rc < 0) {
		explain_bind(why, udp->options.bind, udp->options.port, rc);
		return rc;
	}
	udp_make_receiver(fd);
	return 0;
}

/* What comes to a source socket is dropped before it costs memory: everybody answers to the main
 * port.  ICMP errors do not pass the filter and still arrive. */
static int drop_everything(int fd)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &none };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

/* The ports of a range from a random one on, once around. */
struct port_walk {
	uint32_t first, count, start, step;
};

static struct port_walk port_walk(const struct udp_options *options)
{
	uint32_t count = (uint32_t)options->source_max - options->source_min + 1;

	return (struct port_walk) {
		.first = options->source_min,
		.count = count,
		.start = (uint32_t)(hash_secret_random().k0 % count),
	};
}

/* The next port, or 0 at the end. */
static uint16_t next_port(struct port_walk *walk)
{
	if (walk->step == walk->count)
		return 0;
	return (uint16_t)(walk->first + (walk->start + walk->step++) % walk->count);
}

/* A source socket on the next free port of @walk; −EADDRINUSE when none is left. */
static int open_source(const struct udp *udp, struct port_walk *walk)
{
	int fd = udp_socket(udp), rc;

	if (fd < 0)
		return fd;
	rc = drop_everything(fd);
	while (rc == 0) {
		uint16_t port = next_port(walk);

		rc = port ? udp_bind(fd, udp->options.bind, port, udp->ifindex) : -EADDRINUSE;
		if (rc == 0)
			return fd;
		if (rc == -EADDRINUSE && port)
			rc = 0;
	}
	close(fd);
	return rc;
}

/* Fewer than asked for is good enough, none is not. */
static int open_sources(struct udp *udp, struct text *why)
{
	const struct udp_options *options = &udp->options;
	struct port_walk walk;

	if (options->sources <= 1)
		return 0;
	walk = port_walk(options);
	while (udp->sources < options->sources) {
		int fd = open_source(udp, &walk);

		if (fd == -EADDRINUSE && udp->sources)
			return 0;
		if (fd < 0) {
			text_add(why, "no source port between %u and %u can be opened: %s",
				 options->source_min, options->source_max, strerror(-fd));
			return fd;
		}
		udp->source[udp->sources++] = fd;
	}
	return 0;
}

static int find_interface(struct udp *udp, const char *name, struct text *why)
{
	if (!name)
		return 0;
	udp->ifindex = if_nametoindex(name);
	if (udp->ifindex)
		return 0;
	text_add(why, "there is no interface %s", name);
	return -ENODEV;
}

int udp_open(struct udp **out, const struct udp_options *options, char why[UDP_WHY])
{
	struct text text = text_in(why, UDP_WHY);
	struct udp *udp = calloc(1, sizeof(*udp));
	int rc;

	assert(options->sources <= UDP_SOURCES_MAX && options->source_min <= options->source_max);
	assert(options->bind.family != ADDR_NONE);
	if (!udp) {
		text_add(&text, "no memory");
		return -ENOMEM;
	}
	udp->options = *options;
	udp->options.interface = NULL;
	udp->runs = options->checksum || options->bind.family == ADDR_V6;
	rc = find_interface(udp, options->interface, &text);
	if (rc == 0)
		rc = open_main(udp, &text);
	if (rc == 0)
		rc = open_sources(udp, &text);
	if (rc < 0) {
		udp_close(udp);
		return rc;
	}
	*out = udp;
	return 0;
}

void udp_close(struct udp *udp)
{
	if (!udp)
		return;
	for (unsigned i = 0; i < udp->receivers; i++)
		close(udp->receiver[i].fd);
	for (unsigned i = 0; i < udp->sources; i++)
		close(udp->source[i]);
	free(udp);
}
