#include "port/local.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int bind_v4(int fd, struct addr addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	memcpy(&sin.sin_addr, addr.octet, sizeof(sin.sin_addr));
	return bind(fd, (struct sockaddr *)&sin, sizeof(sin));
}

static int bind_v6(int fd, struct addr addr)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	memcpy(&sin6.sin6_addr, addr.octet, sizeof(sin6.sin6_addr));
	return bind(fd, (struct sockaddr *)&sin6, sizeof(sin6));
}

/* 0 or −errno. */
static int try_bind(struct addr addr)
{
	bool v6 = addr.family == ADDR_V6;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = (v6 ? bind_v6(fd, addr) : bind_v4(fd, addr)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

bool local_can_bind(struct addr addr)
{
	return try_bind(addr) == 0;
}

bool local_is_missing(struct addr addr)
{
	return try_bind(addr) == -EADDRNOTAVAIL;
}
