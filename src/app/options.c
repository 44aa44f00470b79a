#include "app/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"

/* -- What is said -- */

void options_usage(FILE *to, const struct verb *verb)
{
	fprintf(to, "usage: vxs %s %s\n", verb->name, verb->usage);
}

enum { USAGE_WIDTH = 42 };

/* A long usage has its help in the next line. */
static void print_verb(FILE *to, const struct verb *verb)
{
	const char *between = strlen(verb->usage) > USAGE_WIDTH ? "\n" : " ";
	int indent = *between == '\n' ? USAGE_WIDTH + 18 : 0;

	fprintf(to, "  vxs %-10s %-*s%s%*s%s\n", verb->name, USAGE_WIDTH, verb->usage, between,
		indent, "", verb->help);
}

static void print_help(FILE *to, const struct verb *verbs)
{
	fprintf(to, "vxs: a VXLAN switch in user space\n\n");
	for (const struct verb *v = verbs; v->name; v++)
		print_verb(to, v);
	fprintf(to,
		"\nListings take -j and -p (JSON), -s, -d, -br (columns; -H: with headings), -o (a "
		"line each)\n"
		"and -c[=always|auto|never] (colours), as iproute2 does.\n"
		"\nExit status: 0 ok, 1 bad command line, 2 refused, 3 no switch to ask,\n"
		"4 configuration invalid, 5 a probe failed or a wait was in vain.\n"
		"`vxs help VERB` says more.\n"
		"`vxs run` without a file is an empty switch for `vxs link add`; it takes "
		"--address,\n--address6 and --interface; with a file whose subnets are leased from "
		"etcd, "
		"--public-ip too.\n"
		"`vxs run` listens to signals: SIGUSR1 shows tables and counters, SIGUSR2 "
		"tells the\n"
		"five steps of the next frames, SIGHUP reads the file again, SIGTERM and SIGINT "
		"end it.\n");
}

/* "vxs: ..." or "vxs run: ...": one line on stderr, whatever the words in it are made of. */
static void __attribute__((format(printf, 2, 0)))
vsay(const char *name, const char *format, va_list args)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, args);
	text_tame(line);
	fprintf(stderr, "vxs%s%s: %s\n", name ? " " : "", name ? name : "", line);
}

static void __attribute__((format(printf, 2, 3))) say(const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(name, format, args);
	va_end(args);
}

/* What is wrong, and how it is right; returns false for its callers' sake. */
bool options_complain(const struct verb *verb, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(verb->name, format, args);
	va_end(args);
	options_usage(stderr, verb);
	return false;
}

/* -- Verbs -- */

static const struct verb *find_verb(const struct verb *verbs, const char *name)
{
	for (const struct verb *v = verbs; v->name; v++) {
		if (!strcmp(v->name, name))
			return v;
	}
	return NULL;
}

static enum exit_code no_such_verb(const struct verb *verbs, const char *word)
{
	struct nearest nearest = nearest_to(word);

	for (const struct verb *v = verbs; v->name; v++)
		nearest_offer(&nearest, v->name);
	if (nearest.found)
		say(NULL, "no command \"%s\"; did you mean \"vxs %s\"?", word, nearest.found);
	else
		say(NULL, "no %s \"%s\"; `vxs --help` lists the commands",
		    *word == '-' ? "option" : "command", word);
	return EXIT_USAGE;
}

/* `vxs help`, `vxs help VERB` */
static enum exit_code help(const struct verb *verbs, int argc, char **argv)
{
	char option[] = "--help";
	char *asked[] = { argv[argc > 1], option, NULL };
	const struct verb *verb;

	if (argc == 1) {
		print_help(stdout, verbs);
		return EXIT_OK;
	}
	verb = find_verb(verbs, argv[1]);
	if (!verb)
		return no_such_verb(verbs, argv[1]);
	if (argc > 2) {
		say(argv[0], "unexpected \"%s\"", argv[2]);
		return EXIT_USAGE;
	}
	return verb->run(verb, 2, asked);
}

static enum exit_code version(int argc, char **argv)
{
	if (argc > 1) {
		say(argv[0], "unexpected \"%s\"", argv[1]);
		return EXIT_USAGE;
	}
	printf("vxs %s\n", VXS_VERSION);
	return EXIT_OK;
}

/* Is @word one of @spellings, which a NULL ends? */
static bool is_one_of(const char *word, const char *const *spellings)
{
	while (*spellings && strcmp(word, *spellings) != 0)
		spellings++;
	return *spellings;
}

/* Brings the verb to the front of the options that stand before it, as in `bridge -j fdb`. */
static void verb_first(const struct verb *verbs, int argc, char **argv)
{
	static const char *const valued[] = { "--socket", "-socket", "-S",    "--node", "-node",
					      "-n",       "--file",  "-file", "-f",     "--batch",
					      "-batch",   "-b",      NULL };
	int at = 1;
	char *verb;

	while (at < argc && argv[at][0] == '-')
		at += is_one_of(argv[at], valued) ? 2 : 1;
	if (at >= argc || !find_verb(verbs, argv[at]))
		return;
	verb = argv[at];
	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = verb;
}

/* `vxs -j -b FILE`: no verb, for they are in the file. */
static bool has_batch(int argc, char **argv)
{
	static const char *const spellings[] = { "-b", "-batch", "--batch", NULL };

	for (int i = 1; i < argc; i++)
		if (is_one_of(argv[i], spellings))
			return true;
	return false;
}

enum exit_code options_dispatch(const struct verb *verbs, int argc, char **argv)
{
	static const char *const helps[] = { "help", "--help", "-help", "-h", NULL };
	static const char *const versions[] = { "version", "--version", "-version", "-V", NULL };
	const struct verb *verb;

	if (argc < 2) {
		print_help(stderr, verbs);
		return EXIT_USAGE;
	}
	if (is_one_of(argv[1], helps))
		return help(verbs, argc - 1, argv + 1);
	if (is_one_of(argv[1], versions))
		return version(argc - 1, argv + 1);
	verb_first(verbs, argc, argv);
	verb = find_verb(verbs, argv[1]);
	if (argv[1][0] == '-' && has_batch(argc, argv))
		return find_verb(verbs, "-b")->run(find_verb(verbs, "-b"), argc, argv);
	return verb ? verb->run(verb, argc - 1, argv + 1) : no_such_verb(verbs, argv[1]);
}

/* -- Options of a verb -- */

/* @word is the one at fault; its value, if it has one, is cut off. */
static void refuse_option(const struct verb *verb, const struct option *longs, int c, char *word)
{
	size_t len = strcspn(word, "=");
	bool has_value = word[len];
	struct nearest nearest = nearest_to(word + strspn(word, "-"));

	word[len] = '\0';
	if (c == ':') {
		options_complain(verb, "%s needs a value", word);
	} else if (optopt && has_value) {
		options_complain(verb, "%s takes no value", word);
	} else {
		for (; longs->name; longs++)
			nearest_offer(&nearest, longs->name);
		if (nearest.found)
			options_complain(verb, "no option \"%s\"; did you mean \"--%s\"?", word,
					 nearest.found);
		else
			options_complain(verb, "no option \"%s\"", word);
	}
}

/* The word at fault is the last that getopt has passed. */
int options_next(const struct verb *verb, int argc, char **argv, const char *shorts,
		 const struct option *longs)
{
	int c;

	opterr = 0;
	c = getopt_long_only(argc, argv, shorts, longs, NULL);
	if (c == 'h')
		options_usage(stdout, verb);
	if (c != '?' && c != ':')
		return c;
	refuse_option(verb, longs, c, argv[optind - 1]);
	return '?';
}

bool options_set_once(const struct verb *verb, const char **value, const char *option)
{
	if (*value)
		return options_complain(verb, "%s is given twice", option);
	if (!*optarg)
		return options_complain(verb, "%s needs a value, and has an empty one", option);
	*value = optarg;
	return true;
}

bool options_count(const struct verb *verb, const char *option, const char *text, const char *what,
		   uint64_t *out)
{
	if (!text)
		return true;
	*out = strspn(text, "0123456789") == strlen(text) && strlen(text) < 10
		       ? strtoul(text, NULL, 10)
		       : 0;
	return *out || options_complain(verb, "%s %s: %s, 1..999999999", option, text, what);
}

bool options_nothing_left(const struct verb *verb, int argc, char **argv)
{
	return optind == argc || options_complain(verb, "unexpected \"%s\"", argv[optind]);
}

/* What the environment says, an empty word being none. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool set_address(const struct verb *self, struct addr *out, enum addr_family family,
			const char *option)
{
	if (out->family)
		return options_complain(self, "%s is given twice", option);
	if (addr_parse(optarg, out) && out->family == family)
		return true;
	return options_complain(self, "%s \"%s\": expected an %s address", option, optarg,
				family == ADDR_V4 ? "IPv4" : "IPv6");
}

/* What makes a node of a machine that the file does not have (plan/leased.h). */
static bool check_given(const struct verb *self, const struct run_options *o)
{
	if (o->public_ip.family && !o->file)
		return options_complain(self, "--public-ip is what others are told, and without -f "
					      "nobody is");
	if (o->file && !o->address.family &&
	    (o->address6.family || o->interface || o->public_ip.family))
		return options_complain(self, "with -f, --address6, --public-ip and --interface "
					      "need --address: a node that the file does not have "
					      "is known by that");
	return true;
}

bool options_run(const struct verb *self, int argc, char **argv, struct run_options *out,
		 enum exit_code *code)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "node", required_argument, NULL, 'n' },
		{ "socket", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, 'S' },
		{ "address", required_argument, NULL, 'a' },
		{ "address6", required_argument, NULL, '6' },
		{ "public-ip", required_argument, NULL, 'p' },
		{ "interface", required_argument, NULL, 'i' },
		{ "volatile", no_argument, NULL, 'V' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool ok = true;
	int c;

	*out = (struct run_options) { .level = LOG_INFO };
	*code = EXIT_USAGE;
	while (ok && (c = options_next(self, argc, argv, ":f:h", longs)) != -1) {
		if (c == 'f') {
			ok = options_set_once(self, &out->file, "-f");
		} else if (c == 'n') {
			ok = options_set_once(self, &out->node, "--node");
		} else if (c == 's') {
			ok = options_set_once(self, &out->socket, "--socket");
		} else if (c == 'S') {
			ok = options_set_once(self, &out->state.directory, "--state");
		} else if (c == 'a') {
			ok = set_address(self, &out->address, ADDR_V4, "--address");
		} else if (c == '6') {
			ok = set_address(self, &out->address6, ADDR_V6, "--address6");
		} else if (c == 'p') {
			ok = set_address(self, &out->public_ip, ADDR_V4, "--public-ip");
		} else if (c == 'i') {
			ok = options_set_once(self, &out->interface, "--interface");
		} else if (c == 'V') {
			out->state.is_volatile = true;
		} else if (c == 'v') {
			out->level = LOG_DEBUG;
		} else {
			*code = c == 'h' ? EXIT_OK : EXIT_USAGE;
			return false;
		}
	}
	if (!ok || !options_nothing_left(self, argc, argv))
		return false;
	if (out->state.directory && out->state.is_volatile)
		return options_complain(self, "--state and --volatile exclude each other");
	if (!out->node)
		out->node = environment("VXS_NODE");
	return check_given(self, out);
}

static bool set_format(const struct verb *self, bool *given, enum report_format *format,
		       const char *word)
{
	if (*given)
		return options_complain(self, "the format is given twice");
	*given = true;
	return report_format_parse(word, format) ||
	       options_complain(self, "no format \"%s\": text, json or github", word);
}

bool options_check(const struct verb *self, int argc, char **argv, struct check_options *out,
		   enum exit_code *code)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'F' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool ok = true, given = false;
	int c;

	*out = (struct check_options) { .format = REPORT_TEXT };
	*code = EXIT_USAGE;
	/* -f is named for its own sake: it would be taken for the beginning of --format. */
	while (ok && (c = options_next(self, argc, argv, ":fjh", longs)) != -1) {
		if (c == 'F') {
			ok = set_format(self, &given, &out->format, optarg);
		} else if (c == 'j') {
			ok = set_format(self, &given, &out->format, "json");
		} else if (c == 'f') {
			ok = options_complain(self, "no option \"-f\": the file stands alone");
		} else {
			*code = c == 'h' ? EXIT_OK : EXIT_USAGE;
			return false;
		}
	}
	if (!ok)
		return false;
	if (optind == argc)
		return options_complain(self, "which cluster file?");
	out->file = argv[optind++];
	return options_nothing_left(self, argc, argv);
}

bool options_explain(const struct verb *self, int argc, char **argv, struct explain_options *out,
		     enum exit_code *code)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*out = (struct explain_options) { 0 };
	*code = EXIT_USAGE;
	while ((c = options_next(self, argc, argv, ":jh", longs)) != -1) {
		if (c != 'j') {
			*code = c == 'h' ? EXIT_OK : EXIT_USAGE;
			return false;
		}
		out->json = true;
	}
	if (optind < argc)
		out->code = argv[optind++];
	return options_nothing_left(self, argc, argv);
}
