#include "store/lessee.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/hash.h"
#include "lessee_records.h"

#define RELIST      (600 * NS_PER_S) /* without a cause: what a watch may have lost */
#define SECOND_LOOK (10 * NS_PER_S)  /* until a sudden loss is read again */
#define LOSS_WINDOW (60 * NS_PER_S)
#define GIVEN_UP    (FLANNEL_TTL * NS_PER_S)
#define RENEW_EVERY (FLANNEL_TTL / 3 * NS_PER_S)
#define LEASE_IS_NEW \
	(60 * NS_PER_S) /* one that was granted for a race that was lost is used again */
#define RACE_JITTER (500 * NS_PER_MS)

enum step {
	STEP_CONFIG,
	STEP_LIST,
	STEP_ADOPT,   /* our record as it should be, in place of what is there */
	STEP_RELEASE, /* a record of ours that does not fit */
	STEP_GRANT,
	STEP_CREATE,
	STEP_RENEW,
	STEP_IDLE,
};

/* Our own record. */
struct own {
	struct flannel_subnets subnets;
	char key[FLANNEL_KEY];
	int64_t create_revision, mod_revision;
	int64_t lease; /* 0: a reservation */
	uint64_t renewed;
	bool held;    /* etcd says that it is ours */
	bool durable; /* and it is remembered here */
};

/* A listing under way. */
struct listing {
	struct lessee_records fresh;
	int64_t revision; /* of its first page; 0: that is still to come */
	char from[LESSEE_KEY];
	uint64_t began;
	struct own mine; /* the best record with our address; key "": none */
	bool mine_fits, mine_is_right;
};

/* Who has gone, lately. */
struct losses {
	uint64_t window; /* ns: since when they are counted */
	size_t before;   /* how many there were then */
	size_t lost;
	uint64_t second_look; /* ns; 0: none is due */
	bool held_back;       /* was told */
};

struct lessee {
	lessee_tell *tell;
	void *context;
	char base[LESSEE_KEY], end[LESSEE_KEY],
		config_key[LESSEE_KEY]; /* PREFIX/subnets/ and behind */
	char name[128];
	struct flannel_node self;
	char value[FLANNEL_VALUE];
	struct flannel_node given; /* who we are in both families; `self` in those of the network */
	struct flannel_subnets remembered;
	bool believed; /* what is remembered is ours: etcd has not said otherwise yet */
	struct flannel_config config;
	bool configured, config_is_etcds;
	uint64_t random;
	uint64_t heard; /* ns: when something was last answered or watched */

	enum step step;
	bool asked;
	uint64_t due; /* of the step */
	struct backoff backoff;
	struct etcd_request request;
	char key[LESSEE_KEY], key_end[LESSEE_KEY]; /* of the request */
	char trouble[LESSEE_TROUBLE];
	uint64_t generation;

	uint64_t cluster;
	int64_t revision; /* the highest that a read of the whole store has told */

	struct listing listing;
	struct lessee_records peers;
	struct losses losses;
	struct own own;
	struct flannel_subnets wanted;
	uint64_t races;  /* that were lost */
	int64_t granted; /* a lease that has no record yet; 0: none */
	uint64_t granted_at;
	uint64_t relist, renew; /* ns: when, in STEP_IDLE */

	int64_t watch_from; /* 0: no listing yet */
	bool watching, watch_stale;
	uint64_t watch_due;
	struct backoff watch_backoff;
	struct etcd_request watch;
};

/* -- Small things -- */

static uint64_t draw(struct lessee *l)
{
	l->random += UINT64_C(0x9e3779b97f4a7c15);
	return hash_fold(l->random, UINT64_C(0xbf58476d1ce4e5b9));
}

/* @time, shortened by up to a quarter: so that many do not do the same at once. */
static uint64_t jittered(struct lessee *l, uint64_t time)
{
	return time - draw(l) % (time / 4 + 1);
}

static void say(struct lessee *l, enum lessee_news news, const struct lessee_peer *peer,
		const char *text)
{
	if (l->tell)
		l->tell(l->context, news, peer, text);
}

static void next_try(struct backoff *b, uint64_t now)
{
	if (b->wait)
		backoff_failed(b, now);
	else
		backoff_start(b, now);
}

static void go(struct lessee *l, enum step step, uint64_t due)
{
	l->step = step;
	l->due = due;
}

static void calm(struct lessee *l)
{
	backoff_end(&l->backoff);
	if (!*l->trouble)
		return;
	l->trouble[0] = '\0';
	say(l, LESSEE_RECOVERED, NULL, "");
}

static void list_again(struct lessee *l, uint64_t now)
{
	lessee_records_free(&l->listing.fresh);
	l->listing = (struct listing) { .began = 0 };
	go(l, STEP_LIST, now);
}

/* @step is tried again after a while. */
static void retry(struct lessee *l, uint64_t now, enum step step, const char *what, const char *why)
{
	bool new = !*l->trouble;

	snprintf(l->trouble, sizeof(l->trouble), "%.80s: %.160s", what, why);
	if (new)
		say(l, LESSEE_TROUBLED, NULL, l->trouble);
	next_try(&l->backoff, now);
	if (step == STEP_LIST)
		list_again(l, now);
	go(l, step, now + jittered(l, backoff_due(&l->backoff) - now));
}

static void whole_key(const struct lessee *l, const struct flannel_subnets *subnets,
		      char out[LESSEE_KEY])
{
	char key[FLANNEL_KEY];

	snprintf(out, LESSEE_KEY, "%s%s", l->base, flannel_key_text(subnets, key));
}

/* -- Life -- */

/* Who we are in the families that the network has. */
static void describe(struct lessee *l)
{
	l->self = l->given;
	l->self.vni = l->config.vni;
	if (!l->config.v6.network.addr.family) {
		l->self.public6 = (struct addr) { .family = ADDR_NONE };
		l->self.vtep6 = (struct mac) { 0 };
	}
	flannel_node_text(&l->self, l->value);
}

static void remember_peers(struct lessee *l, const struct lessee_known *known, size_t count)
{
	char key[FLANNEL_KEY];

	for (size_t i = 0; i < count; i++) {
		struct lessee_peer *peer =
			lessee_records_make(&l->peers, flannel_key_text(&known[i].subnets, key));

		if (!peer)
			return;
		peer->subnets = known[i].subnets;
		peer->node = known[i].node;
		peer->known = true;
	}
}

static void configure(struct lessee *l, const struct flannel_config *config)
{
	l->config = *config;
	l->configured = true;
	describe(l);
}

struct lessee *lessee_new(const struct lessee_options *options, lessee_tell *tell, void *context)
{
	struct lessee *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->tell = tell;
	l->context = context;
	snprintf(l->config_key, sizeof(l->config_key), "%s/config", options->prefix);
	snprintf(l->base, sizeof(l->base), "%s/subnets/", options->prefix);
	etcd_prefix_end(l->base, l->end);
	snprintf(l->name, sizeof(l->name), "%s", options->name);
	l->given = options->self;
	l->remembered = options->remembered;
	l->random = options->seed;
	l->config_is_etcds = !options->config;
	describe(l);
	if (options->config || options->known)
		configure(l, options->config ? options->config : options->known);
	l->believed = l->configured && lessee_fits(&l->config, &l->remembered);
	remember_peers(l, options->peers, options->peer_count);
	l->step = l->config_is_etcds ? STEP_CONFIG : STEP_LIST;
	return l;
}

void lessee_free(struct lessee *l)
{
	if (!l)
		return;
	lessee_records_free(&l->listing.fresh);
	lessee_records_free(&l->peers);
	free(l);
}

/* -- What etcd is -- */

/* Reads of the whole store can not go back, unless the store did. */
static void note_store(struct lessee *l, const struct etcd_answer *a)
{
	bool other = l->cluster && a->cluster && a->cluster != l->cluster;

	if (other || a->revision < l->revision)
		say(l, LESSEE_RESTORED, NULL, other ? "it is another one" : "it is an older copy");
	l->cluster = a->cluster ? a->cluster : l->cluster;
	l->revision = a->revision;
}

/* -- Peers -- */

static bool same_node(const struct flannel_node *a, const struct flannel_node *b)
{
	return a->vxlan == b->vxlan && addr_equal(a->public4, b->public4) &&
	       addr_equal(a->public6, b->public6) && mac_equal(a->vtep4, b->vtep4) &&
	       mac_equal(a->vtep6, b->vtep6);
}

/* A record of etcd's, read: what its key and its value say. */
struct reading {
	const struct etcd_record *record;
	const char *key; /* what follows the prefix */
	struct flannel_subnets subnets;
	struct flannel_node node;
	bool sense; /* the value has it, and @node is filled in */
	char why[FLANNEL_WHY];
};

/* False where the key names no subnets: it is nobody's record. */
static bool read_record(struct lessee *l, const struct etcd_record *record, struct reading *out)
{
	size_t base = strlen(l->base);
	char text[FLANNEL_KEY];

	if (strncmp(record->key, l->base, base) != 0)
		return false;
	*out = (struct reading) { .record = record, .key = record->key + base };
	if (!flannel_key_read(out->key, &out->subnets) ||
	    strcmp(out->key, flannel_key_text(&out->subnets, text)) != 0) {
		snprintf(text, sizeof(text), "%.60s: no subnet", out->key);
		if (!record->deleted)
			say(l, LESSEE_DAMAGED, NULL, text);
		return false;
	}
	if (!record->deleted)
		out->sense =
			flannel_node_read(record->value, record->value_len, &out->node, out->why);
	return true;
}

static bool is_ours(const struct lessee *l, const struct reading *r)
{
	return r->sense && addr_equal(r->node.public4, l->self.public4);
}

/* What is known of @peer, with what was read now. */
static void take_value(struct lessee *l, struct lessee_peer *peer, const struct reading *r)
{
	char text[FLANNEL_KEY + FLANNEL_WHY + 2];
	bool new = peer->mod_revision != r->record->mod_revision;

	if (new)
		peer->since = l->heard;
	peer->create_revision = r->record->create_revision;
	peer->mod_revision = r->record->mod_revision;
	peer->lease = r->record->lease;
	peer->subnets = r->subnets;
	peer->gone = 0;
	peer->told = false;
	peer->damaged = !r->sense;
	if (r->sense) {
		peer->node = r->node;
		peer->known = true;
	} else if (new) {
		snprintf(text, sizeof(text), "%s: %s", peer->key, r->why);
		say(l, LESSEE_DAMAGED, peer, text);
	}
}

/* Says what is different about a peer that is usable now. */
static void tell_difference(struct lessee *l, const struct lessee_peer *before,
			    const struct lessee_peer *peer)
{
	bool was = before && before->known && before->node.vxlan;
	bool is = peer->known && peer->node.vxlan;

	if (was && is && same_node(&before->node, &peer->node))
		return;
	if (!was && !is)
		return;
	l->generation++;
	say(l, was && is ? LESSEE_CHANGED : is ? LESSEE_JOINED : LESSEE_LEFT, peer, peer->key);
}

/* -- Who goes -- */

/* Whom a listing merely lacks has not said that it goes: etcd may be an older copy, or have forgotten what
 * it told.  It is kept for as long as its lease could have lasted; whoever takes its subnet replaces it. */
static bool is_kept(const struct lessee_peer *peer, uint64_t now)
{
	return !peer->told && now - peer->gone < GIVEN_UP;
}

static size_t count_going(const struct lessee *l, uint64_t now)
{
	size_t going = 0;

	for (size_t i = 0; i < l->peers.count; i++)
		going += l->peers.list[i].gone && !is_kept(&l->peers.list[i], now);
	return going;
}

static void drop_going(struct lessee *l, uint64_t now, uint64_t before)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->peers.count; i++) {
		struct lessee_peer *peer = &l->peers.list[i];

		if (!peer->gone || peer->gone > before || is_kept(peer, now)) {
			l->peers.list[kept++] = *peer;
			continue;
		}
		l->losses.lost++;
		l->generation++;
		say(l, LESSEE_LEFT, peer, peer->key);
	}
	l->peers.count = kept;
}

static void hold_back(struct lessee *l, uint64_t now, size_t going)
{
	char text[96];

	if (!l->losses.second_look)
		l->losses.second_look = now + SECOND_LOOK;
	if (l->losses.held_back)
		return;
	l->losses.held_back = true;
	snprintf(text, sizeof(text), "%zu of %zu nodes are gone at once", going + l->losses.lost,
		 l->losses.before);
	say(l, LESSEE_HELD_BACK, NULL, text);
}

/* After peers were marked as gone: they go, unless they are more than half of all within a short time. */
static void settle(struct lessee *l, uint64_t now)
{
	size_t going = count_going(l, now);

	if (going == 0)
		return;
	if (!l->losses.window || now - l->losses.window > LOSS_WINDOW)
		l->losses = (struct losses) { .window = now,
					      .before = l->peers.count,
					      .second_look = l->losses.second_look,
					      .held_back = l->losses.held_back };
	if (l->losses.second_look || 2 * (l->losses.lost + going) > l->losses.before)
		hold_back(l, now, going);
	else
		drop_going(l, now, now);
}

/* A listing that began at @began was the second look: who was gone before and still is goes. */
static void settle_second(struct lessee *l, uint64_t now, uint64_t began)
{
	if (!l->losses.second_look || began < l->losses.second_look)
		return;
	drop_going(l, now, began - SECOND_LOOK / 2);
	l->losses = (struct losses) { 0 };
}

/* -- The configuration -- */

/* What cannot be read changes nothing where it could be read before. */
static void no_config(struct lessee *l, uint64_t now, const char *why)
{
	char text[LESSEE_TROUBLE];

	if (!l->configured) {
		retry(l, now, STEP_CONFIG, l->config_key, why);
		return;
	}
	snprintf(text, sizeof(text), "%.80s: %.160s", l->config_key, why);
	say(l, LESSEE_DAMAGED, NULL, text);
	list_again(l, now);
}

static bool same_range(const struct flannel_range *a, const struct flannel_range *b)
{
	return addr_equal(a->network.addr, b->network.addr) &&
	       a->network.length == b->network.length && a->length == b->length &&
	       addr_equal(a->min, b->min) && addr_equal(a->max, b->max);
}

static bool same_config(const struct flannel_config *a, const struct flannel_config *b)
{
	return same_range(&a->v4, &b->v4) && same_range(&a->v6, &b->v6) && a->vni == b->vni &&
	       a->port == b->port && a->mtu == b->mtu && a->learning == b->learning &&
	       a->direct_routing == b->direct_routing;
}

static void config_answered(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	struct flannel_config config;
	char why[FLANNEL_WHY];

	if (a->count == 0) {
		no_config(l, now, "nobody has put it there yet");
		return;
	}
	if (!flannel_config_read(a->records[0].value, a->records[0].value_len, &config, why)) {
		no_config(l, now, why);
		return;
	}
	if (!l->configured || !same_config(&l->config, &config)) {
		configure(l, &config);
		l->believed = l->believed && lessee_fits(&config, &l->remembered);
		l->generation++;
	}
	calm(l);
	list_again(l, now);
}

/* -- Our own record -- */

static void lose(struct lessee *l, const char *why)
{
	if (l->believed)
		l->generation++;
	l->believed = false;
	if (!l->own.held)
		return;
	say(l, LESSEE_LOST, NULL, why);
	l->own.held = false;
	l->generation++;
}

/* Of two records with our address: one that fits, that which we hold, the older. */
static bool is_better(const struct lessee *l, const struct own *a, bool fits)
{
	const struct listing *at = &l->listing;

	if (!*at->mine.key || fits != at->mine_fits)
		return !*at->mine.key || fits;
	if (strcmp(at->mine.key, l->own.key) == 0 || strcmp(a->key, l->own.key) == 0)
		return strcmp(a->key, l->own.key) == 0;
	return a->create_revision < at->mine.create_revision;
}

static void take_mine(struct lessee *l, const struct reading *r)
{
	struct own mine = { .subnets = r->subnets,
			    .create_revision = r->record->create_revision,
			    .mod_revision = r->record->mod_revision,
			    .lease = r->record->lease };
	bool fits = lessee_fits(&l->config, &r->subnets);

	flannel_key_text(&r->subnets, mine.key);
	if (!is_better(l, &mine, fits))
		return;
	l->listing.mine = mine;
	l->listing.mine_fits = fits;
	l->listing.mine_is_right = strcmp(r->record->value, l->value) == 0;
}

static bool same_subnets(const struct flannel_subnets *a, const struct flannel_subnets *b)
{
	return addr_equal(a->v4.addr, b->v4.addr) && a->v4.length == b->v4.length &&
	       addr_equal(a->v6.addr, b->v6.addr) && a->v6.length == b->v6.length;
}

/* It is ours, says etcd: it may be used once it is durable here. */
static void hold(struct lessee *l, uint64_t now)
{
	bool was = l->own.held;

	calm(l);
	l->races = 0;
	l->own.held = true;
	l->own.durable = same_subnets(&l->own.subnets, &l->remembered);
	l->believed = l->believed && l->own.durable;
	l->relist = now + jittered(l, RELIST);
	go(l, STEP_IDLE, now);
	if (was)
		return;
	l->generation++;
	say(l, LESSEE_ACQUIRED, NULL, l->own.key);
}

/* A record that is ours and right already.  How long its lease still lasts is not known. */
static void adopt(struct lessee *l, uint64_t now)
{
	bool renewed = l->own.held && l->own.lease == l->listing.mine.lease;

	l->listing.mine.renewed = renewed ? l->own.renewed : 0;
	l->listing.mine.held = l->own.held;
	if (!renewed)
		l->renew = now;
	l->own = l->listing.mine;
	hold(l, now);
}

/* What we have, had, or, since nobody is to wait for another, begin to look for at a place of our own. */
static bool choose(struct lessee *l, struct flannel_subnets *out)
{
	const struct hash_secret fixed = { UINT64_C(0x76787320666c616e),
					   UINT64_C(0x6e656c206e6f6465) };
	uint64_t start = hash_bytes(fixed, l->name, strlen(l->name));

	*out = l->own.held ? l->own.subnets : l->remembered;
	return (lessee_fits(&l->config, out) && !lessee_records_clash(&l->peers, out)) ||
	       lessee_choose(&l->peers, &l->config, start + l->races * (1 + draw(l) % 7), out);
}

static void acquire(struct lessee *l, uint64_t now)
{
	if (!choose(l, &l->wanted)) {
		retry(l, now, STEP_LIST, "no subnet is free",
		      "all of the network are held by other nodes");
		return;
	}
	if (!same_subnets(&l->wanted, l->own.held ? &l->own.subnets : &l->remembered))
		lose(l, "another node has it");
	if (l->granted && now - l->granted_at < LEASE_IS_NEW)
		go(l, STEP_CREATE, now);
	else
		go(l, STEP_GRANT, now);
}

/* What to do about our record, now that all records are known. */
static void judge(struct lessee *l, uint64_t now)
{
	const struct own *mine = &l->listing.mine;

	/* A reservation that does not fit is an administrator's, and left alone. */
	if (!*mine->key || (!l->listing.mine_fits && !mine->lease)) {
		acquire(l, now);
	} else if (!l->listing.mine_fits) {
		go(l, STEP_RELEASE, now);
	} else if (l->listing.mine_is_right) {
		adopt(l, now);
	} else {
		go(l, STEP_ADOPT, now);
	}
}

/* -- Listing -- */

static void take_listed(struct lessee *l, const struct etcd_record *record)
{
	const struct lessee_peer *before;
	struct lessee_peer *peer;
	struct reading r;

	if (!read_record(l, record, &r))
		return;
	if (is_ours(l, &r)) {
		take_mine(l, &r);
		return;
	}
	before = lessee_records_find(&l->peers, r.key);
	peer = lessee_records_make(&l->listing.fresh, r.key);
	if (!peer)
		return;
	if (before)
		*peer = *before;
	take_value(l, peer, &r);
}

/* Who is not listed is gone, and stays among the peers for now. */
static void carry_gone(struct lessee *l, uint64_t now)
{
	for (size_t i = 0; i < l->peers.count; i++) {
		const struct lessee_peer *old = &l->peers.list[i];
		struct lessee_peer *kept;

		if (strcmp(old->key, l->listing.mine.key) == 0 ||
		    lessee_records_find(&l->listing.fresh, old->key))
			continue;
		kept = lessee_records_make(&l->listing.fresh, old->key);
		if (!kept)
			continue;
		*kept = *old;
		kept->gone = old->gone ? old->gone : now;
	}
}

static void listing_ends(struct lessee *l, uint64_t now)
{
	struct lessee_records before = l->peers;
	uint64_t began = l->listing.began;

	carry_gone(l, now);
	l->peers = l->listing.fresh;
	l->listing.fresh = (struct lessee_records) { 0 };
	for (size_t i = 0; i < l->peers.count; i++)
		tell_difference(l, lessee_records_find(&before, l->peers.list[i].key),
				&l->peers.list[i]);
	lessee_records_free(&before);
	settle_second(l, now, began);
	settle(l, now);
	l->watch_from = l->listing.revision + 1;
	l->watch_stale = l->watching;
	judge(l, now);
}

static void listed(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	struct listing *at = &l->listing;

	if (!at->revision) {
		note_store(l, a);
		at->revision = a->revision;
	}
	for (size_t i = 0; i < a->count; i++)
		take_listed(l, &a->records[i]);
	if (!a->more || a->count == 0) {
		listing_ends(l, now);
		return;
	}
	/* The lowest that sorts behind it, of those without a NUL. */
	snprintf(at->from, sizeof(at->from), "%s\x01", a->records[a->count - 1].key);
	go(l, STEP_LIST, now);
}

/* -- The other answers -- */

static void changed(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	if (!a->succeeded) {
		/* Somebody was faster: look again, not all at the same time. */
		l->races++;
		list_again(l, now + draw(l) % RACE_JITTER);
		return;
	}
	note_store(l, a);
	if (l->step == STEP_RELEASE) {
		say(l, LESSEE_RELEASED, NULL, l->listing.mine.key);
		lose(l, "its record did not fit the network");
		list_again(l, now);
		return;
	}
	if (l->step == STEP_ADOPT) {
		l->listing.mine.mod_revision = a->revision;
		adopt(l, now);
		return;
	}
	l->own = (struct own) { .subnets = l->wanted,
				.create_revision = a->revision,
				.mod_revision = a->revision,
				.lease = l->granted,
				.renewed = now,
				.held = l->own.held && same_subnets(&l->own.subnets, &l->wanted) };
	flannel_key_text(&l->wanted, l->own.key);
	l->granted = 0;
	l->renew = now + jittered(l, RENEW_EVERY);
	hold(l, now);
}

static void granted(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	l->granted = a->lease;
	l->granted_at = now;
	go(l, STEP_CREATE, now);
}

static void renewed(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	if (a->ttl <= 0) {
		list_again(l, now); /* which tells what became of the record */
		l->renew = now + RENEW_EVERY;
		return;
	}
	calm(l);
	l->own.renewed = now;
	l->renew = now + jittered(l, (uint64_t)a->ttl * NS_PER_S / 3);
	say(l, LESSEE_RENEWED, NULL, l->own.key);
	go(l, STEP_IDLE, now);
}

/* No answer to a change does not mean that it has not happened. */
static void failed(struct lessee *l, uint64_t now, const struct etcd_answer *a)
{
	static const char *const what[] = {
		[STEP_CONFIG] = "reading the configuration",
		[STEP_LIST] = "reading the records",
		[STEP_ADOPT] = "writing our record",
		[STEP_RELEASE] = "giving back our record",
		[STEP_GRANT] = "asking for a lease",
		[STEP_CREATE] = "writing our record",
		[STEP_RENEW] = "keeping our lease alive",
		[STEP_IDLE] = "",
	};
	enum step step = l->step;
	bool unsure = step == STEP_ADOPT || step == STEP_RELEASE || step == STEP_CREATE;

	retry(l, now, unsure ? STEP_LIST : step, what[step], a->why);
}

void lessee_answered(struct lessee *l, uint64_t now, const struct etcd_answer *answer)
{
	l->asked = false;
	l->heard = now;
	if (answer->outcome != ETCD_DONE) {
		failed(l, now, answer);
		return;
	}
	switch (l->step) {
	case STEP_CONFIG:
		config_answered(l, now, answer);
		break;
	case STEP_LIST:
		listed(l, now, answer);
		break;
	case STEP_ADOPT:
	case STEP_RELEASE:
	case STEP_CREATE:
		changed(l, now, answer);
		break;
	case STEP_GRANT:
		granted(l, now, answer);
		break;
	case STEP_RENEW:
		renewed(l, now, answer);
		break;
	case STEP_IDLE:
		break;
	}
}

/* -- Asking -- */

static struct etcd_request ask_listing(struct lessee *l, uint64_t now)
{
	struct listing *at = &l->listing;

	if (!at->began)
		at->began = now;
	snprintf(l->key, sizeof(l->key), "%s", *at->from ? at->from : l->base);
	return (struct etcd_request) { .verb = ETCD_RANGE,
				       .key = l->key,
				       .range_end = l->end,
				       .revision = at->revision,
				       .limit = LESSEE_PAGE };
}

static struct etcd_request ask_change(struct lessee *l)
{
	const struct own *mine = &l->listing.mine;
	struct etcd_request request = { .verb = ETCD_CHANGE, .key = l->key, .value = l->value };

	if (l->step == STEP_CREATE) {
		struct flannel_subnets v4 = { .v4 = l->wanted.v4 };

		whole_key(l, &v4, l->key);
		etcd_prefix_end(l->key, l->key_end);
		whole_key(l, &l->wanted, l->key);
		request.absent_end = l->key_end;
		request.lease = l->granted;
		return request;
	}
	whole_key(l, &mine->subnets, l->key);
	request.mod_revision = mine->mod_revision;
	request.lease = mine->lease;
	if (l->step == STEP_RELEASE)
		request.value = NULL;
	return request;
}

static struct etcd_request ask(struct lessee *l, uint64_t now)
{
	switch (l->step) {
	case STEP_CONFIG:
		return (struct etcd_request) { .verb = ETCD_RANGE, .key = l->config_key };
	case STEP_GRANT:
		return (struct etcd_request) { .verb = ETCD_GRANT, .ttl = FLANNEL_TTL };
	case STEP_RENEW:
		return (struct etcd_request) { .verb = ETCD_KEEP_ALIVE, .lease = l->own.lease };
	case STEP_LIST:
		return ask_listing(l, now);
	case STEP_ADOPT:
	case STEP_RELEASE:
	case STEP_CREATE:
	case STEP_IDLE:
		break;
	}
	return ask_change(l);
}

static bool renews(const struct lessee *l)
{
	return l->own.held && l->own.lease;
}

/* What to do next of itself. */
static void wake(struct lessee *l, uint64_t now)
{
	if (l->losses.second_look && now >= l->losses.second_look)
		list_again(l, now);
	else if (now >= l->relist && l->config_is_etcds)
		go(l, STEP_CONFIG, now); /* which may have changed; a listing follows */
	else if (now >= l->relist)
		list_again(l, now);
	else if (renews(l) && now >= l->renew)
		go(l, STEP_RENEW, now);
}

const struct etcd_request *lessee_request(struct lessee *l, uint64_t now)
{
	if (l->asked)
		return NULL;
	if (l->step == STEP_IDLE)
		wake(l, now);
	if (l->step == STEP_IDLE || now < l->due)
		return NULL;
	l->asked = true;
	l->request = ask(l, now);
	return &l->request;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t lessee_due(const struct lessee *l)
{
	uint64_t due = UINT64_MAX;

	if (l->watch_from && !l->watching)
		due = l->watch_due;
	if (l->asked)
		return due;
	if (l->step != STEP_IDLE)
		return earlier(due, l->due);
	due = earlier(due, l->relist);
	if (l->losses.second_look)
		due = earlier(due, l->losses.second_look);
	return renews(l) ? earlier(due, l->renew) : due;
}

/* -- Watching -- */

const struct etcd_request *lessee_watch(struct lessee *l, uint64_t now)
{
	if (!l->watch_from || l->watching || now < l->watch_due)
		return NULL;
	l->watching = true;
	l->watch_stale = false;
	l->watch = (struct etcd_request) {
		.verb = ETCD_WATCH, .key = l->base, .range_end = l->end, .revision = l->watch_from
	};
	return &l->watch;
}

bool lessee_watch_is_stale(const struct lessee *l)
{
	return l->watching && l->watch_stale;
}

void lessee_watch_ended(struct lessee *l, uint64_t now)
{
	bool meant = l->watch_stale;

	l->watching = l->watch_stale = false;
	if (meant) {
		l->watch_due = now;
		return;
	}
	next_try(&l->watch_backoff, now);
	l->watch_due = now + jittered(l, backoff_due(&l->watch_backoff) - now);
}

/* A listing soon, when nothing else is under way; what is under way ends in one or makes one needless. */
static void relist_soon(struct lessee *l, uint64_t when)
{
	l->relist = earlier(l->relist, when);
}

/* etcd can not tell what came since: there is no watch until all was listed again. */
static void forgotten(struct lessee *l, uint64_t now)
{
	l->watch_from = 0;
	next_try(&l->watch_backoff, now);
	relist_soon(l, now + jittered(l, backoff_due(&l->watch_backoff) - now));
}

static void take_gone(struct lessee *l, uint64_t now, const char *key)
{
	struct lessee_peer *peer = lessee_records_find(&l->peers, key);

	if (!peer)
		return;
	peer->gone = peer->gone ? peer->gone : now;
	peer->told = true;
}

static void take_put(struct lessee *l, const struct reading *r)
{
	struct lessee_peer *peer = lessee_records_make(&l->peers, r->key);
	struct lessee_peer before;

	if (!peer)
		return;
	before = *peer;
	take_value(l, peer, r);
	tell_difference(l, &before, peer);
}

static void take_event(struct lessee *l, uint64_t now, const struct etcd_record *record)
{
	struct reading r;

	if (record->mod_revision >= l->watch_from)
		l->watch_from = record->mod_revision + 1;
	if (!read_record(l, record, &r))
		return;
	if (strcmp(r.key, l->own.key) == 0) {
		if (record->mod_revision > l->own.mod_revision)
			relist_soon(l, now);
	} else if (record->deleted) {
		take_gone(l, now, r.key);
	} else if (!is_ours(l, &r)) {
		take_put(l, &r);
	}
}

void lessee_watched(struct lessee *l, uint64_t now, const struct etcd_answer *answer)
{
	if (answer->outcome != ETCD_DONE || l->watch_stale)
		return; /* the stream ends, which is told */
	l->heard = now;
	if (answer->canceled) {
		forgotten(l, now);
		return;
	}
	if (answer->count)
		backoff_end(&l->watch_backoff);
	for (size_t i = 0; i < answer->count; i++)
		take_event(l, now, &answer->records[i]);
	settle(l, now);
}

/* -- What is so -- */

const struct flannel_subnets *lessee_keeps(const struct lessee *l)
{
	return l->own.held && !l->own.durable ? &l->own.subnets : NULL;
}

void lessee_kept(struct lessee *l, uint64_t now)
{
	(void)now;
	if (!lessee_keeps(l))
		return;
	l->own.durable = true;
	l->remembered = l->own.subnets;
	l->generation++;
}

const struct flannel_subnets *lessee_subnets(const struct lessee *l)
{
	if (l->own.held && l->own.durable)
		return &l->own.subnets;
	return l->believed ? &l->remembered : NULL;
}

uint64_t lessee_renewed(const struct lessee *l)
{
	return l->own.renewed;
}

const struct flannel_config *lessee_config(const struct lessee *l)
{
	return l->configured ? &l->config : NULL;
}

const struct lessee_peer *lessee_peers(const struct lessee *l, size_t *count)
{
	*count = l->peers.count;
	return l->peers.list;
}

const struct lessee_peer *lessee_peer_of(const struct lessee *l,
					 const struct flannel_subnets *subnets)
{
	char key[FLANNEL_KEY];

	return lessee_records_find(&l->peers, flannel_key_text(subnets, key));
}

bool lessee_is_reserved(const struct lessee *l)
{
	return l->own.held && !l->own.lease;
}

const char *lessee_trouble(const struct lessee *l)
{
	return l->trouble;
}

uint64_t lessee_generation(const struct lessee *l)
{
	return l->generation;
}
