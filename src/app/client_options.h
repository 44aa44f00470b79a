/* The options of a verb that asks: iproute2's where they mean something here. */
#ifndef APP_CLIENT_OPTIONS_H
#define APP_CLIENT_OPTIONS_H

#include <stdbool.h>

#include "app/options.h"

struct client_options {
	const char *socket, *node, *file, *batch; /* NULL: not given */
	const char *colour;                       /* always, auto or never; NULL: not given */
	bool json, pretty, brief, header, oneline, details, statistics, help, force;
};

/* Takes the options out of @argv[1..] and leaves the other words; *@argc follows.  A word that begins
 * with a dash and is no option stays: the verb says what is wrong with it, unless it is another's. */
bool client_options(const struct verb *self, int *argc, char **argv, struct client_options *out);

#endif
