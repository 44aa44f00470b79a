/* A file replaced as a whole: who reads it sees all of the old or all of the new, also after a
 * power failure. */
#ifndef STORE_REPLACE_H
#define STORE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

enum replace_lasting {
	REPLACE_ATOMIC,  /* nobody sees half of it */
	REPLACE_DURABLE, /* and it is on the disk when we return: waits for the disk */
};

/* Writes @len bytes at @text into a file beside @path and renames it.  Where there is one, its mode and,
 * as far as we may, its owner stay, and a symbolic link is followed; a new one gets 0644 as the umask
 * allows.  0, or −errno and @path is as it was. */
int file_replace(const char *path, const char *text, size_t len, enum replace_lasting lasting);

#endif
