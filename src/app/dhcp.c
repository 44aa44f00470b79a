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
	const char *name = key + strlen(KEPT_LEASES), *slash = strchr(name, '/');
	struct kept_lease kept;
	struct network *n;

	if (!slash || !addr_parse(slash + 1, &kept.ip) || !kept_read_lease(value, &kept)) {
		log_warning("state: %s is no lease", key);
		return;
	}
	n = network_called(r->tables, name, (size_t)(slash - name));
	if (n && n->bindings)
		r->count += kept_restore_lease(n->bindings, &kept, r->wall, r->tick);
}

void dhcp_restore(struct state *state, struct tables *tables)
{
	struct restoring r = { .tables = tables,
			       .wall = seconds_of(CLOCK_REALTIME),
			       .tick = (uint32_t)seconds_of(CLOCK_MONOTONIC) };

	if (!state->store)
		return;
	store_each(state->store, KEPT_LEASES, restore, &r);
	if (r.count)
		log_info("%zu DHCP lease%s restored from %s", r.count,
			 r.count == 1 ? " was" : "s were", state->directory);
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
