#include "ctl/report.h"

#include <string.h>

#include "json.h"

static const char no_memory[] = "(no memory to say more)";

bool report_format_parse(const char *word, enum report_format *out)
{
	static const char *const words[] = { "text", "json", "github" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) != 0)
			continue;
		*out = (enum report_format)i;
		return true;
	}
	return false;
}

static const char *severity_word(const struct error *error)
{
	return error->severity == SEVERITY_ERROR ? "error" : "warning";
}

/* What follows @label in a hint ("help: ..."), or NULL. */
static const char *hinted(const char *hint, const char *label)
{
	size_t len = strlen(label);

	return hint && strncmp(hint, label, len) == 0 ? hint + len : NULL;
}

/* -- JSON -- */

static json_t *number_or_null(uint32_t number)
{
	return number ? json_integer(number) : json_null();
}

static json_t *error_object(const struct error *error, const char *file)
{
	const struct position *at = &error->at;
	uint32_t column = at->line ? at->column : 0;
	json_t *object = json_object();
	char code[ERROR_CODE];

	json_object_set_new(object, "file", json_text(file));
	json_object_set_new(object, "line", number_or_null(at->line));
	json_object_set_new(object, "column", number_or_null(column));
	json_object_set_new(object, "end_column", number_or_null(column ? column + at->length : 0));
	json_object_set_new(object, "severity", json_text(severity_word(error)));
	json_object_set_new(object, "code",
			    json_text(error->code ? error_code(error, code) : NULL));
	json_object_set_new(object, "message",
			    json_text(error->message ? error->message : no_memory));
	json_object_set_new(object, "help", json_text(hinted(error->hint, "help: ")));
	json_object_set_new(object, "expected", json_text(hinted(error->hint, "expected: ")));
	return object;
}

static void add_objects(json_t *array, struct errors *e, const char *file)
{
	size_t shown = errors_pick(e, ERRORS_KEPT);
	char rest[ERRORS_REST];
	struct error more = { .message = rest };

	for (size_t i = 0; i < shown; i++)
		json_array_append_new(array, error_object(&e->list[i], file));
	if (*errors_rest(e, shown, rest)) {
		more.severity = e->error_count ? SEVERITY_ERROR : SEVERITY_WARNING;
		json_array_append_new(array, error_object(&more, file));
	}
}

static void report_json(FILE *to, const struct report_source *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		add_objects(array, list[i].errors, list[i].file);
	json_write(to, array);
}

/* -- GitHub -- */

/* A command ends with its line, and its properties with ',' and ':'. */
static void put_escaped(FILE *to, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			fprintf(to, "%%%02X", (unsigned char)*text);
		else
			fputc(*text, to);
	}
}

static const char in_property[] = "%\r\n:,", in_data[] = "%\r\n";

static void report_command(FILE *to, const struct error *error, const char *file)
{
	const struct position *at = &error->at;
	char code[ERROR_CODE];

	fprintf(to, "::%s file=", severity_word(error));
	put_escaped(to, file, in_property);
	if (at->line)
		fprintf(to, ",line=%u,col=%u,endColumn=%u", at->line, at->column,
			at->column + at->length);
	fprintf(to, ",title=%s::", error_code(error, code));
	put_escaped(to, error->message ? error->message : no_memory, in_data);
	if (error->hint) {
		fputs("%0A", to);
		put_escaped(to, error->hint, in_data);
	}
	fputc('\n', to);
}

static void report_github(FILE *to, struct errors *e, const char *file)
{
	size_t shown = errors_pick(e, ERRORS_SHOWN);
	char rest[ERRORS_REST];

	for (size_t i = 0; i < shown; i++)
		report_command(to, &e->list[i], file);
	if (*errors_rest(e, shown, rest)) {
		fputs("::notice file=", to);
		put_escaped(to, file, in_property);
		fprintf(to, "::... and %s\n", rest);
	}
}

void report_all(FILE *to, enum report_format format, const struct report_source *list, size_t count)
{
	if (format == REPORT_JSON)
		report_json(to, list, count);
	for (size_t i = 0; i < count && format != REPORT_JSON; i++) {
		if (format == REPORT_TEXT)
			errors_print(to, list[i].errors, list[i].file, list[i].source, list[i].len,
				     NULL);
		else
			report_github(to, list[i].errors, list[i].file);
	}
}

void report_errors(FILE *to, enum report_format format, struct errors *e, const char *file,
		   const char *source, size_t len)
{
	report_all(to, format, &(struct report_source) { e, file, source, len }, 1);
}
