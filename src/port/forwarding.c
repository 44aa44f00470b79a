#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "port/route.h"

/* IPv6 knows one switch for all interfaces too: those of single ones only choose between host and
 * router (Documentation/networking/ip-sysctl.rst). */
static const char *switch_of(enum addr_family family)
{
	return family == ADDR_V6 ? "/proc/sys/net/ipv6/conf/all/forwarding"
				 : "/proc/sys/net/ipv4/ip_forward";
}

int forwarding_allow(enum addr_family family)
{
	char now = '0';
	int fd = open(switch_of(family), O_RDONLY | O_CLOEXEC), rc = 1;

	if (fd < 0)
		return -errno;
	if (read(fd, &now, 1) < 0)
		rc = -errno;
	close(fd);
	if (rc < 0 || now != '0')
		return rc < 0 ? rc : 0;
	fd = open(switch_of(family), O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "1\n", 2) < 0)
		rc = -errno;
	close(fd);
	return rc;
}
