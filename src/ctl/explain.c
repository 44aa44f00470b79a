#include "ctl/explain.h"

#include <string.h>
#include <strings.h>

#include "ctl/findings.h"
#include "json.h"
#include "wrap.h"

/* Each line of @yaml, indented. */
static void print_example(FILE *to, const char *label, const char *yaml)
{
	while (*yaml) {
		int len = (int)strcspn(yaml, "\n");

		fprintf(to, "  %-*s%.*s\n", WRAP_INDENT - 2, label, len, yaml);
		yaml += len + 1;
		label = "";
	}
}

void explain_print(FILE *to, const struct explanation *e)
{
	fprintf(to, "%s: %s\n\n", e->code, e->title);
	wrap_print(to, "means", e->meaning);
	wrap_print(to, "because", e->why);
	wrap_print(to, "mend", e->mend);
	if (!e->wrong)
		return;
	fputc('\n', to);
	print_example(to, "wrong", e->wrong);
	fputc('\n', to);
	print_example(to, "right", e->right);
}

void explain_list(FILE *to)
{
	struct explanation e;

	for (size_t i = 0; explain_any_at(i, &e); i++)
		fprintf(to, "%s  %s\n", e.code, e.title);
}

/* -- Of files and of what runs -- */

static size_t plan_codes(void)
{
	struct explanation e;
	size_t count = 0;

	while (explain_at(count, &e))
		count++;
	return count;
}

bool explain_any_at(size_t i, struct explanation *out)
{
	return explain_at(i, out) || finding_explain_at(i - plan_codes(), out);
}

bool explain_any(const char *word, struct explanation *out)
{
	bool bracketed = word[0] == '[';
	size_t len = strcspn(word + bracketed, "]");

	if (explain_find(word, out))
		return true;
	for (size_t i = 0; finding_explain_at(i, out); i++)
		if (strlen(out->code) == len && strncasecmp(word + bracketed, out->code, len) == 0)
			return true;
	return false;
}

static const char *severity_of(const struct explanation *e)
{
	return e->code[0] == 'E' ? "error" : e->code[0] == 'W' ? "warning" : "finding";
}

static json_t *object_of(const struct explanation *e)
{
	json_t *object = json_object();

	json_object_set_new(object, "code", json_text(e->code));
	json_object_set_new(object, "severity", json_text(severity_of(e)));
	json_object_set_new(object, "title", json_text(e->title));
	json_object_set_new(object, "meaning", json_text(e->meaning));
	json_object_set_new(object, "why", json_text(e->why));
	json_object_set_new(object, "mend", json_text(e->mend));
	json_object_set_new(object, "wrong", json_text(e->wrong));
	json_object_set_new(object, "right", json_text(e->right));
	return object;
}

void explain_json(FILE *to, const struct explanation *e)
{
	json_write(to, object_of(e));
}

void explain_list_json(FILE *to)
{
	json_t *array = json_array();
	struct explanation e;

	for (size_t i = 0; explain_any_at(i, &e); i++)
		json_array_append_new(array, object_of(&e));
	json_write(to, array);
}
