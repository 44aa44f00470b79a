/* Command lines: words to a command, and the usage. */
#include <string.h>

#include "command_table.h"

/* -- Which verb? -- */

static const char *const families[] = { "bridge", "ip" };

static bool is_family(const char *word)
{
	return strcmp(word, families[0]) == 0 || strcmp(word, families[1]) == 0;
}

static bool noun_fits(const struct command_verb *verb, const char *family, const char *noun)
{
	return words_find(verb->noun, noun) >= 0 &&
	       (!family || words_find(verb->families, family) >= 0);
}

/* The first verb of @noun, which the others follow. */
static const struct command_verb *find_noun(const char *family, const char *noun)
{
	for (size_t i = 0; i < command_verb_count; i++)
		if (noun_fits(&command_verbs[i], family, noun))
			return &command_verbs[i];
	return NULL;
}

static bool same_noun(const struct command_verb *a, size_t i)
{
	return i < command_verb_count && strcmp(command_verbs[i].noun, a->noun) == 0;
}

static const struct command_verb *find_verb(const struct command_verb *first, const char *word)
{
	for (size_t i = (size_t)(first - command_verbs); same_noun(first, i); i++)
		if (words_find(command_verbs[i].name, word) >= 0)
			return &command_verbs[i];
	return NULL;
}

static bool no_such_noun(const char *family, const char *word, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(word);
	struct word_store store = { .count = 0 };

	for (size_t i = 0; i < command_verb_count; i++)
		if (i == 0 || !same_noun(&command_verbs[i - 1], i))
			if (words_find(command_verbs[i].families, family) >= 0)
				words_offer(command_verbs[i].noun, &nearest, &store);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no command \"%s %.200s\"; did you mean \"%s %s\"?",
			 family, word, family, nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no command \"%s %.200s\" here", family, word);
	return false;
}

static bool no_such_verb(const struct command_verb *first, const char *word, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(word);
	struct word_store store = { .count = 0 };
	char noun[WORD_ROOM];

	words_at(first->noun, 0, noun);
	for (size_t i = (size_t)(first - command_verbs); same_noun(first, i); i++)
		words_offer(command_verbs[i].name, &nearest, &store);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no command \"%s %.200s\"; did you mean \"%s %s\"?",
			 noun, word, noun, nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no command \"%s %.200s\"; `vxs help %s` lists them",
			 noun, word, noun);
	return false;
}

/* Finds the verb in front of @words and moves *@used behind it. */
static bool take_verb(struct command *out, int count, char *const *words, int *used,
		      char why[COMMAND_WHY])
{
	const char *family = is_family(words[0]) ? words[0] : NULL;
	const struct command_verb *first;

	*used = family ? 1 : 0;
	if (*used == count) {
		snprintf(why, COMMAND_WHY, "\"%s\" what?", family);
		return false;
	}
	first = find_noun(family, words[*used]);
	if (!first)
		return no_such_noun(family ? family : "", words[*used], why);
	(*used)++;
	out->verb = first;
	if (!first->name || *used == count)
		return true;
	out->verb = find_verb(first, words[*used]);
	if (!out->verb)
		return no_such_verb(first, words[*used], why);
	(*used)++;
	return true;
}

/* -- What follows it -- */

static const struct param *param_of_word(const struct command *c, const char *word)
{
	for (unsigned i = 0; param_exists(c->verb, i); i++)
		if (words_find(c->verb->params[i].words, word) >= 0)
			return &c->verb->params[i];
	return NULL;
}

static bool is_bare(const struct param *param, const char *word)
{
	bool listed = param->kind == PARAM_CHOICE || param->kind == PARAM_FLAG;

	return param->bare && (!listed || words_find(param->choices, word) >= 0);
}

/* The parameter that @word is the value of; words of lists come before names. */
static const struct param *param_of_bare(const struct command *c, const char *word)
{
	const struct param *found = NULL;

	for (unsigned i = 0; param_exists(c->verb, i); i++) {
		const struct param *param = &c->verb->params[i];

		if (!is_bare(param, word))
			continue;
		if (param->choices)
			return param;
		if (!found && !command_has(c, param->part))
			found = param;
	}
	return found;
}

static bool unexpected(const struct command *c, const char *word, char why[COMMAND_WHY])
{
	struct nearest nearest = nearest_to(word);
	struct word_store store = { .count = 0 };

	for (unsigned i = 0; param_exists(c->verb, i); i++) {
		words_offer(c->verb->params[i].words, &nearest, &store);
		if (c->verb->params[i].bare)
			words_offer(c->verb->params[i].choices, &nearest, &store);
	}
	if (strcmp(word, "master") == 0)
		snprintf(why, COMMAND_WHY,
			 "\"master\" speaks of a bridge: here all entries are the switch's own");
	else if (nearest.found)
		snprintf(why, COMMAND_WHY, "unexpected \"%.200s\"; did you mean \"%s\"?", word,
			 nearest.found);
	else
		snprintf(why, COMMAND_WHY, "unexpected \"%.200s\"", word);
	return false;
}

/* One word, or two; returns how many, 0 when it is wrong. */
static int take_param(struct command *c, int count, char *const *words, char why[COMMAND_WHY])
{
	const struct param *param = param_of_word(c, words[0]);

	if (param) {
		if (count == 1)
			snprintf(why, COMMAND_WHY, "%s needs a value", words[0]);
		return count > 1 && command_set(c, param, words[1], why) ? 2 : 0;
	}
	param = words[0][0] == '-' && !param_of_bare(c, words[0]) ? NULL
								  : param_of_bare(c, words[0]);
	if (!param || (words[0][0] == '-' && !param->choices))
		return unexpected(c, words[0], why);
	return command_set(c, param, words[0], why) ? 1 : 0;
}

bool command_parse(struct command *out, int count, char *const *words, char why[COMMAND_WHY])
{
	int at, used;

	*out = (struct command) { 0 };
	if (!take_verb(out, count, words, &at, why))
		return false;
	for (; at < count; at += used) {
		used = take_param(out, count - at, words + at, why);
		if (!used)
			return false;
	}
	return command_complete(out, why);
}

/* -- Usage -- */

/* The spellings that are ours, of a list: "permanent|static|dynamic". */
static void print_choices(FILE *to, const char *list)
{
	const char *between = "";

	while (*list) {
		fprintf(to, "%s%.*s", between, (int)strcspn(list, "=|"), list);
		between = "|";
		list += strcspn(list, "|");
		list += *list == '|';
	}
}

static void print_value(FILE *to, const struct param *param)
{
	static const char *const values[] = {
		[PARAM_MAC] = "MAC",
		[PARAM_ADDR] = "ADDRESS",
		[PARAM_NAME] = "NAME",
		[PARAM_PORT] = "PORT",
	};

	if (param->choices)
		print_choices(to, param->choices);
	else
		fputs(values[param->kind], to);
}

static void print_param(FILE *to, const struct param *param)
{
	char word[WORD_ROOM];

	fputs(param->required ? " " : " [", to);
	if (param->words && !param->bare)
		fprintf(to, "%s ", words_at(param->words, 0, word));
	print_value(to, param);
	if (!param->required)
		fputc(']', to);
}

void command_usage(FILE *to, const struct command_verb *verb)
{
	char word[WORD_ROOM];

	fputs(words_at(verb->noun, 0, word), to);
	if (verb->name)
		fprintf(to, " %s", words_at(verb->name, 0, word));
	for (unsigned i = 0; param_exists(verb, i); i++)
		if (verb->params[i].part != PART_SELF)
			print_param(to, &verb->params[i]);
}

bool command_help(FILE *to, const char *word)
{
	bool found = false;

	for (size_t i = 0; i < command_verb_count; i++) {
		const struct command_verb *verb = &command_verbs[i];

		if (word && words_find(verb->noun, word) < 0 &&
		    words_find(verb->families, word) < 0)
			continue;
		found = true;
		fputs("  vxs ", to);
		command_usage(to, verb);
		fprintf(to, "\n      %s\n", verb->help);
	}
	return found;
}
