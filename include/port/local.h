/* Is an address ours?  Answered by binding to it, which is what the switch will do: the list of
 * addresses would miss 127.0.0.2 and addresses that may be bound without being there. */
#ifndef PORT_LOCAL_H
#define PORT_LOCAL_H

#include <stdbool.h>

#include "wire/addr.h"

/* Can a UDP socket be bound to @addr here and now? */
bool local_can_bind(struct addr addr);

/* Is @addr surely no address of this machine now?  (False, too, where nobody can tell: when
 * descriptors are short.) */
bool local_is_missing(struct addr addr);

#endif
