#include "port/outlet.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

enum { WAIT = 5 }; /* ms for a reader, each time */

/* Is there room for a piece now, or within *@patience ms?  The time waited is taken off. */
static bool has_room(int fd, int *patience)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	/* A signal fails it, and then it has not said that there is room. */
	while (poll(&p, 1, 0) < 1) {
		if (*patience <= 0)
			return false;
		*patience -= WAIT;
		poll(&p, 1, WAIT);
	}
	return true;
}

/* A pipe that has room has it for PIPE_BUF bytes: so much never blocks.  Returns how many were
 * written; an error counts as all of them, for nobody is left to tell when the reader is gone. */
static size_t write_some(int fd, const char *at, size_t len, int *patience)
{
	ssize_t n;

	if (len > PIPE_BUF)
		len = PIPE_BUF;
	if (!has_room(fd, patience))
		return 0;
	n = write(fd, at, len);
	return n < 0 ? len : (size_t)n;
}

static bool write_all(int fd, const char *at, size_t len, int patience)
{
	while (len > 0) {
		size_t n = write_some(fd, at, len, &patience);

		if (n == 0)
			return false;
		at += n;
		len -= n;
	}
	return true;
}

static void say(struct outlet *o, const char *at, size_t len, int patience)
{
	static const char lost[] = "vxs: warning: nobody read here, and lines were lost\n";

	if (o->stuck)
		o->stuck = !write_all(o->fd, lost, sizeof(lost) - 1, 0);
	if (!o->stuck)
		o->stuck = !write_all(o->fd, at, len, patience);
}

void outlet_line(void *outlet, const char *line, size_t len)
{
	say(outlet, line, len, 0);
}

void outlet_text(struct outlet *outlet, const char *text, size_t len)
{
	say(outlet, text, len, OUTLET_PATIENCE);
}
