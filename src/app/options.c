#include "app/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const run_usage = "usage: vxs run -f FILE [--node NAME] [--verbose]\n";
static const char *const check_usage = "usage: vxs check FILE\n";

static void print_help(FILE *to, const struct verb *verbs)
{
	fprintf(to, "vxs: a VXLAN switch in user space\n\n");
	for (const struct verb *v = verbs; v->name; v++)
		fprintf(to, "  vxs %-8s %-42s %s\n", v->name, v->usage, v->help);
	fprintf(to, "\nExit status: 0 ok, 1 bad command line, 2 refused, 4 configuration invalid.\n"
		    "`vxs run` listens to signals: SIGUSR1 shows tables and counters, SIGUSR2 "
		    "tells the\n"
		    "five steps of the next frames, SIGTERM and SIGINT end it.\n");
}

/* Edits (insert, delete, change) between two short words. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], len = strlen(b);

	if (len >= sizeof(row) / sizeof(row[0]))
		return len;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[len];
}

static enum exit_code no_such_verb(const struct verb *verbs, const char *word)
{
	const struct verb *nearest = NULL;
	size_t least = 3;

	for (const struct verb *v = verbs; v->name; v++) {
		size_t d = distance(word, v->name);

		if (d < least) {
			least = d;
			nearest = v;
		}
	}
	fprintf(stderr, "vxs: no command \"%s\"", word);
	if (nearest)
		fprintf(stderr, "; did you mean \"vxs %s\"?\n", nearest->name);
	else
		fprintf(stderr, "; `vxs --help` lists the commands\n");
	return EXIT_USAGE;
}

enum exit_code options_dispatch(const struct verb *verbs, int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr, verbs);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "-help") ||
	    !strcmp(argv[1], "help")) {
		print_help(stdout, verbs);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V") ||
	    !strcmp(argv[1], "-Version")) {
		printf("vxs %s\n", VXS_VERSION);
		return EXIT_OK;
	}
	for (const struct verb *v = verbs; v->name; v++) {
		if (!strcmp(argv[1], v->name))
			return v->run(argc - 1, argv + 1);
	}
	return no_such_verb(verbs, argv[1]);
}

/* Nothing may be left over behind the options; says what is. */
static bool nothing_left(int argc, char **argv, const char *usage)
{
	if (optind == argc)
		return true;
	fprintf(stderr, "vxs %s: unexpected \"%s\"\n%s", argv[0], argv[optind], usage);
	return false;
}

bool options_run(int argc, char **argv, struct run_options *out)
{
	static const struct option longs[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "node", required_argument, NULL, 'n' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*out = (struct run_options) { .node = getenv("VXS_NODE"), .level = LOG_INFO };
	optind = 1;
	while ((c = getopt_long_only(argc, argv, "f:h", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			out->file = optarg;
			break;
		case 'n':
			out->node = optarg;
			break;
		case 'v':
			out->level = LOG_DEBUG;
			break;
		default: /* getopt has said what is wrong */
			fputs(run_usage, stderr);
			return false;
		}
	}
	if (!nothing_left(argc, argv, run_usage))
		return false;
	if (!out->file)
		fprintf(stderr, "vxs run: which cluster file? (-f FILE)\n%s", run_usage);
	return out->file;
}

const char *options_check(int argc, char **argv)
{
	static const struct option longs[] = { { "help", no_argument, NULL, 'h' }, { 0 } };

	optind = 1;
	if (getopt_long_only(argc, argv, "h", longs, NULL) != -1 || optind + 1 != argc) {
		fputs(check_usage, stderr);
		return NULL;
	}
	return argv[optind];
}
