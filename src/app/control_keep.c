#include "app/control_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static bool can_keep(void *context)
{
	const struct control *control = context;

	return keeper_has_room(control->state->keeper);
}

static bool rename_record(const char *from, const char *to, const char *key, const char *value,
			  char new_key[JOURNAL_KEY + 1], char new_value[JOURNAL_VALUE + 1])
{
	struct kept kept;

	_Static_assert((int)KEPT_KEY <= (int)JOURNAL_KEY && (int)KEPT_VALUE <= (int)JOURNAL_VALUE,
		       "room for all that is kept");
	if (!kept_rename(&kept, from, to, key, value))
		return false;
	snprintf(new_key, JOURNAL_KEY + 1, "%s", kept.key);
	snprintf(new_value, JOURNAL_VALUE + 1, "%s", kept.value);
	return true;
}

static struct store_change *change_of(const struct kept *what)
{
	static const enum journal_kind kinds[] = { [KEPT_PUT] = JOURNAL_PUT,
						   [KEPT_REMOVE] = JOURNAL_REMOVE,
						   [KEPT_REMOVE_ALL] = JOURNAL_REMOVE_ALL };

	if (what->kind == KEPT_RENAME)
		return store_rename_new(what->key, what->value, rename_record);
	return store_change_new(kinds[what->kind], what->key,
				what->kind == KEPT_PUT ? what->value : NULL);
}

static uint64_t keep(void *context, const struct kept *what, struct undo *undo)
{
	struct control *control = context;
	struct store_change *change = change_of(what);
	uint64_t number;

	if (!change)
		return 0;
	number = keeper_add(control->state->keeper, change);
	control->undos[number % KEEPER_ROOM] = *undo;
	return number;
}

void control_unmake(void *context, const struct undo *undo)
{
	struct control *control = context;

	control->follower.take_back(control->follower.context, undo);
	control_look_anew(control);
}

static void take_one_back(struct control *control, struct undo *undo)
{
	if (undo->link)
		control_unmake(control, undo);
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
			client_refuse(&control->clients[i], report);
	if (log_allowed(&limit, *control->now, &swallowed))
		log_warning("%s: %s: what cannot be kept is refused", control->state->directory,
			    strerror(-report->refused));
}

/* Numbers of changes that others have handed over are among them, with nothing to undo. */
static void told(void *context, const struct kept_report *report)
{
	struct control *control = context;

	control_look_anew(control);
	control->state->records = report->records;
	while (control->durable < report->durable)
		undo_forget(&control->undos[++control->durable % KEEPER_ROOM]);
	if (report->refused) {
		take_back(control, report);
		control->durable = keeper_last(control->state->keeper);
	}
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			client_serve(&control->clients[i]);
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
	keeper_collect(control->state->keeper);
}

/* What is changed from now on survives. */
bool control_keep(struct control *control)
{
	if (!control->state->keeper)
		return true;
	control->undos = calloc(KEEPER_ROOM, sizeof(*control->undos));
	if (!control->undos)
		return false;
	for (uint64_t i = 0; i < KEEPER_ROOM; i++)
		undo_forget(&control->undos[i]); /* others' changes leave theirs like that */
	keeper_listen(control->state->keeper, control, told);
	control->view.can_keep = can_keep;
	control->view.keep = keep;
	ev_io_init(&control->kept, on_kept, keeper_fd(control->state->keeper), EV_READ);
	control->kept.data = control;
	ev_io_start(control->ev, &control->kept);
	return true;
}
