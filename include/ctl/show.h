/* What the switch holds, told to people in iproute2's lines, so that the reader of `bridge fdb` and
 * `ip neigh` finds the same words here.  Reads tables, changes nothing; how the text travels
 * (stderr on SIGUSR1) is the caller's affair. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdio.h>

#include "table/tables.h"

/* "32:39:e3:57:89:e7 dst 10.206.67.15 self permanent", a line per destination; the flood list as
 * entries of 00:00:00:00:00:00; what was learned on a local port ends in `master`. */
void show_fdb(FILE *to, const struct tables *t, const struct network *n);

/* "3.3.3.4 lladdr 32:39:e3:57:89:e7 PERMANENT" */
void show_neigh(FILE *to, const struct network *n);

/* Frames and bytes both ways, what was answered, missed and flooded, and every drop reason that
 * happened, with its explanation. */
void show_counters(FILE *to, const struct network *n);

/* Drops that happened before a network was known. */
void show_stray_drops(FILE *to, const struct tables *t);

/* A line per peer: address, frames and bytes both ways, when last heard, path MTU where known. */
void show_peers(FILE *to, const struct tables *t, uint64_t now);

/* All of the above, network by network. */
void show_all(FILE *to, const struct tables *t, uint64_t now);

#endif
