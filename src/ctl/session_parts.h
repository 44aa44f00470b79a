/* The parts of ctl/session.h. */
#ifndef CTL_SESSION_PARTS_H
#define CTL_SESSION_PARTS_H

#include "ctl/session.h"

/* One unit of the walk that the command asks for; returns what it cost (ctl/session.h), 0 at the end
 * of this network. */
unsigned show_unit(struct session *s, const struct switch_view *view, struct network *n,
		   uint64_t now, struct text *out);
/* The same for what is not the networks': peers, stray drops, status. */
unsigned show_rest(struct session *s, const struct switch_view *view, uint64_t now,
		   struct text *out);
unsigned flush_unit(struct session *s, const struct switch_view *view, struct network *n);

/* A change of one entry: 0 or −errno and why. */
int change(const struct command *c, const struct switch_view *view, struct network *n, uint64_t now,
	   char why[COMMAND_WHY]);

/* Answers with the one entry asked for: 0 or −errno and why. */
int get(const struct command *c, const struct switch_view *view, const struct network *n,
	uint64_t now, struct text *out, char why[COMMAND_WHY]);

#endif
