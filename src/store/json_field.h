/* Fields of JSON objects that came from outside, by names whose case does not matter (Go reads them so). */
#ifndef STORE_JSON_FIELD_H
#define STORE_JSON_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The field called @name, the very name before one that differs in case; NULL for none, and for null. */
json_t *json_field(const json_t *object, const char *name);

/* Each leaves @out as it was where there is no such field; false where it is of another kind, or the
 * number is beyond 0..@most. */
bool json_take_bool(const json_t *object, const char *name, bool *out);
bool json_take_number(const json_t *object, const char *name, uint64_t most, uint64_t *out);
bool json_take_text(const json_t *object, const char *name, const char **out);

#endif
