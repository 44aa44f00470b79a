#include "values.h"

#include <inttypes.h>

const char *value_text(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "";
}

uint64_t value_number(const json_t *item, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(item, key));
}

bool value_exists(const json_t *item, const char *key)
{
	const json_t *value = json_object_get(item, key);

	return value && !json_is_null(value);
}

void value_put(FILE *to, const json_t *item, const char *label, const char *key)
{
	if (value_exists(item, key))
		fprintf(to, " %s%s", label, value_text(item, key));
}

void value_put_hued(const struct render *r, const json_t *item, const char *label, const char *key,
		    enum hue hue)
{
	if (!value_exists(item, key))
		return;
	fprintf(r->to, " %s", label);
	colours_put(r, hue, 0, value_text(item, key));
}

void value_put_flag(FILE *to, const json_t *item, const char *key)
{
	if (json_is_true(json_object_get(item, key)))
		fprintf(to, " %s", key);
}

void value_put_list(FILE *to, const json_t *list, const char *between)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(to, "%s%s", i ? between : "", json_string_value(json_array_get(list, i)));
}
