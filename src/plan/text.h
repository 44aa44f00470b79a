/* The text of a cluster file before any of it is YAML. */
#ifndef PLAN_TEXT_H
#define PLAN_TEXT_H

#include "base/error.h"

/* UTF-8 without control characters, nor lines that change how YAML is read.  Reports the first
 * place where it is not, behind which nothing could be understood, and returns false. */
bool text_check(const char *text, size_t len, struct errors *errors);

/* @text as a message can show it: cut, and without what a terminal would obey. */
enum { SHOWN = 64 };
const char *text_shown(const char *text, char out[SHOWN]);

#endif
