#include "port/link_changes.h"

#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "craft.h"
#include "port/route.h"
#include "sandbox.h"

static bool possible; /* a namespace could be made */

struct told {
	unsigned count, any; /* of links that went; of lost messages */
	uint32_t last;
	unsigned routes, rules;
	struct link_word route; /* the last */
};

static void note(void *context, const struct link_word *word)
{
	struct told *told = context;

	told->any += word->kind == WORD_LOST;
	told->rules += word->kind == WORD_RULE;
	if (word->kind == WORD_GONE) {
		told->count++;
		told->last = word->link;
	} else if (word->kind == WORD_ROUTE) {
		told->routes++;
		told->route = *word;
	}
}

static int enter(void **state)
{
	(void)state;
	possible = sandbox_enter();
	if (!possible)
		print_message("no namespace may be made here: nothing is tested\n");
	return 0;
}

static struct link_changes *begin(void)
{
	struct link_changes *changes;

	if (!possible)
		skip();
	assert_int_equal(link_changes_open(&changes), 0);
	return changes;
}

static bool readable(const struct link_changes *changes)
{
	struct pollfd p = { .fd = link_changes_fd(changes), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void no_change_is_no_word(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };

	(void)state;
	assert_false(readable(changes));
	assert_false(link_changes_take(changes, note, &told));
	link_changes_close(changes);
}

static void an_address_is_a_change(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };

	(void)state;
	assert_true(sandbox_ip("addr add 192.0.2.1/24 dev lo"));
	assert_true(readable(changes));
	assert_true(link_changes_take(changes, note, &told));
	assert_int_equal(told.count, 0);
	assert_false(readable(changes));
	assert_true(sandbox_ip("addr del 192.0.2.1/24 dev lo"));
	assert_true(link_changes_take(changes, note, &told));
	link_changes_close(changes);
}

static void a_link_that_went_is_named(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	uint32_t index;

	(void)state;
	assert_true(sandbox_ip("link add br7 type bridge"));
	index = if_nametoindex("br7");
	assert_true(link_changes_take(changes, note, &told));
	assert_int_equal(told.count, 0);
	assert_true(sandbox_ip("link del br7"));
	while (link_changes_take(changes, note, &told))
		;
	assert_true(told.count >= 1);
	assert_int_equal(told.any, 0);
	assert_int_equal(told.last, index);
	link_changes_close(changes);
}

/* What does not fit the socket is lost; that something was is not. */
static void too_much_is_perhaps_any(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	int little = 1;

	(void)state;
	setsockopt(link_changes_fd(changes), SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	for (int i = 0; i < 10; i++)
		assert_true(sandbox_ip("link set lo mtu %d", 1500 + i));
	while (link_changes_take(changes, note, &told))
		;
	assert_int_equal(told.any, 1);
	assert_false(readable(changes));
	link_changes_close(changes);
}

/* However much there is, one call takes a batch. */
static void a_call_is_bounded(void **state)
{
	struct link_changes *changes = begin();
	struct told told = { 0 };
	FILE *batch = popen("ip -batch -", "w");
	unsigned calls = 0;

	(void)state;
	assert_non_null(batch);
	for (int i = 0; i < 2 * LINK_CHANGES_BATCH; i++)
		fprintf(batch, "link set lo mtu %d\n", 2000 + i);
	assert_int_equal(pclose(batch), 0);
	assert_true(link_changes_take(changes, note, &told));
	assert_true(readable(changes));
	for (; link_changes_take(changes, note, &told); calls++)
		;
	assert_true(calls >= 1);
	link_changes_close(changes);
}

static struct told all(struct link_changes *changes)
{
	struct told told = { 0 };

	while (link_changes_take(changes, note, &told))
		;
	return told;
}

static void assert_route(struct told told, const char *to, uint8_t protocol)
{
	char text[PREFIX_TEXT];

	assert_int_equal(told.routes, 1);
	assert_string_equal(prefix_text(told.route.to, text), to);
	assert_int_equal(told.route.protocol, protocol);
}

/* Where it led, and nothing of those that come with an address; none where none was asked for. */
static void routes_are_named(void **state)
{
	struct link_changes *changes = begin();

	(void)state;
	assert_true(sandbox_ip("link add br8 up type bridge"));
	assert_true(sandbox_ip("route add 198.51.100.0/24 dev br8"));
	assert_int_equal(all(changes).routes, 0);
	link_changes_with_routes(changes, true);
	assert_true(sandbox_ip("addr add 192.0.2.1/24 dev br8"));
	assert_true(sandbox_ip("addr add 2001:db8::1/64 dev br8 nodad"));
	assert_int_equal(all(changes).routes, 0);
	assert_true(sandbox_ip("route add 203.0.113.0/25 dev br8 proto 118"));
	assert_route(all(changes), "203.0.113.0/25", 118);
	assert_true(sandbox_ip("route del 203.0.113.0/25"));
	assert_route(all(changes), "203.0.113.0/25", 118);
	assert_true(sandbox_ip("route add default via 192.0.2.2"));
	assert_route(all(changes), "0.0.0.0/0", 3);
	assert_true(sandbox_ip("-6 route add fd00:1::/32 via 2001:db8::2"));
	assert_route(all(changes), "fd00:1::/32", 3);
	assert_true(sandbox_ip("rule add to 192.0.2.0/24 lookup 7"));
	assert_true(sandbox_ip("-6 rule add to fd00::/8 lookup 7"));
	assert_int_equal(all(changes).rules, 2);
	link_changes_with_routes(changes, false);
	assert_true(sandbox_ip("route add 203.0.113.0/25 dev br8"));
	assert_int_equal(all(changes).routes, 0);
	link_changes_close(changes);
}

/* Who asked for a change knows its own again. */
static void the_origin_is_told(void **state)
{
	struct link_changes *changes = begin();
	struct netlink *nl;
	struct route route = { .to = { addr_v4((uint8_t[]) { 10, 42, 2, 0 }), 24 },
			       .via = addr_v4((uint8_t[]) { 10, 42, 2, 0 }),
			       .onlink = true };

	(void)state;
	assert_true(sandbox_ip("link add br9 up type bridge"));
	assert_true(sandbox_ip("addr add 192.0.2.77/32 dev br9"));
	route.link = if_nametoindex("br9");
	assert_int_equal(netlink_open(&nl), 0);
	link_changes_with_routes(changes, true);
	all(changes);
	assert_int_equal(route_add(nl, &route), 0);
	assert_int_equal(all(changes).route.origin, netlink_id(nl));
	assert_true(sandbox_ip("route del 10.42.2.0/24"));
	assert_int_not_equal(all(changes).route.origin, netlink_id(nl));
	netlink_close(nl);
	link_changes_close(changes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_is_no_word),
		cmocka_unit_test(an_address_is_a_change),
		cmocka_unit_test(a_link_that_went_is_named),
		cmocka_unit_test(too_much_is_perhaps_any),
		cmocka_unit_test(a_call_is_bounded),
		cmocka_unit_test(routes_are_named),
		cmocka_unit_test(the_origin_is_told),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
