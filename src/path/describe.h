/* Facts in words, as iproute2 would put them where it has the words; private to the trace. */
#ifndef PATH_DESCRIBE_H
#define PATH_DESCRIBE_H

#include "base/text.h"
#include "path/verdict.h"

/* "10.206.67.15"; "a forgotten peer" for a stale reference. */
void describe_peer(struct text *out, const struct tables *t, struct peer_ref ref);

/* "10.206.67.15:4789", "[fd00::15]:4789" */
void describe_destination(struct text *out, const struct tables *t, const struct network *n,
			  struct destination to);

/* "10.206.67.15:4789, 10.206.67.16:4789 and 3 more" */
void describe_list(struct text *out, const struct tables *t, const struct network *n,
		   const struct flood_list *list);

/* "dst 10.206.67.15 self" or "dev port 0 master" */
void describe_place(struct text *out, const struct tables *t, const struct network *n,
		    struct place place);

/* Where an FDB entry came from: "cluster.yaml:14", "learned from 10.206.67.15, last heard 3 s ago" */
void describe_origin(struct text *out, const struct tables *t, const struct network *n,
		     const struct fdb_entry *entry, uint64_t now);

/* "32:39:e3:57:89:e7 dst 10.206.67.15 self permanent", and the same with its origin in parentheses
 * behind it. */
void describe_line(struct text *out, const struct tables *t, const struct network *n,
		   const struct fdb_entry *entry);
void describe_entry(struct text *out, const struct tables *t, const struct network *n,
		    uint32_t slot, uint64_t now);

/* "3.3.3.4 lladdr 32:39:e3:57:89:e7 router PERMANENT" */
void describe_neighbour(struct text *out, const struct neigh_entry *entry);

/* "aa:bf:b9:29:63:12 → 32:39:e3:57:89:e7, IPv4 3.3.3.3 → 3.3.3.4 ICMP, 98 bytes" */
void describe_frame(struct text *out, const struct frame *f);

#endif
