/* The steps that opening a TAP and changing it have in common: each 0, or −errno and why. */
#ifndef PORT_TAP_PRIVATE_H
#define PORT_TAP_PRIVATE_H

#include "base/text.h"
#include "port/link.h"
#include "port/tap.h"

/* While a device is being opened or changed. */
struct opening {
	const struct tap_options *options;
	struct netlink *nl;
	struct tap *tap;
	struct link_info bridge; /* index 0: none asked for */
	char mark[LINK_ALIAS];
	struct text why;
};

/* Finds the bridge that is asked for, if one is. */
int tap_find_bridge(struct opening *o);

/* Tells the driver what we take. */
int tap_negotiate(struct opening *o);

/* Set what the options say; MTU and bridge where @now is different. */
int tap_set_mac(struct opening *o);
int tap_set_mtu(struct opening *o, const struct link_info *now);
int tap_set_bridge(struct opening *o, const struct link_info *now);

/* Makes a device of our own persistent if that is asked for. */
int tap_persist(struct opening *o);

/* @rc of one change that must succeed: says why it did not; @fix is the ip command that does it with
 * more rights. */
int tap_must(struct opening *o, int rc, const char *what, const char *fix);

#endif
