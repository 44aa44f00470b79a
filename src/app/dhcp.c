#include "app/dhcp.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "ctl/kept.h"
#include "port/local.h"

static uint64_t seconds_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec;
}

/* -- After a restart -- */

struct restoring {
	struct tables *tables;
	uint64_t wall;
	uint32_t tick;
	size_t count;
};

static struct network *network_called(const struct tables *t, const char *name, size_t len)
{
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id] && strlen(t->networks[id]->name) == len &&
		    memcmp(t->networks[id]->name, name, len) == 0)
			return t->networks[id];
	return NULL;
}

static void restore(void *context, const char *key, const char *value)
{
	struct restoring *r = context;
	struct kept_lease kept;
	struct network *n;
	const char *name;
	size_t len;

	if (!former_read_key(key, &name, &len, &kept.ip) || !kept_read_lease(value, &kept)) {
		log_warning("state: %s is no lease", key);
		return;
	}
	n = network_called(r->tables, name, len);
	if (n && n->bindings)
		r->count += kept_restore_lease(n->bindings, &kept, r->wall, r->tick);
}

void dhcp_restore(struct state *state, struct tables *tables)
{
	struct restoring r = { .tables = tables,
			       .wall = seconds_of(CLOCK_REALTIME),
			       .tick = (uint32_t)seconds_of(CLOCK_MONOTONIC) };

	if (state->store)
		store_each(state->store, KEPT_LEASES, restore, &r);
	for (uint32_t id = 0; id < tables->network_count; id++)
		if (tables->networks[id] && tables->networks[id]->bindings)
			bindings_be_known(tables->networks[id]->bindings, true);
	if (r.count)
		log_info("%zu DHCP lease%s restored from %s", r.count,
			 r.count == 1 ? " was" : "s were", state->directory);
}

/* -- While it runs -- */

static struct network *network_to_read(const struct lease_keeping *k)
{
	const struct tables *t = k->s->tables;

	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id] && t->networks[id]->bindings &&
		    !bindings_are_known(t->networks[id]->bindings))
			return t->networks[id];
	return NULL;
}

static void restore_former(struct network *n, const struct former *f)
{
	const uint64_t wall = seconds_of(CLOCK_REALTIME);
	const uint32_t tick = (uint32_t)seconds_of(CLOCK_MONOTONIC);
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++)
		count += kept_restore_lease(n->bindings, &f->leases[i], wall, tick);
	bindings_be_known(n->bindings, true);
	if (f->nonsense)
		log_warning("state: %zu record%s of network %s no lease", f->nonsense,
			    f->nonsense == 1 ? " is" : "s are", n->name);
	if (count)
		log_info("network %s: %zu DHCP lease%s restored", n->name, count,
			 count == 1 ? " was" : "s were");
}

/* Its network may be another by now, or gone. */
static void hear_of(void *context, const struct former *f)
{
	struct lease_keeping *k = context;
	struct network *n = network_called(k->s->tables, f->network, strlen(f->network));

	k->former = NULL;
	k->wanting = !f->no_memory;
	k->wants_later = f->no_memory;
	if (n && n->bindings && !bindings_are_known(n->bindings) && !f->no_memory)
		restore_former(n, f);
}

static void read_former(struct lease_keeping *k)
{
	struct network *n = network_to_read(k);

	k->wanting = false;
	if (!n)
		return;
	k->former = former_read(k->keeper, n->name, k, hear_of);
	k->wants_later = !k->former;
}

void dhcp_look_again(struct lease_keeping *k)
{
	struct network *n;

	k->wanting = true;
	while (!k->keeper && (n = network_to_read(k)))
		bindings_be_known(n->bindings, true);
}

/* -- Keeping -- */

/* NULL when memory is short, or its network was deleted. */
static struct store_change *change_of(const struct lease_keeping *k, const struct lease_change *c)
{
	const struct tables *t = k->s->tables;
	struct kept kept;

	if (c->network >= t->network_count || !t->networks[c->network])
		return NULL;
	kept_of_lease(&kept, t->networks[c->network]->name, &c->binding,
		      seconds_of(CLOCK_REALTIME) + c->left);
	return store_change_new(JOURNAL_PUT, kept.key, kept.value);
}

static void keep(struct lease_keeping *k, const struct lease_change *c)
{
	struct lease_waiting *w = &k->waiting[(k->first + k->count) % ENGINE_LEASES];
	struct store_change *change = change_of(k, c);

	*w = (struct lease_waiting) { .number = LEASE_LOST, .ticket = c->ticket };
	if (change)
		w->number = keeper_add(k->keeper, change);
	k->count++;
}

void dhcp_turn(struct lease_keeping *k)
{
	struct lease_change change;

	while ((!k->keeper || keeper_has_room(k->keeper)) &&
	       engine_next_lease(k->s->engine, &change)) {
		if (k->keeper)
			keep(k, &change);
		else
			engine_leases_durable(k->s->engine, change.ticket);
	}
	if (k->wanting && k->keeper && !k->former && keeper_has_room(k->keeper))
		read_former(k);
}

static bool is_decided(const struct lease_waiting *w, const struct kept_report *report)
{
	return w->number <= report->durable || w->number == LEASE_LOST || report->refused;
}

static void told(void *context, const struct kept_report *report)
{
	struct lease_keeping *k = context;

	while (k->count > 0 && is_decided(&k->waiting[k->first], report)) {
		const struct lease_waiting *w = &k->waiting[k->first];

		if (w->number <= report->durable)
			engine_leases_durable(k->s->engine, w->ticket);
		else
			engine_leases_refused(k->s->engine, w->ticket);
		k->first = (k->first + 1) % ENGINE_LEASES;
		k->count--;
	}
}

/* -- Gateways -- */

/* 1 when there was one to look for. */
static unsigned look_for_gateway(const struct network *n)
{
	if (!n || !n->bindings)
		return 0;
	bindings_be_gateway(n->bindings,
			    local_is_missing(bindings_terms(n->bindings)->gateway.addr));
	return 1;
}

void dhcp_tick(struct lease_keeping *k)
{
	const struct tables *t = k->s->tables;
	unsigned looked = 0;

	k->wanting = k->wanting || k->wants_later;
	k->wants_later = false;
	for (uint32_t i = 0; looked < DHCP_GATEWAYS && i < t->network_count; i++) {
		k->looked = (k->looked + 1) % t->network_count;
		looked += look_for_gateway(t->networks[k->looked]);
	}
}

void dhcp_open(struct lease_keeping *k, struct vswitch *s, struct state *state)
{
	*k = (struct lease_keeping) { .s = s, .keeper = state->keeper };
	if (k->keeper)
		keeper_listen(k->keeper, k, told);
	for (uint32_t id = 0; id < s->tables->network_count; id++)
		look_for_gateway(s->tables->networks[id]);
}

void dhcp_close(struct lease_keeping *k)
{
	former_forget(k->former);
}
