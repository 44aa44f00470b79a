/* Nodes that get their subnets from an etcd in memory, which is slow, silent, away, compacted,
 * restored from old copies and full of nonsense: nobody has another's subnet, and nobody is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "etcd_model.h"
#include "store/lessee.h"

#define PREFIX FLANNEL_PREFIX
#define CONFIG "{\"Network\": \"10.42.0.0/16\", \"Backend\": {\"Type\": \"vxlan\"}}"
#define MS     NS_PER_MS

/* -- A world: an etcd, clients, and what is under way between them -- */

struct client {
	struct lessee *lessee;
	struct flannel_subnets disk;
	struct etcd_answer answer; /* on its way back */
	uint64_t answer_due;       /* 0: none is */
	char watch_key[LESSEE_KEY], watch_end[LESSEE_KEY];
	int64_t watch_from; /* 0: no watch */
	bool dead;
	unsigned told[LESSEE_RECOVERED + 1];
};

struct world {
	struct etcd_model *etcd;
	struct client *clients;
	size_t count;
	uint64_t now;
	uint64_t random;
	unsigned slowness;                  /* ms that an answer takes at most */
	unsigned request_loss, answer_loss; /* of 1,000 */
	bool away;
	bool no_disk;
	bool no_watch; /* streams bring nothing: a partition of that way alone */
};

static uint64_t draw(struct world *w, uint64_t below)
{
	w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (w->random >> 33) % below;
}

static void count_news(void *context, enum lessee_news news, const struct lessee_peer *peer,
		       const char *text)
{
	struct client *c = context;

	(void)peer;
	(void)text;
	c->told[news]++;
}

static struct flannel_node node_of(size_t number)
{
	const uint8_t octet[4] = { 192, 0, (uint8_t)(2 + number / 250),
				   (uint8_t)(1 + number % 250) };
	struct flannel_node node = { .vxlan = true, .vni = 1, .public4 = addr_v4(octet) };

	node.vtep4 = (struct mac) { { 2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number } };
	return node;
}

static void start(struct world *w, size_t number)
{
	struct client *c = &w->clients[number];
	char name[32];
	struct lessee_options options = { .prefix = PREFIX,
					  .name = name,
					  .self = node_of(number),
					  .remembered = c->disk,
					  .seed = w->random + number };

	snprintf(name, sizeof(name), "node%zu", number);
	c->lessee = lessee_new(&options, count_news, c);
	assert_non_null(c->lessee);
	c->dead = false;
}

static void stop(struct client *c)
{
	lessee_free(c->lessee);
	c->lessee = NULL;
	if (c->answer_due)
		etcd_answer_free(&c->answer);
	c->answer_due = 0;
	c->watch_from = 0;
	c->dead = true;
}

static struct world *world_new(size_t count)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->etcd = model_new();
	model_put(w->etcd, PREFIX "/config", CONFIG);
	w->clients = calloc(count, sizeof(*w->clients));
	assert_non_null(w->clients);
	w->count = count;
	w->now = NS_PER_S;
	w->random = 1;
	for (size_t i = 0; i < count; i++)
		start(w, i);
	return w;
}

static void world_free(struct world *w)
{
	for (size_t i = 0; i < w->count; i++)
		stop(&w->clients[i]);
	model_free(w->etcd);
	free(w->clients);
	free(w);
}

/* -- Letting it run -- */

static void send(struct world *w, struct client *c, const struct etcd_request *request)
{
	bool lost = w->away || draw(w, 1000) < w->request_loss;

	c->answer = lost ? etcd_no_answer("timed out") : model_answer(w->etcd, w->now, request);
	if (!lost && draw(w, 1000) < w->answer_loss) {
		etcd_answer_free(&c->answer);
		c->answer = etcd_no_answer("timed out");
	}
	c->answer_due = w->now + 1 + draw(w, w->slowness + 1) * MS;
}

static void hear(struct world *w, struct client *c)
{
	if (!c->answer_due || c->answer_due > w->now)
		return;
	c->answer_due = 0;
	lessee_answered(c->lessee, w->now, &c->answer);
	etcd_answer_free(&c->answer);
}

static void watch(struct world *w, struct client *c)
{
	const struct etcd_request *request;
	struct etcd_answer news;

	if (c->watch_from && (w->away || lessee_watch_is_stale(c->lessee))) {
		c->watch_from = 0;
		lessee_watch_ended(c->lessee, w->now);
	}
	request = lessee_watch(c->lessee, w->now);
	if (request) {
		snprintf(c->watch_key, sizeof(c->watch_key), "%s", request->key);
		snprintf(c->watch_end, sizeof(c->watch_end), "%s", request->range_end);
		c->watch_from = request->revision;
	}
	if (!c->watch_from || w->away || w->no_watch ||
	    !model_watch(w->etcd, c->watch_key, c->watch_end, c->watch_from, &news))
		return;
	lessee_watched(c->lessee, w->now, &news);
	c->watch_from = news.canceled ? 0 : news.revision + 1;
	if (news.canceled)
		lessee_watch_ended(c->lessee, w->now);
	etcd_answer_free(&news);
}

static void keep(struct world *w, struct client *c)
{
	const struct flannel_subnets *kept = lessee_keeps(c->lessee);

	if (!kept || w->no_disk)
		return;
	c->disk = *kept;
	lessee_kept(c->lessee, w->now);
}

static void step_client(struct world *w, struct client *c)
{
	const struct etcd_request *request;

	if (c->dead)
		return;
	hear(w, c);
	watch(w, c);
	keep(w, c);
	request = c->answer_due ? NULL : lessee_request(c->lessee, w->now);
	if (request)
		send(w, c, request);
}

static uint64_t next_time(const struct world *w)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < w->count; i++) {
		const struct client *c = &w->clients[i];
		uint64_t due = c->dead ? UINT64_MAX : lessee_due(c->lessee);

		due = c->answer_due && c->answer_due < due ? c->answer_due : due;
		next = due < next ? due : next;
	}
	return next;
}

/* Runs for @time, which it is at the end, in steps of @grain at least (an etcd that can tell something
 * new tells it at the next step). */
static void run(struct world *w, uint64_t time, uint64_t grain)
{
	uint64_t end = w->now + time;

	while (w->now < end) {
		uint64_t next;

		model_tick(w->etcd, w->now);
		for (size_t i = 0; i < w->count; i++)
			step_client(w, &w->clients[i]);
		next = next_time(w);
		next = next < w->now + grain ? w->now + grain : next;
		w->now = next < end ? next : end;
	}
}

/* -- What must be so -- */

static const char *holder_of(const struct etcd_record *r)
{
	return strstr(r->value, "PublicIP");
}

static struct flannel_subnets subnets_of(const char *key)
{
	struct flannel_subnets subnets = { 0 };

	if (strncmp(key, PREFIX "/subnets/", strlen(PREFIX "/subnets/")) == 0)
		flannel_key_read(key + strlen(PREFIX "/subnets/"), &subnets);
	return subnets;
}

enum { NUMBERS = 65536 };

/* Of a /28 within a /12, or of whatever is larger. */
static size_t number_of(const struct flannel_subnets *s)
{
	size_t number = (size_t)s->v4.addr.octet[1] << 8 | s->v4.addr.octet[2];

	return (number << 4 | s->v4.addr.octet[3] >> 4) % NUMBERS;
}

/* Replays all that ever happened: at no revision do two records name one subnet, and no record passes
 * from one node to another without having been away between. */
static void check_history(const struct world *w)
{
	const struct etcd_record **now = calloc(NUMBERS, sizeof(struct etcd_record *));

	assert_non_null(now);
	for (size_t i = 0; i < w->etcd->changes; i++) {
		const struct etcd_record *r = &w->etcd->history[i].record;
		struct flannel_subnets s = subnets_of(r->key);
		size_t number = number_of(&s);

		if (!s.v4.addr.family)
			continue;
		if (!r->deleted && now[number]) {
			assert_string_equal(now[number]->key, r->key);
			assert_string_equal(holder_of(now[number]), holder_of(r));
		}
		now[number] = r->deleted ? NULL : r;
	}
	free(now);
}

/* Everybody has a subnet, no two have the same, and everybody knows all others. */
static void check_all_placed(const struct world *w)
{
	bool *taken = calloc(NUMBERS, sizeof(*taken));
	size_t alive = 0;

	assert_non_null(taken);
	for (size_t i = 0; i < w->count; i++)
		alive += !w->clients[i].dead;
	for (size_t i = 0; i < w->count; i++) {
		const struct client *c = &w->clients[i];
		const struct flannel_subnets *own;
		size_t peers, number;

		if (c->dead)
			continue;
		own = lessee_subnets(c->lessee);
		if (!own)
			fail_msg("client %zu has no subnet: %s", i, lessee_trouble(c->lessee));
		number = number_of(own);
		assert_false(taken[number]);
		taken[number] = true;
		lessee_peers(c->lessee, &peers);
		if (peers < alive - 1)
			fail_msg("client %zu knows %zu others of %zu", i, peers, alive - 1);
	}
	free(taken);
}

static unsigned told(const struct world *w, enum lessee_news news)
{
	unsigned sum = 0;

	for (size_t i = 0; i < w->count; i++)
		sum += w->clients[i].told[news];
	return sum;
}

/* -- Tests -- */

static void two_nodes_find_each_other(void **state)
{
	struct world *w = world_new(2);
	const struct lessee_peer *peers;
	size_t count;
	char key[FLANNEL_KEY];

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	check_all_placed(w);
	check_history(w);
	peers = lessee_peers(w->clients[0].lessee, &count);
	assert_int_equal(count, 1);
	assert_string_equal(peers[0].key,
			    flannel_key_text(lessee_subnets(w->clients[1].lessee), key));
	assert_true(mac_equal(peers[0].node.vtep4, node_of(1).vtep4));
	assert_int_equal(told(w, LESSEE_ACQUIRED), 2);
	assert_int_equal(told(w, LESSEE_JOINED), 2);
	world_free(w);
}

/* The record is flannel's, to the byte. */
static void records_are_flannels(void **state)
{
	struct world *w = world_new(1);
	char key[LESSEE_KEY], subnet[FLANNEL_KEY];
	const struct etcd_record *r;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	snprintf(key, sizeof(key), PREFIX "/subnets/%s",
		 flannel_key_text(lessee_subnets(w->clients[0].lessee), subnet));
	r = model_find(w->etcd, key);
	assert_non_null(r);
	assert_string_equal(
		r->value,
		"{\"PublicIP\":\"192.0.2.1\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
		"\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:00\"}}");
	assert_int_not_equal(r->lease, 0);
	world_free(w);
}

static void nothing_is_used_before_it_is_durable(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	w->no_disk = true;
	run(w, 60 * NS_PER_S, MS);
	assert_null(lessee_subnets(w->clients[0].lessee));
	assert_non_null(lessee_keeps(w->clients[0].lessee));
	w->no_disk = false;
	run(w, 700 * NS_PER_S, MS);
	assert_non_null(lessee_subnets(w->clients[0].lessee));
	assert_null(lessee_keeps(w->clients[0].lessee));
	world_free(w);
}

/* Fifteen subnets. */
static struct world *scarce_world(size_t clients)
{
	struct world *w = world_new(clients);

	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\": \"10.42.0.0/24\", \"SubnetLen\": 28, \"Backend\": {\"Type\": "
		  "\"vxlan\"}}");
	w->slowness = 50;
	return w;
}

/* One subnet for each of as many nodes as there are subnets: who loses a race looks again, not at the next listing. */
static void many_race_for_the_last(void **state)
{
	struct world *w = scarce_world(15);

	(void)state;
	run(w, 20 * NS_PER_S, MS);
	check_all_placed(w);
	assert_true(w->etcd->count == 16);
	world_free(w);
}

/* The one without a subnet. */
static size_t left_over(const struct world *w)
{
	size_t found = w->count;

	for (size_t i = 0; i < w->count; i++) {
		if (w->clients[i].dead || lessee_subnets(w->clients[i].lessee))
			continue;
		assert_true(found == w->count);
		found = i;
	}
	return found;
}

/* One node too many waits and says why; when another has gone for good, it has its subnet. */
static void one_too_many_waits(void **state)
{
	struct world *w = scarce_world(16);
	size_t without;

	(void)state;
	run(w, 60 * NS_PER_S, MS);
	without = left_over(w);
	assert_true(without < w->count);
	assert_non_null(strstr(lessee_trouble(w->clients[without].lessee), "no subnet is free"));
	stop(&w->clients[(without + 1) % w->count]);
	run(w, 100000 * NS_PER_S, NS_PER_S);
	assert_true(left_over(w) == w->count);
	check_all_placed(w);
	world_free(w);
}

static void a_full_network_makes_wait(void **state)
{
	struct world *w = world_new(16);
	size_t without = 0, loser = 0;

	(void)state;
	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\": \"10.42.0.0/24\", \"SubnetLen\": 28, \"Backend\": {\"Type\": "
		  "\"vxlan\"}}");
	run(w, 600 * NS_PER_S, MS);
	for (size_t i = 0; i < w->count; i++)
		if (!lessee_subnets(w->clients[i].lessee)) {
			without++;
			loser = i;
		}
	assert_int_equal(without, 1);
	assert_non_null(strstr(lessee_trouble(w->clients[loser].lessee), "no subnet is free"));
	/* One goes, and after its lease its subnet is the other's. */
	stop(&w->clients[loser == 0]);
	run(w, 86500 * NS_PER_S, NS_PER_S);
	check_all_placed(w);
	check_history(w);
	world_free(w);
}

/* Whatever is lost on the way, and whoever is killed in between. */
static void losses_and_deaths_leave_one_owner_each(void **state)
{
	struct world *w = world_new(40);

	(void)state;
	w->slowness = 200;
	w->request_loss = 100;
	w->answer_loss = 100;
	for (int i = 0; i < 200; i++) {
		size_t who = draw(w, w->count);

		run(w, draw(w, 3000) * MS, 10 * MS);
		stop(&w->clients[who]);
		if (draw(w, 4) == 0)
			w->clients[who].disk = (struct flannel_subnets) { 0 };
		start(w, who);
		if (i % 20 == 0)
			model_compact(w->etcd);
		check_history(w);
	}
	w->request_loss = w->answer_loss = 0;
	run(w, 700 * NS_PER_S, 10 * MS);
	check_all_placed(w);
	check_history(w);
	world_free(w);
}

static void a_restart_keeps_the_subnet(void **state)
{
	struct world *w = world_new(3);
	struct flannel_subnets had;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	had = *lessee_subnets(w->clients[1].lessee);
	for (int forgets = 0; forgets < 2; forgets++) {
		stop(&w->clients[1]);
		if (forgets)
			w->clients[1].disk = (struct flannel_subnets) { 0 };
		run(w, 3600 * NS_PER_S, NS_PER_S);
		start(w, 1);
		run(w, 10 * NS_PER_S, MS);
		assert_true(addr_equal(lessee_subnets(w->clients[1].lessee)->v4.addr, had.v4.addr));
	}
	/* Its lease has run out, and nobody has taken the subnet. */
	stop(&w->clients[1]);
	w->clients[1].disk = had;
	run(w, 90000 * NS_PER_S, NS_PER_S);
	start(w, 1);
	run(w, 10 * NS_PER_S, MS);
	assert_true(addr_equal(lessee_subnets(w->clients[1].lessee)->v4.addr, had.v4.addr));
	check_history(w);
	world_free(w);
}

static void leases_are_renewed(void **state)
{
	struct world *w = world_new(3);

	(void)state;
	run(w, UINT64_C(10) * 86400 * NS_PER_S, NS_PER_S);
	check_all_placed(w);
	assert_int_equal(told(w, LESSEE_LOST), 0);
	assert_int_equal(told(w, LESSEE_LEFT), 0);
	assert_in_range(told(w, LESSEE_RENEWED), 3 * 29, 3 * 45);
	/* Nothing was put but at the beginning: a renewal is none. */
	assert_int_equal(w->etcd->changes, 1 + 3);
	world_free(w);
}

static void who_leaves_is_forgotten_when_its_lease_ends(void **state)
{
	struct world *w = world_new(5);
	size_t count;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	stop(&w->clients[4]);
	run(w, 87000 * NS_PER_S, NS_PER_S);
	lessee_peers(w->clients[0].lessee, &count);
	assert_int_equal(count, 3);
	assert_int_equal(told(w, LESSEE_LEFT), 4);
	assert_int_equal(told(w, LESSEE_HELD_BACK), 0);
	world_free(w);
}

/* An hour without etcd: nothing changes, little is asked, one word is said. */
static void an_hour_of_silence_changes_nothing(void **state)
{
	struct world *w = world_new(5);
	uint64_t generation;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	generation = lessee_generation(w->clients[0].lessee);
	w->away = true;
	run(w, 3600 * NS_PER_S, 100 * MS);
	check_all_placed(w);
	assert_true(lessee_generation(w->clients[0].lessee) == generation);
	assert_true(*lessee_trouble(w->clients[0].lessee));
	assert_int_equal(told(w, LESSEE_TROUBLED), 5);
	w->away = false;
	run(w, 60 * NS_PER_S, 10 * MS);
	assert_string_equal(lessee_trouble(w->clients[0].lessee), "");
	assert_int_equal(told(w, LESSEE_RECOVERED), 5);
	assert_int_equal(told(w, LESSEE_LOST) + told(w, LESSEE_LEFT), 0);
	check_history(w);
	world_free(w);
}

/* A day and more: the leases are gone, and each node takes its own subnet again. */
static void leases_that_ran_out_are_made_anew(void **state)
{
	struct world *w = world_new(5);
	struct flannel_subnets had[5];

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	for (size_t i = 0; i < 5; i++)
		had[i] = *lessee_subnets(w->clients[i].lessee);
	w->away = true;
	run(w, 100000 * NS_PER_S, NS_PER_S);
	check_all_placed(w);
	w->away = false;
	run(w, 700 * NS_PER_S, 10 * MS);
	check_all_placed(w);
	check_history(w);
	for (size_t i = 0; i < 5; i++)
		assert_true(
			addr_equal(lessee_subnets(w->clients[i].lessee)->v4.addr, had[i].v4.addr));
	assert_int_equal(told(w, LESSEE_LOST), 0);
	world_free(w);
}

static void compaction_every_second_is_no_storm(void **state)
{
	struct world *w = world_new(5);
	uint64_t before;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	before = w->etcd->asked;
	for (int i = 0; i < 600; i++) {
		model_put(w->etcd, "/elsewhere", "x");
		model_compact(w->etcd);
		run(w, NS_PER_S, 100 * MS);
	}
	check_all_placed(w);
	if (w->etcd->asked - before > 5 * 200)
		fail_msg("%lu requests", (unsigned long)(w->etcd->asked - before));
	/* A listing that is read again takes nobody away, and its own subnet is no peer's. */
	assert_int_equal(told(w, LESSEE_LEFT), 0);
	assert_int_equal(told(w, LESSEE_LOST), 0);
	for (size_t i = 0; i < w->count; i++) {
		size_t peers;

		lessee_peers(w->clients[i].lessee, &peers);
		assert_int_equal(peers, w->count - 1);
	}
	/* And what happens meanwhile is heard. */
	stop(&w->clients[4]);
	w->clients[4].disk = (struct flannel_subnets) { 0 };
	start(w, 4);
	run(w, 60 * NS_PER_S, 100 * MS);
	check_all_placed(w);
	world_free(w);
}

/* A copy from before three of five came: they are missing there, and nobody forgets them. */
static void an_old_copy_takes_nobody_away(void **state)
{
	struct world *w = world_new(5);
	int64_t early;

	(void)state;
	for (size_t i = 2; i < 5; i++)
		stop(&w->clients[i]);
	run(w, 10 * NS_PER_S, MS);
	early = w->etcd->revision;
	for (size_t i = 2; i < 5; i++)
		start(w, i);
	run(w, 10 * NS_PER_S, MS);
	check_all_placed(w);
	/* Those who came late are away, too, so that they can not come back by themselves. */
	stop(&w->clients[4]);
	model_restore(w->etcd, early, w->now);
	run(w, 700 * NS_PER_S, 10 * MS);
	check_all_placed(w);
	for (size_t i = 0; i < 4; i++) {
		size_t count;

		lessee_peers(w->clients[i].lessee, &count);
		assert_int_equal(count, 4);
	}
	assert_int_equal(told(w, LESSEE_LEFT), 0);
	assert_int_equal(told(w, LESSEE_LOST), 0);
	assert_true(told(w, LESSEE_RESTORED) >= 2);
	/* After the time of a lease the one who never came back is forgotten. */
	run(w, 90000 * NS_PER_S, NS_PER_S);
	assert_int_equal(told(w, LESSEE_LEFT), 4);
	world_free(w);
}

/* All records deleted at once by somebody's mistake, but for nobody's lasting harm. */
static void a_sudden_loss_is_read_twice(void **state)
{
	struct world *w = world_new(8);
	char keys[8][LESSEE_KEY];

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	for (size_t i = 0; i < 8; i++) {
		char key[FLANNEL_KEY];

		snprintf(keys[i], sizeof(keys[i]), PREFIX "/subnets/%s",
			 flannel_key_text(lessee_subnets(w->clients[i].lessee), key));
	}
	for (size_t i = 1; i < 8; i++)
		stop(&w->clients[i]);
	for (size_t i = 1; i < 8; i++)
		model_delete(w->etcd, keys[i]);
	run(w, 5 * NS_PER_S, MS);
	assert_int_equal(w->clients[0].told[LESSEE_LEFT], 0);
	assert_int_equal(w->clients[0].told[LESSEE_HELD_BACK], 1);
	run(w, 10 * NS_PER_S, MS);
	assert_int_equal(w->clients[0].told[LESSEE_LEFT], 7);
	world_free(w);
}

static void a_sudden_loss_that_was_none_takes_nobody(void **state)
{
	struct world *w = world_new(8);

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	for (size_t i = 1; i < 8; i++) {
		char key[LESSEE_KEY], subnet[FLANNEL_KEY];

		snprintf(key, sizeof(key), PREFIX "/subnets/%s",
			 flannel_key_text(lessee_subnets(w->clients[i].lessee), subnet));
		model_delete(w->etcd, key);
	}
	/* Each takes its own again as soon as it hears of it. */
	run(w, 60 * NS_PER_S, MS);
	check_all_placed(w);
	assert_int_equal(told(w, LESSEE_LEFT), 0);
	assert_int_equal(told(w, LESSEE_LOST), 0);
	check_history(w);
	world_free(w);
}

static void nonsense_hurts_itself_alone(void **state)
{
	struct world *w = world_new(3);
	char key[LESSEE_KEY], subnet[FLANNEL_KEY];
	const struct lessee_peer *peers;
	size_t count;

	(void)state;
	model_put(w->etcd, PREFIX "/subnets/nonsense", "x");
	model_put(w->etcd, PREFIX "/subnets/10.42.0.0-24", "x");
	run(w, 10 * NS_PER_S, MS);
	snprintf(key, sizeof(key), PREFIX "/subnets/%s",
		 flannel_key_text(lessee_subnets(w->clients[1].lessee), subnet));
	stop(&w->clients[1]);
	model_put(w->etcd, key, "{\"PublicIP\":");
	run(w, 1300 * NS_PER_S, 100 * MS);
	peers = lessee_peers(w->clients[0].lessee, &count);
	assert_int_equal(count, 3); /* two nodes, and a record that nobody can use */
	for (size_t i = 0; i < count; i++) {
		bool other = strcmp(peers[i].key, "10.42.0.0-24") == 0;
		bool spoilt = strcmp(peers[i].key, subnet) == 0;

		assert_true(peers[i].known == !other);
		assert_true(peers[i].damaged == (other || spoilt));
		if (spoilt)
			assert_true(mac_equal(peers[i].node.vtep4, node_of(1).vtep4));
	}
	assert_int_equal(told(w, LESSEE_LEFT), 0);
	world_free(w);
}

/* -- Records that were spoilt -- */

/* One more way in which @text, of @room bytes, is not what it was: a byte, a bit, an end, a piece twice. */
static void spoil(struct world *w, char *text, size_t room)
{
	size_t len = strlen(text), at = draw(w, len + 1), piece = draw(w, 8) + 1;

	switch (draw(w, 4)) {
	case 0:
		text[at] = at < len ? (char)(1 + draw(w, 255)) : '\0';
		break;
	case 1:
		text[at] = at < len && text[at] != 1 ? text[at] ^ 1 : '\0';
		break;
	case 2:
		text[at] = '\0';
		break;
	default:
		if (len + piece < room)
			memmove(text + at + piece, text + at, len + 1 - at);
		if (len + piece < room && at == len)
			memset(text + at, '}', piece);
	}
}

/* A record of a stranger's, spoilt in up to eight ways, in its key or its value. */
static void put_spoilt(struct world *w, char key[LESSEE_KEY])
{
	char value[FLANNEL_VALUE] = "{\"PublicIP\":\"198.51.100.7\",\"PublicIPv6\":null,"
				    "\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,"
				    "\"VtepMAC\":\"02:00:00:00:00:77\"}}";
	size_t prefix = strlen(PREFIX "/subnets/");

	snprintf(key, LESSEE_KEY, PREFIX "/subnets/10.42.%u.0-24", (unsigned)draw(w, 256));
	for (size_t i = draw(w, 8) + 1; i-- > 0;) {
		if (draw(w, 3) == 0)
			spoil(w, key + prefix, LESSEE_KEY - prefix);
		else
			spoil(w, value, sizeof(value));
	}
	/* Whoever writes over a record that is another's has spoilt that: nonsense_hurts_itself_alone. */
	if (!model_find(w->etcd, key))
		model_put(w->etcd, key, value);
}

static void knows(const struct world *w, size_t who, size_t whom)
{
	char key[FLANNEL_KEY];
	size_t count;
	const struct lessee_peer *peers = lessee_peers(w->clients[who].lessee, &count);

	flannel_key_text(lessee_subnets(w->clients[whom].lessee), key);
	for (size_t i = 0; i < count; i++)
		if (strcmp(peers[i].key, key) == 0 && peers[i].known && !peers[i].damaged &&
		    mac_equal(peers[i].node.vtep4, node_of(whom).vtep4))
			return;
	fail_msg("client %zu does not know client %zu", who, whom);
}

/* Three nodes among thousands of them, in watches and listings: each keeps its own, and knows the others. */
static void spoilt_records_hurt_nobody(void **state)
{
	struct world *w = world_new(3);
	static char keys[64][LESSEE_KEY];

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	for (size_t i = 0; i < 5000; i++) {
		char *key = keys[i % 64];

		if (*key && strncmp(key, PREFIX "/subnets/", strlen(PREFIX "/subnets/")) == 0 &&
		    model_find(w->etcd, key) && !model_find(w->etcd, key)->lease)
			model_delete(w->etcd, key);
		put_spoilt(w, key);
		if (draw(w, 10) == 0)
			model_compact(w->etcd);
		run(w, 200 * MS, 50 * MS);
	}
	run(w, 700 * NS_PER_S, 100 * MS);
	assert_int_equal(told(w, LESSEE_LOST), 0);
	assert_int_equal(told(w, LESSEE_TROUBLED), 0);
	assert_true(told(w, LESSEE_DAMAGED) > 1000);
	for (size_t who = 0; who < 3; who++)
		for (size_t whom = 0; whom < 3; whom++)
			if (who != whom)
				knows(w, who, whom);
	world_free(w);
}

/* A record without lease is an administrator's: it is taken over, and stays as it is. */
static void a_reservation_stays_one(void **state)
{
	struct world *w = world_new(1);
	const char *key = PREFIX "/subnets/10.42.77.0-24";

	(void)state;
	model_put(w->etcd, key,
		  "{\"PublicIP\":\"192.0.2.1\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
		  "\"BackendData\":{\"VtepMAC\":\"02:00:00:00:00:99\"}}");
	run(w, 200000 * NS_PER_S, NS_PER_S);
	assert_int_equal(lessee_subnets(w->clients[0].lessee)->v4.addr.octet[2], 77);
	assert_int_equal(model_find(w->etcd, key)->lease, 0);
	assert_non_null(strstr(model_find(w->etcd, key)->value, "02:00:00:00:00:00"));
	assert_int_equal(told(w, LESSEE_RENEWED), 0);
	world_free(w);
}

static void a_record_that_does_not_fit_is_given_back(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	w->clients[0].dead = true;
	model_put(w->etcd, PREFIX "/subnets/10.42.0.0-24", "{}");
	w->clients[0].dead = false;
	run(w, 10 * NS_PER_S, MS);
	/* The network is another now, and the node starts again. */
	stop(&w->clients[0]);
	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\": \"10.99.0.0/16\", \"Backend\": {\"Type\": \"vxlan\"}}");
	start(w, 0);
	run(w, 10 * NS_PER_S, MS);
	assert_int_equal(lessee_subnets(w->clients[0].lessee)->v4.addr.octet[1], 99);
	assert_int_equal(told(w, LESSEE_RELEASED), 1);
	assert_int_equal(w->etcd->count, 3);
	world_free(w);
}

/* A peer that comes back with another MAC or address while we did not look is told as changed. */
static void changes_are_seen_in_listings(void **state)
{
	struct world *w = world_new(2);
	char key[LESSEE_KEY], subnet[FLANNEL_KEY];
	const struct lessee_peer *peers;
	size_t count;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	snprintf(key, sizeof(key), PREFIX "/subnets/%s",
		 flannel_key_text(lessee_subnets(w->clients[1].lessee), subnet));
	stop(&w->clients[1]);
	w->no_watch = true;
	model_put(w->etcd, key,
		  "{\"PublicIP\":\"192.0.2.200\",\"BackendType\":\"vxlan\",\"BackendData\":{"
		  "\"VtepMAC\":\"02:00:00:00:00:77\"}}");
	model_compact(w->etcd);
	run(w, 700 * NS_PER_S, 100 * MS);
	peers = lessee_peers(w->clients[0].lessee, &count);
	assert_int_equal(count, 1);
	assert_int_equal(peers[0].node.vtep4.octet[5], 0x77);
	assert_int_equal(peers[0].node.public4.octet[3], 200);
	assert_int_equal(w->clients[0].told[LESSEE_CHANGED], 1);
	world_free(w);
}

static void both_families_have_one_number(void **state)
{
	struct world *w = world_new(30);

	(void)state;
	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\": \"10.42.0.0/16\", \"EnableIPv6\": true, \"IPv6Network\": "
		  "\"fd00:42::/56\", \"Backend\": {\"Type\": \"vxlan\"}}");
	w->slowness = 100;
	run(w, 60 * NS_PER_S, MS);
	check_all_placed(w);
	for (size_t i = 0; i < w->count; i++) {
		const struct flannel_subnets *s = lessee_subnets(w->clients[i].lessee);

		assert_int_equal(s->v6.length, 64);
		assert_int_equal(s->v6.addr.octet[7], s->v4.addr.octet[2]);
	}
	world_free(w);
}

/* Kills so many of them, whom nobody stops from beginning again; one of three forgets. */
static void kill_some(struct world *w, size_t count)
{
	while (count-- > 0) {
		size_t who = draw(w, w->count);

		stop(&w->clients[who]);
		if (draw(w, 3) == 0)
			w->clients[who].disk = (struct flannel_subnets) { 0 };
		start(w, who);
	}
}

/* As many as start together where a whole cluster starts: a number given to the program.  While they come, some of
 * what is said is lost, and some of them are killed. */
static size_t crowd;

static void a_crowd_is_placed(void **state)
{
	struct world *w = world_new(crowd);

	(void)state;
	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\": \"10.0.0.0/12\", \"SubnetLen\": 28, \"Backend\": {\"Type\": "
		  "\"vxlan\"}}");
	w->slowness = 1000;
	w->request_loss = w->answer_loss = 30;
	for (int i = 0; i < 10; i++) {
		run(w, NS_PER_S, 100 * MS);
		kill_some(w, w->count / 200 + 1);
	}
	w->request_loss = w->answer_loss = 0;
	run(w, 60 * NS_PER_S, 100 * MS);
	check_all_placed(w);
	check_history(w);
	print_message("# %lu requests, %lu records read\n", (unsigned long)w->etcd->asked,
		      (unsigned long)w->etcd->read);
	world_free(w);
}

/* What a former life remembered holds until etcd has told all, and then as far as etcd says so. */
static struct lessee *remembering(struct world *w, struct client *c, const char *own)
{
	struct flannel_config config;
	char why[FLANNEL_WHY];
	struct lessee_known known = { .node = node_of(7) };
	struct lessee_options options = { .prefix = PREFIX, .name = "node0", .self = node_of(0) };

	assert_true(flannel_config_read(CONFIG, strlen(CONFIG), &config, why));
	assert_true(flannel_key_read(own, &options.remembered));
	assert_true(flannel_key_read("10.42.9.0-24", &known.subnets));
	options.known = &config;
	options.peers = &known;
	options.peer_count = 1;
	options.seed = w->random;
	c->disk = options.remembered;
	c->dead = false;
	return lessee_new(&options, count_news, c);
}

static void a_restart_without_etcd_goes_on(void **state)
{
	struct world *w = world_new(2);
	struct client *c = &w->clients[0];
	char key[FLANNEL_KEY], own[FLANNEL_KEY];
	size_t count;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	flannel_key_text(lessee_subnets(c->lessee), own);
	stop(c);
	w->away = true;
	c->lessee = remembering(w, c, own);
	assert_non_null(lessee_config(c->lessee));
	assert_string_equal(flannel_key_text(lessee_subnets(c->lessee), key), own);
	run(w, 3600 * NS_PER_S, NS_PER_S);
	assert_string_equal(flannel_key_text(lessee_subnets(c->lessee), key), own);
	lessee_peers(c->lessee, &count);
	assert_int_equal(count, 1);
	w->away = false;
	run(w, 100 * NS_PER_S, MS);
	assert_string_equal(flannel_key_text(lessee_subnets(c->lessee), key), own);
	lessee_peers(c->lessee, &count); /* whom etcd merely lacks stays, and the other is known */
	assert_int_equal(count, 2);
	check_history(w);
	world_free(w);
}

/* Another took it while we were away: then it is theirs, from the moment that etcd says so. */
static void what_is_remembered_may_be_anothers(void **state)
{
	struct world *w = world_new(2);
	struct client *c = &w->clients[0];
	char key[FLANNEL_KEY], theirs[FLANNEL_KEY], whole[LESSEE_KEY];

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	flannel_key_text(lessee_subnets(w->clients[1].lessee), theirs);
	snprintf(whole, sizeof(whole), PREFIX "/subnets/%s",
		 flannel_key_text(lessee_subnets(c->lessee), key));
	model_delete(w->etcd, whole);
	stop(c);
	c->lessee = remembering(w, c, theirs);
	assert_non_null(lessee_subnets(c->lessee));
	run(w, 100 * NS_PER_S, MS);
	assert_string_not_equal(flannel_key_text(lessee_subnets(c->lessee), key), theirs);
	check_all_placed(w);
	check_history(w);
	world_free(w);
}

/* The configuration is read again with the listing; one without sense changes nothing. */
static void the_configuration_may_change(void **state)
{
	struct world *w = world_new(1);
	struct lessee *l = w->clients[0].lessee;
	uint64_t generation;

	(void)state;
	run(w, 10 * NS_PER_S, MS);
	model_put(w->etcd, PREFIX "/config", "{");
	run(w, 90000 * NS_PER_S, NS_PER_S);
	assert_non_null(lessee_config(l));
	assert_non_null(lessee_subnets(l));
	assert_true(told(w, LESSEE_DAMAGED) > 0);
	assert_true(w->now - lessee_renewed(l) < 86400 * NS_PER_S);
	generation = lessee_generation(l);
	model_put(w->etcd, PREFIX "/config",
		  "{\"Network\":\"10.99.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"VNI\":5}}");
	run(w, 1200 * NS_PER_S, NS_PER_S);
	assert_int_equal(lessee_config(l)->vni, 5);
	assert_true(lessee_generation(l) != generation);
	assert_int_equal(lessee_subnets(l)->v4.addr.octet[1], 99);
	world_free(w);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_find_each_other),
		cmocka_unit_test(records_are_flannels),
		cmocka_unit_test(nothing_is_used_before_it_is_durable),
		cmocka_unit_test(many_race_for_the_last),
		cmocka_unit_test(one_too_many_waits),
		cmocka_unit_test(a_full_network_makes_wait),
		cmocka_unit_test(losses_and_deaths_leave_one_owner_each),
		cmocka_unit_test(a_restart_keeps_the_subnet),
		cmocka_unit_test(leases_are_renewed),
		cmocka_unit_test(who_leaves_is_forgotten_when_its_lease_ends),
		cmocka_unit_test(an_hour_of_silence_changes_nothing),
		cmocka_unit_test(leases_that_ran_out_are_made_anew),
		cmocka_unit_test(compaction_every_second_is_no_storm),
		cmocka_unit_test(an_old_copy_takes_nobody_away),
		cmocka_unit_test(a_sudden_loss_is_read_twice),
		cmocka_unit_test(a_sudden_loss_that_was_none_takes_nobody),
		cmocka_unit_test(nonsense_hurts_itself_alone),
		cmocka_unit_test(spoilt_records_hurt_nobody),
		cmocka_unit_test(a_reservation_stays_one),
		cmocka_unit_test(a_record_that_does_not_fit_is_given_back),
		cmocka_unit_test(changes_are_seen_in_listings),
		cmocka_unit_test(both_families_have_one_number),
		cmocka_unit_test(a_crowd_is_placed),
		cmocka_unit_test(a_restart_without_etcd_goes_on),
		cmocka_unit_test(what_is_remembered_may_be_anothers),
		cmocka_unit_test(the_configuration_may_change),
	};

	crowd = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
