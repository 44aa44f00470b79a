#include "app/leasing_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define KEPT_CONFIG LEASING_KEPT "config"
#define KEPT_OWN    LEASING_KEPT "own"
#define KEPT_NODE   LEASING_KEPT "node/"
#define KEPT_PREFIX LEASING_KEPT "prefix"

enum { KEPT_KEY = sizeof(KEPT_NODE) + FLANNEL_KEY };

void leasing_memory_free(struct leasing_memory *memory)
{
	free(memory->peers);
	*memory = (struct leasing_memory) { .peers = NULL };
}

/* -- From the state -- */

static bool make_room(struct leasing_memory *m)
{
	struct lessee_known *more;

	if (m->count & (m->count - 1)) /* room is a power of two */
		return true;
	more = reallocarray(m->peers, m->count ? 2 * m->count : 1, sizeof(*more));
	if (!more)
		return false;
	m->peers = more;
	return true;
}

static void read_node(struct leasing_memory *m, const char *key, const char *value)
{
	char why[FLANNEL_WHY];
	struct lessee_known known = { .revision = 0 };

	if (!flannel_key_read(key, &known.subnets) ||
	    !flannel_node_read(value, strlen(value), &known.node, why) || !make_room(m))
		return;
	m->peers[m->count++] = known;
}

struct leasing_line {
	char key[KEPT_KEY];
	uint64_t hash; /* of the value */
};

static uint64_t hash_of(const char *value)
{
	static const struct hash_secret fixed = { UINT64_C(0x6b6570742d6c6561),
						  UINT64_C(0x7365732d6c696e65) };

	return hash_bytes(fixed, value, strlen(value));
}

struct reading {
	struct leasing_memory *memory;
	struct leasing_kept *kept;
};

static void note_line(struct leasing_kept *kept, const char *key, const char *value)
{
	struct leasing_line *more;

	if (!(kept->count & (kept->count - 1))) { /* room is a power of two */
		more = reallocarray(kept->lines, kept->count ? 2 * kept->count : 1, sizeof(*more));
		if (!more)
			return;
		kept->lines = more;
	}
	more = &kept->lines[kept->count++];
	more->hash = hash_of(value);
	snprintf(more->key, sizeof(more->key), "%s", key);
}

/* What makes no sense will be told by etcd. */
static void read_line(void *context, const char *key, const char *value)
{
	struct leasing_memory *m = ((struct reading *)context)->memory;
	char why[FLANNEL_WHY];

	if (strcmp(key, KEPT_OWN) != 0)
		note_line(((struct reading *)context)->kept, key, value);
	if (strcmp(key, KEPT_CONFIG) == 0)
		m->configured = flannel_config_read(value, strlen(value), &m->config, why);
	else if (strcmp(key, KEPT_OWN) == 0 && !flannel_key_read(value, &m->own))
		m->own = (struct flannel_subnets) { .v4.length = 0 };
	else if (strncmp(key, KEPT_NODE, strlen(KEPT_NODE)) == 0)
		read_node(m, key + strlen(KEPT_NODE), value);
	else if (strcmp(key, KEPT_PREFIX) == 0)
		snprintf(m->prefix, sizeof(m->prefix), "%s", value);
}

void leasing_memory_read(struct leasing_memory *out, struct leasing_kept *kept,
			 const struct state *state, const char *prefix)
{
	struct reading reading = { out, kept };

	*out = (struct leasing_memory) { .peers = NULL };
	*kept = (struct leasing_kept) { .lines = NULL };
	if (state->store)
		store_each(state->store, LEASING_KEPT, read_line, &reading);
	if (strcmp(out->prefix, prefix) != 0)
		leasing_memory_free(out);
	snprintf(out->prefix, sizeof(out->prefix), "%s", prefix);
}

/* -- From etcd -- */

bool leasing_memory_take(struct leasing_memory *out, const struct lessee *lessee,
			 const char *prefix, bool config_is_etcds)
{
	const struct flannel_subnets *own = lessee_subnets(lessee);
	const struct flannel_config *config = lessee_config(lessee);
	size_t count;
	const struct lessee_peer *peers = lessee_peers(lessee, &count);

	*out = (struct leasing_memory) { .configured = config_is_etcds && config };
	snprintf(out->prefix, sizeof(out->prefix), "%s", prefix);
	if (out->configured)
		out->config = *config;
	if (own)
		out->own = *own;
	out->peers = calloc(count + 1, sizeof(*out->peers));
	if (!out->peers)
		return false;
	for (size_t i = 0; i < count; i++)
		if (peers[i].known)
			out->peers[out->count++] = (struct lessee_known) {
				.subnets = peers[i].subnets,
				.node = peers[i].node,
				.revision = peers[i].mod_revision,
			};
	return true;
}

/* -- For the plan -- */

static struct division division_of(const struct flannel_range *range)
{
	if (!range->network.addr.family)
		return (struct division) { .length = 0 };
	return (struct division) { .length = range->length, .min = range->min, .max = range->max };
}

static void configure(struct leased *leased, const struct flannel_config *config)
{
	leased->vni = config->vni;
	leased->port = config->port;
	leased->routing = config->direct_routing ? ROUTING_DIRECT : ROUTING_ROUTED;
	leased->cidr = config->v4.network;
	leased->cidr6 = config->v6.network;
	leased->division = division_of(&config->v4);
	leased->division6 = division_of(&config->v6);
}

static struct leased_owner owner_of(const struct flannel_subnets *subnets,
				    const struct flannel_node *node, int64_t revision)
{
	return (struct leased_owner) {
		.address = node->public4,
		.address6 = node->public6,
		.lease = { .v4 = subnets->v4,
			   .v6 = subnets->v6,
			   .vtep = node->vtep4,
			   .vtep6 = node->vtep6,
			   .revision = revision },
	};
}

struct leased *leasing_memory_leased(const struct leasing_memory *m,
				     const struct flannel_node *self)
{
	struct leased *leased = calloc(1, sizeof(*leased));

	if (!leased)
		return NULL;
	leased->vni = VNI_NONE;
	if (m->configured)
		configure(leased, &m->config);
	leased->owners = calloc(m->count + 1, sizeof(*leased->owners));
	if (!leased->owners) {
		free(leased);
		return NULL;
	}
	if (m->own.v4.addr.family)
		leased->owners[leased->count++] = owner_of(&m->own, self, 0);
	for (size_t i = 0; i < m->count; i++)
		if (m->peers[i].node.vxlan)
			leased->owners[leased->count++] = owner_of(
				&m->peers[i].subnets, &m->peers[i].node, m->peers[i].revision);
	return leased;
}

void leased_free(struct leased *leased)
{
	if (!leased)
		return;
	free(leased->owners);
	free(leased);
}

/* -- Into the state -- */

static bool hand_over(struct keeper *keeper, enum journal_kind kind, const char *key,
		      const char *value)
{
	struct store_change *change =
		keeper_has_room(keeper) ? store_change_new(kind, key, value) : NULL;

	if (change)
		keeper_add(keeper, change);
	return change;
}

/* Two lists by key, gone through side by side: of what was handed over and of what is. */
struct following {
	struct keeper *keeper;
	const struct leasing_kept *old;
	size_t next;
	struct leasing_kept *out;
	bool whole; /* all that differs was handed over so far */
};

/* What could not be handed over stays as it was. */
static void drop_until(struct following *f, const char *key)
{
	for (; f->next < f->old->count; f->next++) {
		const struct leasing_line *line = &f->old->lines[f->next];

		if (key && strcmp(line->key, key) >= 0)
			return;
		if (f->whole && hand_over(f->keeper, JOURNAL_REMOVE, line->key, NULL))
			continue;
		f->whole = false;
		f->out->lines[f->out->count++] = *line;
	}
}

static void put(struct following *f, const char *key, const char *value)
{
	struct leasing_line line = { .hash = hash_of(value) };
	const struct leasing_line *old;

	snprintf(line.key, sizeof(line.key), "%s", key);
	drop_until(f, key);
	old = f->next < f->old->count ? &f->old->lines[f->next] : NULL;
	if (old && strcmp(old->key, key) == 0)
		f->next++;
	else
		old = NULL;
	if (!old || old->hash != line.hash) {
		if (!f->whole || !hand_over(f->keeper, JOURNAL_PUT, key, value)) {
			f->whole = false;
			if (!old)
				return;
			line = *old;
		}
	}
	f->out->lines[f->out->count++] = line;
}

bool leasing_kept_follow(struct leasing_kept *kept, struct keeper *keeper,
			 const struct leasing_memory *m)
{
	struct leasing_kept next = {
		.lines = calloc(kept->count + m->count + 2, sizeof(*next.lines)),
	};
	struct following f = { .keeper = keeper, .old = kept, .out = &next, .whole = true };
	char key[KEPT_KEY], name[FLANNEL_KEY], value[FLANNEL_CONFIG];

	if (!next.lines)
		return false;
	if (m->configured)
		put(&f, KEPT_CONFIG, flannel_config_text(&m->config, value));
	for (size_t i = 0; i < m->count; i++) {
		snprintf(key, sizeof(key), KEPT_NODE "%s",
			 flannel_key_text(&m->peers[i].subnets, name));
		put(&f, key, flannel_node_text(&m->peers[i].node, value));
	}
	put(&f, KEPT_PREFIX, m->prefix);
	drop_until(&f, NULL);
	free(kept->lines);
	*kept = next;
	return f.whole;
}

void leasing_kept_doubt(struct leasing_kept *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		kept->lines[i].hash = 0;
}

void leasing_kept_free(struct leasing_kept *kept)
{
	free(kept->lines);
	*kept = (struct leasing_kept) { .lines = NULL };
}

uint64_t leasing_keep_own(struct keeper *keeper, const struct flannel_subnets *own)
{
	char key[FLANNEL_KEY];
	struct store_change *change =
		keeper_has_room(keeper)
			? store_change_new(JOURNAL_PUT, KEPT_OWN, flannel_key_text(own, key))
			: NULL;

	return change ? keeper_add(keeper, change) : 0;
}
