#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

struct text text_in(char *buffer, size_t size)
{
	assert(size > 0);
	buffer[0] = '\0';
	return (struct text) { .at = buffer, .size = size };
}

void text_add(struct text *t, const char *format, ...)
{
	size_t space = t->size - t->len;
	va_list args;
	int wanted;

	va_start(args, format);
	wanted = vsnprintf(t->at + t->len, space, format, args);
	va_end(args);

	/* Negative only for a text that cannot be encoded: the C library leaves its bytes open. */
	if (wanted < 0) {
		t->at[t->len] = '\0';
		t->cut = true;
	} else if ((size_t)wanted >= space) {
		t->len = t->size - 1;
		t->cut = true;
	} else {
		t->len += (size_t)wanted;
	}
}

void text_tame(char *words)
{
	for (; *words; words++) {
		if ((unsigned char)*words < ' ' || *words == '\x7f')
			*words = '?';
	}
}
