/* A network namespace of the test's own: whatever it makes goes with the process. */
#ifndef TESTS_SANDBOX_H
#define TESTS_SANDBOX_H

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline bool sandbox_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && dprintf(fd, "%s", text) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Runs "ip ..." in the namespace; false when it fails. */
static inline bool __attribute__((format(printf, 1, 2))) sandbox_ip(const char *format, ...)
{
	char command[512] = "ip ";
	va_list args;

	va_start(args, format);
	vsnprintf(command + 3, sizeof(command) - 3, format, args);
	va_end(args);
	return system(command) == 0;
}

/* Root makes just the namespace; anybody else becomes root of a user namespace first.  False where
 * the machine does not allow it. */
static inline bool sandbox_enter(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (uid == 0)
		return unshare(CLONE_NEWNET) == 0 && sandbox_ip("link set lo up");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ||
	    !sandbox_write("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!sandbox_write("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return sandbox_write("/proc/self/gid_map", map) && sandbox_ip("link set lo up");
}

#endif
