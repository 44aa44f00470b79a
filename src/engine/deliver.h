/* Frames to local ports.  Every port gets what it can carry: superframes are cut and unfinished
 * checksums finished for those that cannot take them. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "engine/engine.h"

/* What port @index of @n takes as it is. */
struct port_caps deliver_caps(struct engine *e, const struct network *n, uint32_t index);

/* Writes @f to port @index of @n; what the port does not take is counted as dropped.  May finish
 * the checksum of @f in place, which changes nothing for whoever takes it next. */
void deliver(struct engine *e, const struct network *n, uint32_t index, struct frame *f);

/* The same for all ports of @n that are up, but @except (PORT_NONE: for all). */
void deliver_all(struct engine *e, const struct network *n, uint32_t except, struct frame *f);

#endif
