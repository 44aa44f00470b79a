#include "app/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/rendezvous.h"
#include "base/hash.h"
#include "base/log.h"
#include "ctl/happening.h"

/* -- Clients come and go -- */

static void drop_client(struct control_client *c)
{
	ev_io_stop(c->control->ev, &c->io);
	c->control->count--;
	close(c->fd);
	free(c->in);
	free(c->out);
	*c = (struct control_client) { .control = c->control, .fd = -1 };
}

static bool is_monitor(const struct control_client *c)
{
	return c->session.state == SESSION_MONITOR;
}

/* Who monitors may well be silent: they go last, unless they hung up. */
static bool is_more_idle(const struct control_client *a, const struct control_client *b)
{
	bool a_stays = is_monitor(a) && !a->ended, b_stays = is_monitor(b) && !b->ended;

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
	drop_client(place);
	return place;
}

/* The switch may have been given other tables since. */
static void look_anew(struct control *control)
{
	const struct plan *plan = control->s->plan;

	control->view.tables = control->s->tables;
	control->view.cluster = plan->cluster->name;
	control->view.node = plan->cluster->nodes[plan->node].name;
}

/* -- What a client hears -- */

/* Sends what it takes; false when it is gone. */
static bool flush_out(struct control_client *c)
{
	while (c->out_sent < c->out_len) {
		ssize_t n = unix_send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent);

		if (n == -EAGAIN || n == -EINTR)
			break;
		if (n < 0)
			return false;
		c->out_sent += (size_t)n;
	}
	if (c->out_sent) {
		memmove(c->out, c->out + c->out_sent, c->out_len - c->out_sent);
		c->out_len -= c->out_sent;
		c->out_sent = 0;
	}
	return true;
}

static struct text out_of(struct control_client *c)
{
	return text_in(c->out + c->out_len, CONTROL_OUT - c->out_len);
}

static bool has_room(const struct control_client *c)
{
	return CONTROL_OUT - c->out_len > PROTOCOL_LINE;
}

/* -- What a client says -- */

/* Makes room in front; false at the end of what it says. */
static bool read_in(struct control_client *c)
{
	size_t room = PROTOCOL_REQUEST + 1 - c->in_len;
	ssize_t n =
		unix_receive(c->fd, c->in + c->in_len, room < CONTROL_READ ? room : CONTROL_READ);

	if (n == -EAGAIN || n == -EINTR)
		return true;
	if (n <= 0)
		return false;
	c->heard = *c->control->now;
	c->in_len += (size_t)n;
	if (is_monitor(c))
		c->in_len = 0; /* it listens from now on */
	return true;
}

/* The length of the first request that is whole, −1 when there is none. */
static ssize_t whole_request(const struct control_client *c)
{
	const char *end = memchr(c->in, '\n', c->in_len);

	return end ? end - c->in : -1;
}

static bool is_too_long(const struct control_client *c)
{
	return c->in_len > PROTOCOL_REQUEST && whole_request(c) < 0;
}

static void begin(struct control_client *c, size_t len)
{
	struct text out = out_of(c);

	session_begin(&c->session, &c->control->view, c->in, len, *c->control->now, &out);
	c->out_len += out.len;
	c->in_len -= len + 1;
	memmove(c->in, c->in + len + 1, c->in_len);
}

static unsigned share_of(const struct control *control, unsigned all, unsigned least)
{
	unsigned share = all / control->count;

	return share > least ? share : least;
}

static void go_on(struct control_client *c)
{
	unsigned work = share_of(c->control, CONTROL_WORK, CONTROL_WORK_MIN);
	struct text out = out_of(c);

	session_step(&c->session, &c->control->view, *c->control->now, work, &out);
	c->out_len += out.len;
}

static void refuse_long(struct control_client *c)
{
	struct text out = out_of(c);

	session_refuse(&out, "EPROTO", "a request is at most 65536 bytes long");
	c->out_len += out.len;
	c->closing = true;
}

/* Answers as much as a turn allows. */
static void answer(struct control_client *c)
{
	unsigned requests = share_of(c->control, CONTROL_REQUESTS, 1);

	if (c->session.state == SESSION_BUSY && has_room(c))
		go_on(c);
	for (unsigned i = 0; i < requests && has_room(c) && !c->closing; i++) {
		ssize_t len = whole_request(c);

		if (c->session.state != SESSION_IDLE || len < 0)
			break;
		begin(c, (size_t)len);
	}
	if (c->session.state == SESSION_IDLE && is_too_long(c) && has_room(c) && !c->closing)
		refuse_long(c);
}

/* Is there anything to be said once it reads? */
static bool has_more(const struct control_client *c)
{
	return c->out_len > 0 || c->session.state == SESSION_BUSY ||
	       (c->session.state == SESSION_IDLE && !c->closing && whole_request(c) >= 0);
}

static void watch_client(struct control_client *c)
{
	bool reads = !c->ended && !c->closing && c->in_len <= PROTOCOL_REQUEST;
	int events = (reads ? EV_READ : 0) | (has_more(c) ? EV_WRITE : 0);

	if (events == c->io.events && ev_is_active(&c->io))
		return;
	ev_io_stop(c->control->ev, &c->io);
	ev_io_set(&c->io, c->fd, events);
	if (events)
		ev_io_start(c->control->ev, &c->io);
}

static bool is_done(const struct control_client *c)
{
	return (c->ended || c->closing) && !is_monitor(c) && !has_more(c);
}

static void on_client(EV_P_ ev_io *io, int events)
{
	struct control_client *c = io->data;

	(void)loop;
	look_anew(c->control);
	if (events & EV_READ && !read_in(c))
		c->ended = true;
	answer(c);
	/* One that can not be watched (EV_ERROR) could not be told of either. */
	if (!flush_out(c) || is_done(c) || events & EV_ERROR)
		drop_client(c);
	else
		watch_client(c);
}

/* -- New ones -- */

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
		drop_client(c);
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

/* -- Monitors -- */

static void say_lost(struct control_client *c)
{
	struct text out = out_of(c);

	text_add(&out, "{\"v\":%d,\"item\":{\"event\":\"lost\",\"count\":%llu}}\n",
		 PROTOCOL_VERSION, (unsigned long long)c->lost);
	c->out_len += out.len;
	c->lost = 0;
}

static void tell_client(struct control_client *c, const char *line, size_t len)
{
	if (!has_room(c)) {
		c->lost++;
		return;
	}
	if (c->lost)
		say_lost(c);
	memcpy(c->out + c->out_len, line, len);
	c->out_len += len;
	watch_client(c);
}

static void tell(void *context, enum about about, uint32_t network, const char *line, size_t len)
{
	struct control *control = context;

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd >= 0 && session_wants(&c->session, about, network))
			tell_client(c, line, len);
	}
}

static bool is_monitored(const struct control *control)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0 && is_monitor(&control->clients[i]))
			return true;
	return false;
}

/* The same miss once a second: who makes it asks again and again. */
static bool is_news(struct control *control, const struct event *event)
{
	const struct hash_secret secret = control->view.tables->secret;
	uint64_t key = hash_bytes(secret, &event->ip, sizeof(event->ip));
	uint32_t tick = clock_tick(*control->now);
	size_t at;

	key = hash_word(secret, key ^ mac_key(event->mac) ^ (uint64_t)event->network << 48);
	at = key % CONTROL_MISSES;
	if (control->misses[at].key == key && control->misses[at].tick == tick)
		return false;
	control->misses[at].key = key;
	control->misses[at].tick = tick;
	return true;
}

void control_event(void *context, const struct event *event)
{
	struct control *control = context;
	const struct switch_view *view = &control->view;
	const struct network *n;

	if (control->listener.fd < 0 || !is_monitored(control))
		return;
	look_anew(control);
	if (event->kind > EVENT_FROZEN || event->network >= view->tables->network_count)
		return;
	n = view->tables->networks[event->network];
	if (!n)
		return;
	if (event->kind == EVENT_MOVED)
		happening_moved(view, n, event->mac, "moved", *control->now);
	else if (event->kind == EVENT_FROZEN)
		happening_moved(view, n, event->mac, "frozen", *control->now);
	else if (event->kind == EVENT_L3_MISS && is_news(control, event))
		happening_l3_miss(view, n, event->ip);
	else if (event->kind == EVENT_L2_MISS && is_news(control, event))
		happening_l2_miss(view, n, event->mac);
}

/* -- The switch, as a session sees it -- */

static const struct tap_port *find_port(const struct vswitch *s, uint32_t network, uint32_t port)
{
	for (uint32_t i = 0; i < s->port_count; i++)
		if (s->ports[i]->network == network && s->ports[i]->index == port)
			return s->ports[i];
	return NULL;
}

static bool link_of(void *context, uint32_t network, uint32_t number, struct link_view *out)
{
	const struct control *control = context;
	const struct tap_port *port = find_port(control->s, network, number);
	struct link_info link;

	if (!port || port->tap.fd < 0 ||
	    link_get_index(control->s->netlink, port->tap.ifindex, &link) < 0 ||
	    strcmp(link.name, port->tap.name) != 0)
		return false;
	*out = (struct link_view) { .index = link.index,
				    .up = link.up,
				    .running = link.running,
				    .multicast = link.multicast };
	return true;
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

bool control_open(struct control *control, struct ev_loop *ev, struct vswitch *s,
		  const uint64_t *now, const char *path)
{
	const struct cluster *cluster = s->plan->cluster;
	const char *node = cluster->nodes[s->plan->node].name;
	char place[UNIX_PATH], why[RENDEZVOUS_WHY];

	*control = (struct control) { .ev = ev, .s = s, .now = now, .listener.fd = -1 };
	control->view = (struct switch_view) {
		.version = VXS_VERSION, .context = control, .link = link_of, .tell = tell
	};
	look_anew(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i] = (struct control_client) { .control = control, .fd = -1 };
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
			drop_client(&control->clients[i]);
	if (control->listener.fd >= 0)
		ev_io_stop(control->ev, &control->io);
	unix_close(&control->listener);
	watch_close(&control->watch);
}

void control_tick(struct control *control)
{
	const struct tables *t = control->s->tables;

	if (control->listener.fd < 0)
		return;
	look_anew(control);
	for (uint32_t id = 0; id < t->network_count; id++)
		if (t->networks[id])
			neigh_age(t->networks[id]->neigh, *control->now, CONTROL_AGED);
	if (is_monitored(control))
		watch_look(&control->watch, &control->view);
	else
		watch_close(&control->watch);
	ev_io_start(control->ev, &control->io);
}
