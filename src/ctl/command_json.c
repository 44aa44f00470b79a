/* Requests: a command as one line of JSON. */
#include <string.h>

#include "command_table.h"
#include "ctl/protocol.h"
#include "json.h"

static const char *name_of(const struct command_verb *verb, char out[2 * WORD_ROOM])
{
	char word[WORD_ROOM];
	int len = snprintf(out, WORD_ROOM, "%s", words_at(verb->noun, 0, word));

	if (verb->name)
		snprintf(out + len, WORD_ROOM, " %s", words_at(verb->name, 0, word));
	return out;
}

/* -- Writing -- */

static json_t *choice_of(const struct command *c, const struct param *param)
{
	char word[WORD_ROOM];

	return json_string(words_at(param->choices, c->choice, word));
}

static json_t *value_of(const struct command *c, const struct param *param)
{
	char text[ADDR_TEXT];

	switch (param->kind) {
	case PARAM_MAC:
		return json_string(mac_text(param->part == PART_MAC ? c->mac : c->lladdr, text));
	case PARAM_ADDR:
		return json_string(addr_text(param->part == PART_IP ? c->ip : c->dst, text));
	case PARAM_NAME:
		return json_text(param->part == PART_TO       ? c->to
				 : param->part == PART_REASON ? c->reason
							      : c->dev);
	case PARAM_PORT:
		return json_integer(c->port);
	case PARAM_NUMBER:
		return json_integer(param->part == PART_SIZE ? c->size : c->wait);
	case PARAM_FRAME:
		return json_text(c->frame);
	case PARAM_LINK:
		return json_text(c->link);
	case PARAM_CHOICE:
		return choice_of(c, param);
	case PARAM_TEXT:
		return json_text(param->part == PART_FILE ? c->file : c->text);
	case PARAM_FLAG:
		break;
	}
	return json_true();
}

size_t command_write(const struct command *c, char *out, size_t room)
{
	json_t *object = json_object();
	char name[2 * WORD_ROOM];
	size_t len;

	json_object_set_new(object, "v", json_integer(PROTOCOL_VERSION));
	json_object_set_new(object, "do", json_string(name_of(c->verb, name)));
	if (c->then)
		json_object_set_new(object, "then", json_true());
	for (unsigned i = 0; param_exists(c->verb, i); i++)
		if (command_has(c, c->verb->params[i].part))
			json_object_set_new(object, c->verb->params[i].key,
					    value_of(c, &c->verb->params[i]));
	len = json_dumpb(object, out, room, JSON_COMPACT);
	json_decref(object);
	return len <= room ? len : 0;
}

/* -- Reading -- */

/* The length of what @word begins with, when that is the first spelling of @list; else 0. */
static size_t begins_with(const char *word, const char *list)
{
	size_t len = strcspn(list, "=|");

	return strncmp(word, list, len) == 0 ? len : 0;
}

static bool is_called(const struct command_verb *verb, const char *asked)
{
	size_t noun = begins_with(asked, verb->noun), name;

	if (!noun || !verb->name)
		return noun && !asked[noun];
	name = asked[noun] == ' ' ? begins_with(asked + noun + 1, verb->name) : 0;
	return name && !asked[noun + 1 + name];
}

static bool no_such_request(const char *asked, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(asked);
	char names[32][2 * WORD_ROOM];

	_Static_assert(sizeof(names) / sizeof(names[0]) > VERB_TRACE_FOLLOW, "one for each verb");
	for (size_t i = 0; i < command_verb_count; i++)
		nearest_offer(&nearest, name_of(&command_verbs[i], names[i]));
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no request \"%.200s\"; did you mean \"%s\"?", asked,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no request \"%.200s\"", asked);
	return false;
}

static bool find_verb(struct command *out, const char *asked, char why[COMMAND_WHY])
{
	for (size_t i = 0; i < command_verb_count; i++) {
		out->verb = &command_verbs[i];
		if (is_called(out->verb, asked))
			return true;
	}
	out->verb = NULL;
	return no_such_request(asked, why);
}

static bool no_such_key(const struct command *c, const char *key, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(key);

	for (unsigned i = 0; param_exists(c->verb, i); i++)
		nearest_offer(&nearest, c->verb->params[i].key);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "unknown key \"%.200s\"; did you mean \"%s\"?", key,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "unknown key \"%.200s\"", key);
	return false;
}

static bool set_flag(struct command *c, const struct param *param, const json_t *value,
		     char why[COMMAND_WHY])
{
	if (json_is_true(value))
		return command_set(c, param, "", why);
	if (json_is_false(value))
		return true;
	snprintf(why, COMMAND_WHY, "%s is true or false", param->key);
	return false;
}

static bool set_value(struct command *c, const struct param *param, const json_t *value,
		      char why[COMMAND_WHY])
{
	char digits[24];

	if (param->kind == PARAM_FLAG)
		return set_flag(c, param, value, why);
	if ((param->kind == PARAM_PORT || param->kind == PARAM_NUMBER) && json_is_integer(value)) {
		snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
		return command_set(c, param, digits, why);
	}
	if (json_is_string(value))
		return command_set(c, param, json_string_value(value), why);
	snprintf(why, COMMAND_WHY, "%s is not a string", param->key);
	return false;
}

static bool set_all(struct command *c, json_t *object, char why[COMMAND_WHY])
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		const struct param *param = param_of_key(c->verb, key);

		if (strcmp(key, "v") == 0 || strcmp(key, "do") == 0)
			continue;
		if (strcmp(key, "then") == 0 && json_is_boolean(value)) {
			c->then = json_is_true(value);
			continue;
		}
		if (!param)
			return no_such_key(c, key, why);
		if (!set_value(c, param, value, why))
			return false;
	}
	return command_complete(c, why);
}

static bool read_object(struct command *out, json_t *object, char why[COMMAND_WHY])
{
	const json_t *version = json_object_get(object, "v");
	const char *asked = json_string_value(json_object_get(object, "do"));

	if (!json_is_object(object))
		snprintf(why, COMMAND_WHY, "a request is an object");
	else if (!json_is_integer(version) || json_integer_value(version) != PROTOCOL_VERSION)
		snprintf(why, COMMAND_WHY, "\"v\" is not %d: this switch speaks version %d",
			 PROTOCOL_VERSION, PROTOCOL_VERSION);
	else if (!asked)
		snprintf(why, COMMAND_WHY, "\"do\" does not say what to do");
	else
		return find_verb(out, asked, why) && set_all(out, object, why);
	return false;
}

bool command_read(struct command *out, const char *line, size_t len, char why[COMMAND_WHY])
{
	json_error_t error;
	json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	bool ok;

	*out = (struct command) { 0 };
	if (!object) {
		snprintf(why, COMMAND_WHY, "not JSON: %.200s (byte %d)", error.text,
			 error.position);
		return false;
	}
	ok = read_object(out, object, why);
	if (ok && (out->file || out->text))
		out->request = object;
	else
		json_decref(object);
	return ok;
}

void command_free(struct command *c)
{
	json_decref(c->request);
	c->request = NULL;
	c->file = c->text = NULL;
}
