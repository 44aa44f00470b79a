/* `vxs wait`: returns when something is so, for scripts: the switch answers, a peer does, the fdb has a MAC, the
 * neighbours an address.  It asks again every WAIT_AGAIN ms; nothing in the switch waits with it. */
#ifndef APP_WAIT_H
#define APP_WAIT_H

#include "app/options.h"

enum {
	WAIT_AGAIN = 50,   /* ms */
	WAIT_LONG = 30,    /* seconds, unless it is said */
	WAIT_MOST = 86400, /* seconds */
};

/* Of struct verb.  EXIT_FAILED and the last reason when the time is up. */
enum exit_code verb_wait(const struct verb *self, int argc, char **argv);

#endif
