/* What the kernel holds for one routed network, or should hold: sorted lists, to be compared with one another. */
#ifndef APP_IMAGE_H
#define APP_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "port/route.h"

struct list {
	void *at;
	size_t size; /* of an element */
	size_t count, room;
	bool no_memory; /* it lacks elements */
};

void list_add(struct list *l, const void *element);
const void *list_get(const struct list *l, size_t i);

/* In a list that is sorted by @order. */
bool list_has(const struct list *l, const void *element, int (*order)(const void *, const void *));

/* Lets go of all that @keeps does not keep; the rest stays in order.  Returns how many went. */
size_t list_keep(struct list *l, bool (*keeps)(void *context, const void *element), void *context);

int order_routes(const void *left, const void *right);
int order_ips(const void *left, const void *right); /* neighbours, whatever their MACs */
int order_neighbours(const void *left, const void *right);
int order_addresses(const void *left, const void *right);

struct image {
	struct list routes;     /* of struct route */
	struct list neighbours; /* of struct neighbour */
	struct list addresses;  /* of struct ifaddress */
};

extern const struct image image_empty;

void image_sort(struct image *image);
void image_free(struct image *image); /* and empties it */

/* Was there memory for all of it? */
bool image_is_whole(const struct image *image);

#endif
