#include "app/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/leasing_memory.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/kept.h"

/* -- Where -- */

static bool is_path(const char *path)
{
	return path && *path == '/';
}

/* The first of systemd's, which are separated by colons. */
static bool in_given(char out[STATE_PATH], const char *cluster, const char *node)
{
	const char *given = getenv("STATE_DIRECTORY");

	if (!is_path(given))
		return false;
	snprintf(out, STATE_PATH, "%.*s/%s/%s", (int)strcspn(given, ":"), given, cluster, node);
	return true;
}

static bool in_home(char out[STATE_PATH], const char *cluster, const char *node)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (is_path(base))
		snprintf(out, STATE_PATH, "%s/vxs/%s/%s", base, cluster, node);
	else if (is_path(home))
		snprintf(out, STATE_PATH, "%s/.local/state/vxs/%s/%s", home, cluster, node);
	else
		return false;
	return true;
}

static bool find_default(char out[STATE_PATH], const char *cluster, const char *node)
{
	if (in_given(out, cluster, node))
		return true;
	if (geteuid() != 0)
		return in_home(out, cluster, node);
	snprintf(out, STATE_PATH, "/var/lib/vxs/%s/%s", cluster, node);
	return true;
}

/* -- Opening -- */

static bool open_store(struct state *state, const char *cluster, const char *node, bool asked)
{
	char why[STORE_WHY];
	int rc = store_open(&state->store, state->directory, cluster, node, why);

	if (rc == 0) {
		state->records = store_count(state->store);
		snprintf(state->trouble, sizeof(state->trouble), "%s", store_trouble(state->store));
		return true;
	}
	*state->directory = '\0';
	if (asked || rc == -EWOULDBLOCK) {
		log_error("no state: %s", why);
		return false;
	}
	log_warning("no state: %s; what is changed while it runs is forgotten at its end "
		    "(--state DIR names another place, --volatile says that this is meant)",
		    why);
	return true;
}

bool state_open(struct state *state, const struct state_options *options, const char *cluster,
		const char *node)
{
	*state = (struct state) { 0 };
	if (options->is_volatile)
		return true;
	if (options->directory)
		snprintf(state->directory, STATE_PATH, "%s", options->directory);
	else if (!find_default(state->directory, cluster, node)) {
		log_warning("no state: neither $XDG_STATE_HOME nor $HOME is set (--volatile says "
			    "that this is meant)");
		return true;
	}
	return open_store(state, cluster, node, options->directory);
}

/* -- Making it again -- */

struct restoring {
	struct tables *tables;
	size_t restored, dropped, waiting;
	struct store_change **drop;
	size_t drop_room;
	bool no_memory;
};

static bool make_drop_room(struct restoring *r)
{
	size_t room = r->drop_room ? 2 * r->drop_room : 64;
	struct store_change **more;

	if (r->dropped < r->drop_room)
		return true;
	more = reallocarray(r->drop, room, sizeof(struct store_change *));
	if (!more)
		return false;
	r->drop = more;
	r->drop_room = room;
	return true;
}

/* The cluster file wins: the other would come back the day the file says nothing about it. */
static void drop(struct restoring *r, const char *key, const char *why)
{
	struct store_change *removal = NULL;

	if (make_drop_room(r))
		removal = store_change_new(JOURNAL_REMOVE, key, NULL);
	if (!removal) {
		r->no_memory = true;
		return;
	}
	r->drop[r->dropped] = removal;
	if (r->dropped++ < STATE_LINES)
		log_warning("state: %s is dropped, the cluster file has it: %s", key, why);
}

static void wait(struct restoring *r, const char *key, const char *why)
{
	if (r->waiting++ < STATE_LINES)
		log_warning("state: %s is kept for later: %s", key, why);
}

static void restore(void *context, const char *key, const char *value)
{
	struct restoring *r = context;
	char why[COMMAND_WHY] = "the same";

	if (strncmp(key, KEPT_LINKS, strlen(KEPT_LINKS)) == 0 ||
	    strncmp(key, KEPT_LEASES, strlen(KEPT_LEASES)) == 0 ||
	    strncmp(key, LEASING_KEPT, strlen(LEASING_KEPT)) == 0)
		return; /* app/links.h has made it; app/dhcp.h and app/leasing.h know it */
	switch (kept_restore(r->tables, value, 0, why)) {
	case RESTORED:
		r->restored++;
		break;
	case RESTORED_NOT:
		drop(r, key, why);
		break;
	case RESTORED_LATER:
	case RESTORED_NONSENSE:
		wait(r, key, why);
		break;
	}
}

static void say_restored(const struct state *state, const struct restoring *r)
{
	if (r->restored)
		log_info("%zu entr%s restored from %s", r->restored,
			 r->restored == 1 ? "y was" : "ies were", state->directory);
	if (r->dropped > STATE_LINES)
		log_warning("state: %zu more are dropped, the cluster file has them",
			    r->dropped - STATE_LINES);
	if (r->waiting > STATE_LINES)
		log_warning("state: %zu more are kept for later", r->waiting - STATE_LINES);
}

bool state_restore(struct state *state, struct tables *tables)
{
	struct restoring r = { .tables = tables };
	int rc = 0;

	if (!state->store)
		return true;
	store_each(state->store, "", restore, &r);
	say_restored(state, &r);
	if (r.dropped)
		rc = store_commit(state->store, r.drop, r.dropped);
	if (rc < 0)
		log_warning("state: %s: %s; it is dropped again at the next start",
			    state->directory, strerror(-rc));
	free(r.drop);
	state->records = store_count(state->store);
	return !r.no_memory;
}

/* -- Keeping -- */

bool state_start(struct state *state)
{
	int rc;

	if (!state->store)
		return true;
	rc = keeper_open(&state->keeper, state->store);
	if (rc < 0)
		log_error("no thread to keep the state: %s", strerror(-rc));
	else
		state->store = NULL;
	return rc == 0;
}

void state_close(struct state *state)
{
	keeper_close(state->keeper);
	store_close(state->store);
	*state = (struct state) { 0 };
}
