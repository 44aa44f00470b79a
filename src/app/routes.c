#include "app/routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/hops.h"

/* -- Lists -- */

struct list {
	void *at;
	size_t size; /* of an element */
	size_t count, room;
	bool no_memory;
};

static void list_add(struct list *l, const void *element)
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

static const void *list_get(const struct list *l, size_t i)
{
	return (const uint8_t *)l->at + i * l->size;
}

/* In a list that is sorted by @order. */
static bool list_has(const struct list *l, const void *element,
		     int (*order)(const void *, const void *))
{
	return l->count && bsearch(element, l->at, l->count, l->size, order);
}

static int order_prefix(struct prefix a, struct prefix b)
{
	int order = memcmp(a.addr.octet, b.addr.octet, sizeof(a.addr.octet));

	if (order == 0)
		order = a.addr.family - b.addr.family;
	return order != 0 ? order : a.length - b.length;
}

static int order_routes(const void *left, const void *right)
{
	const struct route *a = left, *b = right;
	int order = order_prefix(a->to, b->to);

	if (order == 0)
		order = order_prefix((struct prefix) { a->via, 0 }, (struct prefix) { b->via, 0 });
	if (order == 0)
		order = (a->link > b->link) - (a->link < b->link);
	return order != 0 ? order : a->onlink - b->onlink;
}

static int order_ips(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;

	return order_prefix((struct prefix) { a->ip, 0 }, (struct prefix) { b->ip, 0 });
}

static int order_neighbours(const void *left, const void *right)
{
	const struct neighbour *a = left, *b = right;
	int order = order_ips(a, b);

	return order != 0 ? order : memcmp(a->mac.octet, b->mac.octet, sizeof(a->mac.octet));
}

static int order_addresses(const void *left, const void *right)
{
	const struct ifaddress *a = left, *b = right;

	return order_prefix((struct prefix) { a->addr, a->length },
			    (struct prefix) { b->addr, b->length });
}

/* -- Images: what there is of a network, or should be -- */

struct image {
	struct list routes, neighbours, addresses; /* each sorted */
};

static const struct image empty = {
	.routes.size = sizeof(struct route),
	.neighbours.size = sizeof(struct neighbour),
	.addresses.size = sizeof(struct ifaddress),
};

static void sort(struct list *l, int (*order)(const void *, const void *))
{
	if (l->count)
		qsort(l->at, l->count, l->size, order);
}

static void image_sort(struct image *image)
{
	sort(&image->routes, order_routes);
	sort(&image->neighbours, order_neighbours);
	sort(&image->addresses, order_addresses);
}

static void image_free(struct image *image)
{
	free(image->routes.at);
	free(image->neighbours.at);
	free(image->addresses.at);
}

static bool image_is_whole(const struct image *image)
{
	return !image->routes.no_memory && !image->neighbours.no_memory &&
	       !image->addresses.no_memory;
}

/* -- What should be -- */

static void want_address(struct image *image, struct prefix subnet)
{
	struct ifaddress base = { .addr = subnet.addr,
				  .length = (uint8_t)(8 * addr_size(subnet.addr)) };

	if (subnet.addr.family)
		list_add(&image->addresses, &base);
}

/* Is the hop's node on a link of ours?  Then *@route leads there. */
static bool is_direct(struct netlink *nl, const struct plan_hop *hop, uint32_t link,
		      struct route *route)
{
	struct route way;

	if (!hop->direct.family || route_lookup(nl, hop->direct, &way) < 0 || way.via.family ||
	    way.link == link)
		return false;
	*route = (struct route) { .to = hop->to, .via = hop->direct, .link = way.link };
	return true;
}

static void want_hop(struct image *image, struct netlink *nl, const struct plan_hop *hop,
		     uint32_t link)
{
	struct neighbour neighbour = { .ip = hop->via, .mac = hop->mac };
	struct route route = { .to = hop->to, .via = hop->via, .link = link, .onlink = true };

	if (!is_direct(nl, hop, link, &route))
		list_add(&image->neighbours, &neighbour);
	list_add(&image->routes, &route);
}

static struct image image_wanted(struct netlink *nl, const struct plan *plan,
				 const struct plan_network *n, uint32_t link)
{
	struct plan_hop hops[HOPS_FAMILIES];
	struct image image = empty;

	want_address(&image, n->subnet.prefix);
	want_address(&image, n->subnet6.prefix);
	for (uint32_t i = 0; i < n->subnets->count; i++) {
		unsigned count = plan_hops(plan, n, i, hops);

		for (unsigned k = 0; k < count; k++)
			want_hop(&image, nl, &hops[k], link);
	}
	image_sort(&image);
	return image;
}

/* -- What there is -- */

struct finding {
	struct image image;
	const struct network_config *config;
	uint32_t link;
};

static void found_route(void *context, const struct route *route)
{
	struct finding *f = context;
	struct prefix cidr = network_cidr(f->config, route->to.addr.family);

	if (route->link == f->link || prefix_contains(cidr, route->to.addr))
		list_add(&f->image.routes, route);
}

static void found_neighbour(void *context, const struct neighbour *neighbour)
{
	list_add(&((struct finding *)context)->image.neighbours, neighbour);
}

static void found_address(void *context, struct ifaddress address)
{
	list_add(&((struct finding *)context)->image.addresses, &address);
}

static int find_all(struct netlink *nl, const struct network_config *config, uint32_t link,
		    struct image *out)
{
	struct finding f = { .image = empty, .config = config, .link = link };
	int rc = route_each(nl, found_route, &f);

	if (rc == 0)
		rc = neighbour_each(nl, link, found_neighbour, &f);
	if (rc == 0)
		rc = address_each(nl, link, found_address, &f);
	image_sort(&f.image);
	*out = f.image;
	return rc;
}

/* -- From one to the other -- */

struct work {
	struct netlink *nl;
	uint32_t link;
	struct image is, wanted;
	struct routes_trouble *trouble;
};

static void fails(struct work *w, int rc, const char *what, const char *which)
{
	if (rc == 0 || w->trouble->rc < 0)
		return;
	w->trouble->rc = rc;
	snprintf(w->trouble->what, sizeof(w->trouble->what), "%s %s", what, which);
}

/* What is gone already is no trouble. */
static void remove_rest(struct work *w)
{
	for (size_t i = 0; i < w->is.routes.count; i++) {
		const struct route *route = list_get(&w->is.routes, i);

		if (!list_has(&w->wanted.routes, route, order_routes))
			route_remove(w->nl, route);
	}
	for (size_t i = 0; i < w->is.neighbours.count; i++) {
		const struct neighbour *neighbour = list_get(&w->is.neighbours, i);

		if (!list_has(&w->wanted.neighbours, neighbour, order_ips))
			neighbour_remove(w->nl, w->link, neighbour->ip);
	}
	for (size_t i = 0; i < w->is.addresses.count; i++) {
		const struct ifaddress *address = list_get(&w->is.addresses, i);

		if (!list_has(&w->wanted.addresses, address, order_addresses))
			address_remove(w->nl, w->link, *address);
	}
}

/* One that is there and not known as ours serves as well. */
static void add_addresses(struct work *w)
{
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < w->wanted.addresses.count; i++) {
		const struct ifaddress *address = list_get(&w->wanted.addresses, i);
		int rc = list_has(&w->is.addresses, address, order_addresses)
				 ? 0
				 : address_add(w->nl, w->link, *address);

		fails(w, rc == -EEXIST ? 0 : rc, "the address", ifaddress_text(*address, text));
	}
}

static void add_neighbours(struct work *w)
{
	char text[ADDR_TEXT];

	for (size_t i = 0; i < w->wanted.neighbours.count; i++) {
		const struct neighbour *neighbour = list_get(&w->wanted.neighbours, i);

		if (!list_has(&w->is.neighbours, neighbour, order_neighbours))
			fails(w, neighbour_put(w->nl, w->link, neighbour), "the neighbour",
			      addr_text(neighbour->ip, text));
	}
}

static void add_routes(struct work *w)
{
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < w->wanted.routes.count; i++) {
		const struct route *route = list_get(&w->wanted.routes, i);
		bool first = w->trouble->rc == 0;
		int rc = list_has(&w->is.routes, route, order_routes) ? 0 : route_add(w->nl, route);

		fails(w, rc, "the route to", prefix_text(route->to, text));
		if (first && rc == -EEXIST)
			w->trouble->owner = route_owner(w->nl, route->to);
	}
}

static void work_end(struct work *w)
{
	image_free(&w->is);
	image_free(&w->wanted);
}

void routes_set(struct netlink *nl, const struct plan *plan, const struct plan_network *n,
		uint32_t link, struct routes_trouble *trouble)
{
	struct work w = { .nl = nl, .link = link, .trouble = trouble };
	int rc = find_all(nl, n->config, link, &w.is);

	w.wanted = image_wanted(nl, plan, n, link);
	if (rc == 0 && (!image_is_whole(&w.is) || !image_is_whole(&w.wanted)))
		rc = -ENOMEM;
	fails(&w, rc, "a list", "of what is there");
	if (rc == 0) {
		remove_rest(&w);
		add_addresses(&w);
		add_neighbours(&w);
		add_routes(&w);
	}
	work_end(&w);
}

void routes_withdraw(struct netlink *nl, const struct plan *next, const struct plan_network *n,
		     const struct plan_network *to, uint32_t link)
{
	struct work w = { .nl = nl, .link = link, .wanted = empty };

	if (find_all(nl, n->config, link, &w.is) == 0) {
		if (to)
			w.wanted = image_wanted(nl, next, to, link);
		if (image_is_whole(&w.wanted))
			remove_rest(&w);
	}
	work_end(&w);
}
