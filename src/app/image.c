#include "app/image.h"

#include <stdlib.h>
#include <string.h>

/* -- Lists -- */

void list_add(struct list *l, const void *element)
{
	size_t room = l->room ? 2 * l->room : 16;

	if (l->count == l->room) {
		void *more = reallocarray(l->at, room, l->size);

		if (!more) {
			l->no_memory = true;
			return;
		}
		l->at = more;
		l->room = room;
	}
	memcpy((uint8_t *)l->at + l->count++ * l->size, element, l->size);
}

const void *list_get(const struct list *l, size_t i)
{
	return (const uint8_t *)l->at + i * l->size;
}

bool list_has(const struct list *l, const void *element, int (*order)(const void *, const void *))
{
	return l->count && bsearch(element, l->at, l->count, l->size, order);
}

size_t list_keep(struct list *l, bool (*keeps)(void *context, const void *element), void *context)
{
	size_t kept = 0, before = l->count;

	for (size_t i = 0; i < before; i++)
		if (keeps(context, list_get(l, i)))
			memmove((uint8_t *)l->at + kept++ * l->size, list_get(l, i), l->size);
	l->count = kept;
	return before - kept;
}

static int order_prefix(struct prefix a, struct prefix b)
{
	int order = memcmp(a.addr.octet, b.addr.octet, sizeof(a.addr.octet));

	if (order == 0)
		order = a.addr.family - b.addr.family;
	return order != 0 ? order : a.length - b.length;
}

int order_routes(const void *left, const void *right)
{
	const struct route *a = left, *b = right;
	int order = order_prefix(a->to, b->to);

	if (order == 0)
		order = order_prefix((struct prefix) { a->via, 0 }, (struct prefix) { b->via, 0 });
	if (order == 0)
		order = (a->link > b->link) - (a->link < b->link);
	return order != 0 ? order : a->onlink - b->onlink;
}

int order_ips(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;

	return order_prefix((struct prefix) { a->ip, 0 }, (struct prefix) { b->ip, 0 });
}

int order_neighbours(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;
	int order = order_ips(a, b);

	return order != 0 ? order : memcmp(a->mac.octet, b->mac.octet, sizeof(a->mac.octet));
}

int order_addresses(const void *left, const void *right)
{
	const struct ifaddress *a = left, *b = right;

	return order_prefix((struct prefix) { a->addr, a->length },
			    (struct prefix) { b->addr, b->length });
}

/* -- Images -- */

const struct image image_empty = {
	.routes.size = sizeof(struct route),
	.neighbours.size = sizeof(struct neighbour),
	.addresses.size = sizeof(struct ifaddress),
};

static void sort(struct list *l, int (*order)(const void *, const void *))
{
	if (l->count)
		qsort(l->at, l->count, l->size, order);
}

void image_sort(struct image *image)
{
	sort(&image->routes, order_routes);
	sort(&image->neighbours, order_neighbours);
	sort(&image->addresses, order_addresses);
}

void image_free(struct image *image)
{
	free(image->routes.at);
	free(image->neighbours.at);
	free(image->addresses.at);
	*image = image_empty;
}

bool image_is_whole(const struct image *image)
{
	return !image->routes.no_memory && !image->neighbours.no_memory &&
	       !image->addresses.no_memory;
}
