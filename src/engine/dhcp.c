#include "dhcp.h"

#include "deliver.h"
#include "state.h"

/* One message, and everything that its answer is made of. */
struct serving {
	struct engine *e;
	struct network *n;
	const struct verdict *v;
	const struct frame *f;
	const struct dhcp_terms *terms;
	struct dhcp ask;
	uint32_t tick;
};

/* -- Answers -- */

static struct dhcp_answer begin_answer(const struct serving *s, enum dhcp_type type)
{
	return (struct dhcp_answer) { .type = type,
				      .mac = s->terms->mac,
				      .server = s->terms->gateway.addr };
}

/* What is told to all. */
static struct dhcp_answer facts(const struct serving *s, enum dhcp_type type)
{
	struct dhcp_answer a = begin_answer(s, type);

	a.length = s->terms->gateway.length;
	a.router = s->terms->gateway.addr;
	a.servers = s->terms->servers;
	a.server_count = s->terms->server_count;
	a.domain = s->terms->domain;
	a.mtu = s->terms->mtu;
	a.routes = s->terms->routes;
	a.route_count = s->terms->route_count;
	return a;
}

/* ... and to the one who gets the address in @slot. */
static struct dhcp_answer given(const struct serving *s, enum dhcp_type type, uint32_t slot)
{
	struct dhcp_answer a = facts(s, type);
	uint8_t octet[4];

	put_be32(octet, bindings_at(s->n->bindings, slot)->ip);
	a.yiaddr = addr_v4(octet);
	a.name = bindings_name(s->n->bindings, slot);
	a.duration = s->terms->duration;
	return a;
}

static size_t write_answer(const struct serving *s, struct room out, const struct dhcp_answer *a)
{
	return dhcp_answer_write(out, s->f, &s->ask, a);
}

static void deliver_answer(struct engine *e, struct network *n, uint32_t port, uint8_t *at,
			   size_t len)
{
	struct frame reply;

	if (len == 0 || !frame_parse(&reply, at, len))
		return;
	n->count.dhcp_answered++;
	deliver(e, n, port, &reply);
}

static void answer_now(const struct serving *s, const struct dhcp_answer *a)
{
	uint8_t *at = s->e->answer->at;

	deliver_answer(s->e, s->n, s->v->from_port, at,
		       write_answer(s, room_of(at, PACKET_ROOM), a));
}

/* -- What is to be durable -- */

static struct dhcp_held *held_of(struct engine *e, uint64_t ticket)
{
	return &e->dhcp.held[ticket % ENGINE_LEASES];
}

static bool has_room(const struct engine *e)
{
	return e->dhcp.added - e->dhcp.done < ENGINE_LEASES;
}

/* The change that led to the binding in @slot as it is now; there is room. */
static struct dhcp_held *hold(const struct serving *s, uint32_t slot, uint32_t left)
{
	struct dhcp_held *held = held_of(s->e, ++s->e->dhcp.added);

	held->change = (struct lease_change) {
		.ticket = s->e->dhcp.added,
		.network = s->n->id,
		.binding = *bindings_at(s->n->bindings, slot),
		.left = left,
	};
	held->vni = s->n->vni;
	held->port = s->v->from_port;
	held->is_new = false;
	held->len = 0;
	return held;
}

static void drop(const struct serving *s, enum drop_reason reason)
{
	tables_count_drop(s->e->tables, s->n->id, reason, 1);
}

/* -- Messages -- */

static void say_full(const struct serving *s)
{
	const struct event event = { .kind = EVENT_NO_LEASE,
				     .network = s->n->id,
				     .mac = s->ask.chaddr };

	event_push(&s->e->events, &event);
}

static void discover(const struct serving *s)
{
	uint32_t slot = bindings_offer(s->n->bindings, &s->ask.client, s->ask.chaddr,
				       s->ask.requested, s->tick);
	struct dhcp_answer a;

	if (slot == BINDING_NONE) {
		say_full(s);
		return;
	}
	a = given(s, DHCP_OFFER, slot);
	answer_now(s, &a);
}

static void refuse(const struct serving *s)
{
	const struct dhcp_answer a = begin_answer(s, DHCP_NAK);

	answer_now(s, &a);
}

static void grant(const struct serving *s, uint32_t slot)
{
	const struct dhcp_answer a = given(s, DHCP_ACK, slot);
	bool is_new = !bindings_leased(s->n->bindings, slot, s->tick);
	struct dhcp_held *held;

	bindings_lease(s->n->bindings, slot, &s->ask.client, s->ask.chaddr,
		       s->tick + s->terms->duration);
	held = hold(s, slot, s->terms->duration);
	held->is_new = is_new;
	held->len = (uint16_t)write_answer(s, room_of(held->answer, DHCP_FRAME), &a);
}

static bool has_address(const struct serving *s)
{
	return !addr_is_unspecified(s->ask.ciaddr);
}

/* On this link, and not ours to give. */
static bool is_elsewhere(const struct serving *s, struct addr ip)
{
	const struct dhcp_terms *terms = s->terms;

	return !prefix_contains(terms->pool, ip) &&
	       prefix_contains(prefix_of(terms->gateway.addr, terms->gateway.length), ip);
}

static void request(const struct serving *s)
{
	struct addr ip = has_address(s) ? s->ask.ciaddr : s->ask.requested;
	uint32_t slot = bindings_find(s->n->bindings, ip);

	if (ip.family == ADDR_NONE) {
		drop(s, DROP_DHCP_INVALID);
		return;
	}
	if (slot != BINDING_NONE &&
	    bindings_may(s->n->bindings, slot, &s->ask.client, s->ask.chaddr, s->tick))
		grant(s, slot);
	else if (!has_address(s) || !is_elsewhere(s, ip))
		refuse(s);
}

/* The slot of @ip, where it is this client's; else BINDING_NONE. */
static uint32_t own_slot(const struct serving *s, struct addr ip)
{
	uint32_t slot = bindings_find(s->n->bindings, ip);

	if (slot == BINDING_NONE ||
	    !dhcp_client_equal(&bindings_at(s->n->bindings, slot)->client, &s->ask.client))
		return BINDING_NONE;
	return slot;
}

static void decline(const struct serving *s)
{
	uint32_t slot = own_slot(s, s->ask.requested);
	struct event event = { .kind = EVENT_DECLINED,
			       .network = s->n->id,
			       .mac = s->ask.chaddr,
			       .ip = s->ask.requested };

	if (slot == BINDING_NONE)
		return;
	hold(s, slot, 0);
	bindings_decline(s->n->bindings, slot, s->tick);
	event_push(&s->e->events, &event);
}

static void release(const struct serving *s)
{
	uint32_t slot = own_slot(s, s->ask.ciaddr);

	if (slot == BINDING_NONE || !bindings_leased(s->n->bindings, slot, s->tick))
		return;
	hold(s, slot, 0);
	bindings_release(s->n->bindings, slot);
}

static void inform(const struct serving *s)
{
	struct dhcp_answer a = facts(s, DHCP_ACK);

	if (has_address(s))
		answer_now(s, &a);
	else
		drop(s, DROP_DHCP_INVALID);
}

/* It took, or speaks to, another server. */
static bool is_for_another(const struct serving *s)
{
	return s->ask.server.family != ADDR_NONE &&
	       !addr_equal(s->ask.server, s->terms->gateway.addr);
}

static void serve(const struct serving *s)
{
	switch (s->ask.type) {
	case DHCP_DISCOVER:
		discover(s);
		break;
	case DHCP_REQUEST:
		request(s);
		break;
	case DHCP_DECLINE:
		decline(s);
		break;
	case DHCP_RELEASE:
		release(s);
		break;
	case DHCP_INFORM:
		inform(s);
		break;
	default: /* what servers say is not read */
		break;
	}
}

void dhcp_serve(struct engine *e, struct network *n, const struct verdict *v, const struct frame *f,
		uint64_t now)
{
	struct serving s = { .e = e,
			     .n = n,
			     .v = v,
			     .f = f,
			     .terms = bindings_terms(n->bindings),
			     .tick = clock_tick(now) };

	if (!dhcp_read(f, &s.ask))
		drop(&s, DROP_DHCP_INVALID);
	else if (!has_room(e))
		drop(&s, DROP_DHCP_LIMITED);
	else if (!is_for_another(&s))
		serve(&s);
}

/* -- What became of it -- */

bool engine_next_lease(struct engine *e, struct lease_change *out)
{
	if (e->dhcp.taken == e->dhcp.added)
		return false;
	*out = held_of(e, ++e->dhcp.taken)->change;
	return true;
}

/* The network that the change was made in, if it is still there and gives out addresses. */
static struct network *network_of(const struct engine *e, const struct dhcp_held *held)
{
	uint32_t id = held->change.network;
	struct network *n = id < e->tables->network_count ? e->tables->networks[id] : NULL;

	return n && n->vni == held->vni && n->bindings ? n : NULL;
}

void engine_leases_durable(struct engine *e, uint64_t ticket)
{
	while (e->dhcp.done < ticket) {
		struct dhcp_held *held = held_of(e, ++e->dhcp.done);
		struct network *n = network_of(e, held);

		if (n)
			deliver_answer(e, n, held->port, held->answer, held->len);
	}
}

/* Its client was told nothing, and asks again. */
static void take_back(const struct engine *e, const struct dhcp_held *held)
{
	const struct network *n = network_of(e, held);
	uint8_t octet[4];
	uint32_t slot;

	put_be32(octet, held->change.binding.ip);
	slot = n && held->is_new ? bindings_find(n->bindings, addr_v4(octet)) : BINDING_NONE;
	if (slot != BINDING_NONE && dhcp_client_equal(&bindings_at(n->bindings, slot)->client,
						      &held->change.binding.client))
		bindings_release(n->bindings, slot);
}

void engine_leases_refused(struct engine *e, uint64_t ticket)
{
	while (e->dhcp.done < ticket)
		take_back(e, held_of(e, ++e->dhcp.done));
}
