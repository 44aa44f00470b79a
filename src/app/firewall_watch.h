/* The loop's part that hears when the program which sets the packet filter has ended (app/firewall.h), and
 * stops it when it takes too long. */
#ifndef APP_FIREWALL_WATCH_H
#define APP_FIREWALL_WATCH_H

#include <ev.h>

#include "app/firewall.h"

struct firewall_watch {
	struct ev_loop *ev;
	struct firewall *firewall;
	ev_io ended;
	ev_timer patience;
};

/* @watch must stay where it is. */
void firewall_watch_open(struct firewall_watch *watch, struct ev_loop *ev,
			 struct firewall *firewall);

/* A file was followed: a run may have begun. */
void firewall_watch_again(struct firewall_watch *watch);

#endif
