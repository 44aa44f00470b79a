/* Files of a directory that is open and locked. */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <stddef.h>
#include <sys/types.h>

enum {
	FILES_NAME = 32,
	FILES_PATH = 1024, /* of the directory */
};

/* The directory, made where it is missing, with its parents; ours alone, and locked.  A descriptor, or
 * −errno: −EWOULDBLOCK when another process holds the lock, −EPERM when it is somebody else's. */
int files_open_directory(const char *path);

/* For appending; −errno.  @make: anew, and empty. */
int files_open(int dir, const char *name, int make);

/* The whole of a file of at most @most bytes (−EFBIG) into *@at, to be freed.  0 or −errno. */
int files_read(int dir, const char *name, size_t most, char **at, size_t *len);

/* The same of a file that is somebody else's, wherever it is: links are followed. */
int files_read_path(const char *path, size_t most, char **at, size_t *len);

/* All of it, at @offset; 0 or −errno. */
int files_write(int fd, const char *at, size_t len, off_t offset);

/* A name of the kind "state.bad-3" that is free, or the last there can be. */
void files_free_name(int dir, char out[FILES_NAME]);

#endif
