/* Words about single values and lists. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "words.h"

void words_add(struct words *w, const char *format, ...)
{
	va_list args;

	if (w->count++)
		fputs(", ", w->to);
	va_start(args, format);
	vfprintf(w->to, format, args);
	va_end(args);
}

void words_text(struct words *w, const char *name, const char *old, const char *new)
{
	if (!old)
		old = "none";
	if (!new)
		new = "none";
	if (strcmp(old, new) != 0)
		words_add(w, "%s %s -> %s", name, old, new);
}

void words_number(struct words *w, const char *name, uint64_t old, uint64_t new)
{
	if (old != new)
		words_add(w, "%s %" PRIu64 " -> %" PRIu64, name, old, new);
}

void words_bool(struct words *w, const char *name, bool old, bool new)
{
	words_text(w, name, old ? "true" : "false", new ? "true" : "false");
}

void words_addr(struct words *w, const char *name, struct addr old, struct addr new)
{
	char a[ADDR_TEXT], b[ADDR_TEXT];

	words_text(w, name, old.family ? addr_text(old, a) : NULL,
		   new.family ? addr_text(new, b) : NULL);
}

static bool grow(struct lines *l)
{
	size_t room = l->room ? 2 * l->room : 16;
	char **list;

	if (l->count < l->room)
		return true;
	list = reallocarray(l->list, room, sizeof(*list));
	if (!list)
		return false;
	l->list = list;
	l->room = room;
	return true;
}

void lines_add(struct lines *l, const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		line = NULL;
	va_end(args);
	if (line && grow(l)) {
		l->list[l->count++] = line;
		return;
	}
	free(line);
	l->no_memory = true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_sort(struct lines *l)
{
	if (l->count)
		qsort(l->list, l->count, sizeof(*l->list), compare);
}

static void lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->list[i]);
	free(l->list);
}

/* Before 0: the old list's next line comes first; 0: both have it; above: the new one's. */
static int order(const struct lines *old, size_t i, const struct lines *new, size_t j)
{
	if (i == old->count || j == new->count)
		return i == old->count ? 1 : -1;
	return strcmp(old->list[i], new->list[j]);
}

void words_lists(struct words *w, const char *name, struct lines *old, struct lines *new)
{
	size_t i = 0, j = 0;

	lines_sort(old);
	lines_sort(new);
	while (i < old->count || j < new->count) {
		int first = order(old, i, new, j);

		if (first < 0)
			words_add(w, "%s - %s", name, old->list[i]);
		else if (first > 0)
			words_add(w, "%s + %s", name, new->list[j]);
		i += first <= 0;
		j += first >= 0;
	}
	if (old->no_memory || new->no_memory)
		words_add(w, "%s: memory is short", name);
	lines_free(old);
	lines_free(new);
}
