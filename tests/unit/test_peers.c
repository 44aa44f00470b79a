#include "table/peers.h"

#include <errno.h>

#include "base/clock.h"
#include "craft.h"

static const struct hash_secret secret = { 5, 9 };

static struct addr v4(uint32_t number)
{
	uint8_t octet[4];

	put_be32(octet, number);
	return addr_v4(octet);
}

static struct addr v6(uint32_t number)
{
	uint8_t octet[16] = { 0x20, 0x01, 0x0d, 0xb8 };

	put_be32(octet + 12, number);
	return addr_v6(octet);
}

static struct addr addr_of(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

enum { NET_10 = 10 << 24 };

static void configured_peers_keep_their_reference(void **state)
{
	struct peers *peers = peers_new(0, secret);
	struct peer_ref first[2], ref;

	(void)state;
	assert_true(peers_add(peers, v4(NET_10), &first[0]));
	assert_true(peers_add(peers, v6(NET_10), &first[1]));
	for (uint32_t i = 1; i < 24000; i++) {
		assert_true(peers_add(peers, v4(NET_10 + i), &ref));
		assert_true(peers_add(peers, v6(NET_10 + i), &ref));
	}
	assert_true(peers_add(peers, v4(NET_10), &ref));
	assert_true(peer_ref_equal(ref, first[0]));
	assert_true(peers_find(peers, v6(NET_10), &ref));
	assert_true(peer_ref_equal(ref, first[1]));
	for (uint32_t i = 0; i < 24000; i++) {
		assert_true(peers_find(peers, v4(NET_10 + i), &ref));
		assert_true(addr_equal(peers_at(peers, ref)->addr, v4(NET_10 + i)));
		assert_false(peers_at(peers, ref)->stranger);
	}
	assert_false(peers_find(peers, v4(NET_10 + 24000), &ref));
	peers_free(peers);
}

static void a_reference_of_zeroes_names_nobody(void **state)
{
	struct peers *peers = peers_new(2, secret);
	struct peer_ref ref;

	(void)state;
	assert_null(peers_at(peers, (struct peer_ref) { 0, 0 }));
	assert_true(peers_add(peers, v4(1), &ref));
	assert_int_equal(ref.slot, 0);
	assert_null(peers_at(peers, (struct peer_ref) { 0, 0 }));
	assert_null(peers_at(peers, (struct peer_ref) { UINT32_MAX, 1 }));
	peers_free(peers);
}

/* Three strangers in room for three; the fourth takes the place of the one silent for longest. */
static void the_stranger_silent_for_longest_makes_room(void **state)
{
	struct peers *peers = peers_new(3, secret);
	struct peer_ref ref[4], found;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		assert_true(peers_admit(peers, v4(NET_10 + i), (1 + i) * NS_PER_S, &ref[i]));
	peers_heard(peers, ref[0], 1, 100, 5 * NS_PER_S);
	assert_true(peers_admit(peers, v4(NET_10 + 3), 6 * NS_PER_S, &ref[3]));
	assert_non_null(peers_at(peers, ref[0]));
	assert_null(peers_at(peers, ref[1]));
	assert_false(peers_find(peers, v4(NET_10 + 1), &found));
	assert_non_null(peers_at(peers, ref[2]));
	assert_int_equal(ref[3].slot, ref[1].slot);
	assert_int_not_equal(ref[3].generation, ref[1].generation);
	peers_heard(peers, ref[1], 1, 100, 7 * NS_PER_S);
	peers_sent(peers, ref[1], 1, 100, 7 * NS_PER_S);
	peers_failed(peers, ref[1], EHOSTUNREACH);
	peers_set_path_mtu(peers, ref[1], 1400, 7 * NS_PER_S);
	assert_int_equal(peers_at(peers, ref[3])->count.rx_frames, 0);
	assert_int_equal(peers_at(peers, ref[3])->count.tx_frames, 0);
	assert_int_equal(peers_at(peers, ref[3])->count.errors, 0);
	assert_int_equal(peers_at(peers, ref[3])->path_mtu, 0);
	assert_int_equal(peers_at(peers, ref[3])->heard, 6);
	peers_free(peers);
}

static void a_hundred_thousand_strangers_stay_in_their_slots(void **state)
{
	struct peers *peers = peers_new(64, secret);
	struct peer_ref configured, ref;
	uint32_t slots = 0;

	(void)state;
	assert_true(peers_add(peers, v4(1), &configured));
	for (uint32_t i = 0; i < 100000; i++) {
		assert_true(peers_admit(peers, v4(NET_10 + i), i * NS_PER_S, &ref));
		assert_true(ref.slot < 65);
	}
	assert_non_null(peers_at(peers, configured));
	for (uint32_t slot = 0; peers_next(peers, slot, &ref); slot = ref.slot + 1)
		slots++;
	assert_int_equal(slots, 65);
	peers_free(peers);
}

/* A configured peer no longer counts against the strangers, and never makes room. */
static void a_stranger_may_be_configured(void **state)
{
	struct peers *peers = peers_new(2, secret);
	struct peer_ref stranger, same, ref;

	(void)state;
	assert_true(peers_admit(peers, v4(NET_10), NS_PER_S, &stranger));
	peers_heard(peers, stranger, 1, 100, NS_PER_S);
	assert_true(peers_add(peers, v4(NET_10), &same));
	assert_true(peer_ref_equal(stranger, same));
	assert_int_equal(peers_at(peers, same)->count.rx_bytes, 100);
	for (uint32_t i = 1; i < 100; i++)
		assert_true(peers_admit(peers, v4(NET_10 + i), i * NS_PER_S, &ref));
	assert_non_null(peers_at(peers, same));
	assert_true(peers_find(peers, v4(NET_10 + 98), &ref));
	assert_true(peers_find(peers, v4(NET_10 + 99), &ref));
	assert_false(peers_find(peers, v4(NET_10 + 97), &ref));
	assert_true(peers_admit(peers, v4(NET_10), 200 * NS_PER_S, &ref));
	assert_true(peer_ref_equal(ref, same));
	peers_heard(peers, ref, 1, 1, 300 * NS_PER_S);
	assert_false(peers_at(peers, same)->stranger);
	peers_free(peers);
}

struct admit_row {
	const char *addr;
	uint32_t room;
	bool admitted;
};

static const struct admit_row admit_rows[] = {
	{ "192.0.2.1", 1, true },  { "2001:db8::1", 1, true }, { "192.0.2.1", 0, false },
	{ "239.1.1.1", 1, false }, { "ff02::1", 1, false },    { "0.0.0.0", 1, false },
	{ "::", 1, false },
};

static void admits_only_who_can_be_a_peer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(admit_rows) / sizeof(*admit_rows); i++) {
		const struct admit_row *row = &admit_rows[i];
		struct peers *peers = peers_new(row->room, secret);
		struct peer_ref ref;

		assert_row(row->addr,
			   peers_admit(peers, addr_of(row->addr), NS_PER_S, &ref) == row->admitted);
		peers_free(peers);
	}
}

static void counts_frames_and_bytes(void **state)
{
	struct peers *peers = peers_new(0, secret);
	const struct peer *peer;
	struct peer_ref ref;

	(void)state;
	assert_true(peers_add(peers, v4(NET_10), &ref));
	peer = peers_at(peers, ref);
	assert_int_equal(peer->heard, 0);
	peers_heard(peers, ref, 1, 60, 7 * NS_PER_S);
	peers_heard(peers, ref, 1, 40, 7 * NS_PER_S);
	peers_sent(peers, ref, 1, 1000, 7 * NS_PER_S);
	peers_failed(peers, ref, EHOSTUNREACH);
	assert_int_equal(peer->heard, 7);
	assert_int_equal(peer->count.rx_frames, 2);
	assert_int_equal(peer->count.rx_bytes, 100);
	assert_int_equal(peer->count.tx_frames, 1);
	assert_int_equal(peer->count.tx_bytes, 1000);
	assert_int_equal(peer->count.errors, 1);
	peers_free(peers);
}

/* One datagram a second, until it is heard from or nothing is said against it for a while. */
static void a_lost_peer_is_held_back(void **state)
{
	struct peers *peers = peers_new(0, secret);
	const struct peer *peer;
	struct peer_ref ref;

	(void)state;
	assert_true(peers_add(peers, v4(NET_10), &ref));
	peer = peers_at(peers, ref);
	assert_false(peer_is_held_back(peer, 7 * NS_PER_S));
	peers_lose(peers, ref, 7 * NS_PER_S);
	assert_true(peer_is_held_back(peer, 8 * NS_PER_S - 1));
	assert_false(peer_is_held_back(peer, 8 * NS_PER_S));
	peers_sent(peers, ref, 1, 100, 8 * NS_PER_S);
	assert_true(peer_is_held_back(peer, 8 * NS_PER_S + 1));
	assert_false(peer_is_held_back(peer, 9 * NS_PER_S));

	peers_sent(peers, ref, 1, 100, (7 + PEER_LOST_SPAN) * NS_PER_S - 1);
	assert_true(peer_is_held_back(peer, (7 + PEER_LOST_SPAN) * NS_PER_S - 1));
	peers_sent(peers, ref, 1, 100, (7 + PEER_LOST_SPAN) * NS_PER_S);
	assert_false(peer_is_held_back(peer, (7 + PEER_LOST_SPAN) * NS_PER_S));

	peers_lose(peers, ref, 20 * NS_PER_S);
	peers_heard(peers, ref, 1, 100, 20 * NS_PER_S);
	assert_false(peer_is_held_back(peer, 20 * NS_PER_S));
	peers_free(peers);
}

struct mtu_row {
	const char *name;
	bool ipv6;
	struct {
		uint32_t second, mtu;
	} said[2];
	uint32_t asked, limit, expected;
};

static const struct mtu_row mtu_rows[] = {
	{ "nothing said", false, { { 0 } }, 1, 1500, 1500 },
	{ "said", false, { { 1, 1400 } }, 1, 1500, 1400 },
	{ "above the interface's", false, { { 1, 1400 } }, 1, 1390, 1390 },
	{ "believed for 600 s", false, { { 1, 1400 } }, 600, 1500, 1400 },
	{ "then forgotten", false, { { 1, 1400 } }, 601, 1500, 1500 },
	{ "said again", false, { { 1, 1400 }, { 500, 1400 } }, 1099, 1500, 1400 },
	{ "and forgotten", false, { { 1, 1400 }, { 500, 1400 } }, 1100, 1500, 1500 },
	{ "smaller", false, { { 1, 1400 }, { 2, 1390 } }, 3, 1500, 1390 },
	{ "larger", false, { { 1, 1390 }, { 2, 1400 } }, 3, 1500, 1390 },
	{ "larger, later", false, { { 1, 1390 }, { 601, 1400 } }, 602, 1500, 1400 },
	{ "at the least for IPv4", false, { { 1, 1330 } }, 1, 1500, 1330 },
	{ "below it", false, { { 1, 1329 } }, 1, 1500, 1330 },
	{ "far below it", false, { { 1, 68 } }, 1, 1500, 1330 },
	{ "zero", false, { { 1, 0 } }, 1, 1500, 1330 },
	{ "at the least for IPv6", true, { { 1, 1350 } }, 1, 1500, 1350 },
	{ "below it for IPv6", true, { { 1, 1280 } }, 1, 1500, 1350 },
	{ "enormous", true, { { 1, UINT32_MAX } }, 1, 1500, 1500 },
};

static void believes_path_mtus(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mtu_rows) / sizeof(*mtu_rows); i++) {
		const struct mtu_row *row = &mtu_rows[i];
		struct peers *peers = peers_new(0, secret);
		struct peer_ref ref;

		peers_add(peers, row->ipv6 ? v6(1) : v4(NET_10), &ref);
		for (size_t s = 0; s < 2 && row->said[s].second; s++)
			peers_set_path_mtu(peers, ref, row->said[s].mtu,
					   row->said[s].second * NS_PER_S);
		assert_row(row->name, peer_path_mtu(peers_at(peers, ref), row->limit,
						    row->asked * NS_PER_S) == row->expected);
		peers_free(peers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configured_peers_keep_their_reference),
		cmocka_unit_test(a_reference_of_zeroes_names_nobody),
		cmocka_unit_test(the_stranger_silent_for_longest_makes_room),
		cmocka_unit_test(a_hundred_thousand_strangers_stay_in_their_slots),
		cmocka_unit_test(a_stranger_may_be_configured),
		cmocka_unit_test(admits_only_who_can_be_a_peer),
		cmocka_unit_test(counts_frames_and_bytes),
		cmocka_unit_test(a_lost_peer_is_held_back),
		cmocka_unit_test(believes_path_mtus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
