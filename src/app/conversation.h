/* The asking side's connection to a running switch: requests there, answers rendered (ctl/render.h).
 * What goes wrong is said on stderr. */
#ifndef APP_CONVERSATION_H
#define APP_CONVERSATION_H

#include <stdio.h>
#include <sys/types.h>

#include "app/client_options.h"
#include "ctl/render.h"

struct conversation {
	const struct verb *self;
	int fd;
	FILE *from;
	char *line; /* heard last */
	size_t room;
};

/* Connects to the switch that @options name.  EXIT_OK, else there is nothing to be closed. */
enum exit_code conversation_open(struct conversation *c, const struct verb *self,
				 const struct client_options *options);
void conversation_close(struct conversation *c);

/* How an answer to @command is shown on stdout. */
struct render conversation_render(const struct client_options *options,
				  const struct command *command);

/* Asks @render->command, and renders what is answered to its end. */
enum exit_code conversation_ask(struct conversation *c, struct render *render);

/* The same in steps.  Sends a request; false when the switch does not listen. */
bool conversation_send(struct conversation *c, const struct command *command);

/* The next line of an answer (c->line): its length; 0 or less when the switch has ended, or a signal
 * came. */
ssize_t conversation_hear(struct conversation *c);

#endif
