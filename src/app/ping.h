/* `vxs ping`: asks the switch for one probe after another, and tells what became of them. */
#ifndef APP_PING_H
#define APP_PING_H

#include "app/options.h"

/* Of struct verb.  EXIT_FAILED when nothing came back. */
enum exit_code verb_ping(const struct verb *self, int argc, char **argv);

#endif
