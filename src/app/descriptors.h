/* File descriptors: one for every device, every socket and group.  A node with many networks needs
 * more than the usual 1024. */
#ifndef APP_DESCRIPTORS_H
#define APP_DESCRIPTORS_H

#include "plan/plan.h"

enum {
	DESCRIPTORS_OWN = 72
}; /* standard streams, the loop's, netlink, control clients, what is open for a moment */

/* How many the switch of @plan has open at most. */
uint64_t descriptors_needed(const struct plan *plan);

/* Raises our limit to @needed where it is lower and that is allowed; true when there are enough.
 * Says so when there are not. */
bool descriptors_reserve(uint64_t needed);

#endif
