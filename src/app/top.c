#include "app/top.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/conversation.h"
#include "app/pace.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/top.h"

enum { INTERVAL_MAX = 3600 /* seconds */ };

struct watching {
	const struct verb *self;
	struct client_options options;
	struct conversation talk;
	const char *network; /* NULL: all of them, and the peers */
	uint64_t count;      /* of readings that are told; 0: without end */
	uint64_t interval;   /* ns */
};

/* -- Words -- */

/* The value of argv[*i] where that is option -@letter or --@name, "=" or a word behind it; else NULL.  *@i is then at
 * the value. */
static const char *value_of(char **argv, int *i, char letter, const char *name)
{
	size_t dashes = strspn(argv[*i], "-"), len = strlen(name);
	const char *word = argv[*i] + dashes, *behind = word + len;

	if (dashes == 1 && word[0] == letter && (!word[1] || word[1] == '='))
		behind = word + 1;
	else if (dashes == 0 || dashes > 2 || strncmp(word, name, len) != 0 ||
		 (*behind && *behind != '='))
		return NULL;
	if (*behind == '=')
		return behind + 1;
	return argv[*i + 1] ? argv[++*i] : "";
}

/* Takes "-n COUNT" and "-i SECONDS", which are its own, out of the words: what is left are those of every client. */
static bool take_own(const struct verb *self, int *argc, char **argv, const char **count,
		     const char **interval)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		const char **to = count, *name = "-n";
		const char *value = value_of(argv, &i, 'n', "count");

		if (!value) {
			to = interval;
			name = "-i";
			value = value_of(argv, &i, 'i', "interval");
		}
		if (!value) {
			argv[kept++] = argv[i];
			continue;
		}
		if (!*value)
			return options_complain(self, "%s needs a value", name);
		if (*to)
			return options_complain(self, "%s is given twice", name);
		*to = value;
	}
	*argc = kept;
	return true;
}

static bool read_interval(const struct verb *self, const char *text, uint64_t *out)
{
	char *end = NULL;
	double seconds;

	if (!text)
		return true;
	seconds = strspn(text, "0123456789.") == strlen(text) ? strtod(text, &end) : -1;
	if (!(seconds >= 0.1 && seconds <= INTERVAL_MAX) || *end)
		return options_complain(self, "-i %s: a number of seconds, 0.1..%d", text,
					INTERVAL_MAX);
	*out = (uint64_t)(seconds * (double)NS_PER_S);
	return true;
}

/* [[dev] NAME] */
static bool read_network(struct watching *w, int argc, char **argv)
{
	int at = argc > 1 && strcmp(argv[1], "dev") == 0 ? 2 : 1;

	if (at == 2 && argc == 2)
		return options_complain(w->self, "dev needs a value");
	if (at + 1 < argc)
		return options_complain(w->self, "unexpected \"%s\"", argv[at + 1]);
	if (at < argc && argv[at][0] == '-')
		return options_complain(w->self, "no option \"%s\"", argv[at]);
	w->network = at < argc ? argv[at] : NULL;
	return true;
}

static bool make_request(const struct watching *w, struct command *command, const char *noun,
			 const char *network)
{
	const char *words[] = { noun, "dev", network };
	char why[COMMAND_WHY];

	/* getopt's type for words that it does not change */
	return command_parse(command, network ? 3 : 1, (char *const *)(void *)words, why) ||
	       options_complain(w->self, "%s", why);
}

/* -- A reading -- */

static enum exit_code outcome(const struct watching *w, enum rendered rendered, char *why)
{
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	text_tame(why);
	if (rendered == RENDERED_REFUSED)
		fprintf(stderr, "vxs %s: %s\n", w->self->name, why);
	else if (!pace_stopped())
		log_error("the switch has ended, or said something that is no answer");
	return rendered == RENDERED_REFUSED ? EXIT_REFUSED : EXIT_ABSENT;
}

static enum exit_code ask(struct watching *w, const char *noun, const char *network,
			  struct top_reading *out)
{
	enum rendered rendered = RENDERED_MORE;
	struct command command;
	char why[COMMAND_WHY] = "";
	ssize_t len;

	if (!make_request(w, &command, noun, network))
		return EXIT_USAGE;
	if (!conversation_send(&w->talk, &command))
		return EXIT_ABSENT;
	while (rendered == RENDERED_MORE && (len = conversation_hear(&w->talk)) > 0)
		rendered = top_read(out, w->talk.line, (size_t)len, why);
	return outcome(w, rendered, why);
}

static enum exit_code read_all(struct watching *w, struct top_reading *out)
{
	enum exit_code code;

	*out = (struct top_reading) { .ns = pace_now() };
	code = ask(w, "stats", w->network, out);
	if (code == EXIT_OK && !w->network)
		code = ask(w, "peer", NULL, out);
	if (code == EXIT_OK && out->short_of_memory) {
		log_error("memory is short");
		code = EXIT_REFUSED;
	}
	return code;
}

/* -- One after another -- */

static bool paints(const struct watching *w)
{
	const char *term = getenv("TERM");

	return !w->options.json && isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* The last line stays for the cursor. */
static unsigned lines_of_terminal(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 ? size.ws_row - 1U
									       : 0;
}

static enum exit_code tell(const struct watching *w, const struct top_reading *before,
			   const struct top_reading *after, bool more)
{
	struct render render = conversation_render(&w->options, NULL);
	struct top_look look = { .render = &render, .repaint = paints(w), .more = more };
	struct top_reading between = top_between(before, after);
	bool whole = !between.short_of_memory;

	look.lines = look.repaint ? lines_of_terminal() : 0;
	if (whole)
		top_tell(&look, &between);
	else
		log_error("memory is short");
	top_forget(&between);
	return whole && !ferror(stdout) ? EXIT_OK : EXIT_REFUSED;
}

static enum exit_code watch(struct watching *w)
{
	struct top_reading before, after;
	enum exit_code code = read_all(w, &before);
	uint64_t told = 0, next = before.ns;

	while (code == EXIT_OK && (!w->count || told < w->count)) {
		next += w->interval;
		pace_until(next);
		if (pace_stopped())
			break;
		code = read_all(w, &after);
		if (code == EXIT_OK)
			code = tell(w, &before, &after, told++ > 0);
		top_forget(&before);
		before = after;
	}
	top_forget(&before);
	return pace_stopped() ? EXIT_OK : code;
}

/* -- The verb -- */

enum exit_code verb_top(const struct verb *self, int argc, char **argv)
{
	struct watching w = { .self = self, .interval = NS_PER_S };
	const char *count = NULL, *interval = NULL;
	struct command command;
	enum exit_code code;

	if (!take_own(self, &argc, argv, &count, &interval) ||
	    !client_options(self, &argc, argv, &w.options))
		return EXIT_USAGE;
	if (w.options.help) {
		options_usage(stdout, self);
		return EXIT_OK;
	}
	if (!options_count(self, "-n", count, "how many readings", &w.count) ||
	    !read_interval(self, interval, &w.interval) || !read_network(&w, argc, argv) ||
	    !make_request(&w, &command, "stats", w.network))
		return EXIT_USAGE;
	code = conversation_open(&w.talk, self, &w.options);
	if (code != EXIT_OK)
		return code;
	pace_catch();
	signal(SIGPIPE, SIG_IGN); /* a switch that has ended meanwhile is an error to be told */
	code = watch(&w);
	conversation_close(&w.talk);
	return code;
}
