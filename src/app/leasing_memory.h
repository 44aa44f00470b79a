/* What is remembered of leases in etcd (plan/leased.h): in the state directory, so that a node whose etcd is down
 * forwards after a restart as it did before.
 *
 *   lease/config       the configuration, where etcd has it
 *   lease/own          the key of our own record
 *   lease/node/KEY     another node's record, by its key, as flannel writes it
 *   lease/prefix       under which prefix all that was; under another it says nothing
 *
 * In memory it is a struct leased, in which the first owner is us; to the state it goes as the difference to what
 * is there, as much at once as there is room for. */
#ifndef APP_LEASING_MEMORY_H
#define APP_LEASING_MEMORY_H

#include "app/state.h"
#include "plan/leased.h"
#include "store/lessee.h"

#define LEASING_KEPT "lease/"

/* What etcd said last. */
struct leasing_memory {
	char prefix[LESSEE_PREFIX];
	struct flannel_config config;
	bool configured; /* and it is etcd's, not the file's */
	struct flannel_subnets own;
	struct lessee_known *peers; /* by key */
	size_t count;
};

void leasing_memory_free(struct leasing_memory *memory);

struct leasing_kept;

/* What @state holds of @prefix, and in @kept all that it holds.  Where memory is short, less. */
void leasing_memory_read(struct leasing_memory *out, struct leasing_kept *kept,
			 const struct state *state, const char *prefix);

/* All that @lessee knows; @own is what may be used, or NULL.  False when memory is short. */
bool leasing_memory_take(struct leasing_memory *out, const struct lessee *lessee,
			 const char *prefix, bool config_is_etcds);

/* What it makes of the cluster, for the node that is @self.  NULL when memory is short. */
struct leased *leasing_memory_leased(const struct leasing_memory *memory,
				     const struct flannel_node *self);
void leased_free(struct leased *leased);

/* -- Into the state -- */

struct leasing_line;

/* What was handed over to be kept, by key. */
struct leasing_kept {
	struct leasing_line *lines;
	size_t count;
};

/* Hands over what is different in @memory, but for our own subnets; true when that was all, false when there
 * is no room, or no memory: call it again. */
bool leasing_kept_follow(struct leasing_kept *kept, struct keeper *keeper,
			 const struct leasing_memory *memory);
void leasing_kept_free(struct leasing_kept *kept);

/* The disk has refused some of it: all is handed over again. */
void leasing_kept_doubt(struct leasing_kept *kept);

/* Our own: the number of the change (app/keeper.h); 0: no memory. */
uint64_t leasing_keep_own(struct keeper *keeper, const struct flannel_subnets *own);

#endif
