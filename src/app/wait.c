#include "app/wait.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/conversation.h"
#include "app/pace.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/text.h"
#include "ctl/ping.h"

enum { REASON = 640, WORDS = 8 };

struct wait {
	const struct verb *self;
	struct client_options options;
	struct command command;
	uint64_t patience;   /* ns */
	char reason[REASON]; /* why it is not so yet */
};

/* -- What is waited for -- */

/* The question whose answer says so; further words follow those of the command line. */
static const struct goal {
	const char *name;
	const char *asked[3];
} goals[] = {
	{ "ready", { "status" } },
	{ "peer", { "probe" } },
	{ "fdb", { "fdb", "get" } },
	{ "neigh", { "neigh", "get" } },
};

enum { GOALS = sizeof(goals) / sizeof(goals[0]) };

static const struct goal *find_goal(const struct verb *self, const char *word)
{
	struct nearest nearest = nearest_to(word);

	for (size_t i = 0; i < GOALS; i++) {
		if (strcmp(goals[i].name, word) == 0)
			return &goals[i];
		nearest_offer(&nearest, goals[i].name);
	}
	if (nearest.found)
		options_complain(self, "wait for \"%s\"? did you mean \"%s\"?", word,
				 nearest.found);
	else
		options_complain(self, "wait for \"%s\"? (ready, peer, fdb or neigh)", word);
	return NULL;
}

static bool read_goal(struct wait *w, int argc, char **argv)
{
	const struct goal *goal;
	char *words[WORDS + 3], why[COMMAND_WHY];
	int count = 0;

	if (argc < 2)
		return options_complain(w->self, "wait for what?");
	goal = find_goal(w->self, argv[1]);
	if (!goal)
		return false;
	for (; goal->asked[count]; count++)
		words[count] = (char *)(uintptr_t)goal->asked[count];
	if (argc - 2 > WORDS)
		return options_complain(w->self, "unexpected \"%s\"", argv[2 + WORDS]);
	for (int i = 2; i < argc; i++)
		words[count++] = argv[i];
	return command_parse(&w->command, count, words, why) ||
	       options_complain(w->self, "%s", why);
}

/* "500ms", "5s", "1m", or seconds. */
static bool read_patience(struct wait *w, const char *text)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "ms", 0.001 }, { "m", 60 } };
	size_t len = strspn(text, "0123456789.");
	double number = len > 0 && len < 12 ? strtod(text, NULL) : -1;

	for (size_t i = 0; number >= 0 && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + len, units[i].unit) != 0 || number * units[i].seconds > WAIT_MOST)
			continue;
		w->patience = (uint64_t)(number * units[i].seconds * (double)NS_PER_S);
		return true;
	}
	return options_complain(w->self, "--timeout %s: how long, such as 500ms, 5s or 1m", text);
}

/* Takes "--timeout T" out of the words. */
static bool take_timeout(struct wait *w, int *argc, char **argv)
{
	int kept = 1;

	w->patience = WAIT_LONG * NS_PER_S;
	for (int i = 1; i < *argc; i++) {
		const char *word = argv[i] + strspn(argv[i], "-"), *value = NULL;

		if (word == argv[i] || strncmp(word, "timeout", 7) != 0) {
			argv[kept++] = argv[i];
			continue;
		}
		if (word[7] == '=')
			value = word + 8;
		else if (!word[7] && i + 1 < *argc)
			value = argv[++i];
		if (!value)
			return options_complain(w->self, "--timeout needs a value");
		if (!read_patience(w, value))
			return false;
	}
	*argc = kept;
	return true;
}

/* -- Asking -- */

static void keep_reason(void *context, const char *line, size_t len)
{
	static const char prefix[] = "vxs: error: ";
	struct wait *w = context;
	size_t skipped = strncmp(line, prefix, sizeof(prefix) - 1) == 0 ? sizeof(prefix) - 1 : 0;

	snprintf(w->reason, sizeof(w->reason), "%.*s", (int)(len - skipped), line + skipped);
	w->reason[strcspn(w->reason, "\n")] = '\0';
}

/* Where the outcome of a probe is not an answer, that is the reason. */
static bool tells_yes(struct wait *w, const char *line, size_t len)
{
	char why[COMMAND_WHY] = "";
	struct probe_report report;

	if (w->command.verb->id != VERB_PROBE)
		return true;
	if (probe_report_read(&report, line, len, why) == RENDERED_MORE &&
	    report.outcome == PROBE_ANSWERED)
		return true;
	snprintf(w->reason, sizeof(w->reason), "%s does not answer", w->command.to);
	return false;
}

static bool hears_yes(struct wait *w, struct conversation *c)
{
	struct render render = { .command = &w->command, .json = true };
	char why[COMMAND_WHY] = "the switch has ended", *shown = NULL;
	enum rendered rendered = RENDERED_MORE;
	size_t room = 0;
	bool yes = false;
	ssize_t len;

	render.to = open_memstream(&shown, &room);
	while (render.to && rendered == RENDERED_MORE && (len = conversation_hear(c)) > 0) {
		rendered = render_line(&render, c->line, (size_t)len, why);
		if (rendered == RENDERED_MORE)
			yes = tells_yes(w, c->line, (size_t)len);
	}
	if (rendered != RENDERED_DONE && rendered != RENDERED_MORE)
		snprintf(w->reason, sizeof(w->reason), "%s", why);
	if (render.to)
		fclose(render.to);
	free(shown);
	return yes && rendered == RENDERED_DONE;
}

static bool is_so(struct wait *w)
{
	struct conversation c;
	bool so;

	if (conversation_open(&c, w->self, &w->options) != EXIT_OK)
		return false;
	so = conversation_send(&c, &w->command) && hears_yes(w, &c);
	conversation_close(&c);
	return so;
}

/* -- Waiting -- */

/* At least once, however short the time is. */
static bool wait_for(struct wait *w)
{
	const struct timespec again = { .tv_nsec = WAIT_AGAIN * (long)NS_PER_MS };
	uint64_t end = pace_now() + w->patience;
	bool so;

	log_set_writer(keep_reason, w);
	while (!(so = is_so(w)) && pace_now() < end)
		nanosleep(&again, NULL);
	log_set_writer(NULL, NULL);
	return so;
}

enum exit_code verb_wait(const struct verb *self, int argc, char **argv)
{
	struct wait w = { .self = self };

	if (!take_timeout(&w, &argc, argv) || !client_options(self, &argc, argv, &w.options))
		return EXIT_USAGE;
	if (w.options.help) {
		options_usage(stdout, self);
		return EXIT_OK;
	}
	if (!read_goal(&w, argc, argv))
		return EXIT_USAGE;
	if (wait_for(&w))
		return EXIT_OK;
	text_tame(w.reason);
	fprintf(stderr, "vxs wait: not within %g s: %s\n", (double)w.patience / (double)NS_PER_S,
		w.reason);
	return EXIT_FAILED;
}
