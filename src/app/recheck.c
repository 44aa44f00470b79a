#include "app/recheck.h"

#include <inttypes.h>
#include <string.h>

#include "port/local.h"

void recheck_open(struct recheck *r, struct vswitch *s)
{
	int rc;

	*r = (struct recheck) { .s = s };
	rc = link_changes_open(&r->changes);
	if (rc < 0)
		log_warning("the kernel does not tell of changed addresses and interfaces (%s): "
			    "when an interface is made again, a group on it is not joined again",
			    strerror(-rc));
	recheck_again(r);
}

/* What routes there were before nobody has told. */
void recheck_again(struct recheck *r)
{
	const struct link_word lost = { .kind = WORD_LOST };
	bool routes = routed_any(r->s);

	if (r->changes)
		link_changes_with_routes(r->changes, routes);
	if (routes && !r->routes)
		routed_heard(r->s, &lost);
	r->routes = routes;
}

void recheck_close(struct recheck *r)
{
	link_changes_close(r->changes);
}

int recheck_fd(const struct recheck *r)
{
	return r->changes ? link_changes_fd(r->changes) : -1;
}

/* -- The address of an endpoint -- */

static void say_address(struct underlay_wire *wire, uint64_t now)
{
	struct wire_state *endpoint = &wire->state;
	bool missing = endpoint->no_address;
	uint32_t swallowed;
	char ip[ADDR_TEXT];

	if (missing == endpoint->said_no_address ||
	    !log_allowed(&endpoint->address, now, &swallowed))
		return;
	endpoint->said_no_address = missing;
	log_warning("%s %s (%" PRIu32 " more such lines were left out)", addr_text(wire->self, ip),
		    missing ? "is no address of this machine any more: nothing can be sent from it "
			      "or arrive until it is back"
			    : "is an address of this machine again",
		    swallowed);
}

static void look_at_address(struct underlay_wire *wire, uint64_t now)
{
	wire->state.no_address = local_is_missing(wire->self);
	say_address(wire, now);
}

/* -- Its interface -- */

static bool say_interface(struct underlay_wire *wire, const char *what, const char *effect,
			  uint64_t now)
{
	uint32_t swallowed;
	char ip[ADDR_TEXT];

	if (!log_allowed(&wire->state.interface, now, &swallowed))
		return false;
	log_warning("endpoint %s: %s%s (%" PRIu32 " more such lines were left out)",
		    addr_text(wire->self, ip), what, effect, swallowed);
	return true;
}

static void look_at_interface(struct underlay_wire *wire, uint64_t now)
{
	struct wire_state *endpoint = &wire->state;
	const char *interface = wire->wanted->interface;
	struct udp *udp = wire->udp;
	char why[UDP_WHY];
	int rc;

	if (!interface)
		return;
	rc = udp_follow(udp, interface, endpoint->lost, why);
	if (rc >= 0)
		endpoint->lost = endpoint->no_interface = false;
	if (rc > 0)
		say_interface(wire, interface,
			      " was made again, and its groups were joined there again", now);
	else if (rc < 0 && !endpoint->no_interface)
		endpoint->no_interface = say_interface(
			wire, why, "; groups are not heard until that is mended", now);
}

static void note_gone(struct recheck *r, const struct link_word *word)
{
	for (uint16_t i = 0; i < r->s->wire_count; i++) {
		struct underlay_wire *wire = r->s->wires[i];

		if (wire)
			wire->state.lost |=
				word->kind == WORD_LOST || word->link == udp_interface(wire->udp);
	}
}

static void hear(void *context, const struct link_word *word)
{
	struct recheck *r = context;

	if (word->kind == WORD_LOST || word->kind == WORD_GONE)
		note_gone(r, word);
	routed_heard(r->s, word);
}

/* -- The names of devices -- */

static void look_at_name(struct recheck *r, const struct tap_port *port, uint64_t now)
{
	struct network *n = r->s->tables->networks[port->network];
	char name[TAP_NAME];
	uint32_t swallowed;

	if (port->tap.fd < 0 || tap_name(&port->tap, name) < 0 ||
	    strcmp(name, n->ports[port->index].name) == 0)
		return;
	if (log_allowed(&r->name, now, &swallowed))
		log_info("network %s: its device %s is called %s now (%" PRIu32
			 " more such lines were left out)",
			 n->name, n->ports[port->index].name, name, swallowed);
	network_name_port(n, port->index, name);
}

void recheck_look(struct recheck *r, uint64_t now)
{
	if (r->changes)
		link_changes_take(r->changes, hear, r);
	for (uint16_t i = 0; i < r->s->wire_count; i++) {
		if (!r->s->wires[i])
			continue;
		look_at_address(r->s->wires[i], now);
		look_at_interface(r->s->wires[i], now);
	}
	for (uint32_t i = 0; i < r->s->port_count; i++)
		look_at_name(r, r->s->ports[i], now);
}

void recheck_tick(struct recheck *r, uint64_t now)
{
	for (uint16_t i = 0; i < r->s->wire_count; i++)
		if (r->s->wires[i])
			say_address(r->s->wires[i], now);
}
