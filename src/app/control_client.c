#include "app/control_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- Its end -- */

static void forget_held(struct control_client *c)
{
	for (unsigned i = 0; c->held && i < CONTROL_HELD; i++)
		free(c->held[i].text);
	free(c->held);
}

void client_drop(struct control_client *c)
{
	session_end(&c->session, &c->control->view);
	if (c->session.state == SESSION_FOLLOW)
		control_forget_follower(c->control);
	ev_io_stop(c->control->ev, &c->io);
	c->control->count--;
	close(c->fd);
	free(c->in);
	free(c->out);
	forget_held(c);
	*c = (struct control_client) { .control = c->control, .fd = -1 };
}

bool client_listens(const struct control_client *c)
{
	return c->session.state == SESSION_MONITOR || c->session.state == SESSION_FOLLOW;
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

struct text client_out(struct control_client *c)
{
	return text_in(c->out + c->out_len, CONTROL_OUT - c->out_len);
}

bool client_has_room(const struct control_client *c)
{
	return CONTROL_OUT - c->out_len > PROTOCOL_LINE;
}

/* -- What a client says -- */

/* Makes room in front; false at the end of what it says. */
bool client_read(struct control_client *c)
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
	if (client_listens(c))
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
	struct text out = client_out(c);

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
	return c->held_count > 0 && client_has_room(c) &&
	       (first_held(c)->number <= c->control->durable || first_held(c)->refused);
}

static void say_what_is_durable(struct control_client *c)
{
	while (can_say_held(c))
		say_first_held(c);
}

/* What was asked for is not going to be durable. */
void client_refuse(struct control_client *c, const struct kept_report *report)
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

/* -- Carrying out -- */

static void begin(struct control_client *c, size_t len)
{
	struct text out = client_out(c);

	session_begin(&c->session, &c->control->view, c->in + c->in_done, len, *c->control->now,
		      &out);
	if (c->session.state == SESSION_MONITOR && !c->control->watch.seen)
		control_watch(c->control);
	c->in_done += len + 1;
	say(c, &out);
}

static unsigned share_of(const struct control *control, unsigned all, unsigned least)
{
	unsigned share = all / control->count;

	return share > least ? share : least;
}

void client_go_on(struct control_client *c)
{
	unsigned work = share_of(c->control, CONTROL_WORK, CONTROL_WORK_MIN);
	struct text out = client_out(c);

	session_step(&c->session, &c->control->view, *c->control->now, work, &out);
	say(c, &out);
}

static void refuse_long(struct control_client *c)
{
	struct text out = client_out(c);

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
	return c->session.state == SESSION_BUSY && client_has_room(c) && c->held_count == 0 &&
	       !keeper_is_full(c->control);
}

static bool can_begin(const struct control_client *c)
{
	return c->session.state == SESSION_IDLE && client_has_room(c) && !c->closing &&
	       !c->broken && c->held_count < CONTROL_HELD && c->held_texts < CONTROL_HELD_TEXTS &&
	       !keeper_is_full(c->control) && whole_request(c) >= 0;
}

/* Answers as much as a turn allows. */
static void answer(struct control_client *c)
{
	unsigned requests = share_of(c->control, CONTROL_REQUESTS, 1);

	say_what_is_durable(c);
	if (can_go_on(c))
		client_go_on(c);
	for (unsigned i = 0; i < requests && can_begin(c); i++)
		begin(c, (size_t)whole_request(c));
	if (c->session.state == SESSION_IDLE && is_too_long(c) && c->held_count == 0 &&
	    client_has_room(c) && !c->closing)
		refuse_long(c);
	say_what_is_durable(c);
	forget_taken(c);
}

/* Is there anything to be done once it reads? */
static bool has_more(struct control_client *c)
{
	return c->out_len > 0 || can_say_held(c) || can_go_on(c) || can_begin(c);
}

void client_watch(struct control_client *c)
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

static void say_lost(struct control_client *c)
{
	struct text out = client_out(c);

	text_add(&out, "{\"v\":%d,\"item\":{\"event\":\"lost\",\"count\":%llu}}\n",
		 PROTOCOL_VERSION, (unsigned long long)c->lost);
	c->out_len += out.len;
	c->lost = 0;
}

void client_tell(struct control_client *c, const char *line, size_t len)
{
	if (!client_has_room(c)) {
		c->lost++;
		return;
	}
	if (c->lost)
		say_lost(c);
	memcpy(c->out + c->out_len, line, len);
	c->out_len += len;
	client_watch(c);
}

/* Is there anything yet to be said, now or when the disk has answered? */
static bool has_been_answered(const struct control_client *c)
{
	return c->out_len == 0 && c->held_count == 0 && c->session.state != SESSION_BUSY &&
	       c->session.state != SESSION_PROBE && (c->closing || whole_request(c) < 0);
}

static bool is_done(const struct control_client *c)
{
	return c->broken ||
	       ((c->ended || c->closing) && !client_listens(c) && has_been_answered(c));
}

/* Goes on with a client, which may be gone then. */
void client_serve(struct control_client *c)
{
	answer(c);
	if (c->session.state == SESSION_PROBE && !ev_is_active(&c->control->patience))
		ev_timer_again(c->control->ev, &c->control->patience);
	if (!flush_out(c) || is_done(c))
		client_drop(c);
	else
		client_watch(c);
}
