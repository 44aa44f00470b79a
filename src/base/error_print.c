#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"

enum {
	WINDOW = 160,       /* characters of a source line that are shown ... */
	WINDOW_BEFORE = 60, /* ... beginning this many before the place, where it lies far right */
	TAB = 8,
};

/* The source text, walked forward only: errors are printed in its order, and so a line of 16 MiB
 * with an error at each end is gone through once. */
struct walk {
	const char *at, *end;
	uint32_t line;
	uint32_t before; /* characters of the line before `at` */
};

/* The character at @at; a byte that belongs to none counts as one of its own. */
static size_t next_character(const char *at, const char *end, uint32_t *character)
{
	size_t bytes = utf8_read(at, (size_t)(end - at), character);

	if (bytes > 0)
		return bytes;
	*character = 0xfffd;
	return 1;
}

/* Moves to the start of @line; false when the text has fewer. */
static bool walk_to_line(struct walk *walk, uint32_t line)
{
	while (walk->line < line) {
		const char *newline = memchr(walk->at, '\n', (size_t)(walk->end - walk->at));

		if (!newline)
			return false;
		walk->at = newline + 1;
		walk->line++;
		walk->before = 0;
	}
	return true;
}

/* Moves @before characters into the line, which ends at @end. */
static void walk_into(struct walk *walk, uint32_t before, const char *end)
{
	uint32_t character;

	while (walk->before < before && walk->at < end) {
		walk->at += next_character(walk->at, end, &character);
		walk->before++;
	}
}

/* Where the line at @walk ends. */
static const char *line_end(const struct walk *walk)
{
	const char *end = memchr(walk->at, '\n', (size_t)(walk->end - walk->at));

	if (!end)
		end = walk->end;
	return end > walk->at && end[-1] == '\r' ? end - 1 : end;
}

/* What a terminal would obey or show nothing of becomes '?'. */
static bool is_masked(uint32_t character)
{
	return character == 0xfffd || (utf8_is_hidden(character) && character != '\t');
}

/* Columns that @character takes on a terminal when it stands in @column, counted from 0. */
static int width_of(uint32_t character, int column)
{
	int width;

	if (character == '\t')
		return TAB - column % TAB;
	width = is_masked(character) ? 1 : wcwidth((wchar_t)character);
	return width < 0 ? 1 : width;
}

/* What is shown of a line: from @at on. */
static void print_line(FILE *to, const char *at, const char *end, bool cut)
{
	uint32_t character, shown;

	fputs(cut ? "..." : "", to);
	for (shown = 0; at < end && shown < WINDOW; shown++) {
		size_t bytes = next_character(at, end, &character);

		if (is_masked(character))
			fputc('?', to);
		else
			fwrite(at, 1, bytes, to);
		at += bytes;
	}
	fputs(at < end ? "...\n" : "\n", to);
}

/* Under it, from @column on: blanks as wide as the @before characters before the place, tabs kept,
 * then the caret and its tail, all within what is shown. */
static void print_caret(FILE *to, const char *at, const char *end, int column, uint32_t before,
			uint32_t length)
{
	uint32_t shown, character;

	for (shown = 0; at < end && shown < before; shown++) {
		at += next_character(at, end, &character);
		if (character == '\t')
			fputc('\t', to);
		else
			fprintf(to, "%*s", width_of(character, column), "");
		column += width_of(character, column);
	}
	fputc('^', to);
	for (uint32_t i = 0; i < length && at < end && shown < WINDOW; i++, shown++) {
		at += next_character(at, end, &character);
		for (int w = width_of(character, column); w > (i == 0); w--)
			fputc('~', to);
		column += width_of(character, column);
	}
	fputc('\n', to);
}

static void print_source(FILE *to, struct walk *walk, struct position place)
{
	uint32_t before = place.column > 0 ? place.column - 1 : 0;
	uint32_t skip = before >= WINDOW_BEFORE + WINDOW / 2 ? before - WINDOW_BEFORE : 0;
	const char *end;
	int margin;

	if (place.line == 0 || !walk_to_line(walk, place.line))
		return;
	end = line_end(walk);
	walk_into(walk, skip, end);
	margin = fprintf(to, "%5u | ", place.line);
	print_line(to, walk->at, end, skip > 0);
	fprintf(to, "%*s | %s", margin - 3, "", skip > 0 ? "   " : "");
	print_caret(to, walk->at, end, margin + (skip > 0 ? 3 : 0), before - skip, place.length);
}

static void print_error(FILE *to, const struct error *error, const char *file, struct walk *walk)
{
	char code[ERROR_CODE];

	fprintf(to, "%s:", file);
	if (error->at.line > 0)
		fprintf(to, "%u:%u:", error->at.line, error->at.column);
	fprintf(to, " %s: %s [%s]\n", error->severity == SEVERITY_ERROR ? "error" : "warning",
		error->message ? error->message : "(no memory to say more)",
		error_code(error, code));
	print_source(to, walk, error->at);
	if (error->hint)
		fprintf(to, "  %s\n", error->hint);
}

static void print_counts(FILE *to, const struct errors *e, size_t shown, const char *consequence)
{
	char rest[ERRORS_REST];

	if (*errors_rest(e, shown, rest))
		fprintf(to, "... and %s\n", rest);
	if (e->error_count > 0)
		fprintf(to, "%zu error%s%s", e->error_count, text_plural(e->error_count),
			e->warning_count > 0 ? ", " : ".");
	if (e->warning_count > 0)
		fprintf(to, "%zu warning%s.", e->warning_count, text_plural(e->warning_count));
	fprintf(to, "%s%s\n", consequence ? " " : "", consequence ? consequence : "");
}

void errors_print(FILE *to, struct errors *e, const char *file, const char *source, size_t len,
		  const char *consequence)
{
	struct walk walk = { .at = source, .end = source + len, .line = 1 };
	size_t shown = errors_pick(e, ERRORS_SHOWN);
	locale_t utf8, old;

	if (e->error_count + e->warning_count == 0)
		return;
	/* wcwidth() answers for the thread's locale, and the daemon runs in "C". */
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	old = utf8 ? uselocale(utf8) : (locale_t)0;

	for (size_t i = 0; i < shown; i++)
		print_error(to, &e->list[i], file, &walk);
	print_counts(to, e, shown, consequence);

	if (utf8) {
		uselocale(old);
		freelocale(utf8);
	}
}
