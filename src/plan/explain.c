#include "plan/explain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "told.h"

enum { CODE = sizeof(((struct explanation *)0)->code) };

static const struct title {
	char letter;
	uint16_t number;
	const char *text;
} titles[] = {
#define X(name, number, title) { #name[0], number, title },
	PLAN_CODES(X)
#undef X
};

static const struct told *find_told(const struct told *list, const struct title *title)
{
	for (; list->letter; list++)
		if (list->letter == title->letter && list->number == title->number)
			return list;
	return NULL;
}

bool explain_at(size_t i, struct explanation *out)
{
	const struct title *title = &titles[i];
	const struct told *told;

	if (i >= sizeof(titles) / sizeof(titles[0]))
		return false;
	told = find_told(told_values, title);
	if (!told)
		told = find_told(told_rules, title);
	*out = (struct explanation) { .title = title->text };
	snprintf(out->code, sizeof(out->code), "%c%u", title->letter, title->number);
	if (told) {
		out->meaning = told->meaning;
		out->why = told->why;
		out->mend = told->mend;
		out->wrong = told->wrong;
		out->right = told->right;
	}
	return true;
}

bool explain_find(const char *word, struct explanation *out)
{
	size_t len = strlen(word);

	if (len > 2 && word[0] == '[' && word[len - 1] == ']') {
		word++;
		len -= 2;
	}
	for (size_t i = 0; explain_at(i, out); i++)
		if (strlen(out->code) == len && strncasecmp(word, out->code, len) == 0)
			return true;
	return false;
}

const char *explain_nearest(const char *word, char out[CODE])
{
	struct nearest nearest = nearest_to(word);
	struct explanation e;

	out[0] = '\0';
	for (size_t i = 0; explain_at(i, &e); i++) {
		size_t before = nearest.slips;

		nearest_offer(&nearest, e.code);
		if (nearest.slips != before)
			memcpy(out, e.code, CODE);
	}
	return out[0] ? out : NULL;
}
