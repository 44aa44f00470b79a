/* Where a node's control socket is: /run/vxs/CLUSTER/NODE.sock, and for who may not write there
 * $XDG_RUNTIME_DIR/vxs/CLUSTER/NODE.sock. */
#ifndef APP_RENDEZVOUS_H
#define APP_RENDEZVOUS_H

#include <stdbool.h>

#include "port/unix.h"

enum { RENDEZVOUS_WHY = 1024 };

/* The path for @node of @cluster, its directories made.  False and a sentence when there is none. */
bool rendezvous_make(const char *cluster, const char *node, char path[UNIX_PATH],
		     char why[RENDEZVOUS_WHY]);

/* The socket of @node, or the only one there is (@node NULL), that somebody listens on.  False and a
 * sentence when there is none, or more than one: then they are listed. */
bool rendezvous_find(const char *node, char path[UNIX_PATH], char why[RENDEZVOUS_WHY]);

#endif
