#include "app/firewall.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "plan/firewall.h"

/* -- Texts -- */

/* "" where no network wants a table; NULL when memory is short. */
static char *text_of(void (*write)(FILE *to, const struct plan *plan), const struct plan *plan)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return NULL;
	write(to, plan);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

static void ruleset_free(struct ruleset *rules)
{
	free(rules->make);
	free(rules->remove);
	*rules = (struct ruleset) { 0 };
}

static bool ruleset_of(const struct plan *plan, struct ruleset *out)
{
	*out = (struct ruleset) { text_of(firewall_write_tables, plan),
				  text_of(firewall_write_removal, plan) };
	if (out->make && out->remove)
		return true;
	ruleset_free(out);
	return false;
}

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

/* First without @old, then with @new; NULL when memory is short. */
static char *commands(const char *old, const char *new)
{
	char *text = NULL;

	return asprintf(&text, "%s%s", or_nothing(old), new) >= 0 ? text : NULL;
}

/* -- At the start -- */

/* Of @list, what `nft list tables` says: tables of ours that nobody wants any more. */
static void write_stale(FILE *to, const struct plan *plan, char *list)
{
	char *rest = list, *line;

	while ((line = strsep(&rest, "\n"))) {
		const char *table = line + strlen("table ");

		if (strncmp(line, "table ", strlen("table ")) == 0 &&
		    firewall_is_own(plan, table) && !firewall_is_wanted(plan, table))
			fprintf(to, "delete table %s\n", table);
	}
}

static int remove_stale(const struct plan *plan, char why[NFT_WHY])
{
	char *list = NULL, *text = NULL;
	size_t len = 0;
	int rc = nft_run("list tables\n", &list, why);
	FILE *to = rc == 0 ? open_memstream(&text, &len) : NULL;

	if (to) {
		write_stale(to, plan, list);
		fclose(to);
		if (len > 0)
			rc = nft_run(text, NULL, why);
	}
	free(list);
	free(text);
	return rc;
}

int firewall_open(struct firewall *f, const struct plan *plan, char why[NFT_WHY])
{
	struct ruleset wanted;
	char *text = NULL;
	int rc = -ENOMEM;

	*f = (struct firewall) { 0 };
	snprintf(why, NFT_WHY, "memory is short");
	if (!ruleset_of(plan, &wanted))
		return rc;
	text = commands(wanted.remove, wanted.make);
	if (text)
		rc = *wanted.make ? remove_stale(plan, why) : 0;
	if (rc == 0 && *wanted.make)
		rc = nft_run(text, NULL, why);
	free(text);
	if (rc == 0)
		f->is = wanted;
	else
		ruleset_free(&wanted);
	return rc;
}

/* -- While it runs -- */

/* After a run of which nobody knows how far it came. */
static void may_be_either(struct ruleset *is, const struct ruleset *other)
{
	char *text;

	free(is->make);
	is->make = NULL;
	if (strstr(or_nothing(is->remove), other->remove))
		return;
	text = commands(is->remove, other->remove);
	if (!text)
		return;
	free(is->remove);
	is->remove = text;
}

static void say_failure(const char *why)
{
	log_warning("masquerading and forward rules can not be changed: %s", why);
}

/* Takes over @rules. */
static void begin(struct firewall *f, struct ruleset rules)
{
	char *text = commands(f->is.remove, rules.make), why[NFT_WHY] = "memory is short";

	f->becoming = rules;
	if (!text || nft_start(&f->run, text, why) < 0) {
		say_failure(why);
		ruleset_free(&f->becoming);
	} else if (nft_fd(f->run) < 0) {
		firewall_collect(f);
	}
	free(text);
}

/* How the run ended. */
static void take_end(struct firewall *f)
{
	char why[NFT_WHY];
	int rc = nft_end(f->run, NULL, why);

	f->run = NULL;
	if (rc == 0) {
		ruleset_free(&f->is);
		f->is = f->becoming;
		return;
	}
	say_failure(why);
	if (rc != -EPROTO)
		may_be_either(&f->is, &f->becoming);
	ruleset_free(&f->becoming);
}

void firewall_collect(struct firewall *f)
{
	struct ruleset next = f->next;

	take_end(f);
	f->next = (struct ruleset) { 0 };
	if (next.make)
		begin(f, next);
}

void firewall_follow(struct firewall *f, const struct plan *plan)
{
	struct ruleset wanted;

	if (!ruleset_of(plan, &wanted)) {
		say_failure("memory is short");
	} else if (f->run) {
		ruleset_free(&f->next);
		f->next = wanted;
	} else if (!f->is.make || strcmp(wanted.make, f->is.make) != 0) {
		begin(f, wanted);
	} else {
		ruleset_free(&wanted);
	}
}

int firewall_fd(const struct firewall *f)
{
	return f->run ? nft_fd(f->run) : -1;
}

/* -- At the end -- */

void firewall_close(struct firewall *f)
{
	char why[NFT_WHY];

	ruleset_free(&f->next);
	if (f->run)
		take_end(f);
	if (*or_nothing(f->is.remove) && nft_run(f->is.remove, NULL, why) < 0)
		say_failure(why);
	ruleset_free(&f->is);
}
