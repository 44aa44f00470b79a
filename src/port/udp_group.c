#include <errno.h>
#include <net/if.h>
#include <unistd.h>

#include "netlink.h"
#include "udp_private.h"

/* Two daemons on one host both want the group's address and port; for multicast the kernel gives
 * every such socket its copy, so sharing splits nothing.  Nobody sends unicast to a group address,
 * hence nothing can be stolen either. */
static int share(int fd, int on)
{
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* A main socket on the wildcard address covers the group's address, and the kernel looks at both
 * sockets' SO_REUSEADDR at the moment of bind(): so it is lent for just that moment, and a second
 * start is refused as ever. */
static int bind_group(const struct udp *udp, int fd, struct addr group, uint32_t ifindex)
{
	bool covered = addr_is_unspecified(udp->options.bind);
	int rc = share(fd, 1);

	if (rc == 0 && covered)
		rc = share(udp->receiver[0].fd, 1);
	if (rc == 0)
		rc = udp_bind(fd, group, udp->options.port, ifindex);
	if (covered)
		share(udp->receiver[0].fd, 0);
	return rc;
}

static int join_v4(int fd, struct addr group, uint32_t ifindex)
{
	struct ip_mreqn request = { .imr_ifindex = (int)ifindex };

	memcpy(&request.imr_multiaddr, group.octet, 4);
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)) < 0 ? -errno
											    : 0;
}

static int join_v6(int fd, struct addr group, uint32_t ifindex)
{
	struct ipv6_mreq request = { .ipv6mr_interface = ifindex };

	memcpy(&request.ipv6mr_multiaddr, group.octet, 16);
	return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request)) < 0 ? -errno
											    : 0;
}

int udp_join_group(int fd, struct addr group, uint32_t ifindex)
{
	return group.family == ADDR_V4 ? join_v4(fd, group, ifindex) : join_v6(fd, group, ifindex);
}

static int open_group(struct udp *udp, struct addr group, uint32_t ifindex)
{
	int fd = udp_socket(udp), rc;

	if (fd < 0)
		return fd;
	rc = bind_group(udp, fd, group, ifindex);
	if (rc == 0)
		rc = udp_join_group(fd, group, ifindex);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	udp_make_receiver(fd);
	udp->receiver[udp->receivers++] = (struct udp_receiver) {
		.fd = fd,
		.group = group,
		.ifindex = ifindex,
	};
	return 0;
}

/* The kernel lets a group be joined on a device that is down or knows no multicast; nothing would
 * ever arrive.  The loopback does not say that it does multicast, and does. */
static int check_interface(const char *name, struct link_info *info, struct text *why)
{
	struct netlink *nl;
	int rc = netlink_open(&nl);

	if (rc == 0) {
		rc = link_get(nl, name, info);
		netlink_close(nl);
	}
	if (rc == -ENODEV)
		text_add(why, "there is no interface %s", name);
	else if (rc != 0)
		text_add(why, "interface %s can not be looked up: %s", name, strerror(-rc));
	if (rc != 0)
		return rc;
	if (!info->up) {
		text_add(why, "interface %s is down: ip link set %s up", name, name);
		return -ENETDOWN;
	}
	if (!info->multicast && info->index != LINK_LOOPBACK) {
		text_add(why, "interface %s does no multicast: ip link set %s multicast on", name,
			 name);
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool joined(const struct udp *udp, struct addr group, uint32_t ifindex)
{
	for (unsigned i = 1; i < udp->receivers; i++)
		if (addr_equal(udp->receiver[i].group, group) &&
		    udp->receiver[i].ifindex == ifindex)
			return true;
	return false;
}

static void explain_join(struct text *why, const struct udp *udp, struct addr group,
			 const char *interface, int rc)
{
	char text[ADDR_TEXT];

	text_add(why, "group %s can not be joined on %s: ", addr_text(group, text), interface);
	if (rc == -EADDRINUSE) {
		text_add(why, "its port %u is held by ", udp->options.port);
		holder_describe(why, group, udp->options.port);
	} else if (rc == -ENOBUFS) {
		text_add(why, "too many memberships (sysctl net.ipv4.igmp_max_memberships)");
	} else {
		text_add(why, "%s", strerror(-rc));
	}
}

int udp_join(struct udp *udp, struct addr group, const char *interface, char why[UDP_WHY])
{
	struct text text = text_in(why, UDP_WHY);
	struct link_info info;
	int rc = check_interface(interface, &info, &text);

	if (rc != 0)
		return rc;
	if (group.family != udp->options.bind.family) {
		text_add(&text, "a group and the address that sends to it are of one family");
		return -EAFNOSUPPORT;
	}
	if (joined(udp, group, info.index))
		return 0;
	if (udp->receivers == 1 + UDP_GROUPS_MAX) {
		text_add(&text, "more than %d groups on one endpoint", UDP_GROUPS_MAX);
		return -ENOSPC;
	}
	rc = open_group(udp, group, info.index);
	if (rc < 0)
		explain_join(&text, udp, group, interface, rc);
	return rc;
}

unsigned udp_leave(struct udp *udp, struct addr group)
{
	unsigned at = 1;

	while (at < udp->receivers && !addr_equal(udp->receiver[at].group, group))
		at++;
	if (at == udp->receivers)
		return 0;
	close(udp->receiver[at].fd);
	udp->receivers--;
	for (unsigned i = at; i < udp->receivers; i++)
		udp->receiver[i] = udp->receiver[i + 1];
	return at;
}
