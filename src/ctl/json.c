#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

json_t *json_text(const char *text)
{
	char *clean = text ? strdup(text) : NULL;
	size_t len = clean ? strlen(clean) : 0, bytes;
	uint32_t character;
	json_t *made;

	for (size_t i = 0; i < len; i += bytes) {
		bytes = utf8_read(clean + i, len - i, &character);
		if (bytes == 0) {
			clean[i] = '?';
			bytes = 1;
		}
	}
	made = clean ? json_string(clean) : json_null();
	free(clean);
	return made;
}

void json_write(FILE *to, json_t *value)
{
	json_dumpf(value, to, JSON_INDENT(2));
	fputc('\n', to);
	json_decref(value);
}
