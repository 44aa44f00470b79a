#include "table/bindings.h"

#include <stdio.h>
#include <stdlib.h>

#include "agenda.h"
#include "asks.h"
#include "pages.h"
#include "slot_index.h"
#include "table/network.h"

struct bindings {
	struct dhcp_terms terms;
	struct hash_secret secret;
	struct binding *slots;
	uint32_t pool;   /* slots of the subnet, by address ... */
	uint32_t count;  /* ... and of reserved addresses outside of it, sorted */
	uint32_t base;   /* address of slot 0 */
	uint32_t room;   /* slots that are not TAKEN */
	size_t reserved; /* addresses of the file that there is memory for */
	uint32_t fresh;  /* no slot before it is FRESH, unless it is reserved */

	struct slot_index clients; /* client → slot */
	struct slot_index hosts;   /* MAC → reserved slot */
	struct slot_link *links;   /* of the lists that follow */
	struct slot_list free;     /* whoever had it longest ago comes first */
	struct slot_list offered;  /* the oldest first */
	struct agenda *agenda;     /* of what ends by itself */
	uint32_t offers, declines;

	char (*names)[DHCP_NAME]; /* of hosts, by number less 1 */
	uint32_t host_count;
	struct asks asks;
	bool are_gateway, are_known;
};

/* -- Making -- */

static uint32_t number_of(struct addr ip)
{
	return get_be32(ip.octet);
}

static uint32_t pool_size(struct prefix pool)
{
	return pool.length <= 16 ? BINDINGS_MAX : UINT32_C(1) << (32 - pool.length);
}

static uint32_t mac_tag(const struct bindings *b, struct mac mac)
{
	return slot_tag(hash_bytes(b->secret, mac.octet, sizeof(mac.octet)));
}

static uint32_t client_tag(const struct bindings *b, const struct dhcp_client *client)
{
	return slot_tag(hash_bytes(b->secret, client->octet, client->len));
}

static void take(struct bindings *b, uint32_t ip)
{
	if (ip - b->base < b->pool)
		b->slots[ip - b->base].state = BINDING_TAKEN;
}

static void reserve(struct bindings *b, uint32_t slot, const struct reservation *r)
{
	snprintf(b->names[b->host_count], DHCP_NAME, "%s", r->name ? r->name : "");
	b->slots[slot] =
		(struct binding) { .ip = number_of(r->ip), .mac = r->mac, .host = ++b->host_count };
}

static int compare_ips(const void *left, const void *right)
{
	const struct binding *a = left, *b = right;

	return (a->ip > b->ip) - (a->ip < b->ip);
}

/* Those outside of the subnet come behind it, where there is room for all of them. */
static void reserve_outside(struct bindings *b, const struct reservation *reserved, size_t count)
{
	struct binding *outside = &b->slots[b->pool];

	for (size_t i = 0; i < count; i++)
		if (reserved[i].given && number_of(reserved[i].ip) - b->base >= b->pool)
			reserve(b, b->count++, &reserved[i]);
	qsort(outside, b->count - b->pool, sizeof(*outside), compare_ips);
}

static void fill(struct bindings *b, const struct reservation *reserved, size_t count)
{
	for (uint32_t i = 0; i < b->pool; i++)
		b->slots[i].ip = b->base + i;
	take(b, b->base);
	take(b, number_of(prefix_last(b->terms.pool)));
	take(b, number_of(b->terms.gateway.addr));
	for (size_t i = 0; i < count; i++) {
		uint32_t at = number_of(reserved[i].ip) - b->base;

		if (at < b->pool && reserved[i].given && b->slots[at].state == BINDING_FRESH)
			reserve(b, at, &reserved[i]);
		else
			take(b, number_of(reserved[i].ip));
	}
	reserve_outside(b, reserved, count);
	for (uint32_t slot = 0; slot < b->count; slot++) {
		b->room += b->slots[slot].state != BINDING_TAKEN;
		if (b->slots[slot].host)
			slot_index_add(&b->hosts, mac_tag(b, b->slots[slot].mac), slot);
	}
}

static bool allocate(struct bindings *b, size_t slots)
{
	b->slots = pages_new(slots, sizeof(*b->slots));
	b->links = pages_new(slots, sizeof(*b->links));
	b->agenda = agenda_new();
	b->names = calloc(slots - b->pool + 1, sizeof(*b->names));
	return b->names && b->slots && b->links && b->agenda &&
	       agenda_reserve(b->agenda, (uint32_t)slots) &&
	       slot_index_init(&b->clients, (uint32_t)slots) &&
	       slot_index_init(&b->hosts, (uint32_t)slots);
}

/* Slots that there is memory for: @count outside reservations are the most there can be. */
static size_t slots_for(const struct bindings *b, size_t count)
{
	return b->pool + count;
}

struct bindings *bindings_new(const struct dhcp_terms *terms, const struct reservation *reserved,
			      size_t count, struct hash_secret secret)
{
	struct bindings *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->terms = *terms;
	b->secret = secret;
	b->base = number_of(terms->pool.addr);
	b->pool = b->count = pool_size(terms->pool);
	b->free = b->offered = SLOT_LIST_EMPTY;
	b->reserved = count;
	b->are_gateway = b->are_known = true;
	asks_init(&b->asks, secret);
	if (count > SLOT_INDEX_MAX / 2 || !allocate(b, slots_for(b, count))) {
		bindings_free(b);
		return NULL;
	}
	fill(b, reserved, count);
	return b;
}

void bindings_free(struct bindings *b)
{
	if (!b)
		return;
	if (b->clients.cells)
		slot_index_done(&b->clients);
	if (b->hosts.cells)
		slot_index_done(&b->hosts);
	agenda_free(b->agenda);
	free(b->names);
	pages_free(b->links, slots_for(b, b->reserved), sizeof(*b->links));
	pages_free(b->slots, slots_for(b, b->reserved), sizeof(*b->slots));
	free(b);
}

/* -- Asking -- */

const struct dhcp_terms *bindings_terms(const struct bindings *b)
{
	return &b->terms;
}

uint32_t bindings_end(const struct bindings *b)
{
	return b->count;
}

uint32_t bindings_room(const struct bindings *b)
{
	return b->room;
}

const char *bindings_name(const struct bindings *b, uint32_t slot)
{
	return b->slots[slot].host ? b->names[b->slots[slot].host - 1] : "";
}

bool bindings_are_gateway(const struct bindings *b)
{
	return b->are_gateway;
}

void bindings_be_gateway(struct bindings *b, bool are)
{
	b->are_gateway = are;
}

bool bindings_are_known(const struct bindings *b)
{
	return b->are_known;
}

void bindings_be_known(struct bindings *b, bool are)
{
	b->are_known = are;
}

bool bindings_hear(const struct bindings *b, uint32_t port, struct mac from, uint64_t now)
{
	return b->are_known && asks_may(&b->asks, port, from, now);
}

void bindings_heard(struct bindings *b, uint32_t port, struct mac from, uint64_t now)
{
	asks_spend(&b->asks, port, from, now);
}

const struct binding *bindings_at(const struct bindings *b, uint32_t slot)
{
	return &b->slots[slot];
}

uint32_t bindings_find(const struct bindings *b, struct addr ip)
{
	const struct binding key = { .ip = number_of(ip) };
	const struct binding *found;

	if (ip.family != ADDR_V4)
		return BINDING_NONE;
	if (key.ip - b->base < b->pool)
		return key.ip - b->base;
	found = bsearch(&key, &b->slots[b->pool], b->count - b->pool, sizeof(key), compare_ips);
	return found ? (uint32_t)(found - b->slots) : BINDING_NONE;
}

uint32_t bindings_of(const struct bindings *b, const struct dhcp_client *client)
{
	uint32_t tag = client_tag(b, client), at = tag, slot;

	while ((slot = slot_index_next(&b->clients, tag, &at)) != SLOT_NONE)
		if (dhcp_client_equal(&b->slots[slot].client, client))
			break;
	return slot;
}

static uint32_t reserved_for(const struct bindings *b, struct mac mac)
{
	uint32_t tag = mac_tag(b, mac), at = tag, slot;

	while ((slot = slot_index_next(&b->hosts, tag, &at)) != SLOT_NONE)
		if (mac_equal(b->slots[slot].mac, mac))
			break;
	return slot;
}

static bool is_over(const struct binding *binding, uint32_t tick)
{
	return binding->until <= tick;
}

bool bindings_leased(const struct bindings *b, uint32_t slot, uint32_t tick)
{
	return b->slots[slot].state == BINDING_LEASED && !is_over(&b->slots[slot], tick);
}

bool bindings_in_use(const struct bindings *b, uint32_t slot, uint32_t tick)
{
	const struct binding *binding = &b->slots[slot];

	return (binding->state == BINDING_OFFERED || binding->state == BINDING_LEASED ||
		binding->state == BINDING_DECLINED) &&
	       !is_over(binding, tick);
}

/* A host of the file has its own, and no other. */
bool bindings_may(const struct bindings *b, uint32_t slot, const struct dhcp_client *client,
		  struct mac mac, uint32_t tick)
{
	const struct binding *binding = &b->slots[slot];

	if (binding->state == BINDING_TAKEN)
		return false;
	if (binding->host)
		return mac_equal(binding->mac, mac);
	if (reserved_for(b, mac) != SLOT_NONE)
		return false;
	if (binding->state == BINDING_FRESH || binding->state == BINDING_FREE)
		return true;
	if (is_over(binding, tick))
		return true;
	return binding->state != BINDING_DECLINED && dhcp_client_equal(&binding->client, client);
}

/* -- Changing -- */

/* Whatever it was, it is in no list and on no agenda now, and its client is still known by it. */
static void lift(struct bindings *b, uint32_t slot)
{
	struct binding *binding = &b->slots[slot];

	if (binding->state == BINDING_FREE)
		slot_list_remove(&b->free, b->links, slot);
	if (binding->state == BINDING_OFFERED) {
		slot_list_remove(&b->offered, b->links, slot);
		b->offers--;
	}
	b->declines -= binding->state == BINDING_DECLINED;
	agenda_put(b->agenda, slot, AGENDA_NEVER);
	binding->state = BINDING_FRESH;
}

static void forget_client(struct bindings *b, uint32_t slot)
{
	struct binding *binding = &b->slots[slot];

	if (binding->client.len > 0)
		slot_index_remove(&b->clients, client_tag(b, &binding->client), slot);
	binding->client.len = 0;
}

/* Those that are reserved stay out of the list: nobody else gets them. */
void bindings_release(struct bindings *b, uint32_t slot)
{
	lift(b, slot);
	if (b->slots[slot].host)
		return;
	b->slots[slot].state = BINDING_FREE;
	slot_list_append(&b->free, b->links, slot);
}

static void expire(struct bindings *b, uint32_t tick)
{
	uint32_t slot;

	for (unsigned i = 0; i < BINDINGS_EXPIRED && agenda_first(b->agenda, &slot) &&
			     agenda_due(b->agenda, slot) <= tick;
	     i++)
		bindings_release(b, slot);
}

static uint32_t quarter(const struct bindings *b)
{
	return b->room < BINDINGS_SHARE ? 1 : b->room / BINDINGS_SHARE;
}

/* It is @client's, and no other is. */
static void assign(struct bindings *b, uint32_t slot, const struct dhcp_client *client,
		   struct mac mac)
{
	uint32_t other = bindings_of(b, client);

	if (other != slot) {
		if (other != SLOT_NONE) {
			forget_client(b, other);
			if (b->slots[other].state != BINDING_DECLINED)
				bindings_release(b, other);
		}
		forget_client(b, slot);
		b->slots[slot].client = *client;
		slot_index_add(&b->clients, client_tag(b, client), slot);
	}
	b->slots[slot].mac = mac;
}

static void end_at(struct bindings *b, uint32_t slot, enum binding_state state, uint32_t until)
{
	b->slots[slot].state = (uint8_t)state;
	b->slots[slot].until = until;
	agenda_put(b->agenda, slot, until);
}

static uint32_t find_fresh(struct bindings *b)
{
	while (b->fresh < b->pool &&
	       (b->slots[b->fresh].state != BINDING_FRESH || b->slots[b->fresh].host))
		b->fresh++;
	return b->fresh < b->pool ? b->fresh : b->free.first;
}

static uint32_t choose(struct bindings *b, const struct dhcp_client *client, struct mac mac,
		       struct addr wanted, uint32_t tick)
{
	uint32_t slot = reserved_for(b, mac);

	if (slot != SLOT_NONE)
		return slot;
	slot = bindings_of(b, client);
	if (slot != SLOT_NONE && bindings_may(b, slot, client, mac, tick))
		return slot;
	slot = bindings_find(b, wanted);
	if (slot != BINDING_NONE && bindings_may(b, slot, client, mac, tick))
		return slot;
	return find_fresh(b);
}

uint32_t bindings_offer(struct bindings *b, const struct dhcp_client *client, struct mac mac,
			struct addr wanted, uint32_t tick)
{
	uint32_t slot;

	expire(b, tick);
	slot = choose(b, client, mac, wanted, tick);
	if (slot == SLOT_NONE || bindings_leased(b, slot, tick))
		return slot; /* its own */
	lift(b, slot);
	if (b->offers == quarter(b))
		bindings_release(b, b->offered.first);
	assign(b, slot, client, mac);
	end_at(b, slot, BINDING_OFFERED, tick + BINDINGS_OFFER);
	slot_list_append(&b->offered, b->links, slot);
	b->offers++;
	return slot;
}

void bindings_lease(struct bindings *b, uint32_t slot, const struct dhcp_client *client,
		    struct mac mac, uint32_t until)
{
	lift(b, slot);
	assign(b, slot, client, mac);
	end_at(b, slot, BINDING_LEASED, until);
}

void bindings_decline(struct bindings *b, uint32_t slot, uint32_t tick)
{
	bindings_release(b, slot);
	forget_client(b, slot);
	if (b->declines == quarter(b))
		return;
	lift(b, slot);
	end_at(b, slot, BINDING_DECLINED, tick + BINDINGS_DECLINED);
	b->declines++;
}

/* -- A successor -- */

static uint32_t slot_of(const struct bindings *b, const struct binding *from)
{
	uint8_t octet[4];

	put_be32(octet, from->ip);
	return bindings_find(b, addr_v4(octet));
}

/* The slot for what @from is, where its client may have it in any case; else BINDING_NONE. */
static uint32_t place_for(const struct bindings *b, const struct binding *from)
{
	uint32_t slot = slot_of(b, from);

	if (slot == BINDING_NONE || from->client.len == 0 ||
	    !bindings_may(b, slot, &from->client, from->mac, 0))
		return BINDING_NONE;
	return slot;
}

static void adopt_free(struct bindings *b, const struct binding *from)
{
	uint32_t slot = place_for(b, from);

	if (slot == BINDING_NONE)
		return;
	lift(b, slot);
	assign(b, slot, &from->client, from->mac);
	bindings_release(b, slot);
}

static void adopt_leased(struct bindings *b, const struct binding *from)
{
	uint32_t slot = place_for(b, from);

	if (slot != BINDING_NONE)
		bindings_lease(b, slot, &from->client, from->mac, from->until);
}

static void adopt_declined(struct bindings *b, const struct binding *from)
{
	uint32_t slot = slot_of(b, from);

	if (slot == BINDING_NONE || b->slots[slot].state != BINDING_FRESH || b->slots[slot].host ||
	    b->declines == quarter(b))
		return;
	b->slots[slot].mac = from->mac; /* of who found out */
	end_at(b, slot, BINDING_DECLINED, from->until);
	b->declines++;
}

/* Offers are hints: who got one asks again. */
void bindings_adopt(struct bindings *b, const struct bindings *old)
{
	b->asks = old->asks;
	b->are_gateway = old->are_gateway;
	b->are_known = old->are_known;
	for (uint32_t slot = old->free.first; slot != SLOT_NONE; slot = old->links[slot].next)
		adopt_free(b, &old->slots[slot]);
	for (uint32_t i = 0; i < old->count; i++) {
		if (old->slots[i].state == BINDING_LEASED)
			adopt_leased(b, &old->slots[i]);
		else if (old->slots[i].state == BINDING_DECLINED)
			adopt_declined(b, &old->slots[i]);
	}
}
