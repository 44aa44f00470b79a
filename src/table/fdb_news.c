/* What traffic put into a forwarding database and what left it, for who watches it. */
#include <stdlib.h>

#include "fdb_table.h"

bool fdb_watch(struct fdb *fdb, bool watched)
{
	if (!watched) {
		free(fdb->watched);
		fdb->watched = NULL;
	} else if (!fdb->watched) {
		fdb->watched = calloc(1, sizeof(*fdb->watched));
	}
	return fdb->watched || !watched;
}

void fdb_note(struct fdb *fdb, uint32_t slot, bool gone)
{
	struct fdb_watched *w = fdb->watched;

	if (!w)
		return;
	if (w->count == FDB_NEWS) {
		w->left_out++;
		return;
	}
	w->news[(w->first + w->count++) % FDB_NEWS] =
		(struct fdb_news) { .entry = fdb->entries[slot], .gone = gone };
}

bool fdb_next_news(struct fdb *fdb, struct fdb_news *out)
{
	struct fdb_watched *w = fdb->watched;

	if (!w || w->count == 0)
		return false;
	*out = w->news[w->first];
	w->first = (w->first + 1) % FDB_NEWS;
	w->count--;
	return true;
}

uint64_t fdb_left_out(struct fdb *fdb)
{
	uint64_t left_out = fdb->watched ? fdb->watched->left_out : 0;

	if (left_out)
		fdb->watched->left_out = 0;
	return left_out;
}
