/* Handing a cluster file to a running switch: `vxs apply FILE`, `vxs diff FILE`. */
#ifndef APP_HANDOVER_H
#define APP_HANDOVER_H

#include "app/client_options.h"
#include "ctl/command.h"

/* @command names the file, and says whether it is only to be compared.  The file is checked here first:
 * one with errors does not leave. */
enum exit_code handover(const struct verb *self, const struct client_options *options,
			const struct command *command);

#endif
