#include "port/unix.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static int address_of(const char *path, struct sockaddr_un *out)
{
	size_t len = strlen(path);

	if (len >= sizeof(out->sun_path))
		return -ENAMETOOLONG;
	*out = (struct sockaddr_un) { .sun_family = AF_UNIX };
	memcpy(out->sun_path, path, len + 1);
	return 0;
}

static int open_socket(int flags)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	return fd < 0 ? -errno : fd;
}

static int connect_to(const char *path, int flags)
{
	struct sockaddr_un to;
	int rc = address_of(path, &to);
	int fd = rc < 0 ? rc : open_socket(flags);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int unix_connect(const char *path)
{
	return connect_to(path, 0);
}

/* A listener whose queue is full is alive too. */
static bool is_alive(const char *path)
{
	int fd = connect_to(path, SOCK_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EAGAIN;
}

static bool is_socket(const char *path)
{
	struct stat stat;

	return lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode);
}

/* The mode that the descriptor has when it is bound becomes the file's: there is no moment at which
 * others could connect. */
static int bind_to(int fd, const struct sockaddr_un *at)
{
	if (fchmod(fd, S_IRUSR | S_IWUSR) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
		return 0;
	if (errno != EADDRINUSE || !is_socket(at->sun_path) || is_alive(at->sun_path))
		return -errno;
	if (unlink(at->sun_path) < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 ? -errno : 0;
}

static int listen_at(struct unix_listener *out, const struct sockaddr_un *at)
{
	struct stat stat;
	int rc = bind_to(out->fd, at);

	if (rc < 0)
		return rc;
	if (listen(out->fd, BACKLOG) < 0 || lstat(at->sun_path, &stat) < 0)
		return -errno;
	out->device = stat.st_dev;
	out->inode = stat.st_ino;
	return 0;
}

int unix_listen(struct unix_listener *out, const char *path)
{
	struct sockaddr_un at;
	int rc = address_of(path, &at);

	*out = (struct unix_listener) { .fd = rc < 0 ? rc : open_socket(SOCK_NONBLOCK) };
	if (out->fd < 0) {
		rc = out->fd;
		out->fd = -1;
		return rc;
	}
	memcpy(out->path, at.sun_path, sizeof(out->path));
	rc = listen_at(out, &at);
	if (rc < 0) {
		close(out->fd);
		out->fd = -1;
	}
	return rc;
}

void unix_close(struct unix_listener *listener)
{
	struct stat stat;

	if (listener->fd < 0)
		return;
	if (lstat(listener->path, &stat) == 0 && stat.st_dev == listener->device &&
	    stat.st_ino == listener->inode)
		unlink(listener->path);
	close(listener->fd);
	listener->fd = -1;
}

static bool may_ask(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	       (who.uid == geteuid() || who.uid == 0);
}

int unix_accept(const struct unix_listener *listener)
{
	int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (may_ask(fd))
		return fd;
	close(fd);
	return -EPERM;
}

pid_t unix_other_process(int fd)
{
	struct ucred who = { .pid = 0 };
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 ? who.pid : 0;
}

ssize_t unix_receive(int fd, void *at, size_t room)
{
	ssize_t n = recv(fd, at, room, MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

ssize_t unix_send(int fd, const void *at, size_t len)
{
	ssize_t n = send(fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}
