#include "app/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/change.h"
#include "app/control.h"
#include "app/env_files.h"
#include "app/firewall.h"
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

/* @how: "was read again", "was handed over"; @file NULL: what changes is all there is to say. */
static void say_changes(const struct diff *d, const char *file, const char *how)
{
	for (size_t i = 0; i < d->count && i < RELOAD_LINES; i++)
		say_line(&d->list[i]);
	if (d->count > RELOAD_LINES)
		log_info("%zu more changes", d->count - RELOAD_LINES);
	if (!file)
		return;
	if (d->count)
		log_info("%s %s: %zu change%s", file, how, d->count, text_plural(d->count));
	else
		log_info("%s %s: nothing is different", file, how);
}

/* -- Reading -- */

static struct beside beside_of(const struct source *source)
{
	return (struct beside) { .made = &source->made,
				 .leased = source->leased,
				 .given = source->given };
}

/* What may keep its reader waiting would keep all frames waiting. */
static bool can_be_read_again(const char *file)
{
	struct stat stat_of;

	if (!file) {
		log_error("this switch was started without a file to read again.  %s",
			  nothing_changed);
		return false;
	}
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
	struct wanted_words words = { .complaints = complaints, .consequence = nothing_changed };
	const struct beside beside = beside_of(source);
	enum exit_code code;

	if (!can_be_read_again(source->file))
		return false;
	code = wanted_read(out, source->file, source->node, &beside, s->netlink, &words);
	if (code != EXIT_OK && *words.why)
		log_error("%s.  %s", words.why, nothing_changed);
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
static bool make_room(const struct change *c, const struct live *live, struct notes *next)
{
	return watches_reserve(live->watches, c->port_count, sockets_of(c)) &&
	       notes_prepare(live->notes, c->s->plan, c->plan, next);
}

static int replace_all(const struct live *live, struct plan *plan, char why[RELOAD_WHY])
{
	struct change change;
	struct notes next;
	int rc = change_prepare(&change, live->s, plan);

	if (rc < 0) {
		snprintf(why, RELOAD_WHY, "%.500s", change.why);
		return rc;
	}
	if (live->notes && !make_room(&change, live, &next)) {
		change_abandon(&change);
		snprintf(why, RELOAD_WHY, "memory is short");
		return -ENOMEM;
	}
	if (live->control)
		control_replan(live->control, plan);
	routed_leave(live->s, plan);
	firewall_follow(&live->s->firewall, plan);
	change_commit(&change);
	if (!live->notes)
		return 0;
	notes_close(live->notes);
	*live->notes = next;
	return 0;
}

/* Puts @wanted in the place of what runs: 0, or −errno and why, and nothing has changed.  @wanted is given
 * up either way. */
static int carry_out(const struct live *live, struct wanted *wanted, char why[RELOAD_WHY])
{
	int rc;

	if (live->watches)
		watches_stop(live->watches);
	rc = replace_all(live, wanted->plan, why);
	if (live->watches)
		watches_start(live->watches);
	if (rc < 0) {
		wanted_free(wanted);
		return rc;
	}
	wanted_free(&live->source->running);
	live->source->running = *wanted;
	env_files_write(live->s->plan);
	return 0;
}

void reload(const struct live *live, FILE *complaints)
{
	const struct source *source = live->source;
	char why[RELOAD_WHY];
	struct wanted wanted;
	struct diff diff;

	if (!read_again(source, live->s, &wanted, complaints))
		return;
	diff = plan_diff(source->running.plan, wanted.plan);
	if (carry_out(live, &wanted, why) < 0)
		log_error("%s.  %s", why, nothing_changed);
	else
		say_changes(&diff, source->file, "was read again");
	diff_free(&diff);
}

/* -- A file that a client hands over -- */

static int take(const struct source *source, struct vswitch *s, struct proposal *p,
		const char *file, struct wanted *out)
{
	size_t len = 0;
	struct wanted_words words = { .complaints = open_memstream(&p->complaints, &len),
				      .consequence = nothing_changed };
	const struct beside beside = beside_of(source);
	enum exit_code code = EXIT_REFUSED;

	snprintf(p->why, sizeof(p->why), "memory is short");
	if (words.complaints) {
		code = wanted_take(out, file, p->text, p->len, source->node, &beside, s->netlink,
				   &words);
		if (fclose(words.complaints) == 0)
			snprintf(p->why, sizeof(p->why), "%.400s%s%s", words.why,
				 *words.why ? ".  " : "", nothing_changed);
	}
	return code == EXIT_OK ? 0 : code == EXIT_CONFIG ? -EINVAL : -EPERM;
}

void reload_proposed(const struct live *live, struct proposal *p, const char *file, bool dry)
{
	const struct source *source = live->source;
	struct wanted wanted;

	p->rc = take(source, live->s, p, file, &wanted);
	if (p->rc < 0)
		return;
	p->diff = plan_diff(source->running.plan, wanted.plan);
	if (dry) {
		wanted_free(&wanted);
		return;
	}
	p->rc = carry_out(live, &wanted, p->why);
	if (p->rc < 0) {
		log_error("%s.  %s", p->why, nothing_changed);
		diff_free(&p->diff);
		return;
	}
	say_changes(&p->diff, file, "was handed over");
	snprintf(p->starts_from, sizeof(p->starts_from), "%s", source->file ? source->file : "");
}

/* -- What commands make -- */

/* What it is made beside: the file that runs, or the one that a switch without a file has. */
static int text_beside(const struct source *source, const struct made_list *made, char **text,
		       size_t *len, char why[RELOAD_WHY])
{
	const struct config *config = &source->running.config;
	FILE *to = open_memstream(text, len);
	bool fine = true;

	_Static_assert((int)RELOAD_WHY >= (int)MADE_WHY, "room for what does not agree");
	snprintf(why, RELOAD_WHY, "memory is short");
	if (!to)
		return -ENOMEM;
	if (strcmp(config->file, SOURCE_NO_FILE) == 0)
		fine = made_cluster(&source->self, made, to, why);
	else
		fwrite(config->text, 1, config->len, to);
	if (fclose(to) != 0)
		return -ENOMEM;
	return fine ? 0 : -EINVAL;
}

/* Of all that is wrong, the first thing, without its place, which what is made has not, and its code. */
static void say_first_error(const char *complaints, const char *otherwise, char why[RELOAD_WHY])
{
	static const char mark[] = "error: ";
	const char *at = complaints ? strstr(complaints, mark) : NULL;
	size_t len;

	if (at) {
		at += strlen(mark);
		len = strcspn(at, "\n[");
		while (len > 0 && at[len - 1] == ' ')
			len--;
		snprintf(why, RELOAD_WHY, "%.*s", (int)len, at);
	} else {
		snprintf(why, RELOAD_WHY, "%.500s", otherwise);
	}
}

static int want_beside(const struct source *source, struct vswitch *s, const struct beside *beside,
		       struct wanted *out, char why[RELOAD_WHY])
{
	char *text = NULL, *complaints = NULL;
	size_t len = 0, complained = 0;
	struct wanted_words words = { .complaints = open_memstream(&complaints, &complained) };
	enum exit_code code = EXIT_REFUSED;
	int rc = words.complaints ? text_beside(source, beside->made, &text, &len, why) : -ENOMEM;

	if (rc == 0)
		code = wanted_take(out, source->running.config.file, text, len, source->node,
				   beside, s->netlink, &words);
	if (words.complaints)
		fclose(words.complaints);
	if (rc == 0 && code != EXIT_OK) {
		say_first_error(complaints, words.why, why);
		rc = -EINVAL;
	}
	free(complaints);
	free(text);
	return rc;
}

static int reload_beside(const struct live *live, const struct beside *beside, bool quiet,
			 char why[RELOAD_WHY])
{
	struct wanted wanted;
	struct diff diff;
	int rc = want_beside(live->source, live->s, beside, &wanted, why);

	if (rc < 0)
		return rc;
	diff = plan_diff(live->source->running.plan, wanted.plan);
	rc = carry_out(live, &wanted, why);
	if (rc == 0 && !quiet)
		say_changes(&diff, NULL, NULL);
	diff_free(&diff);
	return rc;
}

int reload_made(const struct live *live, const struct made_list *made, char why[RELOAD_WHY])
{
	struct beside beside = beside_of(live->source);

	beside.made = made;
	return reload_beside(live, &beside, false, why);
}

int reload_leased(const struct live *live, const struct leased *leased, bool quiet,
		  char why[RELOAD_WHY])
{
	struct beside beside = beside_of(live->source);
	int rc;

	beside.leased = leased;
	rc = reload_beside(live, &beside, quiet, why);
	if (rc == 0)
		live->source->leased = leased;
	return rc;
}
