/* Changing the tables, and telling those who monitor. */
#include <errno.h>

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
		rc = operate_fdb_del(t, n, &order, now, why);
	}
	if (rc == 0)
		happening_fdb(view, n, c);
	return rc;
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
		rc = operate_neigh_del(n, c->ip, why);
	}
	if (rc == 0)
		happening_neigh(view, n, &entry, c->verb->id == VERB_NEIGH_DEL);
	return rc;
}

int change(const struct command *c, const struct switch_view *view, struct network *n, uint64_t now,
	   char why[COMMAND_WHY])
{
	_Static_assert((int)COMMAND_WHY >= (int)OPERATE_WHY, "the longer sentence");
	return command_has(c, PART_MAC) ? change_fdb(c, view, n, now, why)
					: change_neigh(c, view, n, now, why);
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

static unsigned flush_fdb(struct session *s, const struct switch_view *view, struct network *n)
{
	const struct fdb_filter filter = filter_of(&s->command);

	if (!s->lists_done) {
		operate_flush_flood(view->tables, n, &filter);
		s->lists_done = true;
	}
	if (s->slot >= fdb_end(n->fdb))
		return 0;
	if (fdb_at(n->fdb, s->slot)->kind != FDB_FREE)
		operate_flush_slot(view->tables, n, s->slot, &filter);
	s->slot++;
	return 4;
}

/* As with `ip neigh`, permanent ones go only when they are asked for. */
static unsigned flush_neigh(struct session *s, const struct switch_view *view, struct network *n)
{
	bool permanent =
		command_has(&s->command, PART_CHOICE) && s->command.choice == NUD_IS_PERMANENT;
	struct neigh_entry entry;
	char why[OPERATE_WHY];

	if (s->slot >= neigh_end(n->neigh))
		return 0;
	entry = *neigh_at(n->neigh, s->slot++);
	if (entry.ip.family == ADDR_NONE || (entry.until == 0) != permanent)
		return 1;
	operate_neigh_del(n, entry.ip, why);
	happening_neigh(view, n, &entry, true);
	return SESSION_ITEM;
}

unsigned flush_unit(struct session *s, const struct switch_view *view, struct network *n)
{
	return s->command.verb->id == VERB_FDB_FLUSH ? flush_fdb(s, view, n)
						     : flush_neigh(s, view, n);
}
