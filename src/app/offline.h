/* Answers that follow from a cluster file alone (-f FILE): what a switch that ran from it would say,
 * from the same code. */
#ifndef APP_OFFLINE_H
#define APP_OFFLINE_H

#include "app/client_options.h"
#include "ctl/render.h"

enum exit_code offline_ask(const struct verb *self, const struct client_options *options,
			   struct render *render);

#endif
