/* Reading the cluster file again (SIGHUP): what it wants now takes the place of what runs, or nothing
 * does.  The log has a line for each thing that changes, or says what is wrong and that nothing was
 * changed. */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include "app/notes.h"
#include "app/switch.h"
#include "app/wanted.h"
#include "app/watches.h"

enum {
	RELOAD_LINES = 20, /* of what changes, in the log */
	RELOAD_WORDS = 400 /* longest of them */
};

/* Where the plan that runs comes from. */
struct source {
	const char *file, *node; /* as on the command line; node may be NULL */
	struct wanted running;
};

/* Errors in the file go to @complaints. */
void reload(struct source *source, struct vswitch *s, struct notes *notes, struct watches *watches,
	    FILE *complaints);

#endif
