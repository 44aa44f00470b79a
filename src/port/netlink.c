#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

uint32_t netlink_id(const struct netlink *nl)
{
	return mnl_socket_get_portid(nl->socket);
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
	uint32_t self = netlink_id(nl);
	int rc;

	/* Without a dump the end has to be asked for.  Each of its two bits alone means something else
	 * (NLM_F_REPLACE, NLM_F_EXCL). */
	if ((message->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
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

/* -- Attributes -- */

static int gather(const struct nlattr *a, void *data)
{
	struct attributes *out = data;
	uint16_t type = mnl_attr_get_type(a);

	if (type < NETLINK_ATTRIBUTES)
		out->at[type] = a;
	return MNL_CB_OK;
}

struct attributes attributes_of(const struct nlmsghdr *message, size_t header_len)
{
	struct attributes out = { 0 };

	mnl_attr_parse(message, (unsigned)header_len, gather, &out);
	return out;
}

struct attributes attributes_in(const struct nlattr *nest)
{
	struct attributes out = { 0 };

	if (nest)
		mnl_attr_parse_nested(nest, gather, &out);
	return out;
}

void attribute_bytes(void *out, size_t size, const struct nlattr *from)
{
	size_t len = from ? mnl_attr_get_payload_len(from) : 0;

	memset(out, 0, size);
	if (from)
		memcpy(out, mnl_attr_get_payload(from), len < size ? len : size);
}

struct addr attribute_addr(uint8_t family, const struct nlattr *from)
{
	uint8_t octet[16];

	attribute_bytes(octet, sizeof(octet), from);
	return family == AF_INET ? addr_v4(octet) : addr_v6(octet);
}
