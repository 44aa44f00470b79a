/* What happens, as lines for those who monitor: each function makes one and hands it to view->tell.
 * The items have the keys of the same item in a `show`, and "event" and "deleted" beside them. */
#ifndef CTL_HAPPENING_H
#define CTL_HAPPENING_H

#include "ctl/session.h"
#include "plan/subnet_changes.h"

enum { HAPPENING_SUBNETS = 64 }; /* told of one network at a time */

struct json_t; /* jansson's */

/* A command made or changed the entry that it names. */
void happening_fdb(const struct switch_view *view, const struct network *n,
		   const struct command *command);

/* What stands in the fdb under @mac, a line for each destination, to be given to happening_gone() after a
 * change: it tells what stands there no more.  NULL while nobody monitors. */
struct json_t *happening_before(const struct switch_view *view, const struct network *n,
				struct mac mac, uint64_t now);
void happening_gone(const struct switch_view *view, const struct network *n, struct mac mac,
		    struct json_t *before, uint64_t now);

void happening_neigh(const struct switch_view *view, const struct network *n,
		     const struct neigh_entry *entry, bool deleted);

/* Traffic moved the MAC to where the table says now, or it is frozen there (@event: "moved",
 * "frozen"). */
void happening_moved(const struct switch_view *view, const struct network *n, struct mac mac,
		     const char *event, uint64_t now);

/* Nobody is known at this address; the MAC is in no table. */
void happening_l3_miss(const struct switch_view *view, const struct network *n, struct addr ip);
void happening_l2_miss(const struct switch_view *view, const struct network *n, struct mac mac);

/* A node's subnet came, went, changed, or its lease goes on; @network: the id that those who monitor know
 * the network by, NETWORK_NONE where this node is no member of it. */
void happening_subnet(const struct switch_view *view, uint32_t network,
		      const struct subnet_happening *what);

/* What @wanted, which is about to take the place of view->plan, changes: HAPPENING_SUBNETS of each network,
 * and how many more there are. */
void happening_subnets(const struct switch_view *view, const struct plan *wanted);

#endif
