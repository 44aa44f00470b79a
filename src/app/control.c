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

static void forget_held(struct control_client *c)
{
	for (unsigned i = 0; c->held && i < CONTROL_HELD; i++)
		free(c->held[i].text);
	free(c->held);
}

static void drop_client(struct control_client *c)
{
	session_end(&c->session, &c->control->view);
	ev_io_stop(c->control->ev, &c->io);
	c->control->count--;
	close(c->fd);
	free(c->in);
	free(c->out);
	forget_held(c);
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
	control->view.plan = plan;
	control->view.subnets = plan->subnets;
	control->view.cluster = plan->cluster->name;
	control->view.node = plan->cluster->nodes[plan->node].name;
	control->view.state = control->state->directory;
	control->view.trouble = control->state->trouble;
	control->view.records = control->state->records;
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
	const char *at = c->in + c->in_done;
	const char *end = memchr(at, '\n', c->in_len - c->in_done);

	return end ? end - at : -1;
}

static bool is_too_long(const struct control_client *c)
{
	return c->in_len - c->in_done > PROTOCOL_REQUEST && whole_request(c) < 0;
}

/* Makes room behind what is left. */
static void forget_taken(struct control_client *c)
{
	c->in_len -= c->in_done;
	memmove(c->in, c->in + c->in_done, c->in_len);
	c->in_done = 0;
}

/* -- Answers that wait for the disk -- */

static const char ok_line[] = "{\"v\":1,\"ok\":true}\n";

static struct held_answer *first_held(struct control_client *c)
{
	return &c->held[c->held_first];
}

/* Out of memory the client goes: an answer that is missing would be another's. */
static void hold(struct control_client *c, const char *text, size_t len)
{
	struct held_answer *held;
	bool is_ok = len == sizeof(ok_line) - 1 && memcmp(text, ok_line, len) == 0;
	char *copy = is_ok ? NULL : strndup(text, len);

	if (!c->held)
		c->held = calloc(CONTROL_HELD, sizeof(*c->held));
	if (!c->held || (!is_ok && !copy)) {
		free(copy);
		c->broken = true;
		return;
	}
	held = &c->held[(c->held_first + c->held_count++) % CONTROL_HELD];
	*held = (struct held_answer) { .number = c->session.waits_for, .text = copy };
	c->held_texts += !is_ok;
}

/* What the session has said in @out, now or when it is true. */
static void say(struct control_client *c, const struct text *out)
{
	if (out->len > 0 && (c->session.waits_for > 0 || c->held_count > 0))
		hold(c, out->at, out->len);
	else
		c->out_len += out->len;
}

static void say_refused(const struct control *control, struct text *out, int rc)
{
	char why[COMMAND_WHY];

	snprintf(why, sizeof(why), "%s: it cannot be kept in %.256s, and nothing was changed",
		 strerror(-rc), control->state->directory);
	session_refuse(out, strerrorname_np(-rc), why);
}

static void say_first_held(struct control_client *c)
{
	struct held_answer *held = first_held(c);
	struct text out = out_of(c);

	if (held->refused)
		say_refused(c->control, &out, held->refused);
	else
		text_add(&out, "%s", held->text ? held->text : ok_line);
	c->out_len += out.len;
	c->held_texts -= held->text != NULL;
	free(held->text);
	*held = (struct held_answer) { 0 };
	c->held_first = (c->held_first + 1) % CONTROL_HELD;
	c->held_count--;
}

static bool can_say_held(struct control_client *c)
{
	return c->held_count > 0 && has_room(c) &&
	       (first_held(c)->number <= c->control->durable || first_held(c)->refused);
}

static void say_what_is_durable(struct control_client *c)
{
	while (can_say_held(c))
		say_first_held(c);
}

/* -- Carrying out -- */

static void begin(struct control_client *c, size_t len)
{
	struct text out = out_of(c);

	session_begin(&c->session, &c->control->view, c->in + c->in_done, len, *c->control->now,
		      &out);
	c->in_done += len + 1;
	say(c, &out);
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
	say(c, &out);
}

static void refuse_long(struct control_client *c)
{
	struct text out = out_of(c);

	session_refuse(&out, "EPROTO", "a request is at most 65536 bytes long");
	c->out_len += out.len;
	c->closing = true;
}

static bool keeper_is_full(const struct control *control)
{
	return control->state->keeper && !keeper_has_room(control->state->keeper);
}

/* What shows, shows after what was asked before was answered. */
static bool can_go_on(const struct control_client *c)
{
	return c->session.state == SESSION_BUSY && has_room(c) && c->held_count == 0 &&
	       !keeper_is_full(c->control);
}

static bool can_begin(const struct control_client *c)
{
	return c->session.state == SESSION_IDLE && has_room(c) && !c->closing && !c->broken &&
	       c->held_count < CONTROL_HELD && c->held_texts < CONTROL_HELD_TEXTS &&
	       !keeper_is_full(c->control) && whole_request(c) >= 0;
}

/* Answers as much as a turn allows. */
static void answer(struct control_client *c)
{
	unsigned requests = share_of(c->control, CONTROL_REQUESTS, 1);

	say_what_is_durable(c);
	if (can_go_on(c))
		go_on(c);
	for (unsigned i = 0; i < requests && can_begin(c); i++)
		begin(c, (size_t)whole_request(c));
	if (c->session.state == SESSION_IDLE && is_too_long(c) && c->held_count == 0 &&
	    has_room(c) && !c->closing)
		refuse_long(c);
	say_what_is_durable(c);
	forget_taken(c);
}

/* Is there anything to be done once it reads? */
static bool has_more(struct control_client *c)
{
	return c->out_len > 0 || can_say_held(c) || can_go_on(c) || can_begin(c);
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

/* Is there anything yet to be said, now or when the disk has answered? */
static bool has_been_answered(const struct control_client *c)
{
	return c->out_len == 0 && c->held_count == 0 && c->session.state != SESSION_BUSY &&
	       c->session.state != SESSION_PROBE && (c->closing || whole_request(c) < 0);
}

static bool is_done(const struct control_client *c)
{
	return c->broken || ((c->ended || c->closing) && !is_monitor(c) && has_been_answered(c));
}

/* Goes on with a client, which may be gone then. */
static void serve(struct control_client *c)
{
	answer(c);
	if (c->session.state == SESSION_PROBE && !ev_is_active(&c->control->patience))
		ev_timer_again(c->control->ev, &c->control->patience);
	if (!flush_out(c) || is_done(c))
		drop_client(c);
	else
		watch_client(c);
}

static void on_client(EV_P_ ev_io *io, int events)
{
	struct control_client *c = io->data;

	(void)loop;
	look_anew(c->control);
	if (events & EV_READ && !read_in(c))
		c->ended = true;
	if (events & EV_ERROR) /* one that can not be watched could not be told of anything */
		drop_client(c);
	else
		serve(c);
}

/* -- The keeper -- */

static bool can_keep(void *context)
{
	const struct control *control = context;

	return keeper_has_room(control->state->keeper);
}

static uint64_t keep(void *context, const struct kept *what, struct undo *undo)
{
	static const enum journal_kind kinds[] = { [KEPT_PUT] = JOURNAL_PUT,
						   [KEPT_REMOVE] = JOURNAL_REMOVE,
						   [KEPT_REMOVE_ALL] = JOURNAL_REMOVE_ALL };
	struct control *control = context;
	struct store_change *change;
	uint64_t number;

	change = store_change_new(kinds[what->kind], what->key,
				  what->kind == KEPT_PUT ? what->value : NULL);
	if (!change)
		return 0;
	number = keeper_add(control->state->keeper, change);
	control->undos[number % KEEPER_ROOM] = *undo;
	return number;
}

/* What was asked for is not going to be durable. */
static void refuse_held(struct control_client *c, const struct kept_report *report)
{
	for (unsigned i = 0; i < c->held_count; i++) {
		struct held_answer *held = &c->held[(c->held_first + i) % CONTROL_HELD];

		if (held->number > report->durable && !held->text)
			held->refused = report->refused;
	}
	if (c->session.waits_for <= report->durable)
		return;
	c->session.refused = true;
	if (c->session.state != SESSION_BUSY)
		return;
	c->session.state = SESSION_IDLE; /* a flush ends here */
	hold(c, ok_line, sizeof(ok_line) - 1);
	if (!c->broken)
		c->held[(c->held_first + c->held_count - 1) % CONTROL_HELD].refused =
			report->refused;
}

static void unmake(void *context, const struct undo *undo)
{
	struct control *control = context;

	control->follower.take_back(control->follower.context, undo);
	look_anew(control);
}

static void take_one_back(struct control *control, struct undo *undo)
{
	if (undo->link)
		unmake(control, undo);
	undo_take_back(undo, control->s->tables, *control->now);
}

static void take_back(struct control *control, const struct kept_report *report)
{
	static struct log_limit limit;
	uint32_t swallowed;

	for (uint64_t number = keeper_last(control->state->keeper); number > report->durable;
	     number--)
		take_one_back(control, &control->undos[number % KEEPER_ROOM]);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			refuse_held(&control->clients[i], report);
	if (log_allowed(&limit, *control->now, &swallowed))
		log_warning("%s: %s: what cannot be kept is refused", control->state->directory,
			    strerror(-report->refused));
}

static void collect(struct control *control)
{
	const struct kept_report report = keeper_collect(control->state->keeper);

	control->state->records = report.records;
	while (control->durable < report.durable)
		undo_forget(&control->undos[++control->durable % KEEPER_ROOM]);
	if (report.refused) {
		take_back(control, &report);
		control->durable = keeper_last(control->state->keeper);
	}
}

static void on_kept(EV_P_ ev_io *io, int events)
{
	struct control *control = io->data;

	(void)loop;
	if (events & EV_ERROR) { /* libev has let go of it, as it does when watching begins */
		log_warning("%s can not be watched: what is changed from now on is forgotten at "
			    "the end",
			    control->state->directory);
		control->view.keep = NULL;
		return;
	}
	look_anew(control);
	collect(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			serve(&control->clients[i]);
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

		if (c->fd >= 0 && c->held_count == 0 && session_wants(&c->session, about, network))
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

static bool endpoint_of(void *context, uint16_t number, struct endpoint_view *out)
{
	const struct vswitch *s = ((const struct control *)context)->s;
	const struct underlay_wire *wire = number < s->wire_count ? s->wires[number] : NULL;

	if (!wire)
		return false;
	*out = (struct endpoint_view) { .interface = wire->wanted->interface,
					.no_address = wire->state.no_address,
					.no_interface = wire->state.no_interface };
	return true;
}

static int send_probe(void *context, const struct probe_task *task, uint64_t now,
		      uint32_t *sequence)
{
	const struct control *control = context;
	const struct probe_order order = { .network = task->network,
					   .to = task->to,
					   .from = task->addr,
					   .mac = task->vtep,
					   .len = (uint16_t)(ETH_LEN + task->size),
					   .patience = task->patience };

	return engine_probe(control->s->engine, &order, now, sequence);
}

static uint32_t route_mtu_of(void *context, uint32_t network, struct addr to)
{
	return engine_route_mtu(((const struct control *)context)->s->engine, network, to);
}

static uint16_t source_port_of(void *context, uint16_t endpoint, uint32_t flow)
{
	const struct vswitch *s = ((const struct control *)context)->s;
	const struct underlay_wire *wire = endpoint < s->wire_count ? s->wires[endpoint] : NULL;

	return wire ? udp_source_port(wire->udp, (uint16_t)(flow % udp_sources(wire->udp))) : 0;
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

	look_anew(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (!is_probing(c) || !has_room(c))
			continue;
		go_on(c);
		if (!is_probing(c))
			serve(c);
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
	look_anew(control);
}

static int make(void *context, const struct command *c, struct kept *kept, struct undo *undo,
		char why[COMMAND_WHY])
{
	struct control *control = context;
	int rc = control->follower.make(control->follower.context, c, kept, undo, why);

	look_anew(control);
	return rc;
}

void control_share(struct control *control, const struct control_follower *follower)
{
	control->follower = *follower;
	control->view.follow = follow;
	control->view.make = make;
	control->view.unmake = unmake;
	control->view.proposal = &control->proposal;
}

/* What is changed from now on survives. */
static bool watch_keeper(struct control *control)
{
	if (!control->state->keeper)
		return true;
	control->undos = calloc(KEEPER_ROOM, sizeof(*control->undos));
	if (!control->undos)
		return false;
	control->view.can_keep = can_keep;
	control->view.keep = keep;
	ev_io_init(&control->kept, on_kept, keeper_fd(control->state->keeper), EV_READ);
	control->kept.data = control;
	ev_io_start(control->ev, &control->kept);
	return true;
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
	control->view = (struct switch_view) { .version = VXS_VERSION,
					       .context = control,
					       .link = link_of,
					       .endpoint = endpoint_of,
					       .tell = tell,
					       .probe = send_probe,
					       .route_mtu = route_mtu_of,
					       .source_port = source_port_of };
	ev_timer_init(&control->patience, on_patience, 0., CONTROL_PATIENCE / 1000.);
	control->patience.data = control;
	look_anew(control);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i] = (struct control_client) { .control = control, .fd = -1 };
	if (!watch_keeper(control))
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
			drop_client(&control->clients[i]);
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
	watch_close(&control->watch);
}

void control_tick(struct control *control)
{
	if (control->listener.fd < 0)
		return;
	look_anew(control);
	if (is_monitored(control))
		watch_look(&control->watch, &control->view);
	else
		watch_close(&control->watch);
	ev_io_start(control->ev, &control->io);
}
