/* Nobody's subnet moves: random edits of a cluster, each followed by an allocation that is written into
 * the leases.  The argument says how many on clusters of 2 to 64 nodes; some more are made on one of
 * 24,000.
 *
 * Beside the allocation stands a model that knows who has what by identity, not by name: a node that was
 * renamed is the same node.  After each edit everybody has what it had, except who was pinned; who is
 * new has the lowest subnet that was free; and no subnet has two owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "plan/subnet.h"

enum {
	SMALL = 64,
	LARGE = 24000,
	LARGE_EDITS = 100,
	NAME = 16,
	EDITS_OF_ONE = 100, /* then another cluster begins */
	FREE = UINT32_MAX,
};

static unsigned long small_edits = 20000;

/* A node as the model sees it. */
struct body {
	char name[NAME];
	struct addr address;
	uint32_t has;    /* number of its subnet in the cidr; FREE: none yet */
	uint32_t pinned; /* the same under `subnets` */
};

struct model {
	uint64_t random;
	struct body *bodies; /* in the order of the file */
	uint32_t count, room;
	uint32_t subnets; /* that there are */
	uint8_t *held;    /* by number of the subnet: somebody has it or had it */
	uint32_t *whose;  /* by number of the subnet, while it is checked */
	uint32_t names;   /* given so far */
	struct cluster cluster;
	struct network_config network;
	struct leases *leases;
};

static uint32_t below(struct model *m, uint32_t n)
{
	m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((m->random >> 33) % n);
}

static struct addr number_addr(uint32_t base, uint32_t number)
{
	struct addr a = { .family = ADDR_V4 };

	put_be32(a.octet, base + number);
	return a;
}

/* Subnet @number of 10.0.0.0, where every subnet has four addresses. */
static struct prefix subnet_number(uint32_t number)
{
	return (struct prefix) { number_addr(0x0a000000, 4 * number), 30 };
}

static uint32_t number_of(struct addr base)
{
	return (get_be32(base.octet) - 0x0a000000) / 4;
}

/* -- Bodies -- */

static struct body new_body(struct model *m)
{
	struct body b = { .has = FREE, .pinned = FREE };
	uint32_t name = m->names++;

	b.address = number_addr(0xc0000000, name);
	snprintf(b.name, sizeof(b.name), "n%u", (name * 2654435761U) % 10000000U);
	return b;
}

static void insert(struct model *m, uint32_t at)
{
	memmove(&m->bodies[at + 1], &m->bodies[at], (m->count - at) * sizeof(*m->bodies));
	m->bodies[at] = new_body(m);
	m->count++;
}

static void take_out(struct model *m, uint32_t at)
{
	memmove(&m->bodies[at], &m->bodies[at + 1], (m->count - at - 1) * sizeof(*m->bodies));
	m->count--;
}

static void move(struct model *m, uint32_t from, uint32_t to)
{
	struct body b = m->bodies[from];

	take_out(m, from);
	memmove(&m->bodies[to + 1], &m->bodies[to], (m->count - to) * sizeof(*m->bodies));
	m->bodies[to] = b;
	m->count++;
}

/* -- The cluster that is read from the file -- */

static int compare_names(const void *left, const void *right, void *context)
{
	const struct node *nodes = context;

	return strcmp(nodes[*(const uint32_t *)left].name, nodes[*(const uint32_t *)right].name);
}

static void write_cluster(struct model *m)
{
	struct cluster *c = &m->cluster;

	c->node_count = m->count;
	m->network.pin_count = 0;
	for (uint32_t i = 0; i < m->count; i++) {
		struct body *b = &m->bodies[i];

		c->nodes[i] = (struct node) { .name = b->name, .address = b->address };
		c->by_name[i] = i;
		if (b->pinned != FREE)
			m->network.pins[m->network.pin_count++] =
				(struct pin) { .node = i, .v4 = subnet_number(b->pinned) };
	}
	qsort_r(c->by_name, m->count, sizeof(*c->by_name), compare_names, c->nodes);
}

static void *array(size_t count, size_t size)
{
	void *made = calloc(count, size);

	assert_non_null(made);
	return made;
}

/* @room: nodes at most; there are twice as many subnets, but for those that left. */
static void begin(struct model *m, uint32_t room, uint32_t nodes, uint64_t seed)
{
	char *name = strdup("net");

	*m = (struct model) { .random = seed, .room = room, .subnets = 1 };
	while (m->subnets < 4 * room)
		m->subnets *= 2;
	m->bodies = array(room + 1U, sizeof(*m->bodies));
	m->held = array(m->subnets, 1);
	m->whose = array(m->subnets, sizeof(*m->whose));
	m->cluster.nodes = array(room + 1U, sizeof(*m->cluster.nodes));
	m->cluster.by_name = array(room + 1U, sizeof(*m->cluster.by_name));
	m->network.pins = array(room + 1U, sizeof(*m->network.pins));
	m->network.name = name;
	m->network.cidr = (struct prefix) { subnet_number(0).addr, 8 };
	m->network.division = (struct division) { .length = 30,
						  .min = subnet_number(1).addr,
						  .max = subnet_number(m->subnets - 1).addr };
	m->cluster.networks = &m->network;
	m->cluster.network_count = 1;
	for (uint32_t i = 0; i < nodes; i++)
		insert(m, m->count);
}

static void end(struct model *m)
{
	leases_free(m->leases);
	free(m->bodies);
	free(m->held);
	free(m->whose);
	free(m->cluster.nodes);
	free(m->cluster.by_name);
	free(m->network.pins);
	free(m->network.name);
}

/* -- Edits -- */

/* An edit, and who it pins: nobody else may move. */
struct edit {
	enum { ADD, REMOVE, RENAME, MOVE, READDRESS, PIN, UNPIN, EDITS } kind;
	uint32_t at;
	uint32_t before; /* what it had pinned */
};

static struct edit pick(struct model *m)
{
	struct edit e = { .kind = below(m, EDITS), .at = below(m, m->count) };

	if (e.kind == REMOVE && m->count <= 2)
		e.kind = ADD;
	if (e.kind == ADD && m->count >= m->room)
		e.kind = REMOVE;
	e.before = m->bodies[e.at].pinned;
	return e;
}

static void carry_out(struct model *m, struct edit e)
{
	struct body *b = &m->bodies[e.at];

	switch (e.kind) {
	case ADD:
		insert(m, e.at);
		break;
	case REMOVE:
		take_out(m, e.at);
		break;
	case RENAME:
		snprintf(b->name, sizeof(b->name), "r%u", m->names++);
		break;
	case MOVE:
		move(m, e.at, below(m, m->count));
		break;
	case READDRESS:
		b->address = number_addr(0xc0000000, m->names++);
		break;
	case PIN:
		b->pinned = 1 + below(m, m->subnets - 1);
		break;
	default:
		b->pinned = FREE;
		break;
	}
}

/* -- What must hold -- */

static uint32_t lowest_free(const struct model *m, uint32_t from)
{
	while (from < m->subnets && m->held[from])
		from++;
	return from;
}

/* Who has @number now, if anybody is there; FREE. */
static uint32_t owner_of(const struct model *m, uint32_t number)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->bodies[i].has == number)
			return i;
	return FREE;
}

static void check_owners(struct model *m, const struct network_subnets *n)
{
	for (uint32_t i = 0; i < m->count; i++) {
		uint32_t number = number_of(n->of[i].v4.prefix.addr);

		assert_in_range(number, 1, m->subnets - 1);
		if (m->whose[number])
			fail_msg("subnet %u has two owners", number);
		m->whose[number] = i + 1;
	}
	for (uint32_t i = 0; i < m->count; i++)
		m->whose[number_of(n->of[i].v4.prefix.addr)] = 0;
}

/* Whoever is new comes in the order of the file, and takes the lowest. */
static void check_all(struct model *m, const struct network_subnets *n)
{
	uint32_t lowest = 1;

	for (uint32_t i = 0; i < m->count; i++) {
		struct body *b = &m->bodies[i];
		uint32_t number = number_of(n->of[i].v4.prefix.addr);

		if (b->pinned != FREE) {
			assert_int_equal(number, b->pinned);
			if (b->has != FREE && b->has != number)
				m->held[b->has] = 0; /* its lease says another now */
			b->has = number;
			m->held[number] = 1;
		} else if (b->has != FREE && b->has != number) {
			fail_msg("%s moved from %u to %u", b->name, b->has, number);
		}
	}
	for (uint32_t i = 0; i < m->count; i++) {
		struct body *b = &m->bodies[i];

		if (b->has != FREE)
			continue;
		lowest = lowest_free(m, lowest);
		b->has = number_of(n->of[i].v4.prefix.addr);
		assert_int_equal(b->has, lowest);
		m->held[lowest] = 1;
	}
	check_owners(m, n);
}

/* One allocation, written into the leases.  False when it is refused. */
static bool allocate(struct model *m)
{
	struct errors errors = { 0 };
	struct subnets *subnets;
	struct leases *next;
	bool fine;

	write_cluster(m);
	subnets = subnets_allocate(&m->cluster, m->leases, &errors);
	assert_non_null(subnets);
	fine = errors.error_count == 0;
	if (fine) {
		check_all(m, &subnets->networks[0]);
		next = leases_renew(m->leases, subnets);
		assert_non_null(next);
		leases_free(m->leases);
		m->leases = next;
	}
	subnets_free(subnets);
	errors_free(&errors);
	return fine;
}

/* A pin is refused if, and only if, it takes what another has. */
static void edit(struct model *m)
{
	struct edit e = pick(m);
	uint32_t owner;
	bool fine;

	carry_out(m, e);
	owner = e.kind == PIN ? owner_of(m, m->bodies[e.at].pinned) : FREE;
	fine = allocate(m);
	if (fine != (owner == FREE || owner == e.at))
		fail_msg("edit %d of %s was %s", e.kind, m->bodies[e.at].name,
			 fine ? "taken" : "refused");
	if (!fine) {
		m->bodies[e.at].pinned = e.before;
		assert_true(allocate(m));
	}
}

/* Those who left hold their subnets; before they run out, a person clears up. */
static bool is_full(const struct model *m)
{
	return m->leases && m->leases->count + m->room > m->subnets;
}

static void many_on_small_ones(void **state)
{
	struct model m;

	(void)state;
	for (unsigned long done = 0, seed = 1; done < small_edits; seed++) {
		begin(&m, SMALL, 2 + (uint32_t)(seed % (SMALL - 1)), seed);
		assert_true(allocate(&m));
		for (int i = 0; i < EDITS_OF_ONE && done < small_edits && !is_full(&m); i++, done++)
			edit(&m);
		end(&m);
	}
}

static void some_on_a_large_one(void **state)
{
	struct model m;

	(void)state;
	begin(&m, LARGE + LARGE_EDITS, LARGE, 1);
	assert_true(allocate(&m));
	for (int i = 0; i < LARGE_EDITS; i++)
		edit(&m);
	end(&m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_on_small_ones),
		cmocka_unit_test(some_on_a_large_one),
	};

	if (argc > 1)
		small_edits = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
