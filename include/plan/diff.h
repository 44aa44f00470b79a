/* What differs between two plans of one node, as a value and in words.
 *
 *   + network green: vni 300, device vx300
 *   - network red
 *   ~ network blue: mtu 1450 -> 1400, hosts + h3 on c 32:39:e3:57:89:e7 3.3.3.5
 *
 * Every attribute that a cluster file can give is looked at; where it stands in the file is not. */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include <stdio.h>

#include "plan/plan.h"

enum diff_kind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED };

struct diff_line {
	enum diff_kind kind;
	char *subject; /* "network blue" */
	char *words;   /* "mtu 1450 -> 1400, arp proxy -> flood", or "" */
};

struct diff {
	struct diff_line *list;
	size_t count, room;
	bool no_memory; /* something may be missing */
};

struct diff plan_diff(const struct plan *running, const struct plan *wanted);
void diff_free(struct diff *diff);

/* One of its lines, without a newline. */
void diff_print_line(FILE *to, const struct diff_line *line);

#endif
