#include "app/rendezvous.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static const char system_base[] = "/run/vxs", suffix[] = ".sock";

/* "" when there is none. */
static void user_base(char out[UNIX_PATH])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	*out = '\0';
	if (runtime && *runtime == '/')
		snprintf(out, UNIX_PATH, "%s/vxs", runtime);
}

/* -- The daemon's side -- */

static bool make_directory(const char *path)
{
	return mkdir(path, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) == 0 || errno == EEXIST;
}

static bool make_in(const char *base, const char *cluster, const char *node, char path[UNIX_PATH])
{
	int len = snprintf(path, UNIX_PATH, "%s/%s", base, cluster);

	if (len >= UNIX_PATH) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!make_directory(base) || !make_directory(path) || access(path, W_OK) < 0)
		return false;
	if (snprintf(path + len, (size_t)(UNIX_PATH - len), "/%s%s", node, suffix) <
	    UNIX_PATH - len)
		return true;
	errno = ENAMETOOLONG;
	return false;
}

bool rendezvous_make(const char *cluster, const char *node, char path[UNIX_PATH],
		     char why[RENDEZVOUS_WHY])
{
	char base[UNIX_PATH];
	int error;

	if (strchr(cluster, '/') || strchr(node, '/')) {
		snprintf(why, RENDEZVOUS_WHY, "%s/%s is no name for a file", cluster, node);
		return false;
	}
	if (make_in(system_base, cluster, node, path))
		return true;
	error = errno;
	user_base(base);
	if (*base && make_in(base, cluster, node, path))
		return true;
	snprintf(why, RENDEZVOUS_WHY, "%s: %s%s", *base ? base : system_base,
		 strerror(*base ? errno : error), *base ? "" : ", and $XDG_RUNTIME_DIR is not set");
	return false;
}

/* -- The client's side -- */

/* What was found so far. */
struct search {
	const char *node; /* NULL: any */
	unsigned found;
	char path[UNIX_PATH]; /* the first */
	struct text names;
};

static bool is_wanted(const struct search *s, const char *file)
{
	size_t len = strlen(file), tail = sizeof(suffix) - 1;

	if (len <= tail || strcmp(file + len - tail, suffix) != 0)
		return false;
	return !s->node ||
	       (strlen(s->node) == len - tail && strncmp(file, s->node, len - tail) == 0);
}

/* Whoever may not connect cannot tell a dead one from a living one; the complaint comes later. */
static bool is_alive(const char *path)
{
	int fd = unix_connect(path);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EACCES || fd == -EAGAIN;
}

static void look_at(struct search *s, const char *directory, const char *file)
{
	char path[UNIX_PATH];

	if (!is_wanted(s, file) ||
	    snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path) ||
	    !is_alive(path))
		return;
	if (s->found++ == 0)
		memcpy(s->path, path, sizeof(path));
	text_add(&s->names, "%s%s", s->found > 1 ? ", " : "", path);
}

/* Calls @look with each name in @directory. */
static void each_name(struct search *s, const char *directory,
		      void (*look)(struct search *s, const char *directory, const char *name))
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look(s, directory, entry->d_name);
	closedir(dir);
}

static void look_into(struct search *s, const char *base, const char *cluster)
{
	char directory[UNIX_PATH];

	if (snprintf(directory, sizeof(directory), "%s/%s", base, cluster) < (int)sizeof(directory))
		each_name(s, directory, look_at);
}

bool rendezvous_find(const char *node, char path[UNIX_PATH], char why[RENDEZVOUS_WHY])
{
	char names[RENDEZVOUS_WHY - 128], base[UNIX_PATH];
	struct search s = { .node = node, .names = text_in(names, sizeof(names)) };

	user_base(base);
	each_name(&s, system_base, look_into);
	if (*base)
		each_name(&s, base, look_into);
	if (s.found == 1) {
		memcpy(path, s.path, sizeof(s.path));
		return true;
	}
	if (s.found > 1)
		snprintf(why, RENDEZVOUS_WHY, "%u switches run here; say which with --%s: %s%s",
			 s.found, node ? "socket" : "node", names, s.names.cut ? "..." : "");
	else
		snprintf(why, RENDEZVOUS_WHY,
			 "no switch%s%.64s runs here (looked in %s%s%s); `vxs run` starts one",
			 node ? " " : "", node ? node : "", system_base, *base ? " and " : "",
			 base);
	return false;
}
