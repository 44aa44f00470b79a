#include "app/control_parts.h"

#include "engine/engine.h"

/* Describing a frame takes some 50 µs: so many in a second, whoever wants them. */
static bool may_tell(struct control *control, uint64_t now)
{
	if (now - control->followed.since >= NS_PER_S) {
		control->followed.since = now;
		control->followed.told = 0;
	}
	return control->followed.told++ < CONTROL_FRAMES;
}

static void look(void *context, const struct looked *what)
{
	struct control *control = context;
	struct text line = text_in(control->followed.line, sizeof(control->followed.line));

	control_look_anew(control);

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd < 0 || !session_follows(&c->session, &control->view, what))
			continue;
		if (line.len == 0 && may_tell(control, what->now))
			session_tell_frame(&control->view, what, &line);
		if (line.len > 0)
			client_tell(c, line.at, line.len);
		else
			c->lost++;
	}
}

static void watch_frames(struct control *control)
{
	engine_follow(control->s->engine, control->followed.by ? look : NULL, control);
}

bool control_admit_follower(void *context)
{
	struct control *control = context;

	if (control->followed.by == SESSION_FOLLOWERS)
		return false;
	control->followed.by++;
	watch_frames(control);
	return true;
}

void control_forget_follower(struct control *control)
{
	control->followed.by--;
	watch_frames(control);
}

void control_tell_unseen(struct control *control)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		struct control_client *c = &control->clients[i];

		if (c->fd >= 0 && c->session.state == SESSION_FOLLOW && c->lost > 0)
			client_tell(c, "", 0);
	}
}
