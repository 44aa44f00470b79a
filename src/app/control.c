#include "app/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/control_parts.h"
#include "app/rendezvous.h"
#include "base/log.h"

/* -- New ones -- */

/* Who monitors may well be silent: they go last, unless they hung up. */
static bool is_more_idle(const struct control_client *a, const struct control_client *b)
{
	bool a_stays = client_listens(a) && !a->ended, b_stays = client_listens(b) && !b->ended;

	return a_stays != b_stays ? b_stays : a->heard < b->heard;
}

/* A free place, made if there is none. */
static struct control_client *find_place(struct control *control)
{
	struct control_client *place = &control->clients[0];

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd < 0)
			return c;
		if (is_more_idle(c, place))
			place = c;
	}
	client_drop(place);
	return place;
}

static void on_client(EV_P_ ev_io *io, int events)
{
	struct control_client *c = io->data;

	(void)loop;
	control_look_anew(c->control);
	if (events & EV_READ && !client_read(c))
		c->ended = true;
	if (events & EV_ERROR) /* one that can not be watched could not be told of anything */
		client_drop(c);
	else
		client_serve(c);
}

static void take_client(struct control *control, int fd)
{
	struct control_client *c = find_place(control);

	*c = (struct control_client) { .control = control,
				       .fd = fd,
				       .in = malloc(PROTOCOL_REQUEST + 1),
				       .out = malloc(CONTROL_OUT),
				       .heard = *control->now };
	control->count++;
	ev_io_init(&c->io, on_client, fd, EV_READ);
	c->io.data = c;
	if (c->in && c->out)
		ev_io_start(control->ev, &c->io);
	else
		client_drop(c);
}

/* While descriptors are short, listening would wake us for ever: the next second goes on with it. */
static void on_listener(EV_P_ ev_io *io, int events)
{
	struct control *control = io->data;

	if (events & EV_ERROR) { /* libev has let go of it */
		log_warning("the control socket can not be watched: nobody is answered there");
		return;
	}
	for (unsigned i = 0; i < CONTROL_ACCEPTS; i++) {
		int fd = unix_accept(&control->listener);

		if (fd >= 0)
			take_client(control, fd);
		else if (fd == -EAGAIN)
			return;
		else if (fd != -EPERM && fd != -ECONNABORTED && fd != -EINTR)
			ev_io_stop(EV_A_ io);
	}
}

/* -- Probes under way -- */

static bool is_probing(const struct control_client *c)
{
	return c->fd >= 0 && c->session.state == SESSION_PROBE;
}

/* Something may have come for those who wait. */
static void look_after_probes(struct control *control)
{
	bool waiting = false;

	control_look_anew(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (!is_probing(c) || !client_has_room(c))
			continue;
		client_go_on(c);
		if (!is_probing(c))
			client_serve(c);
		waiting = waiting || is_probing(c);
	}
	if (!waiting)
		ev_timer_stop(control->ev, &control->patience);
}

static void on_patience(EV_P_ ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	look_after_probes(timer->data);
}

void control_turn(struct control *control)
{
	if (control->state->keeper)
		keeper_begin(control->state->keeper);
	if (ev_is_active(&control->patience))
		look_after_probes(control);
}

/* -- Setting up and down -- */

static bool listen_at(struct control *control, const char *path)
{
	int rc = unix_listen(&control->listener, path);

	if (rc == 0) {
		ev_io_init(&control->io, on_listener, control->listener.fd, EV_READ);
		control->io.data = control;
		ev_io_start(control->ev, &control->io);
		log_debug("control socket %s", path);
	} else if (rc == -EADDRINUSE) {
		log_warning(
			"no control socket: somebody listens on %s already; --socket PATH names "
			"another",
			path);
	} else {
		log_warning("no control socket %s: %s", path, strerror(-rc));
	}
	return rc == 0;
}

static void follow(void *context, const char *file, bool dry)
{
	struct control *control = context;

	control->follower.follow(control->follower.context, &control->proposal, file, dry);
	control_look_anew(control);
}

static int make(void *context, const struct command *c, struct kept *kept, struct undo *undo,
		char why[COMMAND_WHY])
{
	struct control *control = context;
	int rc = control->follower.make(control->follower.context, c, kept, undo, why);

	control_look_anew(control);
	return rc;
}

void control_lease(struct control *control, const struct leasing *leasing)
{
	control->leasing = leasing;
	control_look_anew(control);
}

void control_share(struct control *control, const struct control_follower *follower)
{
	control->follower = *follower;
	control->view.follow = follow;
	control->view.make = make;
	control->view.unmake = control_unmake;
	control->view.proposal = &control->proposal;
}

bool control_open(struct control *control, struct ev_loop *ev, struct vswitch *s,
		  struct state *state, const uint64_t *now, const char *path)
{
	const struct cluster *cluster = s->plan->cluster;
	const char *node = cluster->nodes[s->plan->node].name;
	char place[UNIX_PATH], why[RENDEZVOUS_WHY];

	*control = (struct control) {
		.ev = ev, .s = s, .state = state, .now = now, .listener.fd = -1
	};
	ev_timer_init(&control->patience, on_patience, 0., CONTROL_PATIENCE / 1000.);
	control->patience.data = control;
	control_see(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i] = (struct control_client) { .control = control, .fd = -1 };
	if (!control_keep(control))
		return false;
	if (path)
		return listen_at(control, path);
	if (!rendezvous_make(cluster->name, node, place, why))
		log_warning("no control socket: %s", why);
	else
		listen_at(control, place);
	return true;
}

void control_close(struct control *control)
{
	if (!control->ev)
		return;
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			client_drop(&control->clients[i]);
	ev_timer_stop(control->ev, &control->patience);
	if (control->listener.fd >= 0)
		ev_io_stop(control->ev, &control->io);
	unix_close(&control->listener);
	proposal_end(&control->proposal);
	if (control->undos)
		ev_io_stop(control->ev, &control->kept);
	for (uint64_t i = 0; control->undos && i < KEEPER_ROOM; i++)
		undo_forget(&control->undos[i]);
	free(control->undos);
	control_unwatch(control);
}

void control_tick(struct control *control)
{
	if (control->listener.fd < 0)
		return;
	control_look_anew(control);
	control_tell_unseen(control);
	control_watch(control);
	ev_io_start(control->ev, &control->io);
}
