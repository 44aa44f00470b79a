/* Another name for a network that a command made, and for its device, as `ip link set NAME name NEW` gives one: it goes
 * on as it is, with its addresses, entries and counters.  A reload could not do that: for it a network of another
 * name is another network (app/reload.h). */
#ifndef APP_RENAME_H
#define APP_RENAME_H

#include "app/reload.h"
#include "ctl/command.h"

/* 0; or −errno and why, and it is called @from as before. */
int rename_network(const struct live *live, const char *from, const char *to,
		   char why[COMMAND_WHY]);

#endif
