/* The cluster file on its way from disk to a checked value, with its complaints printed. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "plan/cluster.h"

enum {
	CONFIG_MAX = 16 << 20, /* longest cluster file */
	CONFIG_PATIENCE = 5,   /* seconds that a pipe may keep us waiting */
};

struct config {
	const char *file; /* as named on the command line; "<stdin>" for "-" */
	char *text;
	size_t len;
	struct cluster *cluster; /* usable only when errors counts no error */
	struct errors errors;
};

/* Reads and checks @file, "-" being the standard input.  0; or −errno when it cannot be read at all: −EFBIG above CONFIG_MAX,
 * −ETIMEDOUT from a pipe into which nobody writes.  Complaints are gathered in @out->errors, not
 * printed. */
int config_read(struct config *out, const char *file);

/* Why config_read() gave @rc, for people. */
const char *config_unreadable(int rc);

/* Writes what was gathered, if anything, and where there is an error @consequence ("Nothing was
 * changed."; NULL: nothing).  True when there is none (warnings are fine). */
bool config_report(struct config *config, FILE *to, const char *consequence);

void config_free(struct config *config);

#endif
