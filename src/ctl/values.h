/* Values of an item, for whoever puts it in words; what is not there is "" or 0. */
#ifndef CTL_VALUES_H
#define CTL_VALUES_H

#include "colours.h"
#include "json.h"

const char *value_text(const json_t *item, const char *key);
uint64_t value_number(const json_t *item, const char *key);
bool value_exists(const json_t *item, const char *key);

/* " LABELvalue", where there is one; in its colour; the key itself, where it is true. */
void value_put(FILE *to, const json_t *item, const char *label, const char *key);
void value_put_hued(const struct render *r, const json_t *item, const char *label, const char *key,
		    enum hue hue);
void value_put_flag(FILE *to, const json_t *item, const char *key);

/* The strings of an array. */
void value_put_list(FILE *to, const json_t *list, const char *between);

#endif
