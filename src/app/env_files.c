#include "app/env_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "plan/env.h"
#include "store/replace.h"

enum { ROOM = ENV_LINES * 80 };

static bool says(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char now[ROOM];
	ssize_t n = fd < 0 ? -1 : read(fd, now, sizeof(now));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)len && memcmp(now, text, len) == 0;
}

/* What cannot be made shows when the file is written. */
static void make_directories(const char *path)
{
	char *at = strdup(path);

	for (char *slash = at ? strchr(at + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)!mkdir(at, 0755);
		*slash = '/';
	}
	free(at);
}

static int write_file(const char *path, const struct plan_network *n)
{
	char text[ROOM];
	FILE *to = fmemopen(text, sizeof(text), "w");
	bool written = to && env_write(to, n);
	long len = to ? ftell(to) : 0;

	if (!to || fclose(to) != 0 || !written)
		return -ENOMEM;
	if (says(path, text, (size_t)len))
		return 0;
	make_directories(path);
	return file_replace(path, text, (size_t)len, REPLACE_ATOMIC);
}

void env_files_write(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->network_count; i++) {
		const struct plan_network *n = &plan->networks[i];
		const char *path = n->config->env_file;
		int rc = path && n->subnets ? write_file(path, n) : 0;

		if (rc < 0)
			log_warning("network %s: cannot write %s: %s", n->config->name, path,
				    strerror(-rc));
	}
}
