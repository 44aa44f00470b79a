/* Base64 (RFC 4648 §4): bytes within JSON. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Characters that @len bytes become, without the NUL. */
#define BASE64_LEN(len) (((len) + 2) / 3 * 4)

/* Writes BASE64_LEN(@len) characters and a NUL. */
void base64_write(char *out, const void *at, size_t len);

/* Reads @len characters; writes at most @len / 4 * 3 bytes, their number to *@out_len.  False where they are
 * no whole groups of the alphabet with padding. */
bool base64_read(const char *at, size_t len, void *out, size_t *out_len);

#endif
