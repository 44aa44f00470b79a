/* The text of a cluster file before any of it is YAML: characters, and lines that are for the YAML
 * reader itself. */
#include "text.h"

#include <string.h>

#include "base/utf8.h"
#include "document.h"
#include "plan/codes.h"

/* What may stand in the file: libyaml also breaks lines at NEL, LS and PS, which no editor counts.
 */
static bool is_text(uint32_t character)
{
	if (character < 0x20)
		return character == '\n' || character == '\t';
	return !(character >= 0x7f && character < 0xa0) && character != 0x2028 &&
	       character != 0x2029 && character != 0xfeff && (character & 0xfffe) != 0xfffe;
}

const char *text_shown(const char *text, char out[SHOWN])
{
	size_t len = strlen(text), used = 0, bytes;
	uint32_t character;

	for (; len > 0; text += bytes, len -= bytes) {
		bytes = utf8_read(text, len, &character);
		if (bytes == 0 || utf8_is_hidden(character) || !is_text(character)) {
			bytes = bytes ? bytes : 1;
			character = '?';
		}
		if (used + bytes > SHOWN - 4) {
			memcpy(out + used, "...", 4);
			return out;
		}
		if (character == '?')
			out[used++] = '?';
		else {
			memcpy(out + used, text, bytes);
			used += bytes;
		}
	}
	out[used] = '\0';
	return out;
}

/* What a byte that is not UTF-8 probably is. */
static const char *hint_bytes(const char *text, size_t len, size_t at)
{
	if (at == 0 && len > 1 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		return "help: this is UTF-16; save the file as UTF-8";
	return "help: save the file as UTF-8";
}

static const char *hint_character(uint32_t character)
{
	switch (character) {
	case 0x00:
		return "help: this is no text, or it is UTF-16; save the file as UTF-8";
	case 0x0d:
		return "help: end lines with a line feed, or with both";
	case 0x85:
	case 0x2028:
	case 0x2029:
		return "help: it ends a line for YAML, but for no editor; take it out";
	default:
		return "help: it cannot be seen; take it out";
	}
}

/* Directives stand at the beginning and behind a line of "...", and between may be blank lines and
 * comments: there *@open.  libyaml compares each with each; they are refused before it sees them. */
static bool is_directive(bool *open, const char *line, size_t len)
{
	size_t blanks = 0;

	if (*open && len > 0 && line[0] == '%')
		return true;
	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	if (len >= 3 && memcmp(line, "...", 3) == 0)
		*open = true;
	else if (blanks < len && !strchr("#\r\n", line[blanks]))
		*open = false;
	return false;
}

bool text_check(const char *text, size_t len, struct errors *errors)
{
	struct position at = { .line = 1, .column = 1, .length = 1 };
	bool open = true;
	uint32_t character;
	size_t bytes;

	for (size_t i = 0; i < len; i += bytes, at.column++) {
		if (at.column == 1 && is_directive(&open, text + i, len - i)) {
			errors_add(errors, SEVERITY_ERROR, PLAN_E_YAML_FEATURE, at,
				   "help: leave the line out", "directives (%%) are not taken");
			return false;
		}
		bytes = utf8_read(text + i, len - i, &character);
		if (bytes == 0) {
			errors_add(errors, SEVERITY_ERROR, PLAN_E_TEXT, at,
				   hint_bytes(text, len, i), "byte 0x%02x is not UTF-8",
				   (uint8_t)text[i]);
			return false;
		}
		if (character == '\r' && len - i > 1 && text[i + 1] == '\n')
			continue;
		if (!is_text(character)) {
			errors_add(errors, SEVERITY_ERROR, PLAN_E_TEXT, at,
				   hint_character(character),
				   "character U+%04X cannot stand in a cluster file", character);
			return false;
		}
		if (character == '\n') {
			at.line++;
			at.column = 0;
		}
	}
	return true;
}
