#include "json_field.h"

#include <strings.h>

static json_t *find_any_case(const json_t *object, const char *name)
{
	/* jansson walks objects that are not const only, and changes nothing. */
	json_t *walked = (json_t *)(uintptr_t)object;

	for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at))
		if (strcasecmp(json_object_iter_key(at), name) == 0)
			return json_object_iter_value(at);
	return NULL;
}

json_t *json_field(const json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	if (!value)
		value = find_any_case(object, name);
	return json_is_null(value) ? NULL : value;
}

bool json_take_bool(const json_t *object, const char *name, bool *out)
{
	const json_t *value = json_field(object, name);

	if (!value)
		return true;
	*out = json_is_true(value);
	return json_is_boolean(value);
}

bool json_take_number(const json_t *object, const char *name, uint64_t most, uint64_t *out)
{
	const json_t *value = json_field(object, name);
	json_int_t number = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || number < 0 || (uint64_t)number > most)
		return false;
	*out = (uint64_t)number;
	return true;
}

bool json_take_text(const json_t *object, const char *name, const char **out)
{
	const json_t *value = json_field(object, name);

	if (!value)
		return true;
	*out = json_string_value(value);
	return json_is_string(value);
}
