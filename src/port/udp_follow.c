/* An interface that was deleted and made again, or went to another namespace and came back: to the
 * kernel it is a new one.  The sockets stay what they are, and stay watched; only what named the
 * old interface is set anew. */
#include <errno.h>
#include <net/if.h>

#include "udp_private.h"

uint32_t udp_interface(const struct udp *udp)
{
	return udp->ifindex;
}

/* The kernel keeps a membership with the socket when its interface has gone, counts it and would
 * say "already a member"; so it is ended first, which may well fail. */
static void leave(int fd, struct addr group, uint32_t ifindex)
{
	struct ip_mreqn v4 = { .imr_ifindex = (int)ifindex };
	struct ipv6_mreq v6 = { .ipv6mr_interface = ifindex };

	memcpy(&v4.imr_multiaddr, group.octet, sizeof(v4.imr_multiaddr));
	memcpy(&v6.ipv6mr_multiaddr, group.octet, sizeof(v6.ipv6mr_multiaddr));
	if (group.family == ADDR_V4)
		setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &v4, sizeof(v4));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, &v6, sizeof(v6));
}

static int join_again(struct udp_receiver *receiver, uint32_t ifindex)
{
	int rc;

	leave(receiver->fd, receiver->group, receiver->ifindex);
	rc = udp_join_group(receiver->fd, receiver->group, ifindex);
	if (rc == 0)
		receiver->ifindex = ifindex;
	return rc;
}

/* A socket on a link-local address or group is bound to the interface besides; to change that takes
 * CAP_NET_RAW. */
static int bind_again(int fd, uint32_t ifindex)
{
	int bound = 0, index = (int)ifindex;
	socklen_t len = sizeof(bound);

	if (getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &bound, &len) < 0 || bound == 0 ||
	    bound == index)
		return 0;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)) < 0 ? -errno : 0;
}

/* Once more after a failure does no harm: all of it may be set twice. */
static int follow(struct udp *udp, uint32_t ifindex)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < udp_sockets(udp); i++) {
		rc = bind_again(udp_fd(udp, i), ifindex);
		if (rc == 0)
			rc = udp_multicast_from(udp_fd(udp, i), udp->options.bind.family, ifindex);
	}
	for (unsigned i = 1; rc == 0 && i < udp->receivers; i++)
		rc = join_again(&udp->receiver[i], ifindex);
	if (rc == 0)
		udp->ifindex = ifindex;
	return rc;
}

int udp_follow(struct udp *udp, const char *interface, bool lost, char why[UDP_WHY])
{
	struct text text = text_in(why, UDP_WHY);
	uint32_t ifindex = if_nametoindex(interface);
	int rc;

	if (ifindex == 0) {
		text_add(&text, "there is no interface %s", interface);
		return -ENODEV;
	}
	if (ifindex == udp->ifindex && !lost)
		return 0;
	rc = follow(udp, ifindex);
	if (rc < 0)
		text_add(&text, "interface %s is a new one, and the sockets cannot follow: %s",
			 interface, strerror(-rc));
	return rc < 0 ? rc : 1;
}
