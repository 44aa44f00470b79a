/* `vxs -b FILE`: a file of commands (ctl/batch.h), carried out by the switch in their order, over one
 * connection.
 *
 * What is asked does not wait for what was answered: up to BATCH_AHEAD commands are under way, so that one
 * sync of the disk serves all of them.  Each names the one before as its condition (ctl/protocol.h, "then"),
 * so that behind the first that fails none is carried out, however far ahead it was asked; with -force all
 * are.  What goes wrong is said in the order of the lines. */
#ifndef APP_BATCH_H
#define APP_BATCH_H

#include "app/client_options.h"

enum { BATCH_AHEAD = 4096 };

/* How the first line that failed did; EXIT_OK where none has. */
enum exit_code batch(const struct verb *self, const struct client_options *options);

/* Of struct verb: nothing but options is there, and one of them is -b. */
enum exit_code verb_batch(const struct verb *self, int argc, char **argv);

#endif
