#include "app/watches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* A watched local port. */
struct port_watch {
	ev_io io;
	struct watches *all;
	struct tap_port *port;
};

/* A watched socket of an endpoint. */
struct socket_watch {
	ev_io io;
	ev_io writable;
	struct watches *all;
	struct underlay_wire *wire;
	unsigned socket;
	bool receives;
	unsigned fruitless; /* wake-ups in a row with nothing to fetch */
};

/* -- Ports -- */

static void lose_port(struct port_watch *watch, int rc)
{
	struct watches *w = watch->all;

	ev_io_stop(w->ev, &watch->io);
	mend_port(w->mend, (uint32_t)(watch - w->ports), -rc);
}

void watches_port_is_back(void *watches, uint32_t number)
{
	struct watches *w = watches;
	struct port_watch *watch = &w->ports[number];

	ev_io_set(&watch->io, watch->port->tap.fd, EV_READ);
	if (!w->paused)
		ev_io_start(w->ev, &watch->io);
}

static void on_port(EV_P_ ev_io *io, int events)
{
	struct port_watch *watch = io->data;
	struct watches *w = watch->all;
	int rc = engine_port_readable(w->s->engine, watch->port->network, watch->port->index,
				      *w->now);

	(void)loop;
	if (events & EV_ERROR)
		rc = -ENOSPC; /* of epoll's watches, or memory for one: libev lets go of it */
	if (rc < 0)
		lose_port(watch, rc);
}

static void watch_ports(struct watches *w, bool on)
{
	for (uint32_t i = 0; i < w->port_count; i++) {
		struct port_watch *watch = &w->ports[i];

		if (on && watch->port->tap.fd >= 0)
			ev_io_start(w->ev, &watch->io);
		else
			ev_io_stop(w->ev, &watch->io);
	}
}

void watches_pause(struct watches *w, bool paused)
{
	watch_ports(w, !paused);
	w->paused = paused;
}

/* -- Sockets -- */

static void lose_socket(struct socket_watch *watch, const char *why)
{
	char ip[ADDR_TEXT];

	ev_io_stop(watch->all->ev, &watch->io);
	log_error("a socket of %s failed (%s) and is not watched any more",
		  addr_text(watch->wire->self, ip), why);
}

/* Readable without a datagram means that an error waits.  Now and then another socket's turn has
 * fetched it already; a socket that says so again and again with nothing to fetch is broken, and
 * would wake the loop for ever. */
static void fetch_errors(struct socket_watch *watch)
{
	struct underlay_wire *wire = watch->wire;
	uint64_t before = wire->errors;

	engine_wire_errors(watch->all->s->engine, wire->endpoint, *watch->all->now);
	if (wire->errors != before)
		watch->fruitless = 0;
	else if (++watch->fruitless == WATCHES_FRUITLESS)
		lose_socket(watch, "it reports errors and has none");
}

static void on_receiver(EV_P_ ev_io *io, int events)
{
	struct socket_watch *watch = io->data;
	struct underlay_wire *wire = watch->wire;
	uint64_t before = wire->received;
	int rc = engine_wire_readable(watch->all->s->engine, wire->endpoint, watch->socket,
				      *watch->all->now);

	(void)loop;
	if (events & EV_ERROR)
		rc = -ENOSPC;
	if (rc < 0)
		lose_socket(watch, strerror(-rc));
	else if (wire->received == before)
		fetch_errors(watch);
	else
		watch->fruitless = 0;
}

/* A source socket drops all that arrives: when it is readable, it has an error. */
static void on_source(EV_P_ ev_io *io, int events)
{
	(void)loop;
	if (events & EV_ERROR)
		lose_socket(io->data, strerror(ENOSPC));
	else
		fetch_errors(io->data);
}

static void on_writable(EV_P_ ev_io *io, int events)
{
	struct socket_watch *watch = io->data;

	(void)loop;
	(void)events;
	engine_wire_writable(watch->all->s->engine, watch->wire->endpoint, *watch->all->now);
}

/* Does the endpoint wait for this very socket? */
static bool is_waited_for(const struct socket_watch *watch)
{
	const struct engine *engine = watch->all->s->engine;
	uint16_t endpoint = watch->wire->endpoint;

	return engine_blocked(engine, endpoint) &&
	       watch->socket ==
		       udp_sender(watch->wire->udp, engine_blocked_source(engine, endpoint));
}

void watches_look_for_room(struct watches *w)
{
	for (unsigned i = 0; i < w->socket_count; i++) {
		struct socket_watch *watch = &w->sockets[i];

		if (is_waited_for(watch))
			ev_io_start(w->ev, &watch->writable);
		else
			ev_io_stop(w->ev, &watch->writable);
	}
}

/* -- All of them -- */

bool watches_reserve(struct watches *w, uint32_t ports, unsigned sockets)
{
	struct port_watch *more_ports = reallocarray(w->ports, ports + 1, sizeof(*more_ports));
	struct socket_watch *more_sockets;

	if (!more_ports)
		return false;
	w->ports = more_ports;
	more_sockets = reallocarray(w->sockets, sockets + 1, sizeof(*more_sockets));
	if (!more_sockets)
		return false;
	w->sockets = more_sockets;
	return true;
}

static void start_port(struct watches *w, struct tap_port *port)
{
	struct port_watch *watch = &w->ports[w->port_count++];

	*watch = (struct port_watch) { .all = w, .port = port };
	ev_io_init(&watch->io, on_port, port->tap.fd, EV_READ);
	watch->io.data = watch;
}

static void start_wire(struct watches *w, struct underlay_wire *wire)
{
	for (unsigned i = 0; i < udp_sockets(wire->udp); i++) {
		struct socket_watch *watch = &w->sockets[w->socket_count++];

		*watch = (struct socket_watch) {
			.all = w,
			.wire = wire,
			.socket = i,
			.receives = i < udp_receivers(wire->udp),
		};
		ev_io_init(&watch->io, watch->receives ? on_receiver : on_source,
			   udp_fd(wire->udp, i), EV_READ);
		watch->io.data = watch;
		ev_io_init(&watch->writable, on_writable, udp_fd(wire->udp, i), EV_WRITE);
		watch->writable.data = watch;
		ev_io_start(w->ev, &watch->io);
	}
}

void watches_start(struct watches *w)
{
	for (uint32_t i = 0; i < w->s->port_count; i++)
		start_port(w, w->s->ports[i]);
	for (uint16_t i = 0; i < w->s->wire_count; i++)
		if (w->s->wires[i])
			start_wire(w, w->s->wires[i]);
	watch_ports(w, !w->paused);
	watches_look_for_room(w);
}

void watches_stop(struct watches *w)
{
	watch_ports(w, false);
	for (unsigned i = 0; i < w->socket_count; i++) {
		ev_io_stop(w->ev, &w->sockets[i].io);
		ev_io_stop(w->ev, &w->sockets[i].writable);
	}
	w->port_count = 0;
	w->socket_count = 0;
}

void watches_free(struct watches *w)
{
	free(w->ports);
	free(w->sockets);
}
