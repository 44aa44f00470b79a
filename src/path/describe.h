/* Facts in words, as iproute2 would put them where it has the words; private to the trace. */
#ifndef PATH_DESCRIBE_H
#define PATH_DESCRIBE_H

#include "base/text.h"
#include "path/verdict.h"

/* "10.206.67.15"; "a forgotten peer" for a stale reference. */
void describe_peer(struct text *out, const struct tables *t, struct peer_ref ref);

/* "10.206.67.15:4789", "[fd00::15]:4789" */
void describe_destination(struct text *out, const struct tables *t, struct destination to);

/* "10.206.67.15:4789, 10.206.67.16:4789 and 3 more"; @port where a destination names none. */
void describe_list(struct text *out, const struct tables *t, const struct flood_list *list,
		   uint16_t port);

/* "dst 10.206.67.15 self" or "dev port 0 master" */
void describe_place(struct text *out, const struct tables *t, const struct network *n,
		    struct place place);

/* "32:39:e3:57:89:e7 dst 10.206.67.15 self permanent  (cluster.yaml:14)" */
void describe_entry(struct text *out, const struct tables *t, const struct network *n,
		    uint32_t slot);

/* "3.3.3.4 lladdr 32:39:e3:57:89:e7 router PERMANENT  (cluster.yaml:15)" */
void describe_neighbour(struct text *out, const struct tables *t, const struct network *n,
			uint32_t slot);

/* "aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4 ICMP, 98 bytes" */
void describe_frame(struct text *out, const struct frame *f);

#endif
