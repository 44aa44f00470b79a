#include "engine/engine.h"

#include <assert.h>
#include <stdlib.h>

#include "state.h"

static bool take_own_slots(struct engine *e)
{
	for (unsigned i = 0; i < ENGINE_RECEIVE_BATCH; i++)
		e->received[i] = packet_get(e->pool);
	e->answer = packet_get(e->pool);
	e->refused = packet_get(e->pool);
	return e->answer && e->refused;
}

struct engine *engine_new(struct tables *tables)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->tables = tables;
	e->pool = packet_pool_new(ENGINE_SLOTS + ENGINE_RECEIVE_BATCH + 2);
	e->runs = runs_new();
	e->floods = floods_new();
	e->coalescer = coalescer_new();
	if (!e->coalescer || !e->pool || !e->runs || !e->floods || !take_own_slots(e)) {
		engine_free(e);
		return NULL;
	}
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	coalescer_free(e->coalescer);
	floods_free(e->floods);
	runs_free(e->runs);
	ports_free(&e->ports);
	free(e->underlays);
	packet_pool_free(e->pool);
	free(e);
}

bool engine_reserve_port(struct engine *e, uint32_t network, uint32_t index)
{
	return floods_reserve(e->floods, network) && ports_reserve(&e->ports, network, index);
}

bool engine_attach_port(struct engine *e, uint32_t network, uint32_t index,
			const struct port_ops *ops, void *port)
{
	return floods_reserve(e->floods, network) &&
	       ports_attach(&e->ports, network, index, ops, port);
}

void engine_detach_port(struct engine *e, uint32_t network, uint32_t index)
{
	if (ports_detach(&e->ports, network, index))
		floods_cancel(e->floods, network);
}

static bool grow_underlays(struct engine *e, uint16_t endpoint)
{
	uint16_t count = (uint16_t)(endpoint + 1);
	struct underlay *underlays;

	if (endpoint < e->underlay_count)
		return true;
	underlays = reallocarray(e->underlays, count, sizeof(*underlays));
	if (!underlays)
		return false;
	for (uint16_t i = e->underlay_count; i < count; i++)
		underlays[i] = (struct underlay) { .ops = NULL };
	e->underlays = underlays;
	e->underlay_count = count;
	return true;
}

bool engine_attach_wire(struct engine *e, uint16_t endpoint, const struct wire_ops *ops, void *wire,
			uint16_t sources)
{
	if (endpoint == ENDPOINT_NONE || sources == 0 || sources > UNDERLAY_SOURCES)
		return false;
	if (!grow_underlays(e, endpoint) || e->underlays[endpoint].ops)
		return false;
	underlay_attach(&e->underlays[endpoint], ops, wire, sources);
	return true;
}

bool engine_reserve_wire(struct engine *e, uint16_t endpoint)
{
	return grow_underlays(e, endpoint);
}

void engine_detach_wire(struct engine *e, uint16_t endpoint)
{
	struct underlay *u = engine_underlay(e, endpoint);

	if (u)
		underlay_detach(e, u);
}

void engine_forget_network(struct engine *e, uint32_t network)
{
	floods_cancel(e->floods, network);
	runs_forget_sender(e->runs, network);
}

void engine_wire_writable(struct engine *e, uint16_t endpoint, uint64_t now)
{
	struct underlay *u = engine_underlay(e, endpoint);

	if (u)
		underlay_unblock(e, u, now);
}

void engine_wire_errors(struct engine *e, uint16_t endpoint, uint64_t now)
{
	struct underlay *u = engine_underlay(e, endpoint);

	if (u)
		underlay_errors(e, u, now);
}

void engine_send(struct engine *e, uint64_t now)
{
	for (uint16_t i = 0; i < e->underlay_count; i++) {
		if (e->underlays[i].ops)
			underlay_send(e, &e->underlays[i], now);
	}
}

static bool has_room(const struct engine *e)
{
	return packet_pool_spare(e->pool) > 0 && runs_room(e->runs) && !runs_heavy(e->runs);
}

bool engine_make_room(struct engine *e, uint64_t now)
{
	if (has_room(e))
		return true;
	engine_send(e, now);
	return has_room(e);
}

static void lose_patience(struct engine *e, uint64_t now)
{
	for (uint16_t i = 0; e->blocked > 0 && i < e->underlay_count; i++)
		underlay_lose_patience(e, &e->underlays[i], now);
}

bool engine_flush(struct engine *e, uint64_t now)
{
	e->count.turns++;
	lose_patience(e, now);
	engine_send(e, now);
	if (engine_paused(e))
		return false;
	floods_leave(e, now);
	engine_send(e, now);
	return floods_waiting(e->floods) && !engine_paused(e);
}

bool engine_blocked(const struct engine *e, uint16_t endpoint)
{
	const struct underlay *u = engine_underlay(e, endpoint);

	return u && u->blocked;
}

bool engine_paused(const struct engine *e)
{
	return e->blocked > 0;
}

uint16_t engine_blocked_source(const struct engine *e, uint16_t endpoint)
{
	const struct underlay *u = engine_underlay(e, endpoint);

	return u ? u->blocked_source : 0;
}

void engine_tick(struct engine *e, uint64_t now)
{
	tables_age(e->tables, now, ENGINE_AGED);
}

const struct engine_counters *engine_counters(const struct engine *e)
{
	return &e->count;
}
