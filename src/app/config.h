/* The cluster file on its way from disk to a checked value, with its complaints printed; and, where it
 * divides a network among nodes, the lease file beside it and the subnets that follow from both. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "plan/cluster.h"
#include "plan/leased.h"
#include "plan/made.h"
#include "plan/subnet.h"

enum {
	CONFIG_MAX = 16 << 20, /* longest cluster file */
	CONFIG_PATIENCE = 5,   /* seconds that a pipe may keep us waiting */
};

struct lease_file {
	char *path;
	char *text;
	size_t len;
	struct leases *leases; /* NULL: there is no such file */
	int unreadable;        /* −errno where there is one */
	struct errors errors;  /* places are this file's */
};

struct config {
	char *file; /* as named on the command line; "<stdin>" for "-" */
	char *text;
	size_t len;
	struct cluster *cluster; /* usable only when errors counts no error */
	uint32_t own;            /* networks of it that are the file's: the first ones */
	struct errors errors;
	struct lease_file leases;
	struct subnets *subnets; /* where there is no error in either file */
};

/* What comes to what a file says; each may be NULL: nothing, and so may be a pointer to all of it. */
struct beside {
	const struct made_list *made; /* networks that commands made, unless the file contradicts */
	const struct leased *leased;  /* what etcd says, where subnets are leased there */
	const struct node_given *given; /* this node, where the file has it not and they are */
};

/* Reads and checks @file, "-" being the standard input.  0; or −errno when it cannot be read at all: −EFBIG above CONFIG_MAX,
 * −ETIMEDOUT from a pipe into which nobody writes.  Complaints are gathered in @out->errors, not
 * printed. */
int config_read(struct config *out, const char *file, const struct beside *beside);

/* The same for the @len bytes at @text, which somebody has read from @file. */
int config_take(struct config *out, const char *file, const char *text, size_t len,
		const struct beside *beside);

/* @file with its whole path, to be freed; "-" stays so.  NULL when memory is short. */
char *config_path(const char *file);

/* Why config_read() gave @rc, for people. */
const char *config_unreadable(int rc);

/* No error in any of its files. */
bool config_is_fine(const struct config *config);

/* Writes what was gathered, if anything, and where there is an error @consequence ("Nothing was
 * changed."; NULL: nothing).  True when there is none (warnings are fine). */
bool config_report(struct config *config, FILE *to, const char *consequence);

void config_free(struct config *config);

#endif
