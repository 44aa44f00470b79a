#include "port/link_changes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

enum { GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };

struct link_changes {
	struct mnl_socket *socket;
};

/* The head of a message; the rest is cut off. */
struct head {
	struct nlmsghdr message;
	struct ifinfomsg link;
};

int link_changes_open(struct link_changes **out)
{
	struct link_changes *changes = calloc(1, sizeof(*changes));
	int rc;

	if (!changes)
		return -ENOMEM;
	changes->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (changes->socket && mnl_socket_bind(changes->socket, GROUPS, MNL_SOCKET_AUTOPID) == 0) {
		*out = changes;
		return 0;
	}
	rc = -errno;
	link_changes_close(changes);
	return rc;
}

void link_changes_close(struct link_changes *changes)
{
	if (!changes)
		return;
	if (changes->socket)
		mnl_socket_close(changes->socket);
	free(changes);
}

int link_changes_fd(const struct link_changes *changes)
{
	return mnl_socket_get_fd(changes->socket);
}

/* One message into @head: 1; 0: there is none; −errno. */
static int take(const struct link_changes *changes, struct head *head)
{
	ssize_t len;

	*head = (struct head) { .message = { .nlmsg_type = NLMSG_NOOP } };
	len = recv(link_changes_fd(changes), head, sizeof(*head), MSG_DONTWAIT);
	if (len >= 0)
		return 1;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

bool link_changes_take(struct link_changes *changes,
		       void (*removed)(void *context, uint32_t ifindex), void *context)
{
	struct head head;
	bool any = false;

	for (int i = 0; i < LINK_CHANGES_BATCH; i++) {
		int rc = take(changes, &head);

		if (rc == 0)
			break;
		any = true;
		if (rc < 0)
			removed(context, 0);
		else if (head.message.nlmsg_type == RTM_DELLINK)
			removed(context, (uint32_t)head.link.ifi_index);
	}
	return any;
}
