/* `vxs top`: asks the switch for its counters again and again, and tells how fast they go (ctl/top.h). */
#ifndef APP_TOP_H
#define APP_TOP_H

#include "app/options.h"

/* Of struct verb. */
enum exit_code verb_top(const struct verb *self, int argc, char **argv);

#endif
