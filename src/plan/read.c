#include "read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "scalar.h"
#include "suggest.h"

enum { HINT = READ_HINT };

/* -- Reporting -- */

void read_refuse(struct reader *r, enum plan_code code, const struct item *value, const char *hint,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	errors_vadd(r->errors, SEVERITY_ERROR, (uint16_t)code, value->at, hint, format, args);
	va_end(args);
}

char *read_copy(struct reader *r, const char *text)
{
	char *made = strdup(text);

	if (!made)
		r->no_memory = true;
	return made;
}

void *read_array(struct reader *r, size_t count, size_t size)
{
	void *made;

	if (count == 0)
		return NULL;
	made = calloc(count, size);
	if (!made)
		r->no_memory = true;
	return made;
}

/* -- Maps -- */

static const char *kind_name(const struct item *item)
{
	if (item->kind == ITEM_MAP)
		return item->count > 0 ? "a map" : "an empty map";
	if (item->kind == ITEM_LIST)
		return item->count > 0 ? "a list" : "an empty list";
	return item_is_empty(item) ? "empty" : "a single value";
}

bool expect_map(struct reader *r, const char *name, const struct item *value)
{
	if (value->kind == ITEM_MAP || item_is_empty(value))
		return true;
	read_refuse(r, PLAN_E_KIND, value, "expected: a map (lines of \"key: value\", indented)",
		    "%s is %s", name, kind_name(value));
	return false;
}

bool expect_list(struct reader *r, const char *name, const struct item *value)
{
	if (value->kind == ITEM_LIST)
		return true;
	if (value->refused)
		return false;
	read_refuse(r, PLAN_E_KIND, value, "expected: a list, as [a, b] or as lines of \"- a\"",
		    "%s is %s", name, kind_name(value));
	return false;
}

const char *expect_scalar(struct reader *r, const char *name, const struct item *value,
			  const char *expected)
{
	char hint[HINT];

	if (value->refused)
		return NULL;
	if (value->kind == ITEM_SCALAR && !item_is_empty(value))
		return value->text;
	snprintf(hint, sizeof(hint), "expected: %s", expected);
	read_refuse(r, PLAN_E_KIND, value, hint, "%s is %s", name, kind_name(value));
	return NULL;
}

static bool is_known(const struct key *keys, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i].name, name) == 0)
			return true;
	return false;
}

/* What follows a key that cannot be: a word of ours for it, or else what can stand here. */
static const char *hint_keys(const char *word, const struct key *keys, size_t count,
			     char hint[HINT])
{
	struct text text = text_in(hint, HINT);

	if (suggest_key(word, keys, count, hint, HINT))
		return hint;
	text_add(&text, "expected: ");
	for (size_t i = 0; i < count; i++)
		text_add(&text, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", keys[i].name);
	return hint;
}

static void report_unknown(struct reader *r, const struct item *map, const struct key *keys,
			   size_t count)
{
	char hint[HINT], name[SHOWN];

	for (const struct item *child = map->first; child; child = child->next) {
		const char *key = child->key->text;
		bool full = errors_are_full(r->errors);

		if (!child->key->refused && !is_known(keys, count, key))
			read_refuse(r, PLAN_E_UNKNOWN_KEY, child->key,
				    full ? NULL : hint_keys(key, keys, count, hint),
				    "unknown key \"%s\" in %s", text_shown(key, name),
				    r->where[0] ? r->where : "the cluster file");
	}
}

static void report_missing(struct reader *r, const struct item *map, const struct key *key)
{
	char hint[HINT];

	snprintf(hint, sizeof(hint), "expected: a key such as %s", key->example);
	read_refuse(r, PLAN_E_MISSING_KEY, map->key ? map->key : map, hint, "%s has no \"%s\"",
		    r->where[0] ? r->where : "the cluster file", key->name);
}

static void read_key(struct reader *r, const struct item *map, const struct key *key, void *into)
{
	const struct item *value = item_find(map, key->name);

	if (!value) {
		if (key->required)
			report_missing(r, map, key);
		return;
	}
	if (key->position)
		memcpy((char *)into + key->position, &value->at, sizeof(value->at));
	key->read(r, key, value, (char *)into + key->offset);
}

void read_map(struct reader *r, const struct item *map, const struct key *keys, size_t count,
	      const char *where, void *into)
{
	const char *outer = r->where;

	r->where = where;
	report_unknown(r, map, keys, count);
	for (size_t i = 0; i < count; i++)
		read_key(r, map, &keys[i], into);
	r->where = outer;
}

/* -- Numbers -- */

static void hint_range(char hint[HINT], const char *what, const struct key *key, const char *unit)
{
	struct text text = text_in(hint, HINT);

	text_add(&text, "expected: %s %" PRIu64 "%s..%" PRIu64 "%s", what, key->min, unit, key->max,
		 unit);
	if (key->instead)
		text_add(&text, ", or %s", key->instead);
	if (key->about)
		text_add(&text, " (%s)", key->about);
}

/* Judges what a parser of numbers said; @code is for what it could not read. */
static bool judge_number(struct reader *r, const struct key *key, const struct item *value,
			 enum number number, uint64_t n, enum plan_code code, const char *hint)
{
	char name[SHOWN];

	if (number == NUMBER_BAD) {
		read_refuse(r, code, value, hint, "%s is \"%s\"", key->name,
			    text_shown(value->text, name));
		return false;
	}
	if (number == NUMBER_BEYOND || n < key->min || n > key->max) {
		read_refuse(r, PLAN_E_RANGE, value, hint, "%s %s is out of range", key->name,
			    text_shown(value->text, name));
		return false;
	}
	return true;
}

bool take_integer(struct reader *r, const struct key *key, const struct item *value, uint64_t *out)
{
	char hint[HINT];
	const char *text;
	enum number number;

	hint_range(hint, "an integer", key, "");
	text = expect_scalar(r, key->name, value, hint + strlen("expected: "));
	if (!text)
		return false;
	number = scalar_integer(text, out);
	/* A quoted number is a word in YAML, and would be one to every other reader of the file. */
	if (number != NUMBER_BAD && !value->plain) {
		read_refuse(r, PLAN_E_INTEGER, value, "help: leave the quotes out",
			    "%s is a word, for it is quoted", key->name);
		return false;
	}
	return judge_number(r, key, value, number, *out, PLAN_E_INTEGER, hint);
}

void read_u8(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	uint64_t n;

	if (take_integer(r, key, value, &n))
		*(uint8_t *)into = (uint8_t)n;
}

void read_u16(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	uint64_t n;

	if (take_integer(r, key, value, &n))
		*(uint16_t *)into = (uint16_t)n;
}

void read_u32(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	uint64_t n;

	if (take_integer(r, key, value, &n))
		*(uint32_t *)into = (uint32_t)n;
}

void read_duration(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "a duration such as 300s, 5m or 24h");
	char hint[HINT];
	enum number number;
	uint64_t seconds;

	if (!text)
		return;
	snprintf(hint, sizeof(hint),
		 "expected: a duration such as 300s, 5m or 24h, at most %" PRIu64 "h%s%s",
		 key->max / 3600, key->about ? "; " : "", key->about ? key->about : "");
	number = scalar_duration(text, &seconds);
	if (judge_number(r, key, value, number, seconds, PLAN_E_DURATION, hint))
		*(uint32_t *)into = (uint32_t)seconds;
}

void read_rate(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "a rate such as 64000/s");
	char hint[HINT];
	enum number number;
	uint64_t rate;

	if (!text)
		return;
	hint_range(hint, "a rate", key, "/s");
	number = scalar_rate(text, &rate);
	if (judge_number(r, key, value, number, rate, PLAN_E_RATE, hint))
		*(uint64_t *)into = rate;
}

/* -- Words -- */

void read_bool(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "true or false");
	char name[SHOWN];

	if (text && !(value->plain && scalar_bool(text, into)))
		read_refuse(r, PLAN_E_BOOLEAN, value,
			    value->plain ? "expected: true or false"
					 : "expected: true or false, without quotes",
			    "%s is \"%s\"", key->name, text_shown(text, name));
}

static void list_words(struct text *text, const struct word *words)
{
	for (const struct word *word = words; word->text; word++)
		text_add(text, "%s%s",
			 word == words  ? ""
			 : word[1].text ? ", "
					: " or ",
			 word->text);
}

static const struct word *take_word(struct reader *r, const struct key *key,
				    const struct item *value)
{
	char buffer[HINT], name[SHOWN];
	struct text hint = text_in(buffer, sizeof(buffer));
	const char *text;

	text_add(&hint, "expected: ");
	list_words(&hint, key->words);
	text = expect_scalar(r, key->name, value, buffer + strlen("expected: "));
	if (!text)
		return NULL;
	for (const struct word *word = key->words; word->text; word++)
		if (strcmp(word->text, text) == 0)
			return word;
	read_refuse(r, PLAN_E_WORD, value, buffer, "%s is \"%s\"", key->name,
		    text_shown(text, name));
	return NULL;
}

void read_word(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const struct word *word = take_word(r, key, value);

	if (word)
		*(unsigned int *)into = word->value;
}

void read_either(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const struct word *word = take_word(r, key, value);

	if (word)
		*(bool *)into = word->value != 0;
}

/* -- Names -- */

bool take_name(struct reader *r, const char *what, const struct item *value)
{
	const char *text = expect_scalar(r, what, value, "a name");
	char name[SHOWN];

	if (text && scalar_name(text))
		return true;
	if (text)
		read_refuse(r, PLAN_E_NAME, value,
			    "expected: letters, digits, '-', '_' and '.', at most 63, a letter or "
			    "digit "
			    "first",
			    "\"%s\" cannot be a %s", text_shown(text, name), what);
	return false;
}

void read_name(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	if (take_name(r, key->name, value))
		*(char **)into = read_copy(r, value->text);
}

void read_interface(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "the name of an interface");
	char name[SHOWN];

	if (!text)
		return;
	if (scalar_interface(text))
		*(char **)into = read_copy(r, text);
	else
		read_refuse(
			r, PLAN_E_INTERFACE, value,
			"expected: at most 15 ASCII characters, without blanks, '/', ':' and '%'",
			"%s \"%s\" cannot be the name of an interface", key->name,
			text_shown(text, name));
}

/* The switch is started from anywhere: only a path from the root says which file is meant. */
void read_whole_path(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	const char *text = expect_scalar(r, key->name, value, "the whole path of a file");
	char name[SHOWN], hint[HINT];

	if (!text)
		return;
	if (text[0] == '/' && text[strlen(text) - 1] != '/') {
		*(char **)into = read_copy(r, text);
	} else {
		snprintf(hint, sizeof(hint), "expected: a path such as %s", key->about);
		read_refuse(r, PLAN_E_PATH, value, hint,
			    "%s \"%s\" is not the whole path of a file", key->name,
			    text_shown(text, name));
	}
}

const char *nearest_node(struct reader *r, const char *name, char hint[READ_HINT])
{
	const struct cluster *c = r->cluster;
	struct nearest nearest = nearest_to(name);

	if (r->sought >= ERRORS_SHOWN || c->node_count == 0 || r->no_memory) /* without: no names */
		return NULL;
	r->sought++;
	for (uint32_t i = 0; i < c->node_count; i++)
		nearest_offer(&nearest, c->nodes[i].name);
	if (nearest.found)
		snprintf(hint, READ_HINT, "help: did you mean \"%s\"?", nearest.found);
	else
		snprintf(hint, READ_HINT, "expected: the name of a node, such as \"%.63s\"",
			 c->nodes[0].name);
	return hint;
}

bool take_node(struct reader *r, const struct item *value, uint32_t *out)
{
	const char *text = expect_scalar(r, "the node", value, "the name of a node");
	char name[SHOWN], hint[READ_HINT];

	if (!text)
		return false;
	*out = cluster_node(r->cluster, text);
	if (*out == NODE_NONE)
		read_refuse(r, PLAN_E_UNKNOWN_NODE, value, nearest_node(r, text, hint),
			    "there is no node \"%s\" under nodes", text_shown(text, name));
	return *out != NODE_NONE;
}

void read_node(struct reader *r, const struct key *key, const struct item *value, void *into)
{
	uint32_t node;

	(void)key;
	if (take_node(r, value, &node))
		*(uint32_t *)into = node;
}
