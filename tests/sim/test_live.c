/* Deciding and committing is all of forwarding but the bytes: two equal worlds live through the
 * same, one in the engine, one in questions (life.h).  After every frame both hold the same to the
 * last counter, and what the engine put into ports and onto wires is what the verdict said, in
 * order and byte for byte. */
#include "check.h"

#include <stdlib.h>

#include "life.h"

enum {
	LIVES = 450,
	INPUTS = 500, /* of one life */
};

/* -- Chance: the same for both. -- */

static unsigned draw(uint64_t *state, unsigned n)
{
	return (unsigned)((build_random(state) >> 32) % n);
}

static void set_rules(struct network *n, uint64_t chance)
{
	n->arp = (enum arp_mode)(chance % 3);
	n->strict_reserved = chance & 0x100;
	n->drop_vlan = chance & 0x200;
	n->learning = (chance & 0xc00) != 0;
	n->offload = chance & 0x1000;
	n->tos_inherit = chance & 0x2000;
	n->tos = (uint8_t)(chance >> 16 & 0xfc);
	n->bum.rate = chance & 0x4000 ? 8 : 0;
	if (chance & 0x8000) {
		peer_set_put(n->members);
		n->members = NULL;
	}
	for (uint32_t port = 0; port < n->ports_end; port++)
		n->ports[port].mtu = chance >> (24 + port) & 1 ? 1000 : INNER_MTU;
}

static struct life *life_new(uint64_t chance)
{
	struct life *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->world = world_new();
	set_rules(l->world.blue, chance);
	set_rules(l->world.green, chance >> 32);
	for (unsigned i = 0; i < LIFE_DOORS; i++)
		l->door[i] = (struct door) { .life = l,
					     .number = i,
					     .takes_all = chance >> (48 + i) & 1 };
	return l;
}

static void life_free(struct life *l)
{
	engine_free(l->engine);
	world_free(&l->world);
	free(l);
}

static void put_or_remove(struct world *w, uint64_t chance, uint64_t now)
{
	struct mac mac = mac_of(chance & 1 ? H9_MAC : "02:aa:00:00:00:01");
	uint32_t slot = fdb_find(w->blue->fdb, mac, now);
	struct place place = chance & 2 ? place_port((uint32_t)(chance >> 8) % 3)
					: place_peer((struct destination) { .peer = w->node3 });

	if (slot != FDB_NONE && fdb_at(w->blue->fdb, slot)->kind == FDB_STATIC)
		fdb_remove(w->blue->fdb, slot);
	else
		fdb_put(w->blue->fdb, mac, FDB_STATIC, place, 0);
}

/* What people and the world do between two frames. */
static void change(struct life *l, uint64_t chance, uint64_t now)
{
	struct world *w = &l->world;
	struct network *n = chance & 0x100 ? w->blue : w->green;
	struct network_port *port = &n->ports[(chance >> 32) % n->ports_end];

	switch (chance % 4) {
	case 0:
		port->up = chance & 0xc00000;
		break;
	case 1:
		peers_set_path_mtu(w->tables->peers, chance & 0x200 ? w->node2 : w->node4, 1400,
				   now);
		break;
	default:
		put_or_remove(w, chance >> 32, now);
		break;
	}
}

/* Mostly in one second; now and then long enough for entries to age or to thaw. */
static uint64_t time_passes(uint64_t *state)
{
	if (draw(state, 100) == 0)
		return draw(state, 2) ? 200 * NS_PER_S : 20 * NS_PER_S;
	return draw(state, 20) * NS_PER_MS;
}

static void age(struct life *l, uint64_t now)
{
	if (l->engine) {
		engine_tick(l->engine, now);
		return;
	}
	fdb_age(l->world.blue->fdb, now, UINT32_MAX);
	fdb_age(l->world.green->fdb, now, UINT32_MAX);
}

/* Many invent a source, so that tables fill up. */
static void draw_frame(struct input *in, size_t offset, uint64_t *state)
{
	uint8_t *at = in->at + offset;
	size_t len = build_random_frame(room_of(at, sizeof(in->at) - offset), state);

	if (len >= ETH_LEN && draw(state, 2)) {
		at[6] = 2;
		at[11] = (uint8_t)draw(state, 256);
	}
	in->len = offset + len;
}

static void draw_datagram(struct input *in, uint64_t *state)
{
	static const char *const sources[] = { NODE2,    NODE3,    NODE4,          NODE2,
					       STRANGER, NODE1_V4, "198.51.100.1", "fd00::bad" };
	static const uint32_t vnis[] = { BLUE_VNI, BLUE_VNI, GREEN_VNI, 300 };

	draw_frame(in, VXLAN_LEN, state);
	vxlan_write(in->at, vnis[draw(state, 16) ? draw(state, 3) : 3]);
	if (draw(state, 16) == 0)
		in->at[draw(state, VXLAN_LEN)] ^= (uint8_t)(1 << draw(state, 8));
	if (draw(state, 64) == 0)
		in->len = draw(state, (unsigned)in->len);
	in->source = addr_of(sources[draw(state, 8)]);
	if (draw(state, 8) == 0)
		in->source.octet[3] ^= (uint8_t)draw(state, 16);
	in->tos = (uint8_t)draw(state, 256);
	in->truncated = draw(state, 64) == 0;
}

static void draw_input(struct input *in, uint64_t *state)
{
	in->door = draw(state, 16) < 9 ? draw(state, LIFE_PORTS) : LIFE_PORTS + draw(state, 2);
	in->gso_size = (uint16_t)(draw(state, 2) ? 100 + draw(state, 900) : 0);
	if (in->door < LIFE_PORTS)
		draw_frame(in, 0, state);
	else
		draw_datagram(in, state);
}

/* -- Both together. -- */

static bool same(const struct life *a, const struct life *b)
{
	for (unsigned i = 0; i < LIFE_DOORS; i++)
		if (a->door[i].count != b->door[i].count || a->door[i].digest != b->door[i].digest)
			return false;
	return memcmp(a->told, b->told, sizeof(a->told)) == 0 &&
	       world_digest(&a->world) == world_digest(&b->world);
}

static void assert_same(const struct life *a, const struct life *b, unsigned number, unsigned input)
{
	if (same(a, b))
		return;
	fail_msg("life %u, input %u: the engine did not do what %s %s says", number, input,
		 action_name(b->last.action),
		 b->last.action == ACTION_DROP ? drop_name(b->last.reason) : "");
}

struct tally {
	uint64_t did[LIFE_ACTIONS], told[LIFE_EVENTS], evicted, aged;
};

static void count(struct tally *t, const struct life *l)
{
	for (unsigned i = 0; i < LIFE_ACTIONS; i++)
		t->did[i] += l->did[i];
	for (unsigned i = 0; i < LIFE_EVENTS; i++)
		t->told[i] += l->told[i];
	t->evicted += fdb_counts(l->world.blue->fdb)->evicted;
	t->aged += fdb_counts(l->world.blue->fdb)->aged;
}

static void spend_life(unsigned number, struct tally *t)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (number + 1);
	uint64_t chance = build_random(&state);
	struct life *a = life_new(chance), *b = life_new(chance);
	static struct input in;

	life_attach(a);
	in.now = 1000 * NS_PER_S;
	for (unsigned i = 0; i < INPUTS; i++) {
		in.now += time_passes(&state);
		chance = build_random(&state);
		for (unsigned k = 0; k < 2; k++) {
			if (i % 16 == 0)
				change(k ? b : a, chance, in.now);
			age(k ? b : a, in.now);
		}
		draw_input(&in, &state);
		life_live(a, &in);
		life_ask(b, &in);
		assert_same(a, b, number, i);
	}
	count(t, b);
	life_free(a);
	life_free(b);
}

static void what_is_decided_and_committed_is_what_happens(void **state)
{
	struct tally t = { .evicted = 0 };

	(void)state;
	for (unsigned number = 0; number < LIVES; number++)
		spend_life(number, &t);

	/* None of it happened so rarely that it proves nothing. */
	for (unsigned i = 0; i < LIFE_ACTIONS; i++)
		assert_true(t.did[i] > 1000);
	for (unsigned i = 0; i < LIFE_EVENTS; i++)
		assert_true(t.told[i] > 100);
	assert_true(t.evicted > 100 && t.aged > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_decided_and_committed_is_what_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
