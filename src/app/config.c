#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* Room for more than CONFIG_MAX, so that a file that is too long is told from one that fits. */
static int make_room(struct config *out, size_t *room)
{
	size_t wanted = *room ? *room * 2 : 65536;
	char *more;

	if (out->len < *room)
		return 0;
	more = realloc(out->text, wanted);
	if (!more)
		return -ENOMEM;
	out->text = more;
	*room = wanted;
	return 0;
}

/* A pipe is opened without waiting for its writer, and then waited for, but not for ever.  It is
 * at its end once something came and nobody is left to write; before, the writer may yet come. */
static int wait_for_writer(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int rc = poll(&poll_fd, 1, CONFIG_PATIENCE * 1000);

	return rc < 0 ? -errno : rc == 0 ? -ETIMEDOUT : poll_fd.revents & POLLIN;
}

/* 1 when there may be more, 0 at the end, −errno. */
static int read_some(int fd, bool pipe, struct config *out, size_t room)
{
	ssize_t n = read(fd, out->text + out->len, room - out->len);

	if (n < 0 && errno != EAGAIN)
		return errno == EINTR ? 1 : -errno;
	if (n > 0)
		out->len += (size_t)n;
	else if (pipe && (n < 0 || !out->len))
		return wait_for_writer(fd);
	return n > 0;
}

static int read_whole(int fd, struct config *out)
{
	size_t room = 0;
	struct stat stat;
	bool pipe = fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode);
	int rc;

	if (!pipe)
		fcntl(fd, F_SETFL, O_RDONLY); /* a terminal's person may take their time */
	do {
		rc = make_room(out, &room);
		if (rc == 0)
			rc = read_some(fd, pipe, out, room);
		if (out->len > CONFIG_MAX)
			return -EFBIG;
	} while (rc > 0);
	return rc;
}

int config_read(struct config *out, const char *file)
{
	bool standard = strcmp(file, "-") == 0;
	int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
			  : open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int rc;

	*out = (struct config) { .file = standard ? "<stdin>" : file };
	if (fd < 0)
		return -errno;
	rc = read_whole(fd, out);
	close(fd);
	if (rc < 0) {
		config_free(out);
		return rc;
	}
	out->cluster = cluster_read(out->file, out->text, out->len, &out->errors);
	if (!out->cluster) {
		config_free(out);
		return -ENOMEM;
	}
	cluster_check(out->cluster, &out->errors);
	return 0;
}

const char *config_unreadable(int rc)
{
	switch (rc) {
	case -EFBIG:
		return "it is longer than 16 MiB";
	case -ETIMEDOUT:
		return "it is a pipe, and nobody writes into it";
	default:
		return strerror(-rc);
	}
}

bool config_report(struct config *config, FILE *to, const char *consequence)
{
	if (config->errors.count)
		errors_print(to, &config->errors, config->file, config->text, config->len,
			     config->errors.error_count ? consequence : NULL);
	else if (config->errors.error_count)
		log_error("memory is short for saying what is wrong with %s", config->file);
	return config->errors.error_count == 0;
}

void config_free(struct config *config)
{
	cluster_free(config->cluster);
	errors_free(&config->errors);
	free(config->text);
	*config = (struct config) { 0 };
}
