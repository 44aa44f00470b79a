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
#include "app/dhcp.h"
#include "app/firewall_watch.h"
#include "app/leasing.h"
#include "app/links.h"
#include "app/mend.h"
#include "app/missing.h"
#include "app/options.h"
#include "app/spin.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "port/outlet.h"

struct loop {
	struct ev_loop *ev;
	struct vswitch *s;
	struct notes *notes;
	struct live live; /* of the same */
	struct missing missing;
	struct mend mend;
	struct firewall_watch firewall;
	struct control *control;
	struct lease_keeping leases;
	struct leasing *leasing;
	struct outlet outlet; /* stderr, while the loop runs */
	uint64_t now;
	struct spin spin;
	bool awake;              /* looking again instead of sleeping */
	uint64_t received, sent; /* until the last turn */
	struct watches watches;
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
	watches_pause(&l->watches, paused);
	if (paused)
		ev_timer_again(l->ev, &l->patience);
	else
		ev_timer_stop(l->ev, &l->patience);
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
	control_turn(l->control);
	dhcp_turn(&l->leases);
	if (paused || l->watches.paused)
		watches_look_for_room(&l->watches);
	if (paused != l->watches.paused)
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
	dhcp_tick(&l->leases);
}

/* -- Signals -- */

static void tell(void *context, const char *text)
{
	outlet_text(context, text, strlen(text));
}

/* Made whole first: a reader that is slow to read must not hold up the forwarding. */
static void write_text(struct loop *l, void (*write)(struct loop *l, FILE *to))
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to) {
		log_error("memory is short: nothing was done");
		return;
	}
	write(l, to);
	if (fclose(to) == 0 && len > 0)
		outlet_text(&l->outlet, text, len);
	free(text);
}

static void dump(struct loop *l, FILE *to)
{
	notes_dump(to, l->s, l->now);
}

/* First what is under way leaves, and what happened is told: by then its network may be another. */
static void settle(struct loop *l)
{
	engine_flush(l->s->engine, l->now);
	dhcp_turn(&l->leases);
	notes_drain(l->notes, l->s, l->now);
}

/* The switch is another now. */
static void look_again(struct loop *l)
{
	mend_again(&l->mend);
	dhcp_look_again(&l->leases);
	leasing_look_again(l->leasing);
	firewall_watch_again(&l->firewall);
}

static void read_again(struct loop *l, FILE *complaints)
{
	settle(l);
	reload(&l->live, complaints);
	links_say_aside(l->live.source);
	look_again(l);
}

static void follow(void *context, struct proposal *proposal, const char *file, bool dry)
{
	struct loop *l = context;

	settle(l);
	reload_proposed(&l->live, proposal, file, dry);
	links_say_aside(l->live.source);
	look_again(l);
}

static int make(void *context, const struct command *c, struct kept *kept, struct undo *undo,
		char why[COMMAND_WHY])
{
	struct loop *l = context;
	int rc;

	settle(l);
	rc = links_change(&l->live, c, kept, undo, why);
	look_again(l);
	return rc;
}

static void take_back(void *context, const struct undo *undo)
{
	struct loop *l = context;

	settle(l);
	links_take_back(&l->live, undo);
	look_again(l);
}

static void before_leased(void *context)
{
	settle(context);
}

static void after_leased(void *context)
{
	struct loop *l = context;

	mend_again(&l->mend);
	dhcp_look_again(&l->leases);
	firewall_watch_again(&l->firewall);
}

static void on_signal(EV_P_ ev_signal *signal, int events)
{
	struct loop *l = signal->data;

	(void)loop;
	(void)events;
	if (signal->signum == SIGUSR1)
		write_text(l, dump);
	else if (signal->signum == SIGHUP)
		write_text(l, read_again);
	else if (signal->signum == SIGUSR2)
		engine_trace(l->s->engine, LOOP_TRACE_FRAMES, tell, &l->outlet);
	else
		ev_break(l->ev, EVBREAK_ALL);
}

/* -- Setting up and down -- */

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

static bool allocate(struct loop *l, struct state *state, const char *socket)
{
	unsigned sockets = 0;

	ev_set_allocator(reallocate);
	for (uint16_t i = 0; i < l->s->wire_count; i++)
		sockets += udp_sockets(l->s->wires[i]->udp);
	l->control = calloc(1, sizeof(*l->control));
	l->live.control = l->control;
	l->ev = ev_loop_new(EVFLAG_NOENV | EVFLAG_AUTO);
	l->watches = (struct watches) { .ev = l->ev, .s = l->s, .mend = &l->mend, .now = &l->now };
	return l->control && l->ev && watches_reserve(&l->watches, l->s->port_count, sockets) &&
	       control_open(l->control, l->ev, l->s, state, &l->now, socket);
}

static void release(struct loop *l)
{
	if (l->control)
		control_close(l->control);
	free(l->control);
	if (l->ev)
		ev_loop_destroy(l->ev);
	mend_close(&l->mend);
	watches_free(&l->watches);
}

/* Whoever reads this may send signals: until now they would have ended the process. */
static void say_ready(const struct plan *plan)
{
	log_info("node %s of cluster %s is ready: %u network%s on %u endpoint%s",
		 plan->cluster->nodes[plan->node].name, plan->cluster->name, plan->network_count,
		 text_plural(plan->network_count), plan->endpoint_count,
		 text_plural(plan->endpoint_count));
}

int loop_run(struct vswitch *s, struct notes *notes, struct source *source, struct state *state,
	     const char *socket)
{
	struct loop l = {
		.s = s,
		.notes = notes,
		.live = { .source = source, .s = s, .notes = notes, .watches = &l.watches },
		.outlet.fd = STDERR_FILENO,
		.now = clock_now(),
	};
	const struct leasing_ops around = { &l, before_leased, after_leased };
	bool ok = allocate(&l, state, socket);

	if (ok) {
		start_turns(&l);
		firewall_watch_open(&l.firewall, l.ev, &s->firewall);
		mend_open(&l.mend, l.ev, s, &l.now, watches_port_is_back, &l.watches);
		watches_start(&l.watches);
		start_signals(&l);
		notes_share(notes, control_event, l.control);
		dhcp_open(&l.leases, s, state);
		l.leasing = leasing_open(l.ev, &l.live, state, &around);
		control_lease(l.control, l.leasing);
		control_share(l.control, &(struct control_follower) { .context = &l,
								      .follow = follow,
								      .make = make,
								      .take_back = take_back });
		say_ready(s->plan);
		log_set_writer(outlet_line, &l.outlet);
		ev_run(l.ev, 0);
		log_set_writer(NULL, NULL);
		stop_signals(&l);
		dhcp_close(&l.leases);
		control_lease(l.control, NULL);
		leasing_close(l.leasing);
		notes_share(notes, NULL, NULL);
		notes_dump(stderr, s, l.now);
	}
	release(&l);
	return ok ? 0 : -ENOMEM;
}
