#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

/* -- The directory -- */

/* Every part of @path that is missing. */
static int make_directories(const char *path)
{
	char part[FILES_PATH];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(part))
		return len ? -ENAMETOOLONG : -ENOENT;
	for (size_t end = 1; end <= len; end++) {
		if (path[end] != '/' && path[end] != '\0')
			continue;
		memcpy(part, path, end);
		part[end] = '\0';
		if (mkdir(part, S_IRWXU) < 0 && errno != EEXIST && access(part, F_OK) < 0)
			return -errno;
	}
	return 0;
}

static int claim(int dir)
{
	struct stat stat;

	if (fstat(dir, &stat) < 0)
		return -errno;
	if (stat.st_uid != geteuid())
		return -EPERM;
	if ((stat.st_mode & ALLPERMS) != S_IRWXU && fchmod(dir, S_IRWXU) < 0)
		return -errno;
	return flock(dir, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

int files_open_directory(const char *path)
{
	int rc = make_directories(path), dir;

	if (rc < 0)
		return rc;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	rc = claim(dir);
	if (rc == 0)
		return dir;
	close(dir);
	return rc;
}

void files_free_name(int dir, char out[FILES_NAME])
{
	for (int i = 1; i <= STORE_BAD; i++) {
		snprintf(out, FILES_NAME, "state.bad-%d", i);
		if (faccessat(dir, out, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return;
	}
}

/* -- Files -- */

int files_open(int dir, const char *name, int make)
{
	int fd = openat(dir, name,
			O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT | O_TRUNC : 0),
			S_IRUSR | S_IWUSR);

	return fd < 0 ? -errno : fd;
}

static int read_all(int fd, char *at, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, at + done, len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EIO; /* it was longer just now */
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int read_file(int fd, size_t most, char **at, size_t *len)
{
	struct stat stat;
	int rc;

	if (fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	if ((uint64_t)stat.st_size > most)
		return -EFBIG;
	*len = (size_t)stat.st_size;
	*at = malloc(*len + 1);
	if (!*at)
		return -ENOMEM;
	rc = read_all(fd, *at, *len);
	if (rc == 0)
		return 0;
	free(*at);
	*at = NULL;
	return rc;
}

static int read_and_close(int fd, size_t most, char **at, size_t *len)
{
	int rc = fd < 0 ? -errno : read_file(fd, most, at, len);

	if (fd >= 0)
		close(fd);
	return rc;
}

int files_read(int dir, const char *name, size_t most, char **at, size_t *len)
{
	return read_and_close(openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
			      most, at, len);
}

int files_read_path(const char *path, size_t most, char **at, size_t *len)
{
	return read_and_close(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), most, at, len);
}

int files_write(int fd, const char *at, size_t len, off_t offset)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, at, len, offset);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EIO;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		offset += n > 0 ? n : 0;
	}
	return 0;
}
