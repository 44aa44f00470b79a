/* The service that answers probes of peers (wire/probe.h), and sends ours. */
#ifndef ENGINE_PROBE_H
#define ENGINE_PROBE_H

#include "path/inbound.h"

struct engine;

/* Carries out @v, which punts the request @f: answers to the peer it came from. */
void probe_answer(struct engine *e, const struct network *n, const struct verdict *v,
		  const struct frame *f, uint64_t now);

/* @a was dropped as vni-not-found: if it was a probe, its sender hears why. */
void probe_no_network(struct engine *e, const struct verdict *v, const struct arrival *a,
		      uint64_t now);

#endif
