#include "app/firewall_watch.h"

static void stop(struct firewall_watch *w)
{
	ev_io_stop(w->ev, &w->ended);
	ev_timer_stop(w->ev, &w->patience);
}

/* Where the loop can not watch it, it is waited for. */
static void on_ended(EV_P_ ev_io *io, int events)
{
	struct firewall_watch *w = io->data;

	(void)loop;
	(void)events;
	stop(w);
	firewall_collect(w->firewall);
	firewall_watch_again(w);
}

/* Its end is still to come: until then it is watched. */
static void on_impatience(EV_P_ ev_timer *timer, int events)
{
	struct firewall_watch *w = timer->data;

	(void)loop;
	(void)events;
	nft_stop(w->firewall->run);
}

void firewall_watch_open(struct firewall_watch *watch, struct ev_loop *ev,
			 struct firewall *firewall)
{
	*watch = (struct firewall_watch) { .ev = ev, .firewall = firewall };
	ev_io_init(&watch->ended, on_ended, -1, EV_READ);
	ev_timer_init(&watch->patience, on_impatience, 0., 0.);
	watch->ended.data = watch->patience.data = watch;
	firewall_watch_again(watch);
}

void firewall_watch_again(struct firewall_watch *watch)
{
	int fd = firewall_fd(watch->firewall);

	if (fd < 0 || ev_is_active(&watch->ended))
		return;
	ev_io_set(&watch->ended, fd, EV_READ);
	ev_io_start(watch->ev, &watch->ended);
	ev_timer_set(&watch->patience, NFT_PATIENCE / 1000., 0.);
	ev_timer_start(watch->ev, &watch->patience);
}
