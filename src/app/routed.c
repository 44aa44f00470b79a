#include "app/routed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "app/routes.h"
#include "app/switch.h"

static bool is_routed(const struct plan_network *n)
{
	return n->config->routing != ROUTING_FLAT && n->subnets;
}

/* -- What is said -- */

/* Of one pass over all networks. */
struct pass {
	struct vswitch *s;
	int rc; /* the first that failed */
	char why[ROUTED_WHY];
};

static void __attribute__((format(printf, 3, 4)))
fails(struct pass *p, int rc, const char *format, ...)
{
	va_list args;

	if (p->rc < 0)
		return;
	p->rc = rc;
	va_start(args, format);
	vsnprintf(p->why, ROUTED_WHY, format, args);
	va_end(args);
}

static void say_failure(struct pass *p, const struct plan_network *n,
			const struct routes_trouble *t)
{
	const char *device = n->config->device;

	if (t->rc == -EPERM)
		fails(p, t->rc,
		      "network %s: routing needs CAP_NET_ADMIN for %s: run as root, or in a user "
		      "namespace (unshare -Urn)",
		      n->config->name, t->what);
	else if (t->owner)
		fails(p, t->rc,
		      "network %s: %s is another's (protocol %u), and stays: that node is not "
		      "reached through %s",
		      n->config->name, t->what, t->owner, device);
	else
		fails(p, t->rc, "network %s: %s can not be set on %s: %s", n->config->name, t->what,
		      device, strerror(-t->rc));
}

/* -- Forwarding -- */

static void allow_family(const struct plan_network *n, enum addr_family family, bool *said)
{
	int rc = forwarding_allow(family);

	if (rc > 0)
		log_info("network %s: this machine forwards IPv%d packets from now on",
			 n->config->name, (int)family);
	else if (rc < 0 && !*said)
		log_warning(
			"network %s: this machine does not forward IPv%d packets, and we may not "
			"change that (%s): sysctl -w %s=1",
			n->config->name, (int)family, strerror(-rc),
			family == ADDR_V4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding");
	*said = rc < 0;
}

static void allow_forwarding(struct vswitch *s, const struct plan_network *n)
{
	if (n->subnet.source != SUBNET_NONE)
		allow_family(n, ADDR_V4, &s->routed.said_v4);
	if (n->subnet6.source != SUBNET_NONE)
		allow_family(n, ADDR_V6, &s->routed.said_v6);
}

/* -- One network -- */

/* The device's ifindex; 0: it is lost, or was taken to another namespace. */
static uint32_t link_of(struct netlink *netlink, const struct tap_port *port)
{
	struct link_info info;
	char name[TAP_NAME];

	if (port->tap.fd < 0 || tap_name(&port->tap, name) < 0 ||
	    link_get_index(netlink, port->tap.ifindex, &info) < 0 || strcmp(info.name, name) != 0)
		return 0;
	return info.index;
}

static void follow_port(struct pass *p, struct tap_port *port)
{
	const struct plan_network *n = port->wanted;
	struct routes_trouble trouble = { 0 };
	uint32_t link = link_of(p->s->netlink, port);

	if (!link)
		return;
	allow_forwarding(p->s, n);
	routes_set(&(struct routes_place) { p->s->netlink, p->s->plan, n, &p->s->routed.ways },
		   link, &port->known, &trouble);
	if (trouble.rc < 0)
		say_failure(p, n, &trouble);
}

/* -- What a former life left -- */

static bool is_claimed(void *context, const struct route *route)
{
	struct vswitch *s = context;

	for (uint32_t i = 0; i < s->port_count; i++) {
		const struct tap_port *port = s->ports[i];
		enum addr_family family = route->to.addr.family;

		if (is_routed(port->wanted) &&
		    (port->known.link == route->link ||
		     prefix_contains(network_cidr(port->wanted->config, family), route->to.addr)))
			return true;
	}
	return false;
}

/* Where an address of ours is missing, there is no telling whose the others are. */
static void purge(struct vswitch *s)
{
	size_t addresses = 0;

	for (uint32_t i = 0; i < s->port_count; i++)
		addresses += s->ports[i]->known.is.addresses.count;
	if (addresses > 0)
		routes_purge(s->netlink, addresses, is_claimed, s);
}

/* -- All of them -- */

bool routed_any(const struct vswitch *s)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		if (is_routed(s->ports[i]->wanted))
			return true;
	return false;
}

/* By what is known. */
static int follow_all(struct vswitch *s, char why[ROUTED_WHY])
{
	struct pass p = { .s = s };

	ways_follow(&s->routed.ways, s->netlink, s->plan);
	for (uint32_t i = 0; i < s->port_count; i++)
		if (is_routed(s->ports[i]->wanted))
			follow_port(&p, s->ports[i]);
	memcpy(why, p.why, ROUTED_WHY);
	return p.rc;
}

int routed_open(struct vswitch *s, char why[ROUTED_WHY])
{
	int rc;

	for (uint32_t i = 0; i < s->port_count; i++)
		routes_forget(&s->ports[i]->known);
	rc = follow_all(s, why);
	purge(s);
	return rc;
}

static bool should_look(const struct routed *r, uint64_t now)
{
	return r->doubt && now - r->looked >= ROUTED_REST;
}

static int follow(struct vswitch *s, uint64_t now, char why[ROUTED_WHY])
{
	if (!should_look(&s->routed, now))
		return follow_all(s, why);
	s->routed.doubt = false;
	s->routed.looked = now;
	return routed_open(s, why);
}

void routed_follow(struct vswitch *s, uint64_t now)
{
	char why[ROUTED_WHY];
	int rc = follow(s, now, why);
	uint32_t swallowed;

	if (rc == 0) {
		backoff_end(&s->routed.again);
		return;
	}
	if (s->routed.again.wait)
		backoff_failed(&s->routed.again, now);
	else
		backoff_start(&s->routed.again, now);
	if (log_allowed(&s->routed.trouble, now, &swallowed))
		log_warning("%s (%" PRIu32 " more such lines were left out)", why, swallowed);
}

void routed_tick(struct vswitch *s, uint64_t now)
{
	if (backoff_due(&s->routed.again) <= now || should_look(&s->routed, now))
		routed_follow(s, now);
}

/* One of another's may have been in our way. */
static bool concerns(struct routed *r, const struct link_word *route)
{
	bool ours = route->protocol == ROUTE_PROTOCOL;

	r->doubt |= ours;
	return ways_doubt(&r->ways, route->to) || ours || r->again.wait;
}

void routed_heard(struct vswitch *s, const struct link_word *word)
{
	struct routed *r = &s->routed;

	if (word->origin == netlink_id(s->netlink))
		return;
	if (word->kind == WORD_ROUTE) {
		r->heard |= concerns(r, word);
		return;
	}
	r->heard = true;
	r->doubt |= word->kind != WORD_RULE;
	ways_doubt_all(&r->ways);
}

void routed_settled(struct vswitch *s, uint64_t now)
{
	if (!s->routed.heard)
		return;
	s->routed.heard = false;
	routed_follow(s, now);
}

/* The same network with the same device, where @next routes it. */
static const struct plan_network *stays_as(const struct plan_network *n, const struct plan *next)
{
	uint32_t hint = 0;
	const struct plan_network *to =
		next ? plan_find_network(next, n->config->name, &hint) : NULL;

	return to && is_routed(to) && strcmp(to->config->device, n->config->device) == 0 ? to
											 : NULL;
}

void routed_leave(struct vswitch *s, const struct plan *next)
{
	if (next)
		ways_follow(&s->routed.ways, s->netlink, next);
	for (uint32_t i = 0; i < s->port_count; i++) {
		struct tap_port *port = s->ports[i];
		uint32_t link = is_routed(port->wanted) ? link_of(s->netlink, port) : 0;

		if (link)
			routes_withdraw(&(struct routes_place) { s->netlink, next,
								 stays_as(port->wanted, next),
								 &s->routed.ways },
					port->wanted, link, &port->known);
	}
}

void routed_free(struct routed *routed)
{
	ways_free(&routed->ways);
}
