/* `vxs subnet`: what a running switch says, or what follows from a file. */
#ifndef APP_SUBNETS_H
#define APP_SUBNETS_H

#include "app/options.h"

enum exit_code verb_subnet(const struct verb *self, int argc, char **argv);

#endif
