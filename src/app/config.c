#include "app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads one byte more than allowed, so that a file that is too long is told from one that fits. */
static int read_whole(int fd, struct config *out)
{
	size_t room = 0;

	for (;;) {
		ssize_t n;

		if (out->len == room) {
			char *more;

			room = room ? room * 2 : 65536;
			more = realloc(out->text, room);
			if (!more)
				return -ENOMEM;
			out->text = more;
		}
		n = read(fd, out->text + out->len, room - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		out->len += (size_t)n;
		if (out->len > CONFIG_MAX)
			return -EFBIG;
	}
}

int config_read(struct config *out, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int rc;

	*out = (struct config) { .file = file };
	if (fd < 0)
		return -errno;
	rc = read_whole(fd, out);
	close(fd);
	if (rc < 0) {
		config_free(out);
		return rc;
	}
	out->cluster = cluster_read(file, out->text, out->len, &out->errors);
	if (!out->cluster) {
		config_free(out);
		return -ENOMEM;
	}
	cluster_check(out->cluster, &out->errors);
	return 0;
}

bool config_report(struct config *config, const char *consequence)
{
	if (config->errors.count)
		errors_print(stderr, &config->errors, config->file, config->text, config->len,
			     config->errors.error_count ? consequence : NULL);
	return config->errors.error_count == 0;
}

void config_free(struct config *config)
{
	cluster_free(config->cluster);
	errors_free(&config->errors);
	free(config->text);
	*config = (struct config) { 0 };
}
