/* Any superframe, cut, carried and put together again, is the same bytes.
 *
 * Rounds of random superframes.  The segmenter cuts them, and every segment must be, byte for byte,
 * what cutting by hand makes of it (superframe.h).  The segments then travel:
 *
 *   train   those of one flow, one behind the other: each superframe comes out whole again, its
 *           headers as they were, or in the least number of parts that the limits allow
 *   mixed   those of several flows between each other: nearly as few frames come out
 *   rough   as mixed, over a wire that loses, doubles, swaps and corrupts, in batches of any size
 *
 * and in each, what comes out of the coalescer is, cut again by hand, what went in (ledger.h).
 *
 *   test_offload_property SUPERFRAMES */
#include "craft.h"
#include "ledger.h"
#include "offload/segment.h"

enum {
	FLOWS = 6,
	POOL = 1 << 18,
	ARENA = 1 << 21,
	PACKETS = 8192,
	MTU = 1600,
	MIXED_PERCENT = 95, /* of the joins that there could be if no flows shared a bucket */
};

enum journey { TRAIN, MIXED, ROUGH };

struct packet {
	uint8_t *at;
	size_t len;
};

struct parcel { /* a superframe that was sent */
	uint8_t headers[SUPERFRAME_HEADERS];
	size_t header_len, first, segments; /* first: its first packet */
	bool joinable;
};

struct flow {
	struct recipe next;
	bool fixed_id;            /* this sender does not count */
	size_t first, end, given; /* its packets, and those that are on their way */
};

static struct {
	uint64_t random;
	uint8_t pool[POOL], sent[ARENA], carried[ARENA], whole[SUPERFRAME_ROOM];
	uint8_t hand[SUPERFRAME_ROOM];
	size_t sent_len, carried_len;
	struct packet packet[PACKETS], wire[2 * PACKETS];
	size_t packets, wires;
	struct parcel parcel[FLOWS * 4];
	size_t parcels;
	struct flow flow[FLOWS];
	size_t flows;
	struct coalescer *coalescer;
	struct ledger ledger;
	size_t superframes, segments, round, whole_again;
	size_t mixed_joins, mixed_possible;
} lab;

static const struct coalesce_terms terms = { .tcp = true, .udp = true, .mtu = MTU };

/* 0..below-1 */
static size_t pick(size_t below)
{
	return (size_t)(craft_random(&lab.random) >> 24) % below;
}

static bool in_percent(size_t percent)
{
	return pick(100) < percent;
}

/* Random, with stretches of the two values whose sums are at the edge. */
static void fill_pool(void)
{
	for (size_t i = 0; i < POOL; i++)
		lab.pool[i] = (uint8_t)(i >> 12 & 15 ? craft_random(&lab.random) >> 40
						     : (i >> 16 & 1 ? 0xff : 0));
}

static void check(const char *wrong)
{
	if (wrong)
		fail_msg("round %zu: %s", lab.round, wrong);
}

/* -- Sending -- */

static void begin_flow(struct flow *flow, uint16_t number)
{
	*flow = (struct flow) {
		.first = lab.packets,
		.next = {
			.flow = number,
			.v6 = pick(2),
			.tcp = pick(2),
			.df = pick(2),
			.vlans = (uint8_t)pick(3),
			.options = (uint8_t)(pick(2) ? 12 : 4 * pick(11)),
			.tos = (uint8_t)pick(256),
			.ttl = (uint8_t)pick(256),
			.id = (uint16_t)(in_percent(10) ? 0xfffe : pick(65536)),
			.seq = (uint32_t)(in_percent(10) ? UINT32_MAX - pick(3000) : pick(UINT32_MAX)),
			.ack = (uint32_t)pick(UINT32_MAX),
		},
	};
	flow->fixed_id = flow->next.df && in_percent(20);
}

static uint8_t draw_flags(void)
{
	static const uint8_t odd[] = { TCP_CWR, TCP_ECE, TCP_ECE | TCP_CWR, TCP_FIN | TCP_PSH,
				       TCP_URG, TCP_SYN, TCP_RST,           TCP_ACK };
	uint8_t flags = pick(2) ? TCP_ACK | TCP_PSH : TCP_ACK;

	return in_percent(15) ? flags ^ odd[pick(sizeof(odd))] : flags;
}

/* Mostly a few segments; a full one, and one of very many segments, now and then. */
static void draw_size(struct recipe *r)
{
	size_t room = UINT16_MAX - (recipe_headers(r) - 14), segments = 1 + pick(7),
	       kind = pick(200);

	r->gso_size = (uint16_t)(1 + pick(pick(4) ? 1460 : 40));
	if (kind < 2)
		segments = 1 + room / r->gso_size;
	else if (kind < 6)
		segments = 40 + pick(90);
	if (segments > SEGMENTS_MAX)
		segments = SEGMENTS_MAX;
	r->payload = (segments - 1) * r->gso_size + 1;
	if (pick(3))
		r->payload += pick(2) ? r->gso_size - 1U : pick(r->gso_size);
	if (r->payload > room)
		r->payload = room;
}

/* The last segment's id was counted; a sender that does not count writes the first one's. */
static void stay_at_id(const struct frame *f, struct packet *p)
{
	if (f->ip.src.family != ADDR_V4)
		return;
	put_be16(p->at + f->l3 + 4, get_be16(f->at + f->l3 + 4));
	naive_seal(f, p->at, p->len);
}

static void send_segment(const struct flow *flow, const struct frame *f, size_t index,
			 const uint8_t *headers, const struct segment *s)
{
	struct packet *p = &lab.packet[lab.packets++];
	size_t len = naive_cut(f, index, lab.hand);

	p->at = lab.sent + lab.sent_len;
	p->len = s->header_len + s->payload_len;
	memcpy(p->at, headers, s->header_len);
	memcpy(p->at + s->header_len, s->payload, s->payload_len);
	lab.sent_len += p->len;
	if (p->len != len || memcmp(p->at, lab.hand, len) != 0)
		check("a segment is not what cutting by hand makes of it");
	if (flow->fixed_id)
		stay_at_id(f, p);
}

static size_t cut(const struct flow *flow, const struct frame *f)
{
	uint8_t headers[SEGMENT_HEADERS];
	struct segmenter s;
	struct segment out;
	size_t n = 0;

	if (!segment_begin(&s, f))
		check("a superframe cannot be cut");
	while (segment_next(&s, headers, &out))
		send_segment(flow, f, n++, headers, &out);
	if (n != segment_count(f) || n != (f->len - f->payload + f->gso_size - 1) / f->gso_size)
		check("not as many segments as there should be");
	return n;
}

static bool has_room(const struct recipe *r)
{
	size_t segments = r->payload / r->gso_size + 1;

	return lab.packets + segments <= PACKETS &&
	       lab.sent_len + r->payload + segments * recipe_headers(r) <= ARENA / 2;
}

/* False when there is no room for it. */
static bool send_superframe(struct flow *flow)
{
	struct recipe *r = &flow->next;
	struct parcel *parcel = &lab.parcel[lab.parcels];
	struct frame f;

	r->flags = draw_flags();
	draw_size(r);
	if (!has_room(r))
		return false;
	f = recipe_cook(r, lab.pool + pick(POOL - SUPERFRAME_ROOM), lab.whole);
	parcel->header_len = f.payload;
	memcpy(parcel->headers, f.at, f.payload);
	parcel->joinable =
		!r->tcp || (r->flags & ~(TCP_ECE | TCP_CWR | TCP_PSH | TCP_FIN)) == TCP_ACK;
	parcel->first = lab.packets;
	parcel->segments = cut(flow, &f);
	lab.parcels++;
	lab.superframes++;
	lab.segments += parcel->segments;
	r->seq += (uint32_t)r->payload;
	r->id = (uint16_t)(in_percent(10) ? pick(65536) : r->id + parcel->segments);
	return true;
}

static void send_all(enum journey journey)
{
	lab.packets = lab.parcels = lab.sent_len = lab.carried_len = lab.wires = 0;
	lab.flows = journey == TRAIN ? 1 : 2 + pick(FLOWS - 1);
	for (size_t i = 0; i < lab.flows; i++) {
		begin_flow(&lab.flow[i], (uint16_t)(lab.round * FLOWS + i));
		for (size_t n = 1 + pick(4); n > 0; n--)
			if (send_superframe(&lab.flow[i]) && journey == TRAIN)
				lab.flow[i].next.tos ^= 4; /* the next joins none before it */
		lab.flow[i].given = lab.flow[i].first;
		lab.flow[i].end = lab.packets;
	}
}

/* -- The wire -- */

static void put_on_wire(const struct packet *p)
{
	lab.wire[lab.wires++] = *p;
}

/* The flow of a packet that has yet to be given: those with most left come most often. */
static struct flow *draw_flow(size_t left)
{
	struct flow *flow = lab.flow;

	for (size_t n = pick(left); n >= flow->end - flow->given; flow++)
		n -= flow->end - flow->given;
	return flow;
}

/* Bursts of one flow after the other, each in its order. */
static void interleave(void)
{
	for (size_t left = lab.packets; left > 0;) {
		struct flow *flow = draw_flow(left);

		for (size_t n = 1 + pick(5); n > 0 && flow->given < flow->end; n--, left--)
			put_on_wire(&lab.packet[flow->given++]);
	}
}

/* A copy with a bit flipped, or one that says it is a fragment. */
static void spoil(struct packet *p)
{
	uint8_t *at = lab.sent + lab.sent_len;

	memcpy(at, p->at, p->len);
	lab.sent_len += p->len;
	p->at = at;
	if (in_percent(10) && p->len > 40)
		at[20] |= 0x20;
	else
		at[pick(pick(2) ? p->len : 14 + 40)] ^= (uint8_t)(1 << pick(8));
}

static void roughen(void)
{
	size_t n = lab.wires;

	for (size_t i = 0; i + 9 < n; i++) {
		struct packet one = lab.wire[i], *two = &lab.wire[i + 1 + pick(8)];

		if (!in_percent(3))
			continue;
		lab.wire[i] = *two;
		*two = one;
	}
	for (size_t i = 0; i < n; i++) {
		struct packet *p = &lab.wire[i];

		if (in_percent(2))
			p->len = 0; /* lost */
		else if (in_percent(2))
			lab.wire[i + 1 < n ? i + 1 : i] = *p; /* twice, in the next one's place */
		if (p->len && in_percent(2) && lab.sent_len + p->len <= ARENA)
			spoil(p);
	}
}

/* Into the coalescer in batches of at most @batch; how many these were. */
static size_t carry(size_t batch)
{
	size_t waiting = 0, batches = 1;

	for (size_t i = 0; i < lab.wires; i++) {
		struct packet p = lab.wire[i];
		uint8_t *at = lab.carried + lab.carried_len;

		if (p.len == 0)
			continue;
		if (waiting++ == batch || coalesce_full(lab.coalescer)) {
			check(ledger_settle(&lab.ledger, lab.coalescer));
			waiting = 1;
			batches++;
		}
		memcpy(at, p.at, p.len);
		lab.carried_len += p.len;
		ledger_note(&lab.ledger, 0, p.at, p.len);
		ledger_add(lab.coalescer, 0, &terms, at, p.len);
	}
	check(ledger_settle(&lab.ledger, lab.coalescer));
	return batches;
}

/* -- What must come out -- */

/* Packets from number @i on, of @left, that one superframe can hold. */
static size_t most(const struct parcel *parcel, size_t i, size_t left)
{
	size_t len = lab.packet[i].len, n = 1;

	while (parcel->joinable && n < left && n < COALESCE_SEGMENTS &&
	       len + lab.packet[i + n].len - parcel->header_len <= UINT16_MAX)
		len += lab.packet[i + n++].len - parcel->header_len;
	return n;
}

/* One flow, and nothing between its packets: as whole as it can be.  The packets lie in the same
 * order where they were carried, the headers of a superframe in front of its first. */
static void check_train(void)
{
	const uint8_t *at = lab.carried;
	size_t out = 0;

	for (size_t i = 0; i < lab.parcels; i++) {
		const struct parcel *parcel = &lab.parcel[i];
		size_t end = parcel->first + parcel->segments;

		for (size_t j = parcel->first, n; j < end; j += n, out++) {
			n = most(parcel, j, end - j);
			if (out == lab.ledger.outs || lab.ledger.members[out] != n)
				check("a superframe is not as whole as it can be");
			if (n > 1 && n == parcel->segments) {
				lab.whole_again++;
				if (memcmp(at, parcel->headers, parcel->header_len) != 0)
					check("a superframe has other headers than before");
			}
			for (size_t k = j; k < j + n; k++)
				at += lab.packet[k].len;
		}
	}
	if (out != lab.ledger.outs)
		check("more came out than should");
}

static void count_joins(void)
{
	for (size_t i = 0; i < lab.ledger.outs; i++)
		lab.mixed_joins += lab.ledger.members[i] - 1U;
	for (size_t i = 0; i < lab.parcels; i++)
		if (lab.parcel[i].joinable)
			lab.mixed_possible += lab.parcel[i].segments - 1;
}

/* What is cut very small may fill the coalescer more than once; then only the bytes are compared. */
static void journey(enum journey journey)
{
	size_t batches;

	send_all(journey);
	interleave();
	if (journey == ROUGH)
		roughen();
	batches = carry(journey == ROUGH ? 1 + pick(64) : SIZE_MAX);
	if (journey == TRAIN && batches == 1)
		check_train();
	if (journey == MIXED && batches == 1)
		count_joins();
}

static size_t superframes_wanted;

static void what_is_cut_becomes_whole_again(void **state)
{
	static const enum journey journeys[] = { TRAIN, TRAIN, MIXED, ROUGH };

	(void)state;
	lab.random = 0x70726f7065727479;
	lab.coalescer = coalescer_new();
	fill_pool();
	for (; lab.superframes < superframes_wanted; lab.round++)
		journey(journeys[pick(4)]);
	coalescer_free(lab.coalescer);
	print_message(
		"# %zu superframes, %zu segments, %zu whole again, %zu of %zu joins when mixed\n",
		lab.superframes, lab.segments, lab.whole_again, lab.mixed_joins,
		lab.mixed_possible);
	assert_true(lab.whole_again * 10 > lab.superframes);
	assert_true(lab.mixed_joins * 100 > lab.mixed_possible * MIXED_PERCENT);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_cut_becomes_whole_again) };

	superframes_wanted = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (superframes_wanted == 0)
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
