#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

#include "port/link.h"
#include "port/udp.h"
#include "sandbox.h"

enum {
	PORT = 4789,
	ARRIVAL = 5000, /* ms until a datagram that does not come is missed */
	ROOM = 65536,
};

static bool isolated;

static int enter(void **state)
{
	(void)state;
	isolated = sandbox_enter();
	if (isolated)
		assert_true(sandbox_ip("address add fd00::1/128 dev lo nodad") &&
			    sandbox_ip("address add fd00::9/128 dev lo nodad"));
	else
		print_message("no network namespace may be made here: nothing is tested\n");
	return 0;
}

/* First in every test. */
static void begin(void **state)
{
	(void)state;
	if (!isolated)
		skip();
}

static struct addr addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct udp_options options_at(const char *bind)
{
	return (struct udp_options) {
		.bind = addr(bind),
		.port = PORT,
		.sources = 4,
		.source_min = 50000,
		.source_max = 50100,
		.checksum = true,
		.ttl = 64,
		.multicast_ttl = 1,
	};
}

static struct udp *open_with(const struct udp_options *options)
{
	struct udp *udp = NULL;
	char why[UDP_WHY] = "";
	int rc = udp_open(&udp, options, why);

	if (rc < 0)
		fail_msg("%s: %s", why, strerror(-rc));
	return udp;
}

static struct udp *open_at(const char *bind)
{
	struct udp_options options = options_at(bind);

	return open_with(&options);
}

/* A run of @count datagrams of @segment bytes, the last of @last; byte i is i / segment + i. */
struct sample {
	uint8_t bytes[ROOM];
	struct iovec iov[2];
	struct run run;
};

static struct sample *sample(const char *to, uint16_t segment, uint16_t count, uint16_t last)
{
	struct sample *s = calloc(1, sizeof(*s));
	size_t bytes = (size_t)segment * (count - 1U) + last, half = bytes / 3;

	assert_non_null(s);
	for (size_t i = 0; i < bytes; i++)
		s->bytes[i] = (uint8_t)(i / segment + i);
	s->iov[0] = (struct iovec) { s->bytes, half };
	s->iov[1] = (struct iovec) { s->bytes + half, bytes - half };
	s->run = (struct run) {
		.to = addr(to),
		.port = PORT,
		.tos = 0x29,
		.segment = segment,
		.count = count,
		.bytes = bytes,
		.iov = s->iov,
		.iovs = 2,
	};
	return s;
}

static void send_all(struct udp *udp, const struct run *runs, unsigned n)
{
	int error = 0;

	assert_int_equal(udp_send_runs(udp, runs, n, &error), n);
	assert_int_equal(error, 0);
}

static bool arrives(struct udp *udp, unsigned socket)
{
	struct pollfd p = { .fd = udp_fd(udp, socket), .events = POLLIN };

	return poll(&p, 1, ARRIVAL) == 1 && p.revents & POLLIN;
}

/* Receives @want bytes, each receive taken apart at its segment size; returns the datagrams. */
static unsigned receive_all(struct udp *udp, unsigned socket, uint8_t *bytes, size_t want,
			    struct datagram *last)
{
	static uint8_t room[4][ROOM];
	unsigned datagrams = 0;
	size_t have = 0;

	while (have < want) {
		struct datagram batch[4];
		int got;

		assert_true(arrives(udp, socket));
		for (unsigned i = 0; i < 4; i++)
			batch[i] = (struct datagram) { .at = room[i], .room = ROOM };
		got = udp_receive(udp, socket, batch, 4);
		assert_true(got > 0);
		for (int i = 0; i < got; i++) {
			struct datagram *d = &batch[i];

			assert_false(d->truncated);
			assert_true(d->len <= want - have);
			memcpy(bytes + have, d->at, d->len);
			have += d->len;
			datagrams +=
				d->segment ? (unsigned)((d->len + d->segment - 1) / d->segment) : 1;
			*last = *d;
		}
	}
	assert_int_equal(have, want);
	return datagrams;
}

static void exchange(const char *a, const char *b, bool checksum, uint16_t segment, uint16_t count,
		     uint16_t last_len)
{
	struct udp_options options = options_at(a);
	static uint8_t bytes[ROOM];
	struct udp *sender, *receiver = open_at(b);
	struct sample *s = sample(b, segment, count, last_len);
	struct datagram last;

	options.checksum = checksum;
	sender = open_with(&options);
	for (uint16_t source = 0; source < udp_sources(sender); source++) {
		s->run.source = source;
		send_all(sender, &s->run, 1);
		assert_int_equal(receive_all(receiver, 0, bytes, s->run.bytes, &last), count);
		assert_memory_equal(bytes, s->bytes, s->run.bytes);
		assert_int_equal(last.segment, count > 1 ? segment : 0);
		assert_int_equal(last.tos, 0x29);
		assert_true(addr_equal(last.source, addr(a)));
	}
	free(s);
	udp_close(sender);
	udp_close(receiver);
}

static void runs_arrive(void **state)
{
	static const char *const pairs[][2] = { { "127.0.0.2", "127.0.0.3" },
						{ "::1", "fd00::1" } };
	static const uint16_t shapes[][3] = {
		{ 100, 1, 100 },    { 1, 1, 1 },      { 1000, 2, 1000 }, { 1000, 2, 1 },
		{ 1422, 46, 1422 }, { 1422, 46, 33 }, { 50, 64, 50 },    { 1023, 64, 1022 },
	};

	begin(state);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(shapes) / sizeof(shapes[0]); j++)
			exchange(pairs[i][0], pairs[i][1], true, shapes[j][0], shapes[j][1],
				 shapes[j][2]);
}

/* More runs than one system call takes, singles and runs mixed, leave in order. */
static void many_runs_keep_their_order(void **state)
{
	enum { RUNS = 150 };
	static uint8_t want[RUNS * 20], got[RUNS * 20];
	static struct iovec iov[RUNS];
	static struct run runs[RUNS];
	struct udp *sender, *receiver;
	struct datagram last;
	size_t bytes = 0;

	begin(state);
	sender = open_at("127.0.0.2");
	receiver = open_at("127.0.0.3");
	for (unsigned i = 0; i < RUNS; i++) {
		uint16_t count = i % 3 ? 1 : 2;

		memset(want + bytes, (int)i, 10U * count);
		iov[i] = (struct iovec) { want + bytes, 10U * count };
		runs[i] = (struct run) { .to = addr("127.0.0.3"),
					 .port = PORT,
					 .segment = 10,
					 .count = count,
					 .bytes = 10U * count,
					 .iov = &iov[i],
					 .iovs = 1 };
		bytes += 10U * count;
	}
	send_all(sender, runs, RUNS);
	assert_int_equal(receive_all(receiver, 0, got, bytes, &last), RUNS + RUNS / 3);
	assert_memory_equal(got, want, bytes);
	assert_int_equal(last.tos, 0);
	udp_close(sender);
	udp_close(receiver);
}

/* The IPv4 and UDP header of the next datagram from @from, as it went over the wire. */
static void wire_header(int raw, const char *from, uint8_t header[28])
{
	uint8_t bytes[2048];
	struct addr source;

	do {
		struct pollfd p = { .fd = raw, .events = POLLIN };

		assert_int_equal(poll(&p, 1, ARRIVAL), 1);
		assert_true(recv(raw, bytes, sizeof(bytes), 0) >= 28);
		source = addr_v4(bytes + 12);
	} while (!addr_equal(source, addr(from)));
	memcpy(header, bytes, 28);
}

static void headers_are_as_asked(void **state)
{
	struct udp_options options = options_at("127.0.0.2");
	struct sample *s = sample("127.0.0.3", 100, 1, 100);
	int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
	struct udp *udp;
	uint8_t h[28];

	begin(state);
	assert_true(raw >= 0);
	for (int checksum = 0; checksum < 2; checksum++) {
		options.checksum = checksum;
		options.ttl = (uint8_t)(33 + checksum);
		udp = open_with(&options);
		send_all(udp, &s->run, 1);
		wire_header(raw, "127.0.0.2", h);
		assert_int_equal(h[1], 0x29);
		assert_int_equal(get_be16(h + 6), 0x4000); /* DF, no fragment */
		assert_int_equal(h[8], options.ttl);
		assert_in_range(get_be16(h + 20), options.source_min, options.source_max);
		assert_int_equal(get_be16(h + 22), PORT);
		assert_int_equal(get_be16(h + 26) != 0, checksum);
		udp_close(udp);
	}
	close(raw);
	free(s);
}

/* Zero checksums and runs exclude each other: the caller is told to send singly. */
static void without_checksum_no_runs(void **state)
{
	struct udp_options options = options_at("127.0.0.2");
	struct sample *one = sample("127.0.0.3", 100, 1, 100),
		      *two = sample("127.0.0.3", 50, 2, 50);
	struct run runs[] = { one->run, two->run, one->run };
	int error = 0;
	struct udp *udp;

	begin(state);
	exchange("127.0.0.2", "127.0.0.3", false, 1400, 1, 1400);
	options.checksum = false;
	udp = open_with(&options);
	assert_int_equal(udp_send_runs(udp, runs, 3, &error), 1);
	assert_int_equal(error, EIO);
	udp_close(udp);
	free(one);
	free(two);
}

/* On IPv6 we always send a checksum, and take what has none. */
static void ipv6_without_checksum_is_taken(void **state)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(PORT),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	struct udp *udp;
	struct datagram last;
	uint8_t got[4];

	begin(state);
	udp = open_at("::1");
	assert_int_equal(setsockopt(fd, IPPROTO_UDP, 101 /* UDP_NO_CHECK6_TX */, &on, sizeof(on)),
			 0);
	assert_int_equal(sendto(fd, "zero", 4, 0, (const struct sockaddr *)&to, sizeof(to)), 4);
	receive_all(udp, 0, got, 4, &last);
	assert_memory_equal(got, "zero", 4);
	close(fd);
	udp_close(udp);
	exchange("::1", "fd00::1", false, 1000, 5, 7);
}

static void long_datagrams_are_marked(void **state)
{
	struct sample *s = sample("127.0.0.3", 100, 1, 100);
	uint8_t *room = malloc(99);
	struct datagram d = { .at = room, .room = 99 };
	struct udp *sender, *receiver;

	begin(state);
	sender = open_at("127.0.0.2");
	receiver = open_at("127.0.0.3");
	send_all(sender, &s->run, 1);
	assert_true(arrives(receiver, 0));
	assert_int_equal(udp_receive(receiver, 0, &d, 1), 1);
	assert_true(d.truncated);
	assert_int_equal(udp_receive(receiver, 0, &d, 1), 0);
	udp_close(sender);
	udp_close(receiver);
	free(room);
	free(s);
}

/* -- Opening. -- */

static void refuse(const struct udp_options *options, int error, const char *part)
{
	struct udp *udp = NULL;
	char why[UDP_WHY] = "";

	assert_int_equal(udp_open(&udp, options, why), -error);
	if (!strstr(why, part))
		fail_msg("\"%s\" is not in \"%s\"", part, why);
}

static void the_holder_of_a_port_is_named(void **state)
{
	static const char *const pairs[][2] = {
		{ "127.0.0.2", "127.0.0.2" }, { "0.0.0.0", "127.0.0.2" },
		{ "127.0.0.2", "0.0.0.0" },   { "::1", "::1" },
		{ "::", "fd00::1" },
	};
	char self[64];

	begin(state);
	snprintf(self, sizeof(self), "process %d (test_udp)", getpid());
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct udp_options options = options_at(pairs[i][1]);
		struct udp *first = open_at(pairs[i][0]);

		refuse(&options, EADDRINUSE, self);
		udp_close(first);
	}
}

static void the_kernels_device_is_named(void **state)
{
	struct udp_options options = options_at("127.0.0.2");

	begin(state);
	if (!sandbox_ip("link add vxport type vxlan id 7 dstport %d local 127.0.0.2", PORT))
		skip();
	sandbox_ip("link set vxport up");
	refuse(&options, EADDRINUSE, "VXLAN device vxport");
	assert_true(sandbox_ip("link del vxport"));
}

static void what_can_not_be_opened_is_said(void **state)
{
	struct udp_options options = options_at("192.0.2.1");

	begin(state);
	refuse(&options, EADDRNOTAVAIL, "192.0.2.1 is not an address of this machine");
	options = options_at("127.0.0.2");
	options.interface = "nothing0";
	refuse(&options, ENODEV, "no interface nothing0");
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	return ntohs(name.sin_port);
}

static int occupy(uint16_t port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	name.sin_addr.s_addr = htonl(0x7f000002);
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

static void occupied_source_ports_are_skipped(void **state)
{
	struct udp_options options = options_at("127.0.0.2");
	unsigned seen = 0;
	struct udp *udp;
	int taken;

	begin(state);
	taken = occupy(50001);
	options.source_min = 50000;
	options.source_max = 50003;
	udp = open_with(&options);
	assert_int_equal(udp_sources(udp), 3);
	assert_int_equal(udp_receivers(udp), 1);
	assert_int_equal(udp_sockets(udp), 4);
	for (unsigned i = 1; i < 4; i++)
		seen |= 1U << (port_of(udp_fd(udp, i)) - 50000);
	assert_int_equal(seen, 1 + 4 + 8);
	udp_close(udp);
	options.source_min = options.source_max = 50001;
	refuse(&options, EADDRINUSE, "no source port between 50001 and 50001");
	close(taken);
}

static void one_source_is_the_main_socket(void **state)
{
	struct udp_options options = options_at("127.0.0.2");
	struct sample *s = sample("127.0.0.2", 10, 1, 10);
	struct datagram last;
	uint8_t got[10];
	struct udp *udp;

	begin(state);
	options.sources = 1;
	udp = open_with(&options);
	assert_int_equal(udp_sources(udp), 1);
	assert_int_equal(udp_sockets(udp), 1);
	send_all(udp, &s->run, 1);
	receive_all(udp, 0, got, 10, &last);
	udp_close(udp);
	free(s);
}

static void source_sockets_hear_nothing(void **state)
{
	struct sample *s = sample("127.0.0.2", 10, 1, 10);
	struct udp *sender, *receiver;
	struct pollfd p = { .events = POLLIN };

	begin(state);
	receiver = open_at("127.0.0.2");
	sender = open_at("127.0.0.3");
	p.fd = udp_fd(receiver, 1);
	s->run.port = port_of(p.fd);
	send_all(sender, &s->run, 1);
	/* The loopback delivers within the call; the second one shows that it has. */
	s->run.port = PORT;
	send_all(sender, &s->run, 1);
	assert_true(arrives(receiver, 0));
	assert_int_equal(poll(&p, 1, 0), 0);
	udp_close(sender);
	udp_close(receiver);
	free(s);
}

/* -- Errors. -- */

static bool in_error(struct udp *udp)
{
	for (unsigned i = 0; i < udp_sockets(udp); i++) {
		struct pollfd p = { .fd = udp_fd(udp, i) };

		if (poll(&p, 1, 0) == 1)
			return true;
	}
	return false;
}

/* What the engine does: a send that fails drains the errors and is tried again. */
static void send_with_retry(struct udp *udp, const struct run *run, struct wire_error *found)
{
	int error = 0;

	assert_int_equal(udp_send_runs(udp, run, 1, &error), 0);
	assert_int_equal(error, ECONNREFUSED);
	assert_true(in_error(udp));
	assert_int_equal(udp_errors(udp, found, 4), 1);
	assert_false(in_error(udp));
	send_all(udp, run, 1);
}

static void a_dead_peer(const char *us, const char *dead, const char *live)
{
	struct sample *lost = sample(dead, 100, 3, 5), *kept = sample(live, 100, 3, 5);
	struct udp *sender = open_at(us), *receiver = open_at(live);
	struct wire_error found[4];
	struct datagram last;
	uint8_t got[205];

	send_all(sender, &lost->run, 1);
	send_with_retry(sender, &kept->run, found);
	assert_true(addr_equal(found[0].peer, addr(dead)));
	assert_int_equal(found[0].error, ECONNREFUSED);
	assert_int_equal(found[0].mtu, 0);
	receive_all(receiver, 0, got, sizeof(got), &last);
	assert_int_equal(udp_errors(sender, found, 4), 0);
	udp_close(sender);
	udp_close(receiver);
	free(lost);
	free(kept);
}

static void a_dead_peer_costs_nobody_else(void **state)
{
	begin(state);
	a_dead_peer("127.0.0.2", "127.0.0.9", "127.0.0.3");
	a_dead_peer("::1", "fd00::9", "fd00::1");
}

/* Within one call: the one behind the dead peer is offered again and leaves. */
static void a_dead_peer_within_a_batch(void **state)
{
	struct sample *lost = sample("127.0.0.9", 10, 1, 10),
		      *kept = sample("127.0.0.3", 10, 1, 10);
	struct run runs[] = { kept->run, lost->run, kept->run, lost->run, kept->run };
	struct udp *sender, *receiver;
	struct wire_error found[4];
	struct datagram last;
	uint8_t got[30];

	begin(state);
	sender = open_at("127.0.0.2");
	receiver = open_at("127.0.0.3");
	send_all(sender, runs, 5);
	assert_int_equal(receive_all(receiver, 0, got, 30, &last), 3);
	assert_int_equal(udp_errors(sender, found, 1), 1); /* as many as there is room for ... */
	assert_true(in_error(sender));
	assert_int_equal(udp_errors(sender, found, 4), 1); /* ... and the rest later */
	assert_true(addr_equal(found[0].peer, addr("127.0.0.9")));
	assert_false(in_error(sender));
	udp_close(sender);
	udp_close(receiver);
	free(lost);
	free(kept);
}

/* An error queued on the socket that also receives. */
static void receiving_goes_on_after_an_error(void **state)
{
	struct udp_options options = options_at("127.0.0.2");
	struct sample *lost = sample("127.0.0.9", 10, 1, 10),
		      *kept = sample("127.0.0.2", 10, 1, 10);
	uint8_t room[10];
	struct datagram d = { .at = room, .room = sizeof(room) };
	struct udp *udp, *sender;

	begin(state);
	options.sources = 1;
	udp = open_with(&options);
	sender = open_at("127.0.0.3");
	send_all(udp, &lost->run, 1);
	assert_int_equal(udp_receive(udp, 0, &d, 1), 0);
	send_all(udp, &lost->run, 1);
	send_all(sender, &kept->run, 1);
	assert_true(arrives(udp, 0));
	assert_int_equal(udp_receive(udp, 0, &d, 1), 1);
	udp_close(sender);
	udp_close(udp);
	free(lost);
	free(kept);
}

/* Sends @run to itself until the socket drops one. */
static void fill_up(struct udp *udp, const struct run *run)
{
	uint64_t before = udp_overflows(udp, 0);

	for (int i = 0; i < 100000 && udp_overflows(udp, 0) == before; i++)
		send_all(udp, run, 1);
	assert_true(udp_overflows(udp, 0) > before);
}

/* A full socket has no room for the error's datagram, only for its number. */
static void an_error_nobody_can_be_blamed_for(void **state)
{
	struct sample *fill = sample("127.0.0.2", 1000, 64, 1000);
	struct sample *tiny = sample("127.0.0.2", 1, 1, 1);
	struct sample *lost = sample("127.0.0.9", 10, 1, 10);
	struct udp_options options = options_at("127.0.0.2");
	struct wire_error found[4];
	struct udp *udp;

	begin(state);
	options.sources = 1;
	udp = open_with(&options);
	fill_up(udp, &fill->run);
	fill_up(udp, &tiny->run); /* into what a run was too long for */
	send_all(udp, &lost->run, 1);
	assert_int_equal(udp_errors(udp, found, 4), 1);
	assert_int_equal(found[0].peer.family, ADDR_NONE);
	assert_int_equal(found[0].error, ECONNREFUSED);
	assert_false(in_error(udp));
	udp_close(udp);
	free(fill);
	free(tiny);
	free(lost);
}

static void overflows_are_counted(void **state)
{
	struct sample *s = sample("127.0.0.3", 1000, 64, 1000);
	struct udp *sender, *receiver;

	begin(state);
	sender = open_at("127.0.0.2");
	receiver = open_at("127.0.0.3");
	assert_int_equal(udp_overflows(receiver, 0), 0);
	for (unsigned i = 0; i < 400; i++)
		send_all(sender, &s->run, 1);
	assert_true(udp_overflows(receiver, 0) > 0);
	udp_close(sender);
	udp_close(receiver);
	free(s);
}

/* -- Groups. -- */

static void join(struct udp *udp, const char *group, const char *interface)
{
	char why[UDP_WHY] = "";
	int rc = udp_join(udp, addr(group), interface, why);

	if (rc < 0)
		fail_msg("%s: %s", why, strerror(-rc));
}

static struct udp *open_on(const char *interface, const char *bind)
{
	struct udp_options options = options_at(bind);

	options.interface = interface;
	return open_with(&options);
}

static bool quiet(struct udp *udp, unsigned socket)
{
	struct pollfd p = { .fd = udp_fd(udp, socket), .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Two on one host, one group: both hear, each on the group's socket, the sender too. */
static void hear_group(const char *interface, const char *one, const char *other, const char *group,
		       const char *foreign)
{
	struct udp *a = open_on(interface, one), *b = open_on(interface, other);
	struct sample *s = sample(group, 100, 3, 100), *f = sample(foreign, 100, 1, 100);
	struct datagram last;
	uint8_t got[300];

	join(a, group, interface);
	join(a, group, interface);
	join(b, group, interface);
	join(b, foreign, interface);
	assert_int_equal(udp_receivers(a), 2);
	assert_int_equal(udp_sockets(a), 2U + udp_sources(a));
	assert_int_equal(udp_group(a, 0).family, ADDR_NONE);
	assert_true(addr_equal(udp_group(a, 1), addr(group)));
	send_all(a, &f->run, 1);
	receive_all(b, 2, got, 100, &last);
	assert_true(quiet(a, 1) && quiet(b, 1));
	send_all(a, &s->run, 1);
	assert_int_equal(receive_all(b, 1, got, sizeof(got), &last), 3);
	assert_true(addr_equal(last.source, addr(one)));
	assert_int_equal(receive_all(a, 1, got, sizeof(got), &last), 3);
	assert_true(quiet(a, 0) && quiet(b, 0) && quiet(b, 2));
	udp_close(a);
	udp_close(b);
	free(s);
	free(f);
}

static void groups_are_heard_on_one_host(void **state)
{
	begin(state);
	assert_true(sandbox_ip("link add cast0 type veth peer name cast1") &&
		    sandbox_ip("link set cast1 up") && sandbox_ip("link set cast0 up") &&
		    sandbox_ip("address add 10.7.0.1/24 dev cast0") &&
		    sandbox_ip("address add 10.7.0.2/24 dev cast0") &&
		    sandbox_ip("address add fd07::1/64 dev cast0 nodad") &&
		    sandbox_ip("address add fd07::2/64 dev cast0 nodad"));
	hear_group("lo", "127.0.0.2", "127.0.0.3", "239.1.1.1", "239.1.1.2");
	hear_group("cast0", "10.7.0.1", "10.7.0.2", "239.1.1.1", "239.1.1.2");
	hear_group("cast0", "fd07::1", "fd07::2", "ff05::1:1", "ff05::1:2");
	assert_true(sandbox_ip("link del cast0"));
}

/* The wildcard covers the group's address: joining works, a second start does not. */
static void the_wildcard_joins_and_stays_exclusive(void **state)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int thief = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	struct udp_options options = options_at("0.0.0.0");
	struct sample *s = sample("239.1.1.1", 10, 1, 10);
	struct datagram last;
	uint8_t got[10];
	struct udp *udp;

	begin(state);
	udp = open_on("lo", "0.0.0.0");
	join(udp, "239.1.1.1", "lo");
	send_all(udp, &s->run, 1);
	receive_all(udp, 1, got, sizeof(got), &last);
	assert_true(quiet(udp, 0));
	free(s);
	refuse(&options, EADDRINUSE, "test_udp");
	assert_int_equal(setsockopt(thief, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(thief, (const struct sockaddr *)&name, sizeof(name)), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(thief);
	udp_close(udp);
}

static void refuse_join(struct udp *udp, const char *group, const char *interface, int error,
			const char *part)
{
	char why[UDP_WHY] = "";

	assert_int_equal(udp_join(udp, addr(group), interface, why), -error);
	if (!strstr(why, part))
		fail_msg("\"%s\" is not in \"%s\"", part, why);
	assert_int_equal(udp_receivers(udp), 1);
}

static void bad_joins_are_refused(void **state)
{
	struct udp *udp;

	begin(state);
	assert_true(sandbox_ip("link add down0 type veth peer name mute0"));
	assert_true(sandbox_ip("link set mute0 multicast off up"));
	udp = open_at("127.0.0.2");
	refuse_join(udp, "239.1.1.1", "nothing0", ENODEV, "no interface nothing0");
	refuse_join(udp, "239.1.1.1", "down0", ENETDOWN, "ip link set down0 up");
	refuse_join(udp, "239.1.1.1", "mute0", EOPNOTSUPP, "no multicast");
	refuse_join(udp, "ff05::1", "lo", EAFNOSUPPORT, "one family");
	udp_close(udp);
	assert_true(sandbox_ip("link del down0"));
}

static void a_group_is_left(void **state)
{
	struct udp *udp;

	begin(state);
	udp = open_at("127.0.0.2");
	join(udp, "239.1.1.1", "lo");
	join(udp, "239.1.1.2", "lo");
	assert_int_equal(udp_leave(udp, addr("239.1.1.3")), 0);
	assert_int_equal(udp_leave(udp, addr("239.1.1.1")), 1);
	assert_int_equal(udp_receivers(udp), 2);
	assert_true(addr_equal(udp_group(udp, 1), addr("239.1.1.2")));
	join(udp, "239.1.1.1", "lo");
	assert_int_equal(udp_receivers(udp), 3);
	udp_close(udp);
}

/* -- Path MTU. -- */

static void send_too_big(struct udp *udp, const char *to, uint16_t segment, uint32_t mtu)
{
	struct sample *s = sample(to, segment, 1, segment);
	struct wire_error found[4];
	int error = 0;

	assert_int_equal(udp_send_runs(udp, &s->run, 1, &error), 0);
	assert_int_equal(error, EMSGSIZE);
	assert_int_equal(udp_errors(udp, found, 4), 1);
	assert_int_equal(found[0].error, EMSGSIZE);
	assert_int_equal(found[0].mtu, mtu);
	assert_true(addr_equal(found[0].peer, addr(to)));
	assert_false(in_error(udp));
	free(s);
}

static void narrow_paths_are_known(void **state)
{
	struct udp *udp;

	begin(state);
	assert_true(sandbox_ip("link add wide0 type veth peer name wide1") &&
		    sandbox_ip("link set wide1 up") && sandbox_ip("link set wide0 up") &&
		    sandbox_ip("address add 10.8.0.1/24 dev wide0") &&
		    sandbox_ip("address add fd08::1/64 dev wide0 nodad") &&
		    sandbox_ip("route add 10.9.0.0/16 via 10.8.0.2 mtu 1300") &&
		    sandbox_ip("route add fd09::/64 via fd08::2 mtu 1350"));
	udp = open_at("10.8.0.1");
	assert_int_equal(udp_path_mtu(udp, addr("10.8.0.2")), 1500);
	assert_int_equal(udp_path_mtu(udp, addr("10.9.0.1")), 1300);
	assert_int_equal(udp_path_mtu(udp, addr("192.0.2.1")), 0);
	send_too_big(udp, "10.9.0.1", 1300 - 27, 1300);
	udp_close(udp);
	udp = open_at("fd08::1");
	assert_int_equal(udp_path_mtu(udp, addr("fd09::1")), 1350);
	send_too_big(udp, "fd09::1", 1350 - 47, 1350);
	udp_close(udp);
	assert_true(sandbox_ip("link del wide0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_arrive),
		cmocka_unit_test(many_runs_keep_their_order),
		cmocka_unit_test(headers_are_as_asked),
		cmocka_unit_test(without_checksum_no_runs),
		cmocka_unit_test(ipv6_without_checksum_is_taken),
		cmocka_unit_test(long_datagrams_are_marked),
		cmocka_unit_test(the_holder_of_a_port_is_named),
		cmocka_unit_test(the_kernels_device_is_named),
		cmocka_unit_test(what_can_not_be_opened_is_said),
		cmocka_unit_test(occupied_source_ports_are_skipped),
		cmocka_unit_test(one_source_is_the_main_socket),
		cmocka_unit_test(source_sockets_hear_nothing),
		cmocka_unit_test(a_dead_peer_costs_nobody_else),
		cmocka_unit_test(a_dead_peer_within_a_batch),
		cmocka_unit_test(receiving_goes_on_after_an_error),
		cmocka_unit_test(an_error_nobody_can_be_blamed_for),
		cmocka_unit_test(overflows_are_counted),
		cmocka_unit_test(groups_are_heard_on_one_host),
		cmocka_unit_test(the_wildcard_joins_and_stays_exclusive),
		cmocka_unit_test(bad_joins_are_refused),
		cmocka_unit_test(a_group_is_left),
		cmocka_unit_test(narrow_paths_are_known),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
