#include "etcd_model.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct etcd_model *model_new(void)
{
	struct etcd_model *m = calloc(1, sizeof(*m));

	assert(m);
	m->cluster = 77;
	m->revision = 1;
	return m;
}

static struct etcd_record copy_of(const struct etcd_record *r)
{
	struct etcd_record copy = *r;

	copy.key = strdup(r->key);
	copy.value = malloc(r->value_len + 1);
	assert(copy.key && copy.value);
	memcpy(copy.value, r->value, r->value_len + 1);
	return copy;
}

static void free_record(struct etcd_record *r)
{
	free(r->key);
	free(r->value);
}

void model_free(struct etcd_model *m)
{
	for (size_t i = 0; i < m->count; i++)
		free_record(&m->records[i]);
	for (size_t i = 0; i < m->changes; i++)
		free_record(&m->history[i].record);
	free(m->records);
	free(m->history);
	free(m->leases);
	free(m);
}

/* -- Records -- */

static size_t place_of(const struct etcd_model *m, const char *key)
{
	size_t from = 0, to = m->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(m->records[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

const struct etcd_record *model_find(const struct etcd_model *m, const char *key)
{
	size_t place = place_of(m, key);

	return place < m->count && strcmp(m->records[place].key, key) == 0 ? &m->records[place]
									   : NULL;
}

static void remember(struct etcd_model *m, const struct etcd_record *r)
{
	if (m->changes == m->history_room) {
		m->history_room = m->history_room ? 2 * m->history_room : 64;
		m->history = reallocarray(m->history, m->history_room, sizeof(*m->history));
		assert(m->history);
	}
	m->history[m->changes++].record = copy_of(r);
}

static void put(struct etcd_model *m, const char *key, const char *value, int64_t lease)
{
	size_t place = place_of(m, key);
	bool there = model_find(m, key);
	struct etcd_record *r;

	if (m->count == m->room) {
		m->room = m->room ? 2 * m->room : 64;
		m->records = reallocarray(m->records, m->room, sizeof(*m->records));
		assert(m->records);
	}
	r = &m->records[place];
	m->revision++;
	if (!there) {
		memmove(r + 1, r, (m->count++ - place) * sizeof(*r));
		*r = (struct etcd_record) { .key = strdup(key), .create_revision = m->revision };
	} else {
		free(r->value);
	}
	r->value = strdup(value);
	r->value_len = strlen(value);
	r->mod_revision = m->revision;
	r->lease = lease;
	remember(m, r);
}

static void take_out(struct etcd_model *m, const char *key)
{
	size_t place = place_of(m, key);
	struct etcd_record *r = &m->records[place];
	struct etcd_record gone = { .deleted = true, .key = (char *)(uintptr_t)key, .value = "" };

	gone.mod_revision = ++m->revision;
	remember(m, &gone);
	free_record(r);
	m->count--;
	memmove(r, r + 1, (m->count - place) * sizeof(*r));
}

void model_put(struct etcd_model *m, const char *key, const char *value)
{
	put(m, key, value, 0);
}

void model_delete(struct etcd_model *m, const char *key)
{
	if (model_find(m, key))
		take_out(m, key);
}

void model_compact(struct etcd_model *m)
{
	m->compacted = m->revision;
}

/* -- Leases -- */

static struct model_lease *find_lease(struct etcd_model *m, int64_t id)
{
	for (size_t i = 0; i < m->lease_count; i++)
		if (m->leases[i].id == id)
			return &m->leases[i];
	return NULL;
}

static void end_lease(struct etcd_model *m, size_t number)
{
	int64_t id = m->leases[number].id;

	m->leases[number] = m->leases[--m->lease_count];
	for (size_t i = m->count; i > 0; i--)
		if (m->records[i - 1].lease == id) {
			char *key = strdup(m->records[i - 1].key);

			take_out(m, key);
			free(key);
		}
}

void model_tick(struct etcd_model *m, uint64_t now)
{
	for (size_t i = m->lease_count; i > 0; i--)
		if (m->leases[i - 1].expires <= now)
			end_lease(m, i - 1);
}

static int64_t grant(struct etcd_model *m, uint64_t expires)
{
	if (m->lease_count == m->lease_room) {
		m->lease_room = m->lease_room ? 2 * m->lease_room : 64;
		m->leases = reallocarray(m->leases, m->lease_room, sizeof(*m->leases));
		assert(m->leases);
	}
	m->leases[m->lease_count++] = (struct model_lease) { ++m->last_lease, expires };
	return m->last_lease;
}

/* -- Answers -- */

static struct etcd_answer refuse(const char *why)
{
	struct etcd_answer a = etcd_no_answer(why);

	a.outcome = ETCD_REFUSED;
	return a;
}

static bool is_within(const char *key, const char *from, const char *end)
{
	return end ? strcmp(key, from) >= 0 && strcmp(key, end) < 0 : strcmp(key, from) == 0;
}

static void add(struct etcd_answer *a, const struct etcd_record *r)
{
	if ((a->count & (a->count - 1)) == 0)
		a->records = reallocarray(a->records, a->count ? 2 * a->count : 1, sizeof(*r));
	assert(a->records);
	a->records[a->count++] = copy_of(r);
}

/* The record of @key as of @revision, or NULL: for a listing that goes on while things change. */
static const struct etcd_record *as_of(const struct etcd_model *m, const char *key,
				       int64_t revision)
{
	const struct etcd_record *found = NULL;

	for (size_t i = 0; i < m->changes && m->history[i].record.mod_revision <= revision; i++)
		if (strcmp(m->history[i].record.key, key) == 0)
			found = &m->history[i].record;
	return found && !found->deleted ? found : NULL;
}

static struct etcd_answer range_now(const struct etcd_model *m, const struct etcd_request *r)
{
	struct etcd_answer a = { .outcome = ETCD_DONE };

	for (size_t i = place_of(m, r->key); i < m->count; i++) {
		if (!is_within(m->records[i].key, r->key, r->range_end))
			break;
		if (r->limit && a.count == r->limit) {
			a.more = true;
			break;
		}
		add(&a, &m->records[i]);
	}
	return a;
}

static int by_key(const void *left, const void *right)
{
	const struct etcd_record *a = left, *b = right;

	return strcmp(a->key, b->key);
}

/* Slow, and seldom: all that ever was within the range, as of then. */
static struct etcd_answer range_then(const struct etcd_model *m, const struct etcd_request *r)
{
	struct etcd_answer all = { .outcome = ETCD_DONE };

	for (size_t i = 0; i < m->changes; i++) {
		const struct etcd_record *change = &m->history[i].record;

		if (change->mod_revision > r->revision ||
		    !is_within(change->key, r->key, r->range_end))
			continue;
		if (as_of(m, change->key, r->revision) == change)
			add(&all, change);
	}
	if (all.count)
		qsort(all.records, all.count, sizeof(*all.records), by_key);
	while (r->limit && all.count > r->limit) {
		all.more = true;
		free_record(&all.records[--all.count]);
	}
	return all;
}

static struct etcd_answer range(const struct etcd_model *m, const struct etcd_request *r)
{
	if (r->revision && r->revision < m->compacted)
		return refuse("etcdserver: mvcc: required revision has been compacted");
	if (r->revision && r->revision > m->revision)
		return refuse("etcdserver: mvcc: required revision is a future revision");
	return r->revision && r->revision != m->revision ? range_then(m, r) : range_now(m, r);
}

static bool guard_holds(const struct etcd_model *m, const struct etcd_request *r)
{
	const struct etcd_record *there = model_find(m, r->key);

	if (r->mod_revision)
		return there && there->mod_revision == r->mod_revision;
	if (!r->absent_end)
		return !there;
	for (size_t i = 0; i < m->count; i++)
		if (is_within(m->records[i].key, r->key, r->absent_end))
			return false;
	return true;
}

static struct etcd_answer change(struct etcd_model *m, const struct etcd_request *r)
{
	struct etcd_answer a = { .outcome = ETCD_DONE, .succeeded = guard_holds(m, r) };

	if (!a.succeeded)
		return a;
	if (r->value && r->lease && !find_lease(m, r->lease))
		return refuse("etcdserver: requested lease not found");
	if (r->value)
		put(m, r->key, r->value, r->lease);
	else
		take_out(m, r->key);
	return a;
}

static struct etcd_answer keep_alive(struct etcd_model *m, uint64_t now, int64_t id)
{
	struct etcd_answer a = { .outcome = ETCD_DONE, .lease = id };
	struct model_lease *lease = find_lease(m, id);

	if (lease) {
		a.ttl = 86400;
		lease->expires = now + 86400 * NS_PER_S;
	}
	return a;
}

static struct etcd_answer answer(struct etcd_model *m, uint64_t now, const struct etcd_request *r)
{
	struct etcd_answer a = { .outcome = ETCD_DONE };

	switch (r->verb) {
	case ETCD_RANGE:
		return range(m, r);
	case ETCD_CHANGE:
		return change(m, r);
	case ETCD_GRANT:
		a.lease = grant(m, now + r->ttl * NS_PER_S);
		a.ttl = r->ttl;
		return a;
	case ETCD_KEEP_ALIVE:
		return keep_alive(m, now, r->lease);
	case ETCD_WATCH:
	case ETCD_LOG_IN:
		break;
	}
	return refuse("not asked so");
}

struct etcd_answer model_answer(struct etcd_model *m, uint64_t now,
				const struct etcd_request *request)
{
	struct etcd_answer a = answer(m, now, request);

	a.cluster = m->cluster;
	a.revision = m->revision;
	m->asked++;
	m->read += a.count;
	return a;
}

/* The first change at @from or later: revisions of the history rise by one each. */
static size_t first_change(const struct etcd_model *m, int64_t from)
{
	size_t low = 0, high = m->changes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->history[middle].record.mod_revision < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool model_watch(const struct etcd_model *m, const char *key, const char *range_end, int64_t from,
		 struct etcd_answer *out)
{
	*out = (struct etcd_answer) { .outcome = ETCD_DONE, .cluster = m->cluster };
	if (from < m->compacted) {
		out->canceled = true;
		out->compacted = m->compacted;
		return true;
	}
	out->revision = m->revision;
	for (size_t i = first_change(m, from); i < m->changes; i++)
		if (is_within(m->history[i].record.key, key, range_end))
			add(out, &m->history[i].record);
	return out->count > 0;
}

void model_restore(struct etcd_model *m, int64_t revision, uint64_t now)
{
	while (m->changes && m->history[m->changes - 1].record.mod_revision > revision)
		free_record(&m->history[--m->changes].record);
	for (size_t i = 0; i < m->count; i++)
		free_record(&m->records[i]);
	m->count = 0;
	m->lease_count = 0;
	m->revision = revision;
	for (size_t i = 0; i < m->changes; i++) {
		const struct etcd_record *r = &m->history[i].record;
		size_t place = place_of(m, r->key);

		if (as_of(m, r->key, revision) != r)
			continue;
		assert(m->count < m->room);
		memmove(&m->records[place + 1], &m->records[place],
			(m->count++ - place) * sizeof(*m->records));
		m->records[place] = copy_of(r);
		if (r->lease && !find_lease(m, r->lease)) {
			grant(m, now + 86400 * NS_PER_S);
			m->leases[m->lease_count - 1].id = r->lease;
		}
	}
}
