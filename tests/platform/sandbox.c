#include "sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 32 };

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len = (ssize_t)strlen(text);
	bool written = fd >= 0 && write(fd, text, (size_t)len) == len;

	if (fd >= 0)
		close(fd);
	return written;
}

/* Root inside is whoever we were outside. */
static bool enter_user_namespace(void)
{
	char uids[40], gids[40];

	snprintf(uids, sizeof(uids), "0 %u 1", getuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getgid());
	return unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids);
}

bool sandbox_enter(void)
{
	if (unshare(CLONE_NEWNET) != 0 && (!enter_user_namespace() || unshare(CLONE_NEWNET) != 0))
		return false;
	return sandbox_ip("link set lo up");
}

int sandbox_here(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	assert(fd >= 0);
	return fd;
}

void sandbox_move(int fd)
{
	int result = setns(fd, CLONE_NEWNET);

	assert(result == 0);
}

int sandbox_another(void)
{
	int here = sandbox_here(), there = -1;

	if (unshare(CLONE_NEWNET) == 0 && sandbox_ip("link set lo up"))
		there = sandbox_here();
	sandbox_move(here);
	close(here);
	return there;
}

static bool run(char *const words[])
{
	char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, words[0], NULL, NULL, words, environment) != 0)
		return false;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool sandbox_ip(const char *format, ...)
{
	char command[256], *rest = command, *words[WORDS_MAX] = { "ip" };
	size_t n = 1;
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	while (n < WORDS_MAX - 1 && (words[n] = strsep(&rest, " ")))
		n++;
	words[n] = NULL;
	return run(words);
}

int sandbox_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) == 0)
		return fd;
	close(fd);
	return -1;
}

int sandbox_udp(uint32_t address, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), result;

	at.sin_addr.s_addr = htonl(address);
	result = bind(fd, (const struct sockaddr *)&at, sizeof(at));
	assert(result == 0);
	return fd;
}

bool sandbox_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 1000) == 1 && p.revents & POLLIN;
}
