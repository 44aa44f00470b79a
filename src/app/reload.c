#include "app/reload.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/change.h"
#include "base/log.h"
#include "base/text.h"
#include "plan/diff.h"

static const char *const nothing_changed = "Nothing was changed.";

/* -- What is said -- */

static void say_line(const struct diff_line *line)
{
	static const char *const what[] = { "added", "removed", "changed" };
	bool is_long = strlen(line->words) > RELOAD_WORDS;

	log_info("%s: %s%s%.*s%s", what[line->kind], line->subject, *line->words ? ": " : "",
		 RELOAD_WORDS, line->words, is_long ? " ..." : "");
}

static void say_changes(const struct diff *d, const char *file)
{
	for (size_t i = 0; i < d->count && i < RELOAD_LINES; i++)
		say_line(&d->list[i]);
	if (d->count > RELOAD_LINES)
		log_info("%zu more changes", d->count - RELOAD_LINES);
	if (d->count)
		log_info("%s was read again: %zu change%s", file, d->count, text_plural(d->count));
	else
		log_info("%s was read again: nothing is different", file);
}

/* -- Reading -- */

/* What may keep its reader waiting would keep all frames waiting. */
static bool can_be_read_again(const char *file)
{
	struct stat stat_of;

	if (strcmp(file, "-") == 0 || (stat(file, &stat_of) == 0 && !S_ISREG(stat_of.st_mode))) {
		log_error("%s is no file that can be read again.  %s",
			  strcmp(file, "-") == 0 ? "<stdin>" : file, nothing_changed);
		return false;
	}
	return true;
}

static bool read_again(const struct source *source, struct vswitch *s, struct wanted *out,
		       FILE *complaints)
{
	enum exit_code code;

	if (!can_be_read_again(source->file))
		return false;
	code = wanted_read(out, source->file, source->node, s->netlink, complaints,
			   nothing_changed);
	if (code != EXIT_OK && ftell(complaints) == 0) /* else they end in these words */
		log_error("%s is not followed.  %s", source->file, nothing_changed);
	return code == EXIT_OK;
}

/* -- Changing -- */

static unsigned sockets_of(const struct change *c)
{
	unsigned sockets = 0;

	for (uint16_t i = 0; i < c->wire_count; i++)
		if (c->wires[i])
			sockets += udp_sockets(c->wires[i]->udp);
	return sockets;
}

/* Room for what the rest of the process remembers about it: what runs goes on in it either way. */
static bool make_room(const struct change *c, struct notes *notes, struct watches *watches,
		      struct notes *next)
{
	return watches_reserve(watches, c->port_count, sockets_of(c)) &&
	       notes_prepare(notes, c->s->plan, c->plan, next);
}

static bool carry_out(struct vswitch *s, struct plan *plan, struct notes *notes,
		      struct watches *watches)
{
	struct change change;
	struct notes next;

	if (change_prepare(&change, s, plan) < 0) {
		log_error("%s.  %s", change.why, nothing_changed);
		return false;
	}
	if (!make_room(&change, notes, watches, &next)) {
		change_abandon(&change);
		log_error("memory is short.  %s", nothing_changed);
		return false;
	}
	change_commit(&change);
	notes_close(notes);
	*notes = next;
	return true;
}

void reload(struct source *source, struct vswitch *s, struct notes *notes, struct watches *watches,
	    FILE *complaints)
{
	struct wanted wanted;
	struct diff diff;
	bool done;

	if (!read_again(source, s, &wanted, complaints))
		return;
	diff = plan_diff(source->running.plan, wanted.plan);
	watches_stop(watches);
	done = carry_out(s, wanted.plan, notes, watches);
	watches_start(watches);
	if (done) {
		say_changes(&diff, source->file);
		wanted_free(&source->running);
		source->running = wanted;
	} else {
		wanted_free(&wanted);
	}
	diff_free(&diff);
}
