#include "records.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct store_change *store_change_new(enum journal_kind kind, const char *key, const char *value)
{
	size_t key_size = strlen(key) + 1, value_size = value ? strlen(value) + 1 : 0;
	bool is_fine = journal_is_key(key) && (!value || journal_is_value(value));
	struct store_change *c = is_fine ? malloc(sizeof(*c) + key_size + value_size) : NULL;

	if (!c)
		return NULL;
	*c = (struct store_change) { .kind = kind };
	memcpy(c->key, key, key_size);
	if (value)
		c->value = memcpy(c->key + key_size, value, value_size);
	return c;
}

struct store_change *store_rename_new(const char *from, const char *to, store_rename *rename)
{
	struct store_change *c = store_change_new(JOURNAL_PUT, from, to);

	if (c)
		c->rename = rename;
	return c;
}

void store_change_free(struct store_change *change)
{
	if (change)
		free(change->gone);
	free(change);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct store_change *)a)->key, ((const struct store_change *)b)->key);
}

static struct store_change **find(const struct records *r, const struct store_change *key)
{
	return (struct store_change **)tfind(key, &r->root, compare);
}

static uint64_t line_of(const struct store_change *record)
{
	return strlen(record->key) + strlen(record->value) + 3;
}

/* -- Walking -- */

struct walk {
	const char *prefix;
	size_t prefix_len;
	store_take *take; /* NULL: gathers those that live */
	void *context;
	struct store_change **gathered;
	size_t count;
};

static void visit(const void *node, VISIT which, void *context)
{
	struct store_change *record = *(struct store_change *const *)node;
	struct walk *w = context;

	if ((which != postorder && which != leaf) || record->dead ||
	    strncmp(record->key, w->prefix, w->prefix_len) != 0)
		return;
	if (w->take)
		w->take(w->context, record->key, record->value);
	if (w->gathered)
		w->gathered[w->count] = record;
	w->count++;
}

void records_each(const struct records *r, const char *prefix, store_take *take, void *context)
{
	struct walk w = {
		.prefix = prefix, .prefix_len = strlen(prefix), .take = take, .context = context
	};

	twalk_r(r->root, visit, &w);
}

/* -- Changes -- */

static bool apply_put(struct records *r, struct store_change *change)
{
	struct store_change **node = (struct store_change **)tsearch(change, &r->root, compare);

	if (!node)
		return false;
	if (*node == change)
		return true;
	change->idle = !(*node)->dead && strcmp((*node)->value, change->value) == 0;
	if (change->idle)
		return true;
	change->replaced = *node;
	*node = change;
	return true;
}

static bool apply_remove(struct records *r, struct store_change *change)
{
	struct store_change **node = find(r, change);

	change->idle = !node || (*node)->dead;
	if (change->idle)
		return true;
	change->gone = malloc(sizeof(struct store_change *));
	if (!change->gone)
		return false;
	change->gone[0] = *node;
	change->gone_count = 1;
	return true;
}

static bool apply_remove_all(struct records *r, struct store_change *change)
{
	struct walk w = { .prefix = change->key, .prefix_len = strlen(change->key) };

	twalk_r(r->root, visit, &w);
	change->idle = w.count == 0;
	if (change->idle)
		return true;
	w.gathered = malloc(w.count * sizeof(struct store_change *));
	if (!w.gathered)
		return false;
	w.count = 0;
	twalk_r(r->root, visit, &w);
	change->gone = w.gathered;
	change->gone_count = w.count;
	return true;
}

bool records_apply(struct records *r, struct store_change *change)
{
	if (change->kind == JOURNAL_PUT)
		return apply_put(r, change);
	if (!(change->kind == JOURNAL_REMOVE ? apply_remove : apply_remove_all)(r, change))
		return false;
	for (size_t i = 0; i < change->gone_count; i++)
		change->gone[i]->dead = true;
	return true;
}

void records_undo(struct records *r, struct store_change *change)
{
	if (change->idle)
		return;
	for (size_t i = 0; i < change->gone_count; i++)
		change->gone[i]->dead = false;
	if (change->replaced)
		*find(r, change) = change->replaced;
	else if (change->kind == JOURNAL_PUT)
		tdelete(change, &r->root, compare);
}

/* What a dead one was replaced by stays; the removal frees it. */
static void settle_put(struct records *r, struct store_change *change)
{
	struct store_change *old = change->replaced;

	if (change->idle) {
		store_change_free(change);
		return;
	}
	change->replaced = NULL;
	r->count++;
	r->bytes += line_of(change);
	if (!old || old->dead)
		return;
	r->count--;
	r->bytes -= line_of(old);
	store_change_free(old);
}

static void settle_remove(struct records *r, struct store_change *change)
{
	for (size_t i = 0; i < change->gone_count; i++) {
		struct store_change *gone = change->gone[i];
		struct store_change **node = find(r, gone);

		if (node && *node == gone)
			tdelete(gone, &r->root, compare);
		r->count--;
		r->bytes -= line_of(gone);
		store_change_free(gone);
	}
	store_change_free(change);
}

/* Records first, and then what removes some of them. */
void records_settle(struct records *r, struct store_change **changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (changes[i]->kind != JOURNAL_PUT)
			continue;
		settle_put(r, changes[i]);
		changes[i] = NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (changes[i])
			settle_remove(r, changes[i]);
}

static void free_record(void *record)
{
	store_change_free(record);
}

void records_free(struct records *r)
{
	tdestroy(r->root, free_record);
	*r = (struct records) { 0 };
}
