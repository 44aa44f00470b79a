#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Room for an error where only warnings could give way: the latest of them goes. */
static struct error *displace_warning(struct errors *e)
{
	struct error *last = &e->list[e->count - 1];

	while (last->severity != SEVERITY_WARNING)
		last--;
	free(last->message);
	free(last->hint);
	memmove(last, last + 1, (size_t)(&e->list[e->count] - (last + 1)) * sizeof(*last));
	e->count--;
	e->kept_warnings--;
	return &e->list[e->count];
}

bool errors_are_full(const struct errors *e)
{
	return e->count == ERRORS_KEPT && e->kept_warnings == 0;
}

static struct error *errors_place(struct errors *e, enum severity severity)
{
	if (e->count == ERRORS_KEPT)
		return severity == SEVERITY_ERROR && e->kept_warnings > 0 ? displace_warning(e)
									  : NULL;
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

void errors_vadd(struct errors *e, enum severity severity, uint16_t code, struct position at,
		 const char *hint, const char *format, va_list args)
{
	struct error error = { .severity = severity, .code = code, .at = at };
	struct error *place;

	if (severity == SEVERITY_ERROR)
		e->error_count++;
	else
		e->warning_count++;
	place = errors_place(e, severity);
	if (!place)
		return;

	if (vasprintf(&error.message, format, args) < 0)
		error.message = NULL;
	error.hint = hint ? strdup(hint) : NULL;
	*place = error;
	e->count++;
	e->kept_warnings += severity == SEVERITY_WARNING;
}

void errors_add(struct errors *e, enum severity severity, uint16_t code, struct position at,
		const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errors_vadd(e, severity, code, at, hint, format, args);
	va_end(args);
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

/* -- Which, and in which order -- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right)
{
	const struct error *a = left, *b = right;
	int order = compare_numbers(a->at.line, b->at.line);

	if (order == 0)
		order = compare_numbers(a->at.column, b->at.column);
	return order != 0 ? order : compare_numbers(a->code, b->code);
}

static int by_severity(const void *left, const void *right)
{
	const struct error *a = left, *b = right;
	int order = compare_numbers(a->severity, b->severity);

	return order != 0 ? order : by_place(left, right);
}

size_t errors_pick(struct errors *e, size_t most)
{
	size_t picked = e->count < most ? e->count : most;

	if (e->count > most)
		qsort(e->list, e->count, sizeof(*e->list), by_severity);
	if (picked > 1)
		qsort(e->list, picked, sizeof(*e->list), by_place);
	return picked;
}

/* -- In words -- */

const char *errors_rest(const struct errors *e, size_t shown, char out[ERRORS_REST])
{
	size_t errors = e->error_count, warnings = e->warning_count;
	struct text text = text_in(out, ERRORS_REST);

	for (size_t i = 0; i < shown; i++) {
		if (e->list[i].severity == SEVERITY_ERROR)
			errors--;
		else
			warnings--;
	}
	if (errors)
		text_add(&text, "%zu more error%s%s", errors, text_plural(errors),
			 warnings ? ", " : "");
	if (warnings)
		text_add(&text, "%zu more warning%s", warnings, text_plural(warnings));
	return out;
}

const char *error_code(const struct error *error, char out[ERROR_CODE])
{
	snprintf(out, ERROR_CODE, "%c%u", error->severity == SEVERITY_ERROR ? 'E' : 'W',
		 error->code);
	return out;
}
