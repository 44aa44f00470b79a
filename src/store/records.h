/* Keys and values in memory, and changes of them that can be taken back until they are settled. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "store/store.h"

/* A change, and once a JOURNAL_PUT is settled, the record itself. */
struct store_change {
	enum journal_kind kind;
	bool idle; /* it changes nothing */
	bool dead; /* a record that is being removed */
	struct store_change *replaced;
	struct store_change **gone; /* what a removal removes */
	size_t gone_count;
	store_rename *rename; /* not NULL: it stands for others, which call `key` `value` */
	const char *value;    /* NULL unless it is a JOURNAL_PUT */
	char key[];
};

struct records {
	void *root; /* tsearch(3) */
	size_t count;
	uint64_t bytes; /* of their lines */
};

/* Lets @change happen; false when memory is short, and it has not. */
bool records_apply(struct records *r, struct store_change *change);

/* Takes it back: the last one first. */
void records_undo(struct records *r, struct store_change *change);

/* They have happened for good; takes them over. */
void records_settle(struct records *r, struct store_change **changes, size_t count);

void records_each(const struct records *r, const char *prefix, store_take *take, void *context);
void records_free(struct records *r);

#endif
