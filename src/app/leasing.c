#include "app/leasing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/control.h"
#include "app/leasing_talk.h"
#include "app/pace.h"
#include "base/backoff.h"
#include "base/log.h"
#include "base/text.h"

#define FOLLOW_AFTER .05 /* seconds in which more may come */
#define TRY_AGAIN \
	10. /* seconds, where a file that etcd needs cannot be read, or a plan be followed */
#define REST_FACTOR 10 /* so much longer than a plan took to follow, the next one waits */

/* What is known, and whatever it is in. */
struct leasing_known {
	struct leasing_memory memory;
	struct leasing_kept kept;
	struct leased *leased; /* what runs; NULL: nothing */
};

enum { NEWS = LESSEE_RECOVERED + 1 };

struct leasing {
	struct ev_loop *ev;
	const struct live *live;
	struct keeper *keeper; /* NULL: nothing survives */
	struct leasing_ops ops;
	struct leasing_talk *talk; /* NULL: nobody is spoken to */
	char *terms;               /* what that began with */
	char trouble[ETCD_WHY];    /* why there is none, where there should be */
	struct flannel_node self;
	bool config_is_etcds;
	uint64_t generation;
	uint64_t own; /* the change that keeps our subnets; 0: none is under way */
	bool unkept;  /* something is still to be handed over */
	double rest;  /* seconds until what was heard is followed */
	ev_timer follow, again;
	struct backoff refused; /* by the disk */
	ev_timer keep_again;
	struct log_limit limits[NEWS], changes, failures;
};

/* -- What the file says -- */

static struct flannel_range range_of(struct prefix cidr, const struct division *d)
{
	if (!d->length)
		return (struct flannel_range) { .length = 0 };
	return (struct flannel_range) {
		.network = cidr, .length = d->length, .min = d->min, .max = d->max
	};
}

static struct flannel_config config_of(const struct cluster *c, const struct network_config *n)
{
	return (struct flannel_config) {
		.v4 = range_of(n->cidr, &n->division),
		.v6 = range_of(n->cidr6, &n->division6),
		.vni = n->vni,
		.port = n->port ? n->port : c->underlay.port,
		.learning = n->learning,
		.direct_routing = n->routing == ROUTING_DIRECT,
	};
}

/* Who we are to others.  Both families have one VTEP here.  The VNI may not be known yet, and its MAC does not hang on
 * it. */
static struct flannel_node self_of(const struct plan *plan)
{
	const struct cluster *c = plan->cluster;
	const struct node *node = &c->nodes[plan->node];
	struct mac vtep = plan_vtep_mac(c->name, 0, node->name);
	struct flannel_node self = { .public4 = node->address, .vxlan = true, .vtep4 = vtep };

	if (node->address6.family) {
		self.public6 = node->address6;
		self.vtep6 = vtep;
	}
	return self;
}

/* -- Before anything forwards -- */

static bool follow_memory(const struct live *live, struct leasing_known *known,
			  const struct flannel_node *self, bool quiet, char why[RELOAD_WHY])
{
	struct leased *leased = leasing_memory_leased(&known->memory, self);

	snprintf(why, RELOAD_WHY, "memory is short");
	if (!leased || reload_leased(live, leased, quiet, why) < 0) {
		leased_free(leased);
		return false;
	}
	leased_free(known->leased);
	known->leased = leased;
	return true;
}

void leasing_restore(const struct live *live, struct state *state)
{
	struct source *source = live->source;
	const struct cluster *c = source->running.plan->cluster;
	const struct flannel_node self = self_of(source->running.plan);
	struct leasing_known *known = calloc(1, sizeof(*known));
	char why[RELOAD_WHY], key[FLANNEL_KEY];

	source->known = known;
	if (!known || !c->etcd)
		return;
	leasing_memory_read(&known->memory, &known->kept, state, c->etcd->prefix);
	if (!known->memory.own.v4.addr.family)
		return;
	if (follow_memory(live, known, &self, false, why))
		log_info("etcd: until it is asked, %s and %zu other node%s, as kept in %s",
			 flannel_key_text(&known->memory.own, key), known->memory.count,
			 text_plural(known->memory.count), state->directory);
	else
		log_warning("etcd: what is kept in %s is of no use: %s", state->directory, why);
}

void leasing_free(struct source *source)
{
	if (!source->known)
		return;
	leasing_memory_free(&source->known->memory);
	leasing_kept_free(&source->known->kept);
	leased_free(source->known->leased);
	free(source->known);
	source->known = NULL;
	source->leased = NULL;
}

/* -- What is told -- */

static void say(struct leasing *l, enum lessee_news news, bool bad, const char *line)
{
	char more[48] = "";
	uint32_t swallowed;

	if (!log_allowed(&l->limits[news], pace_now(), &swallowed))
		return;
	if (swallowed)
		snprintf(more, sizeof(more), " (and %u more like it)", swallowed);
	if (bad)
		log_warning("etcd: %s%s", line, more);
	else
		log_info("etcd: %s%s", line, more);
}

static void say_peer(struct leasing *l, enum lessee_news news, const struct lessee_peer *peer,
		     const char *verb)
{
	char what[FLANNEL_KEY + ADDR_TEXT + 64], ip[ADDR_TEXT];

	snprintf(what, sizeof(what), "node %s %s %s", addr_text(peer->node.public4, ip), verb,
		 peer->key);
	say(l, news, false, what);
}

static void tell(void *context, enum lessee_news news, const struct lessee_peer *peer,
		 const char *text)
{
	struct leasing *l = context;
	static const struct {
		const char *before, *behind;
		bool bad;
	} sentences[NEWS] = {
		[LESSEE_DAMAGED] = { "the record ", "; it affects that node alone", true },
		[LESSEE_ACQUIRED] = { "this node has ", "", false },
		[LESSEE_LOST] = { "this node's subnet is not its own any more: ", "", true },
		[LESSEE_RELEASED] = { "", " does not fit the network, and was given back", true },
		[LESSEE_RESTORED] = { "the store is not what it was, ", "; nobody is removed",
				      true },
		[LESSEE_HELD_BACK] = { "", ": that is read again before it is believed", true },
		[LESSEE_TROUBLED] = { "", "; all stays as it is until it answers", true },
		[LESSEE_RECOVERED] = { "it answers again", "", false },
	};
	char line[512];

	switch (news) {
	case LESSEE_JOINED:
		say_peer(l, news, peer, "joins with");
		break;
	case LESSEE_CHANGED:
		say_peer(l, news, peer, "is another now, and has");
		break;
	case LESSEE_LEFT:
		say_peer(l, news, peer, "leaves");
		break;
	case LESSEE_RENEWED:
		log_debug("etcd: the lease of %s was renewed", text);
		if (l->live->control)
			control_renewed(l->live->control);
		break;
	default:
		snprintf(line, sizeof(line), "%s%s%s", sentences[news].before, text,
			 sentences[news].behind);
		text_tame(line);
		say(l, news, sentences[news].bad, line);
	}
}

/* -- What is kept -- */

static void keep_rest(struct leasing *l)
{
	struct leasing_known *known = l->live->source->known;

	if (l->keeper && l->unkept && !l->refused.wait)
		l->unkept = !leasing_kept_follow(&known->kept, l->keeper, &known->memory);
}

/* Ours is used once it is durable. */
static void keep_own(struct leasing *l)
{
	struct lessee *lessee = leasing_talk_lessee(l->talk);
	const struct flannel_subnets *own = lessee_keeps(lessee);

	if (!own || l->own || l->refused.wait)
		return;
	if (l->keeper)
		l->own = leasing_keep_own(l->keeper, own);
	else
		lessee_kept(lessee, pace_now());
}

/* The disk is not asked again at once: it would refuse as fast as it is asked. */
static void wait_for_disk(struct leasing *l)
{
	leasing_kept_doubt(&l->live->source->known->kept);
	l->unkept = true;
	l->own = 0;
	if (ev_is_active(&l->keep_again))
		return;
	if (l->refused.wait)
		backoff_failed(&l->refused, pace_now());
	else
		backoff_start(&l->refused, pace_now());
	ev_timer_set(&l->keep_again, (double)l->refused.wait / (double)NS_PER_S, 0.);
	ev_timer_start(l->ev, &l->keep_again);
}

static void kept(void *context, const struct kept_report *report)
{
	struct leasing *l = context;

	if (!l->talk)
		return;
	if (report->refused) {
		wait_for_disk(l);
		return;
	}
	if (!ev_is_active(&l->keep_again))
		backoff_end(&l->refused);
	if (l->own && l->own <= report->durable) {
		l->own = 0;
		lessee_kept(leasing_talk_lessee(l->talk), pace_now());
	}
	leasing_talk_go_on(l->talk);
	keep_rest(l);
}

/* The wait stays what it was until the disk has taken something. */
static void on_keep_again(EV_P_ ev_timer *timer, int events)
{
	struct leasing *l = timer->data;
	const struct backoff refused = l->refused;

	(void)loop;
	(void)events;
	if (!l->talk)
		return;
	backoff_end(&l->refused);
	keep_own(l);
	keep_rest(l);
	l->refused = refused;
}

/* -- What follows -- */

static void heard(void *context)
{
	struct leasing *l = context;

	keep_own(l);
	if (lessee_generation(leasing_talk_lessee(l->talk)) != l->generation &&
	    !ev_is_active(&l->follow)) {
		ev_timer_set(&l->follow, l->rest > FOLLOW_AFTER ? l->rest : FOLLOW_AFTER, 0.);
		ev_timer_start(l->ev, &l->follow);
	}
}

/* It may be for another time: then nothing of what runs has changed. */
static void fail_to_follow(struct leasing *l, const char *why)
{
	uint32_t swallowed;

	if (log_allowed(&l->failures, pace_now(), &swallowed))
		log_warning("etcd: what it says can not be followed: %s; it is tried again every "
			    "%.0f s",
			    why, TRY_AGAIN);
	ev_timer_set(&l->follow, TRY_AGAIN, 0.);
	ev_timer_start(l->ev, &l->follow);
}

static void take_all(struct leasing *l)
{
	struct leasing_known *known = l->live->source->known;
	struct leasing_memory memory;
	char why[RELOAD_WHY] = "memory is short";
	uint32_t swallowed;

	if (!leasing_memory_take(&memory, leasing_talk_lessee(l->talk), known->memory.prefix,
				 l->config_is_etcds)) {
		fail_to_follow(l, why);
		return;
	}
	leasing_memory_free(&known->memory);
	known->memory = memory;
	if (!follow_memory(l->live, known, &l->self,
			   !log_allowed(&l->changes, pace_now(), &swallowed), why))
		fail_to_follow(l, why);
	l->unkept = true;
	keep_rest(l);
}

static void on_follow(EV_P_ ev_timer *timer, int events)
{
	struct leasing *l = timer->data;
	uint64_t began = pace_now();

	(void)loop;
	(void)events;
	if (!l->talk)
		return;
	l->generation = lessee_generation(leasing_talk_lessee(l->talk));
	l->ops.before(l->ops.context);
	take_all(l);
	l->ops.after(l->ops.context);
	l->rest = REST_FACTOR * (double)(pace_now() - began) / (double)NS_PER_S;
}

/* -- Beginning, and beginning anew -- */

static void write_terms(FILE *to, const struct etcd_config *etcd, const char *name,
			const struct flannel_node *self, const struct flannel_config *config)
{
	const char *const texts[] = { etcd->prefix, etcd->username, etcd->password_file,
				      etcd->ca,     etcd->cert,     etcd->key };
	char text[FLANNEL_CONFIG];

	for (size_t i = 0; i < etcd->endpoint_count; i++)
		fprintf(to, "%s\n", etcd->endpoints[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		fprintf(to, "%s\n", texts[i] ? texts[i] : "");
	fprintf(to, "%s\n%s\n", name, flannel_node_text(self, text));
	fputs(config ? flannel_config_text(config, text) : "", to);
}

/* Is anything different for whom we speak with, or what of? */
static bool terms_are_new(struct leasing *l, const struct etcd_config *etcd, const char *name,
			  const struct flannel_config *config)
{
	char *terms = NULL;
	size_t len;
	FILE *to = open_memstream(&terms, &len);
	bool new;

	if (!to)
		return false;
	write_terms(to, etcd, name, &l->self, config);
	if (fclose(to) != 0)
		return false;
	new = !l->terms || strcmp(l->terms, terms) != 0;
	free(new ? l->terms : terms);
	if (new)
		l->terms = terms;
	return new;
}

static void stop_talking(struct leasing *l)
{
	ev_timer_stop(l->ev, &l->follow);
	ev_timer_stop(l->ev, &l->again);
	ev_timer_stop(l->ev, &l->keep_again);
	backoff_end(&l->refused);
	leasing_talk_close(l->talk);
	l->talk = NULL;
	l->own = 0;
	*l->trouble = '\0';
}

static void begin(struct leasing *l, const struct etcd_config *etcd, const char *name,
		  const struct flannel_config *config)
{
	struct leasing_memory *memory = &l->live->source->known->memory;
	const struct lessee_options options = {
		.prefix = etcd->prefix,
		.name = name,
		.self = l->self,
		.remembered = memory->own,
		.config = config,
		.known = memory->configured ? &memory->config : NULL,
		.peers = memory->peers,
		.peer_count = memory->count,
		.seed = pace_now() ^ (uint64_t)getpid() << 32,
	};
	const struct leasing_talk_ops ops = { .context = l, .tell = tell, .heard = heard };
	char why[ETCD_WHY];

	l->config_is_etcds = !config;
	l->generation = 0;
	l->talk = leasing_talk_open(l->ev, etcd, &options, &ops, why);
	if (l->talk)
		return;
	if (strcmp(l->trouble, why) != 0)
		log_warning("etcd: %s; it is tried again every %.0f s", why, TRY_AGAIN);
	snprintf(l->trouble, sizeof(l->trouble), "%s", why);
	free(l->terms);
	l->terms = NULL;
	ev_timer_set(&l->again, TRY_AGAIN, 0.);
	ev_timer_start(l->ev, &l->again);
}

/* What was remembered of another prefix is of other nodes. */
static void take_prefix(struct leasing *l, const char *prefix)
{
	struct leasing_memory *memory = &l->live->source->known->memory;

	if (strcmp(memory->prefix, prefix) == 0)
		return;
	leasing_memory_free(memory);
	snprintf(memory->prefix, sizeof(memory->prefix), "%s", prefix);
	l->unkept = true;
}

void leasing_look_again(struct leasing *l)
{
	const struct plan *plan = l ? l->live->source->running.plan : NULL;
	const struct cluster *c = plan ? plan->cluster : NULL;
	const struct network_config *n = c && c->etcd ? cluster_leased(c) : NULL;
	struct flannel_config config;
	char trouble[ETCD_WHY];

	if (!l)
		return;
	if (!n) {
		stop_talking(l);
		free(l->terms);
		l->terms = NULL;
		return;
	}
	l->self = self_of(plan);
	config = config_of(c, n);
	if (!terms_are_new(l, c->etcd, c->nodes[plan->node].name, n->in_etcd ? NULL : &config))
		return;
	memcpy(trouble, l->trouble, sizeof(trouble));
	stop_talking(l);
	memcpy(l->trouble, trouble, sizeof(trouble));
	take_prefix(l, c->etcd->prefix);
	begin(l, c->etcd, c->nodes[plan->node].name, n->in_etcd ? NULL : &config);
}

static void on_again(EV_P_ ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	leasing_look_again(timer->data);
}

struct leasing *leasing_open(struct ev_loop *ev, const struct live *live, struct state *state,
			     const struct leasing_ops *ops)
{
	struct leasing *l = live->source->known ? calloc(1, sizeof(*l)) : NULL;

	if (!l) {
		log_error("memory is short: nothing is leased from etcd");
		return NULL;
	}
	*l = (struct leasing) { .ev = ev, .live = live, .keeper = state->keeper, .ops = *ops };
	ev_timer_init(&l->follow, on_follow, 0., 0.);
	ev_timer_init(&l->again, on_again, 0., 0.);
	ev_timer_init(&l->keep_again, on_keep_again, 0., 0.);
	l->follow.data = l->again.data = l->keep_again.data = l;
	if (l->keeper)
		keeper_listen(l->keeper, l, kept);
	leasing_look_again(l);
	return l;
}

void leasing_close(struct leasing *l)
{
	if (!l)
		return;
	stop_talking(l);
	free(l->terms);
	free(l);
}

/* -- For those who ask -- */

bool leasing_see(const struct leasing *l, struct etcd_view *out)
{
	const struct lessee *lessee = l && l->talk ? leasing_talk_lessee(l->talk) : NULL;
	size_t count = 0;

	if (!l || (!l->talk && !*l->trouble))
		return false;
	*out = (struct etcd_view) { .trouble = l->trouble };
	if (!lessee)
		return true;
	lessee_peers(lessee, &count);
	*out = (struct etcd_view) { .trouble = lessee_trouble(lessee),
				    .nodes = count,
				    .held = lessee_subnets(lessee) };
	return true;
}

static void see_ours(const struct lessee *lessee, uint64_t now, struct lease_view *out)
{
	uint64_t renewed = lessee_renewed(lessee), age = renewed ? (now - renewed) / NS_PER_S : 0;

	*out = (struct lease_view) { .ours = true,
				     .reserved = lessee_is_reserved(lessee),
				     .aged = renewed,
				     .age = age,
				     .ends = renewed,
				     .left = age < FLANNEL_TTL ? FLANNEL_TTL - age : 0 };
}

bool leasing_see_lease(const struct leasing *l, const struct node_lease *lease, uint64_t now,
		       struct lease_view *out)
{
	const struct lessee *lessee = l && l->talk ? leasing_talk_lessee(l->talk) : NULL;
	const struct flannel_subnets subnets = { .v4 = lease->v4, .v6 = lease->v6 };
	const struct flannel_subnets *own = lessee ? lessee_subnets(lessee) : NULL;
	const struct lessee_peer *peer;

	if (own && addr_equal(own->v4.addr, lease->v4.addr)) {
		see_ours(lessee, now, out);
		return true;
	}
	peer = lessee ? lessee_peer_of(lessee, &subnets) : NULL;
	if (!peer)
		return false;
	*out = (struct lease_view) { .reserved = peer->mod_revision && !peer->lease,
				     .aged = peer->since,
				     .age = (now - peer->since) / NS_PER_S,
				     .gone = peer->gone };
	return true;
}
