#include "ctl/watch.h"

#include <stdlib.h>

#include "item.h"

static void look_at_drops(struct watch_seen *seen, const struct switch_view *view,
			  const struct network *n, const struct drops *drops)
{
	for (unsigned reason = 0; reason < DROP_REASON_COUNT; reason++) {
		uint64_t more = drops->count[reason] - seen->drops.count[reason];

		/* Fewer: another network has taken this one's place. */
		if (drops->count[reason] > seen->drops.count[reason])
			item_tell(view, ABOUT_DROP, n ? n->id : NETWORK_NONE,
				  json_pack("{s:s, s:s?, s:s, s:I, s:I}", "event", "drop", "dev",
					    n ? network_label(n) : NULL, "reason",
					    drop_name(reason), "more", (json_int_t)more, "count",
					    (json_int_t)drops->count[reason]));
	}
}

static bool is_up(const struct network *n)
{
	return n && n->ports_end > 0 && n->ports[n->ports_end - 1].up;
}

static void look_at_device(const struct watch_seen *seen, const struct switch_view *view,
			   const struct network *n)
{
	if (is_up(n) != seen->up)
		item_tell(view, ABOUT_LINK, n->id,
			  json_pack("{s:s, s:s, s:s, s:b}", "event", "link", "dev",
				    network_label(n), "network", n->name, "deleted",
				    (int)seen->up));
}

static void remember(struct watch_seen *seen, const struct network *n, const struct drops *drops)
{
	seen->used = drops;
	seen->up = is_up(n);
	if (drops)
		seen->drops = *drops;
}

static void look(struct watch_seen *seen, const struct switch_view *view, const struct network *n,
		 const struct drops *drops, bool tells)
{
	if (tells && seen->used && drops) {
		look_at_drops(seen, view, n, drops);
		if (n)
			look_at_device(seen, view, n);
	}
	remember(seen, n, drops);
}

void watch_look(struct watch *watch, const struct switch_view *view)
{
	const struct tables *t = view->tables;
	uint32_t count = t->network_count + 1;
	bool same = watch->seen && watch->count == count;

	if (!same) {
		watch_close(watch);
		watch->seen = calloc(count, sizeof(*watch->seen));
		if (!watch->seen)
			return;
		watch->count = count;
	}
	for (uint32_t id = 0; id < t->network_count; id++) {
		const struct network *n = t->networks[id];

		look(&watch->seen[id], view, n, n ? &n->count.drops : NULL, same);
	}
	look(&watch->seen[count - 1], view, NULL, &t->drops, same);
}

void watch_close(struct watch *watch)
{
	free(watch->seen);
	*watch = (struct watch) { 0 };
}
