/* A bounded piece of text under construction: what `show`, `trace` and the log write into.
 * Writing beyond the end cuts the text and remembers that it did; the text always ends in NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *at;    /* the caller's buffer, always NUL-terminated */
	size_t size; /* of the buffer, at least 1 */
	size_t len;  /* characters written so far, less than size */
	bool cut;    /* something did not fit */
};

/* An empty text in @buffer of @size (≥ 1) bytes. */
struct text text_in(char *buffer, size_t size);

/* Appends as printf does. */
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes one harmless line of words that came from outside: control characters, which a terminal
 * would obey, become '?'. */
void text_tame(char *words);

/* What a noun ends in when there are @count of it. */
static inline const char *text_plural(size_t count)
{
	return count == 1 ? "" : "s";
}

#endif
