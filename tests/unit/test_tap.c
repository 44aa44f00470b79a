#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "port/link.h"
#include "port/tap.h"
#include "sandbox.h"
#include "wire/vnet.h"

enum {
	ARRIVAL = 5000, /* ms until a frame that does not come is missed */
	ROOM = 65536 + 256,
};

static struct netlink *netlink; /* NULL: no namespace could be made */

static int enter(void **state)
{
	(void)state;
	if (!sandbox_enter() || access("/dev/net/tun", R_OK | W_OK) < 0)
		print_message("no TAP may be made here: nothing is tested\n");
	else
		assert_int_equal(netlink_open(&netlink), 0);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	netlink_close(netlink);
	return 0;
}

static struct tap_options options_of(const char *name)
{
	struct tap_options options = {
		.name = name,
		.cluster = "demo",
		.mtu = 1450,
		.offload = true,
	};

	assert_true(mac_parse("02:00:00:00:00:01", &options.mac));
	return options;
}

static struct tap open_with(const struct tap_options *options)
{
	char why[TAP_WHY] = "";
	struct tap tap;
	int rc = tap_open(&tap, options, why);

	if (rc < 0)
		fail_msg("%s: %s", why, strerror(-rc));
	return tap;
}

static struct link_info info_of(const char *name)
{
	struct link_info info;

	assert_int_equal(link_get(netlink, name, &info), 0);
	return info;
}

static void is_made_as_asked(void **state)
{
	struct tap_options options = options_of("vx1");
	struct link_info info;
	struct tap tap;

	(void)state;
	if (!netlink)
		skip();
	tap = open_with(&options);
	info = info_of("vx1");
	assert_true(tap.created);
	assert_int_equal(tap.ifindex, info.index);
	assert_string_equal(info.kind, "tun");
	assert_string_equal(info.alias, "vxs:demo");
	assert_true(mac_equal(info.mac, options.mac));
	assert_int_equal(info.mtu, 1450);
	assert_true(info.up);
	assert_true(tap.takes_tcp);
	tap_close(&tap);
	assert_int_equal(link_get(netlink, "vx1", &info), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_as_asked),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
