#include "etcd_sockets.h"

#include <unistd.h>

static struct etcd_socket *find(struct etcd_sockets *s, int fd)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].fd == fd)
			return &s->list[i];
	return NULL;
}

static void forget(struct etcd_sockets *s, struct etcd_socket *socket)
{
	int fd = socket->fd;

	*socket = s->list[--s->count];
	s->ops->wait_for(s->ops->context, fd, false, false);
}

/* A descriptor too many is an error, with which curl ends all transfers. */
int etcd_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *context, void *unused)
{
	struct etcd_sockets *s = context;
	struct etcd_socket *at = find(s, fd);
	struct etcd_socket now = { fd, easy, what & CURL_POLL_IN, what & CURL_POLL_OUT };

	(void)unused;
	if (what == CURL_POLL_REMOVE) {
		if (at)
			forget(s, at);
		return 0;
	}
	if (at && at->read == now.read && at->write == now.write) {
		at->easy = easy;
		return 0;
	}
	if (!at && s->count == ETCD_SOCKETS)
		return -1;
	at = at ? at : &s->list[s->count++];
	*at = now;
	s->ops->wait_for(s->ops->context, fd, now.read, now.write);
	return 0;
}

/* Whatever had the number before is no more. */
curl_socket_t etcd_socket_opens(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct etcd_sockets *s = context;
	int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	struct etcd_socket *before = fd < 0 ? NULL : find(s, fd);

	(void)purpose;
	if (before)
		forget(s, before);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

int etcd_socket_closes(void *context, curl_socket_t fd)
{
	struct etcd_sockets *s = context;
	struct etcd_socket *at = find(s, fd);

	if (at)
		forget(s, at);
	return close(fd);
}

void etcd_sockets_forget_transfer(struct etcd_sockets *s, const CURL *easy)
{
	for (size_t i = s->count; i-- > 0;)
		if (s->list[i].easy == easy)
			forget(s, &s->list[i]);
}

void etcd_sockets_forget(struct etcd_sockets *s)
{
	while (s->count > 0)
		forget(s, &s->list[0]);
}
