/* Routes, neighbours and addresses of our own, beside those of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "port/route.h"
#include "sandbox.h"

static struct netlink *netlink; /* NULL: no namespace could be made */
static uint32_t eth0;

static int enter(void **state)
{
	struct link_info info;

	(void)state;
	if (!sandbox_enter()) {
		print_message("no network namespace may be made here: nothing is tested\n");
		return 0;
	}
	assert_true(sandbox_ip("link add eth0 type veth peer name eth1") &&
		    sandbox_ip("address add 192.0.2.1/24 dev eth0") &&
		    sandbox_ip("address add 2001:db8::1/64 dev eth0 nodad") &&
		    sandbox_ip("link set eth0 up") && sandbox_ip("link set eth1 up") &&
		    sandbox_ip("route add 198.51.100.0/24 via 192.0.2.254"));
	assert_int_equal(netlink_open(&netlink), 0);
	assert_int_equal(link_get(netlink, "eth0", &info), 0);
	eth0 = info.index;
	return 0;
}

static int leave(void **state)
{
	(void)state;
	netlink_close(netlink);
	return 0;
}

static void begin(void **state)
{
	(void)state;
	if (!netlink)
		skip();
}

static struct addr addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct route route_to(const char *text)
{
	struct route route = { .link = eth0, .onlink = true };

	assert_true(prefix_parse(text, &route.to));
	route.via = route.to.addr;
	return route;
}

/* What was found, as text. */
static char found[512];

static void add(const char *text)
{
	size_t at = strlen(found);

	snprintf(found + at, sizeof(found) - at, "%s%s", at ? ", " : "", text);
}

static void add_route(void *context, const struct route *route)
{
	char to[PREFIX_TEXT], via[ADDR_TEXT], text[128];

	(void)context;
	snprintf(text, sizeof(text), "%s via %s%s%s", prefix_text(route->to, to),
		 addr_text(route->via, via), route->link == eth0 ? "" : " elsewhere",
		 route->onlink ? " onlink" : "");
	add(text);
}

static void add_neighbour(void *context, const struct neighbour *neighbour)
{
	char ip[ADDR_TEXT], mac[MAC_TEXT], text[128];

	(void)context;
	snprintf(text, sizeof(text), "%s %s", addr_text(neighbour->ip, ip),
		 mac_text(neighbour->mac, mac));
	add(text);
}

static void add_address(void *context, struct ifaddress address)
{
	char text[PREFIX_TEXT];

	(void)context;
	add(ifaddress_text(address, text));
}

static void assert_routes(const char *expected)
{
	*found = '\0';
	assert_int_equal(route_each(netlink, add_route, NULL), 0);
	assert_string_equal(found, expected);
}

static void assert_neighbours(const char *expected)
{
	*found = '\0';
	assert_int_equal(neighbour_each(netlink, eth0, add_neighbour, NULL), 0);
	assert_string_equal(found, expected);
}

static void assert_addresses(const char *expected)
{
	*found = '\0';
	assert_int_equal(address_each(netlink, eth0, add_address, NULL), 0);
	assert_string_equal(found, expected);
}

static void routes(void **state)
{
	struct route v4 = route_to("10.42.2.0/24"), v6 = route_to("fd00:0:0:2::/64");

	begin(state);
	v4.link = v6.link = eth0;
	assert_routes("");
	assert_int_equal(route_add(netlink, &v4), 0);
	assert_int_equal(route_add(netlink, &v6), 0);
	assert_routes("10.42.2.0/24 via 10.42.2.0 onlink, fd00:0:0:2::/64 via fd00:0:0:2:: onlink");
	assert_true(sandbox_ip("route show proto 118 | grep -qx "
			       "'10.42.2.0/24 via 10.42.2.0 dev eth0 onlink '"));
	assert_int_equal(route_add(netlink, &v4), -EEXIST);
	assert_int_equal(route_add(netlink, &v6), -EEXIST);
	assert_int_equal(route_remove(netlink, &v4), 0);
	assert_int_equal(route_remove(netlink, &v6), 0);
	assert_int_equal(route_remove(netlink, &v4), -ESRCH);
	assert_int_equal(route_remove(netlink, &v6), -ESRCH);
	assert_routes("");
}

/* Of the same prefix, next hop and device, and of another protocol. */
static void routes_of_others(void **state)
{
	struct route v4 = route_to("10.43.2.0/24"), v6 = route_to("fd01:0:0:2::/64");

	begin(state);
	assert_true(sandbox_ip("route add 10.43.2.0/24 via 10.43.2.0 dev eth0 onlink proto 186") &&
		    sandbox_ip("-6 route add fd01:0:0:2::/64 via fd01:0:0:2:: dev eth0 onlink"));
	v4.link = v6.link = eth0;
	assert_routes("");
	assert_int_equal(route_add(netlink, &v4), -EEXIST);
	assert_int_equal(route_add(netlink, &v6), -EEXIST);
	assert_int_equal(route_owner(netlink, v4.to), 186);
	assert_int_equal(route_owner(netlink, v6.to), 3);
	assert_int_equal(route_remove(netlink, &v4), -ESRCH);
	assert_int_equal(route_remove(netlink, &v6), -ESRCH);
	assert_true(sandbox_ip("route show 10.43.2.0/24 | grep -q proto") &&
		    sandbox_ip("-6 route show fd01:0:0:2::/64 | grep -q via"));
}

static void looking_up(void **state)
{
	struct route route;

	begin(state);
	assert_int_equal(route_lookup(netlink, addr("192.0.2.7"), &route), 0);
	assert_int_equal(route.link, eth0);
	assert_int_equal(route.via.family, ADDR_NONE);
	assert_int_equal(route_lookup(netlink, addr("2001:db8::7"), &route), 0);
	assert_int_equal(route.via.family, ADDR_NONE);
	assert_int_equal(route_lookup(netlink, addr("198.51.100.7"), &route), 0);
	assert_true(addr_equal(route.via, addr("192.0.2.254")));
	assert_int_equal(route_lookup(netlink, addr("192.0.2.1"), &route), -EHOSTUNREACH);
	assert_true(route_lookup(netlink, addr("203.0.113.1"), &route) < 0);
	assert_int_equal(route_owner(netlink, route_to("10.77.0.0/24").to), 0);
}

static void neighbours(void **state)
{
	struct neighbour v4 = { .ip = addr("10.42.2.0"), .mac = { { 2, 0, 0, 0, 0, 1 } } };
	struct neighbour v6 = { .ip = addr("fd00:0:0:2::"), .mac = v4.mac };

	begin(state);
	assert_true(sandbox_ip("neigh add 10.42.9.0 lladdr 02:00:00:00:00:09 dev eth0"));
	assert_int_equal(neighbour_put(netlink, eth0, &v4), 0);
	assert_int_equal(neighbour_put(netlink, eth0, &v6), 0);
	assert_neighbours("10.42.2.0 02:00:00:00:00:01, fd00:0:0:2:: 02:00:00:00:00:01");
	v4.mac.octet[5] = 2;
	assert_int_equal(neighbour_put(netlink, eth0, &v4), 0);
	assert_neighbours("10.42.2.0 02:00:00:00:00:02, fd00:0:0:2:: 02:00:00:00:00:01");
	assert_true(sandbox_ip("neigh show 10.42.2.0 | grep -q PERMANENT"));
	assert_int_equal(neighbour_remove(netlink, eth0, v4.ip), 0);
	assert_int_equal(neighbour_remove(netlink, eth0, v6.ip), 0);
	assert_int_equal(neighbour_remove(netlink, eth0, v6.ip), -ENOENT);
	assert_neighbours("");
	assert_true(sandbox_ip("neigh show 10.42.9.0 | grep -q PERMANENT"));
}

static void addresses(void **state)
{
	struct ifaddress v4 = { addr("10.42.1.0"), 32 }, v6 = { addr("fd00:0:0:1::"), 128 };

	begin(state);
	assert_int_equal(address_add(netlink, eth0, v4), 0);
	assert_int_equal(address_add(netlink, eth0, v6), 0);
	assert_addresses("10.42.1.0/32, fd00:0:0:1::/128");
	assert_int_equal(address_add(netlink, eth0, v4), -EEXIST);
	assert_int_equal(address_remove(netlink, eth0, v4), 0);
	assert_int_equal(address_remove(netlink, eth0, v6), 0);
	assert_addresses("");
	assert_true(sandbox_ip("address show dev eth0 | grep -q 192.0.2.1/24"));
}

static void forwarding(void **state)
{
	static const char *const switches[] = { "/proc/sys/net/ipv4/ip_forward",
						"/proc/sys/net/ipv6/conf/all/forwarding" };

	begin(state);
	for (int i = 0; i < 2; i++) {
		enum addr_family family = i ? ADDR_V6 : ADDR_V4;

		assert_true(sandbox_write(switches[i], "0"));
		assert_int_equal(forwarding_allow(family), 1);
		assert_int_equal(forwarding_allow(family), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes),     cmocka_unit_test(routes_of_others),
		cmocka_unit_test(looking_up), cmocka_unit_test(neighbours),
		cmocka_unit_test(addresses),  cmocka_unit_test(forwarding),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
