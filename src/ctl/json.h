/* Building JSON with jansson: what its users here share. */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <jansson.h>
#include <stdio.h>

/* @text as a string, bytes that are not UTF-8 (a file may be named so) as '?'; NULL as null. */
json_t *json_text(const char *text);

/* Writes @value, readable, with a line feed behind it, and gives it up. */
void json_write(FILE *to, json_t *value);

#endif
