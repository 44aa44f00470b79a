#include "scalar.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits @text begins with; *@end is what follows them. */
static enum number take_digits(const char *text, uint64_t *out, const char **end)
{
	enum number result = NUMBER_OK;
	uint64_t value = 0;
	const char *at = text;

	for (; is_digit(*at); at++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			result = NUMBER_BEYOND;
	}
	*end = at;
	if (at == text || (text[0] == '0' && at - text > 1))
		return NUMBER_BAD;
	*out = value;
	return result;
}

enum number scalar_integer(const char *text, uint64_t *out)
{
	bool negative = text[0] == '-';
	enum number result;
	const char *end;

	result = take_digits(text + negative, out, &end);
	if (*end != '\0' || result == NUMBER_BAD)
		return NUMBER_BAD;
	return negative ? NUMBER_BEYOND : result;
}

bool scalar_bool(const char *text, bool *out)
{
	*out = strcmp(text, "true") == 0;
	return *out || strcmp(text, "false") == 0;
}

static uint64_t seconds_in(char unit)
{
	return unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
}

enum number scalar_duration(const char *text, uint64_t *seconds)
{
	enum number result;
	const char *end;
	uint64_t unit;

	if (strcmp(text, "0") == 0) {
		*seconds = 0;
		return NUMBER_OK;
	}
	result = take_digits(text, seconds, &end);
	unit = seconds_in(*end);
	if (result == NUMBER_BAD || unit == 0 || end[1] != '\0')
		return NUMBER_BAD;
	if (__builtin_mul_overflow(*seconds, unit, seconds))
		return NUMBER_BEYOND;
	return result;
}

enum number scalar_rate(const char *text, uint64_t *per_second)
{
	const char *end;
	enum number result = take_digits(text, per_second, &end);

	return strcmp(end, "/s") == 0 ? result : NUMBER_BAD;
}

bool scalar_addr(const char *text, struct addr *out)
{
	char canonical[ADDR_TEXT];

	return addr_parse(text, out) && strcmp(addr_text(*out, canonical), text) == 0;
}

bool scalar_mac(const char *text, struct mac *out)
{
	char canonical[MAC_TEXT];

	return mac_parse(text, out) && strcmp(mac_text(*out, canonical), text) == 0;
}

bool scalar_prefix(const char *text, struct prefix *out)
{
	char canonical[PREFIX_TEXT];

	return prefix_parse(text, out) && strcmp(prefix_text(*out, canonical), text) == 0;
}

static bool is_letter_or_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scalar_name(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > NAME_LENGTH || !is_letter_or_digit(text[0]))
		return false;
	for (; *text; text++)
		if (!is_letter_or_digit(*text) && !strchr("-_.", *text))
			return false;
	return true;
}

bool scalar_interface(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > INTERFACE_LENGTH || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("/:%", *text))
			return false;
	return true;
}
