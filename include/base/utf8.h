/* UTF-8, one character at a time (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at the start of the @len bytes at @at; returns its bytes, 0 when there is no valid
 * one. */
size_t utf8_read(const char *at, size_t len, uint32_t *character);

/* A control character, or one that shows nothing or turns the order of what follows: a terminal
 * would obey it, and a reader would not see it. */
bool utf8_is_hidden(uint32_t character);

#endif
