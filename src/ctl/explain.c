#include "ctl/explain.h"

#include <string.h>

#include "json.h"

enum { WIDTH = 78, INDENT = 10 };

/* "  why     " and @text in lines of at most WIDTH columns, all but the first indented. */
static void print_wrapped(FILE *to, const char *label, const char *text)
{
	int column = fprintf(to, "  %-*s", INDENT - 2, label);

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (column > INDENT && column + 1 + len > WIDTH)
			column = fprintf(to, "\n%*s", INDENT, "") - 1;
		else if (column > INDENT)
			column += fprintf(to, " ");
		column += fprintf(to, "%.*s", len, text);
		text += len;
		text += *text == ' ';
	}
	fputc('\n', to);
}

/* Each line of @yaml, indented. */
static void print_example(FILE *to, const char *label, const char *yaml)
{
	while (*yaml) {
		int len = (int)strcspn(yaml, "\n");

		fprintf(to, "  %-*s%.*s\n", INDENT - 2, label, len, yaml);
		yaml += len + 1;
		label = "";
	}
}

void explain_print(FILE *to, const struct explanation *e)
{
	fprintf(to, "%s: %s\n\n", e->code, e->title);
	print_wrapped(to, "means", e->meaning);
	print_wrapped(to, "because", e->why);
	print_wrapped(to, "mend", e->mend);
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

	for (size_t i = 0; explain_at(i, &e); i++)
		fprintf(to, "%s  %s\n", e.code, e.title);
}

static json_t *object_of(const struct explanation *e)
{
	json_t *object = json_object();

	json_object_set_new(object, "code", json_text(e->code));
	json_object_set_new(object, "severity", json_text(e->code[0] == 'E' ? "error" : "warning"));
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

	for (size_t i = 0; explain_at(i, &e); i++)
		json_array_append_new(array, object_of(&e));
	json_write(to, array);
}
