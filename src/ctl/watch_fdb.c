#include "ctl/watch_fdb.h"

#include "item.h"

static void tell(const struct switch_view *view, const struct network *n,
		 const struct fdb_news *news, uint64_t now)
{
	json_t *item = item_of_entry(view->tables, n, &news->entry, now);

	json_object_set_new(item, "deleted", json_boolean(news->gone));
	json_object_set_new(item, "event", json_string("fdb"));
	item_tell(view, ABOUT_FDB, n->id, item);
}

static void tell_left_out(const struct switch_view *view, const struct network *n)
{
	uint64_t left_out = fdb_left_out(n->fdb);

	if (left_out)
		item_tell(view, ABOUT_FDB, n->id,
			  json_pack("{s:s, s:s, s:s, s:I}", "event", "more", "about", "fdb",
				    "network", n->name, "count", (json_int_t)left_out));
}

/* How much was told? */
static unsigned look_at(const struct switch_view *view, const struct network *n, unsigned most,
			uint64_t now)
{
	struct fdb_news news;
	unsigned told = 0;

	while (told < most && fdb_next_news(n->fdb, &news)) {
		tell(view, n, &news, now);
		told++;
	}
	if (told < most)
		tell_left_out(view, n);
	return told;
}

void watch_fdb_look(struct watch_fdb *watch, const struct switch_view *view, uint64_t now)
{
	const struct tables *t = view->tables;
	unsigned told = 0;
	uint32_t id = 0;

	for (uint32_t i = 0; i < t->network_count; i++) {
		const struct network *n;

		id = (watch->from + i) % t->network_count;
		n = t->networks[id];
		if (!n || !fdb_watch(n->fdb, true))
			continue;
		if (told < WATCH_FDB_TOLD)
			told += look_at(view, n, WATCH_FDB_TOLD - told, now);
		if (told == WATCH_FDB_TOLD) {
			watch->from = id;
			told++; /* and what comes behind it waits */
		}
	}
	if (told < WATCH_FDB_TOLD)
		watch->from = 0;
}

void watch_fdb_close(struct watch_fdb *watch, struct tables *tables)
{
	for (uint32_t id = 0; id < tables->network_count; id++)
		if (tables->networks[id])
			fdb_watch(tables->networks[id]->fdb, false);
	*watch = (struct watch_fdb) { 0 };
}
