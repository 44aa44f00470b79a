/* Receives as the kernel gives them, and as a stranger might want them to look. */
#include "offload/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* One VXLAN datagram: what its inner headers are and what they claim. */
struct inner {
	size_t len; /* dgram_len: all bytes, VXLAN header included */
	bool v6;
	uint8_t proto; /* 0: not even IP */
	int ip_lie;    /* added to the IP length */
	int udp_lie;   /* added to the UDP length */
	uint8_t vlans;
	bool fragment;
	bool no_vni;
};

static void write_ip(const struct inner *in, uint8_t *ip, size_t len)
{
	uint16_t claimed = (uint16_t)((int)len + in->ip_lie);

	if (in->v6) {
		ip[0] = 0x60;
		put_be16(ip + 4, (uint16_t)(claimed - 40));
		ip[6] = in->proto;
		return;
	}
	ip[0] = 0x45;
	put_be16(ip + 2, claimed);
	put_be16(ip + 6, in->fragment ? 0x2000 : 0);
	ip[9] = in->proto;
}

static void write_inner(const struct inner *in, uint8_t *at)
{
	size_t ip = 8 + 14 + 4U * in->vlans, l4 = ip + (in->v6 ? 40 : 20);
	uint16_t type = in->v6 ? 0x86dd : 0x0800;

	memset(at, 0, in->len);
	at[0] = in->no_vni ? 0 : 8;
	for (size_t i = 0; i < in->vlans; i++)
		put_be16(at + 20 + 4 * i, 0x8100);
	put_be16(at + ip - 2, in->proto ? type : 0x88cc);
	if (!in->proto)
		return;
	write_ip(in, at + ip, in->len - ip);
	/* In TCP this is the sequence number, which may read like a UDP length. */
	if (in->proto != IP_ICMP)
		put_be16(at + l4 + 4, (uint16_t)((int)(in->len - l4) + in->udp_lie));
	if (in->proto == IP_TCP)
		at[l4 + 12] = 0x50;
}

struct expectation {
	const char *name;
	struct inner inner; /* the first; as many of its length follow as fit into @len */
	size_t len;         /* of the receive */
	uint16_t segment;
	size_t count;
	uint16_t gso_size;
};

static const struct expectation table[] = {
	/* As the kernel gives them. */
	{ "one datagram", { .len = 500, .proto = IP_UDP }, 500, 0, 1, 0 },
	{ "TCP superframe, no size", { .len = 60000, .proto = IP_TCP }, 60000, 0, 1, 0 },
	{ "size of one", { .len = 500, .proto = IP_UDP }, 500, 500, 1, 0 },
	{ "size beyond the end", { .len = 500, .proto = IP_UDP }, 500, 501, 1, 0 },
	{ "aggregate", { .len = 100, .proto = IP_UDP }, 500, 100, 5, 0 },
	{ "aggregate of TCP", { .len = 1450, .proto = IP_TCP }, 14500, 1450, 10, 0 },
	{ "aggregate with a short tail", { .len = 100, .proto = IP_UDP }, 450, 100, 5, 0 },
	{ "tail of one byte", { .len = 100, .proto = IP_UDP }, 201, 100, 3, 0 },
	{ "aggregate of ARP", { .len = 50 }, 100, 50, 2, 0 },
	{ "aggregate over IPv6", { .len = 100, .v6 = true, .proto = IP_UDP }, 300, 100, 3, 0 },
	{ "superframe", { .len = 20050, .proto = IP_UDP }, 20050, 1000, 1, 1000 },
	{ "superframe, IPv6", { .len = 20070, .v6 = true, .proto = IP_UDP }, 20070, 999, 1, 999 },
	{ "superframe, VLAN", { .len = 9999, .proto = IP_UDP, .vlans = 1 }, 9999, 9, 1, 9 },
	{ "superframe, two tags", { .len = 9999, .proto = IP_UDP, .vlans = 2 }, 9999, 9, 1, 9 },
	{ "claims less than all",
	  { .len = 100, .proto = IP_UDP, .ip_lie = 100, .udp_lie = 100 },
	  500,
	  100,
	  5,
	  0 },
	{ "padded frames",
	  { .len = 68, .proto = IP_UDP, .ip_lie = -9, .udp_lie = -9 },
	  136,
	  68,
	  2,
	  0 },

	/* As nobody sends them: sliced, and each slice is judged on its own. */
	{ "TCP filling it all", { .len = 5000, .proto = IP_TCP }, 5000, 1000, 5, 0 },
	{ "ICMP filling it all", { .len = 5000, .proto = IP_ICMP }, 5000, 1000, 5, 0 },
	{ "IP longer than all", { .len = 5000, .proto = IP_UDP, .ip_lie = 1 }, 5000, 1000, 5, 0 },
	{ "IP shorter", { .len = 5000, .proto = IP_UDP, .ip_lie = -1 }, 5000, 1000, 5, 0 },
	{ "UDP longer", { .len = 5000, .proto = IP_UDP, .udp_lie = 1 }, 5000, 1000, 5, 0 },
	{ "UDP shorter", { .len = 5000, .proto = IP_UDP, .udp_lie = -1 }, 5000, 1000, 5, 0 },
	{ "no IP length", { .len = 100, .proto = IP_UDP, .ip_lie = -78 }, 200, 100, 2, 0 },
	{ "a fragment", { .len = 5000, .proto = IP_UDP, .fragment = true }, 5000, 1000, 5, 0 },
	{ "no VNI", { .len = 5000, .proto = IP_UDP, .no_vni = true }, 5000, 1000, 5, 0 },
	{ "not IP", { .len = 5000 }, 5000, 1000, 5, 0 },
	{ "no Ethernet header", { .len = 0 }, 21, 7, 3, 0 },
	{ "less than VXLAN", { .len = 0 }, 7, 1, 7, 0 },
	{ "size 1", { .len = 0 }, 65507, 1, 65507, 0 },
};

/* A tenant claims the datagrams behind its own, whosever they are. */
static const struct expectation claims[] = {
	{ "all", { .len = 100, .proto = IP_UDP, .ip_lie = 400, .udp_lie = 400 }, 500, 100, 5, 0 },
	{ "the only", { .len = 99, .proto = IP_UDP, .ip_lie = 99, .udp_lie = 99 }, 198, 99, 2, 0 },
};

/* On the heap, of exactly the receive's length. */
static uint8_t *receive(const struct expectation *e)
{
	uint8_t *at = calloc(1, e->len);

	for (size_t i = 0; e->inner.len && e->inner.len <= e->len - i; i += e->inner.len)
		write_inner(&e->inner, at + i);
	return at;
}

static void check(const struct expectation *e, bool doubtful)
{
	uint8_t *bytes = receive(e), *at;
	struct datagram d = { .at = bytes, .room = e->len, .len = e->len, .segment = e->segment };
	size_t count = 0, given = 0, len, step = e->count == 1 ? e->len : e->segment;
	struct split s = split_begin(&d);

	if (s.gso_size != e->gso_size)
		fail_msg("%s: superframe of %u, not %u", e->name, s.gso_size, e->gso_size);
	if (s.doubtful != doubtful)
		fail_msg("%s: %sdoubtful", e->name, s.doubtful ? "" : "not ");
	while (split_next(&s, &at, &len)) {
		assert_ptr_equal(at, bytes + given);
		given += len;
		count++;
		if (len != step && given != e->len)
			fail_msg("%s: a datagram of %zu bytes, not %zu", e->name, len, step);
	}
	if (count != e->count || given != e->len)
		fail_msg("%s: %zu datagrams of %zu bytes in all, not %zu of %zu", e->name, count,
			 given, e->count, e->len);
	assert_false(split_next(&s, &at, &len));
	free(bytes);
}

static void receives_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		check(&table[i], false);
	for (size_t i = 0; i < sizeof(claims) / sizeof(*claims); i++)
		check(&claims[i], true);
}

static void nothing_is_one_empty_datagram(void **state)
{
	uint8_t buffer[1], *at = NULL;
	struct datagram d = { .at = buffer, .room = sizeof(buffer) };
	size_t len = 99;

	(void)state;
	for (uint16_t segment = 0; segment < 2; segment++) {
		struct split s;

		d.segment = segment;
		s = split_begin(&d);
		assert_int_equal(s.gso_size, 0);
		assert_true(split_next(&s, &at, &len));
		assert_ptr_equal(at, buffer);
		assert_int_equal(len, 0);
		assert_false(split_next(&s, &at, &len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receives_are_split),
		cmocka_unit_test(nothing_is_one_empty_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
