/* Labelled sentences for people. */
#ifndef CTL_WRAP_H
#define CTL_WRAP_H

#include <stdio.h>

enum { WRAP_WIDTH = 78, WRAP_INDENT = 10 };

/* "  why     " and @text in lines of at most WRAP_WIDTH columns, all but the first indented. */
void wrap_print(FILE *to, const char *label, const char *text);

#endif
