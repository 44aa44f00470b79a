/* The asking side: answers of the control protocol as people read them, in iproute2's lines, or as one
 * array of JSON. */
#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include <stdio.h>

#include "ctl/command.h"

/* For the ground that text stands on. */
enum palette { PALETTE_NONE, PALETTE_LIGHT, PALETTE_DARK };

struct render {
	FILE *to;
	const struct command *command; /* what was asked */
	bool json, pretty, brief, oneline, details, statistics;
	bool header; /* of the columns of @brief */
	enum palette palette;
	uint64_t items;    /* so far */
	char code[24];     /* of RENDERED_REFUSED */
	bool complained;   /* what is wrong is on stderr already */
	char *starts_from; /* of what was applied: ctl/proposal.h; to be freed */
};

enum rendered {
	RENDERED_MORE,     /* an item; more will come */
	RENDERED_DONE,     /* the last line */
	RENDERED_REFUSED,  /* the last line, which says no: why is in @why */
	RENDERED_NONSENSE, /* not a line of the protocol */
};

enum rendered render_line(struct render *render, const char *line, size_t len,
			  char why[COMMAND_WHY]);

#endif
