/* What a command changes in the tables of a running switch, with the meaning that the words have in
 * `bridge fdb` and `ip neigh`.
 *
 *             is not there    is there (unicast)          is there (all-zero, group MAC)
 *   add       made            File exists                 File exists
 *   append    made            the same place: nothing     one more destination
 *                             a learned one: made static
 *                             else refused (1)
 *   replace   made            changed                     refused
 *   del       refused         removed                     one destination, or all of them
 *
 * (1) the kernel does nothing and says nothing.
 *
 * Everything made here has the origin "command".  The destination of an entry may speak from then
 * on, as the cluster file's fdb destinations may, until the process ends.  Each function returns 0, or
 * −errno and a sentence for people; then nothing was changed. */
#ifndef PLAN_OPERATE_H
#define PLAN_OPERATE_H

#include "table/tables.h"

enum {
	OPERATE_WHY = 256,
	OPERATE_REACHABLE = 30, /* seconds that a reachable neighbour is remembered */
};

/* permanent and static entries differ in how they are shown; dynamic ones age and move. */
enum fdb_lasting { FDB_LASTS_PERMANENT, FDB_LASTS_STATIC, FDB_LASTS_DYNAMIC };

struct fdb_order {
	struct mac mac;
	struct addr dst; /* ADDR_NONE: not given */
	uint16_t port;   /* 0: where the peer takes the network's (network_port_at()) */
	enum fdb_lasting lasting;
};

int operate_fdb_add(struct tables *t, struct network *n, const struct fdb_order *order,
		    uint64_t now, char why[OPERATE_WHY]);
int operate_fdb_append(struct tables *t, struct network *n, const struct fdb_order *order,
		       uint64_t now, char why[OPERATE_WHY]);
int operate_fdb_replace(struct tables *t, struct network *n, const struct fdb_order *order,
			uint64_t now, char why[OPERATE_WHY]);
int operate_fdb_del(struct tables *t, struct network *n, const struct fdb_order *order,
		    uint64_t now, char why[OPERATE_WHY]);

/* Is the destination of @order among those of its all-zero or group MAC? */
bool operate_fdb_has(const struct tables *t, const struct network *n, const struct fdb_order *order,
		     uint64_t now);

/* Which entries a flush takes; the own devices' always stay. */
struct fdb_filter {
	struct addr dst; /* ADDR_NONE: any */
	bool keep_permanent, keep_static, keep_dynamic;
};

/* Flushes the flood list, where @filter says so; and the entry in @slot, or does it take any of it? */
void operate_flush_flood(struct tables *t, struct network *n, const struct fdb_filter *filter);
bool operate_is_flushed(const struct tables *t, const struct fdb_entry *entry,
			const struct fdb_filter *filter);
void operate_flush_slot(struct tables *t, struct network *n, uint32_t slot,
			const struct fdb_filter *filter);

/* @entry's until is the tick at which it is forgotten, 0 for ever; its origin is set here. */
int operate_neigh_add(struct tables *t, struct network *n, struct neigh_entry entry,
		      char why[OPERATE_WHY]);
int operate_neigh_replace(struct tables *t, struct network *n, struct neigh_entry entry,
			  char why[OPERATE_WHY]);
int operate_neigh_del(struct network *n, struct addr ip, char why[OPERATE_WHY]);

#endif
