/* The parts of a comparison: each writes what differs, and nothing where nothing does. */
#ifndef PLAN_WORDS_H
#define PLAN_WORDS_H

#include "plan/diff.h"

/* Attributes that differ, with commas in between. */
struct words {
	FILE *to;
	unsigned count;
};

void words_add(struct words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Two values of one attribute; the texts may be NULL: there is none. */
void words_text(struct words *w, const char *name, const char *old, const char *new);
void words_number(struct words *w, const char *name, uint64_t old, uint64_t new);
void words_bool(struct words *w, const char *name, bool old, bool new);
void words_addr(struct words *w, const char *name, struct addr old, struct addr new);

/* A list as lines of text, in no order. */
struct lines {
	char **list;
	size_t count, room;
	bool no_memory;
};

void lines_add(struct lines *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What only one of the two has: "hosts - h1 ...", "hosts + h3 ...".  Frees both. */
void words_lists(struct words *w, const char *name, struct lines *old, struct lines *new);

/* The attributes of a network; of the node and the file around it. */
void diff_network(struct words *w, const struct plan *running, const struct plan_network *old,
		  const struct plan *wanted, const struct plan_network *new);
void diff_node(struct words *w, const struct node *old, const struct node *new);
void diff_underlay(struct words *w, const struct underlay *old, const struct underlay *new);

/* Nothing differs, not even the line of the file that an entry comes from; nor what all networks of
 * a node have in common.  False also where memory is short. */
bool diff_is_same_network(const struct plan *running, const struct plan_network *old,
			  const struct plan *wanted, const struct plan_network *new);
bool diff_is_same_surroundings(const struct plan *running, const struct plan *wanted);

#endif
