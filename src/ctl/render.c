#include "ctl/render.h"

#include <string.h>

#include "render_text.h"

/* A monitor's items are lines of their own; all others are one array. */
static bool is_stream(const struct render *r)
{
	return r->command->verb->id == VERB_MONITOR;
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
	       id == VERB_NEIGH_GET || id >= VERB_LINK_SHOW;
}

static void render_end(const struct render *r)
{
	if (r->json && shows_items(r))
		fputs(r->items ? "]\n" : "[]\n", r->to);
}

static void render_item(struct render *r, const json_t *item)
{
	if (r->json) {
		render_json(r, item);
	} else {
		render_text(r, item);
		if (is_stream(r))
			fflush(r->to);
	}
	r->items++;
}

static enum rendered render_object(struct render *r, const json_t *object, char why[COMMAND_WHY])
{
	const json_t *item = json_object_get(object, "item"), *ok = json_object_get(object, "ok");
	const char *message = json_string_value(json_object_get(object, "message"));

	if (json_is_object(item)) {
		render_item(r, item);
		return RENDERED_MORE;
	}
	if (json_is_true(ok)) {
		render_end(r);
		return RENDERED_DONE;
	}
	if (!json_is_false(ok) || !message)
		return RENDERED_NONSENSE;
	snprintf(why, COMMAND_WHY, "%s", message);
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
