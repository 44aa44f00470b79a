/* Which frames are shown to those who follow: each word of a filter alone, on frames of every kind. */
#include "given.h"

#include "path/filter.h"

#define PROBED_MAC "52:54:00:00:00:77"

/* The frames that the filters are asked about. */
enum { PING_OUT, FLOOD_OUT, ARP_OUT, ND_OUT, LOST_OUT, UDP_IN, STRAY_IN, SHORT_IN, FRAMES };

struct scene {
	struct world w;
	uint8_t *at[FRAMES];
	struct frame frame[FRAMES];
	struct arrival arrival[FRAMES];
	struct verdict verdict[FRAMES];
	struct looked looked[FRAMES];
};

static void goes_out(struct scene *s, unsigned i, struct given g, const struct network *n)
{
	s->at[i] = g.at;
	s->frame[i] = g.frame;
	s->verdict[i] = outbound_decide(s->w.tables, n, 1, &s->frame[i], NOW);
	s->looked[i] = (struct looked) { &s->verdict[i], &s->frame[i], NULL, NOW };
}

static void comes_in(struct scene *s, unsigned i, struct arrival a)
{
	s->at[i] = (uint8_t *)a.at;
	s->arrival[i] = a;
	s->verdict[i] = inbound_decide(s->w.tables, &a, &s->frame[i], NOW);
	s->looked[i] = (struct looked) { &s->verdict[i], s->frame[i].at ? &s->frame[i] : NULL,
					 &s->arrival[i], NOW };
}

static __attribute__((noinline)) struct given given_arp(void)
{
	uint8_t room[FRAME_ROOM];
	const struct arp_sketch s = { .to = BROADCAST,
				      .op = 1,
				      .sender_mac = PROBED_MAC,
				      .sender_ip = "3.3.3.50",
				      .target_ip = "3.3.3.60" };

	return given_of(room, build_arp(room_of(room, sizeof(room)), &s));
}

static __attribute__((noinline)) struct given given_nd(void)
{
	uint8_t room[FRAME_ROOM];
	const struct nd_sketch s = { .to = "33:33:ff:00:00:60",
				     .from = PROBED_MAC,
				     .type = 135,
				     .src = "fd03::50",
				     .target = "fd03::60" };

	return given_of(room, build_nd(room_of(room, sizeof(room)), &s));
}

/* Each with its room on the stack. */
static __attribute__((noinline)) void sends(struct scene *s, unsigned i,
					    const struct sketch *sketch)
{
	goes_out(s, i, given_frame(sketch), s->w.blue);
}

static __attribute__((noinline)) void receives(struct scene *s, unsigned i, const char *from,
					       uint32_t vni, const struct sketch *sketch)
{
	comes_in(s, i, arrival_frame(&s->w, from, vni, sketch));
}

static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct sketch known = udp_frame(H1_MAC, H2_MAC), flood = udp_frame(H1_MAC, H9_MAC);

	flood.src = "3.3.3.7";
	assert_non_null(s);
	s->w = world_new();
	sends(s, PING_OUT, &known);
	sends(s, FLOOD_OUT, &flood);
	goes_out(s, ARP_OUT, given_arp(), s->w.blue);
	goes_out(s, ND_OUT, given_nd(), s->w.blue);
	known.from = GROUP_MAC; /* no source has that */
	sends(s, LOST_OUT, &known);
	known.from = H2_MAC, known.to = H1_MAC;
	receives(s, UDP_IN, NODE2, BLUE_VNI, &known);
	receives(s, STRAY_IN, NODE2, 999, &known);
	receives(s, SHORT_IN, NODE3, BLUE_VNI, &known);
	s->arrival[SHORT_IN].len = 4;
	s->verdict[SHORT_IN] =
		inbound_decide(s->w.tables, &s->arrival[SHORT_IN], &s->frame[SHORT_IN], NOW);
	s->looked[SHORT_IN].frame = NULL;
	return s;
}

static void scene_free(struct scene *s)
{
	for (unsigned i = 0; i < FRAMES; i++)
		free(s->at[i]);
	world_free(&s->w);
	free(s);
}

static struct filter all_frames(void)
{
	return (struct filter) { .network = NETWORK_NONE, .reason = DROP_REASON_COUNT };
}

#define BIT(frame) (1U << (frame))
#define EVERY      (BIT(FRAMES) - 1)

static void assert_passes(const struct scene *s, struct filter filter, unsigned expected)
{
	unsigned passed = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		passed |= filter_passes(&filter, s->w.tables, &s->looked[i]) ? BIT(i) : 0;
	assert_int_equal(passed, expected);
}

static void by_place(void **state)
{
	struct scene *s = scene_new();
	struct filter f = all_frames();

	(void)state;
	assert_passes(s, f, EVERY);
	f.network = s->w.blue->id;
	assert_passes(s, f, EVERY & ~(BIT(STRAY_IN) | BIT(SHORT_IN)));
	f = all_frames();
	f.peer = addr_of(NODE2);
	assert_passes(s, f,
		      BIT(PING_OUT) | BIT(FLOOD_OUT) | BIT(ARP_OUT) | BIT(ND_OUT) | BIT(UDP_IN) |
			      BIT(STRAY_IN));
	f.peer = addr_of(NODE3);
	assert_passes(s, f, BIT(FLOOD_OUT) | BIT(ARP_OUT) | BIT(ND_OUT) | BIT(SHORT_IN));
	f.peer = addr_of("192.0.2.99");
	assert_passes(s, f, 0);
	scene_free(s);
}

static void by_headers(void **state)
{
	struct scene *s = scene_new();
	struct filter f = all_frames();

	(void)state;
	f.mac = mac_of(H9_MAC);
	assert_passes(s, f, BIT(FLOOD_OUT));
	f.mac = mac_of(PROBED_MAC);
	assert_passes(s, f, BIT(ARP_OUT) | BIT(ND_OUT));
	f = all_frames();
	f.arp = true;
	assert_passes(s, f, BIT(ARP_OUT) | BIT(ND_OUT));
	f = all_frames();
	f.ip = addr_of("3.3.3.7");
	assert_passes(s, f, BIT(FLOOD_OUT));
	f.ip = addr_of("3.3.3.50");
	assert_passes(s, f, BIT(ARP_OUT));
	f.ip = addr_of("3.3.3.60");
	assert_passes(s, f, BIT(ARP_OUT));
	f.ip = addr_of("fd03::60");
	assert_passes(s, f, BIT(ND_OUT));
	scene_free(s);
}

static void by_fate(void **state)
{
	struct scene *s = scene_new();
	struct filter f = all_frames();

	(void)state;
	f.drop = true;
	assert_passes(s, f, BIT(LOST_OUT) | BIT(STRAY_IN) | BIT(SHORT_IN));
	f.reason = DROP_VNI_NOT_FOUND;
	assert_passes(s, f, BIT(STRAY_IN));
	f.reason = DROP_MAC_INVALID_SOURCE;
	assert_passes(s, f, BIT(LOST_OUT));
	f.ip = addr_of("3.3.3.4");
	assert_passes(s, f, BIT(LOST_OUT));
	f.peer = addr_of(NODE2); /* it goes nowhere */
	assert_passes(s, f, 0);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_place),
		cmocka_unit_test(by_headers),
		cmocka_unit_test(by_fate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
