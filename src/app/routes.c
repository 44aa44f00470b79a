#include "app/routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/hops.h"

/* -- What should be -- */

static void want_address(struct image *image, struct prefix subnet)
{
	struct ifaddress base = { .addr = subnet.addr,
				  .length = (uint8_t)(8 * addr_size(subnet.addr)) };

	if (subnet.addr.family)
		list_add(&image->addresses, &base);
}

/* Is the hop's node on a link of ours?  Then *@route leads there. */
static bool is_direct(const struct ways *ways, const struct plan_hop *hop, uint32_t link,
		      struct route *route)
{
	uint32_t way = hop->direct.family ? ways_link(ways, hop->direct) : 0;

	if (!way || way == link)
		return false;
	*route = (struct route) { .to = hop->to, .via = hop->direct, .link = way };
	return true;
}

static void want_hop(struct image *image, const struct ways *ways, const struct plan_hop *hop,
		     uint32_t link)
{
	struct neighbour neighbour = { .ip = hop->via, .mac = hop->mac };
	struct route route = { .to = hop->to, .via = hop->via, .link = link, .onlink = true };

	if (!is_direct(ways, hop, link, &route))
		list_add(&image->neighbours, &neighbour);
	list_add(&image->routes, &route);
}

static struct image image_wanted(const struct routes_place *at, uint32_t link)
{
	const struct plan_network *n = at->network;
	struct plan_hop hops[HOPS_FAMILIES];
	struct image image = image_empty;

	if (!n)
		return image;
	want_address(&image, n->subnet.prefix);
	want_address(&image, n->subnet6.prefix);
	for (uint32_t i = 0; i < n->subnets->count; i++) {
		unsigned count = plan_hops(at->plan, n, i, hops);

		for (unsigned k = 0; k < count; k++)
			want_hop(&image, at->ways, &hops[k], link);
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
	struct finding f = { .image = image_empty, .config = config, .link = link };
	int rc = route_each(nl, found_route, &f);

	if (rc == 0)
		rc = neighbour_each(nl, link, found_neighbour, &f);
	if (rc == 0)
		rc = address_each(nl, link, found_address, &f);
	if (rc == 0 && !image_is_whole(&f.image))
		rc = -ENOMEM;
	image_sort(&f.image);
	*out = f.image;
	return rc;
}

void routes_forget(struct routes_known *known)
{
	if (known->link)
		image_free(&known->is);
	*known = (struct routes_known) { 0 };
}

/* Asks the kernel where nothing is known of @link. */
static int learn(struct routes_known *known, struct netlink *nl,
		 const struct network_config *config, uint32_t link)
{
	int rc;

	if (known->link == link)
		return 0;
	routes_forget(known);
	known->link = link;
	rc = find_all(nl, config, link, &known->is);
	if (rc < 0)
		routes_forget(known);
	return rc;
}

/* -- From one to the other -- */

struct work {
	struct netlink *nl;
	uint32_t link;
	struct image *is;
	struct image wanted;
	bool unsure; /* what was removed or added may be there or not */
	struct routes_trouble *trouble;
};

static void fails(struct work *w, int rc, const char *what, const char *which)
{
	if (rc == 0)
		return;
	w->unsure = true;
	if (w->trouble->rc < 0)
		return;
	w->trouble->rc = rc;
	snprintf(w->trouble->what, sizeof(w->trouble->what), "%s %s", what, which);
}

/* What is gone already is no trouble. */
static void removed(struct work *w, int rc)
{
	w->unsure |= rc < 0 && rc != -ESRCH && rc != -ENOENT && rc != -EADDRNOTAVAIL;
}

static bool keeps_route(void *context, const void *element)
{
	struct work *w = context;

	if (list_has(&w->wanted.routes, element, order_routes))
		return true;
	removed(w, route_remove(w->nl, element));
	return false;
}

static bool keeps_neighbour(void *context, const void *element)
{
	struct work *w = context;

	if (list_has(&w->wanted.neighbours, element, order_ips))
		return true;
	removed(w, neighbour_remove(w->nl, w->link, ((const struct neighbour *)element)->ip));
	return false;
}

static bool keeps_address(void *context, const void *element)
{
	struct work *w = context;

	if (list_has(&w->wanted.addresses, element, order_addresses))
		return true;
	removed(w, address_remove(w->nl, w->link, *(const struct ifaddress *)element));
	return false;
}

/* With the last address of a device the kernel lets go of its routes, and says nothing. */
static void remove_rest(struct work *w)
{
	list_keep(&w->is->routes, keeps_route, w);
	list_keep(&w->is->neighbours, keeps_neighbour, w);
	w->unsure |= list_keep(&w->is->addresses, keeps_address, w) > 0;
}

/* One that is there and not known as ours serves as well. */
static void add_addresses(struct work *w)
{
	char text[PREFIX_TEXT];

	for (size_t i = 0; i < w->wanted.addresses.count; i++) {
		const struct ifaddress *address = list_get(&w->wanted.addresses, i);
		int rc = list_has(&w->is->addresses, address, order_addresses)
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

		if (!list_has(&w->is->neighbours, neighbour, order_neighbours))
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
		int rc =
			list_has(&w->is->routes, route, order_routes) ? 0 : route_add(w->nl, route);

		fails(w, rc, "the route to", prefix_text(route->to, text));
		if (first && rc == -EEXIST)
			w->trouble->owner = route_owner(w->nl, route->to);
	}
}

/* What was wanted is what there is. */
static void remember(struct work *w, struct routes_known *known)
{
	image_free(&known->is);
	known->is = w->wanted;
	w->wanted = image_empty;
}

void routes_set(const struct routes_place *at, uint32_t link, struct routes_known *known,
		struct routes_trouble *trouble)
{
	struct work w = { .nl = at->netlink, .link = link, .is = &known->is, .trouble = trouble };
	int rc = learn(known, at->netlink, at->network->config, link);

	w.wanted = image_wanted(at, link);
	if (rc == 0 && !image_is_whole(&w.wanted))
		rc = -ENOMEM;
	fails(&w, rc, "a list", "of what is there");
	if (rc == 0) {
		add_addresses(&w);
		remove_rest(&w);
		add_neighbours(&w);
		add_routes(&w);
		remember(&w, known);
	}
	if (w.unsure)
		routes_forget(known);
	image_free(&w.wanted);
}

void routes_withdraw(const struct routes_place *at, const struct plan_network *n, uint32_t link,
		     struct routes_known *known)
{
	struct work w = { .nl = at->netlink, .link = link, .is = &known->is };

	if (learn(known, at->netlink, n->config, link) < 0)
		return;
	w.wanted = image_wanted(at, link);
	if (image_is_whole(&w.wanted))
		remove_rest(&w);
	if (w.unsure)
		routes_forget(known);
	image_free(&w.wanted);
}

/* -- Of a former life -- */

struct purge {
	struct list stale;
	size_t addresses;
	bool (*is_claimed)(void *context, const struct route *route);
	void *context;
};

static void note_stale(void *context, const struct route *route)
{
	struct purge *p = context;

	if (!p->is_claimed(p->context, route))
		list_add(&p->stale, route);
}

static void count_address(void *context, struct ifaddress address)
{
	(void)address;
	((struct purge *)context)->addresses++;
}

/* Routes are looked at before addresses: whoever has set a route has set its address before. */
void routes_purge(struct netlink *nl, size_t addresses,
		  bool (*is_claimed)(void *context, const struct route *route), void *context)
{
	struct purge p = { .stale.size = sizeof(struct route),
			   .is_claimed = is_claimed,
			   .context = context };

	if (route_each(nl, note_stale, &p) == 0 && p.stale.count > 0 &&
	    address_each(nl, 0, count_address, &p) == 0 && p.addresses == addresses)
		for (size_t i = 0; i < p.stale.count; i++)
			route_remove(nl, list_get(&p.stale, i));
	free(p.stale.at);
}
