#include "app/ping.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app/conversation.h"
#include "app/pace.h"
#include "base/clock.h"
#include "base/text.h"
#include "ctl/ping.h"

enum {
	SWEEP_WAIT = 400,    /* ms for each probe ... */
	SWEEP_TRIES = 3,     /* ... of which so many must be lost: one may be by chance */
	INTERVAL_MAX = 3600, /* seconds */
	WAIT_MAX = 60,
};

/* -- Options -- */

struct ping_options {
	const char *socket, *node, *count, *interval, *size, *wait;
	bool json, sweep;
};

static bool take_option(const struct verb *self, int c, struct ping_options *out)
{
	const struct {
		int letter;
		const char *name;
		const char **value;
	} valued[] = {
		{ 'S', "--socket", &out->socket }, { 'n', "--node", &out->node },
		{ 'c', "-c", &out->count },        { 'i', "-i", &out->interval },
		{ 's', "-s", &out->size },         { 'W', "-W", &out->wait },
	};

	if (c == 'm')
		out->sweep = true;
	else if (c == 'j')
		out->json = true;
	for (size_t i = 0; i < sizeof(valued) / sizeof(valued[0]); i++)
		if (valued[i].letter == c)
			return options_set_once(self, valued[i].value, valued[i].name);
	return c == 'm' || c == 'j';
}

static bool read_options(const struct verb *self, int argc, char **argv, struct ping_options *out,
			 enum exit_code *code)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 'S' },
		{ "node", required_argument, NULL, 'n' },
		{ "count", required_argument, NULL, 'c' },
		{ "interval", required_argument, NULL, 'i' },
		{ "size", required_argument, NULL, 's' },
		{ "wait", required_argument, NULL, 'W' },
		{ "mtu-sweep", no_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*out = (struct ping_options) { 0 };
	while ((c = options_next(self, argc, argv, ":S:n:c:i:s:W:jh", longs)) != -1) {
		*code = c == 'h' ? EXIT_OK : EXIT_USAGE;
		if (!take_option(self, c, out))
			return false;
	}
	*code = EXIT_USAGE;
	if (optind == argc)
		return options_complain(self, "ping whom? (a node, or what is behind it)");
	if (out->sweep && (out->count || out->interval || out->size))
		return options_complain(self, "--mtu-sweep chooses -c, -i and -s itself");
	return true;
}

/* A decimal number of seconds as ms. */
static bool read_seconds(const struct verb *self, const char *option, const char *text,
			 unsigned least, unsigned most, unsigned *out)
{
	char *end = NULL;
	double seconds;

	if (!text)
		return true;
	seconds = strspn(text, "0123456789.") == strlen(text) ? strtod(text, &end) : -1;
	if (seconds < 0 || (end && *end) || seconds > most || (unsigned)(seconds * 1000) < least)
		return options_complain(self, "%s %s: a number of seconds, %g..%u", option, text,
					least / 1000., most);
	*out = (unsigned)(seconds * 1000);
	return true;
}

/* -- One question -- */

/* All there is to ask with. */
struct asking {
	const struct verb *self;
	struct conversation talk;
	struct command command;
	uint64_t count;          /* 0: without end */
	unsigned interval, wait; /* ms */
	bool json;
};

/* What the switch says to one request, its last line included. */
static enum exit_code hear(struct asking *a, struct probe_report *out)
{
	char why[COMMAND_WHY] = "";
	enum rendered rendered = RENDERED_MORE;

	while (rendered == RENDERED_MORE) {
		ssize_t len = conversation_hear(&a->talk);

		if (len <= 0)
			break;
		rendered = probe_report_read(out, a->talk.line, (size_t)len, why);
	}
	if (rendered == RENDERED_DONE)
		return EXIT_OK;
	text_tame(why);
	if (rendered == RENDERED_REFUSED)
		fprintf(stderr, "vxs ping: %s\n", why);
	else if (!pace_stopped())
		log_error("the switch has ended, or said something that is no answer");
	return rendered == RENDERED_REFUSED ? EXIT_REFUSED : EXIT_ABSENT;
}

static enum exit_code probe(struct asking *a, struct probe_report *out)
{
	return conversation_send(&a->talk, &a->command) ? hear(a, out) : EXIT_ABSENT;
}

/* -- One after another -- */

static enum exit_code ping_all(struct asking *a)
{
	struct ping ping = { .to = stdout, .json = a->json };
	uint64_t first = pace_now(), next = first;
	enum exit_code code = EXIT_OK;

	while (code == EXIT_OK && !pace_stopped() && (!a->count || ping.sent < a->count)) {
		struct probe_report report;

		pace_until(next);
		next = pace_now() + a->interval * NS_PER_MS;
		code = pace_stopped() ? EXIT_OK : probe(a, &report);
		if (code == EXIT_OK && !pace_stopped())
			ping_tell(&ping, &report, a->wait);
	}
	ping_end(&ping, (pace_now() - first) / NS_PER_MS);
	if (code != EXIT_OK && !pace_stopped())
		return code;
	return ping.received ? EXIT_OK : EXIT_FAILED;
}

/* -- The largest MTU -- */

/* Silence counts when it is repeated. */
static enum exit_code try_size(struct asking *a, struct probe_report *out)
{
	enum exit_code code = EXIT_OK;
	unsigned tries = 0;

	do
		code = probe(a, out);
	while (code == EXIT_OK && out->outcome == PROBE_SILENCE && ++tries < SWEEP_TRIES);
	return code;
}

static enum exit_code sweep(struct asking *a)
{
	struct sweep s = sweep_begin();

	while (s.next && !pace_stopped()) {
		struct probe_report report;
		enum exit_code code;

		a->command.size = (uint16_t)s.next;
		code = try_size(a, &report);
		if (code != EXIT_OK)
			return pace_stopped() ? EXIT_FAILED : code;
		sweep_learn(&s, &report);
	}
	if (pace_stopped())
		return EXIT_FAILED;
	sweep_tell(stdout, a->json, &s);
	return sweep_is_silent(&s) ? EXIT_FAILED : EXIT_OK;
}

/* -- The verb -- */

/* The words behind the options, as those of the request. */
static bool read_words(struct asking *a, const struct ping_options *o, int count, char **words)
{
	enum { WORDS = 8 };
	char noun[] = "probe", size_word[] = "size", wait_word[] = "wait", wait[16], size[16];
	char *all[WORDS + 5] = { noun }, why[COMMAND_WHY];
	int n = 1;

	if (count > WORDS)
		return options_complain(a->self, "unexpected \"%s\"", words[WORDS]);
	for (int i = 0; i < count; i++)
		all[n++] = words[i];
	snprintf(size, sizeof(size), "%.8s", o->size ? o->size : "64");
	snprintf(wait, sizeof(wait), "%u", a->wait);
	all[n++] = size_word;
	all[n++] = size;
	all[n++] = wait_word;
	all[n++] = wait;
	return command_parse(&a->command, n, all, why) || options_complain(a->self, "%s", why);
}

enum exit_code verb_ping(const struct verb *self, int argc, char **argv)
{
	struct asking a = { .self = self, .interval = 1000, .wait = 1000 };
	struct ping_options o;
	enum exit_code code;

	if (!read_options(self, argc, argv, &o, &code))
		return code;
	a.json = o.json;
	a.wait = o.sweep ? SWEEP_WAIT : a.wait;
	if (!options_count(self, "-c", o.count, "how many", &a.count) ||
	    !read_seconds(self, "-i", o.interval, 0, INTERVAL_MAX, &a.interval) ||
	    !read_seconds(self, "-W", o.wait, 1, WAIT_MAX, &a.wait) ||
	    !read_words(&a, &o, argc - optind, argv + optind))
		return EXIT_USAGE;
	code = conversation_open(&a.talk, self,
				 &(struct client_options) { .socket = o.socket, .node = o.node });
	if (code != EXIT_OK)
		return code;
	pace_catch();
	code = o.sweep ? sweep(&a) : ping_all(&a);
	conversation_close(&a.talk);
	return code;
}
