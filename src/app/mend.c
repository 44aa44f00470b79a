#include "app/mend.h"

/* -- Lost devices -- */

/* Sets the timer to the next try, if there is one to come. */
static void await_revival(struct mend *m)
{
	uint64_t due = revive_due(&m->revive), now = *m->now;

	ev_timer_stop(m->ev, &m->revival);
	if (due == UINT64_MAX)
		return;
	ev_timer_set(&m->revival, due > now ? (double)(due - now) / (double)NS_PER_S : 0., 0.);
	ev_timer_start(m->ev, &m->revival);
}

static void on_revival(EV_P_ ev_timer *timer, int events)
{
	struct mend *m = timer->data;
	uint32_t number = revive_try(&m->revive, *m->now);

	(void)loop;
	(void)events;
	if (number != PORT_NONE) {
		m->back(m->context, number);
		routed_follow(m->revive.s, *m->now);
	}
	await_revival(m);
}

void mend_port(struct mend *mend, uint32_t number, int error)
{
	revive_lose(&mend->revive, number, error, *mend->now);
	await_revival(mend);
}

/* -- Changes of the machine -- */

/* One may be the first of many: nobody listens while the others are waited for. */
static void on_change(EV_P_ ev_io *io, int events)
{
	struct mend *m = io->data;

	(void)loop;
	(void)events;
	ev_io_stop(m->ev, &m->changes);
	ev_timer_again(m->ev, &m->settle);
}

static void on_settled(EV_P_ ev_timer *timer, int events)
{
	struct mend *m = timer->data;

	(void)loop;
	(void)events;
	ev_timer_stop(m->ev, &m->settle);
	recheck_look(&m->recheck, *m->now);
	routed_settled(m->revive.s, *m->now);
	if (recheck_fd(&m->recheck) >= 0)
		ev_io_start(m->ev, &m->changes);
}

void mend_tick(struct mend *mend)
{
	revive_tick(&mend->revive, *mend->now);
	recheck_tick(&mend->recheck, *mend->now);
	routed_tick(mend->revive.s, *mend->now);
}

/* -- Setting up and down -- */

/* The first look is for what changed while the switch was opened. */
static void start(struct mend *m)
{
	ev_timer_init(&m->revival, on_revival, 0., 0.);
	ev_io_init(&m->changes, on_change, recheck_fd(&m->recheck), EV_READ);
	ev_timer_init(&m->settle, on_settled, 0., (double)RECHECK_SETTLE / (double)NS_PER_S);
	m->revival.data = m->changes.data = m->settle.data = m;
	ev_timer_again(m->ev, &m->settle);
}

void mend_open(struct mend *mend, struct ev_loop *ev, struct vswitch *s, const uint64_t *now,
	       mend_back back, void *context)
{
	*mend = (struct mend) { .ev = ev, .now = now, .back = back, .context = context };
	revive_open(&mend->revive, s);
	recheck_open(&mend->recheck, s);
	start(mend);
}

/* Other ports may be lost, and what was opened is looked at as after the start. */
void mend_again(struct mend *mend)
{
	await_revival(mend);
	recheck_again(&mend->recheck);
	routed_follow(mend->revive.s, *mend->now);
	ev_timer_again(mend->ev, &mend->settle);
}

void mend_close(struct mend *mend)
{
	recheck_close(&mend->recheck);
}
