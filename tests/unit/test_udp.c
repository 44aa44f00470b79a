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
		assert_true(sandbox_ip("address add fd00::1/128 dev lo nodad"));
	else
		print_message("no network namespace may be made here: nothing is tested\n");
	return 0;
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

	(void)state;
	if (!isolated)
		skip();
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(shapes) / sizeof(shapes[0]); j++)
			exchange(pairs[i][0], pairs[i][1], true, shapes[j][0], shapes[j][1],
				 shapes[j][2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_arrive),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
