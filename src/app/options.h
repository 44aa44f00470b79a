/* The command line: a table of verbs, and the options of each.  Help and dispatch come from the
 * table, so they cannot disagree.
 *
 * Answers that were asked for go to stdout; what is wrong goes to stderr, one line and the usage.
 * Long options may have one dash or two, and may be cut short. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "app/state.h"
#include "base/log.h"
#include "ctl/report.h"

/* What the process says when it ends (SPEC §2). */
enum exit_code {
	EXIT_OK = 0,
	EXIT_USAGE = 1,   /* bad command line */
	EXIT_REFUSED = 2, /* understood, but the system or the switch said no */
	EXIT_ABSENT = 3,  /* no switch to ask */
	EXIT_CONFIG = 4,  /* the cluster file has errors */
	EXIT_FAILED = 5,  /* a probe was not answered, or something was found */
};

struct verb {
	const char *name;
	const char *usage; /* what follows the name */
	const char *help;  /* one line */
	enum exit_code (*run)(const struct verb *self, int argc, char **argv);
};

struct run_options {
	const char *file; /* -f; NULL: none, and then what follows may be given */
	const char *interface;
	struct addr address, address6; /* family ADDR_NONE: not given */
	struct addr public_ip;         /* what others dial, if that is another; likewise */
	const char *node;              /* --node, or $VXS_NODE, or NULL */
	const char *socket;            /* --socket, or NULL */
	struct state_options state;
	enum log_level level;
};

struct check_options {
	const char *file;
	enum report_format format;
};

struct explain_options {
	const char *code; /* NULL: all of them */
	bool json;
};

/* Finds the verb in @argv[1] among @verbs (ended by one without a name) and runs it with what
 * follows; says what is wrong, with the nearest right word, when there is none. */
enum exit_code options_dispatch(const struct verb *verbs, int argc, char **argv);

/* `vxs run`: true when @out is complete.  Else all is said, and *@code is how to end: help was
 * asked for, or something is wrong. */
bool options_run(const struct verb *self, int argc, char **argv, struct run_options *out,
		 enum exit_code *code);

/* `vxs check` and `vxs explain`, in the same way. */
bool options_check(const struct verb *self, int argc, char **argv, struct check_options *out,
		   enum exit_code *code);
bool options_explain(const struct verb *self, int argc, char **argv, struct explain_options *out,
		     enum exit_code *code);

/* "usage: vxs run -f FILE ..." */
void options_usage(FILE *to, const struct verb *verb);
/* For verbs that read their own options with getopt_long_only(): the next option's letter; −1 behind the
 * last one; '?' when it is wrong, which has been said; 'h' after the usage was printed. */
struct option;
int options_next(const struct verb *verb, int argc, char **argv, const char *shorts,
		 const struct option *longs);

/* Takes the option's value (optarg) as *@value; says what is wrong when there was one already. */
bool options_set_once(const struct verb *verb, const char **value, const char *option);

/* A number from 1 on: fills in *@out, which stays what it is where @text is NULL; says what is wrong.  @what: "how
 * many readings". */
bool options_count(const struct verb *verb, const char *option, const char *text, const char *what,
		   uint64_t *out);

/* Says what is left over behind the options, if anything is. */
bool options_nothing_left(const struct verb *verb, int argc, char **argv);

/* Says what is wrong with the command line, and how it is right. */
bool options_complain(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
