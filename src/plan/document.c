#include "document.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "plan/codes.h"

/* The tree under construction.  `open` are the maps and lists not yet ended, outermost first. */
struct builder {
	struct errors *errors;
	struct item *root;
	struct item *open[DOCUMENT_DEPTH];
	size_t depth;
	struct item *key; /* read, its value not yet */
	uint32_t documents;
	bool no_memory;
	bool stop;   /* the end, or nothing that follows can be understood */
	bool broken; /* the latter */
};

void item_free(struct item *item)
{
	struct item *next;

	if (!item)
		return;
	for (struct item *child = item->first; child; child = next) {
		next = child->next;
		item_free(child);
	}
	item_free(item->key);
	free(item->text);
	free(item);
}

const struct item *item_find(const struct item *map, const char *key)
{
	for (const struct item *child = map->first; child; child = child->next)
		if (strcmp(child->key->text, key) == 0)
			return child;
	return NULL;
}

bool item_is_empty(const struct item *item)
{
	return item->kind == ITEM_SCALAR && item->plain && item->text[0] == '\0';
}

/* -- From events to items -- */

static uint32_t bounded(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static struct position position_of(yaml_mark_t start, yaml_mark_t end)
{
	return (struct position) {
		.line = bounded(start.line + 1),
		.column = bounded(start.column + 1),
		.length = start.line == end.line ? bounded(end.column - start.column) : 1,
	};
}

/* Gives up: what follows cannot be understood. */
static void give_up(struct builder *b)
{
	b->stop = b->broken = true;
}

static void run_out_of_memory(struct builder *b)
{
	b->no_memory = true;
	give_up(b);
}

static void refuse_feature(struct builder *b, struct position at, const char *what,
			   const char *hint)
{
	errors_add(b->errors, SEVERITY_ERROR, PLAN_E_YAML_FEATURE, at, hint, "%s", what);
}

static struct item *item_new(struct builder *b, enum item_kind kind, struct position at)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item) {
		run_out_of_memory(b);
		return NULL;
	}
	item->kind = kind;
	item->at = at;
	return item;
}

/* Hangs @item in where it belongs: as a key, a value, an element or the root. */
static void place(struct builder *b, struct item *item)
{
	struct item *parent = b->depth > 0 ? b->open[b->depth - 1] : NULL;

	if (!parent) {
		b->root = item;
		return;
	}
	if (parent->kind == ITEM_MAP) {
		if (!b->key) {
			b->key = item;
			return;
		}
		item->key = b->key;
		b->key = NULL;
	}
	if (parent->last)
		parent->last->next = item;
	else
		parent->first = item;
	parent->last = item;
	parent->count++;
}

static bool expects_key(const struct builder *b)
{
	return b->depth > 0 && b->open[b->depth - 1]->kind == ITEM_MAP && !b->key;
}

static void open_collection(struct builder *b, enum item_kind kind, struct position at)
{
	struct item *item;

	/* A block collection starts where its first element does, and ends wherever: one place. */
	at.length = 1;
	if (b->depth == DOCUMENT_DEPTH || expects_key(b)) {
		bool deep = b->depth == DOCUMENT_DEPTH;

		errors_add(b->errors, SEVERITY_ERROR, deep ? PLAN_E_DEPTH : PLAN_E_KIND, at,
			   deep ? "help: nothing in a cluster file is as deep; a bracket may be "
				  "too many"
				: "expected: key: value",
			   deep ? "nested deeper than %d levels" : "a key must be a single word",
			   DOCUMENT_DEPTH);
		give_up(b);
		return;
	}
	item = item_new(b, kind, at);
	if (!item)
		return;
	place(b, item);
	b->open[b->depth++] = item;
}

static int compare_keys(const void *left, const void *right)
{
	const struct item *a = *(struct item *const *)left, *b = *(struct item *const *)right;
	int order = strcmp(a->text, b->text);

	if (order == 0)
		order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
	return order != 0 ? order : (a->at.column > b->at.column) - (a->at.column < b->at.column);
}

/* Sorted, so that a map of a million keys costs no million squared. */
static void check_duplicate_keys(struct builder *b, const struct item *map)
{
	struct item **keys, *first;
	char name[SHOWN];
	size_t n = 0;

	if (map->count < 2)
		return;
	keys = calloc(map->count, sizeof(struct item *));
	if (!keys) {
		run_out_of_memory(b);
		return;
	}
	for (struct item *child = map->first; child; child = child->next)
		keys[n++] = child->key;
	qsort(keys, n, sizeof(struct item *), compare_keys);
	first = keys[0];
	for (size_t i = 1; i < n; i++) {
		if (strcmp(first->text, keys[i]->text) == 0)
			errors_add(b->errors, SEVERITY_ERROR, PLAN_E_DUPLICATE_KEY, keys[i]->at,
				   "help: put both together under one key, or rename one",
				   "key \"%s\" is given twice: the first is on line %u",
				   text_shown(first->text, name), first->at.line);
		else
			first = keys[i];
	}
	free(keys);
}

static void close_collection(struct builder *b)
{
	struct item *item = b->open[--b->depth];

	assert(item); /* libyaml tells of no end without its beginning */
	if (item->kind == ITEM_MAP)
		check_duplicate_keys(b, item);
}

static struct item *add_scalar(struct builder *b, const char *text, size_t len, bool plain,
			       struct position at)
{
	struct item *item = item_new(b, ITEM_SCALAR, at);

	if (!item)
		return NULL;
	if (memchr(text, '\0', len))
		errors_add(b->errors, SEVERITY_ERROR, PLAN_E_TEXT, at, "help: take the \\0 out",
			   "a NUL character cannot stand in a cluster file");
	item->plain = plain;
	item->text = strndup(text, len);
	if (!item->text) {
		free(item);
		run_out_of_memory(b);
		return NULL;
	}
	place(b, item);
	return item;
}

static void add_alias(struct builder *b, struct position at)
{
	struct item *item;

	refuse_feature(b, at, "aliases (*) are not taken", "help: write the value out");
	item = add_scalar(b, "", 0, true, at);
	if (item)
		item->refused = true;
}

static void check_properties(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag,
			     struct position at)
{
	if (anchor)
		refuse_feature(b, at, "anchors (&) are not taken", "help: take it out");
	if (tag)
		refuse_feature(b, at, "tags (!) are not taken", "help: take it out");
}

static void begin_document(struct builder *b, struct position at)
{
	at.length = 1;
	if (b->documents++ > 0) {
		refuse_feature(b, at, "a second document begins here",
			       "help: a cluster file is one document; take the line out");
		give_up(b);
	}
}

static void take_event(struct builder *b, const yaml_event_t *event)
{
	struct position at = position_of(event->start_mark, event->end_mark);

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		begin_document(b, at);
		break;
	case YAML_ALIAS_EVENT:
		add_alias(b, at);
		break;
	case YAML_SCALAR_EVENT:
		check_properties(b, event->data.scalar.anchor, event->data.scalar.tag, at);
		add_scalar(b, (const char *)event->data.scalar.value, event->data.scalar.length,
			   event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, at);
		break;
	case YAML_MAPPING_START_EVENT:
		check_properties(b, event->data.mapping_start.anchor, event->data.mapping_start.tag,
				 at);
		open_collection(b, ITEM_MAP, at);
		break;
	case YAML_SEQUENCE_START_EVENT:
		check_properties(b, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag, at);
		open_collection(b, ITEM_LIST, at);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_collection(b);
		break;
	case YAML_STREAM_END_EVENT:
		b->stop = true;
		break;
	default:
		break;
	}
}

/* libyaml's words, and what is usually behind them. */
static const struct {
	const char *problem, *hint;
} hints[] = {
	{ "tab character", "help: indent with blanks; YAML takes no tabs there" },
	{ "cannot start any token", "help: a value that begins with this character needs quotes" },
	{ "mapping values are not allowed",
	  "help: a colon and a blank begin a value: a text with them needs quotes; or the line "
	  "before is indented differently" },
	{ "could not find expected ':'",
	  "help: every line of a map is \"key: value\", with a blank behind the colon" },
	{ "did not find expected key",
	  "help: all lines of a map or list begin in the same column" },
	{ "did not find expected ',' or '}'",
	  "help: close the map with }, and part its keys with commas" },
	{ "did not find expected ',' or ']'",
	  "help: close the list with ], and part its elements with commas" },
	{ "unknown escape character",
	  "help: in double quotes a backslash is written twice; in single quotes, once" },
	{ "unexpected end of stream", "help: close the text with a quote" },
	{ "did not find expected '-'", "help: all lines of a list begin in the same column" },
	{ "block sequence entries are not allowed", "help: begin a list on a line of its own" },
};

static const char *hint_syntax(const char *problem)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strstr(problem, hints[i].problem))
			return hints[i].hint;
	return NULL;
}

/* The place where libyaml gave up, and the one where what it was reading began. */
static void report_syntax(struct builder *b, const yaml_parser_t *parser)
{
	struct position at = position_of(parser->problem_mark, parser->problem_mark);
	const char *problem = parser->problem ? parser->problem : "this is not YAML";
	size_t began = parser->context_mark.line;
	char from[48] = "";

	give_up(b);
	if (parser->error == YAML_MEMORY_ERROR) {
		b->no_memory = true;
		return;
	}
	if (parser->context && began != parser->problem_mark.line)
		snprintf(from, sizeof(from), " that begins on line %zu", began + 1);
	errors_add(b->errors, SEVERITY_ERROR, PLAN_E_SYNTAX, at, hint_syntax(problem), "%s%s%s%s",
		   parser->context ? parser->context : "", from, parser->context ? ": " : "",
		   problem);
}

static void build(struct builder *b, yaml_parser_t *parser)
{
	yaml_event_t event;

	while (!b->stop) {
		if (!yaml_parser_parse(parser, &event)) {
			report_syntax(b, parser);
			return;
		}
		take_event(b, &event);
		yaml_event_delete(&event);
	}
}

bool document_read(const char *text, size_t len, struct errors *errors, struct item **out)
{
	struct builder b = { .errors = errors };
	yaml_parser_t parser;

	*out = NULL;
	if (len > DOCUMENT_SIZE) {
		errors_add(errors, SEVERITY_ERROR, PLAN_E_SIZE, (struct position) { 0 }, NULL,
			   "the file has %zu bytes, more than the %d that are read", len,
			   DOCUMENT_SIZE);
		return true;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (!text_check(text, len, errors))
		return true;
	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	build(&b, &parser);
	yaml_parser_delete(&parser);
	item_free(b.key);
	if (b.broken)
		item_free(b.root);
	else
		*out = b.root;
	return !b.no_memory;
}
