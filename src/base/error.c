#include "base/error.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"
#include "base/utf8.h"

enum {
	WINDOW = 160,       /* characters of a source line that are shown ... */
	WINDOW_BEFORE = 60, /* ... beginning this many before the place, where it lies far right */
};

/* The source text, walked forward only: errors are printed in its order. */
struct walk {
	const char *at, *end;
	uint32_t line;
};

static struct error *errors_place(struct errors *e)
{
	if (e->count == ERRORS_KEPT)
		return NULL;
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : 16;
		struct error *list = reallocarray(e->list, room, sizeof(*list));

		if (!list)
			return NULL;
		e->list = list;
		e->room = room;
	}
	return &e->list[e->count];
}

void errors_add(struct errors *e, enum severity severity, uint16_t code, struct position at,
		const char *hint, const char *format, ...)
{
	struct error error = { .severity = severity, .code = code, .at = at };
	struct error *place;
	va_list args;

	if (severity == SEVERITY_ERROR)
		e->error_count++;
	else
		e->warning_count++;
	place = errors_place(e);
	if (!place)
		return;

	va_start(args, format);
	if (vasprintf(&error.message, format, args) < 0)
		error.message = NULL;
	va_end(args);
	error.hint = hint ? strdup(hint) : NULL;
	*place = error;
	e->count++;
}

void errors_free(struct errors *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->list[i].message);
		free(e->list[i].hint);
	}
	free(e->list);
	*e = (struct errors) { 0 };
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_errors(const void *left, const void *right)
{
	const struct error *a = left, *b = right;
	int order = compare_numbers(a->at.line, b->at.line);

	if (order == 0)
		order = compare_numbers(a->at.column, b->at.column);
	return order != 0 ? order : compare_numbers(a->code, b->code);
}

/* Moves to the start of @line; false when the text has fewer. */
static bool walk_to(struct walk *walk, uint32_t line)
{
	while (walk->line < line) {
		const char *newline = memchr(walk->at, '\n', (size_t)(walk->end - walk->at));

		if (!newline)
			return false;
		walk->at = newline + 1;
		walk->line++;
	}
	return true;
}

/* The character at @at; a byte that belongs to none counts as one of its own. */
static size_t next_character(const char *at, const char *end, uint32_t *character)
{
	size_t bytes = utf8_read(at, (size_t)(end - at), character);

	if (bytes > 0)
		return bytes;
	*character = 0xfffd;
	return 1;
}

static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* Columns that @character takes on a terminal. */
static int width_of(uint32_t character)
{
	int width = wcwidth((wchar_t)character);

	return width < 0 ? 1 : width;
}

/* The part of the line shown: from character @skip on.  What a terminal would obey or could not
 * show becomes '?'. */
static void print_line(FILE *to, const char *at, const char *end, uint32_t skip)
{
	uint32_t character;

	for (uint32_t column = 0; at < end && column < skip + WINDOW; column++) {
		size_t bytes = next_character(at, end, &character);

		if (column >= skip) {
			if ((is_control(character) && character != '\t') || character == 0xfffd)
				fputc('?', to);
			else
				fwrite(at, 1, bytes, to);
		}
		at += bytes;
	}
}

/* Blanks as wide as the characters before the place, tabs kept, then the caret and its tail. */
static void print_caret(FILE *to, const char *at, const char *end, uint32_t skip,
			struct position place)
{
	uint32_t length = place.length, column, character;

	for (column = 1; at < end && column < place.column; column++) {
		at += next_character(at, end, &character);
		if (column <= skip)
			continue;
		if (character == '\t')
			fputc('\t', to);
		else
			fprintf(to, "%*s", width_of(character), "");
	}
	fputc('^', to);
	for (uint32_t i = 0; i < length && i < WINDOW && at < end; i++) {
		at += next_character(at, end, &character);
		for (int w = width_of(character); w > (i == 0); w--)
			fputc('~', to);
	}
	fputc('\n', to);
}

static void print_source(FILE *to, struct walk *walk, struct position place)
{
	uint32_t skip =
		place.column > WINDOW_BEFORE + WINDOW / 2 ? place.column - WINDOW_BEFORE : 0;
	const char *end;

	if (place.line == 0 || !walk_to(walk, place.line))
		return;
	end = memchr(walk->at, '\n', (size_t)(walk->end - walk->at));
	if (!end)
		end = walk->end;
	if (end > walk->at && end[-1] == '\r')
		end--;
	fprintf(to, "%5u | ", place.line);
	print_line(to, walk->at, end, skip);
	fprintf(to, "\n%5s | ", "");
	print_caret(to, walk->at, end, skip, place);
}

static void print_error(FILE *to, const struct error *error, const char *file, struct walk *walk)
{
	bool is_error = error->severity == SEVERITY_ERROR;

	fprintf(to, "%s:", file);
	if (error->at.line > 0)
		fprintf(to, "%u:%u:", error->at.line, error->at.column);
	fprintf(to, " %s: %s [%c%u]\n", is_error ? "error" : "warning",
		error->message ? error->message : "(no memory to say more)", is_error ? 'E' : 'W',
		error->code);
	print_source(to, walk, error->at);
	if (error->hint)
		fprintf(to, "  %s\n", error->hint);
}

static void print_counts(FILE *to, const struct errors *e)
{
	if (e->error_count > 0)
		fprintf(to, "%zu error%s%s", e->error_count, text_plural(e->error_count),
			e->warning_count > 0 ? ", " : ".");
	if (e->warning_count > 0)
		fprintf(to, "%zu warning%s.", e->warning_count, text_plural(e->warning_count));
}

void errors_print(FILE *to, struct errors *e, const char *file, const char *source, size_t len,
		  const char *consequence)
{
	struct walk walk = { .at = source, .end = source + len, .line = 1 };
	size_t total = e->error_count + e->warning_count;
	locale_t utf8, old;

	if (total == 0)
		return;
	/* wcwidth() answers for the thread's locale, and the daemon runs in "C". */
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	old = utf8 ? uselocale(utf8) : (locale_t)0;

	if (e->count > 1)
		qsort(e->list, e->count, sizeof(*e->list), compare_errors);
	for (size_t i = 0; i < e->count && i < ERRORS_SHOWN; i++)
		print_error(to, &e->list[i], file, &walk);
	if (total > ERRORS_SHOWN)
		fprintf(to, "... and %zu more\n", total - ERRORS_SHOWN);
	print_counts(to, e);
	if (consequence)
		fprintf(to, " %s", consequence);
	fputc('\n', to);

	if (utf8) {
		uselocale(old);
		freelocale(utf8);
	}
}
