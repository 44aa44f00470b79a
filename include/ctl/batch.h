/* Files of commands, as `ip -batch` and `bridge -batch` read them: a command a line, in words that blanks
 * separate; what stands between quotes of either kind is one word; '#' in front of a word begins a comment; a
 * backslash at the end of a line joins the next one to it. */
#ifndef CTL_BATCH_H
#define CTL_BATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "ctl/command.h"

enum { BATCH_WORDS = 64 /* of a command */ };

/* The length of the first command in the @len bytes at @at, without the line feed behind it, those inside
 * included; −1 where more is needed to tell, which after the @last byte is never so. */
ssize_t batch_line(const char *at, size_t len, bool last);

/* Cuts @line into words, in place: how many, 0 in a line without any; −1 and a sentence. */
int batch_words(char *line, char *words[BATCH_WORDS], char why[COMMAND_WHY]);

#endif
