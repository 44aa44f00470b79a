#include "port/link_changes.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "netlink.h"

enum { GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };

struct link_changes {
	struct mnl_socket *socket;
};

static const int route_groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
				    RTNLGRP_IPV6_RULE };

/* For the beginning of a message: a route's destination is among the first that is in it. */
enum { ROOM = 512 };

/* What does not fit is cut off. */
struct piece {
	union {
		struct nlmsghdr message;
		uint8_t octets[ROOM];
	};
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

void link_changes_with_routes(struct link_changes *changes, bool on)
{
	int option = on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;

	for (size_t i = 0; i < sizeof(route_groups) / sizeof(route_groups[0]); i++) {
		int group = route_groups[i];

		mnl_socket_setsockopt(changes->socket, option, &group, sizeof(group));
	}
}

/* One message into @piece, whose head says how much of it there is: 1; 0: there is none; −errno. */
static int take(const struct link_changes *changes, struct piece *piece)
{
	ssize_t len;

	*piece = (struct piece) { .message = { .nlmsg_type = NLMSG_NOOP } };
	len = recv(link_changes_fd(changes), piece, sizeof(*piece), MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (piece->message.nlmsg_len > (size_t)len)
		piece->message.nlmsg_len = (uint32_t)len;
	return 1;
}

/* What goes with an address, or is remembered of a path, is no change of a route. */
static bool read_route(const struct nlmsghdr *message, struct link_word *word)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(message);
	struct attributes attributes;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*head) ||
	    head->rtm_protocol == RTPROT_KERNEL || head->rtm_flags & RTM_F_CLONED)
		return false;
	attributes = attributes_of(message, sizeof(*head));
	word->kind = WORD_ROUTE;
	word->protocol = head->rtm_protocol;
	word->to.addr = attribute_addr(head->rtm_family, attributes.at[RTA_DST]);
	word->to.length = head->rtm_dst_len;
	return true;
}

/* False: nobody needs to hear of it. */
static bool read_word(const struct nlmsghdr *message, struct link_word *word)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);

	*word = (struct link_word) { .kind = WORD_LINK, .origin = message->nlmsg_pid };
	switch (message->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return read_route(message, word);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		word->kind = WORD_RULE;
		return true;
	case RTM_DELLINK:
		word->kind = WORD_GONE;
		word->link = (uint32_t)link->ifi_index;
		return true;
	default:
		return true;
	}
}

bool link_changes_take(struct link_changes *changes,
		       void (*heard)(void *context, const struct link_word *word), void *context)
{
	const struct link_word lost = { .kind = WORD_LOST };
	struct link_word word;
	struct piece piece;
	bool any = false;

	for (int i = 0; i < LINK_CHANGES_BATCH; i++) {
		int rc = take(changes, &piece);

		if (rc == 0)
			break;
		any = true;
		if (rc < 0)
			heard(context, &lost);
		else if (read_word(&piece.message, &word))
			heard(context, &word);
	}
	return any;
}
