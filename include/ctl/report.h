/* What is wrong with a cluster file, for people or for programs.
 *
 * text: errors_print().  json: an array of objects with the keys file, line, column, end_column
 * (the first behind the place), severity, code, message, help and expected; what there is none of
 * is null.  github: workflow commands, which GitHub shows beside the lines of a change. */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include <stdio.h>

#include "base/error.h"

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_GITHUB };

/* True where @word names a format. */
bool report_format_parse(const char *word, enum report_format *out);

/* Writes @e about @file, whose text is the @len bytes at @source.  JSON has all that were kept, and
 * one object without a code for the others; the other two have ERRORS_SHOWN and say how many more
 * there are.  Sorts @e. */
void report_errors(FILE *to, enum report_format format, struct errors *e, const char *file,
		   const char *source, size_t len);

/* The same of several files at once, a cluster file and what belongs to it. */
struct report_source {
	struct errors *errors;
	const char *file, *source;
	size_t len;
};

void report_all(FILE *to, enum report_format format, const struct report_source *list,
		size_t count);

#endif
