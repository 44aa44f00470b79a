/* Reading the cluster file again (SIGHUP), or following another that a client hands over: what it wants now
 * takes the place of what runs, or nothing does.  The log has a line for each thing that changes, or says
 * what is wrong and that nothing was changed. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include "app/notes.h"
#include "app/switch.h"
#include "app/wanted.h"
#include "app/watches.h"
#include "ctl/proposal.h"
#include "plan/made.h"

enum {
	RELOAD_LINES = 20,  /* of what changes, in the log */
	RELOAD_WORDS = 400, /* longest of them */
	RELOAD_WHY = PROPOSAL_WHY,
};

/* What a switch that has no file calls its own. */
#define SOURCE_NO_FILE "(no file)"

/* Where the plan that runs comes from. */
struct source {
	const char
		*file; /* whole path, where there is one; "-": the standard input; NULL: no file */
	const char *node; /* as on the command line, or NULL */
	struct wanted running;
	struct made_self self;          /* who it is without a file */
	struct made_list made;          /* beside what the file says (app/links.h) */
	const struct leased *leased;    /* likewise (app/leasing.h); or NULL */
	struct leasing_known *known;    /* what that comes from; or NULL */
	const struct node_given *given; /* who it is, where the file does not say it; or NULL */
};

/* All that another plan concerns. */
struct live {
	struct source *source;
	struct vswitch *s;
	struct notes *notes; /* NULL, and watches too, before anything forwards */
	struct watches *watches;
	struct control *control; /* whose clients are told; likewise */
};

/* Errors in the file go to @complaints. */
void reload(const struct live *live, FILE *complaints);

/* Follows @proposal, called @file, and fills in what became of it; @dry: what would change.  What it is
 * read from at the next start, or on SIGHUP, stays source->file. */
void reload_proposed(const struct live *live, struct proposal *proposal, const char *file,
		     bool dry);

/* Has @made beside what the file says, instead of what was made before: 0, or −errno and why, and nothing has
 * changed. */
int reload_made(const struct live *live, const struct made_list *made, char why[RELOAD_WHY]);

/* The same for what etcd says: @leased takes the place of source->leased.  @quiet: the log has no line for what
 * changes; others decide how often that is. */
int reload_leased(const struct live *live, const struct leased *leased, bool quiet,
		  char why[RELOAD_WHY]);

#endif
