#include "app/loop.h"

#include <errno.h>
#include <ev.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/control.h"
#include "app/mend.h"
#include "app/missing.h"
#include "app/options.h"
#include "app/spin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "port/outlet.h"

struct loop;

/* A watched local port. */
struct port_watch {
	ev_io io;
	struct loop *loop;
	struct tap_port *port;
};

/* A watched socket of an endpoint. */
struct socket_watch {
	ev_io io;
	ev_io writable;
	struct loop *loop;
	struct underlay_wire *wire;
	unsigned socket;
	bool receives;
	unsigned fruitless; /* wake-ups in a row with nothing to fetch */
};

struct loop {
	struct ev_loop *ev;
	struct vswitch *s;
	struct notes *notes;
	struct missing missing;
	struct mend mend;
	struct control *control;
	struct outlet outlet; /* stderr, while the loop runs */
	uint64_t now;
	bool paused;
	struct spin spin;
	bool awake;              /* looking again instead of sleeping */
	uint64_t received, sent; /* until the last turn */
	struct port_watch *ports;
	struct socket_watch *sockets;
	unsigned socket_count;
	ev_check wake;
	ev_prepare turn;
	ev_idle busy;
	ev_timer tick;
	ev_timer patience; /* runs while the underlay is full */
	ev_signal signals[5];
};

static uint64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* -- Ports -- */

static void lose_port(struct port_watch *watch, int rc)
{
	struct loop *l = watch->loop;

	ev_io_stop(l->ev, &watch->io);
	mend_port(&l->mend, (uint32_t)(watch - l->ports), -rc);
}

static void port_is_back(void *context, uint32_t number)
{
	struct loop *l = context;
	struct port_watch *watch = &l->ports[number];

	ev_io_set(&watch->io, watch->port->tap.fd, EV_READ);
	if (!l->paused)
		ev_io_start(l->ev, &watch->io);
}

static void on_port(EV_P_ ev_io *io, int events)
{
	struct port_watch *watch = io->data;
	int rc = engine_port_readable(watch->loop->s->engine, watch->port->network,
				      watch->port->index, watch->loop->now);

	(void)loop;
	if (events & EV_ERROR)
		rc = -ENOSPC; /* of epoll's watches, or memory for one: libev lets go of it */
	if (rc < 0)
		lose_port(watch, rc);
}

static void watch_ports(struct loop *loop, bool on)
{
	for (uint32_t i = 0; i < loop->s->port_count; i++) {
		struct port_watch *watch = &loop->ports[i];

		if (on && watch->port->tap.fd >= 0)
			ev_io_start(loop->ev, &watch->io);
		else
			ev_io_stop(loop->ev, &watch->io);
	}
}

/* -- Sockets -- */

static void lose_socket(struct socket_watch *watch, const char *why)
{
	char ip[ADDR_TEXT];

	ev_io_stop(watch->loop->ev, &watch->io);
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

	engine_wire_errors(watch->loop->s->engine, wire->endpoint, watch->loop->now);
	if (wire->errors != before)
		watch->fruitless = 0;
	else if (++watch->fruitless == LOOP_FRUITLESS)
		lose_socket(watch, "it reports errors and has none");
}

static void on_receiver(EV_P_ ev_io *io, int events)
{
	struct socket_watch *watch = io->data;
	struct underlay_wire *wire = watch->wire;
	uint64_t before = wire->received;
	int rc = engine_wire_readable(watch->loop->s->engine, wire->endpoint, watch->socket,
				      watch->loop->now);

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
	engine_wire_writable(watch->loop->s->engine, watch->wire->endpoint, watch->loop->now);
}

/* Does the endpoint wait for this very socket? */
static bool is_waited_for(const struct socket_watch *watch)
{
	const struct engine *engine = watch->loop->s->engine;
	uint16_t endpoint = watch->wire->endpoint;

	return engine_blocked(engine, endpoint) &&
	       watch->socket ==
		       udp_sender(watch->wire->udp, engine_blocked_source(engine, endpoint));
}

static void watch_writable(struct loop *loop)
{
	for (unsigned i = 0; i < loop->socket_count; i++) {
		struct socket_watch *watch = &loop->sockets[i];

		if (is_waited_for(watch))
			ev_io_start(loop->ev, &watch->writable);
		else
			ev_io_stop(loop->ev, &watch->writable);
	}
}

/* -- The turn -- */

static void on_wake(EV_P_ ev_check *check, int events)
{
	(void)loop;
	(void)events;
	((struct loop *)check->data)->now = clock_now();
}

/* Waking up is enough: the turn that follows asks whether the wait has been long enough. */
static void on_patience(EV_P_ ev_timer *timer, int events)
{
	(void)loop;
	(void)timer;
	(void)events;
}

static void pause_ports(struct loop *l, bool paused)
{
	watch_ports(l, !paused);
	if (paused)
		ev_timer_again(l->ev, &l->patience);
	else
		ev_timer_stop(l->ev, &l->patience);
	l->paused = paused;
}

/* Is an answer so likely that sleeping does not pay? */
static bool stays_awake(struct loop *l)
{
	const struct engine_counters *count = engine_counters(l->s->engine);
	uint64_t in = count->received - l->received, out = count->datagrams - l->sent;

	l->received = count->received;
	l->sent = count->datagrams;
	return spin_on(&l->spin, in, out, clock_now());
}

static void on_turn(EV_P_ ev_prepare *prepare, int events)
{
	struct loop *l = prepare->data;
	bool more = engine_flush(l->s->engine, l->now);
	bool paused = engine_paused(l->s->engine);

	(void)loop;
	(void)events;
	notes_drain(l->notes, l->s, l->now);
	if (paused || l->paused)
		watch_writable(l);
	if (paused != l->paused)
		pause_ports(l, paused);
	l->awake = stays_awake(l);
	if ((more && !paused) || l->awake)
		ev_idle_start(l->ev, &l->busy);
	else
		ev_idle_stop(l->ev, &l->busy);
}

/* Being watched is enough: an idle watcher keeps the loop from sleeping while flooded copies wait, or
 * an answer. */
static void on_busy(EV_P_ ev_idle *idle, int events)
{
	const struct loop *l = idle->data;

	(void)loop;
	(void)events;
	if (l->awake)
		sched_yield();
}

static void on_tick(EV_P_ ev_timer *timer, int events)
{
	struct loop *l = timer->data;

	(void)loop;
	(void)events;
	engine_tick(l->s->engine, l->now);
	notes_watch_groups(l->notes, l->s, l->now);
	missing_search(&l->missing, l->s, l->now);
	mend_tick(&l->mend);
	control_tick(l->control);
}

/* -- Signals -- */

static void tell(void *context, const char *text)
{
	outlet_text(context, text, strlen(text));
}

/* Made whole first: a reader that is slow to read must not hold up the forwarding. */
static void dump(struct loop *l)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to) {
		log_error("memory is short: no dump");
		return;
	}
	notes_dump(to, l->s, l->now);
	if (fclose(to) == 0)
		outlet_text(&l->outlet, text, len);
	free(text);
}

static void on_signal(EV_P_ ev_signal *signal, int events)
{
	struct loop *l = signal->data;

	(void)loop;
	(void)events;
	if (signal->signum == SIGUSR1)
		dump(l);
	else if (signal->signum == SIGUSR2)
		engine_trace(l->s->engine, LOOP_TRACE_FRAMES, tell, &l->outlet);
	else
		ev_break(l->ev, EVBREAK_ALL);
}

/* -- Setting up and down -- */

static void start_ports(struct loop *l)
{
	for (uint32_t i = 0; i < l->s->port_count; i++) {
		struct port_watch *watch = &l->ports[i];

		*watch = (struct port_watch) { .loop = l, .port = &l->s->ports[i] };
		ev_io_init(&watch->io, on_port, watch->port->tap.fd, EV_READ);
		watch->io.data = watch;
	}
	watch_ports(l, true);
}

static void start_wire(struct loop *l, struct underlay_wire *wire)
{
	for (unsigned i = 0; i < udp_sockets(wire->udp); i++) {
		struct socket_watch *watch = &l->sockets[l->socket_count++];

		*watch = (struct socket_watch) {
			.loop = l,
			.wire = wire,
			.socket = i,
			.receives = i < udp_receivers(wire->udp),
		};
		ev_io_init(&watch->io, watch->receives ? on_receiver : on_source,
			   udp_fd(wire->udp, i), EV_READ);
		watch->io.data = watch;
		ev_io_init(&watch->writable, on_writable, udp_fd(wire->udp, i), EV_WRITE);
		watch->writable.data = watch;
		ev_io_start(l->ev, &watch->io);
	}
}

static void start_signals(struct loop *l)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		ev_signal_init(&l->signals[i], on_signal, numbers[i]);
		l->signals[i].data = l;
		ev_signal_start(l->ev, &l->signals[i]);
	}
}

/* From now on each ends the process at once, as it does by default; the loop that caught them goes. */
static void stop_signals(struct loop *l)
{
	for (size_t i = 0; i < sizeof(l->signals) / sizeof(l->signals[0]); i++)
		ev_signal_stop(l->ev, &l->signals[i]);
}

static void start_turns(struct loop *l)
{
	ev_check_init(&l->wake, on_wake);
	ev_set_priority(&l->wake, EV_MAXPRI);
	l->wake.data = l;
	ev_check_start(l->ev, &l->wake);

	ev_prepare_init(&l->turn, on_turn);
	l->turn.data = l;
	ev_prepare_start(l->ev, &l->turn);

	ev_idle_init(&l->busy, on_busy);
	l->busy.data = l;

	ev_timer_init(&l->patience, on_patience, 0., (double)ENGINE_PATIENCE / (double)NS_PER_S);

	ev_timer_init(&l->tick, on_tick, 1., 1.);
	l->tick.data = l;
	ev_timer_start(l->ev, &l->tick);
}

/* libev has no way to be refused memory: without this it would abort. */
static void *reallocate(void *at, long size)
{
	void *more;

	if (size == 0) {
		free(at);
		return NULL;
	}
	more = realloc(at, (size_t)size);
	if (more)
		return more;
	log_error("memory is short for the event loop, which can not go on without");
	exit(EXIT_REFUSED);
}

static bool allocate(struct loop *l, const char *socket)
{
	unsigned sockets = 0;

	ev_set_allocator(reallocate);
	for (uint16_t i = 0; i < l->s->wire_count; i++)
		sockets += udp_sockets(l->s->wires[i].udp);
	l->ports = calloc(l->s->port_count + 1, sizeof(*l->ports));
	l->sockets = calloc(sockets + 1, sizeof(*l->sockets));
	l->control = calloc(1, sizeof(*l->control));
	l->ev = ev_loop_new(EVFLAG_NOENV | EVFLAG_AUTO);
	return l->ports && l->sockets && l->control && l->ev &&
	       mend_open(&l->mend, l->ev, l->s, &l->now, port_is_back, l) &&
	       control_open(l->control, l->ev, l->s, &l->now, socket);
}

static void release(struct loop *l)
{
	if (l->control)
		control_close(l->control);
	free(l->control);
	if (l->ev)
		ev_loop_destroy(l->ev);
	mend_close(&l->mend);
	free(l->sockets);
	free(l->ports);
}

/* Whoever reads this may send signals: until now they would have ended the process. */
static void say_ready(const struct plan *plan)
{
	log_info("node %s of cluster %s is ready: %u network%s on %u endpoint%s",
		 plan->cluster->nodes[plan->node].name, plan->cluster->name, plan->network_count,
		 text_plural(plan->network_count), plan->endpoint_count,
		 text_plural(plan->endpoint_count));
}

int loop_run(struct vswitch *s, struct notes *notes, const char *socket)
{
	struct loop l = {
		.s = s,
		.notes = notes,
		.outlet.fd = STDERR_FILENO,
		.now = clock_now(),
	};
	bool ok = allocate(&l, socket);

	if (ok) {
		start_turns(&l);
		start_ports(&l);
		for (uint16_t i = 0; i < s->wire_count; i++)
			start_wire(&l, &s->wires[i]);
		start_signals(&l);
		notes_share(notes, control_event, l.control);
		say_ready(s->plan);
		log_set_writer(outlet_line, &l.outlet);
		ev_run(l.ev, 0);
		log_set_writer(NULL, NULL);
		stop_signals(&l);
		notes_share(notes, NULL, NULL);
		notes_dump(stderr, s, l.now);
	}
	release(&l);
	return ok ? 0 : -ENOMEM;
}
