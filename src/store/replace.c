#include "store/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_NEW = 0644 };

static int write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* As the file before, if there is one. */
static int keep_mode(int fd, const char *path)
{
	struct stat old;

	if (stat(path, &old) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fchown(fd, old.st_uid, old.st_gid) < 0 && errno != EPERM)
		return -errno;
	return fchmod(fd, old.st_mode & ALLPERMS) < 0 ? -errno : 0;
}

static int fill(int fd, const char *path, const char *text, size_t len,
		enum replace_lasting lasting)
{
	int rc = write_all(fd, text, len);

	if (rc == 0)
		rc = keep_mode(fd, path);
	if (rc == 0 && lasting == REPLACE_DURABLE && fsync(fd) < 0)
		rc = -errno;
	return rc;
}

/* The name itself is durable once its directory is. */
static int sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int rc = fd < 0 || fsync(fd) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	free(directory);
	return rc;
}

/* What a process of this number left behind goes first. */
static int write_beside(const char *beside, const char *path, const char *text, size_t len,
			enum replace_lasting lasting)
{
	int fd, rc;

	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_NEW);
	if (fd < 0)
		return -errno;
	rc = fill(fd, path, text, len, lasting);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(beside, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(beside);
	return rc;
}

int file_replace(const char *path, const char *text, size_t len, enum replace_lasting lasting)
{
	char *real = realpath(path, NULL), *beside = NULL;
	const char *at = real ? real : path;
	int rc = -ENOMEM;

	if (asprintf(&beside, "%s.new-%d", at, (int)getpid()) >= 0) {
		rc = write_beside(beside, at, text, len, lasting);
		if (rc == 0 && lasting == REPLACE_DURABLE)
			rc = sync_directory(at);
		free(beside);
	}
	free(real);
	return rc;
}
