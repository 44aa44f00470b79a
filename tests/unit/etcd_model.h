/* An etcd in memory, for tests: revisions, transactions, leases, watches, compaction, copies.
 *
 * It answers what store/etcd.h can ask, as etcd 3.4 does.  Time is the caller's.  Its history is kept in full,
 * whatever a compaction lets clients see of it, so that a test can replay it. */
#ifndef TEST_ETCD_MODEL_H
#define TEST_ETCD_MODEL_H

#include "store/etcd.h"

struct model_change {
	struct etcd_record record; /* as it was after the change at record.mod_revision */
};

struct model_lease {
	int64_t id;
	uint64_t expires;
};

struct etcd_model {
	uint64_t cluster;
	int64_t revision;            /* 1: nothing has happened */
	int64_t compacted;           /* what is before can not be read any more */
	struct etcd_record *records; /* by key */
	size_t count, room;
	struct model_change *history;
	size_t changes, history_room;
	struct model_lease *leases;
	size_t lease_count, lease_room;
	int64_t last_lease;
	uint64_t asked; /* requests, so far */
	uint64_t read;  /* records told, so far */
};

struct etcd_model *model_new(void);
void model_free(struct etcd_model *m);

/* Lets leases run out. */
void model_tick(struct etcd_model *m, uint64_t now);

/* What etcd says; what it does first, it has done. */
struct etcd_answer model_answer(struct etcd_model *m, uint64_t now,
				const struct etcd_request *request);

/* What a watch from revision @from on would tell next, into @out; false where there is nothing. */
bool model_watch(const struct etcd_model *m, const char *key, const char *range_end, int64_t from,
		 struct etcd_answer *out);

/* An administrator's hand. */
void model_put(struct etcd_model *m, const char *key, const char *value);
void model_delete(struct etcd_model *m, const char *key);
void model_compact(struct etcd_model *m);
const struct etcd_record *model_find(const struct etcd_model *m, const char *key);

/* The store as it was at @revision, in place of what is: restored from a copy. */
void model_restore(struct etcd_model *m, int64_t revision, uint64_t now);

#endif
