#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "port/link.h"
#include "sandbox.h"

static struct netlink *netlink; /* NULL: no namespace could be made */

/* eth0 and eth1 are the ends of one cable. */
static int enter(void **state)
{
	(void)state;
	if (!sandbox_enter()) {
		print_message("no network namespace may be made here: nothing is tested\n");
		return 0;
	}
	assert_true(sandbox_ip("link add eth0 type veth peer name eth1") &&
		    sandbox_ip("link add br0 type bridge") &&
		    sandbox_ip("address add 10.5.0.1/24 dev eth0") &&
		    sandbox_ip("address add 10.6.0.1 peer 10.6.0.2 dev eth0") &&
		    sandbox_ip("address add fd05::1/64 dev eth0 nodad"));
	assert_int_equal(netlink_open(&netlink), 0);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	netlink_close(netlink);
	return 0;
}

/* First in every test. */
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

static struct link_info info_of(const char *name)
{
	struct link_info info;

	assert_int_equal(link_get(netlink, name, &info), 0);
	return info;
}

static void assert_same(const struct link_info *a, const struct link_info *b)
{
	assert_int_equal(a->index, b->index);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->alias, b->alias);
	assert_string_equal(a->kind, b->kind);
	assert_true(mac_equal(a->mac, b->mac));
	assert_int_equal(a->mtu, b->mtu);
	assert_int_equal(a->master, b->master);
	assert_int_equal(a->up, b->up);
	assert_int_equal(a->multicast, b->multicast);
}

static void devices_are_described(void **state)
{
	struct link_info info, same;

	begin(state);
	info = info_of("lo");
	assert_int_equal(info.index, 1);
	assert_string_equal(info.name, "lo");
	assert_string_equal(info.kind, "");
	assert_string_equal(info.alias, "");
	assert_int_equal(info.mtu, 65536);
	assert_true(info.up);
	assert_false(info.multicast);
	info = info_of("eth1");
	assert_string_equal(info.kind, "veth");
	assert_true(mac_is_station(info.mac));
	assert_int_equal(info.mtu, 1500);
	assert_false(info.up || info.running);
	assert_true(info.multicast);
	assert_int_equal(info.master, 0);
	assert_int_equal(link_get_index(netlink, info.index, &same), 0);
	assert_same(&same, &info);
}

static void what_is_not_there_is_said(void **state)
{
	static const char *const names[] = { "nothing0", "fifteen-letters", "sixteen-letters0",
					     "far-beyond-what-any-device-may-be-called" };
	struct link_info info;

	begin(state);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(link_get(netlink, names[i], &info), -ENODEV);
	assert_int_equal(link_get_index(netlink, 4242, &info), -ENODEV);
	assert_int_equal(link_delete(netlink, 4242), -ENODEV);
	assert_int_equal(link_change(netlink, 4242, &(struct link_change) { .up = true }), -ENODEV);
}

static void only_what_is_asked_changes(void **state)
{
	struct mac mac = { { 2, 0, 0, 0, 0, 7 } };
	struct link_info before, after;
	uint32_t index;

	begin(state);
	before = info_of("eth1");
	index = before.index;
	assert_int_equal(link_change(netlink, index, &(struct link_change) { .mac = &mac }), 0);
	after = info_of("eth1");
	before.mac = mac;
	assert_same(&after, &before);
	assert_int_equal(link_change(netlink, index, &(struct link_change) { .mtu = 1400 }), 0);
	assert_int_equal(link_change(netlink, index, &(struct link_change) { .alias = "vxs:a" }),
			 0);
	assert_int_equal(link_change(netlink, index,
				     &(struct link_change) { .master = info_of("br0").index }),
			 0);
	after = info_of("eth1");
	before.mtu = 1400;
	before.master = info_of("br0").index;
	memcpy(before.alias, "vxs:a", 6);
	assert_same(&after, &before);
	assert_int_equal(link_change(netlink, index, &(struct link_change) { .up = true }), 0);
	assert_true(info_of("eth1").up);
}

static bool has_ipv6(const char *name)
{
	char command[64];

	snprintf(command, sizeof(command), "ip -6 -o address show dev %s | grep -q inet6", name);
	return system(command) == 0;
}

/* In one change, although the kernel would bring it up first. */
static void a_device_can_be_silent(void **state)
{
	static const struct link_change silent = { .no_addresses = true, .up = true },
					open = { .up = true };

	begin(state);
	assert_true(sandbox_ip("link add quiet0 type veth peer name loud0"));
	assert_int_equal(link_change(netlink, info_of("loud0").index, &open), 0);
	assert_int_equal(link_change(netlink, info_of("quiet0").index, &silent), 0);
	assert_false(has_ipv6("quiet0"));
	assert_true(has_ipv6("loud0"));
	assert_int_equal(link_delete(netlink, info_of("quiet0").index), 0);
}

static void without_ipv6_silence_is_no_error(void **state)
{
	static const struct link_change silent = { .no_addresses = true, .up = true };

	begin(state);
	assert_true(sandbox_ip("link add small0 mtu 1000 type veth peer name small1"));
	assert_int_equal(link_change(netlink, info_of("small0").index, &silent), 0);
	assert_int_equal(link_delete(netlink, info_of("small0").index), 0);
}

static void the_holder_of_an_address_is_found(void **state)
{
	static const struct {
		const char *addr, *device;
	} rows[] = {
		{ "10.5.0.1", "eth0" }, { "10.6.0.1", "eth0" }, { "fd05::1", "eth0" },
		{ "127.0.0.1", "lo" },  { "127.9.9.9", "lo" },  { "::1", "lo" },
		{ "10.5.0.2", NULL },   { "10.6.0.2", NULL },   { "fd05::2", NULL },
		{ "0.0.0.0", NULL },    { "::", NULL },
	};
	struct link_info info;

	begin(state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = link_holding(netlink, addr(rows[i].addr), &info);

		assert_int_equal(rc, rows[i].device ? 0 : -EADDRNOTAVAIL);
		if (rows[i].device)
			assert_string_equal(info.name, rows[i].device);
	}
}

static void addresses_are_listed(void **state)
{
	struct addr found[64];
	unsigned seen = 0;
	int n;

	begin(state);
	n = link_addresses(netlink, found, 64);
	assert_in_range(n, 5, 63);
	for (int i = 0; i < n; i++) {
		seen += addr_equal(found[i], addr("127.0.0.1"));
		seen += addr_equal(found[i], addr("10.5.0.1"));
		seen += addr_equal(found[i], addr("10.6.0.1"));
		seen += addr_equal(found[i], addr("fd05::1"));
		assert_false(addr_equal(found[i], addr("10.6.0.2")));
	}
	assert_int_equal(seen, 4);
	assert_int_equal(link_addresses(netlink, found, 2), 2);
	assert_int_equal(link_addresses(netlink, found, 0), 0);
}

/* Last: the test leaves the namespace, the handle does not. */
static void a_handle_stays_in_its_namespace(void **state)
{
	struct netlink *here;
	struct link_info info;

	begin(state);
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(netlink_open(&here), 0);
	assert_int_equal(link_get(here, "eth0", &info), -ENODEV);
	assert_int_equal(link_get(netlink, "eth0", &info), 0);
	netlink_close(here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_described),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(only_what_is_asked_changes),
		cmocka_unit_test(a_device_can_be_silent),
		cmocka_unit_test(without_ipv6_silence_is_no_error),
		cmocka_unit_test(the_holder_of_an_address_is_found),
		cmocka_unit_test(addresses_are_listed),
		cmocka_unit_test(a_handle_stays_in_its_namespace),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
