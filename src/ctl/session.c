#include "ctl/session.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "item.h"
#include "session_parts.h"

void session_refuse(struct text *out, const char *code, const char *message)
{
	json_t *object = json_object();

	json_object_set_new(object, "v", json_integer(PROTOCOL_VERSION));
	json_object_set_new(object, "ok", json_false());
	json_object_set_new(object, "code", json_string(code));
	json_object_set_new(object, "message", json_text(message));
	out->len += json_dumpb(object, out->at + out->len, out->size - out->len - 1, JSON_COMPACT);
	out->at[out->len] = '\0';
	text_add(out, "\n");
	json_decref(object);
}

static void refuse_errno(struct session *s, struct text *out, int rc, const char *message)
{
	s->refused = true;
	session_refuse(out, strerrorname_np(-rc), message);
}

static void say_followed(struct text *out, const char *starts_from)
{
	json_t *object = json_pack("{s:i, s:b, s:o}", "v", PROTOCOL_VERSION, "ok", 1, "starts_from",
				   json_text(starts_from));

	out->len += json_dumpb(object, out->at + out->len, out->size - out->len - 1, JSON_COMPACT);
	out->at[out->len] = '\0';
	text_add(out, "\n");
	json_decref(object);
}

static void say_ok(struct text *out)
{
	text_add(out, "{\"v\":%d,\"ok\":true}\n", PROTOCOL_VERSION);
}

/* -- Which network? -- */

static bool has_port(const struct network *n, const char *name)
{
	for (uint32_t i = 0; i < n->ports_end; i++)
		if (n->ports[i].used && strcmp(n->ports[i].name, name) == 0)
			return true;
	return false;
}

/* By its device, else by its own name. */
static struct network *find_network(const struct tables *t, const char *name)
{
	struct network *found = NULL;

	for (uint32_t id = 0; id < t->network_count; id++) {
		struct network *n = t->networks[id];

		if (n && has_port(n, name))
			return n;
		if (n && strcmp(n->name, name) == 0)
			found = n;
	}
	return found;
}

static void no_such_network(struct session *s, const struct tables *t, struct text *out)
{
	const char *name = s->command.dev;
	struct nearest nearest = nearest_to(name);
	char why[COMMAND_WHY];

	for (uint32_t id = 0; id < t->network_count; id++) {
		if (!t->networks[id])
			continue;
		nearest_offer(&nearest, t->networks[id]->name);
		nearest_offer(&nearest, network_label(t->networks[id]));
	}
	if (nearest.found)
		snprintf(why, sizeof(why), "Cannot find device \"%s\"; did you mean \"%s\"?", name,
			 nearest.found);
	else
		snprintf(why, sizeof(why), "Cannot find device \"%s\"", name);
	refuse_errno(s, out, -ENODEV, why);
}

/* -- Beginning -- */

/* The networks that the command is about. */
static bool set_range(struct session *s, const struct tables *t, struct text *out)
{
	const struct network *n;

	s->network = 0;
	s->end = t->network_count;
	if (!command_has(&s->command, PART_DEV))
		return true;
	n = find_network(t, s->command.dev);
	if (!n) {
		no_such_network(s, t, out);
		return false;
	}
	s->network = n->id;
	s->end = n->id + 1;
	return true;
}

/* An answer that is nothing more than how it went: 0, or −errno and @why. */
static void say_result(struct session *s, struct text *out, int rc, const char *why)
{
	if (rc < 0)
		refuse_errno(s, out, rc, why);
	else
		say_ok(out);
}

static void answer_at_once(struct session *s, const struct switch_view *view, uint64_t now,
			   struct text *out)
{
	struct network *n = view->tables->networks[s->network];
	char why[COMMAND_WHY];
	bool is_get = s->command.verb->id == VERB_FDB_GET || s->command.verb->id == VERB_NEIGH_GET;
	int rc = is_get ? get(&s->command, view, n, now, out, why) : change(s, view, n, now, why);

	say_result(s, out, rc, why);
}

static bool is_of_links(const struct command *c)
{
	return c->verb->id == VERB_LINK_ADD || c->verb->id == VERB_LINK_SET ||
	       c->verb->id == VERB_LINK_DEL;
}

static void answer_link(struct session *s, const struct switch_view *view, uint64_t now,
			struct text *out)
{
	char why[COMMAND_WHY];
	int rc = change_link(s, view, now, why);

	say_result(s, out, rc, why);
	command_free(&s->command);
}

/* -- A cluster file, piece by piece -- */

static const char canceled[] = "another file came before this one was done with";

static void end_offer(struct session *s, const struct switch_view *view)
{
	s->offers = false;
	proposal_end(view->proposal);
}

static int take_piece(struct session *s, const struct switch_view *view)
{
	struct proposal *p = view->proposal;

	if (s->offers && p->owner != s)
		return -ECANCELED;
	if (!s->offers)
		proposal_begin(p, s);
	s->offers = true;
	return s->command.text ? proposal_add(p, s->command.text) : 0;
}

static void refuse_piece(struct session *s, const struct switch_view *view, int rc,
			 struct text *out)
{
	const char *why = rc == -ECANCELED ? canceled
			  : rc == -EFBIG   ? "the file is longer than 16 MiB"
					   : "memory is short";

	if (rc == -ECANCELED)
		s->offers = false;
	else
		end_offer(s, view);
	refuse_errno(s, out, rc, why);
}

static void take_file(struct session *s, const struct switch_view *view, struct text *out)
{
	int rc;

	if (!view->proposal) {
		refuse_errno(s, out, -ENOTSUP, "this switch follows no file");
		return;
	}
	rc = take_piece(s, view);
	if (rc < 0) {
		refuse_piece(s, view, rc, out);
	} else if (command_has(&s->command, PART_MORE)) {
		say_ok(out);
	} else {
		view->follow(view->context, s->command.file, command_has(&s->command, PART_DRY));
		s->offers = false;
		s->state = SESSION_BUSY;
	}
}

static void say_outcome(struct session *s, const struct switch_view *view, struct text *out)
{
	struct proposal *p = view->proposal;

	if (p->owner != s) {
		refuse_errno(s, out, -ECANCELED, canceled);
		return;
	}
	if (p->rc < 0)
		refuse_errno(s, out, p->rc, p->why);
	else if (*p->starts_from)
		say_followed(out, p->starts_from);
	else
		say_ok(out);
	end_offer(s, view);
}

void session_end(struct session *s, const struct switch_view *view)
{
	if (view->proposal && view->proposal->owner == s)
		end_offer(s, view);
}

/* -- Probes -- */

static void begin_probe(struct session *s, const struct switch_view *view, uint64_t now,
			struct text *out)
{
	char why[COMMAND_WHY];
	int rc = probe_begin(s, view, now, why);

	if (rc < 0)
		refuse_errno(s, out, rc, why);
	else
		s->state = SESSION_PROBE;
}

static void begin_follow(struct session *s, const struct switch_view *view, struct text *out)
{
	char why[COMMAND_WHY];
	int rc = follow_begin(s, view, why);

	if (rc < 0)
		refuse_errno(s, out, rc, why);
	else
		s->state = SESSION_FOLLOW;
}

static void begin_monitor(struct session *s, struct text *out)
{
	if (s->command.choice == ABOUT_PEER && command_has(&s->command, PART_DEV))
		refuse_errno(s, out, -EINVAL,
			     "peers are the switch's and no network's: leave out dev");
	else
		s->state = SESSION_MONITOR;
}

static void tell_trace(struct session *s, const struct switch_view *view, uint64_t now,
		       struct text *out)
{
	char why[COMMAND_WHY];
	int rc = answer_trace(s, view, now, out, why);

	say_result(s, out, rc, why);
}

static void tell_of_plan(struct session *s, const struct switch_view *view, struct text *out)
{
	char why[COMMAND_WHY];
	int rc = answer_of_plan(&s->command, view, out, why);

	say_result(s, out, rc, why);
	command_free(&s->command);
}

void session_begin(struct session *s, const struct switch_view *view, const char *line, size_t len,
		   uint64_t now, struct text *out)
{
	bool before = !s->refused;
	char why[COMMAND_WHY];

	*s = (struct session) { .state = SESSION_IDLE, .offers = s->offers };
	if (!command_read(&s->command, line, len, why)) {
		s->refused = true;
		session_refuse(out, "EPROTO", why);
		return;
	}
	if (s->command.then && !before) {
		refuse_errno(s, out, -ECANCELED, "the request before it was refused");
		command_free(&s->command);
		return;
	}
	if (session_is_of_plan(&s->command)) {
		tell_of_plan(s, view, out);
		return;
	}
	if (is_of_links(&s->command)) {
		answer_link(s, view, now, out);
		return;
	}
	if (!(session_is_of_file(&s->command) ? set_file_range(s, view, out)
					      : set_range(s, view->tables, out)))
		return;
	switch (s->command.verb->id) {
	case VERB_MONITOR:
		begin_monitor(s, out);
		break;
	case VERB_APPLY:
		take_file(s, view, out);
		break;
	case VERB_TRACE:
		tell_trace(s, view, now, out);
		break;
	case VERB_TRACE_FOLLOW:
		begin_follow(s, view, out);
		break;
	case VERB_PROBE:
		begin_probe(s, view, now, out);
		break;
	case VERB_FDB_ADD:
	case VERB_FDB_APPEND:
	case VERB_FDB_REPLACE:
	case VERB_FDB_DEL:
	case VERB_FDB_GET:
	case VERB_NEIGH_ADD:
	case VERB_NEIGH_REPLACE:
	case VERB_NEIGH_DEL:
	case VERB_NEIGH_GET:
		answer_at_once(s, view, now, out);
		break;
	default:
		s->state = SESSION_BUSY;
	}
	command_free(&s->command);
}

/* -- Going on -- */

static void next_network(struct session *s)
{
	s->network++;
	s->slot = s->item = 0;
	s->lists_done = false;
}

static bool is_flush(const struct session *s)
{
	return s->command.verb->id == VERB_FDB_FLUSH || s->command.verb->id == VERB_NEIGH_FLUSH;
}

/* A flush waits while too much of what it did is not durable yet. */
static bool must_wait(const struct session *s, const struct switch_view *view)
{
	return is_flush(s) && view->keep && !view->can_keep(view->context);
}

/* A network may have gone, or another come, since the last step. */
static unsigned one_unit(struct session *s, const struct switch_view *view, uint64_t now,
			 struct text *out)
{
	struct network *n = s->network < view->tables->network_count
				    ? view->tables->networks[s->network]
				    : NULL;
	unsigned cost = 0;

	if (s->command.verb->id == VERB_APPLY)
		return view->proposal->owner == s && proposal_tell(view->proposal, out)
			       ? SESSION_ITEM
			       : 0;
	if (s->network >= s->end)
		return show_rest(s, view, now, out);
	if (n && is_flush(s))
		cost = flush_unit(s, view, n, now);
	else if (n)
		cost = show_unit(s, view, n, now, out);
	if (cost == 0) {
		next_network(s);
		cost = 1;
	}
	return cost;
}

static void go_on_probing(struct session *s, const struct switch_view *view, uint64_t now,
			  struct text *out)
{
	if (!probe_look(s, view, now, out))
		return;
	say_ok(out);
	s->state = SESSION_IDLE;
}

void session_step(struct session *s, const struct switch_view *view, uint64_t now, unsigned work,
		  struct text *out)
{
	if (s->state == SESSION_PROBE) {
		go_on_probing(s, view, now, out);
		return;
	}
	for (unsigned done = 0; done < work && out->size - out->len > PROTOCOL_LINE;) {
		unsigned cost;

		if (must_wait(s, view))
			return;
		cost = session_is_of_file(&s->command) ? file_unit(s, view, out)
						       : one_unit(s, view, now, out);

		if (cost == 0) {
			if (s->command.verb->id == VERB_APPLY)
				say_outcome(s, view, out);
			else
				say_ok(out);
			s->state = SESSION_IDLE;
			return;
		}
		done += cost;
	}
}

bool session_wants(const struct session *s, enum about about, uint32_t network)
{
	if (s->state != SESSION_MONITOR)
		return false;
	if (s->command.choice != ABOUT_ALL && s->command.choice != about)
		return false;
	return !command_has(&s->command, PART_DEV) || network == s->network;
}
