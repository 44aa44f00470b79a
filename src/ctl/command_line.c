/* Command lines: words to a command, and the usage. */
#include <string.h>

#include "base/text.h"
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
	const char *between = *family ? " " : "";

	for (size_t i = 0; i < command_verb_count; i++)
		if (i == 0 || !same_noun(&command_verbs[i - 1], i))
			if (!*family || words_find(command_verbs[i].families, family) >= 0)
				words_offer(command_verbs[i].noun, &nearest, &store);
	if (nearest.found)
		snprintf(why, COMMAND_WHY, "no command \"%s%s%.200s\"; did you mean \"%s%s%s\"?",
			 family, between, word, family, between, nearest.found);
	else
		snprintf(why, COMMAND_WHY, "no command \"%s%s%.200s\" here", family, between, word);
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
	if (*used == count)
		return true;
	out->verb = find_verb(first, words[*used]);
	if (!out->verb && first->name)
		return no_such_verb(first, words[*used], why);
	if (!out->verb) {
		out->verb = first; /* which is the noun alone */
		return true;
	}
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

/* All words that are left, as one; returns how many, 0 when they are wrong. */
static int take_frame(struct command *c, const struct param *param, int count, char *const *words,
		      char why[COMMAND_WHY])
{
	char frame[DESCRIBED_TEXT];
	struct text text = text_in(frame, sizeof(frame));

	for (int i = 0; i < count; i++)
		text_add(&text, "%s%s", i ? " " : "", words[i]);
	if (text.cut) {
		snprintf(why, COMMAND_WHY, "a frame is described in at most %d characters",
			 DESCRIBED_TEXT - 1);
		return 0;
	}
	return command_set(c, param, frame, why) ? count : 0;
}

/* Does the description of a frame begin here, which nothing else follows? */
static const struct param *param_of_frame(const struct command *c, const char *words)
{
	char word[WORD_ROOM];

	for (unsigned i = 0; param_exists(c->verb, i); i++) {
		const struct param *param = &c->verb->params[i];

		snprintf(word, sizeof(word), "%.*s", (int)strcspn(words, " \t\n,"), words);
		if (param->kind == PARAM_FRAME &&
		    (command_has(c, PART_DEV) || described_is_word(word)))
			return param;
	}
	return NULL;
}

/* Is words[i] of `link set` the name of the device, as in "up NAME", "mtu 1400 NAME"?  Nothing else is left over. */
static bool is_left_over(const struct command *c, const struct param *param, int i,
			 char *const *words)
{
	bool is_value =
		i > 0 && (strcmp(words[i - 1], "mtu") == 0 || strcmp(words[i - 1], "master") == 0 ||
			  strcmp(words[i - 1], "name") == 0);

	return param->part == PART_LINK_SET && !command_has(c, PART_DEV) && !is_value &&
	       strcmp(words[i], "dev") != 0 && !made_is_change(words[i]);
}

/* All words that are left; "dev NAME" may stand among them where the name has not been given. */
static int take_link(struct command *c, const struct param *param, int count, char *const *words,
		     char why[COMMAND_WHY])
{
	char link[MADE_WORDS];
	struct text text = text_in(link, sizeof(link));

	for (int i = 0; i < count; i++) {
		bool is_name = is_left_over(c, param, i, words);

		if (strcmp(words[i], "dev") == 0 && !command_has(c, PART_DEV)) {
			if (++i == count) {
				snprintf(why, COMMAND_WHY, "dev needs a value");
				return 0;
			}
			is_name = true;
		}
		if (!is_name)
			text_add(&text, "%s%s", text.len ? " " : "", words[i]);
		else if (!command_set(c, c->verb->params, words[i], why))
			return 0;
	}
	if (text.cut) {
		snprintf(why, COMMAND_WHY, "too many words");
		return 0;
	}
	return command_set(c, param, link, why) ? count : 0;
}

/* Does what a network shall be begin here? */
static const struct param *param_of_link(const struct command *c, const char *word)
{
	const struct param *last = &c->verb->params[1];

	if (!param_exists(c->verb, 1) || last->kind != PARAM_LINK)
		return NULL;
	return command_has(c, PART_DEV) || (last->part == PART_LINK_SET && made_is_change(word))
		       ? last
		       : NULL;
}

/* One word, or two, or all; returns how many, 0 when it is wrong. */
static int take_param(struct command *c, int count, char *const *words, char why[COMMAND_WHY])
{
	const struct param *param = param_of_frame(c, words[0]);

	if (param)
		return take_frame(c, param, count, words, why);
	param = param_of_link(c, words[0]);
	if (param)
		return take_link(c, param, count, words, why);
	param = param_of_word(c, words[0]);
	if (param) {
		if (count == 1)
			snprintf(why, COMMAND_WHY, "%s needs a value", words[0]);
		return count > 1 && command_set(c, param, words[1], why) ? 2 : 0;
	}
	param = param_of_bare(c, words[0]);
	if (!param || (words[0][0] == '-' && words[0][1] && !param->choices))
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
		[PARAM_MAC] = "MAC",   [PARAM_ADDR] = "ADDRESS",  [PARAM_NAME] = "NAME",
		[PARAM_PORT] = "PORT", [PARAM_NUMBER] = "NUMBER", [PARAM_TEXT] = "FILE",
	};

	if (param->kind == PARAM_FRAME)
		fputs(DESCRIBED_USAGE, to);
	else if (param->kind == PARAM_LINK)
		fputs(param->part == PART_LINK ? MADE_ADD_USAGE : MADE_SET_USAGE, to);
	else if (param->choices)
		print_choices(to, param->choices);
	else
		fputs(values[param->kind], to);
}

static void print_param(FILE *to, const struct param *param)
{
	char word[WORD_ROOM];

	if (!param->words && !param->bare)
		return;
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
