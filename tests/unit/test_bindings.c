/* Bindings: what each rule says, and random requests against lists so simple that they are plainly right. */
#include "table/bindings.h"

#include "base/clock.h"
#include "craft.h"
#include "table/network.h"

enum { HOUR = 3600, CLIENTS = 40, STEPS = 60000 };

static const struct hash_secret secret = { 5, 8 };

static struct addr ip_of(uint32_t last)
{
	return addr_v4((const uint8_t[]) { 10, 42, 1, (uint8_t)last });
}

static struct prefix subnet(uint8_t length)
{
	return (struct prefix) { .addr = ip_of(0), .length = length };
}

static struct mac mac_of(uint32_t i)
{
	return (struct mac) { { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct dhcp_client client_of(uint32_t i)
{
	struct dhcp_client client = { .len = 3, .octet = { 255 } };

	put_be16(client.octet + 1, (uint16_t)i);
	return client;
}

static struct bindings *make(uint8_t length, const struct reservation *reserved, size_t count)
{
	const struct dhcp_terms terms = {
		.pool = subnet(length),
		.gateway = { .addr = ip_of(1), .length = 16 },
		.duration = HOUR,
	};
	struct bindings *b = bindings_new(&terms, reserved, count, secret);

	assert_non_null(b);
	return b;
}

static uint32_t offer(struct bindings *b, uint32_t client, uint32_t wanted, uint32_t tick)
{
	const struct dhcp_client id = client_of(client);
	struct addr want = wanted ? ip_of(wanted) : (struct addr) { .family = ADDR_NONE };
	uint32_t slot = bindings_offer(b, &id, mac_of(client), want, tick);

	return slot == BINDING_NONE ? 0 : bindings_at(b, slot)->ip & 255;
}

static bool lease(struct bindings *b, uint32_t client, uint32_t last, uint32_t tick)
{
	const struct dhcp_client id = client_of(client);
	uint32_t slot = bindings_find(b, ip_of(last));

	if (slot == BINDING_NONE || !bindings_may(b, slot, &id, mac_of(client), tick))
		return false;
	bindings_lease(b, slot, &id, mac_of(client), tick + HOUR);
	return true;
}

static uint32_t has(const struct bindings *b, uint32_t client)
{
	const struct dhcp_client id = client_of(client);
	uint32_t slot = bindings_of(b, &id);

	return slot == BINDING_NONE ? 0 : bindings_at(b, slot)->ip & 255;
}

/* -- The rules -- */

static void gives_every_address_but_those_taken(void **state)
{
	const struct reservation host = { .ip = ip_of(3) };
	struct bindings *b = make(29, &host, 1);

	(void)state;
	assert_int_equal(bindings_room(b), 4); /* 8 less .0, .1, .3 and .7 */
	for (uint32_t i = 0; i < 4; i++)
		assert_true(lease(b, i, offer(b, i, 0, 1), 1));
	assert_int_equal(has(b, 0), 2);
	assert_int_equal(has(b, 3), 6);
	assert_int_equal(offer(b, 9, 0, 1), 0);
	for (uint32_t last = 0; last < 8; last++)
		assert_false(lease(b, 9, last, 1));
	assert_int_equal(bindings_find(b, ip_of(8)), BINDING_NONE);
	bindings_free(b);
}

static void keeps_what_a_client_had(void **state)
{
	struct bindings *b = make(24, NULL, 0);

	(void)state;
	assert_true(lease(b, 1, offer(b, 1, 77, 1), 1));
	assert_int_equal(has(b, 1), 77);
	bindings_release(b, bindings_find(b, ip_of(77)));
	assert_int_not_equal(offer(b, 2, 0, 2), 77);
	assert_int_equal(offer(b, 1, 0, 2), 77);
	assert_true(lease(b, 1, 77, 2));
	assert_int_equal(offer(b, 3, 77, 3), 3); /* wanted, but another's */
	assert_int_equal(offer(b, 1, 0, 3 + 2 * HOUR), 77);
	bindings_free(b);
}

static void a_time_ends(void **state)
{
	struct bindings *b = make(29, NULL, 0);
	uint32_t slot = bindings_find(b, ip_of(2));

	(void)state;
	assert_true(lease(b, 1, 2, 1));
	assert_true(bindings_leased(b, slot, HOUR));
	assert_false(lease(b, 2, 2, HOUR));
	assert_false(bindings_leased(b, slot, 1 + HOUR));
	assert_true(lease(b, 2, 2, 1 + HOUR));
	assert_int_equal(has(b, 1), 0);
	bindings_free(b);
}

static void offers_take_a_quarter(void **state)
{
	struct bindings *b = make(24, NULL, 0);

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_not_equal(offer(b, i, 0, 1), 0);
	uint32_t offered = 0;

	for (uint32_t i = 0; i < bindings_end(b); i++)
		offered += bindings_at(b, i)->state == BINDING_OFFERED;
	assert_int_equal(offered, bindings_room(b) / BINDINGS_SHARE);
	assert_true(lease(b, 20000, 200, 1)); /* who knows what it wants gets it */
	bindings_free(b);
}

static void the_declined_are_left_alone_for_a_while(void **state)
{
	struct bindings *b = make(28, NULL, 0);
	uint32_t declined = 0;

	(void)state;
	for (uint32_t i = 0; i < 13; i++) {
		uint32_t last = offer(b, 1, 0, 1);

		assert_true(lease(b, 1, last, 1));
		bindings_decline(b, bindings_find(b, ip_of(last)), 1);
		assert_int_equal(has(b, 1), 0);
	}
	for (uint32_t i = 0; i < bindings_end(b); i++)
		declined += bindings_at(b, i)->state == BINDING_DECLINED;
	assert_int_equal(declined, 13 / BINDINGS_SHARE);
	assert_false(lease(b, 1, 2, 1));
	assert_true(lease(b, 1, 2, 1 + BINDINGS_DECLINED));
	bindings_free(b);
}

static void a_host_has_its_own(void **state)
{
	const struct reservation hosts[] = {
		{ .ip = ip_of(5), .mac = mac_of(1), .given = true },
		{ .ip = ip_of(200), .mac = mac_of(2), .given = true }, /* outside */
		{ .ip = ip_of(199), .mac = mac_of(3), .given = true },
	};
	struct bindings *b = make(29, hosts, 3);

	(void)state;
	assert_int_equal(offer(b, 1, 4, 1), 5);
	assert_int_equal(offer(b, 2, 0, 1), 200);
	assert_int_equal(offer(b, 3, 0, 1), 199);
	assert_false(lease(b, 1, 4, 1));
	assert_false(lease(b, 4, 5, 1));
	assert_false(lease(b, 4, 200, 1));
	assert_true(lease(b, 2, 200, 1));
	bindings_release(b, bindings_find(b, ip_of(200)));
	for (uint32_t i = 10; i < 14; i++)
		lease(b, i, offer(b, i, 0, 1), 1);
	assert_int_equal(offer(b, 20, 0, 1), 0); /* the host's are nobody else's */
	assert_true(lease(b, 1, 5, 1));
	bindings_free(b);
}

static void a_successor_remembers(void **state)
{
	const struct reservation host = { .ip = ip_of(4), .mac = mac_of(99), .given = true };
	struct bindings *old = make(24, NULL, 0), *b;

	(void)state;
	assert_true(lease(old, 1, 3, 1));
	assert_true(lease(old, 2, 4, 1));
	assert_true(lease(old, 3, 130, 1));
	assert_true(lease(old, 4, 6, 1));
	bindings_release(old, bindings_find(old, ip_of(6)));
	assert_true(lease(old, 5, 7, 1));
	bindings_decline(old, bindings_find(old, ip_of(7)), 1);
	b = make(25, &host, 1);
	bindings_adopt(b, old);
	bindings_free(old);
	assert_true(bindings_leased(b, bindings_find(b, ip_of(3)), HOUR));
	assert_int_equal(has(b, 2), 0);
	assert_int_equal(has(b, 3), 0);
	assert_int_equal(offer(b, 4, 0, 1), 6);
	assert_false(lease(b, 5, 7, 1));
	assert_true(lease(b, 5, 7, 1 + BINDINGS_DECLINED));
	bindings_free(b);
}

static void a_large_subnet_is_bounded(void **state)
{
	struct bindings *b = make(10, NULL, 0);

	(void)state;
	assert_int_equal(bindings_end(b), BINDINGS_MAX);
	bindings_free(b);
}

/* -- The model: for each address who has it until when, and how -- */

enum { ADDRESSES = 32, FIRST = 2, LAST = 30, RESERVED = 9, HOST = 7 };

struct record {
	enum binding_state state;
	uint32_t client, until;
	bool remembers;
};

struct model {
	struct record at[ADDRESSES];
	uint32_t tick;
	uint64_t random;
};

static uint32_t draw(struct model *m, uint32_t below)
{
	return (uint32_t)((craft_random(&m->random) >> 32) * below >> 32);
}

static bool is_live(const struct model *m, uint32_t last)
{
	const struct record *r = &m->at[last];

	return (r->state == BINDING_OFFERED || r->state == BINDING_LEASED ||
		r->state == BINDING_DECLINED) &&
	       r->until > m->tick;
}

static bool model_may(const struct model *m, uint32_t last, uint32_t client)
{
	const struct record *r = &m->at[last];

	if (last < FIRST || last > LAST)
		return false;
	if (last == RESERVED || client == HOST)
		return last == RESERVED && client == HOST;
	return !is_live(m, last) || (r->state != BINDING_DECLINED && r->client == client);
}

static uint32_t model_count(const struct model *m, enum binding_state state)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < ADDRESSES; i++)
		count += m->at[i].state == state && is_live(m, i);
	return count;
}

/* What the client had last and nobody took since, 0. */
static uint32_t model_had(const struct model *m, uint32_t client)
{
	for (uint32_t i = 0; i < ADDRESSES; i++)
		if (m->at[i].remembers && m->at[i].client == client)
			return i;
	return 0;
}

static void model_give(struct model *m, uint32_t last, uint32_t client, enum binding_state state,
		       uint32_t seconds)
{
	uint32_t had = model_had(m, client);

	if (had && had != last)
		m->at[had] = (struct record) { .state = BINDING_FREE };
	m->at[last] = (struct record) { state, client, m->tick + seconds, true };
}

/* The oldest offer is forgotten where there are too many. */
static void follow_evicted(struct model *m, const struct bindings *b)
{
	for (uint32_t i = FIRST; i <= LAST; i++)
		if (is_live(m, i) && m->at[i].state == BINDING_OFFERED &&
		    bindings_at(b, i)->state != BINDING_OFFERED)
			m->at[i].state = BINDING_FREE;
}

static void try_offer(struct model *m, struct bindings *b)
{
	uint32_t client = draw(m, CLIENTS), wanted = draw(m, ADDRESSES);
	uint32_t had = model_had(m, client), before = model_count(m, BINDING_OFFERED);
	uint32_t got = offer(b, client, wanted, m->tick);

	if (got == 0) {
		for (uint32_t i = 0; i < ADDRESSES; i++)
			assert_false(model_may(m, i, client));
		return;
	}
	assert_true(model_may(m, got, client));
	if (had && model_may(m, had, client))
		assert_int_equal(got, had);
	else if (client != HOST && model_may(m, wanted, client))
		assert_int_equal(got, wanted);
	if (is_live(m, got) && m->at[got].state == BINDING_LEASED)
		return;
	model_give(m, got, client, BINDING_OFFERED, BINDINGS_OFFER);
	if (before + 1 > bindings_room(b) / BINDINGS_SHARE)
		follow_evicted(m, b);
	assert_true(model_count(m, BINDING_OFFERED) <= bindings_room(b) / BINDINGS_SHARE);
}

static void try_lease(struct model *m, struct bindings *b)
{
	uint32_t client = draw(m, CLIENTS), last = draw(m, ADDRESSES);

	if (draw(m, 2) && model_had(m, client))
		last = model_had(m, client);
	bool may = model_may(m, last, client);

	assert_int_equal(lease(b, client, last, m->tick), may);
	if (may)
		model_give(m, last, client, BINDING_LEASED, HOUR);
}

static void try_end(struct model *m, struct bindings *b)
{
	uint32_t client = draw(m, CLIENTS), had = model_had(m, client);

	assert_int_equal(has(b, client), had);
	if (!had || !is_live(m, had))
		return;
	if (draw(m, 4)) {
		bindings_release(b, bindings_find(b, ip_of(had)));
		m->at[had].state = BINDING_FREE;
		return;
	}
	bindings_decline(b, bindings_find(b, ip_of(had)), m->tick);
	m->at[had].remembers = false;
	m->at[had].state = (enum binding_state)bindings_at(b, had)->state;
	m->at[had].until = m->tick + BINDINGS_DECLINED;
}

static void compare(const struct model *m, const struct bindings *b)
{
	for (uint32_t i = 0; i < ADDRESSES; i++)
		assert_int_equal(bindings_leased(b, i, m->tick),
				 is_live(m, i) && m->at[i].state == BINDING_LEASED);
	for (uint32_t i = 0; i < CLIENTS; i++)
		assert_int_equal(has(b, i), model_had(m, i));
}

static void does_as_the_model(void **state)
{
	const struct reservation host = { .ip = ip_of(RESERVED),
					  .mac = mac_of(HOST),
					  .given = true };
	struct bindings *b = make(27, &host, 1);
	struct model m = { .tick = 1, .random = 42 };

	(void)state;
	for (uint32_t i = 0; i < STEPS; i++) {
		void (*const tries[])(struct model *, struct bindings *) = { try_offer, try_lease,
									     try_lease, try_end };

		tries[draw(&m, 4)](&m, b);
		compare(&m, b);
		m.tick += draw(&m, 8) ? draw(&m, 30) : draw(&m, HOUR);
	}
	bindings_free(b);
}

/* -- Who is heard -- */

static unsigned hear(struct bindings *b, uint32_t port, uint32_t client, unsigned times,
		     uint64_t now)
{
	unsigned heard = 0;

	for (unsigned i = 0; i < times; i++)
		if (bindings_hear(b, port, mac_of(client), now)) {
			bindings_heard(b, port, mac_of(client), now);
			heard++;
		}
	return heard;
}

static void a_client_has_its_part_of_a_port(void **state)
{
	struct bindings *b = make(24, NULL, 0), *next = make(24, NULL, 0);
	const uint64_t now = 7 * NS_PER_S;
	unsigned heard = 0;

	(void)state;
	assert_int_equal(hear(b, 0, 1, 1000, now), NETWORK_DHCP_CLIENT);
	assert_int_equal(hear(b, 0, 2, 1, now), 1);
	assert_int_equal(hear(b, 1, 1, 1, now), 1); /* the same MAC elsewhere is another */
	bindings_adopt(next, b);
	assert_int_equal(hear(next, 0, 1, 1, now), 0);
	bindings_free(b);
	for (uint32_t client = 3; client < 1000; client++) /* who invents MACs */
		heard += hear(next, 0, client, 1, now);
	assert_int_equal(heard, NETWORK_DHCP - NETWORK_DHCP_CLIENT - 1);
	assert_int_equal(hear(next, 0, 1, 1, now + NS_PER_S), 1);
	assert_int_equal(hear(next, 1, 2, 1, now), 1);
	assert_int_equal(hear(next, NETWORK_PORTS, 1, 1, now), 0);
	bindings_free(next);
}

static void nobody_is_heard_before_the_former_are_known(void **state)
{
	struct bindings *b = make(24, NULL, 0), *next = make(24, NULL, 0);
	const uint64_t now = 7 * NS_PER_S;

	(void)state;
	bindings_be_known(b, false);
	assert_int_equal(hear(b, 0, 1, 1, now), 0);
	bindings_adopt(next, b);
	assert_false(bindings_are_known(next));
	bindings_be_known(b, true);
	bindings_adopt(next, b);
	assert_int_equal(hear(next, 0, 1, 1, now), 1);
	bindings_free(b);
	bindings_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_every_address_but_those_taken),
		cmocka_unit_test(keeps_what_a_client_had),
		cmocka_unit_test(a_time_ends),
		cmocka_unit_test(offers_take_a_quarter),
		cmocka_unit_test(the_declined_are_left_alone_for_a_while),
		cmocka_unit_test(a_host_has_its_own),
		cmocka_unit_test(a_successor_remembers),
		cmocka_unit_test(a_large_subnet_is_bounded),
		cmocka_unit_test(does_as_the_model),
		cmocka_unit_test(a_client_has_its_part_of_a_port),
		cmocka_unit_test(nobody_is_heard_before_the_former_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
