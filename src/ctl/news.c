#include "ctl/news.h"

#include <string.h>

/* Where @key is among @items; the last, if it is not there. */
static unsigned find(const struct news_item *items, uint64_t key)
{
	unsigned at = 0;

	while (at < NEWS_WAYS - 1 && !(items[at].used && items[at].key == key))
		at++;
	return at;
}

bool news_is_new(struct news *news, uint64_t key, uint32_t tick)
{
	struct news_item *items = news->items[key % NEWS_PLACES];
	unsigned at = find(items, key);
	struct news_item item = items[at];
	bool told = item.used && item.key == key && item.tick == tick;

	memmove(&items[1], &items[0], at * sizeof(items[0]));
	items[0] = told ? item : (struct news_item) { .key = key, .tick = tick, .used = true };
	return !told;
}
