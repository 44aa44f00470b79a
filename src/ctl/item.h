/* Items: entries of the tables as JSON, with iproute2's keys and some of our own. */
#ifndef CTL_ITEM_H
#define CTL_ITEM_H

#include "ctl/session.h"
#include "json.h"
#include "path/trace.h"

/* What people call the network: its device, or its own name where it has none. */
const char *network_label(const struct network *n);

/* One destination of a flood list (all-zero MAC) or group MAC; and an entry that has no list. */
json_t *item_of_list(const struct tables *t, const struct network *n, struct mac mac,
		     struct destination to, uint32_t origin);
json_t *item_of_entry(const struct tables *t, const struct network *n,
		      const struct fdb_entry *entry, uint64_t now);

json_t *item_of_neigh(const struct tables *t, const struct network *n,
		      const struct neigh_entry *entry);
/* A binding that is in use: whose the address is, and the seconds until it may be another's. */
json_t *item_of_binding(const struct network *n, uint32_t slot, uint64_t now);
json_t *item_of_link(const struct switch_view *view, const struct network *n, uint32_t port);
json_t *item_of_peer(const struct peer *peer, uint64_t now);

/* Counters of a network; of what belonged to none (@drops_only: reasons and nothing else). */
json_t *item_of_stats(const struct network *n, bool drops_only);
json_t *item_of_stray(const struct tables *t);
json_t *item_of_subnet(const struct network_config *n, const struct node *node,
		       const struct subnet *subnet);
/* And what is known of its lease in etcd; NULL: it has none. */
void item_set_lease(json_t *item, const struct switch_view *view, const struct node_lease *lease);
/* flannel's variables, of a network that is divided; a CNI configuration list, of one that also has a
 * bridge: NULL when memory is short. */
json_t *item_of_env(const struct plan_network *n);
json_t *item_of_cni(const struct plan_network *n);

/* What would happen to a frame, or did: its story, its verdict, and the datagrams and ports it leaves
 * by, TRACE_SHOWN of each at most.  @story was told from the rest. */
enum { TRACE_SHOWN = 8 };
struct traced {
	const struct story *story;
	const struct verdict *verdict;
	const struct frame *frame;     /* NULL: it did not parse */
	const struct arrival *arrival; /* NULL: it came from a local port */
	const char *note;              /* or NULL */
	uint64_t now;
};
json_t *item_of_trace(const struct switch_view *view, const struct traced *traced);

json_t *item_of_status(const struct switch_view *view);

/* {"v":1,"item":...} as a line at the end of @out, and gives @item up. */
void item_put(struct text *out, json_t *item);

/* The same line, to those who monitor; longer than ITEM_EVENT it is not told. */
enum { ITEM_EVENT = 2048 };
void item_tell(const struct switch_view *view, enum about about, uint32_t network, json_t *item);

#endif
