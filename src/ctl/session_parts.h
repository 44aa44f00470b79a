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
/* The same for what a diagnosis goes by. */
unsigned health_unit(struct session *s, const struct switch_view *view, const struct network *n,
		     uint64_t now, struct text *out);
unsigned health_rest(struct session *s, const struct switch_view *view, uint64_t now,
		     struct text *out);
/* The same for what the cluster file says of all its networks, whichever this node is in; and which of
 * them the command is about (session_is_of_file).  False when there is none of that name, which was said. */
bool set_file_range(struct session *s, const struct switch_view *view, struct text *out);
unsigned file_unit(struct session *s, const struct switch_view *view, struct text *out);

/* Answers what is asked about this node's part of a network (session_is_of_plan): 0 or −errno and why. */
int answer_of_plan(const struct command *c, const struct switch_view *view, struct text *out,
		   char why[COMMAND_WHY]);

unsigned flush_unit(struct session *s, const struct switch_view *view, struct network *n,
		    uint64_t now);

/* A change of one entry: 0 or −errno and why. */
int change(struct session *s, const struct switch_view *view, struct network *n, uint64_t now,
	   char why[COMMAND_WHY]);

/* Makes, changes or deletes a network: 0 or −errno and why. */
int change_link(struct session *s, const struct switch_view *view, uint64_t now,
		char why[COMMAND_WHY]);

/* Answers with the one entry asked for: 0 or −errno and why. */
int get(const struct command *c, const struct switch_view *view, const struct network *n,
	uint64_t now, struct text *out, char why[COMMAND_WHY]);

/* Answers what would happen to the frame that the session's command describes: 0 or −errno and why. */
int answer_trace(const struct session *s, const struct switch_view *view, uint64_t now,
		 struct text *out, char why[COMMAND_WHY]);

/* What the session's command wants to follow: 0 or −errno and why. */
int follow_begin(struct session *s, const struct switch_view *view, char why[COMMAND_WHY]);

/* Sends the probe that the session's command asks for: 0; or −errno and why. */
int probe_begin(struct session *s, const struct switch_view *view, uint64_t now,
		char why[COMMAND_WHY]);

/* Says what became of the probe; false when it is too early for that. */
bool probe_look(const struct session *s, const struct switch_view *view, uint64_t now,
		struct text *out);

#endif
