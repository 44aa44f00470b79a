#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "port/link.h"
#include "port/tap.h"
#include "sandbox.h"
#include "wire/checksum.h"
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

/* First in every test. */
static void begin(void **state)
{
	(void)state;
	if (!netlink)
		skip();
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

static void refuse(const struct tap_options *options, int error, const char *part)
{
	char why[TAP_WHY] = "";
	struct tap tap;

	assert_int_equal(tap_open(&tap, options, why), -error);
	assert_int_equal(tap.fd, -1);
	if (!strstr(why, part))
		fail_msg("\"%s\" is not in \"%s\"", part, why);
}

static bool exists(const char *name)
{
	struct link_info info;

	return link_get(netlink, name, &info) == 0;
}

/* -- Opening. -- */

static void is_made_as_asked(void **state)
{
	struct tap_options options = options_of("vx1");
	struct link_info info;
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	info = info_of("vx1");
	assert_true(tap.created);
	assert_string_equal(tap.name, "vx1");
	assert_int_equal(tap.ifindex, info.index);
	assert_string_equal(info.kind, "tun");
	assert_string_equal(info.alias, "vxs:demo");
	assert_true(mac_equal(info.mac, options.mac));
	assert_int_equal(info.mtu, 1450);
	assert_true(info.up && info.running);
	assert_int_equal(info.master, 0);
	assert_true(tap.takes_tcp);
	tap_close(&tap);
	tap_close(&tap);
	assert_false(exists("vx1"));
}

static bool has_ipv6(const char *name)
{
	char command[64];

	snprintf(command, sizeof(command), "ip -6 -o address show dev %s | grep -q inet6", name);
	return system(command) == 0;
}

static void joins_its_bridge_silently(void **state)
{
	struct tap_options options = options_of("vx2");
	struct tap bridged, alone;

	begin(state);
	assert_true(sandbox_ip("link add br2 up type bridge"));
	options.bridge = "br2";
	bridged = open_with(&options);
	assert_int_equal(info_of("vx2").master, info_of("br2").index);
	assert_true(info_of("vx2").up);
	assert_false(has_ipv6("vx2"));
	options.bridge = NULL;
	options.name = "vx3";
	alone = open_with(&options);
	assert_true(has_ipv6("vx3"));
	tap_close(&bridged);
	tap_close(&alone);
	assert_true(sandbox_ip("link del br2"));
}

static void bad_bridges_are_refused(void **state)
{
	struct tap_options options = options_of("vx4");

	begin(state);
	options.bridge = "br4";
	refuse(&options, ENODEV, "ip link add br4 up type bridge");
	options.bridge = "lo";
	refuse(&options, EINVAL, "lo is not a bridge");
	assert_false(exists("vx4"));
}

/* Something fails after the device was made: it must not stay, persistent or not. */
static void a_failed_start_leaves_nothing(void **state)
{
	struct tap_options options = options_of("vx4");

	begin(state);
	options.persist = true;
	options.mtu = 65535; /* a TAP carries at most 65521 */
	refuse(&options, EINVAL, "mtu 65535");
	assert_false(exists("vx4"));
}

static void a_persistent_one_is_taken_again(void **state)
{
	struct tap_options options = options_of("vx5");
	struct tap first, second;

	begin(state);
	options.persist = true;
	first = open_with(&options);
	refuse(&options, EBUSY, "somebody else has it open");
	tap_close(&first);
	assert_true(exists("vx5"));
	assert_false(info_of("vx5").running);
	options.persist = false;
	options.mtu = 1400;
	options.cluster = "another"; /* the owner is enough */
	second = open_with(&options);
	assert_false(second.created);
	assert_int_equal(second.ifindex, first.ifindex);
	assert_int_equal(info_of("vx5").mtu, 1400);
	assert_true(info_of("vx5").running);
	tap_close(&second);
	assert_int_equal(link_delete(netlink, first.ifindex), 0);
	assert_false(exists("vx5"));
}

static void one_in_use_is_refused(void **state)
{
	struct tap_options options = options_of("vx6");
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	refuse(&options, EBUSY, "somebody else has it open");
	tap_close(&tap);
}

static void an_ownerless_one_is_refused_unless_marked(void **state)
{
	struct tap_options options = options_of("vx7");
	struct tap tap;

	begin(state);
	assert_true(sandbox_ip("tuntap add dev vx7 mode tap"));
	refuse(&options, EPERM, "has no owner");
	assert_true(sandbox_ip("link set vx7 alias vxs:another"));
	refuse(&options, EPERM, "has no owner");
	assert_true(sandbox_ip("link set vx7 alias vxs:demo"));
	tap = open_with(&options);
	assert_false(tap.created);
	tap_close(&tap);
	assert_true(sandbox_ip("link del vx7"));
	if (sandbox_ip("tuntap add dev vx7 mode tap user 4242 2>/dev/null")) {
		refuse(&options, EPERM, "belongs to user 4242");
		assert_true(sandbox_ip("link del vx7"));
	}
}

static void names_of_other_devices_are_refused(void **state)
{
	struct tap_options options = options_of("lo");

	begin(state);
	refuse(&options, EEXIST, "a network card");
	options.name = "br8";
	assert_true(sandbox_ip("link add br8 type bridge"));
	refuse(&options, EEXIST, "not a TAP (bridge)");
	assert_true(sandbox_ip("link del br8"));
	options.name = "tun8";
	assert_true(sandbox_ip("tuntap add dev tun8 mode tun user %u", (unsigned)geteuid()));
	refuse(&options, EEXIST, "not a TAP (a TUN)");
	assert_true(sandbox_ip("link del tun8"));
}

/* Gives up, or takes back, every right for now. */
static void set_rights(bool on)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	for (int i = 0; i < 2; i++)
		data[i].effective = on ? data[i].permitted : 0;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void without_rights_a_prepared_one_will_do(void **state)
{
	struct tap_options options = options_of("vx9");
	char why[TAP_WHY] = "";
	struct tap tap;
	int rc;

	begin(state);
	set_rights(false);
	rc = tap_open(&tap, &options, why);
	set_rights(true);
	assert_int_equal(rc, -EPERM);
	assert_non_null(strstr(why, "ip tuntap add dev vx9 mode tap vnet_hdr user"));
	assert_true(sandbox_ip("tuntap add dev vx9 mode tap user %u", (unsigned)geteuid()));
	set_rights(false);
	rc = tap_open(&tap, &options, why);
	set_rights(true);
	assert_int_equal(rc, -EPERM);
	assert_non_null(strstr(why, "ip link set vx9 mtu 1450"));
	assert_true(sandbox_ip("link set vx9 mtu 1450 up"));
	set_rights(false);
	rc = tap_open(&tap, &options, why);
	set_rights(true);
	assert_int_equal(rc, 0);
	assert_true(mac_equal(info_of("vx9").mac, options.mac));
	tap_close(&tap);
	assert_true(sandbox_ip("link del vx9"));
}

/* -- Changing. -- */

static void change(struct tap *tap, const struct tap_options *was,
		   const struct tap_options *options)
{
	char why[TAP_WHY] = "";

	if (tap_change(tap, was, options, why) < 0)
		fail_msg("%s", why);
}

static void an_open_one_changes(void **state)
{
	struct tap_options was = options_of("vx20"), options = was;
	struct link_info info;
	struct tap tap;

	begin(state);
	assert_true(sandbox_ip("link add br20 up type bridge"));
	tap = open_with(&was);
	assert_true(mac_parse("02:00:00:00:00:02", &options.mac));
	options.mtu = 1400;
	options.bridge = "br20";
	options.offload = false;
	options.persist = true;
	change(&tap, &was, &options);
	info = info_of("vx20");
	assert_true(mac_equal(info.mac, options.mac));
	assert_int_equal(info.mtu, 1400);
	assert_int_equal(info.master, info_of("br20").index);
	assert_false(tap.takes_tcp);
	assert_false(has_ipv6("vx20"));
	change(&tap, &options, &was);
	info = info_of("vx20");
	assert_true(mac_equal(info.mac, was.mac));
	assert_int_equal(info.mtu, 1450);
	assert_int_equal(info.master, 0);
	assert_true(tap.takes_tcp);
	tap_close(&tap);
	assert_false(exists("vx20"));
	assert_true(sandbox_ip("link del br20"));
}

static void a_change_that_fails_changes_nothing(void **state)
{
	struct tap_options was = options_of("vx21"), options = was;
	char why[TAP_WHY] = "";
	struct tap tap;

	begin(state);
	tap = open_with(&was);
	options.mtu = 1400;
	options.bridge = "nobridge0";
	assert_int_equal(tap_change(&tap, &was, &options, why), -ENODEV);
	assert_non_null(strstr(why, "there is no bridge nobridge0"));
	assert_int_equal(info_of("vx21").mtu, 1450);
	tap_close(&tap);
}

/* -- Frames. -- */

enum { TYPE = 0x88b5 }; /* EtherType for local experiments */

/* A packet socket on the device's other side: what the host sees and sends. */
static int host_socket(const struct tap *tap, uint16_t type)
{
	struct sockaddr_ll name = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(type),
				    .sll_ifindex = (int)tap->ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

static bool arrives(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ARRIVAL) == 1 && p.revents & POLLIN;
}

/* The next frame of @type; the kernel's own chatter is passed over. */
static void read_frame(struct tap *tap, uint8_t *at, uint16_t type, uint16_t dport, struct frame *f)
{
	int rc;

	do {
		assert_true(arrives(tap->fd));
		rc = tap_read(tap, at, ROOM, f);
		assert_true(rc >= 0);
	} while (rc == 0 || f->eth.type != type || f->dport != dport);
}

static size_t fill_plain(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)i;
	memset(bytes, 2, 12);
	put_be16(bytes + 12, TYPE);
	return len;
}

static void plain_frames_pass_both_ways(void **state)
{
	static uint8_t buffer[VNET_LEN + ROOM], got[ROOM];
	struct tap_options options = options_of("vx10");
	uint8_t bytes[200];
	size_t len = fill_plain(bytes, sizeof(bytes));
	struct iovec parts[] = { { bytes, 14 }, { bytes + 14, 1 }, { bytes + 15, len - 15 } };
	struct frame f;
	struct tap tap;
	int host;

	begin(state);
	tap = open_with(&options);
	host = host_socket(&tap, TYPE);
	assert_int_equal(send(host, bytes, len, 0), len);
	read_frame(&tap, buffer + VNET_LEN, TYPE, 0, &f);
	assert_int_equal(f.len, len);
	assert_ptr_equal(f.at, buffer + VNET_LEN);
	assert_int_equal(f.kind, FRAME_PLAIN);
	assert_memory_equal(f.at, bytes, len);
	assert_int_equal(tap_write(&tap, &f, parts, 3), 0);
	assert_true(arrives(host));
	assert_int_equal(recv(host, got, sizeof(got), 0), len);
	assert_memory_equal(got, bytes, len);
	close(host);
	tap_close(&tap);
}

static void a_frame_that_may_be_cut_is_refused(void **state)
{
	struct tap_options options = options_of("vx11");
	uint8_t *buffer = malloc(VNET_LEN + 100);
	uint8_t bytes[200];
	size_t len = fill_plain(bytes, sizeof(bytes));
	struct frame f;
	struct tap tap;
	int host, rc;

	begin(state);
	options.bridge = "br11"; /* bridged, the device says nothing of its own accord */
	assert_true(sandbox_ip("link add br11 type bridge"));
	tap = open_with(&options);
	host = host_socket(&tap, TYPE);
	do
		rc = tap_read(&tap, buffer + VNET_LEN, 100, &f);
	while (rc == 1);
	assert_int_equal(send(host, bytes, len, 0), len);
	assert_true(arrives(tap.fd));
	assert_int_equal(tap_read(&tap, buffer + VNET_LEN, 100, &f), -EMSGSIZE);
	assert_int_equal(tap_read(&tap, buffer + VNET_LEN, 100, &f), 0);
	close(host);
	tap_close(&tap);
	assert_true(sandbox_ip("link del br11"));
	free(buffer);
}

/* The host sends ten datagrams in one call to a neighbour behind the TAP. */
static void host_sends_superframe(const char *name, size_t len, int segment)
{
	static const uint8_t bytes[10000];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(sandbox_ip("address add 10.8.0.2/24 dev %s", name) &&
		    sandbox_ip("neighbour add 10.8.0.1 lladdr 02:00:00:00:00:09 dev %s", name));
	assert_int_equal(inet_pton(AF_INET, "10.8.0.1", &to.sin_addr), 1);
	assert_int_equal(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)), 0);
	assert_int_equal(sendto(fd, bytes, len, 0, (const struct sockaddr *)&to, sizeof(to)), len);
	close(fd);
}

/* 0xffff when it is right: the sum over everything, the checksum too. */
static uint16_t udp_sum(const struct frame *f)
{
	size_t len = (size_t)f->ip.len - f->ip.header_len;
	struct span l4 = span_first(span_from(frame_bytes(f), f->l4), len);

	return checksum_fold(checksum_add(ip_pseudo_sum(&f->ip, IP_UDP, (uint32_t)len), l4));
}

static void superframes_are_read(void **state)
{
	static uint8_t buffer[VNET_LEN + ROOM];
	struct tap_options options = options_of("vx12");
	struct frame f;
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	if (!tap.takes_udp)
		skip(); /* Linux before 6.2 */
	host_sends_superframe("vx12", 10000, 1000);
	read_frame(&tap, buffer + VNET_LEN, ETHERTYPE_IPV4, 9, &f);
	assert_int_equal(f.kind, FRAME_UDP);
	assert_int_equal(f.gso_size, 1000);
	assert_int_equal(f.len, 14 + 28 + 10000);
	assert_true(f.unfinished);
	assert_int_equal(f.csum_start, f.l4);
	tap_close(&tap);
}

/* Also by a device that was with offload the last time: it remembers. */
static void without_offload_frames_are_finished(void **state)
{
	static uint8_t buffer[VNET_LEN + ROOM];
	struct tap_options options = options_of("vx13");
	struct frame f;
	struct tap tap;

	begin(state);
	options.persist = true;
	tap = open_with(&options);
	tap_close(&tap);
	options.offload = false;
	tap = open_with(&options);
	assert_false(tap.takes_tcp || tap.takes_udp);
	host_sends_superframe("vx13", 3000, 1000);
	for (int i = 0; i < 3; i++) {
		read_frame(&tap, buffer + VNET_LEN, ETHERTYPE_IPV4, 9, &f);
		assert_int_equal(f.kind, FRAME_PLAIN);
		assert_int_equal(f.len, 14 + 28 + 1000);
		assert_false(f.unfinished);
		assert_int_equal(udp_sum(&f), 0xffff);
	}
	assert_int_equal(link_delete(netlink, tap.ifindex), 0);
	tap_close(&tap);
}

/* A TCP superframe of @payload bytes, its checksum unfinished. */
static size_t fill_tcp(uint8_t *bytes, size_t payload, struct frame *f)
{
	static const uint8_t ip[] = { 0x45, 0, 0,  0, 0, 0, 0x40, 0, 64, 6,
				      0,    0, 10, 8, 0, 1, 10,   8, 0,  2 };
	size_t len = 14 + 20 + 20 + payload;

	memset(bytes, 0x5a, len);
	memset(bytes, 2, 12);
	put_be16(bytes + 12, ETHERTYPE_IPV4);
	memcpy(bytes + 14, ip, sizeof(ip));
	put_be16(bytes + 16, (uint16_t)(len - 14));
	put_be16(bytes + 24, checksum_finish(checksum_add(0, span_of(bytes + 14, 20))));
	bytes[46] = 5 << 4; /* header length */
	bytes[47] = 0x10;   /* ACK */
	assert_true(frame_parse(f, bytes, len));
	put_be16(bytes + 50,
		 checksum_fold(ip_pseudo_sum(&f->ip, IP_TCP, (uint32_t)(20 + payload))));
	frame_find_unfinished(f);
	assert_true(frame_as_superframe(f, 1450, 0));
	return len;
}

static void superframes_are_written(void **state)
{
	static uint8_t bytes[ROOM], got[ROOM];
	struct tap_options options = options_of("vx14");
	struct iovec part = { .iov_base = bytes };
	struct frame f;
	struct tap tap;
	int host;

	begin(state);
	tap = open_with(&options);
	host = host_socket(&tap, ETHERTYPE_IPV4);
	part.iov_len = fill_tcp(bytes, 60000, &f);
	assert_int_equal(tap_write(&tap, &f, &part, 1), 0);
	assert_true(arrives(host));
	assert_int_equal(recv(host, got, sizeof(got), 0), part.iov_len);
	assert_memory_equal(got, bytes, part.iov_len);
	close(host);
	tap_close(&tap);
}

/* What the kernel refuses costs one frame, and the next one passes. */
static void a_refused_frame_harms_nothing(void **state)
{
	struct tap_options options = options_of("vx15");
	uint8_t bytes[60];
	struct iovec part = { bytes, fill_plain(bytes, sizeof(bytes)) };
	struct frame f;
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	assert_true(frame_parse(&f, bytes, sizeof(bytes)));
	f.unfinished = true;
	f.csum_start = 59; /* where no checksum fits */
	assert_int_equal(tap_write(&tap, &f, &part, 1), -EINVAL);
	f.unfinished = false;
	assert_int_equal(tap_write(&tap, &f, &part, 1), 0);
	tap_close(&tap);
}

/* -- Down, gone, full. -- */

static void down_and_gone_are_told_apart(void **state)
{
	static uint8_t buffer[VNET_LEN + ROOM];
	struct tap_options options = options_of("vx16");
	uint8_t bytes[60];
	struct iovec part = { bytes, fill_plain(bytes, sizeof(bytes)) };
	struct frame f;
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	assert_true(frame_parse(&f, bytes, sizeof(bytes)));
	assert_true(sandbox_ip("link set vx16 down"));
	assert_int_equal(tap_write(&tap, &f, &part, 1), -EIO);
	while (tap_read(&tap, buffer + VNET_LEN, ROOM, &(struct frame) { 0 }) == 1)
		continue; /* what it said while it was up */
	assert_int_equal(tap_read(&tap, buffer + VNET_LEN, ROOM, &f), 0);
	assert_true(sandbox_ip("link set vx16 up"));
	assert_true(frame_parse(&f, bytes, sizeof(bytes)));
	assert_int_equal(tap_write(&tap, &f, &part, 1), 0);
	assert_true(sandbox_ip("link del vx16"));
	assert_int_equal(tap_write(&tap, &f, &part, 1), -EBADFD);
	assert_int_equal(tap_read(&tap, buffer + VNET_LEN, ROOM, &f), -EBADFD);
	tap_close(&tap);
}

static void a_renamed_one_goes_on(void **state)
{
	struct tap_options options = options_of("vx17");
	uint8_t bytes[60];
	struct iovec part = { bytes, fill_plain(bytes, sizeof(bytes)) };
	struct frame f;
	struct tap tap;

	begin(state);
	tap = open_with(&options);
	assert_true(frame_parse(&f, bytes, sizeof(bytes)));
	assert_true(sandbox_ip("link set vx17 name other17"));
	assert_int_equal(tap_write(&tap, &f, &part, 1), 0);
	assert_int_equal(info_of("other17").index, tap.ifindex);
	tap_close(&tap);
}

/* The queue holds two thousand frames; what does not fit shows at the device. */
static void a_full_queue_shows(void **state)
{
	struct tap_options options = options_of("vx18");
	uint8_t bytes[60];
	size_t len = fill_plain(bytes, sizeof(bytes));
	struct tap tap;
	int host;

	begin(state);
	tap = open_with(&options);
	host = host_socket(&tap, TYPE);
	for (int i = 0; i < 1900; i++)
		assert_int_equal(send(host, bytes, len, 0), len);
	assert_int_equal(info_of("vx18").tx[LINK_DROPPED], 0);
	for (int i = 0; i < 200; i++)
		send(host, bytes, len, 0);
	assert_true(info_of("vx18").tx[LINK_DROPPED] >= 100);
	close(host);
	tap_close(&tap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_as_asked),
		cmocka_unit_test(joins_its_bridge_silently),
		cmocka_unit_test(bad_bridges_are_refused),
		cmocka_unit_test(a_failed_start_leaves_nothing),
		cmocka_unit_test(a_persistent_one_is_taken_again),
		cmocka_unit_test(one_in_use_is_refused),
		cmocka_unit_test(an_ownerless_one_is_refused_unless_marked),
		cmocka_unit_test(names_of_other_devices_are_refused),
		cmocka_unit_test(without_rights_a_prepared_one_will_do),
		cmocka_unit_test(an_open_one_changes),
		cmocka_unit_test(a_change_that_fails_changes_nothing),
		cmocka_unit_test(plain_frames_pass_both_ways),
		cmocka_unit_test(a_frame_that_may_be_cut_is_refused),
		cmocka_unit_test(superframes_are_read),
		cmocka_unit_test(without_offload_frames_are_finished),
		cmocka_unit_test(superframes_are_written),
		cmocka_unit_test(a_refused_frame_harms_nothing),
		cmocka_unit_test(down_and_gone_are_told_apart),
		cmocka_unit_test(a_renamed_one_goes_on),
		cmocka_unit_test(a_full_queue_shows),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
