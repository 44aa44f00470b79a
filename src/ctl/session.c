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

static void refuse_errno(struct text *out, int rc, const char *message)
{
	session_refuse(out, strerrorname_np(-rc), message);
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

static void no_such_network(const struct tables *t, const char *name, struct text *out)
{
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
	refuse_errno(out, -ENODEV, why);
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
		no_such_network(t, s->command.dev, out);
		return false;
	}
	s->network = n->id;
	s->end = n->id + 1;
	return true;
}

static void answer_at_once(struct session *s, const struct switch_view *view, uint64_t now,
			   struct text *out)
{
	struct network *n = view->tables->networks[s->network];
	char why[COMMAND_WHY];
	bool is_get = s->command.verb->id == VERB_FDB_GET || s->command.verb->id == VERB_NEIGH_GET;
	int rc = is_get ? get(&s->command, view, n, now, out, why)
			: change(&s->command, view, n, now, why);

	if (rc < 0)
		refuse_errno(out, rc, why);
	else
		say_ok(out);
}

void session_begin(struct session *s, const struct switch_view *view, const char *line, size_t len,
		   uint64_t now, struct text *out)
{
	char why[COMMAND_WHY];

	*s = (struct session) { .state = SESSION_IDLE };
	if (!command_read(&s->command, line, len, why)) {
		session_refuse(out, "EPROTO", why);
		return;
	}
	if (!set_range(s, view->tables, out))
		return;
	switch (s->command.verb->id) {
	case VERB_MONITOR:
		s->state = SESSION_MONITOR;
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
}

/* -- Going on -- */

static void next_network(struct session *s)
{
	s->network++;
	s->slot = s->item = 0;
	s->lists_done = false;
}

/* A network may have gone, or another come, since the last step. */
static unsigned one_unit(struct session *s, const struct switch_view *view, uint64_t now,
			 struct text *out)
{
	struct network *n = s->network < view->tables->network_count
				    ? view->tables->networks[s->network]
				    : NULL;
	unsigned cost = 0;

	if (s->network >= s->end)
		return show_rest(s, view, now, out);
	if (n && (s->command.verb->id == VERB_FDB_FLUSH || s->command.verb->id == VERB_NEIGH_FLUSH))
		cost = flush_unit(s, view, n);
	else if (n)
		cost = show_unit(s, view, n, now, out);
	if (cost == 0) {
		next_network(s);
		cost = 1;
	}
	return cost;
}

void session_step(struct session *s, const struct switch_view *view, uint64_t now, unsigned work,
		  struct text *out)
{
	for (unsigned done = 0; done < work && out->size - out->len > PROTOCOL_LINE;) {
		unsigned cost = one_unit(s, view, now, out);

		if (cost == 0) {
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
