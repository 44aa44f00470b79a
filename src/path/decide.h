/* What both directions ask in the same way; private to the path. */
#ifndef PATH_DECIDE_H
#define PATH_DECIDE_H

#include "path/verdict.h"

/* The verdict that every decision starts from: nothing is known but the network, if that. */
struct verdict verdict_start(uint32_t network);

/* Ends a decision.  Always false, so that a check can end with it. */
bool verdict_drop(struct verdict *v, enum drop_reason reason);

/* Names the FDB entry in @slot as the one that decided, and returns it. */
const struct fdb_entry *verdict_entry(struct verdict *v, const struct network *n, uint32_t slot);

/* Does @mac belong to the place that the effects of @v name?  The judgement joins the effects
 * either way; false drops. */
bool source_belongs(struct verdict *v, const struct tables *t, const struct network *n,
		    struct mac mac, bool learn, uint64_t now);

/* Can frames be written to @port? */
bool port_open(const struct network *n, uint32_t port);

/* The same of any port but @except (PORT_NONE: of any). */
bool other_port_open(const struct network *n, uint32_t except);

#endif
