#include "app/revive.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

void revive_open(struct revive *revive, struct vswitch *s)
{
	*revive = (struct revive) { .s = s };
}

static const char *network_of(const struct revive *revive, uint32_t number)
{
	return revive->s->tables->networks[revive->s->ports[number]->network]->name;
}

/* -- What people read -- */

static void say_lost(struct revive *revive, uint32_t number, int error, uint64_t now)
{
	uint32_t swallowed;

	if (!log_allowed(&revive->lost, now, &swallowed))
		return;
	log_warning("network %s: its device %s is gone (%s); the network drops as port-down until "
		    "the device is back, which is tried again and again (%" PRIu32
		    " more such lines were left out)",
		    network_of(revive, number), revive->s->ports[number]->tap.name,
		    error == EBADFD ? "deleted" : strerror(error), swallowed);
}

static void say_refused(struct revive *revive, uint32_t number, const char *why, uint64_t now)
{
	uint32_t swallowed;

	if (!log_allowed(&revive->refused, now, &swallowed))
		return;
	revive->s->ports[number]->refused = true;
	log_warning(
		"network %s: its device does not come back: %s (it is tried every %d s; %" PRIu32
		" more such lines were left out)",
		network_of(revive, number), why, (int)(BACKOFF_MOST / NS_PER_S), swallowed);
}

static void say_back(struct revive *revive, uint32_t number, uint64_t now)
{
	const struct tap *tap = &revive->s->ports[number]->tap;
	uint32_t swallowed;

	if (!log_allowed(&revive->back, now, &swallowed))
		return;
	log_info("network %s: its device %s is back: it was %s (%" PRIu32
		 " more such lines were left out)",
		 network_of(revive, number), tap->name,
		 tap->created ? "made again; addresses and routes went with the old one"
			      : "there, and was attached to",
		 swallowed);
}

/* -- Losing and trying -- */

void revive_lose(struct revive *revive, uint32_t number, int error, uint64_t now)
{
	say_lost(revive, number, error, now);
	vswitch_drop_port(revive->s, revive->s->ports[number]);
	revive->s->ports[number]->refused = false;
	backoff_start(&revive->s->ports[number]->backoff, now);
}

/* The port to be tried first; PORT_NONE when none is lost. */
static uint32_t first_due(const struct revive *revive)
{
	uint64_t due = UINT64_MAX;
	uint32_t first = PORT_NONE;

	for (uint32_t i = 0; i < revive->s->port_count; i++) {
		if (backoff_due(&revive->s->ports[i]->backoff) >= due)
			continue;
		due = backoff_due(&revive->s->ports[i]->backoff);
		first = i;
	}
	return first;
}

uint64_t revive_due(const struct revive *revive)
{
	uint32_t first = first_due(revive);

	return first == PORT_NONE ? UINT64_MAX : backoff_due(&revive->s->ports[first]->backoff);
}

uint32_t revive_try(struct revive *revive, uint64_t now)
{
	uint32_t number = first_due(revive);
	char why[TAP_WHY];

	if (number == PORT_NONE || backoff_due(&revive->s->ports[number]->backoff) > now)
		return PORT_NONE;
	if (vswitch_restore_port(revive->s, revive->s->ports[number], why) < 0) {
		backoff_failed(&revive->s->ports[number]->backoff, now);
		if (!revive->s->ports[number]->refused)
			say_refused(revive, number, why, now);
		return PORT_NONE;
	}
	backoff_end(&revive->s->ports[number]->backoff);
	say_back(revive, number, now);
	return number;
}

void revive_tick(struct revive *revive, uint64_t now)
{
	uint32_t swallowed;

	if (revive->lost.swallowed && log_allowed(&revive->lost, now, &swallowed))
		log_warning("%" PRIu32 " more devices were lost; those that are not back yet are "
			    "in the dump (SIGUSR1)",
			    swallowed);
}
