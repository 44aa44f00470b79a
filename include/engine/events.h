/* What happened that is worth a line: a bounded ring of notes between the engine and whoever logs
 * or streams them.  When it is full the newest is lost and counted; forwarding never waits. */
#ifndef ENGINE_EVENTS_H
#define ENGINE_EVENTS_H

#include "table/place.h"
#include "wire/addr.h"
#include "wire/eth.h"
#include "wire/frame.h"

enum event_kind {
	EVENT_L2_MISS,  /* mac */
	EVENT_L3_MISS,  /* ip */
	EVENT_MOVED,    /* mac, place: its new place */
	EVENT_FROZEN,   /* mac, place: where it stays */
	EVENT_NO_LEASE, /* mac: of a DHCP client for whom there was no address */
	EVENT_DECLINED, /* mac, ip: a DHCP client found the address in use by somebody else */
	EVENT_REPEATED, /* mac: the source of a frame that local ports flood again and again */
	EVENT_NO_RUNS, /* endpoint, source, error: this socket cannot do runs, singles from now on */
	EVENT_NO_SUPERFRAMES, /* place, superframe, error: a port refused one, none from now on */
};

struct event {
	enum event_kind kind;
	uint32_t network;
	struct mac mac;
	struct addr ip;
	struct place place;
	uint16_t endpoint, source; /* source: which of the endpoint's sockets that send */
	enum frame_kind superframe;
	int error;
};

enum { EVENT_RING = 256 };

struct event_ring {
	struct event slot[EVENT_RING];
	uint32_t first, count;
	uint64_t lost;
};

void event_push(struct event_ring *ring, const struct event *event);
bool event_pop(struct event_ring *ring, struct event *out);

#endif
