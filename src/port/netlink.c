#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { BUFFER = 32768 }; /* what the kernel fills at most per dump message */

struct netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint8_t buffer[BUFFER];
};

int netlink_open(struct netlink **out)
{
	struct netlink *nl = calloc(1, sizeof(*nl));
	int rc;

	if (!nl)
		return -ENOMEM;
	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl->socket && mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) == 0) {
		*out = nl;
		return 0;
	}
	rc = -errno;
	netlink_close(nl);
	return rc;
}

void netlink_close(struct netlink *nl)
{
	if (!nl)
		return;
	if (nl->socket)
		mnl_socket_close(nl->socket);
	free(nl);
}

struct nlmsghdr *netlink_message(struct netlink *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(nl->buffer);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++nl->sequence;
	return message;
}

/* The next piece of the answer to the current request.  What an interrupted dump left in the socket
 * carries an older number and is passed over. */
static ssize_t receive(struct netlink *nl)
{
	const struct nlmsghdr *first = (const void *)nl->buffer;
	ssize_t len;

	do
		len = mnl_socket_recvfrom(nl->socket, nl->buffer, sizeof(nl->buffer));
	while (len >= (ssize_t)sizeof(*first) && first->nlmsg_seq != nl->sequence);
	return len;
}

int netlink_ask(struct netlink *nl, struct nlmsghdr *message, mnl_cb_t answer, void *data)
{
	uint32_t self = mnl_socket_get_portid(nl->socket);
	int rc;

	/* Without a dump the end has to be asked for. */
	if (!(message->nlmsg_flags & NLM_F_DUMP))
		message->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t len = receive(nl);

		if (len < 0)
			return -errno;
		rc = mnl_cb_run(nl->buffer, (size_t)len, nl->sequence, self, answer, data);
	} while (rc > MNL_CB_STOP);
	return rc < 0 ? -errno : 0;
}
