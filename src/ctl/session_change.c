/* Changing the tables, and telling those who monitor. */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "ctl/happening.h"
#include "item.h"
#include "plan/operate.h"
#include "session_parts.h"

static struct fdb_order order_of(const struct command *c)
{
	static const enum fdb_lasting lasting[] = {
		[STATE_PERMANENT] = FDB_LASTS_PERMANENT,
		[STATE_STATIC] = FDB_LASTS_STATIC,
		[STATE_DYNAMIC] = FDB_LASTS_DYNAMIC,
	};

	return (struct fdb_order) {
		.mac = c->mac, .dst = c->dst, .port = c->port, .lasting = lasting[c->choice]
	};
}

static int change_fdb(const struct command *c, const struct switch_view *view, struct network *n,
		      uint64_t now, char why[OPERATE_WHY])
{
	struct fdb_order order = order_of(c);
	struct tables *t = view->tables;
	json_t *before = NULL;
	int rc;

	switch (c->verb->id) {
	case VERB_FDB_ADD:
		rc = operate_fdb_add(t, n, &order, now, why);
		break;
	case VERB_FDB_APPEND:
		rc = operate_fdb_append(t, n, &order, now, why);
		break;
	case VERB_FDB_REPLACE:
		rc = operate_fdb_replace(t, n, &order, now, why);
		break;
	default:
		order.lasting = FDB_LASTS_PERMANENT;
		before = happening_before(view, n, c->mac, now);
		rc = operate_fdb_del(t, n, &order, now, why);
		happening_gone(view, n, c->mac, before, now);
		return rc;
	}
	if (rc == 0 && view->tell)
		happening_fdb(view, n, c);
	return rc;
}

/* What is deleted is told as it was. */
static struct neigh_entry as_it_stands(const struct network *n, const struct neigh_entry *wanted)
{
	uint32_t slot = neigh_find(n->neigh, wanted->ip);

	return slot == NEIGH_NONE ? *wanted : *neigh_at(n->neigh, slot);
}

static int change_neigh(const struct command *c, const struct switch_view *view, struct network *n,
			uint64_t now, char why[OPERATE_WHY])
{
	struct neigh_entry entry = {
		.ip = c->ip,
		.mac = c->lladdr,
		.router = command_has(c, PART_ROUTER),
		.until = c->choice == NUD_IS_REACHABLE ? clock_tick(now) + OPERATE_REACHABLE : 0,
	};
	int rc;

	switch (c->verb->id) {
	case VERB_NEIGH_ADD:
		rc = operate_neigh_add(view->tables, n, entry, why);
		break;
	case VERB_NEIGH_REPLACE:
		rc = operate_neigh_replace(view->tables, n, entry, why);
		break;
	default:
		entry = as_it_stands(n, &entry);
		rc = operate_neigh_del(n, c->ip, why);
	}
	if (rc == 0 && view->tell)
		happening_neigh(view, n, &entry, c->verb->id == VERB_NEIGH_DEL);
	return rc;
}

/* -- What survives -- */

static void remember(struct undo *undo, const struct command *c, const struct network *n,
		     uint64_t now)
{
	if (command_has(c, PART_MAC))
		undo_remember_fdb(undo, n, c->mac, now);
	else
		undo_remember_neigh(undo, n, c->ip);
}

/* Gives @undo up; false when memory is short, and what was done is taken back. */
static bool keep(struct session *s, const struct switch_view *view, const struct kept *kept,
		 struct undo *undo, uint64_t now)
{
	uint64_t number;

	if (kept->kind == KEPT_NOTHING) {
		undo_forget(undo);
		return true;
	}
	number = view->keep(view->context, kept, undo);
	if (number > 0) {
		s->waits_for = number;
		return true;
	}
	if (undo->link)
		view->unmake(view->context, undo);
	undo_take_back(undo, view->tables, now);
	return false;
}

static int carry_out(struct session *s, const struct switch_view *view, struct network *n,
		     uint64_t now, char why[COMMAND_WHY])
{
	const struct command *c = &s->command;

	_Static_assert((int)COMMAND_WHY >= (int)OPERATE_WHY, "the longer sentence");
	return command_has(c, PART_MAC) ? change_fdb(c, view, n, now, why)
					: change_neigh(c, view, n, now, why);
}

int change(struct session *s, const struct switch_view *view, struct network *n, uint64_t now,
	   char why[COMMAND_WHY])
{
	struct undo undo;
	struct kept kept;
	int rc;

	if (!view->keep)
		return carry_out(s, view, n, now, why);
	remember(&undo, &s->command, n, now);
	rc = carry_out(s, view, n, now, why);
	if (rc < 0) {
		undo_forget(&undo);
		return rc;
	}
	kept_of_command(&kept, view->tables, &s->command, n, &undo);
	if (keep(s, view, &kept, &undo, now))
		return 0;
	snprintf(why, COMMAND_WHY, "memory is short");
	return -ENOMEM;
}

/* -- Networks -- */

/* What was kept of its entries goes with it. */
static void forget_entries(struct session *s, const struct switch_view *view, uint64_t now)
{
	static const char *const tables[] = { "fdb", "neigh" };
	struct kept kept = { .kind = KEPT_REMOVE_ALL };
	struct undo nothing;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		nothing = (struct undo) { .network = NETWORK_NONE };
		snprintf(kept.key, sizeof(kept.key), "%s/%s/", tables[i], s->command.dev);
		keep(s, view, &kept, &nothing, now);
	}
}

int change_link(struct session *s, const struct switch_view *view, uint64_t now,
		char why[COMMAND_WHY])
{
	struct undo undo;
	struct kept kept;
	int rc;

	snprintf(why, COMMAND_WHY, "this switch makes no networks");
	rc = view->make ? view->make(view->context, &s->command, &kept, &undo, why) : -ENOTSUP;
	if (rc < 0)
		return rc;
	if (!view->keep) {
		undo_forget(&undo);
		return 0;
	}
	if (!keep(s, view, &kept, &undo, now)) {
		snprintf(why, COMMAND_WHY, "memory is short");
		return -ENOMEM;
	}
	if (kept.kind == KEPT_REMOVE)
		forget_entries(s, view, now);
	return 0;
}

/* -- Flushing -- */

static struct fdb_filter filter_of(const struct command *c)
{
	struct fdb_filter filter = { .dst = c->dst };

	if (!command_has(c, PART_CHOICE))
		return filter;
	filter.keep_permanent = c->choice == ONLY_NOT_PERMANENT || c->choice == ONLY_NOT_STATIC ||
				c->choice == ONLY_DYNAMIC;
	filter.keep_static = c->choice == ONLY_PERMANENT || c->choice == ONLY_NOT_STATIC ||
			     c->choice == ONLY_DYNAMIC;
	filter.keep_dynamic = c->choice == ONLY_PERMANENT || c->choice == ONLY_STATIC ||
			      c->choice == ONLY_NOT_DYNAMIC;
	return filter;
}

/* Where memory is short, the entry stays. */
static void keep_flushed(struct session *s, const struct switch_view *view, const struct network *n,
			 struct undo *undo, struct addr dst, uint64_t now)
{
	struct kept kept;

	kept_of_flush(&kept, n, undo, dst);
	keep(s, view, &kept, undo, now);
}

static void take_flood(struct session *s, const struct switch_view *view, struct network *n,
		       const struct fdb_filter *filter, uint64_t now)
{
	struct undo undo;

	if (!view->keep || !n->flood || filter->keep_permanent) {
		operate_flush_flood(view->tables, n, filter);
		return;
	}
	undo_remember_fdb(&undo, n, (struct mac) { { 0 } }, now);
	operate_flush_flood(view->tables, n, filter);
	keep_flushed(s, view, n, &undo, filter->dst, now);
}

static void flush_flood(struct session *s, const struct switch_view *view, struct network *n,
			const struct fdb_filter *filter, uint64_t now)
{
	const struct mac zero = { { 0 } };
	json_t *before = happening_before(view, n, zero, now);

	take_flood(s, view, n, filter, now);
	happening_gone(view, n, zero, before, now);
}

static void take_slot(struct session *s, const struct switch_view *view, struct network *n,
		      const struct fdb_filter *filter, uint64_t now)
{
	const struct fdb_entry *entry = fdb_at(n->fdb, s->slot);
	struct undo undo;

	if (!view->keep || entry->kind == FDB_LEARNED) {
		operate_flush_slot(view->tables, n, s->slot, filter);
		return;
	}
	undo_remember_fdb(&undo, n, entry->mac, now);
	operate_flush_slot(view->tables, n, s->slot, filter);
	keep_flushed(s, view, n, &undo, filter->dst, now);
}

static void flush_slot(struct session *s, const struct switch_view *view, struct network *n,
		       const struct fdb_filter *filter, uint64_t now)
{
	struct mac mac = fdb_at(n->fdb, s->slot)->mac;
	json_t *before;

	if (!operate_is_flushed(view->tables, fdb_at(n->fdb, s->slot), filter))
		return;
	before = happening_before(view, n, mac, now);
	take_slot(s, view, n, filter, now);
	happening_gone(view, n, mac, before, now);
}

static unsigned flush_fdb(struct session *s, const struct switch_view *view, struct network *n,
			  uint64_t now)
{
	const struct fdb_filter filter = filter_of(&s->command);

	if (!s->lists_done) {
		flush_flood(s, view, n, &filter, now);
		s->lists_done = true;
		return SESSION_ITEM;
	}
	if (s->slot >= fdb_end(n->fdb))
		return 0;
	if (fdb_at(n->fdb, s->slot)->kind != FDB_FREE)
		flush_slot(s, view, n, &filter, now);
	s->slot++;
	return 4;
}

/* As with `ip neigh`, permanent ones go only when they are asked for. */
static unsigned flush_neigh(struct session *s, const struct switch_view *view, struct network *n,
			    uint64_t now)
{
	bool permanent =
		command_has(&s->command, PART_CHOICE) && s->command.choice == NUD_IS_PERMANENT;
	struct neigh_entry entry;
	char why[OPERATE_WHY];
	struct undo undo;

	if (s->slot >= neigh_end(n->neigh))
		return 0;
	entry = *neigh_at(n->neigh, s->slot++);
	if (entry.ip.family == ADDR_NONE || (entry.until == 0) != permanent)
		return 1;
	undo_remember_neigh(&undo, n, entry.ip);
	operate_neigh_del(n, entry.ip, why);
	if (view->keep)
		keep_flushed(s, view, n, &undo, (struct addr) { 0 }, now);
	if (view->tell)
		happening_neigh(view, n, &entry, true);
	return SESSION_ITEM;
}

unsigned flush_unit(struct session *s, const struct switch_view *view, struct network *n,
		    uint64_t now)
{
	return s->command.verb->id == VERB_FDB_FLUSH ? flush_fdb(s, view, n, now)
						     : flush_neigh(s, view, n, now);
}
