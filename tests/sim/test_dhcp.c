/* DHCP served on local ports: what clients hear, when, and what nobody else does. */
#include "check.h"
#include "client.h"
#include "wire/arp.h"

/* Two nodes of one link. */
static struct sim *make(uint64_t seed)
{
	struct sim *sim = sim_mesh(seed, 2, 2);

	client_give_out(sim->node[0], 1);
	client_give_out(sim->node[1], 2);
	sim->now = 10 * NS_PER_S;
	return sim;
}

/* -- A client -- */

static unsigned discover(struct sim_port *port, unsigned client)
{
	unsigned last = 0;

	client_tell(port, &(struct client_words) { .type = DHCP_DISCOVER, .client = client });
	if (client_hears(port, &last) != DHCP_OFFER)
		return 0;
	return last;
}

/* Lets the disk have everything; returns how many changes there were. */
static unsigned keep(struct sim_node *node)
{
	struct lease_change change = { .ticket = 0 };
	unsigned count = 0;

	while (engine_next_lease(node->engine, &change))
		count++;
	engine_leases_durable(node->engine, change.ticket);
	return count;
}

static void ask_for(struct sim_port *port, unsigned client, uint8_t last)
{
	client_tell(port, &(struct client_words) { .type = DHCP_REQUEST,
						   .client = client,
						   .requested = client_ip(1, last) });
}

static unsigned get(struct sim_port *port, unsigned client)
{
	unsigned last = discover(port, client);

	ask_for(port, client, (uint8_t)last);
	assert_int_equal(keep(port->node), 1);
	assert_int_equal(client_hears(port, NULL), DHCP_ACK);
	return last;
}

static uint32_t slot_of(const struct sim_node *node, uint8_t last)
{
	return bindings_find(node->tables->networks[0]->bindings, client_ip(1, last));
}

static bool is_leased(struct sim_node *node, uint8_t last)
{
	return bindings_leased(sim_network(node)->bindings, slot_of(node, last),
			       clock_tick(node->sim->now));
}

/* -- Tests -- */

static void a_client_gets_an_address_when_it_is_durable(void **state)
{
	struct sim *sim = make(1);
	struct sim_port *port = &sim->node[0]->port[0];
	struct lease_change change;
	unsigned last;

	(void)state;
	assert_int_equal(discover(port, 7), 2);
	ask_for(port, 7, 2);
	assert_int_equal(client_hears(port, NULL), 0);
	assert_true(engine_next_lease(sim->node[0]->engine, &change));
	assert_int_equal(change.ticket, 1);
	assert_int_equal(change.left, CLIENT_LEASE);
	assert_int_equal(change.binding.ip & 255, 2);
	assert_true(mac_equal(change.binding.mac, client_mac(7)));
	assert_false(engine_next_lease(sim->node[0]->engine, &change));
	assert_int_equal(client_hears(port, NULL), 0);
	engine_leases_durable(sim->node[0]->engine, 1);
	assert_int_equal(client_hears(port, &last), DHCP_ACK);
	assert_int_equal(last, 2);
	assert_int_equal(sim_discard(&sim->node[1]->port[0]), 0);
	assert_int_equal(sim->node[0]->wire.datagrams, 0);
	assert_int_equal(sim_network(sim->node[0])->count.dhcp_heard, 2);
	assert_int_equal(sim_network(sim->node[0])->count.dhcp_answered, 2);
	sim_free(sim);
}

static void a_disk_that_refuses_gives_nothing(void **state)
{
	struct sim *sim = make(2);
	struct sim_port *port = &sim->node[0]->port[0];
	struct lease_change change;

	(void)state;
	assert_int_equal(get(port, 1), 2);
	ask_for(port, 1, 2); /* again */
	ask_for(port, 2, 3);
	while (engine_next_lease(sim->node[0]->engine, &change))
		;
	engine_leases_refused(sim->node[0]->engine, change.ticket);
	assert_int_equal(client_hears(port, NULL), 0);
	assert_true(is_leased(sim->node[0], 2)); /* what it had it keeps */
	assert_false(is_leased(sim->node[0], 3));
	assert_int_equal(get(port, 2), 3);
	sim_free(sim);
}

static void who_asks_for_anothers_is_refused(void **state)
{
	struct sim *sim = make(3);
	struct sim_port *port = &sim->node[0]->port[0];

	(void)state;
	assert_int_equal(get(port, 1), 2);
	ask_for(port, 2, 2);
	assert_int_equal(client_hears(port, NULL), DHCP_NAK);
	ask_for(port, 2, 1); /* the gateway's */
	assert_int_equal(client_hears(port, NULL), DHCP_NAK);
	client_tell(port, &(struct client_words) { .type = DHCP_REQUEST,
						   .client = 2,
						   .requested = client_ip(2, 5) });
	assert_int_equal(client_hears(port, NULL), DHCP_NAK);
	/* Whoever renews what the other node gave it is left alone, and another server's clients too. */
	client_tell(port, &(struct client_words) {
				  .type = DHCP_REQUEST, .client = 2, .ciaddr = client_ip(2, 5) });
	assert_int_equal(client_hears(port, NULL), 0);
	client_tell(port, &(struct client_words) { .type = DHCP_REQUEST,
						   .client = 2,
						   .requested = client_ip(1, 3),
						   .server = client_ip(2, 1) });
	assert_int_equal(client_hears(port, NULL), 0);
	assert_int_equal(sim->node[0]->wire.datagrams, 0);
	sim_free(sim);
}

static void a_lease_is_renewed_at_the_gateway(void **state)
{
	struct sim *sim = make(4);
	struct sim_port *port = &sim->node[0]->port[0];
	const struct client_words renewal = {
		.type = DHCP_REQUEST, .client = 1, .ciaddr = client_ip(1, 2), .dst = client_ip(1, 1)
	};

	(void)state;
	assert_int_equal(get(port, 1), 2);
	sim_run(sim, CLIENT_LEASE / 2 * NS_PER_S);
	client_tell(port, &renewal);
	assert_int_equal(keep(sim->node[0]), 1);
	assert_int_equal(client_hears(port, NULL), DHCP_ACK);
	sim_run(sim, (CLIENT_LEASE - 1) * NS_PER_S);
	assert_true(is_leased(sim->node[0], 2));
	sim_run(sim, 2 * NS_PER_S);
	assert_false(is_leased(sim->node[0], 2));
	sim_free(sim);
}

static void what_is_given_back_is_free(void **state)
{
	struct sim *sim = make(5);
	struct sim_port *port = &sim->node[0]->port[0];
	struct client_words w = { .type = DHCP_RELEASE, .client = 2, .ciaddr = client_ip(1, 2) };
	struct event event;

	(void)state;
	assert_int_equal(get(port, 1), 2);
	client_tell(port, &w); /* another's */
	assert_true(is_leased(sim->node[0], 2));
	w.client = 1;
	client_tell(port, &w);
	assert_false(is_leased(sim->node[0], 2));
	assert_int_equal(keep(sim->node[0]), 1);
	assert_int_equal(get(port, 1), 2);
	client_tell(port, &(struct client_words) { .type = DHCP_DECLINE,
						   .client = 1,
						   .requested = client_ip(1, 2) });
	assert_int_equal(keep(sim->node[0]), 1);
	assert_int_equal(client_hears(port, NULL), 0);
	assert_true(engine_next_event(sim->node[0]->engine, &event));
	assert_int_equal(event.kind, EVENT_DECLINED);
	assert_int_equal(discover(port, 1), 3);
	client_tell(port, &(struct client_words) {
				  .type = DHCP_INFORM, .client = 9, .ciaddr = client_ip(1, 200) });
	assert_int_equal(client_hears(port, NULL), DHCP_ACK);
	assert_int_equal(keep(sim->node[0]), 0);
	sim_free(sim);
}

static void who_asks_without_end_is_not_heard(void **state)
{
	struct sim *sim = make(6);
	struct sim_port *port = &sim->node[0]->port[0];
	unsigned answers = 0;

	(void)state;
	for (unsigned i = 0; i < 10 * NETWORK_DHCP; i++) {
		client_tell(port, &(struct client_words) { .type = DHCP_DISCOVER, .client = i });
		answers += client_hears(port, NULL) == DHCP_OFFER;
	}
	/* ... but as many more as the time that passed is good for. */
	assert_in_range(answers, NETWORK_DHCP, 2 * NETWORK_DHCP);
	assert_int_equal(drops_of(sim->node[0], DROP_DHCP_LIMITED), 10 * NETWORK_DHCP - answers);
	sim_run(sim, NS_PER_S);
	assert_int_not_equal(discover(port, 5), 0);
	assert_int_equal(sim->node[0]->wire.datagrams, 0);
	sim_free(sim);
}

/* Nor does it keep the others of its port from being heard. */
static void who_asks_without_end_starves_nobody(void **state)
{
	struct sim *sim = make(15);
	struct sim_port *port = &sim->node[0]->port[0];
	unsigned answers = 0;

	(void)state;
	for (unsigned other = 2; other < 10; other++) {
		for (unsigned i = 0; i < 2 * NETWORK_DHCP; i++) {
			client_tell(port,
				    &(struct client_words) { .type = DHCP_DISCOVER, .client = 1 });
			answers += client_hears(port, NULL) == DHCP_OFFER;
		}
		assert_int_not_equal(get(port, other), 0);
	}
	assert_in_range(answers, NETWORK_DHCP_CLIENT, 2 * NETWORK_DHCP_CLIENT);
	sim_free(sim);
}

static void what_waits_for_the_disk_is_bounded(void **state)
{
	struct sim *sim = make(7);
	struct sim_port *port = &sim->node[0]->port[0];
	unsigned acks = 0;

	(void)state;
	for (unsigned i = 0; i < ENGINE_LEASES + 10; i++) {
		ask_for(port, 1, 2);
		sim_run(sim, NS_PER_S);
	}
	assert_int_equal(client_hears(port, NULL), 0);
	assert_int_equal(drops_of(sim->node[0], DROP_DHCP_LIMITED), 10);
	assert_int_equal(keep(sim->node[0]), ENGINE_LEASES);
	while (client_hears(port, NULL) == DHCP_ACK)
		acks++;
	assert_int_equal(acks, ENGINE_LEASES);
	ask_for(port, 1, 2);
	assert_int_equal(keep(sim->node[0]), 1);
	sim_free(sim);
}

static void when_all_are_given_it_is_said(void **state)
{
	struct sim *sim = make(8);
	struct sim_port *port = &sim->node[0]->port[0];
	struct event event;

	(void)state;
	for (unsigned i = 0; i < 13; i++) {
		assert_int_equal(get(port, i), 2 + i);
		sim_run(sim, NS_PER_S);
	}
	assert_int_equal(discover(port, 50), 0);
	assert_true(engine_next_event(sim->node[0]->engine, &event));
	assert_int_equal(event.kind, EVENT_NO_LEASE);
	sim_run(sim, CLIENT_LEASE * NS_PER_S);
	assert_int_equal(discover(port, 50), 2);
	sim_free(sim);
}

static void nonsense_ends_here_too(void **state)
{
	struct sim *sim = make(9);
	struct sim_port *port = &sim->node[0]->port[0];

	(void)state;
	client_tell(port, &(struct client_words) {
				  .type = DHCP_DISCOVER, .client = 1, .nonsense = true });
	client_tell(port, &(struct client_words) { .type = DHCP_OFFER, .client = 1 });
	client_tell(port, &(struct client_words) { .type = DHCP_REQUEST, .client = 1 });
	client_tell(port, &(struct client_words) { .type = DHCP_INFORM, .client = 1 });
	assert_int_equal(drops_of(sim->node[0], DROP_DHCP_INVALID), 4);
	assert_int_equal(client_hears(port, NULL), 0);
	assert_int_equal(sim->node[0]->wire.datagrams, 0);
	sim_free(sim);
}

/* -- ARP -- */

static void who_has(struct sim_port *port, unsigned client, struct addr ip)
{
	uint8_t frame[ETH_LEN + 28] = { 0 };
	struct mac mac = client_mac(client);

	memcpy(frame, everybody.octet, 6);
	memcpy(frame + 6, mac.octet, 6);
	put_be16(frame + 12, ETHERTYPE_ARP);
	memcpy(frame + ETH_LEN, (const uint8_t[]) { 0, 1, 8, 0, 6, 4, 0, ARP_REQUEST }, 8);
	memcpy(frame + ETH_LEN + 8, mac.octet, 6);
	memcpy(frame + ETH_LEN + 14, client_ip(1, 14).octet, 4);
	memcpy(frame + ETH_LEN + 24, ip.octet, 4);
	sim_give(port, frame, sizeof(frame));
	sim_run(port->node->sim, MOMENT);
}

/* Does an answer with this MAC come, and nothing else? */
static bool is_at(struct sim_port *port, struct mac mac)
{
	struct sim_packet *packet = sim_take(port);
	bool is = packet && get_be16(packet->at + 12) == ETHERTYPE_ARP &&
		  packet->at[ETH_LEN + 7] == ARP_REPLY &&
		  memcmp(packet->at + ETH_LEN + 8, mac.octet, 6) == 0;

	if (packet)
		sim_done(port->node->sim, packet);
	return is && !sim_take(port);
}

static void the_gateway_is_there(void **state)
{
	struct sim *sim = make(10);
	struct sim_port *port = &sim->node[0]->port[0];
	struct network *n = sim_network(sim->node[0]);

	(void)state;
	for (unsigned mode = ARP_FLOOD; mode <= ARP_PROXY; mode++) {
		n->arp = (enum arp_mode)mode;
		who_has(port, 1, client_ip(1, 1));
		assert_true(is_at(port, client_server));
	}
	assert_int_equal(sim->node[0]->wire.datagrams, 0);
	n->arp = ARP_SUPPRESS;
	bindings_be_gateway(n->bindings, false); /* the machine has it: let it answer */
	who_has(port, 1, client_ip(1, 1));
	assert_null(sim_take(port));
	assert_int_equal(sim->node[0]->wire.datagrams, 1);
	assert_int_equal(discover(port, 1), 2);
	sim_free(sim);
}

static void who_leases_an_address_is_known(void **state)
{
	struct sim *sim = make(11);
	struct sim_port *port = &sim->node[0]->port[0], *other;

	(void)state;
	other = sim_add_port(sim->node[0], sim_network(sim->node[0]), sim_takes_all);
	assert_int_equal(get(port, 1), 2);
	who_has(other, 5, client_ip(1, 2));
	assert_true(is_at(other, client_mac(1)));
	assert_null(sim_take(port));
	who_has(port, 4, client_ip(1, 2)); /* there it answers for itself */
	assert_null(sim_take(port));
	sim_discard(other);
	sim_run(sim, CLIENT_LEASE * NS_PER_S);
	who_has(other, 5, client_ip(1, 2));
	assert_null(sim_take(other));
	assert_int_equal(sim_discard(port), 1);
	sim_free(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_gets_an_address_when_it_is_durable),
		cmocka_unit_test(a_disk_that_refuses_gives_nothing),
		cmocka_unit_test(who_asks_for_anothers_is_refused),
		cmocka_unit_test(a_lease_is_renewed_at_the_gateway),
		cmocka_unit_test(what_is_given_back_is_free),
		cmocka_unit_test(who_asks_without_end_is_not_heard),
		cmocka_unit_test(who_asks_without_end_starves_nobody),
		cmocka_unit_test(what_waits_for_the_disk_is_bounded),
		cmocka_unit_test(when_all_are_given_it_is_said),
		cmocka_unit_test(nonsense_ends_here_too),
		cmocka_unit_test(the_gateway_is_there),
		cmocka_unit_test(who_leases_an_address_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
