/* UNIX sockets: how a process on the same machine asks us.
 *
 * The file is ours alone (0600), and whoever connects is asked for by the kernel: only the same user and
 * root get in.  A file that nobody listens on is a dead daemon's and is replaced; one that somebody
 * listens on is not. */
#ifndef PORT_UNIX_H
#define PORT_UNIX_H

#include <stdint.h>
#include <sys/types.h>

enum { UNIX_PATH = 108 }; /* sun_path */

struct unix_listener {
	int fd; /* −1: none */
	char path[UNIX_PATH];
	dev_t device; /* of the file, so that only our own is removed */
	ino_t inode;
};

/* 0 or −errno: −EADDRINUSE when somebody listens there, −ENAMETOOLONG. */
int unix_listen(struct unix_listener *out, const char *path);

/* Closes, and removes the file unless it is another's by now. */
void unix_close(struct unix_listener *listener);

/* The next one's descriptor, not blocking; −EAGAIN when there is none, −EPERM when a stranger was turned
 * away, else −errno. */
int unix_accept(const struct unix_listener *listener);

/* A blocking descriptor, or −errno (−ECONNREFUSED: nobody listens any more). */
int unix_connect(const char *path);

/* The process at the other end of a connection, as it was when it listened; 0 when it is not one that
 * can be seen from here. */
pid_t unix_other_process(int fd);

/* Takes and gives bytes without waiting, and without SIGPIPE: how many, 0 at the end (of what the
 * other says), −errno. */
ssize_t unix_receive(int fd, void *at, size_t room);
ssize_t unix_send(int fd, const void *at, size_t len);

#endif
