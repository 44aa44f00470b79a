/* Telling what happens: traces before a verdict is committed, events after. */
#ifndef ENGINE_WATCH_H
#define ENGINE_WATCH_H

#include "path/inbound.h"

struct engine;

/* Tells the five steps of this frame, if somebody asked for them; before commit. */
void watch_outbound(struct engine *e, const struct verdict *v, const struct frame *f, uint64_t now);
void watch_inbound(struct engine *e, const struct verdict *v, const struct arrival *a,
		   const struct frame *inner, uint64_t now);

/* Leaves a note of what commit did or could not answer, if it is worth one.  @f may be NULL. */
void watch_events(struct engine *e, const struct verdict *v, const struct frame *f, enum note note,
		  uint64_t now);

#endif
