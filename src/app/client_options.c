#include "app/client_options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "app/colour.h"
#include "base/nearest.h"

/* A string has a value, a flag has none; a choice is a string whose value only "=" can give. */
enum takes { FLAG, STRING, CHOICE };

static const struct client_option {
	const char *name, *brief; /* without dashes */
	enum takes takes;
	size_t offset;
} options[] = {
	{ "socket", "S", STRING, offsetof(struct client_options, socket) },
	{ "node", "n", STRING, offsetof(struct client_options, node) },
	{ "file", "f", STRING, offsetof(struct client_options, file) },
	{ "batch", "b", STRING, offsetof(struct client_options, batch) },
	{ "force", "force", FLAG, offsetof(struct client_options, force) },
	{ "json", "j", FLAG, offsetof(struct client_options, json) },
	{ "pretty", "p", FLAG, offsetof(struct client_options, pretty) },
	{ "brief", "br", FLAG, offsetof(struct client_options, brief) },
	{ "header", "H", FLAG, offsetof(struct client_options, header) },
	{ "color", "c", CHOICE, offsetof(struct client_options, colour) },
	{ "oneline", "o", FLAG, offsetof(struct client_options, oneline) },
	{ "details", "d", FLAG, offsetof(struct client_options, details) },
	{ "statistics", "s", FLAG, offsetof(struct client_options, statistics) },
	{ "help", "h", FLAG, offsetof(struct client_options, help) },
};

enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static bool is_called(const char *name, const char *word, size_t len)
{
	return strlen(name) == len && memcmp(name, word, len) == 0;
}

/* NULL: no option.  One dash or two; "=" and a value may follow. */
static const struct client_option *find_option(const char *word)
{
	size_t dashes = strspn(word, "-"), len = strcspn(word + dashes, "=");

	if (dashes == 0 || dashes > 2)
		return NULL;
	for (size_t i = 0; i < OPTIONS; i++)
		if (is_called(options[i].name, word + dashes, len) ||
		    (dashes == 1 && is_called(options[i].brief, word + 1, len)))
			return &options[i];
	return NULL;
}

static bool set_text(const struct verb *self, const struct client_option *option, const char *text,
		     struct client_options *out)
{
	const char **at = (const char **)(void *)((char *)out + option->offset);

	if (!text || !*text)
		return options_complain(self, "--%s needs a value", option->name);
	if (*at)
		return options_complain(self, "--%s is given twice", option->name);
	*at = text;
	return true;
}

static bool set_flag(const struct verb *self, const struct client_option *option, const char *value,
		     struct client_options *out)
{
	if (value)
		return options_complain(self, "--%s takes no value", option->name);
	*(bool *)((char *)out + option->offset) = true;
	return true;
}

/* The last one counts, as iproute2's does: an alias may have the first. */
static bool set_choice(const struct verb *self, const struct client_option *option,
		       const char *value, struct client_options *out)
{
	const char **at = (const char **)(void *)((char *)out + option->offset);

	*at = value ? value : "always";
	if (!colour_is_choice(*at))
		return options_complain(self, "--%s=%s: expected always, auto or never",
					option->name, *at);
	return true;
}

/* "-" is the standard input. */
static const char *const verbs_own[] = { "-", "--drops", "--dry-run", "--follow" };
enum { VERBS_OWN = sizeof(verbs_own) / sizeof(verbs_own[0]) };

static bool is_verbs_own(const char *word)
{
	for (size_t i = 0; i < VERBS_OWN; i++)
		if (strcmp(word, verbs_own[i]) == 0)
			return true;
	return false;
}

/* A misspelt option, not a word of the verb's own. */
static bool refuse_dashes(const struct verb *self, const char *word)
{
	struct nearest nearest = nearest_to(word + strspn(word, "-"));

	for (size_t i = 1; i < VERBS_OWN; i++)
		nearest_offer(&nearest, verbs_own[i] + 2);
	for (size_t i = 0; i < OPTIONS; i++)
		nearest_offer(&nearest, options[i].name);
	if (nearest.found)
		return options_complain(self, "no option \"%s\"; did you mean \"--%s\"?", word,
					nearest.found);
	return options_complain(self, "no option \"%s\"", word);
}

bool client_options(const struct verb *self, int *argc, char **argv, struct client_options *out)
{
	int kept = 1;

	*out = (struct client_options) { 0 };
	for (int i = 1; i < *argc; i++) {
		const struct client_option *option = find_option(argv[i]);
		char *value = strchr(argv[i], '=');
		bool ok = true;

		if (!option && argv[i][0] == '-' && !is_verbs_own(argv[i]))
			return refuse_dashes(self, argv[i]);
		if (!option)
			argv[kept++] = argv[i];
		else if (option->takes == FLAG)
			ok = set_flag(self, option, value, out);
		else if (option->takes == CHOICE)
			ok = set_choice(self, option, value ? value + 1 : NULL, out);
		else if (value)
			ok = set_text(self, option, value + 1, out);
		else
			ok = set_text(self, option, i + 1 < *argc ? argv[++i] : NULL, out);
		if (!ok)
			return false;
	}
	*argc = kept;
	return true;
}
