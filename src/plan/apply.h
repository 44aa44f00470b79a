/* Filling tables from a plan: what its parts share. */
#ifndef PLAN_APPLY_H
#define PLAN_APPLY_H

#include "claims.h"
#include "derive.h"

/* A growing list of destinations or peers, used again for each network. */
struct gathered {
	struct destination *to;
	size_t count, room;
};

/* A list or set already made: networks with equal ones share it. */
struct shared;

enum { SHARED_BUCKETS = 1024 };

struct applying {
	struct plan *plan;
	const struct cluster *cluster;
	struct tables *tables;
	struct gathered gathered;
	struct shared *lists[SHARED_BUCKETS], *sets[SHARED_BUCKETS];
	/* Lists and sets of all the nodes, without further destinations: gathered once, however many
	 * networks have them. */
	struct flood_list *all_nodes;
	struct peer_set *all_speakers;
	struct claims claims;
	bool no_memory;
};

/* NULL when memory is short. */
struct applying *applying_new(struct plan *plan, struct tables *tables);
void applying_free(struct applying *a);

/* Makes @n, which has no entries, what @from wants, and notes its place there; @n NULL: there was no
 * memory for it.  False when memory is short. */
bool apply_network(struct applying *a, struct plan_network *from, struct network *n);
struct network *apply_new_network(struct applying *a, const struct plan_network *from);

/* An endpoint as the tables have it; adds it and notes its number. */
struct endpoint apply_endpoint(const struct plan *plan, const struct plan_endpoint *from);
bool apply_new_endpoint(struct applying *a, struct plan_endpoint *from);

/* Empties the list; adds to it. */
void gather_begin(struct applying *a);
void gather(struct applying *a, struct destination to);

/* A use of the flood list (the set of peers) that holds what was gathered, each once; NULL when
 * memory is short. */
struct flood_list *share_list(struct applying *a);
struct peer_set *share_set(struct applying *a);
void shared_free(struct applying *a);

/* "cluster.yaml:14". */
uint32_t origin_at(struct applying *a, struct position at);

/* Hosts, fdb and neigh of a network. */
void apply_entries(struct applying *a, struct network *n, const struct network_config *config);

/* The bindings of DHCP clients on this node; what they had before is not known yet. */
void apply_bindings(struct applying *a, struct network *n, const struct plan_network *from);

/* Where the VTEPs of the other members are, in a network that is routed. */
void apply_vteps(struct applying *a, struct network *n, const struct plan_network *from);

/* The peer at @addr, added. */
bool apply_peer(struct applying *a, struct addr addr, struct peer_ref *out);

/* Makes peers of the nodes that listen on another port than this one; false when memory is short.
 * Where they do is told at the end, when what else the plan says holds as well. */
bool apply_nodes(struct applying *a);
void apply_node_ports(const struct plan *plan, struct peers *peers);

/* Where frames for a node of the file go, and @n's for an address, on @port if it is not 0.  False for
 * this node itself and for what cannot be reached. */
bool apply_to_node(struct applying *a, uint32_t node, struct destination *out);
/* At another address than the first of its owner. */
bool apply_to_second(struct applying *a, struct addr addr, struct destination *out);

bool apply_to_addr(struct applying *a, const struct network *n, const struct network_config *config,
		   struct addr addr, uint16_t port, struct destination *out);

#endif
