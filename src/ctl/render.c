#include "ctl/render.h"

#include <stdlib.h>
#include <string.h>

#include "render_brief.h"
#include "render_text.h"

/* A monitor's items are lines of their own; all others are one array. */
static bool is_stream(const struct render *r)
{
	return r->command->verb->id == VERB_MONITOR || r->command->verb->id == VERB_TRACE_FOLLOW;
}

static void render_json(struct render *r, const json_t *item)
{
	if (!is_stream(r))
		fputs(r->items ? "," : "[", r->to);
	json_dumpf(item, r->to, r->pretty ? JSON_INDENT(4) : JSON_COMPACT);
	if (is_stream(r)) {
		fputc('\n', r->to);
		fflush(r->to);
	}
}

static bool shows_items(const struct render *r)
{
	enum command_verb_id id = r->command->verb->id;

	return id == VERB_FDB_SHOW || id == VERB_FDB_GET || id == VERB_NEIGH_SHOW ||
	       id == VERB_NEIGH_GET || id == VERB_LINK_SHOW || id >= VERB_PEER_SHOW;
}

static void render_end(const struct render *r)
{
	if (r->json && shows_items(r))
		fputs(r->items ? "]\n" : "[]\n", r->to);
	else if (!r->json && r->items == 0)
		render_brief_nothing(r);
}

/* Lines for another program, and parts of lines. */
static bool has_lines_of_its_own(const struct render *r)
{
	enum command_verb_id id = r->command->verb->id;

	return id == VERB_ENV || id == VERB_CNI_CONFIG || id == VERB_APPLY;
}

/* All but the last character: "\\" ends lines there, as in `ip -o`. */
static void put_joined(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fputc(text[i] == '\n' && i + 1 < len ? '\\' : text[i], to);
}

static void render_oneline(struct render *r, json_t *item)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = r->to, *line = open_memstream(&text, &len);

	if (line) {
		r->to = line;
		render_text(r, item);
		r->to = to;
		if (fclose(line) == 0)
			put_joined(to, text, len);
	} else {
		render_text(r, item);
	}
	free(text);
}

static void render_words(struct render *r, json_t *item)
{
	if (r->brief && render_brief(r, item))
		return;
	if (r->oneline && !has_lines_of_its_own(r))
		render_oneline(r, item);
	else
		render_text(r, item);
}

static void render_item(struct render *r, json_t *item)
{
	if (r->json) {
		render_json(r, item);
	} else {
		render_words(r, item);
		if (is_stream(r))
			fflush(r->to);
	}
	r->items++;
}

/* What is wrong with a file goes where complaints go. */
static bool complain(struct render *r, const json_t *item)
{
	const char *words = json_string_value(json_object_get(item, "complaint"));

	if (!words)
		return false;
	fputs(words, stderr);
	r->complained = true;
	return true;
}

static enum rendered render_object(struct render *r, const json_t *object, char why[COMMAND_WHY])
{
	json_t *item = json_object_get(object, "item");
	const json_t *ok = json_object_get(object, "ok");
	const char *message = json_string_value(json_object_get(object, "message"));

	const char *code = json_string_value(json_object_get(object, "code"));
	const char *from = json_string_value(json_object_get(object, "starts_from"));

	if (json_is_object(item)) {
		if (!complain(r, item))
			render_item(r, item);
		return RENDERED_MORE;
	}
	if (json_is_true(ok)) {
		render_end(r);
		r->starts_from = from ? strdup(from) : NULL;
		return RENDERED_DONE;
	}
	if (!json_is_false(ok) || !message)
		return RENDERED_NONSENSE;
	snprintf(why, COMMAND_WHY, "%s", message);
	snprintf(r->code, sizeof(r->code), "%s", code ? code : "");
	return RENDERED_REFUSED;
}

enum rendered render_line(struct render *r, const char *line, size_t len, char why[COMMAND_WHY])
{
	json_t *object = json_loadb(line, len, 0, NULL);
	enum rendered rendered = RENDERED_NONSENSE;

	if (json_is_object(object))
		rendered = render_object(r, object, why);
	json_decref(object);
	return rendered;
}
