#include "ctl/findings.h"

#include <string.h>

#include "base/text.h"
#include "json.h"
#include "wrap.h"

static const struct explained {
	enum finding_code code;
	const char *title, *means, *because, *mend;
} explained[] = {
#define X(name, number, title, means, because, mend) \
	{ FINDING_##name, title, means, because, mend },
	FINDINGS(X)
#undef X
};

bool finding_explain_at(size_t i, struct explanation *out)
{
	if (i >= sizeof(explained) / sizeof(explained[0]))
		return false;
	*out = (struct explanation) { .title = explained[i].title,
				      .meaning = explained[i].means,
				      .why = explained[i].because,
				      .mend = explained[i].mend };
	snprintf(out->code, sizeof(out->code), "D%d", explained[i].code);
	return true;
}

/* -- For people -- */

/* Words are wrapped, commands stay whole. */
static void print_mend(FILE *to, const char *lines)
{
	const char *label = "mend";
	char line[FINDING_TEXT];

	while (*lines) {
		size_t len = strcspn(lines, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, lines);
		if (line[0] == '$')
			fprintf(to, "  %-8s%s\n", label, line);
		else
			wrap_print(to, label, line);
		label = "";
		lines += len + (lines[len] != '\0');
	}
}

void findings_print(FILE *to, const struct finding *list, size_t count, unsigned networks,
		    unsigned members)
{
	for (size_t i = 0; i < count; i++) {
		fprintf(to, "D%d: %s\n", list[i].code, list[i].what);
		wrap_print(to, "known", list[i].known);
		print_mend(to, list[i].mend);
		fputc('\n', to);
	}
	if (count)
		fprintf(to, "%zu finding%s; `vxs explain D%d` says more\n", count,
			text_plural(count), list[0].code);
	else
		fprintf(to, "nothing wrong found: %u network%s, %u probe%s to other nodes\n",
			networks, text_plural(networks), members, text_plural(members));
}

/* -- For programs -- */

static json_t *object_of(const struct finding *f)
{
	json_t *object = json_object();
	char code[8];

	snprintf(code, sizeof(code), "D%d", f->code);
	json_object_set_new(object, "code", json_string(code));
	json_object_set_new(object, "network", json_text(*f->network ? f->network : NULL));
	json_object_set_new(object, "node", json_text(*f->node ? f->node : NULL));
	json_object_set_new(object, "what", json_text(f->what));
	json_object_set_new(object, "known", json_text(f->known));
	json_object_set_new(object, "mend", json_text(f->mend));
	return object;
}

void findings_json(FILE *to, const struct finding *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, object_of(&list[i]));
	json_write(to, array);
}
